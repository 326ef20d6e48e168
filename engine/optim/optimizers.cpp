#include "engine/optim/optimizers.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/counters.h"
#include "engine/error.h"

namespace tt {

namespace kernel {

// w = 2, g = 3, lr = 0.1, weight_decay = 0.5 -> the gradient counts as 3 + 0.5 * 2, w becomes 1.6.
void sgd(float* w, const float* g, std::int64_t count, float lr, float weight_decay) {
  // BEGIN SOLUTION: sgd: move every weight against its gradient
  for (std::int64_t i = 0; i < count; ++i) {
    const float grad = g[i] + weight_decay * w[i];
    w[i] -= lr * grad;
  }
  // END SOLUTION
}

// g = 1, 1, 1 and momentum = 0.9 -> v = 1, 1.9, 2.71.
void sgd_momentum(float* w, const float* g, float* v, std::int64_t count, const Momentum& rule) {
  [[maybe_unused]] const auto [lr, momentum, weight_decay, nesterov] = rule;
  // BEGIN SOLUTION: momentum: let every weight keep some of its velocity
  for (std::int64_t i = 0; i < count; ++i) {
    const float grad = g[i] + weight_decay * w[i];
    v[i] = momentum * v[i] + grad;
    w[i] -= lr * (nesterov ? grad + momentum * v[i] : v[i]);
  }
  // END SOLUTION
}

// lr = 0.01, betas 0.9 and 0.999, step 1 -> step_size 0.1, root 0.0316.
AdamFactors adam_factors(const optim::AdamOptions& options, double lr, std::int64_t steps) {
  [[maybe_unused]] const auto [beta1, beta2] = options.betas;
  [[maybe_unused]] AdamFactors factors = {};
  // BEGIN SOLUTION: adam_factors: compute in double what is the same for every weight
  factors.keep_m = static_cast<float>(beta1);
  factors.take_m = static_cast<float>(1 - beta1);
  factors.keep_v = static_cast<float>(beta2);
  factors.take_v = static_cast<float>(1 - beta2);
  factors.step_size = static_cast<float>(lr / (1 - std::pow(beta1, steps)));
  factors.root = static_cast<float>(std::sqrt(1 - std::pow(beta2, steps)));
  factors.eps = static_cast<float>(options.eps);
  factors.weight_decay = static_cast<float>(options.weight_decay);
  factors.shrink = static_cast<float>(1 - lr * options.weight_decay);
  return factors;
  // END SOLUTION
}

// Step 1, g = 2: m becomes 0.2, v 0.004, and 0.1 * 0.2 / (0.0632 / 0.0316) = 0.01 comes out.
float adam_move(float g, float& m, float& v, const AdamFactors& factors) {
  // BEGIN SOLUTION: adam_move: bring both moments up to date, and work out the move
  m = factors.keep_m * m + factors.take_m * g;
  v = factors.keep_v * v + factors.take_v * g * g;
  return factors.step_size * m / (std::sqrt(v) / factors.root + factors.eps);
  // END SOLUTION
}

// Worked code, to read: the decay is a part of the gradient, so it goes through both moments.
// (The factors are a copy, so the compiler knows that no write to w, m or v changes them.)
void adam(float* w, const float* g, float* m, float* v, std::int64_t count, AdamFactors factors) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float grad = g[i] + factors.weight_decay * w[i];
    w[i] -= adam_move(grad, m[i], v[i], factors);
  }
}

// w = 2, lr = 0.1, weight_decay = 0.5 -> 2 * 0.95, minus the move of the gradient alone.
void adamw(float* w, const float* g, float* m, float* v, std::int64_t count, AdamFactors factors) {
  // BEGIN SOLUTION: adamw: shrink every weight, and keep the decay out of its gradient
  for (std::int64_t i = 0; i < count; ++i) {
    w[i] = factors.shrink * w[i] - adam_move(g[i], m[i], v[i], factors);
  }
  // END SOLUTION
}

}  // namespace kernel

namespace optim {

// Two parameters, the second without a gradient -> the first moves, and has done one step more.
void Optimizer::step() {
  // BEGIN SOLUTION: step: move the parameters that have a gradient, each with its own state
  const NoGradGuard guard;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor grad = parameters_[i].grad();
    if (!grad.defined()) {
      continue;
    }
    State& state = states_[i];
    while (state.moments.size() < moment_names_.size()) {
      state.moments.push_back(zeros(parameters_[i].sizes()));
    }
    ++state.steps;
    update(parameters_[i], grad, state);
  }
  // END SOLUTION
}

// grad 3 -> 0, in the same memory.  No grad -> still none.
void Optimizer::zero_grad() {
  // BEGIN SOLUTION: zero_grad: fill the gradients that there are with 0
  for (const Tensor& parameter : parameters_) {
    Tensor grad = parameter.grad();
    if (grad.defined()) {
      grad.fill_(0);
    }
  }
  // END SOLUTION
}

