#include "engine/ops/activations.h"

#include <cmath>
#include <string>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/ops/reduce.h"
#include "engine/record.h"

namespace tt {

namespace kernel {

// 3 -> 3.  -3 -> 0.  NaN -> NaN.
float relu(float x) {
  // BEGIN SOLUTION: relu: give 0 for what is negative, and everything else back
  return x < 0 ? 0 : x;
  // END SOLUTION
}

// 0 -> 0.5.  100 -> 1.  -100 -> 3.8e-44.
float sigmoid(float x) {
  // BEGIN SOLUTION: sigmoid: never raise e to the power of a positive number
  const float e = std::exp(-std::fabs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
  // END SOLUTION
}

// 1 -> 0.8413.  -1 -> -0.1587.
float gelu(float x) {
  // BEGIN SOLUTION: gelu: multiply x by the share of a normal distribution below it
  return 0.5F * x * (1 + std::erf(x * root_half));
  // END SOLUTION
}

// 1 -> 0.8412.  -1 -> -0.1588.
float gelu_tanh(float x) {
  // BEGIN SOLUTION: gelu_tanh: the same share, by a formula with tanh
  return 0.5F * x * (1 + std::tanh(root_2_by_pi * (x + 0.044715F * x * x * x)));
  // END SOLUTION
}

// 1 2 3 -> 0.0900 0.2447 0.6652.
void softmax_row(float* out, std::int64_t out_step, const Row& x, std::int64_t count) {
  // BEGIN SOLUTION: softmax_row: take the largest off, raise e to the power, divide by the sum
  const float largest = x.data[argmax_row(x, count) * x.step];
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    out[i * out_step] = std::exp(x.data[i * x.step] - largest);
    sum += out[i * out_step];
  }
  for (std::int64_t i = 0; i < count; ++i) {
    out[i * out_step] = static_cast<float>(out[i * out_step] / sum);
  }
  // END SOLUTION
}

// shape (2, 3, 4), strides (12, 4, 1), axis 0 -> shape (3, 4, 2), strides (4, 1, 12).
Walk axis_last(const Walk& walk, std::int64_t axis) {
  // BEGIN SOLUTION: axis_last: move one axis behind the others
  Walk moved = walk;
  moved.shape.erase(moved.shape.begin() + axis);
  moved.shape.push_back(walk.shape[axis]);
  for (std::size_t k = 0; k < walk.strides.size(); ++k) {
    moved.strides[k].erase(moved.strides[k].begin() + axis);
    moved.strides[k].push_back(walk.strides[k][axis]);
  }
  return moved;
  // END SOLUTION
}

// 1 2 3 -> -2.4076 -1.4076 -0.4076.
void log_softmax_row(float* out, std::int64_t out_step, const Row& x, std::int64_t count) {
  // BEGIN SOLUTION: log_softmax_row: take the largest off, then the logarithm of the sum
  const float largest = x.data[argmax_row(x, count) * x.step];
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    sum += std::exp(x.data[i * x.step] - largest);
  }
  const float log_sum = static_cast<float>(std::log(sum));
  for (std::int64_t i = 0; i < count; ++i) {
    out[i * out_step] = x.data[i * x.step] - largest - log_sum;
  }
  // END SOLUTION
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
