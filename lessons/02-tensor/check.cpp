#include "wasm/runner/check.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "engine/memory.h"
#include "engine/tensor.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;

constexpr std::int64_t far = std::int64_t{1} << 33;

/// A storage with the floats first, first + 1, ...
Storage storage_of(std::int64_t size, float first) {
  Storage storage(size);
  for (std::int64_t i = 0; i < size; ++i) {
    storage.data()[i] = first + static_cast<float>(i);
  }
  return storage;
}

std::string text_of(const Storage& storage) {
  std::string text = std::to_string(storage.size()) + " floats";
  for (std::int64_t i = 0; i < storage.size(); ++i) {
    text += (i == 0 ? ": " : ", ") + show(storage.data()[i]);
  }
  return text;
}

/// Calls `b = a` and remembers it for the message.
Storage& assign(Storage& b, const Storage& a) {
  const std::string sizes =
      std::to_string(b.size()) + " floats and a holds " + std::to_string(a.size());
  current_call() = "b = a, where b holds " + sizes + ",";
  return b = a;
}

/// Fails the test unless `storage` holds first, first + 1, ... and no other floats.
void expect_storage(const Storage& storage, std::int64_t size, float first, const char* idea) {
  bool same = storage.size() == size;
  for (std::int64_t i = 0; same && i < size; ++i) {
    same = storage.data()[i] == first + static_cast<float>(i);
  }
  // Only now, because a new block may be one that `storage` has given back and still shows.
  if (!same) {
    expect(false, text_of(storage_of(size, first)), text_of(storage), idea);
  }
}

void expect_layout(const Tensor& view, const Strides& strides, std::int64_t offset,
                   const char* idea) {
  expect(view.strides() == strides, "strides " + show(strides), "strides " + show(view.strides()),
         idea);
  expect(view.storage_offset() == offset, "storage offset " + show(offset),
         "storage offset " + show(view.storage_offset()), idea);
}

/// Fails the test unless the last call shared the storage of `x` and asked for no memory.
void expect_view(const Tensor& view, const Tensor& x, const Memory& memory, const char* idea) {
  expect(view.is_alias_of(x), "a view of the same storage", "a tensor with another storage", idea);
  expect(memory.blocks() == 0, "no new block of memory",
         std::to_string(memory.blocks()) + " new blocks", idea);
}

/// Fails the test unless what is written to the first element of `view` is seen at `index` of `x`.
void expect_written_through(Tensor view, const Tensor& x, const Index& index, const char* idea) {
  *view.data_ptr() = 99;
  const float seen = x.data_ptr()[place(index, x.strides())];
  expect(seen == 99, "99 at index " + show(index) + " of x, after writing 99 to the view",
         show(seen), idea);
}

std::vector<double> doubles(const std::vector<float>& values) {
  return std::vector<double>(values.begin(), values.end());
}

float read_at(const Tensor& x, const Index& index) {
  return x.at(index);
}

Tensor slice(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t end,
             std::int64_t step) {
  return call_on(x, "slice", &Tensor::slice, dim, start, end, step);
}

Tensor permute(const Tensor& x, const std::vector<std::int64_t>& dims) {
  return call_on(x, "permute", &Tensor::permute, dims);
}

Tensor view(const Tensor& x, const Shape& shape) {
  return call_on(x, "view", &Tensor::view, shape);
}

Tensor reshape(const Tensor& x, const Shape& shape) {
  return call_on(x, "reshape", &Tensor::reshape, shape);
}

Tensor contiguous(const Tensor& x) {
  return call_on(x, "contiguous", &Tensor::contiguous);
}

/// Calls `to.copy_(from)` on a tensor that may be const.
Tensor copy_into(const Tensor& to, const Tensor& from) {
  const auto copy = [](Tensor target, const Tensor& source) { return target.copy_(source); };
  return call_on(to, "copy_", copy, from);
}

/// The elements of `x`, row after row of the tensor that has its axes in the order `dims`.
std::vector<double> permuted_values(const Tensor& x, const std::vector<std::int64_t>& dims) {
  Shape shape;
  Strides strides;
  for (std::int64_t dim : dims) {
    shape.push_back(x.sizes()[static_cast<std::size_t>(dim)]);
    strides.push_back(x.strides()[static_cast<std::size_t>(dim)]);
  }
  std::vector<double> values;
  for_each_index(shape, [&](const Index& index) {
    values.push_back(static_cast<double>(x.data_ptr()[place(index, strides)]));
  });
  return values;
}

}  // namespace

// assign

const char* const left_idea =
    "A block was kept, or given back with another size than it was asked for with. Give b's old "
    "block back while `size_` is still its size.";

