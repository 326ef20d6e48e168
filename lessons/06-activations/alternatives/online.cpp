#include <algorithm>
#include <cmath>
#include <string>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/ops/activations.h"
#include "engine/ops/reduce.h"
#include "engine/record.h"

namespace tt {

// Finds the largest number and the sum in one pass over the row.

namespace kernel {

namespace {

// The largest number, and the sum of e to the power of each number less the largest.
struct Total {
  float largest = -HUGE_VALF;
  double sum = 0;
};

// Finds both in one pass: where a new largest number comes, the sum so far shrinks.
// Source: Milakov and Gimelshein, Online normalizer calculation for softmax,
// https://arxiv.org/abs/1805.02867
Total total_of(const Row& x, std::int64_t count) {
  Total total;
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = x.data[i * x.step];
    if (value == -HUGE_VALF && total.sum == 0) {
      continue;
    }
    if (value > total.largest) {
      total.sum *= std::exp(total.largest - value);
      total.largest = value;
    }
    total.sum += std::exp(value - total.largest);
  }
  return total;
}

}  // namespace

float relu(float x) {
  return larger(x, 0);
}

float sigmoid(float x) {
  if (x >= 0) {
    return 1 / (1 + std::exp(-x));
  }
  const float power = std::exp(x);
  return power / (power + 1);
}

float gelu(float x) {
  const float share = (1 + std::erf(root_half * x)) / 2;
  return share * x;
}

float gelu_tanh(float x) {
  // (1 + tanh(u)) / 2 is the sigmoid of 2u.
  return x * sigmoid(2 * root_2_by_pi * x * (1 + 0.044715F * x * x));
}

void softmax_row(float* out, std::int64_t out_step, const Row& x, std::int64_t count) {
  const Total total = total_of(x, count);
  const double scale = 1 / total.sum;
  for (std::int64_t i = 0; i < count; ++i) {
    out[i * out_step] = static_cast<float>(std::exp(x.data[i * x.step] - total.largest) * scale);
  }
}

Walk axis_last(const Walk& walk, std::int64_t axis) {
  Walk moved = walk;
  std::rotate(moved.shape.begin() + axis, moved.shape.begin() + axis + 1, moved.shape.end());
  for (Strides& strides : moved.strides) {
    std::rotate(strides.begin() + axis, strides.begin() + axis + 1, strides.end());
  }
  return moved;
}

void log_softmax_row(float* out, std::int64_t out_step, const Row& x, std::int64_t count) {
  const Total total = total_of(x, count);
  const double logarithm = std::log(total.sum);
  for (std::int64_t i = 0; i < count; ++i) {
    const double below = x.data[i * x.step] - total.largest;
    out[i * out_step] = static_cast<float>(below - logarithm);
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
