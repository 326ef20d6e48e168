#include <algorithm>
#include <stdexcept>
#include <string>

#include "engine/error.h"
#include "engine/shape.h"

namespace tt {

// Makes lists equally long first, and walks them from the front or builds them back to front.

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

namespace {

/// The list with `filler` in front until it has `length` entries.
std::vector<std::int64_t> pad(std::vector<std::int64_t> list, std::size_t length,
                              std::int64_t filler) {
  while (list.size() < length) {
    list.insert(list.begin(), filler);
  }
  return list;
}

}  // namespace

std::int64_t numel(const Shape& shape) {
  std::int64_t product = 1;
  Shape left = shape;
  while (!left.empty()) {
    const std::int64_t extent = left.back();
    left.pop_back();
    if (extent <= -1) {
      throw std::invalid_argument("[numel] got shape " + to_string(shape) +
                                  " with an extent below 0");
    }
    product = extent * product;
  }
  return product;
}

Strides contiguous_strides(const Shape& shape) {
  Strides backward;
  for (auto extent = shape.rbegin(); extent != shape.rend(); ++extent) {
    if (backward.empty()) {
      backward.push_back(1);
    } else {
      backward.push_back(backward.back() * std::max<std::int64_t>(1, *(extent - 1)));
    }
  }
  std::reverse(backward.begin(), backward.end());
  return backward;
}

std::int64_t offset_of(const Index& index, const Shape& shape, const Strides& strides) {
  const std::size_t longest = std::max({index.size(), shape.size(), strides.size()});
  const std::size_t shortest = std::min({index.size(), shape.size(), strides.size()});
  if (longest != shortest) {
    throw std::invalid_argument("[offset_of] got ranks that differ");
  }
  std::int64_t offset = 0;
  int axis = static_cast<int>(longest) - 1;
  while (axis >= 0) {
    if (!(0 <= index[axis] && index[axis] < shape[axis])) {
      throw std::invalid_argument("[offset_of] got index " + std::to_string(index[axis]));
    }
    offset = offset + strides[axis] * index[axis];
    --axis;
  }
  return offset;
}

std::int64_t normalize_axis(std::int64_t axis, std::int64_t rank) {
  for (std::int64_t candidate = 0; candidate < rank; ++candidate) {
    if (axis == candidate || axis == candidate - rank) {
      return candidate;
    }
  }
  throw std::invalid_argument("[normalize_axis] got axis " + std::to_string(axis));
}

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Shape result = pad(a, rank, 1);
  const Shape other = pad(b, rank, 1);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (result[axis] == 1) {
      result[axis] = other[axis];
    } else if (other[axis] != 1 && other[axis] != result[axis]) {
      throw std::invalid_argument("[broadcast_shapes] got " + std::to_string(result[axis]) +
                                  " against " + std::to_string(other[axis]));
    }
  }
  return result;
}

Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& target) {
  if (strides.size() != shape.size()) {
    throw std::invalid_argument("[broadcast_strides] got strides for another shape");
  }
  if (target.size() < shape.size()) {
    throw std::invalid_argument("[broadcast_strides] got a target with fewer axes");
  }
  const Shape padded = pad(shape, target.size(), 1);
  Strides result = pad(strides, target.size(), 0);
  for (std::size_t axis = 0; axis < target.size(); ++axis) {
    if (padded[axis] == target[axis]) {
      continue;
    }
    if (padded[axis] != 1) {
      throw std::invalid_argument("[broadcast_strides] got " + std::to_string(padded[axis]) +
                                  " for " + std::to_string(target[axis]));
    }
    result[axis] = 0;
  }
  return result;
}

}  // namespace tt
