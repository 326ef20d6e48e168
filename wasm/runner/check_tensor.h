#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/memory.h"
#include "engine/shape.h"
#include "engine/tensor.h"
#include "wasm/runner/check.h"

/// What hidden tests about tensors add to check.h. Everything here walks memory with loops of its
/// own and calls only what is given in `engine/tensor.cpp`, so a tensor can be shown and compared
/// whatever the student has not written yet.
///
///   Draw draw;
///   const Tensor x = random_tensor(draw, {2, 3}, Layout::transposed);
///   const Unchanged inputs{x};
///   expect_tensor(call("exp", exp, x), {2, 3}, expected, 1e-4, 1e-5, "Apply exp to each
///   element."); inputs.check();
namespace tt::check {

// Every test about tensors runs with unset and freed memory full of NaN, and with counted frees.
inline const bool guarded = [] {
  poison_new_memory(true);
  guard_blocks(true);
  return true;
}();

/// Calls `visit` with every index of `shape`, the last axis fastest, or with the first `most` ones.
template <class Visit>
void for_each_index(const Shape& shape, Visit visit,
                    std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) {
    return;
  }
  Index index(shape.size(), 0);
  while (most-- > 0) {
    visit(index);
    std::size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1]) {
      index[--axis] = 0;
    }
    if (axis == 0) {
      return;
    }
  }
}

/// How many elements lie before the one at `index`, with these strides.
inline std::int64_t place(const Index& index, const Strides& strides) {
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < index.size(); ++axis) {
    sum += index[axis] * strides[axis];
  }
  return sum;
}

/// The strides of a tensor of this shape that lies row after row.
inline Strides row_major(const Shape& shape) {
  Strides strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis > 1; --axis) {
    strides[axis - 2] = strides[axis - 1] * std::max<std::int64_t>(shape[axis - 1], 1);
  }
  return strides;
}

/// The number of elements.
inline std::int64_t count_of(const Shape& shape) {
  std::int64_t count = 1;
  for (std::int64_t extent : shape) {
    count *= extent;
  }
  return count;
}

/// The elements row after row, or the first `most` of them.
inline std::vector<float> values_of(const Tensor& tensor,
                                    std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
  std::vector<float> values;
  const float* first = tensor.data_ptr();
  const auto keep = [&](const Index& index) {
    values.push_back(first[place(index, tensor.strides())]);
  };
  for_each_index(tensor.sizes(), keep, most);
  return values;
}

namespace detail {

// More values than this do not help to see a mistake.
inline constexpr std::size_t most_shown = 24;

// The elements as nested lists, each level one axis: [[0, 1, 2], [3, 4, 5]].
inline std::string nested(const std::vector<float>& values, const Shape& shape, std::size_t axis,
                          std::size_t& next) {
  if (axis == shape.size()) {
    return show(values[next++]);
  }
  std::string text = "[";
  for (std::int64_t i = 0; i < shape[axis]; ++i) {
    text += (i > 0 ? ", " : "") + nested(values, shape, axis + 1, next);
  }
  return text + "]";
}

inline std::string written(const std::vector<float>& values, const Shape& shape) {
  std::size_t next = 0;
  if (values.size() <= most_shown) {
    return nested(values, shape, 0, next);
  }
  std::string text;
  while (next < most_shown) {
    text += show(values[next++]) + ", ";
  }
  return text + "...";
}

}  // namespace detail

/// `tensor of shape (3, 2) and strides (1, 3): [[0, 3], [1, 4], [2, 5]]`; the strides only where
/// they are not those of a contiguous tensor, and of a large tensor only the first values.
inline std::string show(const Tensor& tensor) {
  if (!tensor.defined()) {
    return "an undefined tensor";
  }
  const Shape& shape = tensor.sizes();
  std::string text = "tensor of shape " + show(shape);
  if (tensor.strides() != row_major(shape)) {
    text += " and strides " + show(tensor.strides());
  }
  // One more than is shown tells that there are more; a tensor with stride 0 may have billions.
  const std::vector<float> values = values_of(tensor, detail::most_shown + 1);
  return values.empty() ? text : text + ": " + detail::written(values, shape);
}

/// Calls a member function and remembers the call: `permute((1, 0)) on a tensor of shape ...`.
template <class Function, class... Arguments>
auto call_on(const Tensor& tensor, const char* name, Function function,
             const Arguments&... arguments) {
  std::string text;
  ((text += (text.empty() ? "" : ", ") + show(arguments)), ...);
  current_call() = std::string(name) + "(" + text + ") on a " + show(tensor);
  return std::invoke(function, tensor, arguments...);
}

