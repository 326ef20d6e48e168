#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/operators.h"
#include "engine/optim/optimizers.h"

namespace tt {

namespace kernel {

// w = 2, g = 3, lr = 0.1, weight_decay = 0.5 -> the gradient counts as 3 + 0.5 * 2, w becomes 1.6.
void sgd(float* w, const float* g, std::int64_t count, float lr, float weight_decay) {
  std::transform(w, w + count, g, w, [&](float weight, float gradient) {
    return weight - lr * (gradient + weight_decay * weight);
  });
}

// g = 1, 1, 1 and momentum = 0.9 -> v = 1, 1.9, 2.71.
void sgd_momentum(float* w, const float* g, float* v, std::int64_t count, const Momentum& rule) {
  [[maybe_unused]] const auto [lr, momentum, weight_decay, nesterov] = rule;
  // One pass for the velocity, one for the weights.
  for (std::int64_t i = 0; i < count; ++i) {
    v[i] = momentum * v[i] + (g[i] + weight_decay * w[i]);
  }
  for (std::int64_t i = count - 1; i >= 0; --i) {
    const float grad = g[i] + weight_decay * w[i];
    w[i] = nesterov ? w[i] - lr * grad - lr * momentum * v[i] : w[i] - lr * v[i];
  }
}

// lr = 0.01, betas 0.9 and 0.999, step 1 -> step_size 0.1, root 0.0316.
AdamFactors adam_factors(const optim::AdamOptions& options, double lr, std::int64_t steps) {
  [[maybe_unused]] const auto [beta1, beta2] = options.betas;
  [[maybe_unused]] AdamFactors factors = {};
  // 1 - beta^t = -(e^(t log beta) - 1), without the loss of digits near 1.
  const auto missing = [&](double beta) {
    return beta == 0 ? 1.0 : -std::expm1(static_cast<double>(steps) * std::log(beta));
  };
  const double shares[] = {beta1, beta2};
  factors.keep_m = static_cast<float>(shares[0]);
  factors.keep_v = static_cast<float>(shares[1]);
  factors.take_m = static_cast<float>(1.0 - shares[0]);
  factors.take_v = static_cast<float>(1.0 - shares[1]);
  factors.step_size = static_cast<float>(lr / missing(beta1));
  factors.root = static_cast<float>(std::sqrt(missing(beta2)));
  factors.eps = static_cast<float>(options.eps);
  factors.weight_decay = static_cast<float>(options.weight_decay);
  factors.shrink = static_cast<float>(1.0 - options.weight_decay * lr);
  return factors;
}

// Step 1, g = 2: m becomes 0.2, v 0.004, and 0.1 * 0.2 / (0.0632 / 0.0316) = 0.01 comes out.
float adam_move(float g, float& m, float& v, const AdamFactors& factors) {
  const double mean = static_cast<double>(factors.keep_m) * m + factors.take_m * g;
  const double square =
      static_cast<double>(factors.keep_v) * v + factors.take_v * static_cast<double>(g) * g;
  m = static_cast<float>(mean);
  v = static_cast<float>(square);
  return static_cast<float>(factors.step_size * mean /
                            (std::sqrt(square) / factors.root + factors.eps));
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
  std::int64_t i = 0;
  std::for_each(w, w + count, [&](float& weight) {
    const float old = weight;
    weight = old * factors.shrink;
    weight -= adam_move(g[i], m[i], v[i], factors);
    ++i;
  });
}

}  // namespace kernel

namespace optim {

// Two parameters, the second without a gradient -> the first moves, and has done one step more.
void Optimizer::step() {
  const NoGradGuard guard;
  std::size_t left = parameters_.size();
  while (left > 0) {
    const std::size_t i = parameters_.size() - left--;
    const Tensor grad = parameters_[i].grad();
    if (grad.defined()) {
      if (states_[i].moments.size() != moment_names_.size()) {
        states_[i].moments.resize(moment_names_.size());
        for (Tensor& moment : states_[i].moments) {
          moment = full(parameters_[i].sizes(), 0);
        }
      }
      states_[i].steps += 1;
      update(parameters_[i], grad, states_[i]);
    }
  }
}

// grad 3 -> 0, in the same memory.  No grad -> still none.
void Optimizer::zero_grad() {
  std::for_each(parameters_.begin(), parameters_.end(), [](const Tensor& parameter) {
    if (parameter.grad().defined()) {
      Tensor grad = parameter.grad();
      mul_(grad, zeros({}));
    }
  });
}

// "0.step" is 7, "0.exp_avg" is (2, 3) as parameter 0 -> 7 steps, and a copy of the moment.
void Optimizer::load_state_dict(const std::vector<nn::NamedTensor>& saved) {
  const Silence silence;  // nothing of it is recorded
  // Look at everything first, then load.
  std::size_t wanted = 0;
  std::vector<std::int64_t> steps(parameters_.size(), 0);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::string name = std::to_string(i) + ".step";
    if (nn::find_tensor(saved, name).defined()) {
      steps[i] = steps_of({name, nn::find_tensor(saved, name)});
      wanted += moment_names_.size() + 1;
    }
    for (std::size_t k = 0; k < moment_names_.size() && steps[i] > 0; ++k) {
      const Tensor moment = nn::find_tensor(saved, std::to_string(i) + "." + moment_names_[k]);
      if (moment.dim() != parameters_[i].dim() || moment.sizes() != parameters_[i].sizes() ||
          !moment.defined()) {
        throw std::invalid_argument("[load_state_dict] got a wrong " + moment_names_[k]);
      }
    }
  }
  if (wanted != saved.size()) {
    throw std::invalid_argument("[load_state_dict] got tensors that it has no use for");
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    states_[i] = {steps[i], {}};
    for (std::size_t k = 0; k < moment_names_.size() && steps[i] > 0; ++k) {
      states_[i].moments.push_back(
          nn::find_tensor(saved, std::to_string(i) + "." + moment_names_[k]).clone());
    }
  }
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
