// An experiment as plain functions, for a program that is linked in the page from a student's
// objects: see room.h. Numbers that are results are doubles, and texts have one line an entry.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/examine.h"
#include "engine/experiment.h"
#include "engine/memory.h"
#include "wasm/session/room.h"

using tt::room::give;
using tt::room::guarded;
using tt::room::Reader;

namespace {

tt::data::Digits digits;
std::unique_ptr<tt::Experiment> experiment;

std::string one_line(std::string text) {
  for (char& letter : text) {
    letter = letter == '\n' || letter == '\t' ? ' ' : letter;
  }
  return text;
}

}  // namespace

extern "C" {

/// Begins; comes before everything else. Gives 0.
std::int32_t TT_EXPORT(tt_begin)() {
  return guarded([&] {
    __wasm_call_ctors();
    return 0;
  });
}

/// Room: a file of digits. Gives 0.
std::int32_t TT_EXPORT(tt_digits)(std::int32_t bytes) {
  return guarded([&] {
    digits = tt::data::read_digits(Reader().text(bytes));
    return 0;
  });
}

/// Room: options. Begins an experiment instead of the one before; if that fails, the one before
/// stays. Gives 0.
std::int32_t TT_EXPORT(tt_new)(std::int32_t letters) {
  return guarded([&] {
    const tt::ExperimentOptions options = tt::parse_options(Reader().text(letters));
    experiment = std::make_unique<tt::Experiment>(options, digits);
    return 0;
  });
}

/// Room: a saved experiment. Goes on with it; if that fails, the one before stays. Gives 0.
std::int32_t TT_EXPORT(tt_load)(std::int32_t bytes) {
  return guarded([&] {
    experiment = tt::Experiment::load(Reader().text(bytes), digits);
    return 0;
  });
}

/// Gives the letters of the options, which are the result.
std::int32_t TT_EXPORT(tt_options)() {
  return guarded([&] { return give(tt::print_options(experiment->options())); });
}

/// Gives 6; the result: numbers an example, scores, parameters, examples to train with, others, and
/// steps done.
std::int32_t TT_EXPORT(tt_sizes)() {
  return guarded([&] {
    const std::int64_t steps = experiment->trainer().steps();
    std::vector<double> sizes;
    for (const std::int64_t size :
         {experiment->features(), experiment->outputs(), experiment->parameters(),
          experiment->size(false), experiment->size(true), steps}) {
      sizes.push_back(static_cast<double>(size));
    }
    return give(sizes);
  });
}

/// Gives 0.
std::int32_t TT_EXPORT(tt_change)(double lr, double momentum, double batch_size) {
  return guarded([&] {
    experiment->change(lr, momentum, static_cast<std::int64_t>(batch_size));
    return 0;
  });
}

/// Does so many steps. Gives 7 numbers for each: its number, epoch, samples, loss, norm of the
/// gradients, learning rate, and the bytes that are live after it.
std::int32_t TT_EXPORT(tt_steps)(std::int32_t count) {
  return guarded([&] {
    std::vector<double> numbers;
    for (std::int32_t i = 0; i < count; ++i) {
      const tt::train::StepReport report = experiment->step();
      const auto live = static_cast<double>(tt::memory_stats().live_bytes);
      numbers.insert(
          numbers.end(),
          {static_cast<double>(report.step), static_cast<double>(report.epoch),
           static_cast<double>(report.samples), report.loss, report.grad_norm, report.lr, live});
    }
    return give(numbers);
  });
}

/// Gives 3: loss, accuracy and number of examples.
std::int32_t TT_EXPORT(tt_quality)(std::int32_t test, double most) {
  return guarded([&] {
    const tt::Quality found = experiment->quality(test != 0, static_cast<std::int64_t>(most));
    return give(
        std::vector<double>{found.loss, found.accuracy, static_cast<double>(found.examples)});
  });
}

/// Room: the numbers of some examples. Gives how many scores the result holds, as floats.
std::int32_t TT_EXPORT(tt_predict)(std::int32_t count) {
  return guarded([&] {
    const std::int64_t features = experiment->features();
    const tt::Tensor inputs =
        tt::from_vector(Reader().list<float>(count), {count / features, features});
    return give(experiment->predict(inputs).to_vector());
  });
}

/// Gives how many floats the result holds: first the numbers of the examples `begin` to `end`, then
/// what is right for each.
std::int32_t TT_EXPORT(tt_examples)(std::int32_t test, double begin, double end) {
  return guarded([&] {
    const tt::data::Example batch = experiment->examples(
        test != 0, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end));
    std::vector<float> numbers = batch.data.to_vector();
    for (const float target : batch.target.to_vector()) {
      numbers.push_back(target);
    }
    return give(numbers);
  });
}

/// Does one step. Gives the letters of its histograms, which are the result: name, low, high,
/// zeros, broken ones, and the counts, with blanks between.
std::int32_t TT_EXPORT(tt_observe)() {
  return guarded([&] {
    std::string lines;
    for (const tt::Histogram& each : experiment->observe_step()) {
      lines += each.name + " " + std::to_string(each.low) + " " + std::to_string(each.high) + " " +
               std::to_string(each.zeros) + " " + std::to_string(each.broken);
      for (const std::int64_t count : each.counts) {
        lines += " " + std::to_string(count);
      }
      lines += "\n";
    }
    return give(lines);
  });
}

/// Does one step. Gives the bytes of its trace, which are the result.
std::int32_t TT_EXPORT(tt_trace_step)() {
  return guarded([&] { return give(experiment->trace_step()); });
}

/// Gives the bytes of everything that is needed to go on later, which are the result.
std::int32_t TT_EXPORT(tt_save)() {
  return guarded([&] { return give(experiment->save()); });
}

/// Gives the letters of what `examine` finds: 1 if it holds, the fact, and the numbers, with tabs
/// between.
std::int32_t TT_EXPORT(tt_examine)() {
  return guarded([&] {
    std::string lines;
    for (const tt::Finding& each : tt::examine(*experiment, digits)) {
      lines += std::string(each.holds ? "1" : "0") + "\t" + one_line(each.fact) + "\t" +
               one_line(each.detail) + "\n";
    }
    return give(lines);
  });
}
}
