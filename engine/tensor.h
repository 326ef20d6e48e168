#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/shape.h"

namespace tt {

namespace autograd {
struct Node;
class Recorded;
}  // namespace autograd

/// A block of `float`s that it alone owns: it asks for the block when it is made and gives it back
/// when it dies. A copy has a block of its own; a move takes the block over.
class Storage {
 public:
  /// Owns `size` floats with unset values. Throws as `allocate` does, and `std::bad_alloc` if the
  /// bytes do not fit into 64 bits.
  explicit Storage(std::int64_t size);
  Storage(const Storage& other);
  Storage(Storage&& other) noexcept;
  Storage& operator=(const Storage& other);
  Storage& operator=(Storage&& other) noexcept;
  ~Storage();

  /// The first float, or null if there are none.
  float* data() { return data_; }
  const float* data() const { return data_; }

  /// How many floats there are.
  std::int64_t size() const { return size_; }

  /// How often the floats have been changed in place since the storage was made: `count_change`
  /// counts one more.
  std::int64_t version() const { return version_; }
  void count_change() { ++version_; }

 private:
  float* data_ = nullptr;
  std::int64_t size_ = 0;
  std::int64_t version_ = 0;
};

/// The end of a slice that runs to the end of its axis.
inline constexpr std::int64_t slice_end = std::numeric_limits<std::int64_t>::max();

/// Numbers in a grid of any rank: a shared storage, and how to walk it. Copying a `Tensor` copies
/// the handle, not the numbers: both then show the same storage, and so does every view. A `const
/// Tensor` cannot be written through itself, but a copy or a view of it can.
class Tensor {
 public:
  /// An undefined tensor: it has no storage, and only assigning to it or `defined` makes sense.
  Tensor() = default;

  /// Shows the floats of `storage` at `storage_offset` + index times stride. Throws
  /// `std::invalid_argument` if some index would reach outside the storage.
  Tensor(std::shared_ptr<Storage> storage, Shape sizes, Strides strides,
         std::int64_t storage_offset);

  /// False only for a tensor that was never given a value or was moved from.
  bool defined() const { return storage_ != nullptr; }

  const Shape& sizes() const { return sizes_; }
  const Strides& strides() const { return strides_; }
  std::int64_t storage_offset() const { return storage_offset_; }

  /// The rank: how many axes there are.
  std::int64_t dim() const { return static_cast<std::int64_t>(sizes_.size()); }

  /// The extent of one axis, which may count from the back. Throws `std::invalid_argument` if there
  /// is no such axis.
  std::int64_t size(std::int64_t dim) const;

  /// The number of elements.
  std::int64_t numel() const { return defined() ? tt::numel(sizes_) : 0; }

  /// Points at the first element, or is null if there is none. Throws `std::invalid_argument` if
  /// the tensor is undefined.
  float* data_ptr();
  const float* data_ptr() const;

  /// True if both show the same storage, though perhaps not the same elements of it.
  bool is_alias_of(const Tensor& other) const;

  /// How often the storage has been changed in place, by this tensor or by another one that shows
  /// it. A function that changes elements in place calls `count_change`.
  std::int64_t version() const;
  void count_change();

  /// The element at `index`, one number per axis, each in `[0, extent)`. Throws
  /// `std::invalid_argument` otherwise.
  float& at(const Index& index);
  float at(const Index& index) const;

  /// The value of a tensor of one element. Throws `std::invalid_argument` if it has more or fewer.
  float item() const;

  /// Gives the elements row after row, whatever the strides.
  std::vector<float> to_vector() const;

  /// True if the elements lie in memory row after row without gaps.
  bool is_contiguous() const;

  /// Gives this very tensor if it is contiguous, otherwise a contiguous copy.
  Tensor contiguous() const;

  /// Gives a contiguous copy with a storage of its own.
  Tensor clone() const;

  /// Sets every element. Throws `std::invalid_argument` if several elements share one place.
  Tensor& fill_(float value);

  /// Sets every element from `source`, broadcast to this shape. The two may overlap. Throws
  /// `std::invalid_argument` if it does not broadcast or if several elements share one place.
  Tensor& copy_(const Tensor& source);

  // What follows are views: they copy no element, and writing through one changes the other.

  /// Shows this tensor's storage with any strides. Throws as the constructor does.
  Tensor as_strided(const Shape& sizes, const Strides& strides, std::int64_t storage_offset) const;

  /// Swaps two axes. Throws `std::invalid_argument` if there is no such axis.
  Tensor transpose(std::int64_t dim0, std::int64_t dim1) const;

  /// Axis i of the result is axis `dims[i]` of this tensor. Throws `std::invalid_argument` unless
  /// `dims` names every axis once.
  Tensor permute(const std::vector<std::int64_t>& dims) const;

