#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>

#include "engine/error.h"
#include "engine/shape.h"

namespace tt {

// Leaves every loop to the standard library.

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

std::int64_t numel(const Shape& shape) {
  if (std::any_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent < 0; })) {
    throw std::invalid_argument("[numel] got shape " + to_string(shape) +
                                ": every extent must be 0 or more");
  }
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides(shape);
  std::replace(strides.begin(), strides.end(), std::int64_t{0}, std::int64_t{1});
  std::exclusive_scan(strides.rbegin(), strides.rend(), strides.rbegin(), std::int64_t{1},
                      std::multiplies<>());
  return strides;
}

std::int64_t offset_of(const Index& index, const Shape& shape, const Strides& strides) {
  if (index.size() != shape.size() || index.size() != strides.size()) {
    throw std::invalid_argument("[offset_of] got lists of lengths " + std::to_string(index.size()) +
                                ", " + std::to_string(shape.size()) + " and " +
                                std::to_string(strides.size()) + ": they must be equal");
  }
  const auto inside = [](std::int64_t at, std::int64_t extent) { return at >= 0 && at < extent; };
  const auto [at, extent] = std::mismatch(index.begin(), index.end(), shape.begin(), inside);
  if (at != index.end()) {
    throw std::invalid_argument("[offset_of] got index " + std::to_string(*at) +
                                " on an axis of extent " + std::to_string(*extent));
  }
  return std::inner_product(index.begin(), index.end(), strides.begin(), std::int64_t{0});
}

std::int64_t normalize_axis(std::int64_t axis, std::int64_t rank) {
  if (std::clamp(axis, -rank, std::max(rank - 1, -rank)) != axis || rank == 0) {
    throw std::invalid_argument("[normalize_axis] got axis " + std::to_string(axis) +
                                " of a tensor with " + std::to_string(rank) + " axes");
  }
  return (axis + rank) % rank;
}

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  if (a.size() < b.size()) {
    return broadcast_shapes(b, a);
  }
  const auto settle = [](std::int64_t x, std::int64_t y) {
    if (x != y && std::min(x, y) != 1 && std::max(x, y) != 1) {
      throw std::invalid_argument("[broadcast_shapes] got extents " + std::to_string(x) + " and " +
                                  std::to_string(y) + ": neither can stretch to the other");
    }
    return x == 1 ? y : x;
  };
  Shape result(a);
  std::transform(b.rbegin(), b.rend(), a.rbegin(), result.rbegin(), settle);
  return result;
}

Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& target) {
  if (shape.size() != strides.size() || shape.size() > target.size()) {
    throw std::invalid_argument("[broadcast_strides] got shape " + to_string(shape) + ", strides " +
                                to_string(strides) + " and target " + to_string(target) +
                                ": the ranks do not fit");
  }
  const auto fits = [](std::int64_t own, std::int64_t wanted) { return own == wanted || own == 1; };
  const auto [own, wanted] = std::mismatch(shape.rbegin(), shape.rend(), target.rbegin(), fits);
  if (own != shape.rend()) {
    throw std::invalid_argument("[broadcast_strides] got extent " + std::to_string(*own) + " for " +
                                std::to_string(*wanted) + ": only 1 stretches");
  }
  Strides stretched(shape);
  std::transform(shape.rbegin(), shape.rend(), target.rbegin(), stretched.rbegin(),
                 std::equal_to<>());
  std::transform(stretched.begin(), stretched.end(), strides.begin(), stretched.begin(),
                 std::multiplies<>());
  Strides result(target.size());
  std::copy_backward(stretched.begin(), stretched.end(), result.end());
  return result;
}

}  // namespace tt