CHECK_CASE("assign", "an assigned storage holds the other's floats") {
  const char* idea = "After b = a, b has as many floats as a, with the same values.";
  const Storage a = storage_of(3, 10);
  Storage longer = storage_of(5, 0);
  assign(longer, a);
  expect_storage(longer, 3, 10, idea);
  Storage shorter = storage_of(1, 0);
  assign(shorter, a);
  expect_storage(shorter, 3, 10, idea);
  Storage equal = storage_of(3, 0);
  assign(equal, a);
  expect_storage(equal, 3, 10, idea);
}

CHECK_CASE("assign", "the copy has a block of its own") {
  const char* idea =
      "Copying the pointer makes two storages of one block. Ask `allocate` for a new one.";
  Storage a = storage_of(3, 10);
  Storage b = storage_of(3, 0);
  assign(b, a);
  expect(b.data() != a.data(), "another address than a's", "the address of a's block", idea);
  a.data()[0] = 99;
  expect_storage(b, 3, 10, idea);
}

CHECK_CASE("assign", "the other storage keeps its block and its floats") {
  const char* idea = "b = a only looks at a: it is `const`, and keeps what it has.";
  const Storage a = storage_of(3, 10);
  const float* block = a.data();
  Storage b = storage_of(5, 0);
  assign(b, a);
  expect_storage(a, 3, 10, idea);
  expect(a.data() == block, "a's block at its old address", "another address", idea);
}

CHECK_CASE("assign", "the new block has 4 bytes for each float") {
  const Storage a = storage_of(3, 10);
  Storage b(0);
  const Memory memory;
  assign(b, a);
  expect(memory.live() == 12, "12 more bytes in use, for 3 floats",
         std::to_string(memory.live()) + " more bytes",
         "`allocate` counts bytes. `bytes_of` says how many a number of floats takes.");
}

CHECK_CASE("assign", "the old block is given back") {
  const char* idea = "Nobody else knows b's old block. Give it back, with the size that it had.";
  const Storage a = storage_of(3, 10);
  const Memory memory;
  Storage b = storage_of(100, 0);
  assign(b, a);
  expect(memory.wrong_frees() == 0, "every `deallocate` with the bytes that were asked for",
         "one with another number of bytes", idea);
  expect(memory.live() == 12, "12 more bytes in use than before b was made: its block of 3 floats",
         std::to_string(memory.live()) + " more bytes", idea);
}

CHECK_CASE("assign", "no block is given back twice") {
  const char* idea = "When two storages die, two blocks go back. Do they still share one?";
  const Memory memory;
  {
    const Storage a = storage_of(3, 10);
    Storage b = storage_of(5, 0);
    assign(b, a);
    const Storage c = b;
  }
  expect(memory.wrong_frees() == 0, "every block given back once",
         std::to_string(memory.wrong_frees()) + " times a block that was not in use any more",
         idea);
  expect(memory.live() == 0, "no block left when all storages are gone",
         std::to_string(memory.live()) + " bytes left", left_idea);
}

CHECK_CASE("assign", "a storage survives being assigned to itself") {
  const char* idea = "In a = a the old block is the other's block: copy before you give it back.";
  Storage a = storage_of(3, 10);
  const Memory memory;
  const Storage& same = a;
  current_call() = "a = a";
  a = same;
  expect_storage(a, 3, 10, idea);
  expect(memory.live() == 0 && memory.wrong_frees() == 0, "as many bytes in use as before",
         std::to_string(memory.live()) + " more, and " + std::to_string(memory.wrong_frees()) +
             " blocks given back that were not in use",
         idea);
}

CHECK_CASE("assign", "a storage without floats is copied like any other") {
  const char* idea = "Size 0 needs no case of its own: `allocate(0)` gives null, and that is fine.";
  const Memory memory;
  const Storage none(0);
  Storage b = storage_of(5, 0);
  assign(b, none);
  expect(b.size() == 0, "0 floats", std::to_string(b.size()) + " floats", idea);
  expect(memory.live() == 0, "no bytes in use", std::to_string(memory.live()) + " bytes",
         left_idea);
  assign(b, storage_of(2, 7));
  expect_storage(b, 2, 7, idea);
}

CHECK_CASE("assign", "without memory for the copy, the storage keeps what it has") {
  // A program in the page has 256 MB: room for this storage, but not for a copy of it.
  const Storage large(40'000'000);
  Storage b = storage_of(3, 10);
  try {
    assign(b, large);
  } catch (const std::bad_alloc&) {
    expect_storage(b, 3, 10,
                   "`allocate` threw. Ask for the new block before you give up the old one.");
  }
}

