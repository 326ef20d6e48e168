#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/data/dataset.h"
#include "engine/data/loader.h"
#include "engine/data/points.h"
#include "engine/memory.h"
#include "engine/nn/layers.h"
#include "engine/nn/losses.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/reduce.h"
#include "engine/optim/optimizers.h"
#include "engine/random.h"
#include "engine/train/checkpoint.h"
#include "engine/train/trainer.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using namespace tt::train;
using data::DataLoader;
using data::DataLoaderOptions;
using data::TensorDataset;
using nn::NamedTensor;
using tt::check::show;

using Values = std::vector<double>;

constexpr double infinite = std::numeric_limits<double>::infinity();

void expect_close(double actual, double expected, const char* idea, double rtol = 1e-5) {
  const bool same = std::isnan(expected)
                        ? std::isnan(actual)
                        : std::fabs(actual - expected) <= 1e-9 + rtol * std::fabs(expected);
  expect(same, show(expected), show(actual), idea);
}

// One output: the mean of (w0 x0 + w1 x1 + b - y) squared, and its gradients, in double.
struct Line {
  Values w = {0.5, -1};
  double b = 0.25;

  struct Result {
    double loss = 0;
    Values grad = {0, 0, 0};
  };

  Result of(const std::vector<float>& x, const std::vector<float>& y, std::size_t first,
            std::size_t last) const {
    Result result;
    const auto count = static_cast<double>(last - first);
    for (std::size_t i = first; i < last; ++i) {
      const double x0 = static_cast<double>(x[2 * i]);
      const double x1 = static_cast<double>(x[2 * i + 1]);
      const double off = w[0] * x0 + w[1] * x1 + b - static_cast<double>(y[i]);
      result.loss += off * off / count;
      result.grad[0] += 2 * off * x0 / count;
      result.grad[1] += 2 * off * x1 / count;
      result.grad[2] += 2 * off / count;
    }
    return result;
  }
};

double norm_of(const Values& values) {
  double sum = 0;
  for (double value : values) {
    sum += value * value;
  }
  return std::sqrt(sum);
}

// A line that is fitted to points, and the trainer that does it. Batches come in the order of the
// points, so that each loss can be worked out here.
struct Fit {
  explicit Fit(std::int64_t points, std::int64_t batch_size, const TrainerOptions& options = {},
               double lr = 0.1, double momentum = 0, Criterion loss = mean_squared_error)
      : net(2, 1) {
    Draw draw;
    x = values_of(random_tensor(draw, {points, 2}));
    y = values_of(random_tensor(draw, {points, 1}));
    std::vector<Tensor> parameters = net.parameters();
    parameters.at(0).data_ptr()[0] = static_cast<float>(line.w[0]);
    parameters.at(0).data_ptr()[1] = static_cast<float>(line.w[1]);
    parameters.at(1).data_ptr()[0] = static_cast<float>(line.b);
    sgd.emplace(parameters, optim::SGDOptions{.lr = lr, .momentum = momentum});
    const auto dataset = std::make_shared<TensorDataset>(
        laid_out({points, 2}, x, Layout::contiguous), laid_out({points, 1}, y, Layout::contiguous));
    trainer.emplace(net, *sgd, DataLoader(dataset, {.batch_size = batch_size}), loss, options);
    current_call() = show(points) + " points, batches of " + show(batch_size);
  }

  Line::Result exact(std::size_t first, std::size_t last) const {
    return line.of(x, y, first, last);
  }

  // The three weights, or their gradients, in one list.
  Values weights() const {
    return {static_cast<double>(net.parameters().at(0).data_ptr()[0]),
            static_cast<double>(net.parameters().at(0).data_ptr()[1]),
            static_cast<double>(net.parameters().at(1).data_ptr()[0])};
  }

  Tensor gradients() const {
    std::vector<float> all;
    for (const Tensor& parameter : net.parameters()) {
      expect(parameter.grad().defined(), "a gradient for each weight", "a weight without one",
             "loss.backward(...) makes the gradients.");
      const std::vector<float> some = values_of(parameter.grad());
      all.insert(all.end(), some.begin(), some.end());
    }
    return laid_out({3}, all, Layout::contiguous);
  }

  Line line;
  std::vector<float> x;
  std::vector<float> y;
  nn::Linear net;
  std::optional<optim::SGD> sgd;
  std::optional<Trainer> trainer;
};

Tensor leaf(const std::vector<float>& grad) {
  const Shape shape = {static_cast<std::int64_t>(grad.size())};
  Tensor w = zeros(shape);
  w.requires_grad_();
  w.node()->grad = laid_out(shape, grad, Layout::contiguous);
  return w;
}

}  // namespace

// cosine

namespace {

double rate(std::int64_t step, const CosineSchedule& schedule) {
  current_call() = "cosine_schedule(" + show(step) + ", {.lr = " + show(schedule.lr) +
                   ", .min_lr = " + show(schedule.min_lr) + ", .warmup = " + show(schedule.warmup) +
                   ", .steps = " + show(schedule.steps) + "})";
  return cosine_schedule(step, schedule);
}

}  // namespace

CHECK_CASE("cosine", "during warmup the rate rises in even strides") {
  const char* idea =
      "In warmup it is lr times (step + 1) / (warmup + 1): the first step has a rate.";
  for (std::int64_t step = 0; step < 3; ++step) {
    expect_close(rate(step, {.lr = 2, .min_lr = 0.5, .warmup = 3, .steps = 7}),
                 2 * static_cast<double>(step + 1) / 4, idea);
  }
  expect_close(rate(0, {.lr = 1, .warmup = 1, .steps = 3}), 0.5, idea);
}

