#include "engine/ops/elementwise.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/record.h"

namespace tt {

namespace kernel {

// out[0] = f(x[0]), out[1] = f(x[step]), out[2] = f(x[2 * step]), ...
void unary_row(float* out, const Row& x, std::int64_t count, Unary function) {
  // BEGIN SOLUTION: unary_row: apply the function to every number of the row
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = function(x.data[i * x.step]);
  }
  // END SOLUTION
}

// a: 1 2 3, step 1.  b: 10, step 0.  With plus -> 11 12 13.
void binary_row(float* out, const Row& a, const Row& b, std::int64_t count, Binary function) {
  // BEGIN SOLUTION: binary_row: apply the function to every pair of numbers
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = function(a.data[i * a.step], b.data[i * b.step]);
  }
  // END SOLUTION
}

// 2 and 3 -> 3.  NaN and 3 -> NaN.  2 and NaN -> NaN.
float larger(float a, float b) {
  // BEGIN SOLUTION: larger: choose the larger number, and NaN if there is one
  return std::isnan(a) || a > b ? a : b;
  // END SOLUTION
}

// shapes (2, 3) and (3,), strides (3, 1) and (1,) -> shape (2, 3), strides (3, 1) and (0, 1).
Walk plan_walk(const std::vector<Shape>& shapes, const std::vector<Strides>& strides) {
  // BEGIN SOLUTION: plan_walk: find the common shape, then read every tensor as if it had it
  Walk walk;
  for (const Shape& shape : shapes) {
    walk.shape = broadcast_shapes(walk.shape, shape);
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    walk.strides.push_back(broadcast_strides(shapes[i], strides[i], walk.shape));
  }
  return walk;
  // END SOLUTION
}

// shape (2, 3), strides (3, 1) and (3, 1) -> shape (6,), strides (1,) and (1,).
// shape (2, 3), strides (3, 1) and (0, 1) -> the same: in the second, 3 steps of 1 are not 0.
Walk merge_axes(const Walk& walk) {
  // BEGIN SOLUTION: merge_axes: make one axis of two neighbours where every tensor allows it
  Walk merged = {{}, std::vector<Strides>(walk.strides.size())};
  for (std::size_t axis = 0; axis < walk.shape.size(); ++axis) {
    std::int64_t extent = walk.shape[axis];
    if (extent == 1) {
      continue;
    }
    bool joins = !merged.shape.empty();
    for (std::size_t k = 0; k < walk.strides.size(); ++k) {
      joins = joins && merged.strides[k].back() == extent * walk.strides[k][axis];
    }
    if (joins) {  // this axis takes the place of the one before it
      extent *= merged.shape.back();
      merged.shape.pop_back();
    }
    merged.shape.push_back(extent);
    for (std::size_t k = 0; k < walk.strides.size(); ++k) {
      merged.strides[k].resize(merged.shape.size());
      merged.strides[k].back() = walk.strides[k][axis];
    }
  }
  return merged;
  // END SOLUTION
}

// shape (2, 3), strides (3, 1) and (0, 1) -> rows at (0, 0) and (3, 0).
void for_each_row(const Walk& walk, const RowVisitor& row) {
  // BEGIN SOLUTION: for_each_row: count through the axes before the last, and move every offset
  if (numel(walk.shape) == 0) {
    return;
  }
  const std::size_t outer = walk.shape.empty() ? 0 : walk.shape.size() - 1;
  const std::int64_t rows = numel(walk.shape) / row_length(walk);
  Index index(outer, 0);
  Offsets offsets(walk.strides.size(), 0);
  for (std::int64_t i = 0; i < rows; ++i) {
    row(offsets);
    // The index counts up as a clock does: an axis that is full goes back to 0, and the axis
    // before it moves on by one.
    for (std::size_t axis = outer; axis-- > 0;) {
      const bool full = ++index[axis] == walk.shape[axis];
      for (std::size_t k = 0; k < offsets.size(); ++k) {
        offsets[k] += (full ? 1 - index[axis] : 1) * walk.strides[k][axis];
      }
      if (!full) {
        break;
      }
      index[axis] = 0;
    }
  }
  // END SOLUTION
}

