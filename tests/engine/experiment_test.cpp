// Experiments: the same twice, to be stopped and taken up, and honest about what they did.
#include "engine/experiment.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/examine.h"
#include "engine/memory.h"
#include "tests/engine/check.h"

using namespace tt;

namespace {

ExperimentOptions small(const std::string& loss = "cross_entropy") {
  ExperimentOptions options;
  options.examples = 60;
  options.hidden = {6};
  options.activation = "tanh";
  options.loss = loss;
  options.batch_size = 16;
  return options;
}

std::vector<double> losses(Experiment& experiment, int steps) {
  std::vector<double> all;
  for (int step = 0; step < steps; ++step) {
    all.push_back(experiment.step().loss);
  }
  return all;
}

// Four pictures of 2 x 3 pixels to train with, and two others.
std::string digit_file() {
  std::string bytes = "ttdigits";
  for (const int number : {4, 2, 2, 3}) {
    bytes += std::string(1, static_cast<char>(number)) + std::string(3, '\0');
  }
  bytes += std::string("\1\2\3\4\5\6", 6);
  for (int pixel = 0; pixel < 36; ++pixel) {
    bytes += static_cast<char>(pixel * 7);
  }
  return bytes;
}

}  // namespace

TEST_CASE("options are printed and read again") {
  ExperimentOptions options = small("perceptron");
  options.data = "spirals";
  options.hidden = {7, 5, 3};
  options.lr = 1.0 / 3;
  options.seed = 18446744073709551615U;
  const ExperimentOptions read = parse_options(print_options(options));
  CHECK(print_options(read) == print_options(options));
  CHECK(read.hidden == options.hidden);
  CHECK(read.lr == options.lr);
  CHECK(parse_options("hidden \n").hidden.empty());
  CHECK(parse_options("").data == "moons");

  CHECK_REFUSES(parse_options("speed 3"), "has no option \"speed\"");
  CHECK_REFUSES(parse_options("lr fast"), "it must be a number");
  CHECK_REFUSES(parse_options("lr inf"), "it must be a number");
  CHECK_REFUSES(parse_options("examples 1.5"), "it must be a whole number");
  CHECK_REFUSES(parse_options("hidden 4 x"), "it must be a whole number");
}

TEST_CASE("options that cannot be are refused by name") {
  const auto refuses = [](const char* line, const char* words) {
    CAPTURE(line);
    CHECK_REFUSES(Experiment(parse_options(line)), words);
  };
  refuses("data suns", "one of moons, circles, spirals, gaussians, xor, digits");
  refuses("data digits", "as long as the digits are not there");
  refuses("data digits\nloss perceptron", "cross_entropy for digits");
  refuses("activation step", "one of relu, sigmoid, tanh, gelu");
  refuses("loss none", "one of cross_entropy");
  refuses("optimizer sgdm", "one of sgd, adam, adamw");
  refuses("hidden 0", "from 1 to 4,096");
  refuses("examples 1", "from 2 to");
  refuses("batch_size 0", "at least 1");
  refuses("lr -1", "[Optimizer]");
  refuses("noise -1", "noise");
}

TEST_CASE("the same options give the same numbers, another seed gives others") {
  Experiment one(small());
  Experiment two(small());
  ExperimentOptions options = small();
  options.seed = 1;
  Experiment other(options);
  const std::vector<double> expected = losses(one, 20);
  CHECK(losses(two, 20) == expected);
  CHECK(losses(other, 20) != expected);
}

TEST_CASE("an experiment that was saved goes on bit by bit") {
  ExperimentOptions options = small();
  options.optimizer = "adam";
  Experiment one(options);
  losses(one, 7);
  const std::string saved = one.save();
  const std::vector<double> expected = losses(one, 9);
  const auto two = Experiment::load(saved);
  CHECK(two->trainer().steps() == 7);
  CHECK(losses(*two, 9) == expected);
  CHECK(two->save() == one.save());

  CHECK_REFUSES(Experiment::load("tinytrch"), "[unseal]");
  CHECK_REFUSES(Experiment::load(train::seal("1234567")), "none of an experiment");
  CHECK_REFUSES(Experiment::load(train::seal(std::string(8, '\xFF'))), "none of an experiment");
}

TEST_CASE("what may change in a run changes it from there on") {
  Experiment experiment(small());
  losses(experiment, 5);
  const std::string before = experiment.save();
  CHECK_REFUSES(experiment.change(-1, 0, 16), "[Optimizer]");
  CHECK_REFUSES(experiment.change(0.1, 0, 0), "batch_size");
  CHECK(experiment.save() == before);

  experiment.change(0.25, 0, 16);
  const train::StepReport report = experiment.step();
  CHECK(report.lr == 0.25);
  CHECK(report.step == 5);
  CHECK(report.epoch == 1);  // 4 batches an epoch: the place in it is kept

  experiment.change(0.25, 0.9, 20);
  const train::StepReport after = experiment.step();
  CHECK(after.samples == 20);
  CHECK(after.step == 6);
  CHECK(after.epoch == 2);  // a new epoch begins
}

