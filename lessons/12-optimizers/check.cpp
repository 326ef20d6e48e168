#include "wasm/runner/check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/nn/layers.h"
#include "engine/nn/losses.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/operators.h"
#include "engine/optim/optimizer.h"
#include "engine/optim/optimizers.h"
#include "engine/record.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using kernel::AdamFactors;
using nn::NamedTensor;
using optim::Piece;
using optim::State;
using tt::check::show;

constexpr std::int64_t each = sizeof(float);

using Numbers = std::vector<float>;

Numbers draw_numbers(Draw& draw, std::int64_t count) {
  return values_of(random_tensor(draw, {count}));
}

Tensor tensor_of(const Numbers& numbers) {
  return laid_out({static_cast<std::int64_t>(numbers.size())}, numbers, Layout::contiguous);
}

std::string written(const Numbers& numbers) {
  std::size_t next = 0;
  return detail::nested(numbers, {static_cast<std::int64_t>(numbers.size())}, 0, next);
}

void expect_numbers(const char* what, const Numbers& actual, const std::vector<double>& expected,
                    const char* idea, double rtol = 1e-5, double atol = 1e-6) {
  const std::string call = current_call();
  current_call() = call + ", then " + what;
  expect_tensor(tensor_of(actual), {static_cast<std::int64_t>(expected.size())}, expected, rtol,
                atol, idea);
  current_call() = call;
}

// One of the five rules in double, straight from its formula.
struct Exact {
  std::string kind = "Adam";  // or "SGD" or "AdamW"
  double lr = 0;
  double decay = 0;
  double momentum = 0;
  bool nesterov = false;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;

  std::vector<double> w = {};
  std::vector<double> m = {};  // or the velocity
  std::vector<double> v = {};
  int steps = 0;

  void step(const Numbers& grads) {
    m.resize(w.size());
    v.resize(w.size());
    ++steps;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const double before = w[i];
      double g = static_cast<double>(grads[i]);
      g = kind == "AdamW" ? g : g + decay * before;
      if (kind == "SGD") {
        m[i] = momentum * m[i] + g;
        w[i] = before - lr * (nesterov ? g + momentum * m[i] : m[i]);
        continue;
      }
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      const double mean = m[i] / (1 - std::pow(beta1, steps));
      const double square = v[i] / (1 - std::pow(beta2, steps));
      w[i] = kind == "AdamW" ? before - lr * decay * before : before;
      w[i] -= lr * mean / (std::sqrt(square) + eps);
    }
  }
};

std::vector<double> as_doubles(const Numbers& numbers) {
  return {numbers.begin(), numbers.end()};
}

// What Adam is tested with, and its factors, computed here.
AdamFactors exact_factors(const Exact& rule, int steps) {
  return {static_cast<float>(rule.beta1),
          static_cast<float>(1 - rule.beta1),
          static_cast<float>(rule.beta2),
          static_cast<float>(1 - rule.beta2),
          static_cast<float>(rule.lr / (1 - std::pow(rule.beta1, steps))),
          static_cast<float>(std::sqrt(1 - std::pow(rule.beta2, steps))),
          static_cast<float>(rule.eps),
          static_cast<float>(rule.decay),
          static_cast<float>(1 - rule.lr * rule.decay)};
}

Tensor leaf(const Shape& shape, float value) {
  Tensor w = full(shape, value);
  return w.requires_grad_();
}

void set_grad(const Tensor& parameter, const Tensor& grad) {
  parameter.node()->grad = grad;
}

void expect_all(const Tensor& x, double value, const char* idea) {
  expect_tensor(x, x.sizes(), std::vector<double>(static_cast<std::size_t>(x.numel()), value), 1e-6,
                1e-7, idea);
}

}  // namespace

// sgd

CHECK_CASE("sgd", "every weight moves against its gradient, lr times as far") {
  const char* idea = "w[i] becomes w[i] - lr * g[i].";
  Numbers w = {1, 2, -1};
  const Numbers g = {2, -4, 0.5F};
  current_call() = "sgd(w = [1, 2, -1], g = [2, -4, 0.5], lr = 0.1, weight_decay = 0)";
  kernel::sgd(w.data(), g.data(), 3, 0.1F, 0);
  expect_numbers("w", w, {0.8, 2.4, -1.05}, idea);
}

CHECK_CASE("sgd", "weight decay pulls every weight towards 0") {
  const char* idea = "The gradient that counts is g[i] + weight_decay * w[i].";
  Numbers w = {2, -2, 0};
  const Numbers g = {3, 0, 0};
  current_call() = "sgd(w = [2, -2, 0], g = [3, 0, 0], lr = 0.1, weight_decay = 0.5)";
  kernel::sgd(w.data(), g.data(), 3, 0.1F, 0.5F);
  expect_numbers("w", w, {1.6, -1.9, 0}, idea);
}

CHECK_CASE("sgd", "only count numbers are touched") {
  Numbers w = {1, 1, 7};
  const Numbers g = {1, 1, 1};
  current_call() = "sgd(w, g, count = 2, ...)";
  kernel::sgd(w.data(), g.data(), 2, 1, 0);
  expect_numbers("w", w, {0, 0, 7}, "i goes from 0 to count - 1.");
  kernel::sgd(w.data(), g.data(), 0, 1, 0);
  current_call() = "sgd(w, g, count = 0, ...)";
  expect_numbers("w", w, {0, 0, 7}, "With a count of 0 there is nothing to do.");
}

