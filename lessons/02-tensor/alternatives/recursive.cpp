#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>
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

// Peels one axis off after another, and swaps axes until each stands in its place.

namespace {

// The bytes of `count` floats: 6 -> 24. Refuses a count whose bytes would not fit into 64 bits.
std::int64_t bytes_of(std::int64_t count) {
  constexpr std::int64_t each = sizeof(float);
  if (count > std::numeric_limits<std::int64_t>::max() / each) {
    throw std::bad_alloc();
  }
  return count * each;
}

struct Walk {
  float* place;
  const Strides* strides;
};

struct Source {
  const float* place;
  const Strides* strides;
};

// Copies everything from this axis inwards: one call for each index of the axis.
void copy_axes(std::size_t axis, const Shape& sizes, Walk to, Source from) {
  if (axis == sizes.size()) {
    *to.place = *from.place;
    return;
  }
  for (std::int64_t i = 0; i < sizes[axis]; ++i) {
    copy_axes(axis + 1, sizes, {to.place + i * (*to.strides)[axis], to.strides},
              {from.place + i * (*from.strides)[axis], from.strides});
  }
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
  const std::int64_t old_size = size_;
  float* old_block = data_;
  float* fresh = static_cast<float*>(allocate(bytes_of(other.size_)));
  std::copy(other.data_, other.data_ + other.size_, fresh);
  size_ = other.size_;
  data_ = fresh;
  deallocate(old_block, bytes_of(old_size));  // last: it may be the other's block
  return *this;
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
  return std::inner_product(index.begin(), index.end(), strides_.begin(),
                            storage_offset_ + 0 * offset_of(index, sizes_, strides_));
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
  // Old axis `at[i]` stands at place i for now; each place in turn fetches its axis by a swap.
  Tensor view = *this;
  std::vector<std::int64_t> at(sizes_.size());
  std::iota(at.begin(), at.end(), std::int64_t{0});
  bool fits = dims.size() == at.size();
  for (std::size_t place = 0; fits && place < dims.size(); ++place) {
    const std::int64_t axis = normalize_axis(dims[place], dim());
    const auto found = std::find(at.begin() + static_cast<std::ptrdiff_t>(place), at.end(), axis);
    fits = found != at.end();
    if (fits) {
      view = view.transpose(static_cast<std::int64_t>(place), found - at.begin());
      std::swap(at[place], *found);
    }
  }
  if (!fits) {
    throw std::invalid_argument("[permute] got " + to_string(dims) + " for " +
                                std::to_string(sizes_.size()) + " axes");
  }
  return view;
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
  const std::int64_t extent = sizes_[axis];
  const auto onto_axis = [extent](std::int64_t bound) {
    return bound < -extent ? 0 : bound < 0 ? bound + extent : bound > extent ? extent : bound;
  };
  start = onto_axis(start);
  end = std::max(start, onto_axis(end));
  Tensor view = *this;
  view.storage_offset_ = storage_offset_ + start * strides_[axis];
  view.strides_[axis] = step * strides_[axis];
  view.sizes_[axis] = end == start ? 0 : 1 + (end - start - 1) / step;
  return view;
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
  copy_axes(0, sizes_, {to, &strides_}, {from, &source_strides});
  return *this;
}

Tensor& Tensor::fill_(float value) {
  return copy_(full({}, value));
}

// Contiguous -> the same tensor, no element moved.  Transposed -> a copy, row after row.
Tensor Tensor::contiguous() const {
  return !is_contiguous() ? clone() : *this;
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
  Shape shape = wanted;
  const auto open = std::count(shape.begin(), shape.end(), -1);
  const bool negative =
      std::any_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent < -1; });
  const auto refuse = [&](const char* reason) {
    throw std::invalid_argument("[" + std::string(op) + "] got shape " + to_string(wanted) +
                                " for " + std::to_string(count) + " elements: " + reason);
  };
  if (open > 1 || negative) {
    refuse("only one extent may be -1, and none may be below");
  }
  std::int64_t left = count;
  for (std::int64_t extent : shape) {
    if (extent == 0 && (open == 1 || count != 0)) {
      refuse("an extent of 0 leaves nothing to share out");
    }
    if (extent > 0 && count > 0) {
      if (left % extent != 0) {
        refuse("the extents must divide the number of elements");
      }
      left /= extent;
    }
  }
  if (open == 0 && (count > 0 ? left != 1 : std::count(shape.begin(), shape.end(), 0) == 0)) {
    refuse("there must be a place for each");
  }
  std::replace(shape.begin(), shape.end(), std::int64_t{-1}, left);
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
  const bool needs_copy = view_strides(sizes_, strides_, wanted) == std::nullopt;
  return (needs_copy ? contiguous() : *this).view(wanted);
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