CHECK_CASE("cosine", "the step after warmup has the highest rate") {
  const char* idea = "The wave begins at its top in step `warmup`.";
  expect_close(rate(3, {.lr = 2, .min_lr = 0.5, .warmup = 3, .steps = 7}), 2, idea);
  expect_close(rate(0, {.lr = 0.3, .steps = 10}), 0.3, idea);
}

CHECK_CASE("cosine", "then it falls along half a wave, from lr to min_lr") {
  const char* idea =
      "Its way from `warmup` to `steps` goes from 0 to 1, and the cosine of pi times "
      "that from 1 to -1. Both sides of its division must be doubles.";
  for (const CosineSchedule& schedule :
       {CosineSchedule{.lr = 1, .steps = 4}, CosineSchedule{.lr = 1, .min_lr = 0.2, .steps = 4},
        CosineSchedule{.lr = 3, .min_lr = 0.5, .warmup = 2, .steps = 13}}) {
    for (std::int64_t step = schedule.warmup; step < schedule.steps; ++step) {
      const double way = static_cast<double>(step - schedule.warmup) /
                         static_cast<double>(schedule.steps - schedule.warmup);
      const double expected = schedule.min_lr + (schedule.lr - schedule.min_lr) *
                                                    (1 + std::cos(std::numbers::pi * way)) / 2;
      expect_close(rate(step, schedule), expected, idea);
    }
  }
}

CHECK_CASE("cosine", "from its last step on the rate stays at the lowest") {
  const char* idea = "At `steps` and after it the rate is min_lr, whatever `warmup` is.";
  for (const std::int64_t step : {4, 5, 8, 9, 1000}) {
    expect_close(rate(step, {.lr = 1, .min_lr = 0.2, .warmup = 1, .steps = 4}), 0.2, idea);
  }
  expect_close(rate(0, {.lr = 1, .min_lr = 0.2, .steps = 0}), 0.2, idea);
  expect_close(rate(2, {.lr = 1, .min_lr = 0.2, .warmup = 2, .steps = 2}), 0.2, idea);
}

// clip

namespace {

double clip(const std::vector<Tensor>& parameters, double max_norm) {
  current_call() = "clip_grad_norm_ of ";
  for (const Tensor& parameter : parameters) {
    current_call() += (parameter.grad().defined() ? "a " : "") + show(parameter.grad()) + ", ";
  }
  current_call() += "max_norm " + show(max_norm);
  return clip_grad_norm_(parameters, max_norm);
}

}  // namespace

CHECK_CASE("clip", "the norm is one number for all gradients together") {
  const char* idea = "Add up the squares of all tensors, and take the root once.";
  expect_close(clip({leaf({3}), leaf({4, 0})}, 100), 5, idea);
  expect_close(clip({leaf({1, -2}), leaf({2}), leaf({4, -4, 4, -4})}, 100), std::sqrt(73), idea);
  expect_close(clip({leaf({-7})}, 100), 7, idea);
  expect_close(clip({}, 1), 0, "Without a gradient the sum is 0.");
}

CHECK_CASE("clip", "gradients that are too long keep their direction") {
  const char* idea = "All gradients are multiplied by the same number, max_norm / (norm + 1e-6).";
  const Tensor a = leaf({3});
  const Tensor b = leaf({4, 0});
  clip({a, b}, 1);
  expect_tensor(a.grad(), {1}, {0.6}, 1e-5, 0, idea);
  expect_tensor(b.grad(), {2}, {0.8, 0}, 1e-5, 0, idea);
  const Tensor c = leaf({6, -8});
  clip({c}, 2.5);
  expect_tensor(c.grad(), {2}, {1.5, -2}, 1e-5, 0, idea);
}

CHECK_CASE("clip", "a millionth is added to the norm before dividing") {
  const Tensor a = leaf({1e-5F});
  clip({a}, 5e-6);
  expect_tensor(a.grad(), {1}, {1e-5 * 5e-6 / (1e-5 + 1e-6)}, 1e-4, 0,
                "The factor is max_norm / (norm + 1e-6).");
}

CHECK_CASE("clip", "the norm that comes back is the one before clipping") {
  const Tensor a = leaf({3, 4});
  expect_close(clip({a}, 1), 5, "Give the norm as it was: it tells whether something was clipped.");
}

CHECK_CASE("clip", "gradients that are short enough stay, bit by bit") {
  const char* idea = "Only a norm above max_norm is a reason to change anything.";
  for (const double max_norm : {5.0, 6.0, 1e9, infinite}) {
    const Tensor a = leaf({3});
    const Tensor b = leaf({4});
    clip({a, b}, max_norm);
    expect_tensor(a.grad(), {1}, {3}, 0, 0, idea);
    expect_tensor(b.grad(), {1}, {4}, 0, 0, idea);
  }
}

CHECK_CASE("clip", "with a max_norm of 0 nothing is left, and gradients of 0 stay 0") {
  const char* idea = "A norm of 0 is not above max_norm, and nothing is divided by 0.";
  const Tensor a = leaf({3, -4});
  clip({a}, 0);
  expect_tensor(a.grad(), {2}, {0, 0}, 0, 0, idea);
  const Tensor b = leaf({0, 0});
  expect_close(clip({b}, 0), 0, idea);
  expect_tensor(b.grad(), {2}, {0, 0}, 0, 0, idea);
}