CHECK_CASE("assign", "an assignment gives back the storage that was assigned to") {
  const Storage a = storage_of(3, 10);
  Storage b = storage_of(3, 0);
  const bool itself = &assign(b, a) == &b;
  expect(itself, "b itself", "another storage", "End with `return *this;`.");
}

// at

CHECK_CASE("at", "an element is found through the strides") {
  const char* idea = "`offset_of` takes an index, `sizes_` and `strides_`, and says how far to go.";
  const Tensor x = counting({2, 3});
  expect_equal(call_on(x, "at", read_at, Index{0, 0}), 0.0F, idea);
  expect_equal(call_on(x, "at", read_at, Index{1, 2}), 5.0F, idea);
  const Tensor turned = counting({2, 3}, Layout::transposed);
  expect_equal(call_on(turned, "at", read_at, Index{1, 0}), 3.0F,
               "The strides of a view need not be row after row: use `strides_`.");
}

CHECK_CASE("at", "a view begins at its storage offset") {
  const char* idea = "Element (0, 0) of a view lies at `storage_offset_`, not at 0. Add it.";
  const Tensor x = counting({2, 3}, Layout::sliced);
  expect_equal(call_on(x, "at", read_at, Index{0, 0}), 0.0F, idea);
  expect_equal(call_on(x, "at", read_at, Index{1, 2}), 5.0F, idea);
}

CHECK_CASE("at", "the only element of a scalar has the empty index") {
  expect_equal(call_on(counting({}), "at", read_at, Index{}), 0.0F,
               "No axes: the offset of the index is 0.");
  expect_equal(call_on(counting({}, Layout::sliced), "at", read_at, Index{}), 0.0F,
               "No axes: only the storage offset is left.");
}

CHECK_CASE("at", "writing through an index changes that element and no other") {
  const char* idea = "The place of an element is storage offset plus offset of the index.";
  Tensor x = counting({2, 3}, Layout::sliced);
  const Tensor same = x;
  current_call() = "x.at((1, 0)) = 50 on a " + show(x);
  x.at({1, 0}) = 50;
  expect_tensor(same, {2, 3}, {0, 1, 2, 50, 4, 5}, 0, 0, idea);
}

CHECK_CASE("at", "an index that does not exist is refused") {
  const char* idea = "Inside the storage is not inside the view. `offset_of` checks the index.";
  const Tensor x = counting({4, 3}).as_strided({2, 3}, {3, 1}, 3);
  expect_refused_on({"3"}, idea, x, "at", read_at, Index{0, 3});
  expect_refused_on({"2"}, idea, x, "at", read_at, Index{2, 0});
  expect_refused_on({"-1"}, idea, x, "at", read_at, Index{-1, 0});
  expect_refused_on({}, idea, x, "at", read_at, Index{1});
  expect_refused_on({}, idea, counting({2, 0}), "at", read_at, Index{0, 0});
}

// permute

CHECK_CASE("permute", "axis i of the result is axis dims[i] of the tensor") {
  const char* idea =
      "dims says where each new axis comes from: new extent i is the old one dims[i].";
  const Tensor x = counting({2, 3, 4});
  expect_equal(permute(x, {2, 0, 1}).sizes(), Shape{4, 2, 3}, idea);
  expect_equal(permute(x, {1, 2, 0}).sizes(), Shape{3, 4, 2}, idea);
  expect_equal(permute(x, {0, 1, 2}).sizes(), Shape{2, 3, 4}, idea);
}

CHECK_CASE("permute", "the strides go with their axes") {
  const char* idea = "An axis takes its stride along, also where all extents are equal.";
  const Tensor square = counting({3, 3});
  expect_equal(permute(square, {1, 0}).strides(), Strides{1, 3}, idea);
  expect_tensor(permute(square, {1, 0}), {3, 3}, {0, 3, 6, 1, 4, 7, 2, 5, 8}, 0, 0, idea);
  const Tensor x = counting({2, 3, 4});
  expect_equal(permute(x, {2, 0, 1}).strides(), Strides{1, 12, 4}, idea);
}

CHECK_CASE("permute", "no element is copied") {
  const Tensor x = counting({2, 3, 4});
  const Memory memory;
  const Tensor y = permute(x, {2, 0, 1});
  expect_view(y, x, memory, "A view is the same storage with other sizes and strides.");
  expect_written_through(y, x, {0, 0, 0}, "The view and the tensor show one storage.");
}