std::int64_t row_length(const Walk& walk) {
  return walk.shape.empty() ? 1 : walk.shape.back();
}

std::int64_t row_step(const Walk& walk, std::size_t tensor) {
  return walk.strides[tensor].empty() ? 0 : walk.strides[tensor].back();
}

}  // namespace kernel

namespace {

using kernel::Binary;
using kernel::Offsets;
using kernel::Row;
using kernel::Unary;
using kernel::Walk;

constexpr std::size_t most_inputs = 3;

// What an operation does with one row of each input.
using RowLoop = void (*)(float* out, const Row* inputs, std::int64_t count);

// True if every input lies row after row, in one and the same shape: then all is one row.
bool is_one_row(Inputs inputs) {
  const Tensor& first = *inputs.begin();
  for (const Tensor& input : inputs) {
    if (input.sizes() != first.sizes() || !input.is_contiguous()) {
      return false;
    }
  }
  return true;
}

void count_work(const Tensor& out, std::int64_t elements_read) {
  constexpr std::int64_t each = sizeof(float);
  count_flops(out.numel());
  count_bytes_read(each * elements_read);
  count_bytes_written(each * out.numel());
}

// Worked code, to read: the usual case. Small tensors would spend most of their time on a plan.
Tensor compute_one_row(Inputs inputs, RowLoop loop) {
  Tensor out = empty(inputs.begin()->get().sizes());
  Row rows[most_inputs] = {};
  Row* row = rows;
  for (const Tensor& input : inputs) {
    *row++ = {input.data_ptr(), 1};
  }
  loop(out.data_ptr(), rows, out.numel());
  count_work(out, static_cast<std::int64_t>(inputs.size()) * out.numel());
  return out;
}

// Worked code, to read: every function below goes through here. It plans the walk, makes the
// output, which takes part in the walk as its first tensor, and runs `loop` on every row.
Tensor compute(const char* op, Inputs inputs, RowLoop loop) {
  for (const Tensor& input : inputs) {
    check_defined(op, input);
  }
  if (is_one_row(inputs)) {
    return compute_one_row(inputs, loop);
  }
  std::vector<Shape> shapes;
  std::vector<Strides> strides;
  std::vector<const float*> first;
  for (const Tensor& input : inputs) {
    shapes.push_back(input.sizes());
    strides.push_back(input.strides());
    first.push_back(input.data_ptr());
  }
  Walk walk = kernel::plan_walk(shapes, strides);
  Tensor out = empty(walk.shape);
  std::int64_t elements_read = 0;
  for (const Strides& steps : walk.strides) {
    elements_read += elements_reached(walk.shape, steps);
  }
  count_work(out, elements_read);
  walk.strides.insert(walk.strides.begin(), out.strides());
  walk = kernel::merge_axes(walk);
  Row rows[most_inputs] = {};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    rows[i].step = kernel::row_step(walk, i + 1);
  }
  float* to = out.data_ptr();
  const std::int64_t count = kernel::row_length(walk);
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      rows[i].data = first[i] + offsets[i + 1];
    }
    loop(to + offsets[0], rows, count);
  });
  return out;
}

// The same, and says that it was done: see engine/record.h.
Tensor elementwise(const char* op, Inputs inputs, RowLoop loop) {
  Tensor out = compute(op, inputs, loop);
  record(op, inputs, out);
  return out;
}

// Worked code, to read: the same loop for the steps that are common. Where the compiler is told
// that a step is 1 or 0, it can put this loop in place of the call and take several numbers at
// once.
template <Unary function>
void unary_loop(float* out, const Row* in, std::int64_t count) {
  if (in[0].step == 1) {
    kernel::unary_row(out, {in[0].data, 1}, count, function);
  } else {
    kernel::unary_row(out, in[0], count, function);
  }
}

