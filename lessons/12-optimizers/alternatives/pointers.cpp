#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/optim/optimizers.h"

namespace tt {

namespace kernel {

// w = 2, g = 3, lr = 0.1, weight_decay = 0.5 -> the gradient counts as 3 + 0.5 * 2, w becomes 1.6.
void sgd(float* w, const float* g, std::int64_t count, float lr, float weight_decay) {
  for (const float* const end = w + count; w != end; ++w, ++g) {
    *w = *w * (1 - lr * weight_decay) - lr * *g;
  }
}

// g = 1, 1, 1 and momentum = 0.9 -> v = 1, 1.9, 2.71.
void sgd_momentum(float* w, const float* g, float* v, std::int64_t count, const Momentum& rule) {
  [[maybe_unused]] const auto [lr, momentum, weight_decay, nesterov] = rule;
  while (count-- > 0) {
    const float grad = *g++ + weight_decay * *w;
    *v *= momentum;
    *v += grad;
    float move = *v++;
    if (nesterov) {
      move = grad + momentum * move;
    }
    *w++ -= lr * move;
  }
}

// lr = 0.01, betas 0.9 and 0.999, step 1 -> step_size 0.1, root 0.0316.
AdamFactors adam_factors(const optim::AdamOptions& options, double lr, std::int64_t steps) {
  [[maybe_unused]] const auto [beta1, beta2] = options.betas;
  [[maybe_unused]] AdamFactors factors = {};
  // The power as a product, so that no library is needed.
  const auto power = [](double base, std::int64_t exponent) {
    double result = 1;
    for (; exponent > 0; exponent /= 2) {
      result *= exponent % 2 == 1 ? base : 1;
      base *= base;
    }
    return result;
  };
  const auto rounded = [](double value) { return static_cast<float>(value); };
  return {rounded(beta1),
          rounded(1 - beta1),
          rounded(beta2),
          rounded(1 - beta2),
          rounded(lr / (1 - power(beta1, steps))),
          rounded(std::sqrt(1 - power(beta2, steps))),
          rounded(options.eps),
          rounded(options.weight_decay),
          rounded(1 - lr * options.weight_decay)};
}

// Step 1, g = 2: m becomes 0.2, v 0.004, and 0.1 * 0.2 / (0.0632 / 0.0316) = 0.01 comes out.
float adam_move(float g, float& m, float& v, const AdamFactors& factors) {
  m += factors.take_m * (g - m);
  v += factors.take_v * (g * g - v);
  const float divisor = std::sqrt(v / (factors.root * factors.root)) + factors.eps;
  return factors.step_size * (m / divisor);
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
  // Two passes: first all shrink, then all move.
  for (std::int64_t i = 0; i < count; ++i) {
    w[i] *= factors.shrink;
  }
  for (std::int64_t i = count; i-- > 0;) {
    w[i] -= adam_move(g[i], m[i], v[i], factors);
  }
}

}  // namespace kernel

namespace optim {

// Two parameters, the second without a gradient -> the first moves, and has done one step more.
void Optimizer::step() {
  const NoGradGuard guard;
  std::vector<State>::iterator state = states_.begin();
  for (Tensor& parameter : parameters_) {
    if (const Tensor grad = parameter.grad(); grad.defined()) {
      if (state->steps++ == 0) {
        state->moments.clear();
        for (std::size_t k = 0; k < moment_names_.size(); ++k) {
          state->moments.push_back(zeros(parameter.sizes()));
        }
      }
      update(parameter, grad, *state);
    }
    ++state;
  }
}

// grad 3 -> 0, in the same memory.  No grad -> still none.
void Optimizer::zero_grad() {
  tt::zero_grad(parameters_);
}

// "0.step" is 7, "0.exp_avg" is (2, 3) as parameter 0 -> 7 steps, and a copy of the moment.
void Optimizer::load_state_dict(const std::vector<nn::NamedTensor>& saved) {
  const Silence silence;  // nothing of it is recorded
  // From the saved names to the parameters, not the other way round.
  std::vector<State> fresh(states_.size());
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    fresh[i].moments.resize(moment_names_.size());
  }
  for (const nn::NamedTensor& entry : saved) {
    bool known = false;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      const std::string number = std::to_string(i) + ".";
      if (entry.name == number + "step") {
        fresh[i].steps = steps_of(entry);
        known = true;
      }
      for (std::size_t k = 0; k < moment_names_.size(); ++k) {
        if (entry.name == number + moment_names_[k] &&
            entry.tensor.sizes() == parameters_[i].sizes()) {
          fresh[i].moments[k] = entry.tensor.clone();
          known = true;
        }
      }
    }
    if (!known) {
      throw std::invalid_argument("[load_state_dict] got \"" + entry.name + "\" of shape " +
                                  to_string(entry.tensor.sizes()) +
                                  ": it must be a name and a shape of this optimizer");
    }
  }
  for (State& state : fresh) {
    for (const Tensor& moment : state.moments) {
      if (moment.defined() != (state.steps > 0)) {
        throw std::invalid_argument(
            "[load_state_dict] got half of a state: step and moments must come together");
      }
    }
    if (state.steps == 0) {
      state.moments.clear();
    }
  }
  states_.swap(fresh);
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