CHECK_CASE("permute", "a view keeps the place where it begins") {
  const char* idea = "Reordering axes does not move the first element: keep `storage_offset_`.";
  const Tensor x = counting({2, 3}, Layout::sliced);
  const Tensor y = permute(x, {1, 0});
  expect_layout(y, {2, 6}, x.storage_offset(), idea);
  expect_tensor(y, {3, 2}, {0, 3, 1, 4, 2, 5}, 0, 0, idea);
}

CHECK_CASE("permute", "a negative axis counts from the back") {
  const char* idea = "`normalize_axis` turns -1 into the last axis.";
  const Tensor x = counting({2, 3, 4});
  expect_equal(permute(x, {-1, 0, 1}).sizes(), Shape{4, 2, 3}, idea);
  expect_equal(permute(x, {-2, -1, -3}).strides(), Strides{4, 1, 12}, idea);
}

CHECK_CASE("permute", "missing, surplus and repeated axes are refused") {
  const Tensor x = counting({2, 3});
  const auto refused = [&](const std::vector<std::int64_t>& dims, const char* idea) {
    expect_refused_on({"[permute]"}, idea, x, "permute", &Tensor::permute, dims);
  };
  refused({0}, "One axis is missing.");
  refused({}, "Both axes are missing.");
  refused({0, 1, 1}, "There are only two axes.");
  refused({0, 0}, "Axis 0 comes twice, and axis 1 never.");
  refused({1, -1}, "-1 is axis 1 by another name, so axis 1 comes twice.");
}

CHECK_CASE("permute", "an axis that does not exist is refused") {
  const char* idea = "`normalize_axis` refuses an axis that is not there.";
  const Tensor x = counting({2, 3});
  expect_refused_on({"2"}, idea, x, "permute", &Tensor::permute, std::vector<std::int64_t>{0, 2});
  expect_refused_on({"-3"}, idea, x, "permute", &Tensor::permute, std::vector<std::int64_t>{-3, 0});
}

CHECK_CASE("permute", "every rank from 0 to 5 works, with extents of 0 and 1") {
  Draw draw;
  std::vector<Shape> shapes = random_shapes(draw, 40, 5, 3);
  shapes.insert(shapes.begin(), {{}, {1}, {2, 1}, {1, 3, 1}, {0}, {2, 0}, {0, 3, 1}});
  for (const Shape& shape : shapes) {
    std::vector<std::int64_t> dims(shape.size());
    for (std::size_t i = 0; i < dims.size(); ++i) {
      dims[i] = static_cast<std::int64_t>(i);
      std::swap(dims[i], dims[static_cast<std::size_t>(draw.between(0, static_cast<int>(i)))]);
    }
    const Tensor x = counting(shape);
    const Tensor y = permute(x, dims);
    Shape sizes;
    Strides strides;
    for (std::int64_t dim : dims) {
      sizes.push_back(shape[static_cast<std::size_t>(dim)]);
      strides.push_back(row_major(shape)[static_cast<std::size_t>(dim)]);
    }
    const char* idea = "Take extent and stride of axis dims[i], for every i.";
    expect_tensor(y, sizes, permuted_values(x, dims), 0, 0, idea);
    expect_equal(y.strides(), strides, idea);
  }
}

// slice

CHECK_CASE("slice", "the elements from start up to end are kept") {
  const char* idea = "From 2 up to but without 5 are 5 - 2 = 3 elements.";
  const Tensor x = counting({10});
  expect_tensor(slice(x, 0, 2, 5, 1), {3}, {2, 3, 4}, 0, 0, idea);
  expect_tensor(slice(x, 0, 0, 10, 1), {10}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0, 0, idea);
  expect_tensor(slice(x, 0, 9, 10, 1), {1}, {9}, 0, 0, idea);
}

CHECK_CASE("slice", "start moves by the stride of its axis") {
  const char* idea = "To skip `start` rows, move by start times the stride of that axis.";
  const Tensor x = counting({3, 4});
  expect_layout(slice(x, 0, 1, 3, 1), {4, 1}, 4, idea);
  expect_layout(slice(x, 1, 1, 3, 1), {4, 1}, 1, idea);
  expect_tensor(slice(x, 0, 1, 3, 1), {2, 4}, {4, 5, 6, 7, 8, 9, 10, 11}, 0, 0, idea);
}

CHECK_CASE("slice", "only the named axis is cut") {
  const char* idea = "The other axes keep their extents and strides.";
  const Tensor x = counting({3, 4});
  expect_tensor(slice(x, 1, 1, 3, 1), {3, 2}, {1, 2, 5, 6, 9, 10}, 0, 0, idea);
  expect_tensor(slice(x, -1, 1, 3, 1), {3, 2}, {1, 2, 5, 6, 9, 10}, 0, 0, idea);
}