CHECK_CASE("clip", "a parameter without a gradient counts as 0 and gets none") {
  const Tensor a = leaf({3});
  Tensor without = zeros({2});
  without.requires_grad_();
  expect_close(clip({without, a, without}, 1), 3, "Leave out what has no gradient.");
  expect(!without.grad().defined(), "no gradient where none was", "a gradient",
         "Leave out what has no gradient.");
}

CHECK_CASE("clip", "the gradients are changed in their own memory") {
  const Tensor a = leaf({3, 4});
  const Tensor held = a.grad();
  clip({a}, 1);
  expect_tensor(held, {2}, {0.6, 0.8}, 1e-5, 0, "scale_gradients changes them in place.");
}

CHECK_CASE("clip", "very large gradients have a norm too") {
  const Tensor a = leaf({3e30F, 0});
  const Tensor b = leaf({4e30F});
  expect_close(clip({a, b}, 1), 5e30, "A square of 1e30 fits into a double, not into a float.");
  expect_tensor(a.grad(), {2}, {0.6, 0}, 1e-5, 0,
                "A square of 1e30 fits into a double, not into a float.");
}

CHECK_CASE("clip", "a norm that is not finite is refused, and nothing changes") {
  const char* idea =
      "If the norm is infinite or NaN, throw a std::invalid_argument, before scaling.";
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const double max_norm : {1.0, infinite}) {
      const Tensor a = leaf({3, 4});
      const Tensor b = leaf({1, bad});
      expect_refusal({"[clip_grad_norm_]"}, idea, [&] { return clip({a, b}, max_norm); });
      expect_tensor(a.grad(), {2}, {3, 4}, 0, 0, idea);
    }
  }
}

// accumulate

CHECK_CASE("accumulate", "of one batch it gives the loss and makes its gradients") {
  Fit fit(6, 6);
  const Line::Result exact = fit.exact(0, 6);
  current_call() += ": accumulate(1)";
  const Score score = fit.trainer->accumulate(1);
  expect_close(score.mean, exact.loss, "The loss is a mean already: its samples are all there are.",
               1e-4);
  expect_equal(score.samples, std::int64_t{6}, "batch.data.size(0) says how many samples it has.");
  const Tensor gradients = fit.gradients();
  const std::vector<float> numbers = values_of(gradients);
  const bool none = std::all_of(numbers.begin(), numbers.end(), [](float x) { return x == 0; });
  expect_tensor(gradients, {3}, exact.grad, 1e-4, 1e-5,
                none ? "All gradients are 0. 1 / score.samples divides whole numbers: write 1.0 /."
                     : "The gradients must be those of the mean loss.");
}

CHECK_CASE("accumulate", "several batches give the loss and the gradients of one large batch") {
  const char* idea =
      "Each batch counts as much as it has samples. Add up its loss and its gradients "
      "that many times, and divide by all samples once.";
  for (const std::int64_t batch_size : {1, 2, 3, 4, 7, 10}) {
    Fit fit(10, batch_size);
    const std::int64_t batches = (10 + batch_size - 1) / batch_size;
    const Line::Result exact = fit.exact(0, 10);
    current_call() += ": accumulate(" + show(batches) + ")";
    const Score score = fit.trainer->accumulate(batches);
    expect_equal(score.samples, std::int64_t{10}, idea);
    expect_close(score.mean, exact.loss, idea, 1e-4);
    expect_tensor(fit.gradients(), {3}, exact.grad, 1e-4, 1e-5, idea);
  }
}

CHECK_CASE("accumulate", "it takes the next batches, and no more") {
  const char* idea = "next_batch() gives one batch. Call it `batches` times.";
  Fit fit(10, 2);
  current_call() += ": accumulate(2), then accumulate(1)";
  fit.trainer->accumulate(2);
  const Score score = fit.trainer->accumulate(1);
  const Line::Result exact = fit.exact(4, 6);
  expect_equal(score.samples, std::int64_t{2}, idea);
  expect_close(score.mean, exact.loss, idea, 1e-4);
}

CHECK_CASE("accumulate", "what earlier gradients were does not matter") {
  const char* idea = "backward adds to the gradients that are there: set them to 0 first, once.";
  Fit fit(6, 3);
  for (const Tensor& parameter : fit.net.parameters()) {
    parameter.node()->grad = full(parameter.sizes(), 100);
  }
  const Line::Result exact = fit.exact(0, 6);
  current_call() += ", gradients of 100 from before: accumulate(2)";
  fit.trainer->accumulate(2);
  expect_tensor(fit.gradients(), {3}, exact.grad, 1e-4, 1e-5, idea);
}

CHECK_CASE("accumulate", "the weights stay as they are") {
  Fit fit(6, 3);
  const Values before = fit.weights();
  fit.trainer->accumulate(2);
  expect(fit.weights() == before, "the weights as they were", "other weights",
         "Only the optimizer moves weights. This is the first part of a step.");
}

