#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/counters.h"
#include "engine/layout.h"
#include "engine/ops/elementwise.h"
#include "engine/record.h"

namespace tt {

// Moves pointers instead of counting, and walks axis by axis with a function that calls itself.

namespace {

using kernel::Offsets;
using kernel::Walk;

// Visits every row of the axes from `axis` on, beginning at `offsets`.
void descend(const Walk& walk, std::size_t axis, Offsets offsets, const kernel::RowVisitor& row) {
  if (axis + 1 >= walk.shape.size()) {
    row(offsets);
    return;
  }
  for (std::int64_t i = 0; i < walk.shape[axis]; ++i) {
    descend(walk, axis + 1, offsets, row);
    for (std::size_t k = 0; k < offsets.size(); ++k) {
      offsets[k] += walk.strides[k][axis];
    }
  }
}

Shape common_shape(const std::vector<Shape>& shapes, std::size_t from) {
  return from + 1 == shapes.size() ? shapes[from]
                                   : broadcast_shapes(shapes[from], common_shape(shapes, from + 1));
}

}  // namespace

namespace kernel {

// out[0] = f(x[0]), out[1] = f(x[step]), out[2] = f(x[2 * step]), ...
void unary_row(float* out, const Row& x, std::int64_t count, Unary function) {
  for (const float* from = x.data; count > 0; --count) {
    *out++ = function(*from);
    from += x.step;
  }
}

// a: 1 2 3, step 1.  b: 10, step 0.  With plus -> 11 12 13.
void binary_row(float* out, const Row& a, const Row& b, std::int64_t count, Binary function) {
  const float* from_a = a.data;
  const float* from_b = b.data;
  while (count-- > 0) {
    *out++ = function(*from_a, *from_b);
    from_a += a.step;
    from_b += b.step;
  }
}

// 2 and 3 -> 3.  NaN and 3 -> NaN.  2 and NaN -> NaN.
float larger(float a, float b) {
  if (a >= b) {
    return a;
  }
  return b > a || std::isnan(b) ? b : a;
}

// shapes (2, 3) and (3,), strides (3, 1) and (1,) -> shape (2, 3), strides (3, 1) and (0, 1).
Walk plan_walk(const std::vector<Shape>& shapes, const std::vector<Strides>& strides) {
  const Shape shape = common_shape(shapes, 0);
  std::vector<Strides> stretched(shapes.size());
  for (std::size_t i = shapes.size(); i-- > 0;) {
    stretched[i] = broadcast_strides(shapes[i], strides[i], shape);
  }
  return {shape, stretched};
}

// shape (2, 3), strides (3, 1) and (3, 1) -> shape (6,), strides (1,) and (1,).
// shape (2, 3), strides (3, 1) and (0, 1) -> the same: in the second, 3 steps of 1 are not 0.
Walk merge_axes(const Walk& walk) {
  // From the last axis to the first, each one found is put in front.
  Shape shape;
  std::vector<Strides> strides(walk.strides.size());
  for (std::size_t axis = walk.shape.size(); axis-- > 0;) {
    if (walk.shape[axis] == 1) {
      continue;
    }
    bool apart = shape.empty();
    for (std::size_t k = 0; k < strides.size() && !apart; ++k) {
      apart = walk.strides[k][axis] != shape.front() * strides[k].front();
    }
    if (!apart) {
      shape.front() *= walk.shape[axis];
      continue;
    }
    shape.insert(shape.begin(), walk.shape[axis]);
    for (std::size_t k = 0; k < strides.size(); ++k) {
      strides[k].insert(strides[k].begin(), walk.strides[k][axis]);
    }
  }
  return {shape, strides};
}

// shape (2, 3), strides (3, 1) and (0, 1) -> rows at (0, 0) and (3, 0).
void for_each_row(const Walk& walk, const RowVisitor& row) {
  if (numel(walk.shape) > 0) {
    descend(walk, 0, Offsets(walk.strides.size(), 0), row);
  }
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

// Worked code, to read: every function below goes through here. It plans the walk, makes the
// output, which takes part in the walk as its first tensor, and runs `loop` on every row.
Tensor elementwise(const char* op, const std::vector<Tensor>& inputs, RowLoop loop) {
  std::vector<Shape> shapes;
  std::vector<Strides> strides;
  for (const Tensor& input : inputs) {
    check_defined(op, input);
    shapes.push_back(input.sizes());
    strides.push_back(input.strides());
  }
  const Walk inputs_only = kernel::plan_walk(shapes, strides);
  Tensor out = empty(inputs_only.shape);
  Walk walk = {inputs_only.shape, {out.strides()}};
  constexpr std::int64_t each = sizeof(float);
  count_flops(out.numel());
  count_bytes_written(each * out.numel());
  std::vector<const float*> first;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Strides& steps = inputs_only.strides[i];
    count_bytes_read(each * elements_reached(walk.shape, steps));
    walk.strides.push_back(steps);
    first.push_back(inputs[i].data_ptr());
  }
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
  return elementwise("pow", {x, scalar(exponent)}, binary_loop<power>);
}
Tensor clamp(const Tensor& x, float low, float high) {
  return elementwise("clamp", {x, scalar(low), scalar(high)}, ternary_loop<clamped>);
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

// Worked code, to read: adds in place, row by row. Nothing is allocated but the lists of the walk.
void add_rows(Tensor& self, const Tensor& source, float alpha) {
  Walk walk = {self.sizes(),
               {self.strides(), broadcast_strides(source.sizes(), source.strides(), self.sizes())}};
  constexpr std::int64_t each = sizeof(float);
  count_flops(2 * self.numel());
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
      to[i * to_step] += alpha * from[i * from_step];
    }
  });
}

}  // namespace

// self (2, 3), other (3,), alpha -0.1 -> every row of self loses a tenth of other.
Tensor& add_(Tensor& self, const Tensor& other, float alpha) {
  check_defined("add_", self);
  check_defined("add_", other);
  std::int64_t places = 1;
  for (std::size_t axis = 0; axis < self.sizes().size(); ++axis) {
    places *= self.strides()[axis] == 0 && self.sizes()[axis] > 0 ? 1 : self.sizes()[axis];
  }
  if (places != self.numel()) {
    throw std::invalid_argument("[add_] got " + std::to_string(self.numel()) + " elements in " +
                                std::to_string(places) + " places: each must have its own");
  }
  if (other.is_alias_of(self)) {
    const Tensor copy = other.clone();
    add_rows(self, copy, alpha);
  } else {
    add_rows(self, other, alpha);
  }
  return self;
}

Tensor& mul_(Tensor& self, const Tensor& other) {
  check_defined("mul_", self);
  check_defined("mul_", other);
  self.copy_(mul(self, other));
  return self;
}

}  // namespace tt