/// Fails the test unless calling the member function is refused as `expect_refused` says.
template <class Function, class... Arguments>
void expect_refused_on(std::initializer_list<const char*> parts, const char* idea,
                       const Tensor& tensor, const char* name, Function function,
                       const Arguments&... arguments) {
  expect_refusal(parts, idea, [&] { return call_on(tensor, name, function, arguments...); });
}

/// True if `actual` is within `atol` + `rtol` times `expected` of it. NaN is close to NaN only,
/// and an infinity to itself only.
inline bool is_close(float actual, double expected, double rtol, double atol) {
  if (std::isnan(expected) || std::isnan(actual)) {
    return std::isnan(expected) && std::isnan(actual);
  }
  if (std::isinf(expected) || std::isinf(actual)) {
    return static_cast<double>(actual) == expected;
  }
  return std::fabs(static_cast<double>(actual) - expected) <= atol + rtol * std::fabs(expected);
}

/// Fails the test unless `actual` has this shape and, row after row, these values. The message
/// names the first element that differs. Pass 0 and 0 for values that must be exact.
inline void expect_tensor(const Tensor& actual, const Shape& shape,
                          const std::vector<double>& expected, double rtol, double atol,
                          const char* idea) {
  if (!actual.defined() || actual.sizes() != shape) {
    throw Failure{idea, "a tensor of shape " + show(shape),
                  (actual.defined() ? "a " : "") + show(actual)};
  }
  if (static_cast<std::int64_t>(expected.size()) != count_of(shape)) {
    throw Failure{"This is a mistake in the test, not in your code.",
                  "one value for each element of " + show(shape),
                  std::to_string(expected.size()) + " values"};
  }
  const std::vector<float> values = values_of(actual);
  Index first;
  std::size_t at = 0;
  std::size_t wrong = 0;
  std::size_t next = 0;
  for_each_index(shape, [&](const Index& index) {
    if (!is_close(values[next], expected[next], rtol, atol) && ++wrong == 1) {
      first = index;
      at = next;
    }
    ++next;
  });
  if (wrong == 0) {
    return;
  }
  const std::vector<float> rounded(expected.begin(), expected.end());
  const std::string where = shape.empty() ? "" : " at index " + show(first);
  const auto describe = [&](const std::vector<float>& all) {
    const bool one = all.size() == 1;
    return show(all[at]) + where + (one ? "" : " in " + detail::written(all, shape));
  };
  throw Failure{
      std::string(idea) +
          (wrong > 1 ? " It is the first of " + std::to_string(wrong) + " that differ." : ""),
      describe(rounded), describe(values)};
}

/// How a tensor lies in memory. A kernel must read all of them alike.
enum class Layout {
  contiguous,  // row after row, from the beginning of its storage
  transposed,  // the axes in another order in memory
  sliced,      // every second element of a larger storage, not from its beginning
  expanded,    // one axis has stride 0, so all its elements are one
};
inline constexpr Layout all_layouts[] = {Layout::contiguous, Layout::transposed, Layout::sliced,
                                         Layout::expanded};

/// Gives a tensor of `shape` with `values`, row after row, in this layout. What lies between the
/// elements of a slice is NaN. In an expanded tensor, the last axis that is longer than 1 shows
/// the value of its index 0 everywhere: ask `values_of` for what the tensor then holds.
inline Tensor laid_out(const Shape& shape, const std::vector<float>& values, Layout layout) {
  const std::size_t rank = shape.size();
  Strides strides = row_major(shape);
  std::int64_t offset = 0;
  if (layout == Layout::transposed) {
    const Shape turned(shape.rbegin(), shape.rend());
    strides = row_major(turned);
    std::reverse(strides.begin(), strides.end());
  } else if (layout == Layout::sliced) {
    offset = 3;
    for (std::int64_t& stride : strides) {
      stride *= 2;
    }
  } else if (layout == Layout::expanded) {
    Shape kept = shape;
    std::size_t axis = rank;
    while (axis > 0 && kept[axis - 1] <= 1) {
      --axis;
    }
    if (axis > 0) {
      kept[axis - 1] = 1;
      strides = row_major(kept);
      strides[axis - 1] = 0;
    }
  }
  std::int64_t last = offset;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    last += std::max<std::int64_t>(shape[axis] - 1, 0) * strides[axis];
  }
  auto storage = std::make_shared<Storage>(last + 1);
  std::fill_n(storage->data(), last + 1, std::numeric_limits<float>::quiet_NaN());
  std::size_t next = values.size();
  std::vector<std::int64_t> places;
  for_each_index(shape,
                 [&](const Index& index) { places.push_back(offset + place(index, strides)); });
  // Backwards, so that of several elements in one place the first stays.
  while (next-- > 0) {
    storage->data()[places[next]] = values[next];
  }
  return Tensor(std::move(storage), shape, strides, offset);
}