CHECK_CASE("accumulate", "ten batches need no more memory than one") {
  const char* idea =
      "Call backward for each batch before you take the next: what its graph kept is "
      "given back then.";
  Fit fit(400, 20);
  const auto peak = [&](std::int64_t batches) {
    const std::int64_t before = memory_stats().live_bytes;
    reset_peak_memory();
    fit.trainer->accumulate(batches);
    return memory_stats().peak_bytes - before;
  };
  peak(1);
  const std::int64_t one = peak(1);
  current_call() += ": the peak of accumulate(10) beside that of accumulate(1)";
  // Of two batches that follow each other, one may live a little longer.
  const std::int64_t ten = peak(10);
  expect(ten < 2 * one, "at most about " + show(one) + " bytes", show(ten) + " bytes", idea);
}

// step

CHECK_CASE("step", "the weights move against the gradient") {
  Fit fit(6, 6, {}, 0.1);
  const Line::Result exact = fit.exact(0, 6);
  current_call() += ", SGD with lr 0.1: step()";
  fit.trainer->step();
  const Values now = fit.weights();
  const Values before = {0.5, -1, 0.25};
  for (std::size_t i = 0; i < 3; ++i) {
    expect_close(now[i], before[i] - 0.1 * exact.grad[i],
                 "After the gradients comes optimizer_.step().", 1e-4);
  }
}

CHECK_CASE("step", "the report tells the loss before the weights moved") {
  Fit fit(6, 6);
  const Line::Result exact = fit.exact(0, 6);
  current_call() += ": step()";
  const StepReport report = fit.trainer->step();
  const char* idea = "The score of accumulate has the loss and the samples.";
  expect_close(report.loss, exact.loss, idea, 1e-4);
  expect_equal(report.samples, std::int64_t{6}, idea);
}

CHECK_CASE("step", "steps and epochs are counted from 0 on") {
  const char* idea = "step_ counts the steps that have been done: add 1 at the end.";
  Fit fit(5, 2);
  for (std::int64_t step = 0; step < 7; ++step) {
    current_call() = "5 points, batches of 2: step() number " + show(step);
    expect_equal(fit.trainer->steps(), step, idea);
    const StepReport report = fit.trainer->step();
    expect_equal(report.step, step, idea);
    expect_equal(report.epoch, step / 3, "Return the report: its epoch is there already.");
  }
}

CHECK_CASE("step", "a step looks at `accumulate` batches, and the last one at what is left") {
  const char* idea =
      "A step ends with the epoch: take options_.accumulate batches, or `left` if "
      "that is less.";
  Fit fit(9, 2, {.accumulate = 2});  // batches of 2, 2, 2, 2 and 1
  const std::vector<std::int64_t> expected = {4, 4, 1, 4, 4, 1};
  for (std::size_t step = 0; step < expected.size(); ++step) {
    current_call() = "9 points, batches of 2, accumulate 2: step() number " +
                     show(static_cast<std::int64_t>(step));
    expect_equal(fit.trainer->step().samples, expected[step], idea);
  }
  Fit wide(9, 2, {.accumulate = 100});
  current_call() += ", accumulate 100: step()";
  expect_equal(wide.trainer->step().samples, std::int64_t{9}, idea);
}

CHECK_CASE("step", "the gradients are clipped before the weights move") {
  const char* idea = "First clip_grad_norm_ with options_.max_norm, then the optimizer.";
  Fit fit(6, 6, {.max_norm = 0.01}, 1);
  const Line::Result exact = fit.exact(0, 6);
  current_call() += ", lr 1, max_norm 0.01: step()";
  const StepReport report = fit.trainer->step();
  const Values now = fit.weights();
  const double moved = norm_of({now[0] - 0.5, now[1] + 1, now[2] - 0.25});
  expect_close(moved, 0.01, idea, 1e-3);
  expect_close(report.grad_norm, norm_of(exact.grad),
               "The norm in the report is the one that clip_grad_norm_ gives.", 1e-4);
}

CHECK_CASE("step", "the norm is reported also if nothing is clipped") {
  Fit fit(6, 3, {.accumulate = 2});
  const Line::Result exact = fit.exact(0, 6);
  current_call() += ", accumulate 2, max_norm infinite: step()";
  expect_close(fit.trainer->step().grad_norm, norm_of(exact.grad),
               "clip_grad_norm_ gives the norm of the gradients of the whole step.", 1e-4);
}

CHECK_CASE("step", "the schedule sets the rate of this very step") {
  const char* idea =
      "Set the rate with cosine_schedule(step_, ...) before optimizer_.step(). The "
      "first step is number 0.";
  const CosineSchedule schedule = {.lr = 0.2, .min_lr = 0.02, .warmup = 2, .steps = 6};
  Fit fit(4, 4, {.schedule = schedule}, 5);
  for (std::int64_t step = 0; step < 8; ++step) {
    current_call() = "warmup 2, steps 6: step() number " + show(step);
    const Values before = fit.weights();
    const StepReport report = fit.trainer->step();
    const double expected = cosine_schedule(step, schedule);
    expect_close(report.lr, expected, idea);
    const Values now = fit.weights();
    const double moved = norm_of({now[0] - before[0], now[1] - before[1], now[2] - before[2]});
    if (moved > 1e-3) {
      expect_close(moved, expected * report.grad_norm, idea, 1e-2);
    }
  }
}

CHECK_CASE("step", "without a schedule the rate is the optimizer's") {
  const char* idea = "options_.schedule.has_value() says whether there is one.";
  Fit fit(4, 4, {}, 0.05);
  current_call() += ", lr 0.05, no schedule: step()";
  expect_close(fit.trainer->step().lr, 0.05, idea);
  fit.sgd->set_lr(0.01);
  current_call() += ", set_lr(0.01), step()";
  expect_close(fit.trainer->step().lr, 0.01, idea);
}

