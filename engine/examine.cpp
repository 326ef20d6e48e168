#include "engine/examine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

#include "engine/autograd/engine.h"

namespace tt {

namespace {

constexpr std::int64_t probes = 64;  // examples that are looked at

std::string show(double number) {
  std::array<char, 32> room{};
  std::snprintf(room.data(), room.size(), "%.4g", number);
  return room.data();
}

data::Example probe(const Experiment& experiment, bool test) {
  return experiment.examples(test, 0, std::min(probes, experiment.size(test)));
}

double norm(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) {
    sum += static_cast<double>(value) * value;
  }
  return std::sqrt(sum);
}

void add(Tensor parameter, const std::vector<float>& from, const std::vector<float>& direction,
         double factor) {
  float* numbers = parameter.data_ptr();
  for (std::size_t i = 0; i < from.size(); ++i) {
    numbers[i] = static_cast<float>(from[i] + factor * direction[i]);
  }
}

// Each gives a sentence with its numbers, and throws it if the fact does not hold.
class Wrong : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string everything_moved(Experiment& trained, Experiment& fresh) {
  double least = INFINITY;
  std::string which;
  const std::vector<nn::NamedTensor> now = trained.net().named_parameters();
  const std::vector<nn::NamedTensor> first = fresh.net().named_parameters();
  for (std::size_t i = 0; i < now.size(); ++i) {
    std::vector<float> moved = now[i].tensor.to_vector();
    const std::vector<float> began = first[i].tensor.to_vector();
    for (std::size_t k = 0; k < moved.size(); ++k) {
      moved[k] -= began[k];
    }
    const double share = norm(moved) / std::max(norm(began), 1e-12);
    if (!(share >= least)) {
      least = share;
      which = now[i].name;
    }
  }
  const std::string told = which + " moved least: by " + show(least) + " of its own length";
  if (!(least > 1e-3) || !std::isfinite(least)) {
    throw Wrong(told);
  }
  return told;
}

std::string scores_depend(Experiment& trained, Experiment& /*fresh*/) {
  const std::vector<float> scores = trained.predict(probe(trained, true).data).to_vector();
  const auto [low, high] = std::minmax_element(scores.begin(), scores.end());
  const auto width = static_cast<std::size_t>(trained.outputs());
  double most = 0;
  for (std::size_t i = width; i < scores.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(scores[i]) - scores[i % width]));
  }
  const std::string told = "scores of different examples differ by up to " + show(most) +
                           ", all lie from " + show(*low) + " to " + show(*high);
  if (!(most > 1e-3) || !std::isfinite(most)) {
    throw Wrong(told);
  }
  return told;
}

std::string loss_is_right(Experiment& trained, Experiment& fresh) {
  std::string told;
  for (Experiment* each : {&trained, &fresh}) {
    const data::Example batch = probe(*each, false);
    const Tensor scores = each->predict(batch.data);
    const double wanted = each->loss_of(scores, batch.target);
    const NoGradGuard no_grad;
    const Tensor given = each->criterion()(scores, batch.target);
    told = "the engine says " + show(given.item()) + ", it is " + show(wanted);
    if (!(std::abs(given.item() - wanted) <= 1e-4 + 1e-3 * std::abs(wanted))) {
      throw Wrong(told);
    }
  }
  return told;
}

std::string gradient_is_slope(Experiment& /*trained*/, Experiment& fresh) {
  const data::Example batch = probe(fresh, false);
  zero_grad(fresh.net().parameters());
  fresh.criterion()(fresh.net()(batch.data), batch.target).backward();
  const auto loss = [&] { return fresh.loss_of(fresh.predict(batch.data), batch.target); };
  const double here = loss();
  if (here == 0) {
    return "there is nothing left to learn";
  }
  std::string told;
  for (const nn::NamedTensor& each : fresh.net().named_parameters()) {
    if (!each.tensor.grad().defined()) {
      throw Wrong(each.name + " has no gradient");
    }
    const std::vector<float> gradient = each.tensor.grad().to_vector();
    const std::vector<float> values = each.tensor.to_vector();
    const double length = norm(gradient);
    if (!(length > 1e-9) || !std::isfinite(length)) {
      throw Wrong(each.name + " has a gradient of length " + show(length));
    }
    // Along the gradient the loss rises by its length. So far that it should change by 1%.
    const double reach = 0.01 * here / length;
    add(each.tensor, values, gradient, reach / length);
    const double above = loss();
    add(each.tensor, values, gradient, -reach / length);
    const double below = loss();
    add(each.tensor, values, gradient, 0);
    const double slope = (above - below) / (2 * reach);
    told = "along the gradient of " + each.name + " the loss rises by " + show(slope) +
           ", the gradient says " + show(length);
    if (!(std::abs(slope - length) <= 0.1 * length)) {
      throw Wrong(told);
    }
  }
  return told;
}

std::string step_is_true(Experiment& /*trained*/, Experiment& fresh) {
  data::DataLoader ahead = fresh.trainer().loader();
  const data::Example batch = *ahead.next();
  const double before = fresh.loss_of(fresh.predict(batch.data), batch.target);
  const train::StepReport report = fresh.step();
  const std::string told =
      "the trainer reports " + show(report.loss) + ", the loss was " + show(before);
  if (!(std::abs(report.loss - before) <= 1e-4 + 1e-3 * std::abs(before))) {
    throw Wrong(told);
  }
  return told;
}

std::string step_goes_down(Experiment& /*trained*/, Experiment& fresh) {
  // A step so short that only its direction matters.
  fresh.change(1e-3 * fresh.options().lr, 0, fresh.options().batch_size);
  data::DataLoader ahead = fresh.trainer().loader();
  data::Example batch = *ahead.next();
  double before = 0;
  double after = 0;
  // A perceptron may have nothing to learn from its first examples.
  for (int attempt = 0; attempt < 100; ++attempt) {
    before = fresh.loss_of(fresh.predict(batch.data), batch.target);
    fresh.step();
    after = fresh.loss_of(fresh.predict(batch.data), batch.target);
    if (before > 0) {
      break;
    }
    std::optional<data::Example> next = ahead.next();
    batch = next.has_value() ? std::move(*next) : *ahead.next();
  }
  const std::string told = "the loss of its batch went from " + show(before) + " to " +
                           show(after) + ", by " + show(after - before);
  if (!(after < before)) {
    throw Wrong(told);
  }
  return told;
}

}  // namespace

std::vector<Finding> examine(Experiment& trained, const data::Digits& digits) {
  using Look = std::string (*)(Experiment & trained, Experiment & fresh);
  constexpr std::array<std::pair<const char*, Look>, 6> looks = {
      {{"every parameter has moved", everything_moved},
       {"the scores depend on the examples", scores_depend},
       {"the loss is that of its definition", loss_is_right},
       {"the gradient is the slope of the loss", gradient_is_slope},
       {"the trainer reports the loss of its batch", step_is_true},
       {"a step makes the loss of its batch smaller", step_goes_down}}};
  std::vector<Finding> findings;
  const Generator::State random = default_generator().state();
  for (const auto& [fact, look] : looks) {
    try {
      Experiment fresh(trained.options(), digits);
      findings.push_back({fact, true, look(trained, fresh)});
    } catch (const std::exception& error) {
      findings.push_back({fact, false, error.what()});
    }
  }
  default_generator().set_state(random);
  return findings;
}

}  // namespace tt