CHECK_CASE("slice", "a step skips elements") {
  const Tensor x = counting({10});
  expect_equal(slice(x, 0, 0, 10, 2).strides(), Strides{2},
               "The next element is `step` times as far away: multiply the stride.");
  expect_tensor(slice(x, 0, 2, 9, 3), {3}, {2, 5, 8}, 0, 0, "2, 5 and 8 lie below 9.");
  const char* idea = "0, 3, 6 and 9: the last step need not be a whole one, so round up.";
  expect_tensor(slice(x, 0, 0, 10, 3), {4}, {0, 3, 6, 9}, 0, 0, idea);
  expect_tensor(slice(x, 0, 0, 10, 99), {1}, {0}, 0, 0, "A long step keeps the first element.");
}

CHECK_CASE("slice", "a negative bound counts from the back") {
  const char* idea = "Add the extent to a negative bound: -3 of 10 is 7.";
  const Tensor x = counting({10});
  expect_tensor(slice(x, 0, -3, 10, 1), {3}, {7, 8, 9}, 0, 0, idea);
  expect_tensor(slice(x, 0, 0, -8, 1), {2}, {0, 1}, 0, 0, idea);
  expect_tensor(slice(x, 0, -4, -2, 1), {2}, {6, 7}, 0, 0, idea);
}

CHECK_CASE("slice", "a bound outside the axis is moved to its edge") {
  const char* idea = "As in Python: below 0 becomes 0, and above the extent becomes the extent.";
  const Tensor x = counting({3});
  expect_tensor(slice(x, 0, -100, 2, 1), {2}, {0, 1}, 0, 0, idea);
  expect_tensor(slice(x, 0, 1, 100, 1), {2}, {1, 2}, 0, 0, idea);
  expect_tensor(slice(x, 0, 1, slice_end, 1), {2}, {1, 2}, 0, 0, idea);
}

CHECK_CASE("slice", "an end before the start keeps nothing") {
  const char* idea = "An extent is never negative: move `end` up to `start`.";
  const Tensor x = counting({5, 2});
  expect_tensor(slice(x, 0, 3, 1, 1), {0, 2}, {}, 0, 0, idea);
  expect_tensor(slice(x, 0, 9, 9, 1), {0, 2}, {}, 0, 0, idea);
  expect_tensor(slice(x, 0, 2, -100, 2), {0, 2}, {}, 0, 0, idea);
  expect_tensor(slice(counting({0}), 0, 0, slice_end, 1), {0}, {}, 0, 0, idea);
}

CHECK_CASE("slice", "a slice copies nothing and writes through") {
  const Tensor x = counting({3, 4});
  const Memory memory;
  const Tensor y = slice(x, 0, 1, 3, 1);
  expect_view(y, x, memory, "A view is the same storage with another offset and other sizes.");
  expect_written_through(y, x, {1, 0}, "The slice and the tensor show one storage.");
}

CHECK_CASE("slice", "a slice of a slice begins inside the first") {
  const Tensor x = slice(counting({20}), 0, 2, 18, 3);
  const Tensor y = slice(x, 0, 1, 5, 2);
  expect_tensor(y, {2}, {5, 11}, 0, 0, "Start from `storage_offset_` and from the old stride.");
  expect_layout(y, {6}, 5, "Offsets add up, and steps multiply.");
}

CHECK_CASE("slice", "every slice keeps what Python keeps") {
  Draw draw;
  for (int round = 0; round < 120; ++round) {
    const std::int64_t extent = round / 20;
    const std::int64_t start = draw.between(-extent - 2, extent + 2);
    const std::int64_t end = draw.between(-extent - 2, extent + 2);
    const std::int64_t step = draw.between(1, 4);
    std::vector<double> expected;
    for (std::int64_t i = 0; i < extent; ++i) {
      const std::int64_t from = std::max<std::int64_t>(start < 0 ? start + extent : start, 0);
      const std::int64_t to = end < 0 ? end + extent : end;
      if (i >= from && i < to && (i - from) % step == 0) {
        expected.push_back(static_cast<double>(i));
      }
    }
    const char* idea = "First bring both bounds onto the axis, then count, rounding up.";
    expect_tensor(slice(counting({extent}), 0, start, end, step),
                  {static_cast<std::int64_t>(expected.size())}, expected, 0, 0, idea);
  }
}

CHECK_CASE("slice", "far bounds keep all their digits") {
  const char* idea = "Keep bounds and extents in std::int64_t.";
  const Tensor x = counting({1}).as_strided({far}, {0}, 0);
  expect_equal(slice(x, 0, far - 5, far, 1).sizes(), Shape{5}, idea);
  expect_equal(slice(x, 0, 2, far, 1).sizes(), Shape{far - 2}, idea);
}