CHECK_CASE("step", "gradients that are not finite stop the step, and nothing has changed") {
  const char* idea =
      "clip_grad_norm_ throws. Call it before anything else changes, and let the "
      "error pass.";
  const Criterion broken = [](const Tensor& output, const Tensor& target) {
    return mul(mse_loss(output, target), full({}, std::numeric_limits<float>::infinity()));
  };
  Fit fit(4, 2, {.schedule = CosineSchedule{.lr = 0.5, .steps = 10}}, 0.1, 0, broken);
  const Values before = fit.weights();
  expect_refusal({"[clip_grad_norm_]"}, idea, [&] { return fit.trainer->step().loss; });
  expect(fit.weights() == before, "the weights as they were", "other weights", idea);
  expect_equal(fit.trainer->steps(), std::int64_t{0}, idea);
  expect_close(fit.sgd->lr(), 0.1, idea);
}

CHECK_CASE("step", "the modes of the modules stay as they are") {
  Fit fit(4, 4);
  fit.net.eval();
  fit.trainer->step();
  expect(!fit.net.is_training(), "eval mode, as before", "training mode",
         "A step does not change modes: somebody may train with a part in eval mode on purpose.");
}

// epoch

CHECK_CASE("epoch", "it takes all steps of the epoch") {
  const char* idea = "Call step() until batches_ is 0 again: then the epoch is over.";
  for (const std::int64_t accumulate : {1, 2, 3, 5, 9}) {
    Fit fit(9, 2, {.accumulate = accumulate});
    current_call() += ", accumulate " + show(accumulate) + ": train_epoch()";
    for (std::int64_t epoch = 1; epoch <= 2; ++epoch) {
      const Score score = fit.trainer->train_epoch();
      expect_equal(score.samples, std::int64_t{9}, idea);
      expect_equal(fit.trainer->steps(), epoch * ((5 + accumulate - 1) / accumulate), idea);
      expect_equal(fit.trainer->loader().state().epoch, epoch, idea);
    }
  }
}

CHECK_CASE("epoch", "the mean counts every sample the same") {
  const char* idea = "Weigh the loss of each step with its samples, and divide by all of them.";
  Fit fit(9, 4, {}, 0);  // nothing moves, so the mean is that of all points
  const Line::Result exact = fit.exact(0, 9);
  current_call() += ", lr 0: train_epoch()";
  expect_close(fit.trainer->train_epoch().mean, exact.loss, idea, 1e-4);
}

CHECK_CASE("epoch", "begun in the middle it goes to the end of this epoch") {
  const char* idea = "Do not begin anew: go on with step() until this epoch is over.";
  Fit fit(8, 2);
  fit.trainer->step();
  current_call() += ": step(), then train_epoch()";
  expect_equal(fit.trainer->train_epoch().samples, std::int64_t{6}, idea);
  expect_equal(fit.trainer->steps(), std::int64_t{4}, idea);
  expect_equal(fit.trainer->loader().state().epoch, std::int64_t{1}, idea);
}

CHECK_CASE("epoch", "a loss of 0 is no reason to stop") {
  const Criterion nothing = [](const Tensor& output, const Tensor& target) {
    return mul(mse_loss(output, target), full({}, 0));
  };
  Fit fit(6, 2, {}, 0.1, 0, nothing);
  current_call() += ", a loss that is always 0: train_epoch()";
  const Score score = fit.trainer->train_epoch();
  const char* idea = "How many steps there are does not depend on the losses.";
  expect_equal(score.samples, std::int64_t{6}, idea);
  expect_close(score.mean, 0, idea);
}

CHECK_CASE("epoch", "forty epochs fit the line") {
  // Points on a line, so the loss can become 0.
  Fit fit(12, 4);
  const Tensor x = laid_out({12, 2}, fit.x, Layout::contiguous);
  std::vector<float> y;
  for (std::size_t i = 0; i < 12; ++i) {
    y.push_back(2 * fit.x[2 * i] - fit.x[2 * i + 1] + 1);
  }
  const auto dataset = std::make_shared<TensorDataset>(x, laid_out({12, 1}, y, Layout::contiguous));
  Trainer trainer(fit.net, *fit.sgd, DataLoader(dataset, {.batch_size = 4}), mean_squared_error);
  Score score;
  for (int epoch = 0; epoch < 40; ++epoch) {
    score = trainer.train_epoch();
  }
  current_call() = "12 points of a line, 40 times train_epoch()";
  expect(score.mean < 0.05, "a loss below 0.05", show(score.mean), "Every step must move weights.");
}

// evaluate

namespace {

// What a criterion saw, because it is a plain function.
struct Seen {
  bool training = false;
  bool recorded = false;
  std::int64_t calls = 0;
};

Seen& seen() {
  static Seen all;
  return all;
}

const nn::Module*& watched() {
  static const nn::Module* module = nullptr;
  return module;
}

Tensor watching(const Tensor& output, const Tensor& target) {
  seen().training = seen().training || watched()->is_training();
  seen().recorded = seen().recorded || output.requires_grad();
  ++seen().calls;
  return mse_loss(output, target);
}

DataLoader loader_of(const Fit& fit, const DataLoaderOptions& options) {
  const auto count = static_cast<std::int64_t>(fit.y.size());
  return DataLoader(
      std::make_shared<TensorDataset>(laid_out({count, 2}, fit.x, Layout::contiguous),
                                      laid_out({count, 1}, fit.y, Layout::contiguous)),
      options);
}

}  // namespace