template <Binary function>
void binary_loop(float* out, const Row* in, std::int64_t count) {
  const Row& a = in[0];
  const Row& b = in[1];
  if (a.step == 1 && b.step == 1) {
    kernel::binary_row(out, {a.data, 1}, {b.data, 1}, count, function);
  } else if (a.step == 1 && b.step == 0) {
    kernel::binary_row(out, {a.data, 1}, {b.data, 0}, count, function);
  } else {
    kernel::binary_row(out, a, b, count, function);
  }
}

template <float (*function)(float, float, float)>
void ternary_loop(float* out, const Row* in, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = function(in[0].data[i * in[0].step], in[1].data[i * in[1].step],
                      in[2].data[i * in[2].step]);
  }
}

// A number is a tensor without axes: it broadcasts with every shape.
Tensor scalar(float value) {
  return full({}, value);
}

// One number at a time.

float negative(float x) {
  return -x;
}
float absolute(float x) {
  return std::fabs(x);
}
float exponential(float x) {
  return std::exp(x);
}
float logarithm(float x) {
  return std::log(x);
}
float root(float x) {
  return std::sqrt(x);
}
float squared(float x) {
  return x * x;
}
float inverse(float x) {
  return 1 / x;
}
float power(float x, float exponent) {
  return std::pow(x, exponent);
}
float sum(float a, float b) {
  return a + b;
}
float difference(float a, float b) {
  return a - b;
}
float product(float a, float b) {
  return a * b;
}
float quotient(float a, float b) {
  return a / b;
}
float smaller(float a, float b) {
  return -kernel::larger(-a, -b);
}
float clamped(float x, float low, float high) {
  return smaller(kernel::larger(x, low), high);
}
float chosen(float condition, float a, float b) {
  return condition != 0 ? a : b;
}
float equal(float a, float b) {
  return a == b ? 1 : 0;
}
float different(float a, float b) {
  return a != b ? 1 : 0;
}
float less(float a, float b) {
  return a < b ? 1 : 0;
}
float at_most(float a, float b) {
  return a <= b ? 1 : 0;
}

}  // namespace

Tensor neg(const Tensor& x) {
  return elementwise("neg", {x}, unary_loop<negative>);
}
Tensor abs(const Tensor& x) {
  return elementwise("abs", {x}, unary_loop<absolute>);
}
Tensor exp(const Tensor& x) {
  return elementwise("exp", {x}, unary_loop<exponential>);
}
Tensor log(const Tensor& x) {
  return elementwise("log", {x}, unary_loop<logarithm>);
}
Tensor sqrt(const Tensor& x) {
  return elementwise("sqrt", {x}, unary_loop<root>);
}
Tensor square(const Tensor& x) {
  return elementwise("square", {x}, unary_loop<squared>);
}
Tensor reciprocal(const Tensor& x) {
  return elementwise("reciprocal", {x}, unary_loop<inverse>);
}
Tensor pow(const Tensor& x, float exponent) {
  const Tensor number = scalar(exponent);
  Tensor out = compute("pow", {x, number}, binary_loop<power>);
  record("pow", {x}, out, {{"exponent", exponent}});
  return out;
}
Tensor clamp(const Tensor& x, float low, float high) {
  const Tensor lowest = scalar(low);
  const Tensor highest = scalar(high);
  Tensor out = compute("clamp", {x, lowest, highest}, ternary_loop<clamped>);
  record("clamp", {x}, out, {{"low", low}, {"high", high}});
  return out;
}

Tensor add(const Tensor& a, const Tensor& b) {
  return elementwise("add", {a, b}, binary_loop<sum>);
}
Tensor sub(const Tensor& a, const Tensor& b) {
  return elementwise("sub", {a, b}, binary_loop<difference>);
}
Tensor mul(const Tensor& a, const Tensor& b) {
  return elementwise("mul", {a, b}, binary_loop<product>);
}
Tensor div(const Tensor& a, const Tensor& b) {
  return elementwise("div", {a, b}, binary_loop<quotient>);
}
Tensor maximum(const Tensor& a, const Tensor& b) {
  return elementwise("maximum", {a, b}, binary_loop<kernel::larger>);
}
Tensor minimum(const Tensor& a, const Tensor& b) {
  return elementwise("minimum", {a, b}, binary_loop<smaller>);
}

