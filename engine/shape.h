#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tt {

/// The extents of a tensor, outermost axis first: `{2, 3}` has 2 rows of 3. `{}` is a scalar.
using Shape = std::vector<std::int64_t>;

/// For each axis, how many elements to move in memory to reach the next index on that axis.
using Strides = std::vector<std::int64_t>;

/// A position in a tensor, one number per axis: `{1, 2}` is row 1, column 2.
using Index = std::vector<std::int64_t>;

/// Writes a list of numbers as Python writes a tuple: `()`, `(3,)`, `(2, 3)`.
std::string to_string(const std::vector<std::int64_t>& numbers);

/// Gives the number of elements of a tensor of this shape: the product of the extents, 1 for a
/// scalar. Throws `std::invalid_argument` if an extent is negative.
std::int64_t numel(const Shape& shape);

/// Gives the strides, in elements, of a tensor of this shape stored row after row without gaps.
/// The result has one stride per axis, and the last one, if there is any, is 1. No stride is ever
/// 0: an axis of extent 0 counts as 1, as in PyTorch.
Strides contiguous_strides(const Shape& shape);

/// Gives the place in memory, in elements, of the element at `index`: the sum over the axes of
/// index times stride. Throws `std::invalid_argument` if `index`, `shape` and `strides` do not
/// have the same rank or if an index lies outside `[0, extent)`.
std::int64_t offset_of(const Index& index, const Shape& shape, const Strides& strides);

/// Turns an axis in `[-rank, rank)` into the same axis counted from the front, in `[0, rank)`.
/// Throws `std::invalid_argument` if the axis lies outside that range.
std::int64_t normalize_axis(std::int64_t axis, std::int64_t rank);

/// Gives the shape that `a` and `b` share after broadcasting: shapes are aligned at the last axis,
/// a missing axis counts as 1, and an extent of 1 stretches to the other's. Throws
/// `std::invalid_argument` if two extents differ and neither is 1.
/// Source: NumPy's broadcasting rule, https://numpy.org/doc/stable/user/basics.broadcasting.html
Shape broadcast_shapes(const Shape& a, const Shape& b);

/// Gives the strides that read a tensor of `shape` and `strides` as if it had the shape `target`:
/// a stretched or missing axis gets stride 0, so that every index on it reads the same element.
/// The result has one stride per axis of `target`. Throws `std::invalid_argument` if `shape` and
/// `strides` differ in rank or if `shape` does not broadcast to exactly `target`.
Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& target);

}  // namespace tt
