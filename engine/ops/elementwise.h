#pragma once

#include <cstdint>
#include <vector>

#include "engine/ops/operators.h"
#include "engine/shape.h"
#include "engine/tensor.h"

namespace tt {

// Every function here that gives back a `Tensor` gives a new, contiguous one and changes no input.
// Several inputs are broadcast to one shape. All throw `std::invalid_argument` if an input is
// undefined or if the shapes do not broadcast. A NaN that goes in comes out, except from
// comparisons, from `where`, which may choose the other one, and from x to the power of 0. Each
// counts one operation an element of the result, and as bytes read 4 for each element of an input
// that it reaches: one that is read again through a stride of 0 counts once.

/// Gives -x, the absolute value, e to the power of x, the natural logarithm, the square root, x * x
/// or 1 / x of every element.
Tensor neg(const Tensor& x);
Tensor abs(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor reciprocal(const Tensor& x);

/// Gives every element to the power of `exponent`.
Tensor pow(const Tensor& x, float exponent);

/// Gives every element, but `low` where it is lower and `high` where it is higher. Where `low` is
/// above `high`, gives `high`.
Tensor clamp(const Tensor& x, float low, float high);

/// Gives the sum, difference, product, quotient, larger or smaller of both, element by element.
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);

/// Gives 1 where `a` equals `b`, differs from it, is less, is at most it, is greater or is at least
/// it, and 0 elsewhere.
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);

/// Gives the element of `a` where `condition` is not 0, and of `b` where it is.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

/// Adds `alpha` times `other`, broadcast to the shape of `self`, to `self`, and gives `self` back.
/// The two may overlap. Throws `std::invalid_argument` if one is undefined, if `other` does not
/// broadcast to `self`, or if an axis of `self` has stride 0, so that its elements share one place.
/// Counts two operations an element.
Tensor& add_(Tensor& self, const Tensor& other, float alpha = 1);

/// Multiplies `self` by `other`, broadcast to its shape, and gives `self` back. The two may
/// overlap. Throws as `add_`.
Tensor& mul_(Tensor& self, const Tensor& other);

namespace kernel {

/// Numbers to read that lie `step` places apart: number i is `data[i * step]`. With a step of 0
/// they are all the same one.
struct Row {
  const float* data;
  std::int64_t step;
};

/// A function of one number, and one of two.
using Unary = float (*)(float);
using Binary = float (*)(float, float);

/// Sets `out[i]` to `function` of number i of `x`, for every i in [0, count).
void unary_row(float* out, const Row& x, std::int64_t count, Unary function);

/// Sets `out[i]` to `function` of number i of `a` and number i of `b`, for every i in [0, count).
void binary_row(float* out, const Row& a, const Row& b, std::int64_t count, Binary function);

/// Gives the larger of the two, or NaN if either is NaN.
float larger(float a, float b);

/// How to visit every index of `shape` in several tensors at once: `strides` has one entry a
/// tensor, and each entry one stride per axis of `shape`.
struct Walk {
  Shape shape;
  std::vector<Strides> strides;
};

/// Gives the walk over tensors of these shapes and strides, broadcast to one shape: there are as
/// many entries in `shapes` as in `strides`, at least one. Throws `std::invalid_argument` if the
/// shapes do not broadcast.
Walk plan_walk(const std::vector<Shape>& shapes, const std::vector<Strides>& strides);

/// Gives the same walk, to the same places in the same order, with as few axes as possible: an axis
/// of extent 1 is left out, and two neighbours are one where, in every tensor, a step on the outer
/// one moves as far as all the steps on the inner one together.
Walk merge_axes(const Walk& walk);

/// How far from its first element each tensor of a walk is.
using Offsets = std::vector<std::int64_t>;

/// Any function that takes offsets: one that exists elsewhere, and at least as long as this does.
/// (A `std::function` would do, and takes a student's compiler five times as long.)
class RowVisitor {
 public:
  template <class Function>
  RowVisitor(const Function& function)
      : function_(&function), call_([](const void* object, const Offsets& offsets) {
          (*static_cast<const Function*>(object))(offsets);
        }) {}

  void operator()(const Offsets& offsets) const { call_(function_, offsets); }

 private:
  const void* function_;
  void (*call_)(const void* object, const Offsets& offsets);
};

/// Calls `row` with the offsets of the first element of each row, in order. A row is what the last
/// axis walks over; a walk without axes has one row, and one without elements has none.
void for_each_row(const Walk& walk, const RowVisitor& row);

/// Gives the number of elements in each row of a walk.
std::int64_t row_length(const Walk& walk);

/// Gives how far apart the elements of a row are in tensor number `tensor` of a walk.
std::int64_t row_step(const Walk& walk, std::size_t tensor);

}  // namespace kernel

}  // namespace tt
