#include <stdexcept>
#include <string>

#include "engine/error.h"
#include "engine/shape.h"

namespace tt {

// Peels one axis off and asks itself about the rest.

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

using List = std::vector<std::int64_t>;

List without_first(const List& list) {
  return List(list.begin() + 1, list.end());
}

List without_last(const List& list) {
  return List(list.begin(), list.end() - 1);
}

List with_last(List list, std::int64_t last) {
  list.push_back(last);
  return list;
}

[[noreturn]] void refuse(const char* function, const std::string& reason) {
  throw std::invalid_argument(std::string("[") + function + "] got " + reason);
}

std::int64_t offset_from(std::size_t axis, const Index& index, const Shape& shape,
                         const Strides& strides) {
  if (axis == shape.size()) {
    return 0;
  }
  if (index[axis] < 0 || index[axis] >= shape[axis]) {
    refuse("offset_of", "index " + std::to_string(index[axis]) + " on axis " +
                            std::to_string(axis) + " of shape " + to_string(shape) +
                            ": it must be in [0, " + std::to_string(shape[axis]) + ")");
  }
  return index[axis] * strides[axis] + offset_from(axis + 1, index, shape, strides);
}

}  // namespace

std::int64_t numel(const Shape& shape) {
  if (shape.empty()) {
    return 1;
  }
  if (shape.front() < 0) {
    refuse("numel", "extent " + std::to_string(shape.front()) + ": it must not be negative");
  }
  return shape.front() * numel(without_first(shape));
}

Strides contiguous_strides(const Shape& shape) {
  if (shape.empty()) {
    return {};
  }
  if (shape.size() == 1) {
    return {1};
  }
  const Shape rest = without_first(shape);
  Strides strides = contiguous_strides(rest);
  const std::int64_t below = rest.front() > 0 ? rest.front() : 1;
  strides.insert(strides.begin(), strides.front() * below);
  return strides;
}

std::int64_t offset_of(const Index& index, const Shape& shape, const Strides& strides) {
  if (shape.size() != index.size() || shape.size() != strides.size()) {
    refuse("offset_of", "an index of rank " + std::to_string(index.size()) + " for shape " +
                            to_string(shape) + " and strides " + to_string(strides));
  }
  return offset_from(0, index, shape, strides);
}

std::int64_t normalize_axis(std::int64_t axis, std::int64_t rank) {
  const std::int64_t from_front = axis < 0 ? rank + axis : axis;
  if (from_front < 0 || from_front >= rank) {
    refuse("normalize_axis",
           "axis " + std::to_string(axis) + ": there are " + std::to_string(rank) + " axes");
  }
  return from_front;
}

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  if (a.empty()) {
    return b;
  }
  if (b.empty()) {
    return a;
  }
  const std::int64_t x = a.back();
  const std::int64_t y = b.back();
  if (x == y || y == 1) {
    return with_last(broadcast_shapes(without_last(a), without_last(b)), x);
  }
  if (x == 1) {
    return with_last(broadcast_shapes(without_last(a), without_last(b)), y);
  }
  refuse("broadcast_shapes", "extents " + std::to_string(x) + " and " + std::to_string(y) +
                                 ": they must be equal or one of them 1");
}

Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& target) {
  if (shape.size() != strides.size()) {
    refuse("broadcast_strides", "shape " + to_string(shape) + " with strides " +
                                    to_string(strides) + ": both must have the same rank");
  }
  if (shape.empty()) {
    return Strides(target.size(), 0);
  }
  if (target.empty()) {
    refuse("broadcast_strides", "more axes than the target has: " + to_string(shape));
  }
  if (shape.back() != target.back() && shape.back() != 1) {
    refuse("broadcast_strides", "extent " + std::to_string(shape.back()) + " for the target's " +
                                    std::to_string(target.back()) + ": only 1 stretches");
  }
  const std::int64_t last = shape.back() == target.back() ? strides.back() : 0;
  return with_last(
      broadcast_strides(without_last(shape), without_last(strides), without_last(target)), last);
}

}  // namespace tt