CHECK_CASE("sgd", "ten steps of sgd, each with other gradients, follow the formula") {
  Draw draw;
  for (const std::int64_t count : {1, 5, 8}) {
    Numbers w = draw_numbers(draw, count);
    Exact exact = {.kind = "SGD", .lr = 0.1, .decay = 0.3, .w = as_doubles(w)};
    for (int step = 1; step <= 10; ++step) {
      const Numbers g = draw_numbers(draw, count);
      current_call() = "step " + std::to_string(step) + ": sgd(w = " + written(w) +
                       ", g = " + written(g) + ", lr = 0.1, weight_decay = 0.3)";
      kernel::sgd(w.data(), g.data(), count, 0.1F, 0.3F);
      exact.step(g);
      expect_numbers("w", w, exact.w, "Both parts of the gradient read the w of before the step.");
    }
  }
}

// momentum

namespace {

void momentum_step(Numbers& w, const Numbers& g, Numbers& v, const kernel::Momentum& rule) {
  current_call() =
      "sgd_momentum(w = " + written(w) + ", g = " + written(g) + ", v = " + written(v) +
      ", lr = " + show(rule.lr) + ", momentum = " + show(rule.momentum) +
      ", weight_decay = " + show(rule.weight_decay) + ", nesterov = " + show(rule.nesterov) + ")";
  kernel::sgd_momentum(w.data(), g.data(), v.data(), static_cast<std::int64_t>(w.size()), rule);
}

}  // namespace

CHECK_CASE("momentum", "with no velocity yet, a step is that of sgd") {
  Numbers w = {1, 2};
  Numbers v = {0, 0};
  momentum_step(w, {2, -4}, v, {0.1F, 0.9F, 0, false});
  expect_numbers("v", v, {2, -4}, "0.9 times 0, plus the gradient, is the gradient.");
  expect_numbers("w", w, {0.8, 2.4}, "The weight moves by lr times the new velocity.");
}

CHECK_CASE("momentum", "the velocity keeps a share of what it was") {
  const char* idea =
      "The new velocity is momentum * v[i] + the gradient, and it must be kept in v.";
  Numbers w = {0, 0};
  Numbers v = {0, 10};
  const kernel::Momentum rule = {0.1F, 0.9F, 0, false};
  momentum_step(w, {1, 0}, v, rule);
  momentum_step(w, {1, 0}, v, rule);
  expect_numbers("v", v, {1.9, 8.1}, idea);
  momentum_step(w, {1, 0}, v, rule);
  expect_numbers("v", v, {2.71, 7.29}, idea);
  expect_numbers("w", w, {-0.561, -2.439}, "The weight moves by lr times the new velocity.");
}

CHECK_CASE("momentum", "the weight decay is a part of the gradient, and so of the velocity") {
  Numbers w = {2};
  Numbers v = {1};
  momentum_step(w, {3}, v, {0.1F, 0.5F, 0.25F, false});
  expect_numbers("v", v, {4}, "v becomes momentum * v + g + weight_decay * w.");
  expect_numbers("w", w, {1.6}, "The weight moves by lr times the new velocity.");
}

CHECK_CASE("momentum", "nesterov adds the velocity once more, after the gradient") {
  Numbers w = {2};
  Numbers v = {1};
  momentum_step(w, {3}, v, {0.1F, 0.5F, 0, true});
  expect_numbers("v", v, {3.5}, "The velocity itself is the same with nesterov.");
  expect_numbers("w", w, {1.525},
                 "With nesterov the weight moves by lr * (grad + momentum * the new velocity).");
}

CHECK_CASE("momentum", "ten steps with a velocity, each with other gradients, follow the formula") {
  Draw draw;
  for (const bool nesterov : {false, true}) {
    Numbers w = draw_numbers(draw, 6);
    Numbers v(6, 0);
    Exact exact = {.kind = "SGD",
                   .lr = 0.05,
                   .decay = 0.2,
                   .momentum = 0.9,
                   .nesterov = nesterov,
                   .w = as_doubles(w)};
    for (int step = 1; step <= 10; ++step) {
      const Numbers g = draw_numbers(draw, 6);
      momentum_step(w, g, v, {0.05F, 0.9F, 0.2F, nesterov});
      exact.step(g);
      const char* idea = "Each step needs the velocity that the last one left.";
      expect_numbers("v", v, exact.m, idea);
      expect_numbers("w", w, exact.w, idea);
    }
  }
}

// adam_factors

namespace {

AdamFactors factors_of(const optim::AdamOptions& options, double lr, std::int64_t steps) {
  current_call() = "adam_factors(betas = {" + show(options.betas[0]) + ", " +
                   show(options.betas[1]) + "}, eps = " + show(options.eps) +
                   ", weight_decay = " + show(options.weight_decay) + ", lr = " + show(lr) +
                   ", steps = " + show(steps) + ")";
  return kernel::adam_factors(options, lr, steps);
}

void expect_factor(const char* name, float actual, double expected, const char* idea,
                   double rtol = 1e-6) {
  expect(is_close(actual, expected, rtol, 0),
         std::string(name) + " = " + show(static_cast<float>(expected)),
         std::string(name) + " = " + show(actual), idea);
}

}  // namespace

CHECK_CASE("adam_factors", "what stays and what comes in are 1 together") {
  const AdamFactors factors = factors_of({.betas = {0.75, 0.5}}, 0.1, 1);
  const char* idea = "keep is the beta, take is 1 - beta.";
  expect_factor("keep_m", factors.keep_m, 0.75, idea);
  expect_factor("take_m", factors.take_m, 0.25, idea);
  expect_factor("keep_v", factors.keep_v, 0.5, idea);
  expect_factor("take_v", factors.take_v, 0.5, idea);
}