// copy_

CHECK_CASE("copy_", "a source with other strides is read through them") {
  const char* idea = "Each step on an axis moves by that axis's stride, in the source as here.";
  const Tensor x = counting({3, 2}, Layout::transposed);
  expect_tensor(copy_into(zeros({3, 2}), x), {3, 2}, {0, 1, 2, 3, 4, 5}, 0, 0, idea);
  const Tensor cube = counting({2, 3, 4}, Layout::transposed);
  expect_tensor(copy_into(zeros({2, 3, 4}), cube), {2, 3, 4}, doubles(values_of(cube)), 0, 0, idea);
}

CHECK_CASE("copy_", "a view is written through its strides") {
  const char* idea = "The place to write moves by `strides_`, not by 1.";
  const Tensor x = zeros({2, 3});
  copy_into(x.as_strided({3, 2}, {1, 3}, 0), counting({3, 2}));
  expect_tensor(x, {2, 3}, {0, 2, 4, 1, 3, 5}, 0, 0, idea);
}

CHECK_CASE("copy_", "what lies between the elements of a view stays") {
  const char* idea = "Write to the places of the elements and to no other.";
  const Tensor x = zeros({3, 4});
  copy_into(x.as_strided({3, 2}, {4, 2}, 1), counting({3, 2}));
  expect_tensor(x, {3, 4}, {0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5}, 0, 0, idea);
}

CHECK_CASE("copy_", "a smaller source is broadcast") {
  const char* idea = "`source_strides` are broadcast already: 0 where an axis stretches.";
  expect_tensor(copy_into(zeros({2, 3}), counting({3})), {2, 3}, {0, 1, 2, 0, 1, 2}, 0, 0, idea);
  expect_tensor(copy_into(zeros({2, 3}), counting({2, 1})), {2, 3}, {0, 0, 0, 1, 1, 1}, 0, 0, idea);
  expect_tensor(copy_into(zeros({2, 2}), full({}, 7)), {2, 2}, {7, 7, 7, 7}, 0, 0, idea);
}

CHECK_CASE("copy_", "where there is no element nothing is written") {
  const char* idea = "With an extent of 0 there is no index to visit: `data_ptr()` is null.";
  expect_tensor(copy_into(zeros({2, 0}), ones({2, 1})), {2, 0}, {}, 0, 0, idea);
  expect_tensor(copy_into(zeros({0}), ones({1})), {0}, {}, 0, 0, idea);
}

CHECK_CASE("copy_", "every layout is copied into every layout, up to rank 5") {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 40, 5, 3)) {
    for (Layout from : all_layouts) {
      for (Layout to : {Layout::contiguous, Layout::transposed, Layout::sliced}) {
        const Tensor source = counting(shape, from);
        const Tensor target = laid_out(shape, std::vector<float>(values_of(source).size(), -1), to);
        const Unchanged input{source};
        const std::vector<double> expected = doubles(values_of(source));
        expect_tensor(copy_into(target, source), shape, expected, 0, 0,
                      "When the last axis is full, it goes back to 0 and the one before moves on.");
        input.check();
      }
    }
  }
}

// contiguous

CHECK_CASE("contiguous", "a contiguous tensor is given back as it is") {
  const char* idea = "Row after row without gaps: there is nothing to copy. Give back `*this`.";
  const Tensor x = counting({2, 3});
  const Memory memory;
  expect_view(contiguous(x), x, memory, idea);
}

CHECK_CASE("contiguous", "a view of whole rows needs no copy") {
  const char* idea = "Ask `is_contiguous()`: where a view begins in its storage does not matter.";
  const Tensor x = counting({4, 3});
  const Memory memory;
  const Tensor rows = x.as_strided({2, 3}, {3, 1}, 6);
  const Tensor y = contiguous(rows);
  expect_view(y, x, memory, idea);
  expect_tensor(y, {2, 3}, {6, 7, 8, 9, 10, 11}, 0, 0, idea);
}

CHECK_CASE("contiguous", "the stride of an axis of extent 1 does not matter") {
  const char* idea = "On an axis of extent 1 nobody takes a step: `is_contiguous()` knows.";
  const Tensor x = counting({4, 3});
  const Memory memory;
  expect_view(contiguous(x.as_strided({1, 3}, {99, 1}, 3)), x, memory, idea);
  expect_view(contiguous(x.as_strided({0, 3}, {1, 7}, 0)), x, memory, idea);
}

