#include "engine/layout.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

namespace tt {

// (2, 0, 4) -> fine.  (2, -1) is refused.  (2^40, 2^40) is refused: 2^80 elements.
void check_shape(const char* op, const Shape& shape) {
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  std::int64_t product = 1;
  for (std::int64_t extent : shape) {
    if (extent < 0 || (extent > 0 && product > largest / extent)) {
      throw std::invalid_argument(std::string("[") + op + "] got shape " + to_string(shape) +
                                  ": every extent must be 0 or more, and their product must fit " +
                                  "into 64 bits");
    }
    product *= extent == 0 ? 1 : extent;  // the strides of the other axes are still computed
  }
}

// sizes (2, 3), strides (3, 1), offset 4 -> reaches 4 + 1*3 + 2*1 = 9, so `size` must be above 9.
void check_layout(const char* op, const Shape& sizes, const Strides& strides, std::int64_t offset,
                  std::int64_t size) {
  check_shape(op, sizes);
  if (strides.size() != sizes.size()) {
    throw std::invalid_argument(std::string("[") + op + "] got shape " + to_string(sizes) +
                                " and strides " + to_string(strides) +
                                ": both must have the same rank");
  }
  const bool none = numel(sizes) == 0;  // then no index exists, and none can leave
  bool inside = offset >= 0 && (none || offset < size);
  std::int64_t room = size - 1 - offset;  // how far the axes still to come may move
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    inside = inside && strides[axis] >= 0;
    if (inside && !none && sizes[axis] > 1) {
      const std::int64_t moves = sizes[axis] - 1;
      inside = strides[axis] <= room / moves;
      room -= inside ? moves * strides[axis] : 0;
    }
  }
  if (!inside) {
    throw std::invalid_argument(std::string("[") + op + "] got shape " + to_string(sizes) +
                                ", strides " + to_string(strides) + " and offset " +
                                std::to_string(offset) + ": every index must stay in [0, " +
                                std::to_string(size) + ")");
  }
}

// (2, 3) with strides (3, 1) -> true; with strides (1, 2) -> false.  (1, 3) with (7, 1) -> true:
// the stride of an axis of extent 1 is never used.
bool is_contiguous(const Shape& sizes, const Strides& strides) {
  if (numel(sizes) == 0) {
    return true;
  }
  std::int64_t wanted = 1;
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    if (sizes[axis] != 1 && strides[axis] != wanted) {
      return false;
    }
    wanted *= sizes[axis];
  }
  return true;
}

// sizes (2, 3), strides (0, 1) -> 3: on an axis of stride 0 every index shows the same element.
std::int64_t elements_reached(const Shape& sizes, const Strides& strides) {
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    count *= strides[axis] == 0 && sizes[axis] > 0 ? 1 : sizes[axis];
  }
  return count;
}

// Axes that follow on from each other in memory form a chunk: (2, 3, 4) with strides (24, 4, 1) has
// the chunks 2 and 3x4. The new shape may cut each chunk as it likes, but no new axis may span two:
// (2, 12) and (2, 6, 2) can be shown, (24,) cannot.
// Source: PyTorch, aten/src/ATen/TensorUtils.cpp, computeStride.
std::optional<Strides> view_strides(const Shape& sizes, const Strides& strides,
                                    const Shape& wanted) {
  if (numel(sizes) == 0) {
    return sizes == wanted ? strides : contiguous_strides(wanted);
  }
  Strides result(wanted.size(), 1);
  std::size_t left = wanted.size();  // new axes still without a stride, filled from the last
  std::int64_t step = sizes.empty() ? 1 : strides.back();  // the stride inside this chunk
  std::int64_t in_chunk = 1;                               // elements of this chunk so far
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    in_chunk *= sizes[axis];
    const bool first = axis == 0;
    if (!first && (sizes[axis - 1] == 1 || strides[axis - 1] == in_chunk * step)) {
      continue;
    }
    std::int64_t covered = 1;
    while (left > 0 && (covered < in_chunk || wanted[left - 1] == 1)) {
      --left;
      result[left] = covered * step;
      covered *= wanted[left];
    }
    if (covered != in_chunk) {
      return std::nullopt;
    }
    if (!first) {
      step = strides[axis - 1];
      in_chunk = 1;
    }
  }
  return result;
}

void sort_axes(std::vector<std::size_t>& axes,
               const std::function<bool(std::size_t a, std::size_t b)>& before) {
  std::stable_sort(axes.begin(), axes.end(), before);
}

}  // namespace tt
