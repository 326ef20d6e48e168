#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/shape.h"

namespace tt {

/// Throws `std::invalid_argument` in the name of `op` if an extent is negative or if the number of
/// elements or a stride of this shape would not fit into 64 bits.
void check_shape(const char* op, const Shape& shape);

/// Throws `std::invalid_argument` in the name of `op` unless every index of `sizes` stays inside
/// `[0, size)` at `offset` + index times stride. No stride may be negative.
void check_layout(const char* op, const Shape& sizes, const Strides& strides, std::int64_t offset,
                  std::int64_t size);

/// True if the elements lie row after row without gaps.
bool is_contiguous(const Shape& sizes, const Strides& strides);

/// Gives how many elements are read where all are read once: on an axis of stride 0 every index
/// shows the same one.
std::int64_t elements_reached(const Shape& sizes, const Strides& strides);

/// Sorts axes: `a` comes to stand before `b` where `before(a, b)` is true. Two axes of which
/// neither belongs before the other keep their order.
void sort_axes(std::vector<std::size_t>& axes,
               const std::function<bool(std::size_t a, std::size_t b)>& before);

/// Gives the strides that show a tensor of `sizes` and `strides` in the shape `wanted`, which must
/// have as many elements, or nothing if that takes a copy.
std::optional<Strides> view_strides(const Shape& sizes, const Strides& strides,
                                    const Shape& wanted);

}  // namespace tt