CHECK_CASE("contiguous", "any other tensor becomes a copy, row after row") {
  const char* idea = "New strides alone would show the elements in another order: copy them.";
  for (Layout layout : {Layout::transposed, Layout::sliced, Layout::expanded}) {
    const Tensor x = counting({2, 3}, layout);
    const std::vector<double> expected = doubles(values_of(x));
    const Unchanged input{x};
    const Tensor y = contiguous(x);
    expect(!y.is_alias_of(x), "a storage of its own", "a view of the same storage", idea);
    expect_tensor(y, {2, 3}, expected, 0, 0, idea);
    expect_layout(y, {3, 1}, 0, "A contiguous copy has row-major strides and begins at 0.");
    input.check();
  }
}

CHECK_CASE("contiguous", "the tensor itself is left as it was") {
  const Tensor x = counting({2, 3}, Layout::transposed);
  const Unchanged input{x};
  contiguous(x);
  input.check("Others may look at this storage: put the copy into one of its own.");
}

// infer_shape

CHECK_CASE("infer_shape", "a shape without -1 is taken as it is") {
  const char* idea = "Six elements, six places: nothing is left to work out.";
  const Tensor x = counting({2, 3});
  expect_equal(view(x, {3, 2}).sizes(), Shape{3, 2}, idea);
  expect_equal(view(x, {6}).sizes(), Shape{6}, idea);
  expect_equal(view(x, {1, 2, 1, 3}).sizes(), Shape{1, 2, 1, 3}, idea);
  expect_equal(view(counting({1}), {}).sizes(), Shape{}, idea);
}

CHECK_CASE("infer_shape", "-1 becomes what is left") {
  const char* idea = "Divide the number of elements by the product of the other extents.";
  const Tensor x = counting({2, 3, 4});
  expect_equal(view(x, {-1}).sizes(), Shape{24}, idea);
  expect_equal(view(x, {4, -1}).sizes(), Shape{4, 6}, idea);
  expect_equal(view(x, {-1, 1, 12}).sizes(), Shape{2, 1, 12}, idea);
  expect_equal(view(x, {24, -1}).sizes(), Shape{24, 1}, idea);
  expect_equal(view(counting({}), {-1}).sizes(), Shape{1}, idea);
}

namespace {

void refused_view(const Tensor& x, const Shape& shape, const char* idea) {
  expect_refused_on({"[view]"}, idea, x, "view", &Tensor::view, shape);
}

/// The same for six elements that do not fit: the text then says that there are six.
void misfit(const Shape& shape, const char* idea) {
  expect_refused_on({"[view]", "6"}, idea, counting({2, 3}), "view", &Tensor::view, shape);
}

}  // namespace

CHECK_CASE("infer_shape", "a division with a remainder is refused") {
  const char* idea = "6 / 4 is 1 in C++, and 4 * 1 is not 6. Compare with the number of elements.";
  misfit({-1, 4}, idea);
  misfit({7, -1}, idea);
}

CHECK_CASE("infer_shape", "another number of elements is refused") {
  const char* idea = "The new shape must hold exactly as many elements.";
  misfit({8}, idea);
  misfit({5}, idea);
  misfit({2, 0}, idea);
  misfit({}, idea);
}

CHECK_CASE("infer_shape", "two extents of -1 are refused") {
  const char* idea = "For two unknown extents there are many answers.";
  refused_view(counting({2, 3}), {-1, -1}, idea);
  refused_view(counting({2, 3}), {-1, 6, -1}, idea);
}

CHECK_CASE("infer_shape", "any other negative extent is refused") {
  const char* idea = "Only -1 means something. Throw under the name that `op` holds, here view.";
  refused_view(counting({2, 3}), {-2, -3}, idea);
  refused_view(counting({2, 3}), {-2, 3}, idea);
  refused_view(counting({2, 3}), {-6, -1}, idea);
}

CHECK_CASE("infer_shape", "-1 beside an extent of 0 is refused") {
  const char* idea = "Anything times 0 is 0, so the unknown extent could be any number.";
  refused_view(counting({0}), {0, -1}, idea);
  refused_view(counting({2, 3}), {-1, 0}, idea);
  expect_equal(view(counting({0, 3}), {-1, 3}).sizes(), Shape{0, 3},
               "No elements in rows of 3: that is 0 rows, and one answer only.");
}

CHECK_CASE("infer_shape", "large extents keep all their digits") {
  const char* idea = "Keep extents and products in std::int64_t.";
  const Tensor x = counting({1}).as_strided({far}, {0}, 0);
  expect_equal(view(x, {-1, 2}).sizes(), Shape{far / 2, 2}, idea);
  expect_equal(view(x, {far / 2, -1}).sizes(), Shape{far / 2, 2}, idea);
  refused_view(counting({1}), {std::int64_t{1} << 32, std::int64_t{1} << 32, -1},
               "The product of these does not fit into 64 bits: let `check_shape` refuse it.");
}

