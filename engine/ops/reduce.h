#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/ops/elementwise.h"
#include "engine/shape.h"
#include "engine/tensor.h"

namespace tt {

// Every function here gives a new, contiguous tensor and changes no input. `dims` names the axes to
// reduce, each once and perhaps counted from the back; none at all means every axis. With `keepdim`
// a reduced axis stays, with extent 1; else it is dropped. A NaN that goes in comes out. All throw
// `std::invalid_argument` if the tensor is undefined or if there is no such axis, or an axis comes
// twice. Each counts one operation an element of its input (`var` four), and as bytes read 4 for
// each element that it reaches: one that is read again through a stride of 0 counts once.

/// Gives the sums. They are added up in `double` and rounded once, at the end. The sum of no
/// elements is 0.
Tensor sum(const Tensor& x, const std::vector<std::int64_t>& dims = {}, bool keepdim = false);

/// Gives the sums divided by the number of elements that went into each. The mean of no elements is
/// NaN.
Tensor mean(const Tensor& x, const std::vector<std::int64_t>& dims = {}, bool keepdim = false);

/// Gives the variances: the sums of the squared distances from the mean, divided by the number of
/// elements, or by one less if `unbiased`. They are added up in `double`.
Tensor var(const Tensor& x, const std::vector<std::int64_t>& dims = {}, bool unbiased = true,
           bool keepdim = false);

/// Gives the largest or the smallest elements. Throws `std::invalid_argument` also if a result
/// would be that of no elements.
Tensor amax(const Tensor& x, const std::vector<std::int64_t>& dims = {}, bool keepdim = false);
Tensor amin(const Tensor& x, const std::vector<std::int64_t>& dims = {}, bool keepdim = false);

/// Gives the index of the largest element along the axis `dim`, or without one, of the largest
/// element of all, counted row after row. The first of several wins, and a NaN is larger than
/// every number. Indices are floats, as every element is: exact up to 16,777,216. Throws
/// `std::invalid_argument` also if there are no elements to choose from.
Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim = {}, bool keepdim = false);

/// Gives the inverse of broadcasting: a tensor of `shape` in which each element is the sum of all
/// those of `x` that it would be stretched to. Throws `std::invalid_argument` also if `shape` does
/// not broadcast to the shape of `x`.
Tensor sum_to(const Tensor& x, const Shape& shape);

namespace kernel {

/// Gives, for each of `rank` axes, whether `dims` names it; if `dims` is empty, all are named.
/// Throws `std::invalid_argument` if there is no such axis or if one comes twice.
std::vector<bool> reduced_axes(const std::vector<std::int64_t>& dims, std::int64_t rank);

/// Gives `shape` with every reduced axis set to 1 if `keepdim`, else dropped.
Shape reduced_shape(const Shape& shape, const std::vector<bool>& reduced, bool keepdim);

/// Gives the number of elements that go into each result: the product of the reduced extents.
std::int64_t reduced_count(const Shape& shape, const std::vector<bool>& reduced);

/// Gives the walk over every element of a tensor of `shape` and `strides`. Its first tensor is the
/// result, contiguous and of the shape `kept`, at the place that the element goes into; its second
/// one is the tensor itself. Throws `std::invalid_argument` if `kept` does not broadcast to
/// `shape`.
Walk plan_reduction(const Shape& shape, const Strides& strides, const Shape& kept);

/// Gives a walk to the same places, with the axes in another order: the larger the stride in the
/// walk's last tensor, the further out. Axes with the same stride keep their order.
Walk memory_order(const Walk& walk);

/// Sets the first `results` numbers of `sums` to the sums that `walk` describes: its first tensor
/// is `sums`, its second one `x`. There may be no elements at all.
void sum_over(double* sums, std::int64_t results, const float* x, const Walk& walk);

/// Sets the first `results` numbers of `best` to the largest elements that `walk` describes: its
/// first tensor is `best`, its second one `x`. NaN is larger than every number.
void max_over(float* best, std::int64_t results, const float* x, const Walk& walk);

/// Gives the index of the largest of `count` numbers, which must be at least 1. The first of
/// several wins, and NaN is larger than every number.
std::int64_t argmax_row(const Row& x, std::int64_t count);

}  // namespace kernel

}  // namespace tt