CHECK_CASE("evaluate", "the mean counts every sample the same, whatever its batch") {
  const char* idea = "Weigh the mean of each batch with its samples, and divide by all of them.";
  for (const std::int64_t batch_size : {1, 2, 4, 6, 9, 20}) {
    Fit fit(9, 9);
    const DataLoader loader = loader_of(fit, {.batch_size = batch_size});
    current_call() = "evaluate on 9 points, batches of " + show(batch_size);
    const Score score = evaluate(fit.net, loader, mean_squared_error);
    expect_equal(score.samples, std::int64_t{9}, idea);
    expect_close(score.mean, fit.exact(0, 9).loss, idea, 1e-4);
  }
}

CHECK_CASE("evaluate", "any criterion may be asked, such as how many are right") {
  const Criterion near = [](const Tensor& output, const Tensor& target) {
    return full({}, static_cast<float>(output.size(0)) + 0 * target.data_ptr()[0]);
  };
  Fit fit(5, 5);
  current_call() = "evaluate on 5 points, batches of 2; a criterion that gives the batch's size";
  expect_close(evaluate(fit.net, loader_of(fit, {.batch_size = 2}), near).mean, (4 + 4 + 1) / 5.0,
               "Ask `criterion`, for each batch.");
}

CHECK_CASE("evaluate", "meanwhile the network is not being trained") {
  Fit fit(6, 6);
  watched() = &fit.net;
  seen() = {};
  current_call() = "evaluate of a network in training mode";
  evaluate(fit.net, loader_of(fit, {.batch_size = 2}), watching);
  expect(!seen().training, "eval mode while it runs", "training mode",
         "EvalGuard puts the network into eval mode, for as long as it lives.");
}

CHECK_CASE("evaluate", "meanwhile nothing is recorded") {
  Fit fit(6, 6);
  watched() = &fit.net;
  seen() = {};
  current_call() = "evaluate";
  evaluate(fit.net, loader_of(fit, {.batch_size = 2}), watching);
  expect_equal(seen().calls, std::int64_t{3}, "Go over all batches of the loader.");
  expect(!seen().recorded, "outputs without a graph", "outputs that keep their graph",
         "A NoGradGuard must live while the network computes: nobody will go backwards.");
}

CHECK_CASE("evaluate", "afterwards every module is in the mode in which it was") {
  const char* idea =
      "EvalGuard remembers the mode of each module, and sets it back when it dies. "
      "Let it, and set no mode yourself.";
  nn::Sequential net;
  net.push_back(std::make_shared<nn::Linear>(2, 3));
  net.push_back(std::make_shared<nn::Dropout>(0.5));
  net.push_back(std::make_shared<nn::Linear>(3, 1));
  const auto modes = [&] {
    std::vector<bool> all = {net.is_training()};
    for (const nn::NamedModule& child : net.named_children()) {
      all.push_back(child.module->is_training());
    }
    return all;
  };
  const Fit fit(4, 4);
  for (const bool first : {true, false}) {
    net.train(first);
    net.named_children()[1].module->train(!first);
    const std::vector<bool> before = modes();
    current_call() = "evaluate of a network with one child in another mode";
    evaluate(net, loader_of(fit, {.batch_size = 2}), mean_squared_error);
    expect(modes() == before, "the modes as they were", "other modes", idea);
    const Criterion throws = [](const Tensor& output, const Tensor&) -> Tensor {
      throw std::invalid_argument("no loss for " + show(output.sizes()));
    };
    expect_refusal({"no loss"}, "Let errors pass.",
                   [&] { return evaluate(net, loader_of(fit, {.batch_size = 2}), throws).mean; });
    current_call() = "evaluate with a criterion that throws";
    expect(modes() == before, "the modes as they were", "other modes", idea);
  }
}

CHECK_CASE("evaluate", "no weight, no gradient, no random number and no loader changes") {
  const char* idea = "Evaluation only looks.";
  Fit fit(7, 7);
  fit.trainer->accumulate(1);
  const Values before = fit.weights();
  const Tensor gradients = fit.gradients();
  const Generator::State random = default_generator().state();
  DataLoader loader = loader_of(fit, {.batch_size = 2, .shuffle = true, .seed = 3});
  loader.next();
  const data::LoaderState place = loader.state();
  current_call() = "evaluate";
  evaluate(fit.net, loader, mean_squared_error);
  expect(fit.weights() == before, "the weights as they were", "other weights", idea);
  expect(values_of(fit.gradients()) == values_of(gradients), "the gradients as they were",
         "other gradients", idea);
  expect(default_generator().state() == random, "the generator as it was", "another state", idea);
  expect(loader.state() == place, "the loader as it was", "another place", idea);
}

CHECK_CASE("evaluate", "the mean of no samples is NaN") {
  Fit fit(3, 3);
  current_call() = "evaluate with a loader without a batch";
  const Score score =
      evaluate(fit.net, loader_of(fit, {.batch_size = 4, .drop_last = true}), mean_squared_error);
  expect_equal(score.samples, std::int64_t{0}, "There are none.");
  expect_close(score.mean, std::nan(""), "0 / 0 is NaN in double: it says that nobody knows.");
}

