#include <cmath>
#include <string>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/ops/activations.h"
#include "engine/ops/reduce.h"
#include "engine/record.h"

namespace tt {

// Computes in double, with the logarithm of the sum as the one thing that both need.

namespace kernel {

namespace {

// The largest of the numbers, or a NaN if there is one.
double largest_of(const Row& x, std::int64_t count) {
  double largest = -HUGE_VAL;
  for (const float* at = x.data; count > 0; at += x.step, --count) {
    if (!(*at <= largest)) {
      largest = *at;
      if (std::isnan(largest)) {
        return largest;
      }
    }
  }
  return largest;
}

// The logarithm of the sum of e to the power of each number.
double log_sum_exp(const Row& x, std::int64_t count) {
  const double largest = largest_of(x, count);
  double sum = 0;
  for (const float* at = x.data; count > 0; at += x.step, --count) {
    sum += std::exp(*at - largest);
  }
  return largest + std::log(sum);
}

}  // namespace

float relu(float x) {
  if (x <= 0) {
    return 0;
  }
  return x;
}

float sigmoid(float x) {
  return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(x))));
}

float gelu(float x) {
  return 0.5F * x * std::erfc(-x * root_half);
}

float gelu_tanh(float x) {
  const double wide = x;
  const double inside = root_2_by_pi * (wide + 0.044715 * std::pow(wide, 3));
  return static_cast<float>(wide / 2 + wide / 2 * std::tanh(inside));
}

void softmax_row(float* out, std::int64_t out_step, const Row& x, std::int64_t count) {
  const double base = log_sum_exp(x, count);
  for (std::int64_t i = count; i-- > 0;) {
    out[i * out_step] = static_cast<float>(std::exp(x.data[i * x.step] - base));
  }
}

Walk axis_last(const Walk& walk, std::int64_t axis) {
  Walk moved;
  const auto moving = static_cast<std::size_t>(axis);
  const auto move = [&](const std::vector<std::int64_t>& list) {
    std::vector<std::int64_t> result;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i != moving) {
        result.push_back(list[i]);
      }
    }
    result.push_back(list[moving]);
    return result;
  };
  moved.shape = move(walk.shape);
  for (const Strides& strides : walk.strides) {
    moved.strides.push_back(move(strides));
  }
  return moved;
}

void log_softmax_row(float* out, std::int64_t out_step, const Row& x, std::int64_t count) {
  const double base = log_sum_exp(x, count);
  for (std::int64_t i = count; i-- > 0;) {
    out[i * out_step] = static_cast<float>(x.data[i * x.step] - base);
  }
}

}  // namespace kernel

namespace {

using kernel::Offsets;
using kernel::Row;
using kernel::Walk;

void count_work(const Tensor& x, const Tensor& out, std::int64_t flops_per_element) {
  constexpr std::int64_t each = sizeof(float);
  count_flops(flops_per_element * out.numel());
  count_bytes_read(each * elements_reached(x.sizes(), x.strides()));
  count_bytes_written(each * out.numel());
}

// The walk over a new result, which comes first, and the tensor that it is made of.
Walk walk_over(const Tensor& out, const Tensor& x) {
  return kernel::plan_walk({out.sizes(), x.sizes()}, {out.strides(), x.strides()});
}

// Worked code, to read: a new tensor with `function` of every element. Its loop is your `unary_row`
// again, in a template: the compiler makes one for each function, can put the function in place of
// the call, and can take several numbers at once.
template <class Function>
Tensor pointwise(const char* op, const Tensor& x, std::int64_t flops, Function function) {
  check_defined(op, x);
  Tensor out = empty(x.sizes());
  count_work(x, out, flops);
  const Walk walk = kernel::merge_axes(walk_over(out, x));
  const std::int64_t count = kernel::row_length(walk);
  const std::int64_t step = kernel::row_step(walk, 1);
  float* first_to = out.data_ptr();
  const float* first_from = x.data_ptr();
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    float* to = first_to + offsets[0];
    const float* from = first_from + offsets[1];
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = function(from[i * step]);
    }
  });
  return out;
}

// What is done with a row along an axis.
using RowFunction = void (*)(float* out, std::int64_t out_step, const Row& x, std::int64_t count);

// Worked code, to read: a new tensor, made row by row along `axis`.
Tensor along(const Tensor& x, std::int64_t axis, std::int64_t flops, RowFunction function) {
  Tensor out = empty(x.sizes());
  count_work(x, out, flops);
  const Walk walk = kernel::axis_last(walk_over(out, x), axis);
  float* to = out.data_ptr();
  const float* from = x.data_ptr();
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    const Row row = {from + offsets[1], kernel::row_step(walk, 1)};
    function(to + offsets[0], kernel::row_step(walk, 0), row, kernel::row_length(walk));
  });
  return out;
}

}  // namespace

// What follows is worked code. `record` says what was done: see engine/record.h.

Tensor relu(const Tensor& x) {
  Tensor out = pointwise("relu", x, 1, [](float value) { return kernel::relu(value); });
  record("relu", {x}, out);
  return out;
}

Tensor leaky_relu(const Tensor& x, float slope) {
  Tensor out = pointwise("leaky_relu", x, 2,
                         [slope](float value) { return value < 0 ? slope * value : value; });
  record("leaky_relu", {x}, out, {{"slope", slope}});
  return out;
}

Tensor sigmoid(const Tensor& x) {
  Tensor out = pointwise("sigmoid", x, 4, [](float value) { return kernel::sigmoid(value); });
  record("sigmoid", {x}, out);
  return out;
}

Tensor silu(const Tensor& x) {
  Tensor out = pointwise("silu", x, 5, [](float value) { return value * kernel::sigmoid(value); });
  record("silu", {x}, out);
  return out;
}

Tensor tanh(const Tensor& x) {
  Tensor out = pointwise("tanh", x, 1, [](float value) { return std::tanh(value); });
  record("tanh", {x}, out);
  return out;
}

Tensor gelu(const Tensor& x, GeluApproximation approximate) {
  const bool by_tanh = approximate == GeluApproximation::tanh;
  Tensor out = by_tanh
                   ? pointwise("gelu", x, 9, [](float value) { return kernel::gelu_tanh(value); })
                   : pointwise("gelu", x, 5, [](float value) { return kernel::gelu(value); });
  record("gelu", {x}, out, {{"tanh", by_tanh}});
  return out;
}

Tensor softmax(const Tensor& x, std::int64_t dim) {
  check_defined("softmax", x);
  const std::int64_t axis = normalize_axis(dim, x.dim());
  Tensor out = along(x, axis, 5, kernel::softmax_row);
  record("softmax", {x}, out, {{"dim", axis}});
  return out;
}

Tensor log_softmax(const Tensor& x, std::int64_t dim) {
  check_defined("log_softmax", x);
  const std::int64_t axis = normalize_axis(dim, x.dim());
  Tensor out = along(x, axis, 6, kernel::log_softmax_row);
  record("log_softmax", {x}, out, {{"dim", axis}});
  return out;
}

}  // namespace tt