CHECK_CASE("adam_factors", "1 - beta is computed in double, and rounded once") {
  const AdamFactors factors = factors_of({}, 0.1, 1);
  const char* idea =
      "1 - 0.999F is 0.000999987: rounding 0.999 first spoils the difference. Subtract the "
      "doubles, then cast.";
  expect_factor("take_m", factors.take_m, 1 - 0.9, idea, 1e-7);
  expect_factor("take_v", factors.take_v, 1 - 0.999, idea, 1e-7);
}

CHECK_CASE("adam_factors", "the first step makes up for moments that began at 0") {
  const AdamFactors factors = factors_of({}, 0.01, 1);
  expect_factor("step_size", factors.step_size, 0.1,
                "After 1 step m holds 1 - beta1^1 = 0.1 of a gradient, so step_size is lr / 0.1.");
  expect_factor("root", factors.root, std::sqrt(0.001),
                "After 1 step v holds 1 - beta2^1 = 0.001 of a square, and its root that root.");
}

CHECK_CASE("adam_factors", "the correction fades as the steps go on") {
  const char* idea = "The beta to the power of steps, the steps that m and v have seen.";
  for (const std::int64_t steps : {2, 3, 10, 1000, 100'000}) {
    const AdamFactors factors = factors_of({.betas = {0.8, 0.99}}, 0.1, steps);
    const auto t = static_cast<double>(steps);
    expect_factor("step_size", factors.step_size, 0.1 / (1 - std::pow(0.8, t)), idea);
    expect_factor("root", factors.root, std::sqrt(1 - std::pow(0.99, t)), idea);
  }
}

CHECK_CASE("adam_factors", "eps and the two ways to decay") {
  const AdamFactors factors = factors_of({.eps = 0.25, .weight_decay = 0.5}, 0.1, 3);
  expect_factor("eps", factors.eps, 0.25, "It comes as it is.");
  expect_factor("weight_decay", factors.weight_decay, 0.5, "It comes as it is.");
  expect_factor("shrink", factors.shrink, 0.95,
                "1 - lr * weight_decay, with the lr itself: moments have no part in it.");
}

CHECK_CASE("adam_factors", "the learning rate of this step counts, not that of the options") {
  const AdamFactors factors = factors_of({.lr = 7, .betas = {0, 0.5}, .weight_decay = 0.5}, 0.1, 1);
  const char* idea = "options.lr is what training began with. The argument lr is what it is now.";
  expect_factor("step_size", factors.step_size, 0.1, idea);
  expect_factor("shrink", factors.shrink, 0.95, idea);
}

// adam_move

namespace {

float move(float g, float& m, float& v, const AdamFactors& factors) {
  current_call() = "adam_move(g = " + show(g) + ", m = " + show(m) + ", v = " + show(v) + ")";
  return kernel::adam_move(g, m, v, factors);
}

}  // namespace

CHECK_CASE("adam_move", "both moments keep a share and take in a share") {
  // keep_m, take_m, keep_v, take_v, step_size, root, eps
  const AdamFactors factors = {0.75F, 0.25F, 0.5F, 0.5F, 1, 1, 0, 0, 1};
  float m = 4;
  float v = 8;
  move(2, m, v, factors);
  expect_factor("m", m, 3.5, "m becomes keep_m * m + take_m * g.");
  expect_factor("v", v, 6, "v becomes keep_v * v + take_v * g * g.");
}

CHECK_CASE("adam_move", "v takes in the square of the gradient") {
  const AdamFactors factors = {0.5F, 0.5F, 0.5F, 0.5F, 1, 1, 0, 0, 1};
  float m = 0;
  float v = 0;
  move(-3, m, v, factors);
  expect_factor("m", m, -1.5, "m takes in the gradient with its sign.");
  expect_factor("v", v, 4.5, "v takes in the square: -3 and 3 are equally large.");
}

CHECK_CASE("adam_move", "the first move is the learning rate, whatever the gradient") {
  const AdamFactors factors = exact_factors({.lr = 0.01}, 1);
  for (const float g : {1.0F, 1000.0F, 0.001F, -0.001F, -1.0F, -1000.0F}) {
    float m = 0;
    float v = 0;
    expect_factor("the move", move(g, m, v, factors), g > 0 ? 0.01 : -0.01,
                  "step_size * m over sqrt(v) / root: the size of g stands above and below.", 3e-5);
  }
}

CHECK_CASE("adam_move", "eps is added to the root, after the correction") {
  const char* idea = "The divisor is std::sqrt(v) / root + eps.";
  float m = 0;
  float v = 0;
  expect_factor("the move", move(0, m, v, exact_factors({.lr = 0.01}, 1)), 0,
                "With no gradient ever, 0 is divided by eps, and not by 0.");
  m = 2;
  v = 16;
  const AdamFactors factors = {1, 0, 1, 0, 3, 0.5F, 4, 0, 1};
  expect_factor("the move", move(0, m, v, factors), 0.5, idea);
}

CHECK_CASE("adam_move", "ten moves, each with another gradient, follow the formula") {
  Draw draw;
  Exact exact = {.kind = "Adam", .lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .w = {0}};
  float m = 0;
  float v = 0;
  for (int step = 1; step <= 10; ++step) {
    const Numbers g = draw_numbers(draw, 1);
    const double before = exact.w[0];
    exact.step(g);
    const float moved = move(g[0], m, v, exact_factors(exact, step));
    const char* idea = "Each move needs the moments that the last one left.";
    expect_numbers("m, v and the move", {m, v, moved},
                   {exact.m[0], exact.v[0], before - exact.w[0]}, idea);
  }
}

// adamw

namespace {

void adamw_step(Numbers& w, const Numbers& g, Numbers& m, Numbers& v, const AdamFactors& factors) {
  current_call() = "adamw(w = " + written(w) + ", g = " + written(g) + ", m = " + written(m) +
                   ", v = " + written(v) + ", shrink = " + show(factors.shrink) + ")";
  kernel::adamw(w.data(), g.data(), m.data(), v.data(), static_cast<std::int64_t>(w.size()),
                factors);
}

}  // namespace

CHECK_CASE("adamw", "a weight without a gradient shrinks, and its moments stay 0") {
  Numbers w = {2, -4};
  Numbers m = {0, 0};
  Numbers v = {0, 0};
  adamw_step(w, {0, 0}, m, v, exact_factors({.lr = 0.1, .decay = 0.5}, 1));
  expect_numbers("m and v", {m[0], m[1], v[0], v[1]}, {0, 0, 0, 0},
                 "The decay must not go through the moments: give adam_move the g as it is.", 0, 0);
  expect_numbers("w", w, {1.9, -3.8}, "Multiply by shrink, which is 1 - lr * weight_decay.");
}

CHECK_CASE("adamw", "what shrinks is the weight before its move") {
  Numbers w = {2};
  Numbers m = {0};
  Numbers v = {0};
  adamw_step(w, {3}, m, v, {0, 1, 0, 1, 1, 1, 0, 0, 0.5F});
  expect_numbers("w", w, {0}, "w becomes shrink * w, minus the move, which does not shrink.");
}

CHECK_CASE("adamw", "every number has moments of its own, and only count numbers are touched") {
  Numbers w = {1, 1, 1, 7};
  Numbers m = {0, 1, 2, 7};
  Numbers v = {1, 1, 4, 7};
  const Numbers g = {2, 0, 2, 9};
  const AdamFactors factors = {0.5F, 0.5F, 0.5F, 0.5F, 1, 1, 0, 0, 1};
  current_call() =
      "adamw(w = [1, 1, 1, 7], g = [2, 0, 2, 9], m = [0, 1, 2, 7], v = [1, 1, 4, 7], "
      "count = 3, ...)";
  kernel::adamw(w.data(), g.data(), m.data(), v.data(), 3, factors);
  const char* idea = "Number i has the gradient g[i] and the moments m[i] and v[i].";
  expect_numbers("m", m, {1, 0.5, 2, 7}, idea);
  expect_numbers("v", v, {2.5, 0.5, 4, 7}, idea);
  expect_numbers("w", w, {1 - 1 / std::sqrt(2.5), 1 - 0.5 / std::sqrt(0.5), 0, 7}, idea);
}

CHECK_CASE("adamw", "ten steps of adamw, each with other gradients, follow the formula") {
  Draw draw;
  Numbers w = draw_numbers(draw, 5);
  Numbers m(5, 0);
  Numbers v(5, 0);
  Exact exact = {
      .kind = "AdamW", .lr = 0.05, .decay = 0.4, .beta1 = 0.8, .beta2 = 0.95, .w = as_doubles(w)};
  for (int step = 1; step <= 10; ++step) {
    const Numbers g = draw_numbers(draw, 5);
    adamw_step(w, g, m, v, exact_factors(exact, step));
    exact.step(g);
    const char* idea = "w becomes shrink * w, minus adam_move(g, m, v).";
    expect_numbers("m", m, exact.m, idea);
    expect_numbers("v", v, exact.v, idea);
    expect_numbers("w", w, exact.w, idea);
  }
}

// step

namespace {

// Moves nothing, and writes down what it was asked to move.
struct Probe : optim::Optimizer {
  struct Call {
    Tensor parameter;
    Tensor grad;
    std::int64_t steps;
    std::vector<Tensor> moments;
    bool recorded;
  };

  explicit Probe(const std::vector<Tensor>& parameters,
                 const std::vector<std::string>& moments = {"first", "second"})
      : Optimizer(parameters, 0.1, moments) {}

  std::vector<Call> calls;

 private:
  void update(Tensor& parameter, const Tensor& grad, State& state) override {
    calls.push_back({parameter, grad, state.steps, state.moments, grad_enabled()});
  }
};

std::string list_of(const std::vector<std::int64_t>& numbers) {
  return numbers.empty() ? "none" : show(numbers);
}

// Which parameters were handed to update, by their numbers.
void expect_calls(const Probe& probe, const std::vector<std::int64_t>& expected, const char* idea) {
  std::vector<std::int64_t> actual;
  for (const Probe::Call& call : probe.calls) {
    std::int64_t number = -1;
    for (std::size_t k = 0; k < probe.parameters().size(); ++k) {
      if (nn::is_same_tensor(probe.parameters()[k], call.parameter)) {
        number = static_cast<std::int64_t>(k);
      }
    }
    actual.push_back(number);
  }
  expect(actual == expected, "update called for the parameters " + list_of(expected),
         "update called for the parameters " + list_of(actual), idea);
}

std::unique_ptr<optim::Optimizer> optimizer_of(const Exact& rule,
                                               const std::vector<Tensor>& parameters) {
  if (rule.kind == "SGD") {
    return std::make_unique<optim::SGD>(
        parameters, optim::SGDOptions{rule.lr, rule.momentum, rule.decay, rule.nesterov});
  }
  const std::array<double, 2> betas = {rule.beta1, rule.beta2};
  if (rule.kind == "Adam") {
    return std::make_unique<optim::Adam>(parameters,
                                         optim::AdamOptions{rule.lr, betas, rule.eps, rule.decay});
  }
  return std::make_unique<optim::AdamW>(parameters,
                                        optim::AdamWOptions{rule.lr, betas, rule.eps, rule.decay});
}

// Ten steps of two tensors of different shape; in step 4 the second one has no gradient, and from
// step 7 on the learning rate is half of what it was.
void expect_ten_steps(const std::string& name, const Exact& rule, const char* idea) {
  Draw draw;
  Tensor parameters[] = {random_tensor(draw, {2, 3}), random_tensor(draw, {4})};
  Exact exact[] = {rule, rule};
  for (std::size_t k = 0; k < 2; ++k) {
    exact[k].w = as_doubles(values_of(parameters[k]));
    parameters[k].requires_grad_();
  }
  const auto optimizer = optimizer_of(rule, {parameters[0], parameters[1]});
  for (int step = 1; step <= 10; ++step) {
    if (step == 7) {
      optimizer->set_lr(rule.lr / 2);
    }
    for (std::size_t k = 0; k < 2; ++k) {
      exact[k].lr = optimizer->lr();
      if (k == 1 && step == 4) {
        set_grad(parameters[k], Tensor());
        continue;
      }
      const Tensor grad = random_tensor(draw, parameters[k].sizes());
      set_grad(parameters[k], grad);
      exact[k].step(values_of(grad));
    }
    optimizer->step();
    for (std::size_t k = 0; k < 2; ++k) {
      current_call() = name + " over tensors of shape (2, 3) and (4,), step " +
                       std::to_string(step) + ", then parameter " + std::to_string(k);
      expect_tensor(parameters[k], parameters[k].sizes(), exact[k].w, 1e-5, 1e-6, idea);
    }
  }
}

}  // namespace

CHECK_CASE("step", "every parameter is handed to update, with its own gradient") {
  const Tensor a = leaf({2}, 1);
  const Tensor b = leaf({3}, 2);
  set_grad(a, full({2}, 10));
  set_grad(b, full({3}, 20));
  Probe probe({a, b});
  current_call() = "step() with two parameters";
  probe.step();
  expect_calls(probe, {0, 1}, "Walk over parameters_, and call update for each.");
  expect_all(probe.calls[0].grad, 10, "parameters_[i].grad() is the gradient of parameter i.");
  expect_all(probe.calls[1].grad, 20, "parameters_[i].grad() is the gradient of parameter i.");
}

CHECK_CASE("step", "a parameter without a gradient is left out, and the others are not") {
  const Tensor a = leaf({2}, 1);
  const Tensor b = leaf({3}, 2);
  const Tensor c = leaf({4}, 3);
  set_grad(a, full({2}, 10));
  set_grad(c, full({4}, 30));
  Probe probe({a, b, c});
  current_call() = "step() where parameter 1 has no gradient";
  probe.step();
  expect_calls(probe, {0, 2}, "Where grad.defined() is false, go on with the next parameter.");
}

CHECK_CASE("step", "each parameter counts the steps that have moved it, beginning with 1") {
  const Tensor a = leaf({2}, 1);
  const Tensor b = leaf({3}, 2);
  set_grad(a, full({2}, 10));
  Probe probe({a, b});
  probe.step();
  probe.step();
  set_grad(b, full({3}, 20));
  probe.step();
  current_call() = "three times step(), where parameter 1 has a gradient only in the last";
  expect_calls(probe, {0, 0, 0, 1}, "Where grad.defined() is false, go on with the next.");
  const char* idea =
      "Count states_[i].steps one up, before update and only for a parameter that moves.";
  std::vector<std::int64_t> steps;
  for (const Probe::Call& call : probe.calls) {
    steps.push_back(call.steps);
  }
  expect(steps == std::vector<std::int64_t>{1, 2, 3, 1}, "steps 1, 2, 3 and 1",
         "steps " + show(steps), idea);
}

CHECK_CASE("step", "the first step makes the moments: zeros, of the parameter's shape") {
  const Tensor a = leaf({2, 3}, 1);
  const Tensor b = leaf({4}, 2);
  set_grad(a, full({2, 3}, 10));
  set_grad(b, full({4}, 20));
  Probe probe({a, b});
  current_call() = "step() of an optimizer that remembers two moments";
  probe.step();
  const char* idea =
      "As long as state.moments has fewer than moment_names_.size(), push back zeros.";
  expect_calls(probe, {0, 1}, "Walk over parameters_, and call update for each.");
  for (const Probe::Call& call : probe.calls) {
    expect(call.moments.size() == 2, "2 moments", std::to_string(call.moments.size()) + " moments",
           idea);
    for (const Tensor& moment : call.moments) {
      expect_tensor(moment, call.parameter.sizes(),
                    std::vector<double>(static_cast<std::size_t>(call.parameter.numel()), 0), 0, 0,
                    idea);
    }
    expect(!call.moments[0].is_alias_of(call.moments[1]), "two tensors", "one tensor, twice", idea);
  }
  Probe plain({a}, {});
  current_call() = "step() of an optimizer that remembers no moments";
  plain.step();
  expect(plain.calls.size() == 1 && plain.calls[0].moments.empty(), "no moments",
         "moments, or no call", "moment_names_ says how many there are: here none.");
}

CHECK_CASE("step", "later steps find the moments that earlier ones left") {
  const Tensor a = leaf({2}, 1);
  set_grad(a, full({2}, 10));
  Probe probe({a});
  probe.step();
  current_call() = "step() a second time";
  expect_calls(probe, {0}, "Walk over parameters_, and call update for each.");
  expect(probe.calls[0].moments.size() == 2, "2 moments",
         std::to_string(probe.calls[0].moments.size()) + " moments", "One for each name.");
  probe.calls[0].moments[0].data_ptr()[0] = 5;
  probe.step();
  expect(probe.calls[1].moments.size() == 2 &&
             probe.calls[1].moments[0].is_alias_of(probe.calls[0].moments[0]),
         "the same 2 moments as in the first step", "others",
         "Make moments only where there are none yet, and take the state by reference: State&.");
}

CHECK_CASE("step", "gradients are off while parameters move, and on again afterwards") {
  const Tensor a = leaf({2}, 1);
  set_grad(a, full({2}, 10));
  Probe probe({a});
  current_call() = "step()";
  probe.step();
  expect_calls(probe, {0}, "Walk over parameters_, and call update for each.");
  expect(!probe.calls[0].recorded, "gradients off in update", "gradients on",
         "A step is no part of the next graph: let a NoGradGuard live.");
  expect(grad_enabled(), "gradients on after step", "gradients off",
         "The guard must be a local variable, so that it dies when step ends.");
}

CHECK_CASE("step", "the tensor of the network moves, in the memory that it had") {
  const Tensor w = leaf({2, 3}, 1);
  const Tensor view = w.detach();
  set_grad(w, full({2, 3}, 2));
  optim::SGD sgd({w}, {.lr = 0.25});
  current_call() = "SGD({w}, {.lr = 0.25}), then step() with a gradient of 2";
  sgd.step();
  const char* idea =
      "Hand parameters_[i] itself to update: a new tensor would leave the network as it was.";
  expect_all(w, 0.5, idea);
  expect_all(view, 0.5, idea);
  expect(w.is_leaf() && w.requires_grad(), "still a leaf that wants a gradient", "not any more",
         idea);
}

CHECK_CASE("step", "only the first step asks for memory") {
  const Tensor a = leaf({20, 30}, 1);
  const Tensor b = leaf({5}, 1);
  set_grad(a, full({20, 30}, 1));
  set_grad(b, full({5}, 1));
  optim::Adam adam({a, b});
  const Memory first;
  current_call() = "Adam of 605 numbers, the first step()";
  adam.step();
  expect_equal(first.live(), 2 * 605 * each, "Two moments of 4 bytes a number, and no more.");
  const Memory later;
  adam.step();
  adam.step();
  current_call() = "Adam, two more steps";
  expect_equal(later.blocks(), 0,
               "What is remembered has its memory, and the gradient needs no copy.");
}

CHECK_CASE("step", "ten steps of SGD on two tensors follow the formula") {
  expect_ten_steps("SGD", {.kind = "SGD", .lr = 0.1}, "w - lr * g, for every parameter.");
  expect_ten_steps("SGD with weight decay", {.kind = "SGD", .lr = 0.1, .decay = 0.2},
                   "w - lr * (g + weight_decay * w), for every parameter.");
}

CHECK_CASE("step", "ten steps with momentum on two tensors follow the formula") {
  expect_ten_steps("SGD with momentum", {.kind = "SGD", .lr = 0.05, .decay = 0.1, .momentum = 0.9},
                   "Every parameter has a velocity of its own, which later steps find again.");
}

CHECK_CASE("step", "ten steps of Adam on two tensors follow the formula") {
  expect_ten_steps("Adam", {.kind = "Adam", .lr = 0.05, .decay = 0.1},
                   "Every parameter has moments and steps of its own. Parameter 1 was left out "
                   "once, so it has one step less.");
}

CHECK_CASE("step", "ten steps of AdamW on two tensors follow the formula") {
  expect_ten_steps(
      "AdamW", {.kind = "AdamW", .lr = 0.05, .decay = 0.3, .beta1 = 0.8, .beta2 = 0.95},
      "Every weight shrinks and makes its move; without a gradient a parameter does neither.");
}

// zero_grad

CHECK_CASE("zero_grad", "every gradient becomes 0") {
  const Tensor a = leaf({2, 3}, 1);
  const Tensor b = leaf({4}, 1);
  set_grad(a, full({2, 3}, 5));
  set_grad(b, full({4}, -2));
  Probe probe({a, b});
  current_call() = "zero_grad()";
  probe.zero_grad();
  expect(a.grad().defined() && b.grad().defined(), "two gradients", "none",
         "Fill a gradient with 0; do not take it away.");
  expect_all(a.grad(), 0, "Fill the gradient of every parameter with 0.");
  expect_all(b.grad(), 0, "Fill the gradient of every parameter with 0.");
  expect_all(a, 1, "The parameter itself stays as it is.");
}

CHECK_CASE("zero_grad", "who holds a gradient sees the zeros") {
  const Tensor w = leaf({2}, 1);
  const Tensor held = full({2}, 5);
  set_grad(w, held);
  Probe probe({w});
  current_call() = "zero_grad(), while somebody holds w.grad()";
  probe.zero_grad();
  const char* idea = "Fill in place: the next backward then adds into the same memory.";
  expect_all(held, 0, idea);
  expect(w.grad().is_alias_of(held), "the same memory as before", "another", idea);
}

CHECK_CASE("zero_grad", "where there is no gradient, none is made") {
  const Tensor a = leaf({2}, 1);
  const Tensor b = leaf({2}, 1);
  set_grad(b, full({2}, 5));
  Probe probe({a, b});
  current_call() = "zero_grad() where parameter 0 has no gradient";
  probe.zero_grad();
  expect(!a.grad().defined(), "no gradient", show(a.grad()),
         "Ask grad.defined() first. A parameter without a gradient must not be moved.");
  expect_all(b.grad(), 0, "The parameters after it have their turn too.");
}

CHECK_CASE("zero_grad", "the next backward begins at 0") {
  const Tensor w = leaf({2}, 3);
  Probe probe({w});
  mul(w, w).backward(full({2}, 1));
  probe.zero_grad();
  mul(w, w).backward(full({2}, 1));
  current_call() = "backward, zero_grad, backward again";
  expect_all(w.grad(), 6, "backward adds to what is there, so there must be 0.");
}

// load_state_dict

namespace {

// What an optimizer of these parameters remembers after `steps` steps with random gradients.
void train(optim::Optimizer& optimizer, Draw& draw, int steps) {
  for (int step = 0; step < steps; ++step) {
    for (const Tensor& parameter : optimizer.parameters()) {
      set_grad(parameter, random_tensor(draw, parameter.sizes()));
    }
    optimizer.step();
  }
}

std::string written(const std::vector<NamedTensor>& state) {
  std::string text;
  for (const NamedTensor& one : state) {
    text += (text.empty() ? "" : ", ") + one.name + " = " + show(one.tensor);
  }
  return text.empty() ? "nothing" : text;
}

// A state by hand for parameters of shape (2, 3) and (4,).
std::vector<NamedTensor> adam_state() {
  return {{"0.step", full({}, 7)},           {"0.exp_avg", full({2, 3}, 0.5F)},
          {"0.exp_avg_sq", full({2, 3}, 2)}, {"1.step", full({}, 3)},
          {"1.exp_avg", full({4}, 0.25F)},   {"1.exp_avg_sq", full({4}, 3)}};
}

struct Loaded {
  Tensor a = leaf({2, 3}, 1);
  Tensor b = leaf({4}, 1);
  optim::Adam adam{{a, b}};
};

void expect_load_refused(const char* what, const std::vector<NamedTensor>& wrong,
                         const char* idea) {
  Loaded loaded;
  Draw draw;
  train(loaded.adam, draw, 2);
  const std::string before = written(loaded.adam.state_dict());
  current_call() = std::string("load_state_dict of a state ") + what;
  expect_refusal({"[load_state_dict]"}, idea, [&] {
    loaded.adam.load_state_dict(wrong);
    return std::string("a state that was taken");
  });
  const std::string now = written(loaded.adam.state_dict());
  expect(now == before, "a refusal that leaves the state as it was: " + before, now,
         "Build the new states in a local list, and move them into states_ in the last line.");
}

}  // namespace

CHECK_CASE("load_state_dict", "what was saved is there again, under its names") {
  Loaded loaded;
  current_call() = "load_state_dict of an Adam of shapes (2, 3) and (4,), then state_dict()";
  loaded.adam.load_state_dict(adam_state());
  const std::string now = written(loaded.adam.state_dict());
  expect(now == written(adam_state()), written(adam_state()), now,
         "For each parameter: the steps, and one moment for each name in moment_names_.");
}

CHECK_CASE("load_state_dict", "training goes on bit by bit as if it had never stopped") {
  Draw draw;
  Loaded whole;
  set_grad(whole.a, random_tensor(draw, {2, 3}));
  whole.adam.step();  // only parameter 0 has moved
  train(whole.adam, draw, 3);
  Loaded rest;
  Tensor(rest.a.detach()).copy_(whole.a.detach());
  Tensor(rest.b.detach()).copy_(whole.b.detach());
  current_call() = "an Adam that takes over after 4 steps";
  rest.adam.load_state_dict(whole.adam.state_dict());
  Draw again = draw;
  train(whole.adam, draw, 5);
  train(rest.adam, again, 5);
  const char* idea = "Steps and both moments, each of its own parameter.";
  expect(values_of(whole.a) == values_of(rest.a) && values_of(whole.b) == values_of(rest.b),
         show(whole.a) + " and " + show(whole.b), show(rest.a) + " and " + show(rest.b), idea);
}

CHECK_CASE("load_state_dict", "the name decides, not the place in the list") {
  Loaded loaded;
  std::vector<NamedTensor> state = adam_state();
  std::reverse(state.begin(), state.end());
  current_call() = "load_state_dict of a state in another order";
  loaded.adam.load_state_dict(state);
  const std::string now = written(loaded.adam.state_dict());
  expect(now == written(adam_state()), written(adam_state()), now,
         "nn::find_tensor gives the tensor of a name.");
}

CHECK_CASE("load_state_dict", "the numbers are copied, so that nothing is shared") {
  Loaded loaded;
  const std::vector<NamedTensor> state = adam_state();
  current_call() = "load_state_dict, then a change of what was loaded";
  loaded.adam.load_state_dict(state);
  Tensor(state[1].tensor).data_ptr()[0] = 99;
  const std::string now = written(loaded.adam.state_dict());
  expect(now == written(adam_state()), written(adam_state()), now,
         "Two optimizers would move each other's moments: keep a clone.");
}

CHECK_CASE("load_state_dict", "a parameter that is not in the state is as new") {
  Loaded loaded;
  Draw draw;
  train(loaded.adam, draw, 2);
  std::vector<NamedTensor> state = adam_state();
  state.erase(state.begin(), state.begin() + 3);
  current_call() = "load_state_dict of a state of parameter 1 alone";
  loaded.adam.load_state_dict(state);
  std::string now = written(loaded.adam.state_dict());
  expect(now == written(state), written(state), now,
         "Begin with new states, and fill those whose step is in the list.");
  current_call() = "load_state_dict of an empty state";
  loaded.adam.load_state_dict({});
  now = written(loaded.adam.state_dict());
  expect(now == "nothing", "nothing", now, "An optimizer that never moved has an empty state.");
}

CHECK_CASE("load_state_dict", "an optimizer without moments has only steps") {
  const Tensor w = leaf({2}, 1);
  optim::SGD sgd({w});
  current_call() = "load_state_dict of an SGD";
  const std::vector<NamedTensor> state = {{"0.step", full({}, 9)}};
  sgd.load_state_dict(state);
  const std::string now = written(sgd.state_dict());
  expect(now == written(state), written(state), now, "moment_names_ is empty here.");
}

CHECK_CASE("load_state_dict", "a moment that is missing is refused") {
  std::vector<NamedTensor> state = adam_state();
  state.pop_back();
  expect_load_refused("without \"1.exp_avg_sq\"", state,
                      "find_tensor gives an undefined tensor if the name is not there.");
  state = adam_state();
  state[4].name = "1.momentum_buffer";
  expect_load_refused("with \"1.momentum_buffer\" instead of \"1.exp_avg\"", state,
                      "find_tensor gives an undefined tensor if the name is not there.");
}

CHECK_CASE("load_state_dict", "a moment of another shape is refused") {
  for (const Shape& shape : {Shape{5}, Shape{2, 2}, Shape{1, 4}}) {
    std::vector<NamedTensor> state = adam_state();
    state[5].tensor = full(shape, 1);
    expect_load_refused("with a \"1.exp_avg_sq\" of another shape", state,
                        "A moment has the sizes() of its parameter.");
  }
}

CHECK_CASE("load_state_dict", "names that belong to nobody are refused") {
  for (const char* name : {"2.step", "0.max_exp_avg_sq"}) {
    std::vector<NamedTensor> state = adam_state();
    state.push_back({name, full({}, 1)});
    expect_load_refused("with one tensor too many", state,
                        "Count what you have used: it must be all that was saved.");
  }
  std::vector<NamedTensor> state = adam_state();
  state.erase(state.begin() + 3);
  expect_load_refused("with moments of parameter 1, and without its step", state,
                      "Count what you have used: it must be all that was saved.");
}

CHECK_CASE("load_state_dict", "a step that is no count is refused") {
  for (const float step : {0.0F, -1.0F, 1.5F}) {
    std::vector<NamedTensor> state = adam_state();
    state[3].tensor = full({}, step);
    expect_load_refused("with a \"1.step\" that is no count", state,
                        "steps_of reads the count, and refuses what is none.");
  }
}

// What the lesson asks to predict.

MEASURE("adam-bytes") {
  const std::int64_t before = memory_stats().live_bytes;
  nn::Sequential net({std::make_shared<nn::Linear>(784, 128), std::make_shared<nn::ReLU>(),
                      std::make_shared<nn::Linear>(128, 10)});
  for (const Tensor& parameter : net.parameters()) {
    set_grad(parameter, full(parameter.sizes(), 0.01F));
  }
  optim::Adam adam(net.parameters());
  adam.step();
  return static_cast<double>(memory_stats().live_bytes - before);
}

MEASURE("moved-fused") {
  const Tensor w = leaf({1000}, 1);
  set_grad(w, full({1000}, 1));
  optim::Adam adam({w});
  adam.step();
  reset_counters();
  adam.step();
  return static_cast<double>(counters().bytes_read + counters().bytes_written) / 1000;
}

MEASURE("moved-separate") {
  Tensor w = full({1000}, 1);
  const Tensor g = full({1000}, 1);
  Tensor m = full({1000}, 0);
  Tensor v = full({1000}, 0);
  reset_counters();
  m = m * 0.9F + g * 0.1F;
  v = v * 0.999F + square(g) * 0.001F;
  w = w - m / (sqrt(v) / 0.0316F + 1e-8F) * 0.01F;
  // Without what the seven constants add: 4 bytes each, once.
  return std::floor(static_cast<double>(counters().bytes_read + counters().bytes_written) / 1000);
}

namespace {

// How often `optimizer` must step before the loss a/2 x^2 + b/2 y^2 is below 1e-4.
int steps_in_valley(optim::Optimizer& optimizer, const Tensor& w, const Tensor& curvature) {
  for (int step = 0; step < 2000; ++step) {
    double loss = 0;
    for (std::int64_t i = 0; i < 2; ++i) {
      const auto x = static_cast<double>(w.data_ptr()[i]);
      loss += static_cast<double>(curvature.data_ptr()[i]) / 2 * x * x;
    }
    if (loss < 1e-4) {
      return step;
    }
    const NoGradGuard guard;
    set_grad(w, mul(w.detach(), curvature));
    optimizer.step();
  }
  return 2000;
}

}  // namespace

MEASURE("diverges") {
  for (int hundredths = 1; hundredths < 100; ++hundredths) {
    const Tensor w = leaf({}, 1);
    optim::SGD sgd({w}, {.lr = hundredths / 100.0});
    for (int step = 0; step < 20; ++step) {
      set_grad(w, full({}, 10 * w.item()));
      sgd.step();
    }
    if (std::fabs(w.item()) > 1) {
      return hundredths / 100.0;
    }
  }
  return 1;
}

MEASURE("valley-momentum") {
  const Tensor curvature = tensor_of({1, 100});
  Tensor w = full({2}, 1);
  w.requires_grad_();
  optim::SGD sgd({w}, {.lr = 0.018, .momentum = 0.8});
  return steps_in_valley(sgd, w, curvature);
}