// "0.step" is 7, "0.exp_avg" is (2, 3) as parameter 0 -> 7 steps, and a copy of the moment.
void Optimizer::load_state_dict(const std::vector<nn::NamedTensor>& saved) {
  const Silence silence;  // nothing of it is recorded
  // BEGIN SOLUTION: load_state_dict: build the new states aside, and take them if all of it fits
  std::vector<State> states(parameters_.size());
  std::size_t found = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::string number = std::to_string(i) + ".";
    const Tensor step = nn::find_tensor(saved, number + "step");
    if (!step.defined()) {
      continue;
    }
    states[i].steps = steps_of({number + "step", step});
    for (const std::string& name : moment_names_) {
      const Tensor moment = nn::find_tensor(saved, number + name);
      if (!moment.defined() || moment.sizes() != parameters_[i].sizes()) {
        throw std::invalid_argument("[load_state_dict] got no \"" + number + name + "\" of shape " +
                                    to_string(parameters_[i].sizes()) + ": there must be one");
      }
      states[i].moments.push_back(moment.clone());
    }
    found += 1 + moment_names_.size();
  }
  if (found != saved.size()) {
    throw std::invalid_argument("[load_state_dict] got " + std::to_string(saved.size()) +
                                " tensors: it must be the " + std::to_string(found) +
                                " that this optimizer knows");
  }
  states_ = std::move(states);
  // END SOLUTION
}

// Worked code, to read: each rule looks at its options once, and goes over each parameter once.

SGD::SGD(const std::vector<Tensor>& parameters, const SGDOptions& options)
    : Optimizer(parameters, options.lr,
                options.momentum == 0 ? std::vector<std::string>{}
                                      : std::vector<std::string>{"momentum_buffer"}),
      options_(options) {
  check_option("SGD", "momentum", options.momentum);
  check_option("SGD", "weight_decay", options.weight_decay);
  if (options.nesterov && options.momentum == 0) {
    throw std::invalid_argument("[SGD] got nesterov and no momentum: momentum must be above 0");
  }
}

void SGD::update(Tensor& parameter, const Tensor& grad, State& state) {
  const kernel::Momentum rule = {static_cast<float>(lr()), static_cast<float>(options_.momentum),
                                 static_cast<float>(options_.weight_decay), options_.nesterov};
  change_in_place("SGD", parameter, grad, state, [&](const Piece& piece) {
    if (options_.momentum == 0) {
      kernel::sgd(piece.w, piece.g, piece.count, rule.lr, rule.weight_decay);
    } else {
      kernel::sgd_momentum(piece.w, piece.g, piece.moments[0], piece.count, rule);
    }
  });
  count_flops((options_.momentum == 0 ? 4 : options_.nesterov ? 8 : 6) * parameter.numel());
}

namespace {

const std::vector<std::string>& adam_moments() {
  static const std::vector<std::string> names = {"exp_avg", "exp_avg_sq"};
  return names;
}

void check_options(const char* optimizer, const AdamOptions& options) {
  check_option(optimizer, "betas[0]", options.betas[0], true);
  check_option(optimizer, "betas[1]", options.betas[1], true);
  check_option(optimizer, "eps", options.eps);
  check_option(optimizer, "weight_decay", options.weight_decay);
}

}  // namespace

Adam::Adam(const std::vector<Tensor>& parameters, const AdamOptions& options)
    : Optimizer(parameters, options.lr, adam_moments()), options_(options) {
  check_options("Adam", options_);
}

void Adam::update(Tensor& parameter, const Tensor& grad, State& state) {
  const kernel::AdamFactors factors = kernel::adam_factors(options_, lr(), state.steps);
  change_in_place("Adam", parameter, grad, state, [&](const Piece& piece) {
    kernel::adam(piece.w, piece.g, piece.moments[0], piece.moments[1], piece.count, factors);
  });
  count_flops(15 * parameter.numel());
}

AdamW::AdamW(const std::vector<Tensor>& parameters, const AdamWOptions& options)
    : Optimizer(parameters, options.lr, adam_moments()),
      options_{options.lr, options.betas, options.eps, options.weight_decay} {
  check_options("AdamW", options_);
}

void AdamW::update(Tensor& parameter, const Tensor& grad, State& state) {
  const kernel::AdamFactors factors = kernel::adam_factors(options_, lr(), state.steps);
  change_in_place("AdamW", parameter, grad, state, [&](const Piece& piece) {
    kernel::adamw(piece.w, piece.g, piece.moments[0], piece.moments[1], piece.count, factors);
  });
  count_flops(14 * parameter.numel());
}

}  // namespace optim

}  // namespace tt