Tensor eq(const Tensor& a, const Tensor& b) {
  return elementwise("eq", {a, b}, binary_loop<equal>);
}
Tensor ne(const Tensor& a, const Tensor& b) {
  return elementwise("ne", {a, b}, binary_loop<different>);
}
Tensor lt(const Tensor& a, const Tensor& b) {
  return elementwise("lt", {a, b}, binary_loop<less>);
}
Tensor le(const Tensor& a, const Tensor& b) {
  return elementwise("le", {a, b}, binary_loop<at_most>);
}
Tensor gt(const Tensor& a, const Tensor& b) {
  return lt(b, a);
}
Tensor ge(const Tensor& a, const Tensor& b) {
  return le(b, a);
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return elementwise("where", {condition, a, b}, ternary_loop<chosen>);
}

namespace {

// Worked code, to read: changes each number of self in place, with the number of source that
// belongs to it, row by row. Nothing is allocated but the lists of the walk.
template <class Change>
void change_rows(Tensor& self, const Tensor& source, std::int64_t flops, Change change) {
  Walk walk = {self.sizes(),
               {self.strides(), broadcast_strides(source.sizes(), source.strides(), self.sizes())}};
  constexpr std::int64_t each = sizeof(float);
  count_flops(flops * self.numel());
  count_bytes_read(each * (self.numel() + elements_reached(walk.shape, walk.strides[1])));
  count_bytes_written(each * self.numel());
  walk = kernel::merge_axes(walk);
  const std::int64_t count = kernel::row_length(walk);
  const std::int64_t to_step = kernel::row_step(walk, 0);
  const std::int64_t from_step = kernel::row_step(walk, 1);
  float* first_to = self.data_ptr();
  const float* first_from = source.data_ptr();
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    float* to = first_to + offsets[0];
    const float* from = first_from + offsets[1];
    for (std::int64_t i = 0; i < count; ++i) {
      change(to[i * to_step], from[i * from_step]);
    }
  });
}

// Worked code, to read: adds in place.
void add_rows(Tensor& self, const Tensor& source, float alpha) {
  change_rows(self, source, 2, [alpha](float& to, float from) { to += alpha * from; });
}

}  // namespace

// self (2, 3), other (3,), alpha -0.1 -> every row of self loses a tenth of other.
Tensor& add_(Tensor& self, const Tensor& other, float alpha) {
  check_defined("add_", self);
  check_defined("add_", other);
  record_in_place("add_", self, other);
  // BEGIN SOLUTION: add_: add in place where that is safe, and refuse where places are shared
  for (std::size_t axis = 0; axis < self.sizes().size(); ++axis) {
    if (self.sizes()[axis] > 1 && self.strides()[axis] == 0) {
      throw std::invalid_argument("[add_] got a tensor of shape " + to_string(self.sizes()) +
                                  " and strides " + to_string(self.strides()) +
                                  " to add to: every element must have a place of its own");
    }
  }
  // If both show the same memory, we might overwrite what is still to be read.
  add_rows(self, self.is_alias_of(other) ? other.clone() : other, alpha);
  // END SOLUTION
  self.count_change();
  return self;
}

Tensor& mul_(Tensor& self, const Tensor& other) {
  check_defined("mul_", self);
  check_defined("mul_", other);
  record_in_place("mul_", self, other);
  if (elements_reached(self.sizes(), self.strides()) < self.numel()) {
    throw std::invalid_argument("[mul_] got a tensor of strides " + to_string(self.strides()) +
                                " to multiply: every element must have a place of its own");
  }
  const Tensor source = other.is_alias_of(self) ? other.clone() : other;
  change_rows(self, source, 1, [](float& to, float from) { to *= from; });
  self.count_change();
  return self;
}

}  // namespace tt