TEST_CASE("quality is computed from the scores alone") {
  for (const char* loss : {"cross_entropy", "binary_cross_entropy", "perceptron"}) {
    CAPTURE(loss);
    Experiment experiment(small(loss));
    losses(experiment, 10);
    const data::Example all = experiment.examples(true, 0, 60);
    const std::vector<float> scores = experiment.predict(all.data).to_vector();
    const std::vector<float> target = all.target.to_vector();
    const auto width = static_cast<std::size_t>(experiment.outputs());
    int right = 0;
    for (std::size_t i = 0; i < target.size(); ++i) {
      const float lead = width == 1 ? scores[i] : scores[i * width + 1] - scores[i * width];
      right += (lead > 0 ? 1 : 0) == static_cast<int>(target[i]) ? 1 : 0;
    }
    const Quality found = experiment.quality(true, 1000);
    CHECK(found.examples == 60);
    CHECK(found.accuracy == doctest::Approx(right / 60.0));
    const NoGradGuard no_grad;
    const Tensor given = experiment.criterion()(experiment.predict(all.data), all.target);
    CHECK(found.loss == doctest::Approx(given.item()).epsilon(1e-4));
    CHECK(experiment.quality(true, 7).examples == 7);
    CHECK(std::isnan(experiment.quality(true, 0).loss));
  }
}

TEST_CASE("looking on changes nothing: steps that are traced or observed are steps like others") {
  Experiment plain(small());
  Experiment watched(small());
  losses(plain, 12);
  for (int step = 0; step < 4; ++step) {
    watched.step();
    const std::vector<std::uint8_t> trace = watched.trace_step();
    CHECK(std::string(trace.begin(), trace.begin() + 4) == "TTRC");
    const std::vector<Histogram> histograms = watched.observe_step();
    REQUIRE(histograms.size() == 2 + 8);  // of two layers; of weight and bias of each
    CHECK(histograms[0].name == "0.activation");
    std::int64_t counted = 0;
    for (const std::int64_t count : histograms[0].counts) {
      counted += count;
    }
    CHECK(counted == 60 * 6);
    CHECK(histograms[0].broken == 0);
    watched.quality(true, 60);
    watched.predict(watched.examples(true, 0, 5).data);
  }
  CHECK(watched.save() == plain.save());
}

TEST_CASE("from its second step on, an experiment needs no more memory") {
  ExperimentOptions options = small();
  options.momentum = 0.9;
  Experiment experiment(options);
  losses(experiment, 2);
  const std::int64_t live = memory_stats().live_bytes;
  for (int step = 0; step < 200; ++step) {
    experiment.step();
    REQUIRE(memory_stats().live_bytes == live);
  }
}

TEST_CASE("all that is looked at holds for a right engine") {
  for (const char* loss : {"cross_entropy", "binary_cross_entropy", "perceptron"}) {
    ExperimentOptions options = small(loss);
    options.data = "gaussians";
    options.noise = 0.8;
    Experiment experiment(options);
    losses(experiment, 60);
    const std::string before = experiment.save();
    const std::vector<Finding> findings = examine(experiment);
    CHECK(findings.size() == 6);
    for (const Finding& each : findings) {
      CAPTURE(loss);
      CAPTURE(each.fact);
      CAPTURE(each.detail);
      CHECK(each.holds);
    }
    CHECK(experiment.save() == before);
  }
}

TEST_CASE("a network that was not trained has not moved") {
  Experiment experiment(small());
  const std::vector<Finding> findings = examine(experiment);
  CHECK(findings[0].fact == "every parameter has moved");
  CHECK_FALSE(findings[0].holds);
}

TEST_CASE("a file of digits is read, and a broken one refused") {
  const std::string file = digit_file();
  const data::Digits digits = data::read_digits(file);
  CHECK(digits.train->size() == 4);
  CHECK(digits.test->size() == 2);
  CHECK(digits.train->height() == 2);
  CHECK(digits.train->width() == 3);
  const data::Example batch = digits.test->get_batch({1, 0});
  CHECK(batch.data.sizes() == Shape{2, 6});
  CHECK(batch.target.to_vector() == std::vector<float>{6, 5});
  CHECK(batch.data.to_vector()[0] == doctest::Approx(30 * 7 / 255.0));
  CHECK(digits.train->get(2).target.item() == 3);
  CHECK_REFUSES(digits.train->get_batch({4}), "must be in [0, 4)");

  CHECK_REFUSES(data::read_digits(""), "do not begin as a file of digits does");
  CHECK_REFUSES(data::read_digits("xxdigits" + file.substr(8)), "do not begin");
  CHECK_REFUSES(data::read_digits(file + "x"), "not what the file says");
  CHECK_REFUSES(data::read_digits(file.substr(0, file.size() - 1)), "not what the file says");
  std::string tall = file;
  tall[19] = '\x7F';
  CHECK_REFUSES(data::read_digits(tall), "not what the file says");
}
