#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/nn/module.h"
#include "engine/optim/optimizer.h"
#include "engine/tensor.h"

namespace tt {

namespace optim {

// Three rules for how far a parameter w moves by its gradient g. All throw as `Optimizer` does, and
// `std::invalid_argument` if an option is negative or not finite. Options can be named where an
// optimizer is made: `SGD(net.parameters(), {.lr = 0.1, .momentum = 0.9})`.

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double weight_decay = 0;
  bool nesterov = false;
};

/// Stochastic gradient descent, with or without momentum: see `kernel::sgd` and
/// `kernel::sgd_momentum`. With momentum it remembers "momentum_buffer", 4 bytes a number. Throws
/// also if `nesterov` is asked for without momentum. Counts 4 operations a number, with momentum 6
/// and with nesterov 8.
class SGD : public Optimizer {
 public:
  explicit SGD(const std::vector<Tensor>& parameters, const SGDOptions& options = {});

 private:
  void update(Tensor& parameter, const Tensor& grad, State& state) override;

  SGDOptions options_;
};

struct AdamOptions {
  double lr = 1e-3;
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
};

/// Adam: see `kernel::adam`. It remembers "exp_avg" and "exp_avg_sq", 8 bytes a number. Throws also
/// unless both betas are below 1. Counts 15 operations a number.
/// Source: Kingma and Ba, Adam: A Method for Stochastic Optimization,
/// https://arxiv.org/abs/1412.6980
class Adam : public Optimizer {
 public:
  explicit Adam(const std::vector<Tensor>& parameters, const AdamOptions& options = {});

 private:
  void update(Tensor& parameter, const Tensor& grad, State& state) override;

  AdamOptions options_;
};

struct AdamWOptions {
  double lr = 1e-3;
  std::array<double, 2> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
};

/// Adam with decoupled weight decay: see `kernel::adamw`. Remembers and throws as `Adam`. Counts 14
/// operations a number.
/// Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization,
/// https://arxiv.org/abs/1711.05101
class AdamW : public Optimizer {
 public:
  explicit AdamW(const std::vector<Tensor>& parameters, const AdamWOptions& options = {});

 private:
  void update(Tensor& parameter, const Tensor& grad, State& state) override;

  AdamOptions options_;
};

}  // namespace optim

namespace kernel {

// Each function here goes once over `count` numbers: the weights w, their gradients g, and what is
// remembered about them. They are different memory.

/// Adds `weight_decay` times w to the gradient, which is not changed itself, and moves w against
/// it, `lr` times as far.
void sgd(float* w, const float* g, std::int64_t count, float lr, float weight_decay);

/// The same numbers for all weights of a step with momentum.
struct Momentum {
  float lr;
  float momentum;
  float weight_decay;
  bool nesterov;
};

/// Adds the weight decay as `sgd` does. Makes the velocity v `momentum` times what it was, plus the
/// gradient, and moves w against it; with `nesterov` against the gradient plus `momentum` times the
/// new velocity.
void sgd_momentum(float* w, const float* g, float* v, std::int64_t count, const Momentum& rule);

/// The same numbers for all weights of a step of Adam.
struct AdamFactors {
  float keep_m;        // beta1: how much of the old m stays
  float take_m;        // 1 - beta1: how much of the gradient comes in
  float keep_v;        // beta2
  float take_v;        // 1 - beta2
  float step_size;     // lr / (1 - beta1^steps)
  float root;          // the square root of 1 - beta2^steps
  float eps;           // keeps the divisor away from 0
  float weight_decay;  // for Adam, which adds it to the gradient, times the weight
  float shrink;        // for AdamW: 1 - lr * weight_decay
};

/// Gives the factors of step number `steps`, which counts from 1. They are computed in `double` and
/// rounded once. `lr` is the learning rate of this step: that of the options is not read.
AdamFactors adam_factors(const optim::AdamOptions& options, double lr, std::int64_t steps);

/// Brings the moments m and v of one number up to date, with its gradient and with the square of
/// it, and gives how far the number must move: step_size * m / (sqrt(v) / root + eps).
float adam_move(float g, float& m, float& v, const AdamFactors& factors);

/// Adds weight decay to the gradient as `sgd` does, and subtracts the `adam_move` from w.
void adam(float* w, const float* g, float* m, float* v, std::int64_t count, AdamFactors factors);

/// Multiplies w by `shrink`, and subtracts the `adam_move` of the gradient as it is.
void adamw(float* w, const float* g, float* m, float* v, std::int64_t count, AdamFactors factors);

}  // namespace kernel

}  // namespace tt