/// 0, 1, 2, ... in this shape and layout: the numbers of a message then say where they came from.
inline Tensor counting(const Shape& shape, Layout layout = Layout::contiguous) {
  std::vector<float> values(static_cast<std::size_t>(count_of(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i);
  }
  return laid_out(shape, values, layout);
}

/// Random values in [low, high], with two digits after the point, in this layout.
inline Tensor random_tensor(Draw& draw, const Shape& shape, Layout layout = Layout::contiguous,
                            float low = -2, float high = 2) {
  const auto lowest = static_cast<std::int64_t>(std::ceil(low * 100));
  const auto highest = static_cast<std::int64_t>(std::floor(high * 100));
  std::vector<float> values(static_cast<std::size_t>(count_of(shape)));
  for (float& value : values) {
    value = static_cast<float>(static_cast<double>(draw.between(lowest, highest)) / 100);
  }
  return laid_out(shape, values, layout);
}

/// `count` random shapes of rank 0 to `most_axes` with extents from 1 to `most`, the smallest
/// first, so that the first that fails is a small counterexample.
inline std::vector<Shape> random_shapes(Draw& draw, int count, std::int64_t most_axes,
                                        std::int64_t most = 4) {
  std::vector<Shape> shapes;
  for (int i = 0; i < count; ++i) {
    Shape shape(static_cast<std::size_t>(draw.between(0, most_axes)));
    for (std::int64_t& extent : shape) {
      extent = draw.between(1, most);
    }
    shapes.push_back(std::move(shape));
  }
  std::stable_sort(shapes.begin(), shapes.end(), [](const Shape& a, const Shape& b) {
    return std::pair(count_of(a), a.size()) < std::pair(count_of(b), b.size());
  });
  return shapes;
}

/// Remembers tensors and their memory, also between their elements, to find out whether a call
/// wrote to one.
class Unchanged {
 public:
  Unchanged(std::initializer_list<Tensor> tensors) {
    for (const Tensor& tensor : tensors) {
      watched_.push_back({tensor, tensor.sizes(), tensor.strides(), memory_of(tensor)});
    }
  }

  /// Fails the test if one of them is not what it was.
  void check(const char* idea = "A function must not change its inputs.") const {
    for (const Watched& one : watched_) {
      expect(one.tensor.sizes() == one.sizes && one.tensor.strides() == one.strides,
             "the input's shape " + show(one.sizes) + " and strides " + show(one.strides),
             "shape " + show(one.tensor.sizes()) + " and strides " + show(one.tensor.strides()),
             idea);
      const std::vector<float> now = memory_of(one.tensor);
      for (std::size_t i = 0; i < now.size(); ++i) {
        // Compared as bytes, because NaN differs from itself.
        expect(std::memcmp(&now[i], &one.memory[i], sizeof(float)) == 0,
               "the input as it was: " + show(one.memory[i]) + " at place " + std::to_string(i) +
                   " of its storage",
               show(now[i]), idea);
      }
    }
  }

 private:
  struct Watched {
    Tensor tensor;
    Shape sizes;
    Strides strides;
    std::vector<float> memory;
  };

  // From the beginning of the storage to the last element of the tensor.
  static std::vector<float> memory_of(const Tensor& tensor) {
    const float* first = tensor.data_ptr();
    if (first == nullptr) {
      return {};
    }
    std::int64_t last = 0;
    for (std::size_t axis = 0; axis < tensor.sizes().size(); ++axis) {
      last += (tensor.sizes()[axis] - 1) * tensor.strides()[axis];
    }
    return std::vector<float>(first - tensor.storage_offset(), first + last + 1);
  }

  std::vector<Watched> watched_;
};

/// Remembers the memory counters, to tell what a piece of code did with memory.
class Memory {
 public:
  /// How many more bytes are live than when this was made.
  std::int64_t live() const { return memory_stats().live_bytes - before_.live_bytes; }
  /// How many blocks were asked for since then.
  std::int64_t blocks() const { return memory_stats().allocations - before_.allocations; }
  /// How many blocks were given back since then that were not live any more, or never.
  std::int64_t wrong_frees() const { return memory_stats().wrong_frees - before_.wrong_frees; }

 private:
  MemoryStats before_ = memory_stats();
};

}  // namespace tt::check
