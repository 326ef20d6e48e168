#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/shape.h"

namespace tt {

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

 private:
  float* data_ = nullptr;
  std::int64_t size_ = 0;
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
  std::int64_t numel() const { return tt::numel(sizes_); }

  /// Points at the first element, or is null if there is none. Throws `std::invalid_argument` if
  /// the tensor is undefined.
  float* data_ptr();
  const float* data_ptr() const;

  /// True if both show the same storage, though perhaps not the same elements of it.
  bool is_alias_of(const Tensor& other) const;

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

 private:
  Storage& storage() const;
  std::int64_t place_of(const Index& index) const;

  std::shared_ptr<Storage> storage_;
  Shape sizes_ = {0};
  Strides strides_ = {1};
  std::int64_t storage_offset_ = 0;
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
