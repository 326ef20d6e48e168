#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/memory.h"
#include "engine/record.h"
#include "engine/tensor.h"

namespace tt {

// Assigns by copy and swap, and asks `offset_of` for the place of every element.

namespace {

// The bytes of `count` floats: 6 -> 24. Refuses a count whose bytes would not fit into 64 bits.
std::int64_t bytes_of(std::int64_t count) {
  constexpr std::int64_t each = sizeof(float);
  if (count > std::numeric_limits<std::int64_t>::max() / each) {
    throw std::bad_alloc();
  }
  return count * each;
}

}  // namespace

// Worked code, to read: `allocate` hands out raw bytes, and whoever takes them must give them back.
Storage::Storage(std::int64_t size)
    : data_(static_cast<float*>(allocate(bytes_of(size)))), size_(size) {}

Storage::~Storage() {
  deallocate(data_, bytes_of(size_));
}

// Worked code, to read: `other` is about to die, so we take its block and leave it with none.
Storage::Storage(Storage&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

// Our old block travels to `taken`, which dies at the end of this function and gives it back.
Storage& Storage::operator=(Storage&& other) noexcept {
  Storage taken(std::move(other));
  std::swap(data_, taken.data_);
  std::swap(size_, taken.size_);
  return *this;
}

// Worked code, to read: a new storage holds no block yet (`data_` is null and `size_` is 0). Then
// it is assigned to, as any other.
Storage::Storage(const Storage& other) {
  *this = other;
}

// this: 100 floats, other: 3 floats -> this: 3 floats in a new block, and the block of 100 is free.
Storage& Storage::operator=(const Storage& other) {
  Storage copy(other.size_);
  for (std::int64_t i = 0; i < other.size_; ++i) {
    copy.data_[i] = other.data_[i];
  }
  std::swap(copy.data_, data_);
  std::swap(copy.size_, size_);
  return *this;  // `copy` dies here and gives the old block back
}

Tensor::Tensor(std::shared_ptr<Storage> storage, Shape sizes, Strides strides,
               std::int64_t storage_offset)
    : storage_(std::move(storage)),
      sizes_(std::move(sizes)),
      strides_(std::move(strides)),
      storage_offset_(storage_offset) {
  check_layout("as_strided", sizes_, strides_, storage_offset_, this->storage().size());
}

Storage& Tensor::storage() const {
  if (!defined()) {
    throw std::invalid_argument(
        "[storage] got an undefined tensor: it must have been given a value and not moved from");
  }
  return *storage_;
}

std::int64_t Tensor::size(std::int64_t dim) const {
  check_defined("size", *this);
  return sizes_[static_cast<std::size_t>(normalize_axis(dim, this->dim()))];
}

float* Tensor::data_ptr() {
  Storage& block = storage();
  return numel() == 0 ? nullptr : block.data() + storage_offset_;
}

const float* Tensor::data_ptr() const {
  const Storage& block = storage();
  return numel() == 0 ? nullptr : block.data() + storage_offset_;
}

bool Tensor::is_alias_of(const Tensor& other) const {
  return defined() && storage_ == other.storage_;
}

std::int64_t Tensor::version() const {
  return storage().version();
}

void Tensor::count_change() {
  storage().count_change();
}

// index (1, 2) in strides (3, 1), beginning at storage_offset 4 -> 4 + 1*3 + 2*1 = 9.
std::int64_t Tensor::place_of(const Index& index) const {
  const std::int64_t from_start = offset_of(index, sizes_, strides_);
  return from_start + storage_offset_;
}

float& Tensor::at(const Index& index) {
  return storage().data()[place_of(index)];
}

float Tensor::at(const Index& index) const {
  return storage().data()[place_of(index)];
}

float Tensor::item() const {
  check_defined("item", *this);
  if (numel() != 1) {
    throw std::invalid_argument("[item] got shape " + to_string(sizes_) +
                                ": it must have exactly one element");
  }
  return *data_ptr();
}

// Worked code, to read: a view is the same storage with other sizes, strides and offset.
// (2, 3) with strides (3, 1) -> (3, 2) with strides (1, 3).
Tensor Tensor::transposed(std::int64_t dim0, std::int64_t dim1) const {
  const auto axis0 = static_cast<std::size_t>(normalize_axis(dim0, dim()));
  const auto axis1 = static_cast<std::size_t>(normalize_axis(dim1, dim()));
  Shape sizes = sizes_;
  Strides strides = strides_;
  std::swap(sizes[axis0], sizes[axis1]);
  std::swap(strides[axis0], strides[axis1]);
  return as_strided(sizes, strides, storage_offset_);
}

// (2, 3, 4) by (2, 0, 1) -> (4, 2, 3).  (2, 3) by (0, 0) is refused: axis 0 comes twice.
Tensor Tensor::permuted(const std::vector<std::int64_t>& dims) const {
  Shape left = sizes_;  // the extents that no new axis has taken yet; a taken one is -1
  Shape sizes;
  Strides strides;
  for (std::int64_t one : dims) {
    const std::int64_t axis = normalize_axis(one, dim());
    std::int64_t& extent = left[static_cast<std::size_t>(axis)];
    if (extent == -1) {
      throw std::invalid_argument("[permute] got axis " + std::to_string(one) + " twice");
    }
    sizes.push_back(extent);
    strides.push_back(strides_[static_cast<std::size_t>(axis)]);
    extent = -1;
  }
  if (sizes.size() < sizes_.size()) {
    throw std::invalid_argument("[permute] got too few axes: " + to_string(dims));
  }
  return as_strided(sizes, strides, storage_offset_);
}

// (10,) from 2 to 9 by 3 -> (3,): elements 2, 5, 8.  (10,) from -3 -> (3,): elements 7, 8, 9.
Tensor Tensor::sliced(std::int64_t dim, std::int64_t start, std::int64_t end,
                      std::int64_t step) const {
  const auto axis = static_cast<std::size_t>(normalize_axis(dim, this->dim()));
  if (step < 1) {
    throw std::invalid_argument("[slice] got step " + std::to_string(step) +
                                ": it must be positive");
  }
  // A step past the end of the axis keeps one element, however long it is.
  step = std::min(step, std::max<std::int64_t>(sizes_[axis], 1));
  Shape sizes = sizes_;
  Strides strides = strides_;
  const std::int64_t extent = sizes[axis];
  if (start < 0) {
    start += extent;
  }
  if (end < 0) {
    end += extent;
  }
  if (start < 0) {
    start = 0;
  }
  if (end > extent) {
    end = extent;
  }
  if (end <= start) {  // nothing is kept, and no offset can leave the storage
    sizes[axis] = 0;
    strides[axis] *= step;
    return as_strided(sizes, strides, storage_offset_ + std::min(start, extent) * strides_[axis]);
  }
  sizes[axis] = (end - start) / step;
  if ((end - start) % step > 0) {
    sizes[axis] += 1;
  }
  strides[axis] = strides[axis] * step;
  return as_strided(sizes, strides, storage_offset_ + start * strides_[axis]);
}

// (2, 3) at index 1 of axis 0 -> (3,): the second row.
Tensor Tensor::selected(std::int64_t dim, std::int64_t index) const {
  const auto axis = static_cast<std::size_t>(normalize_axis(dim, this->dim()));
  const std::int64_t extent = sizes_[axis];
  if (index < -extent || index >= extent) {
    throw std::invalid_argument("[select] got index " + std::to_string(index) + " on axis " +
                                std::to_string(axis) + " of shape " + to_string(sizes_) +
                                ": it must be in [" + std::to_string(-extent) + ", " +
                                std::to_string(extent) + ")");
  }
  const std::int64_t row = index < 0 ? index + extent : index;
  Shape sizes = sizes_;
  Strides strides = strides_;
  sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(axis));
  strides.erase(strides.begin() + static_cast<std::ptrdiff_t>(axis));
  return as_strided(sizes, strides, storage_offset_ + row * strides_[axis]);
}

// (3, 1) to (2, -1, 4) -> (2, 3, 4) with strides (0, 1, 0): 24 elements to read, 3 in memory.
Tensor Tensor::expanded(const Shape& shape) const {
  Shape target = shape;
  for (std::size_t back = 1; back <= std::min(target.size(), sizes_.size()); ++back) {
    std::int64_t& extent = target[target.size() - back];
    extent = extent == -1 ? sizes_[sizes_.size() - back] : extent;
  }
  return as_strided(target, broadcast_strides(sizes_, strides_, target), storage_offset_);
}

bool Tensor::is_contiguous() const {
  return tt::is_contiguous(sizes_, strides_);
}

// source (3,) into (2, 3): every row becomes the source.
Tensor& Tensor::copy_(const Tensor& source) {
  const Strides source_strides = broadcast_strides(source.sizes_, source.strides_, sizes_);
  for (std::size_t axis = 0; axis < sizes_.size(); ++axis) {
    if (sizes_[axis] > 1 && strides_[axis] == 0) {
      throw std::invalid_argument("[copy_] got a tensor of shape " + to_string(sizes_) +
                                  " and strides " + to_string(strides_) +
                                  " to write to: every element must have a place of its own");
    }
  }
  record_in_place("copy_", *this, source);
  count_change();
  const Silence silence;
  if (is_alias_of(source)) {
    return copy_(source.clone());  // else we might overwrite what is still to be read
  }
  count_bytes_read(bytes_of(source.numel()));
  count_bytes_written(bytes_of(numel()));
  const float* from = source.data_ptr();
  float* to = data_ptr();
  if (sizes_ == source.sizes_ && is_contiguous() && source.is_contiguous()) {
    std::copy_n(from, numel(), to);
    return *this;
  }
  Index index(sizes_.size());
  for (std::int64_t left = numel(); left > 0; --left) {
    to[offset_of(index, sizes_, strides_)] = from[offset_of(index, sizes_, source_strides)];
    std::size_t axis = sizes_.size();
    while (axis > 0 && index[axis - 1] == sizes_[axis - 1] - 1) {
      index[--axis] = 0;
    }
    if (axis > 0) {
      index[axis - 1] += 1;
    }
  }
  return *this;
}

Tensor& Tensor::fill_(float value) {
  return copy_(full({}, value));
}

// Contiguous -> the same tensor, no element moved.  Transposed -> a copy, row after row.
Tensor Tensor::contiguous() const {
  if (!is_contiguous()) {
    Tensor copy = empty(sizes_);
    return copy.copy_(*this);
  }
  return *this;
}

std::vector<float> Tensor::to_vector() const {
  const Tensor ordered = contiguous();
  const float* first = ordered.data_ptr();
  return std::vector<float>(first, first + ordered.numel());
}

namespace {

// (2, -1, 4) for 24 elements -> (2, 3, 4).  (5, -1) for 24 elements is refused: 5 does not
// divide 24.
Shape infer_shape(const char* op, const Shape& wanted, std::int64_t count) {
  std::int64_t unknown = 0;
  Shape others;
  for (std::int64_t extent : wanted) {
    if (extent == -1) {
      ++unknown;
    } else {
      others.push_back(extent);
    }
  }
  check_shape(op, others);
  const std::int64_t product = numel(others);
  const bool fits = unknown == 0   ? product == count
                    : unknown == 1 ? product != 0 && count % product == 0
                                   : false;
  if (!fits) {
    throw std::invalid_argument(std::string("[") + op + "] got " + to_string(wanted) + " for " +
                                std::to_string(count) + " elements");
  }
  Shape shape = wanted;
  std::replace(shape.begin(), shape.end(), std::int64_t{-1}, product == 0 ? 0 : count / product);
  return shape;
}

}  // namespace

Tensor Tensor::viewed(const Shape& shape) const {
  const Shape wanted = infer_shape("view", shape, numel());
  const std::optional<Strides> strides = view_strides(sizes_, strides_, wanted);
  if (!strides) {
    throw std::invalid_argument("[view] got shape " + to_string(shape) + " for shape " +
                                to_string(sizes_) + " and strides " + to_string(strides_) +
                                ": an axis must not span a jump in memory; reshape copies");
  }
  return as_strided(wanted, *strides, storage_offset_);
}

// (2, 3) transposed to (3, 2), then reshaped to (6,): a copy, for no stride walks 0, 3, 1, 4, 2, 5.
Tensor Tensor::reshaped(const Shape& shape) const {
  const Shape wanted = infer_shape("reshape", shape, numel());
  if (const auto strides = view_strides(sizes_, strides_, wanted)) {
    return as_strided(wanted, *strides, storage_offset_);
  }
  Tensor copy = empty(wanted);
  copy.as_strided(sizes_, contiguous_strides(sizes_), 0).copy_(*this);
  return copy;
}

namespace {

// Makes a view, or a copy, without recording what it is made of.
template <class Make>
Tensor silently(const char* op, const Tensor& x, Make make) {
  check_defined(op, x);
  const Silence silence;
  return make();
}

}  // namespace

// Worked code: the public functions. Each of them says what it did; see engine/record.h.

Tensor Tensor::as_strided(const Shape& sizes, const Strides& strides,
                          std::int64_t storage_offset) const {
  Tensor out(storage_, sizes, strides, storage_offset);
  record("as_strided", {*this}, out,
         {{"sizes", sizes}, {"strides", strides}, {"storage_offset", storage_offset}});
  return out;
}

Tensor Tensor::transpose(std::int64_t dim0, std::int64_t dim1) const {
  Tensor out = silently("transpose", *this, [&] { return transposed(dim0, dim1); });
  record("transpose", {*this}, out, {{"dim0", dim0}, {"dim1", dim1}});
  return out;
}

Tensor Tensor::permute(const std::vector<std::int64_t>& dims) const {
  Tensor out = silently("permute", *this, [&] { return permuted(dims); });
  record("permute", {*this}, out, {{"dims", dims}});
  return out;
}

Tensor Tensor::slice(std::int64_t dim, std::int64_t start, std::int64_t end,
                     std::int64_t step) const {
  Tensor out = silently("slice", *this, [&] { return sliced(dim, start, end, step); });
  record("slice", {*this}, out, {{"dim", dim}, {"start", start}, {"end", end}, {"step", step}});
  return out;
}

Tensor Tensor::select(std::int64_t dim, std::int64_t index) const {
  Tensor out = silently("select", *this, [&] { return selected(dim, index); });
  record("select", {*this}, out, {{"dim", dim}, {"index", index}});
  return out;
}

Tensor Tensor::expand(const Shape& shape) const {
  Tensor out = silently("expand", *this, [&] { return expanded(shape); });
  record("expand", {*this}, out, {{"shape", shape}});
  return out;
}

Tensor Tensor::view(const Shape& shape) const {
  Tensor out = silently("view", *this, [&] { return viewed(shape); });
  record("view", {*this}, out, {{"shape", shape}});
  return out;
}

Tensor Tensor::reshape(const Shape& shape) const {
  Tensor out = silently("reshape", *this, [&] { return reshaped(shape); });
  record("reshape", {*this}, out, {{"shape", shape}});
  return out;
}

Tensor Tensor::clone() const {
  Tensor out = empty(sizes_);
  {
    const Silence silence;
    out.copy_(*this);
  }
  record("clone", {*this}, out);
  return out;
}

Tensor empty(const Shape& sizes) {
  check_shape("empty", sizes);
  return Tensor(std::make_shared<Storage>(numel(sizes)), sizes, contiguous_strides(sizes), 0);
}

Tensor zeros(const Shape& sizes) {
  return full(sizes, 0);
}

Tensor ones(const Shape& sizes) {
  return full(sizes, 1);
}

Tensor full(const Shape& sizes, float value) {
  Tensor result = empty(sizes);
  std::fill_n(result.data_ptr(), result.numel(), value);
  return result;
}

Tensor from_vector(const std::vector<float>& values, const Shape& sizes) {
  check_shape("from_vector", sizes);
  if (static_cast<std::int64_t>(values.size()) != numel(sizes)) {
    throw std::invalid_argument("[from_vector] got " + std::to_string(values.size()) +
                                " values for shape " + to_string(sizes) + ": there must be " +
                                std::to_string(numel(sizes)));
  }
  Tensor result = empty(sizes);
  std::copy(values.begin(), values.end(), result.data_ptr());
  return result;
}

Tensor arange(double start, double end, double step) {
  const double steps = (end - start) / step;
  if (!std::isfinite(steps) || steps < 0) {
    throw std::invalid_argument("[arange] got start " + std::to_string(start) + ", end " +
                                std::to_string(end) + " and step " + std::to_string(step) +
                                ": all must be finite and step must lead from start to end");
  }
  if (steps > 0x1p62) {  // would not fit into the integer below
    throw std::bad_alloc();
  }
  Tensor result = empty({static_cast<std::int64_t>(std::ceil(steps))});
  float* out = result.data_ptr();
  for (std::int64_t i = 0; i < result.numel(); ++i) {
    out[i] = static_cast<float>(start + static_cast<double>(i) * step);
  }
  return result;
}

Tensor arange(double end) {
  return arange(0, end);
}

}  // namespace tt
