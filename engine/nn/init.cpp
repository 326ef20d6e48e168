#include "engine/nn/init.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/error.h"
#include "engine/random.h"
#include "engine/record.h"
#include "engine/shape.h"

// `kaiming_uniform_` is in layers.cpp: the lesson about layers writes it.
namespace tt::nn::init {

namespace {

// Draws a number for each element, row after row, and copies them in.
template <class DrawOne>
Tensor draw_into(Tensor tensor, DrawOne draw_one) {
  Tensor numbers = empty(tensor.sizes());
  float* to = numbers.data_ptr();
  for (std::int64_t i = 0; i < numbers.numel(); ++i) {
    to[i] = draw_one();
  }
  const Silence silence;  // nothing of it is recorded
  return tensor.copy_(numbers);
}

}  // namespace

Tensor constant_(Tensor tensor, float value) {
  check_defined("constant_", tensor);
  const Silence silence;
  return tensor.fill_(value);
}

Tensor zeros_(Tensor tensor) {
  return constant_(std::move(tensor), 0);
}

Tensor ones_(Tensor tensor) {
  return constant_(std::move(tensor), 1);
}

Tensor uniform_(Tensor tensor, double low, double high) {
  check_defined("uniform_", tensor);
  return draw_into(std::move(tensor), [&] {
    return default_generator().uniform(static_cast<float>(low), static_cast<float>(high));
  });
}

Tensor normal_(Tensor tensor, double mean, double stddev) {
  check_defined("normal_", tensor);
  return draw_into(std::move(tensor), [&] {
    return default_generator().normal(static_cast<float>(mean), static_cast<float>(stddev));
  });
}

// (2, 3) -> in 3, out 2.  (2, 3, 5, 5) -> in 75, out 50.
Fans calculate_fan_in_and_fan_out(const Tensor& weight) {
  check_defined("calculate_fan_in_and_fan_out", weight);
  if (weight.dim() < 2) {
    throw std::invalid_argument("[calculate_fan_in_and_fan_out] got a weight of shape " +
                                to_string(weight.sizes()) +
                                ": it must have the axes (out, in), and perhaps more");
  }
  const Shape& sizes = weight.sizes();
  const std::int64_t between = numel(Shape(sizes.begin() + 2, sizes.end()));
  return {sizes[1] * between, sizes[0] * between};
}

Tensor kaiming_normal_(Tensor weight, double a) {
  const Fans fans = calculate_fan_in_and_fan_out(weight);
  if (weight.numel() == 0) {
    return weight;
  }
  return normal_(weight, 0, std::sqrt(2 / (1 + a * a) / static_cast<double>(fans.in)));
}

Tensor xavier_uniform_(Tensor weight, double gain) {
  const Fans fans = calculate_fan_in_and_fan_out(weight);
  if (weight.numel() == 0) {
    return weight;
  }
  const double bound = gain * std::sqrt(6.0 / static_cast<double>(fans.in + fans.out));
  return uniform_(weight, -bound, bound);
}

Tensor xavier_normal_(Tensor weight, double gain) {
  const Fans fans = calculate_fan_in_and_fan_out(weight);
  if (weight.numel() == 0) {
    return weight;
  }
  return normal_(weight, 0, gain * std::sqrt(2.0 / static_cast<double>(fans.in + fans.out)));
}

}  // namespace tt::nn::init