// reshape

CHECK_CASE("reshape", "the elements keep their order") {
  const char* idea = "Read row after row, the numbers stay the same; only the rows are cut anew.";
  const Tensor x = counting({2, 6});
  const std::vector<double> expected = doubles(values_of(x));
  expect_tensor(reshape(x, {3, 4}), {3, 4}, expected, 0, 0, idea);
  expect_tensor(reshape(x, {12}), {12}, expected, 0, 0, idea);
  expect_tensor(reshape(x, {2, -1, 3}), {2, 2, 3}, expected, 0, 0, idea);
}

CHECK_CASE("reshape", "where strides can do it nothing is copied") {
  const char* idea = "`view_strides` found strides: show the same storage with them.";
  const Tensor x = counting({2, 6});
  const Memory memory;
  expect_view(reshape(x, {3, 4}), x, memory, idea);
  // Rows with a gap between them: each row can be cut, though the tensor is not contiguous.
  const Tensor wide = counting({2, 8}).as_strided({2, 6}, {8, 1}, 1);
  const Memory after;
  const Tensor cut = reshape(wide, {2, 3, 2});
  expect_view(cut, wide, after, "A tensor that is not contiguous may still be cut without a copy.");
  expect_layout(cut, {8, 2, 1}, 1,
                "Keep the storage offset, and take the strides that were found.");
  expect_written_through(cut, wide, {0, 0}, "The view and the tensor show one storage.");
}

CHECK_CASE("reshape", "a transposed tensor is copied in the order that is read") {
  const char* idea =
      "No stride walks 0, 3, 1, 4, 2, 5 in memory: copy first, then reshape the copy.";
  const Tensor x = counting({2, 3}).as_strided({3, 2}, {1, 3}, 0);
  const Unchanged input{x};
  const Tensor y = reshape(x, {6});
  expect_tensor(y, {6}, {0, 3, 1, 4, 2, 5}, 0, 0, idea);
  expect(!y.is_alias_of(x), "a storage of its own", "a view of the same storage", idea);
  input.check();
}

CHECK_CASE("reshape", "a view in the middle of a storage stays there") {
  const char* idea = "The first element does not move: begin at `storage_offset_`.";
  const Tensor x = counting({5, 4}).as_strided({2, 4}, {4, 1}, 8);
  expect_tensor(reshape(x, {4, 2}), {4, 2}, {8, 9, 10, 11, 12, 13, 14, 15}, 0, 0, idea);
}

CHECK_CASE("reshape", "a misfit is refused in the name of reshape") {
  const char* idea = "`infer_shape` takes the name to refuse under as its first argument.";
  const Tensor x = counting({2, 3});
  for (const Shape& shape : {Shape{4}, Shape{4, -1}, Shape{-1, -1}}) {
    expect_refused_on({"[reshape]"}, idea, x, "reshape", &Tensor::reshape, shape);
  }
}

CHECK_CASE("reshape", "every layout gives the elements in the order of its index") {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 40, 5, 3)) {
    for (Layout layout : all_layouts) {
      const Tensor x = counting(shape, layout);
      const std::vector<double> expected = doubles(values_of(x));
      const Unchanged input{x};
      Shape wanted = shape;
      std::reverse(wanted.begin(), wanted.end());
      const char* idea = "Whatever the strides, row after row is the order of the result.";
      expect_tensor(reshape(x, wanted), wanted, expected, 0, 0, idea);
      expect_tensor(reshape(x, {-1}), {count_of(shape)}, expected, 0, 0, idea);
      input.check();
    }
  }
}

// What the student measures: bytes, as the counting allocator counts them.

MEASURE("tensor-bytes") {
  const Memory memory;
  const Tensor x = zeros({256, 256});
  return static_cast<double>(memory.live());
}

MEASURE("view-bytes") {
  const Tensor x = zeros({256, 256});
  const Memory memory;
  const Tensor y = x.permute({1, 0}).slice(0, 0, 128);
  return static_cast<double>(memory.live());
}

MEASURE("flatten-bytes") {
  const Tensor x = zeros({256, 256});
  const Memory memory;
  const Tensor y = x.permute({1, 0}).reshape({-1});
  return static_cast<double>(memory.live());
}

MEASURE("kept-bytes") {
  const Memory memory;
  Tensor row;
  {
    const Tensor x = zeros({1000, 256});
    row = x.slice(0, 0, 1);
  }
  return static_cast<double>(memory.live());
}
