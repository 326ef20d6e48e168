#include "engine/shape.h"

#include <stdexcept>
#include <string>

#include "engine/error.h"

namespace tt {

// Worked code, to read: a function takes its list by `const &` (looked at, neither copied nor
// changed) and gives back a string of its own.
std::string to_string(const std::vector<std::int64_t>& numbers) {
  std::string text = "(";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) {
      text += ", ";
    }
    text += std::to_string(numbers[i]);
  }
  if (numbers.size() == 1) {
    text += ",";
  }
  return text + ")";
}

// (2, 3, 4) -> 24.  () -> 1.  (2, 0, 4) -> 0.
std::int64_t numel(const Shape& shape) {
  // BEGIN SOLUTION: numel: count the elements of a tensor of this shape
  std::int64_t product = 1;
  for (std::int64_t extent : shape) {
    if (extent < 0) {
      throw std::invalid_argument("[numel] got shape " + to_string(shape) +
                                  ": an extent must not be negative");
    }
    product *= extent;
  }
  return product;
  // END SOLUTION
}

// (2, 3, 4) -> (12, 4, 1).  () -> ().  (2, 0, 4) -> (4, 4, 1).
Strides contiguous_strides(const Shape& shape) {
  // BEGIN SOLUTION: contiguous_strides: give each axis the distance between its neighbours
  Strides strides(shape.size());
  std::int64_t step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = step;
    step *= shape[axis] == 0 ? 1 : shape[axis];
  }
  return strides;
  // END SOLUTION
}

// index (1, 2) in shape (2, 3) with strides (3, 1) -> 1*3 + 2*1 = 5.
std::int64_t offset_of(const Index& index, const Shape& shape, const Strides& strides) {
  // BEGIN SOLUTION: offset_of: find where one element lies in memory
  if (index.size() != shape.size() || strides.size() != shape.size()) {
    throw std::invalid_argument("[offset_of] got index " + to_string(index) + " for shape " +
                                to_string(shape) + " and strides " + to_string(strides) +
                                ": all three must have the same rank");
  }
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (index[axis] < 0 || index[axis] >= shape[axis]) {
      throw std::invalid_argument("[offset_of] got index " + to_string(index) + " for shape " +
                                  to_string(shape) + ": index " + std::to_string(index[axis]) +
                                  " must be in [0, " + std::to_string(shape[axis]) + ")");
    }
    offset += index[axis] * strides[axis];
  }
  return offset;
  // END SOLUTION
}

// axis -1 of rank 3 -> 2.  axis 1 of rank 3 -> 1.  axis 3 of rank 3 is refused.
std::int64_t normalize_axis(std::int64_t axis, std::int64_t rank) {
  // BEGIN SOLUTION: normalize_axis: count the axis from the front
  if (axis < -rank || axis >= rank) {
    throw std::invalid_argument("[normalize_axis] got axis " + std::to_string(axis) + " for rank " +
                                std::to_string(rank) + ": it must be in [" + std::to_string(-rank) +
                                ", " + std::to_string(rank) + ")");
  }
  return axis < 0 ? axis + rank : axis;
  // END SOLUTION
}

// (4, 1, 3) and (5, 1) -> (4, 5, 3).  (2, 3) and (2,) is refused: 3 meets 2.
Shape broadcast_shapes(const Shape& a, const Shape& b) {
  // BEGIN SOLUTION: broadcast_shapes: settle the shape that both stretch to
  const std::size_t rank = a.size() > b.size() ? a.size() : b.size();
  Shape result(rank);
  for (std::size_t back = 1; back <= rank; ++back) {
    const std::int64_t from_a = back <= a.size() ? a[a.size() - back] : 1;
    const std::int64_t from_b = back <= b.size() ? b[b.size() - back] : 1;
    if (from_a != from_b && from_a != 1 && from_b != 1) {
      throw std::invalid_argument("[broadcast_shapes] got " + to_string(a) + " and " +
                                  to_string(b) + ": extents " + std::to_string(from_a) + " and " +
                                  std::to_string(from_b) + " must be equal or one of them 1");
    }
    result[rank - back] = from_a == 1 ? from_b : from_a;
  }
  return result;
  // END SOLUTION
}

// shape (3, 1), strides (1, 1), target (2, 3, 4) -> (0, 1, 0).
Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& target) {
  // BEGIN SOLUTION: broadcast_strides: read the same memory as if it had the target shape
  if (shape.size() != strides.size()) {
    throw std::invalid_argument("[broadcast_strides] got shape " + to_string(shape) +
                                " and strides " + to_string(strides) +
                                ": both must have the same rank");
  }
  if (shape.size() > target.size()) {
    throw std::invalid_argument("[broadcast_strides] got shape " + to_string(shape) +
                                ": it must not have more axes than the target " +
                                to_string(target));
  }
  Strides result(target.size(), 0);
  const std::size_t missing = target.size() - shape.size();
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::int64_t wanted = target[missing + axis];
    if (shape[axis] == wanted) {
      result[missing + axis] = strides[axis];
    } else if (shape[axis] != 1) {
      throw std::invalid_argument("[broadcast_strides] got shape " + to_string(shape) +
                                  " for the target " + to_string(target) + ": extent " +
                                  std::to_string(shape[axis]) + " must be 1 or " +
                                  std::to_string(wanted));
    }
  }
  return result;
  // END SOLUTION
}

}  // namespace tt