// snapshot

namespace {

// A network with dropout, a shuffled loader and Adam: all that can be forgotten.
struct Run {
  explicit Run(std::uint64_t seed) {
    manual_seed(seed);
    net.push_back(std::make_shared<nn::Linear>(2, 6));
    net.push_back(std::make_shared<nn::Dropout>(0.3));
    net.push_back(std::make_shared<nn::Linear>(6, 2));
    adam.emplace(net.parameters(), optim::AdamOptions{.lr = 0.05});
    const data::Example points = data::moons(22, 0.1, 5);
    trainer.emplace(net, *adam,
                    DataLoader(std::make_shared<TensorDataset>(points.data, points.target),
                               {.batch_size = 4, .shuffle = true, .seed = 4}),
                    mean_cross_entropy,
                    TrainerOptions{.schedule = CosineSchedule{.lr = 0.05, .steps = 40}});
  }

  Values steps(int count) {
    Values losses;
    for (int i = 0; i < count; ++i) {
      losses.push_back(trainer->step().loss);
    }
    return losses;
  }

  nn::Sequential net;
  std::optional<optim::Adam> adam;
  std::optional<Trainer> trainer;
};

void expect_list(const std::vector<NamedTensor>& actual, const std::vector<NamedTensor>& expected,
                 const char* idea) {
  const auto names = [](const std::vector<NamedTensor>& list) {
    std::string all;
    for (const NamedTensor& each : list) {
      all += (all.empty() ? "" : ", ") + each.name;
    }
    return all.empty() ? "nothing" : all;
  };
  expect(names(actual) == names(expected), names(expected), names(actual), idea);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::vector<float> values = values_of(expected[i].tensor);
    expect_tensor(actual[i].tensor, expected[i].tensor.sizes(), {values.begin(), values.end()}, 0,
                  0, idea);
  }
}

}  // namespace

CHECK_CASE("snapshot", "the weights and what the optimizer remembers are in it, by name") {
  Run run(1);
  run.steps(3);
  current_call() = "snapshot after 3 steps";
  const Snapshot now = run.trainer->snapshot();
  expect_list(now.net, run.net.state_dict(), "net is the state_dict of net_.");
  expect_list(now.optimizer, run.adam->state_dict(), "optimizer is the state_dict of optimizer_.");
}

CHECK_CASE("snapshot", "the rate, the places and the generator are in it") {
  Run run(1);
  run.steps(8);
  current_call() = "snapshot after 8 steps of an epoch of 6";
  const Snapshot now = run.trainer->snapshot();
  expect_close(now.lr, run.adam->lr(), "lr is that of optimizer_.");
  expect(now.loader == run.trainer->loader().state(), "the state of loader_", "another state",
         "loader is the state of loader_.");
  expect(now.generator == default_generator().state(), "the state of default_generator()",
         "another state", "Dropout draws from default_generator(): keep its state.");
  expect_equal(now.step, std::int64_t{8}, "step is step_.");
  expect_equal(now.batches, std::int64_t{2}, "batches is batches_.");
  expect_equal(now.batches_per_epoch, std::int64_t{6}, "Leave what was filled in above.");
}

CHECK_CASE("snapshot", "it is a copy: later steps leave it as it was") {
  const char* idea =
      "A tensor is a handle of memory that goes on changing: copies(...) clones them.";
  Run run(2);
  run.steps(2);
  const Snapshot now = run.trainer->snapshot();
  const std::string before = encode(now);
  run.steps(3);
  current_call() = "snapshot, then 3 more steps: the snapshot";
  expect(encode(now) == before, "the numbers as they were", "other numbers", idea);
}

CHECK_CASE("snapshot", "taking one changes nothing") {
  Run one(3);
  Run other(3);
  one.steps(2);
  one.trainer->snapshot();
  const Values with = one.steps(6);
  manual_seed(3);
  Run again(3);
  again.steps(2);
  const Values without = again.steps(6);
  current_call() = "6 steps after a snapshot";
  expect(with == without, "the losses of a training without it", "other losses",
         "A snapshot only looks.");
}

CHECK_CASE("snapshot", "from a snapshot a training goes on bit by bit") {
  const char* idea = "Everything that decides what comes next must be in the snapshot.";
  for (const int when : {0, 1, 4, 6, 11}) {
    Run run(4);
    run.steps(when);
    const Snapshot then = run.trainer->snapshot();
    const Values expected = run.steps(9);
    Run other(99);
    other.steps(3);
    other.trainer->restore(then);
    current_call() = "a snapshot after " + show(when) + " steps, restored into another training";
    const Values found = other.steps(9);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expect(found[i] == expected[i],
             "the loss " + show(expected[i]) + " in step " + show(static_cast<std::int64_t>(i)),
             show(found[i]), idea);
    }
    expect_list(other.net.state_dict(), run.net.state_dict(), idea);
  }
}

// unseal

namespace {

std::string quoted(const std::string& bytes) {
  return show(static_cast<std::int64_t>(bytes.size())) + " bytes";
}

void expect_broken(const std::string& bytes, const std::string& what, const char* idea) {
  current_call() = "unseal of " + what;
  expect_refusal({"[unseal]"}, idea, [&] { return quoted(unseal(bytes)); });
}

}  // namespace