  /// Keeps index `start`, `start + step`, ... below `end` of one axis. As in Python, a negative
  /// bound counts from the back, and a bound outside the axis is moved to its edge. Throws
  /// `std::invalid_argument` if there is no such axis or `step` is not positive.
  Tensor slice(std::int64_t dim, std::int64_t start = 0, std::int64_t end = slice_end,
               std::int64_t step = 1) const;

  /// Keeps one index of an axis, counted from the back if negative, and drops the axis. Throws
  /// `std::invalid_argument` if there is no such axis or index.
  Tensor select(std::int64_t dim, std::int64_t index) const;

  /// Stretches axes of extent 1 and adds axes in front, with stride 0; an extent of -1 keeps the
  /// axis. Throws `std::invalid_argument` if the shape does not broadcast to `shape`.
  Tensor expand(const Shape& shape) const;

  /// Shows the same elements in the same order with another shape; one extent may be -1, which
  /// means "what is left". Throws `std::invalid_argument` if the number of elements differs or if
  /// no strides can do it without a copy.
  Tensor view(const Shape& shape) const;

  /// Does the same as `view` where that is possible, and otherwise copies. Throws
  /// `std::invalid_argument` if the number of elements differs.
  Tensor reshape(const Shape& shape) const;

// The page shows a lesson no header of a later one, and no function of a later one either.
#if __has_include("engine/autograd/engine.h")
  // Gradients: see engine/autograd/engine.h.

  /// True if backward passes reach this tensor.
  bool requires_grad() const {
    return node_ != nullptr;
  }

  /// Asks for a gradient, or no longer, and gives the tensor back. Copies of this handle from
  /// before do not know of it. Throws `std::invalid_argument` if the tensor is undefined or if it
  /// comes out of a recorded operation.
  Tensor& requires_grad_(bool on = true);

  /// True unless it comes out of a recorded operation.
  bool is_leaf() const;

  /// Gives what the backward passes so far have added up for this leaf, of the tensor's shape, or
  /// an undefined tensor if there was none.
  Tensor grad() const;

  /// Gives a tensor with the same storage that has no past.
  Tensor detach() const;

  /// Adds the gradient of this tensor to `grad()` of every leaf that it was computed from. `seed`
  /// is the gradient of this tensor itself; without one, or with an undefined one, it is 1, and the
  /// tensor must have one element. The graph is given back to memory unless `retain_graph`. Throws
  /// `std::invalid_argument`, and leaves every gradient as it was, if there is nothing to go back
  /// through, if the seed has another shape, if a part of the graph was given back before, or if
  /// a tensor that the graph needs was changed in place.
  void backward() const;
  void backward(const Tensor& seed, bool retain_graph = false) const;

  /// What stands for this tensor in the graph, or null. A copy of this handle shares it.
  const std::shared_ptr<autograd::Node>& node() const {
    return node_;
  }
  void set_node(std::shared_ptr<autograd::Node> node);
#endif

 private:
  friend class autograd::Recorded;  // keeps a tensor without its node, as an attribute does
  friend struct Attribute;

  Storage& storage() const;
  std::int64_t place_of(const Index& index) const;

  // What the views are; the public functions of the same names also record that they were taken.
  Tensor transposed(std::int64_t dim0, std::int64_t dim1) const;
  Tensor permuted(const std::vector<std::int64_t>& dims) const;
  Tensor sliced(std::int64_t dim, std::int64_t start, std::int64_t end, std::int64_t step) const;
  Tensor selected(std::int64_t dim, std::int64_t index) const;
  Tensor expanded(const Shape& shape) const;
  Tensor viewed(const Shape& shape) const;
  Tensor reshaped(const Shape& shape) const;

  std::shared_ptr<Storage> storage_;
  Shape sizes_;
  Strides strides_;
  std::int64_t storage_offset_ = 0;
  std::shared_ptr<autograd::Node> node_;
};

/// Gives a new contiguous tensor with unset values. This and the next four throw
/// `std::invalid_argument` if an extent is negative, and `std::bad_alloc` if there is no memory.
Tensor empty(const Shape& sizes);
Tensor zeros(const Shape& sizes);
Tensor ones(const Shape& sizes);
Tensor full(const Shape& sizes, float value);

/// Gives a tensor of `sizes` with these values, row after row. Throws `std::invalid_argument`
/// unless there is exactly one value per element.
Tensor from_vector(const std::vector<float>& values, const Shape& sizes);

/// Gives start, start + step, ... up to but without `end`, of shape (count,). Throws
/// `std::invalid_argument` if `step` is 0 or leads away from `end`, or a number is not finite.
Tensor arange(double start, double end, double step = 1);

/// Gives 0, 1, 2, ... up to but without `end`.
Tensor arange(double end);

}  // namespace tt
