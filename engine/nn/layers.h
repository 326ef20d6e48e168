#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/nn/init.h"
#include "engine/nn/module.h"
#include "engine/ops/activations.h"
#include "engine/random.h"
#include "engine/tensor.h"

namespace tt {

namespace nn {

namespace functional {

/// Gives `x` times the transpose of `weight`, plus `bias` if it is defined: x (..., in), weight
/// (out, in) and bias (out,) give (..., out). Throws `std::invalid_argument` if `x` or `weight` is
/// undefined, or if the shapes are not these.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

/// In training, sets each element to 0 with probability `p`, and divides the others by 1 - p, so
/// that on average nothing changes; the numbers are drawn from `default_generator`. Otherwise gives
/// `x` itself. Throws `std::invalid_argument` if `x` is undefined or `p` is not in [0, 1].
/// Counts 1 operation, 8 bytes read and 8 written an element.
/// Source: Srivastava et al., Dropout, https://jmlr.org/papers/v15/srivastava14a.html
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true);

}  // namespace functional

/// A layer in which every output is a weighted sum of all inputs: (..., in_features) to
/// (..., out_features). Its parameters are "weight" and, unless there is none, "bias". Both begin
/// with numbers from [-1 / sqrt(in_features), 1 / sqrt(in_features)), as in PyTorch.
class Linear : public Module {
 public:
  /// Throws `std::invalid_argument` if a number of features is below 1.
  Linear(std::int64_t in_features, std::int64_t out_features, bool bias = true);

  /// Throws `std::invalid_argument` as `functional::linear` does.
  Tensor forward(const Tensor& x) override;

  Tensor weight;  // (out_features, in_features)
  Tensor bias;    // (out_features,), or undefined
};

/// Does `functional::dropout` while it is trained.
class Dropout : public Module {
 public:
  /// Throws `std::invalid_argument` unless `p` is in [0, 1].
  explicit Dropout(double p = 0.5);

  Tensor forward(const Tensor& x) override;

 private:
  double p_;
};

/// Modules one behind the other, with the names "0", "1", "2", ...
class Sequential : public Module {
 public:
  /// Throws `std::invalid_argument` if one of them is null.
  explicit Sequential(const std::vector<std::shared_ptr<Module>>& modules = {});

  /// Adds a module at the end. Throws as the constructor.
  void push_back(std::shared_ptr<Module> module);

  /// Gives `x` to the first module, what it gives to the next, and so on. Without modules, gives
  /// `x` itself.
  Tensor forward(const Tensor& x) override;
};

/// Activations as modules: see the functions of these names.
class ReLU : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
class Sigmoid : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
class Tanh : public Module {
 public:
  Tensor forward(const Tensor& x) override;
};
class GELU : public Module {
 public:
  explicit GELU(GeluApproximation approximate = GeluApproximation::none);
  Tensor forward(const Tensor& x) override;

 private:
  GeluApproximation approximate_;
};

}  // namespace nn

namespace kernel {

/// Sets each of `count` numbers to 0 with probability `p`, and to 1 / (1 - p) otherwise. `p` is in
/// [0, 1].
void dropout_mask(float* mask, std::int64_t count, double p, Generator& generator);

}  // namespace kernel

}  // namespace tt