CHECK_CASE("unseal", "what was sealed comes out again") {
  const char* idea = "The contents are all that follows the first 24 bytes.";
  for (const std::string& contents :
       {std::string("abc"), std::string(), std::string("\0\1\0", 3), std::string(1000, '\xFF')}) {
    current_call() = "unseal(seal(" + quoted(contents) + "))";
    const std::string found = unseal(seal(contents));
    expect(found == contents, quoted(contents) + ", as they were",
           quoted(found) + (found.size() == contents.size() ? ", but others" : ""), idea);
  }
}

CHECK_CASE("unseal", "bytes that are no checkpoint are refused") {
  const char* idea = "Compare the first 8 bytes with `magic`, before all else.";
  expect_broken("", "no bytes", idea);
  expect_broken(std::string(100, 'x'), "100 times x", idea);
  std::string other = seal("abc");
  other[0] = 'T';
  expect_broken(other, "a checkpoint that begins with T", idea);
}

CHECK_CASE("unseal", "a checkpoint that ends too early is refused") {
  const char* idea =
      "Fewer than envelope_bytes bytes are no envelope, and the number at place 16 "
      "says how many come after it.";
  const std::string whole = seal("some contents");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_broken(whole.substr(0, size),
                  "the first " + show(static_cast<std::int64_t>(size)) + " of " + quoted(whole),
                  idea);
  }
}

CHECK_CASE("unseal", "bytes after the end are refused") {
  expect_broken(seal("abc") + "d", "a checkpoint and one byte more",
                "The number at place 16 says how many bytes follow: no fewer, and no more.");
}

CHECK_CASE("unseal", "another version is refused, and named") {
  const char* idea =
      "Look at the version before you trust anything after it, and put it into the "
      "text of the error.";
  for (const int version : {0, 2, 7}) {
    std::string bytes = seal("abc");
    bytes[8] = static_cast<char>(version);
    const std::string number = std::to_string(version);
    current_call() = "unseal of a checkpoint of version " + number;
    expect_refusal({"[unseal]", "version", number.c_str()}, idea,
                   [&] { return quoted(unseal(bytes)); });
  }
}

CHECK_CASE("unseal", "one bit that has changed anywhere is noticed") {
  const char* sum =
      "Compute the checksum of the contents, and compare it with the one in the envelope.";
  const char* size = "The number at place 16 must be exactly how many bytes follow.";
  const std::string whole = seal("the weights of a network");
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[place] = static_cast<char>(changed[place] ^ (1 << bit));
      expect_broken(changed,
                    "a checkpoint with another byte " + show(static_cast<std::int64_t>(place)),
                    place >= 16 && place < 24 ? size : sum);
    }
  }
}

CHECK_CASE("unseal", "two bytes that changed places are noticed") {
  std::string bytes = seal("ab");
  std::swap(bytes[24], bytes[25]);
  expect_broken(bytes, "a checkpoint whose contents stand the other way round",
                "Use checksum(contents): a sum of the bytes would not notice it.");
}

CHECK_CASE("unseal", "a broken checkpoint leaves the training as it was") {
  Run run(5);
  run.steps(2);
  std::string bytes = run.trainer->save();
  run.steps(2);
  const std::string now = run.trainer->save();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  current_call() = "load of a checkpoint with one changed bit";
  expect_refusal({"[unseal]"}, "Refuse it.", [&] {
    run.trainer->load(bytes);
    return "what was loaded";
  });
  expect(run.trainer->save() == now, "the training as it was", "another one",
         "Refuse before anything is used.");
}

// What the student measures.

namespace {

std::int64_t& most_live() {
  static std::int64_t bytes = 0;
  return bytes;
}

Tensor noting(const Tensor& output, const Tensor& target) {
  most_live() = std::max(most_live(), memory_stats().live_bytes);
  return cross_entropy(output, target);
}

// A network of 784, 128 and 10 numbers, as for digits, on examples of zeros.
struct Digits {
  explicit Digits(std::int64_t examples, std::int64_t batch_size, std::int64_t accumulate = 1) {
    net.push_back(std::make_shared<nn::Linear>(784, 128));
    net.push_back(std::make_shared<nn::ReLU>());
    net.push_back(std::make_shared<nn::Linear>(128, 10));
    adam.emplace(net.parameters());
    trainer.emplace(
        net, *adam,
        DataLoader(std::make_shared<TensorDataset>(zeros({examples, 784}), zeros({examples})),
                   {.batch_size = batch_size}),
        noting, TrainerOptions{.accumulate = accumulate});
  }

  // The most bytes in use when a loss is to be worked out, in the second step, beyond those that
  // are there before it.
  double kept() {
    trainer->step();
    const std::int64_t before = memory_stats().live_bytes;
    most_live() = 0;
    trainer->step();
    return static_cast<double>(most_live() - before);
  }

  nn::Sequential net;
  std::optional<optim::Adam> adam;
  std::optional<Trainer> trainer;
};

}  // namespace

MEASURE("bytes-per-sample") {
  return (Digits(256, 128).kept() - Digits(128, 64).kept()) / 64;
}

MEASURE("kept-four") {
  return Digits(512, 64, 4).kept();
}

MEASURE("checkpoint-bytes") {
  Digits digits(4, 2);
  digits.trainer->step();
  return static_cast<double>(digits.trainer->save().size());
}

MEASURE("steps") {
  Fit fit(7996, 64, {.accumulate = 4});
  fit.trainer->train_epoch();
  return static_cast<double>(fit.trainer->steps());
}
