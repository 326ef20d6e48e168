#pragma once

#include <cstdint>

#include "engine/tensor.h"

namespace tt::nn::init {

// The numbers that a layer begins with. Every function here sets all elements of `tensor` and gives
// it back. Random numbers are drawn from `default_generator`, one for each element. Nothing of it
// is recorded. All throw `std::invalid_argument` if the tensor is undefined or if several elements
// share one place.

Tensor constant_(Tensor tensor, float value);
Tensor zeros_(Tensor tensor);
Tensor ones_(Tensor tensor);

/// Draws numbers in [low, high), each equally likely. Throws `std::invalid_argument` also unless
/// both are finite and `low` is below `high`.
Tensor uniform_(Tensor tensor, double low, double high);

/// Draws normally distributed numbers. Throws `std::invalid_argument` also if `stddev` is negative
/// or either is not finite.
Tensor normal_(Tensor tensor, double mean, double stddev);

/// How many numbers go into one output of a layer, and how many outputs one input goes into.
struct Fans {
  std::int64_t in;
  std::int64_t out;
};

/// Gives the fans of a weight (out, in). If it has more axes, as many weights as those have
/// elements stand between each input and each output. Throws `std::invalid_argument` if there are
/// fewer than two axes.
Fans calculate_fan_in_and_fan_out(const Tensor& weight);

// The next two keep the mean square of the numbers from layer to layer, if each layer is followed
// by a `leaky_relu` with slope `a`, or with `a` = 0 by a `relu`: the standard deviation is
// sqrt(2 / (1 + a * a) / fan_in). They throw as `calculate_fan_in_and_fan_out`.
// Source: He et al., Delving Deep into Rectifiers, https://arxiv.org/abs/1502.01852

/// Draws from [-bound, bound), where bound is sqrt(3) standard deviations.
Tensor kaiming_uniform_(Tensor weight, double a = 0);
/// Draws normally distributed numbers with mean 0.
Tensor kaiming_normal_(Tensor weight, double a = 0);

// The next two keep it without an activation, as far as they can both forwards and backwards: the
// standard deviation is gain * sqrt(2 / (fan_in + fan_out)). They throw as
// `calculate_fan_in_and_fan_out`.
// Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
// networks, https://proceedings.mlr.press/v9/glorot10a.html

/// Draws from [-bound, bound), where bound is sqrt(3) standard deviations.
Tensor xavier_uniform_(Tensor weight, double gain = 1);
/// Draws normally distributed numbers with mean 0.
Tensor xavier_normal_(Tensor weight, double gain = 1);

}  // namespace tt::nn::init
