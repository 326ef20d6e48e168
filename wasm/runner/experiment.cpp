// A training natively, as the page's training ground and milestones do it.
//
//   experiment train 800 model.ttm [digits] <options   takes so many steps, saves the model, says
//   how
//                                                      good it is and what `examine` finds
//   experiment test model.ttm [digits]                 says how good a saved model is
//
// What it says is a line for each fact, its parts divided by tabs:
//
//   quality  loss  accuracy  examples
//   finding  1 if it holds, else 0  fact  detail

#include "engine/experiment.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/data/digits.h"
#include "engine/examine.h"
#include "engine/train/file.h"

namespace {

constexpr std::int64_t everything = std::numeric_limits<std::int64_t>::max();

tt::data::Digits digits_of(const std::vector<std::string>& words, std::size_t place) {
  return place < words.size() ? tt::data::read_digits(tt::train::read_file(words[place]))
                              : tt::data::Digits();
}

void say_quality(tt::Experiment& experiment) {
  const tt::Quality quality = experiment.quality(true, everything);
  std::printf("quality\t%.6f\t%.6f\t%lld\n", quality.loss, quality.accuracy,
              static_cast<long long>(quality.examples));
}

void train(const std::vector<std::string>& words) {
  const std::int64_t steps = std::atoll(words.at(1).c_str());
  const std::string lines((std::istreambuf_iterator<char>(std::cin)), {});
  const tt::data::Digits digits = digits_of(words, 3);
  tt::Experiment experiment(tt::parse_options(lines), digits);
  for (std::int64_t step = 0; step < steps; ++step) {
    const tt::train::StepReport report = experiment.step();
    if ((step + 1) % 100 == 0 || step + 1 == steps) {
      std::fprintf(stderr, "step %lld, loss %.4f\n", static_cast<long long>(step + 1), report.loss);
    }
  }
  tt::train::write_file(words.at(2), experiment.save());
  say_quality(experiment);
  for (const tt::Finding& finding : tt::examine(experiment, digits)) {
    std::printf("finding\t%d\t%s\t%s\n", finding.holds ? 1 : 0, finding.fact.c_str(),
                finding.detail.c_str());
  }
}

void test(const std::vector<std::string>& words) {
  const std::unique_ptr<tt::Experiment> experiment =
      tt::Experiment::load(tt::train::read_file(words.at(1)), digits_of(words, 2));
  std::printf("%s", tt::print_options(experiment->options()).c_str());
  say_quality(*experiment);
}

}  // namespace

int main(int count, char** given) {
  const std::vector<std::string> words(given + 1, given + count);
  const bool trains = !words.empty() && words[0] == "train";
  if (words.size() < (trains ? 3 : 2) || (!trains && words[0] != "test")) {
    std::fprintf(stderr,
                 "usage: experiment train steps model [digits] <options\n"
                 "       experiment test model [digits]\n");
    return 2;
  }
  try {
    trains ? train(words) : test(words);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
