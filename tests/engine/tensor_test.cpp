#include "engine/tensor.h"

#include <cmath>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

#include "engine/memory.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden.h"

using namespace tt;

namespace {

// Remembers the live bytes and checks at the end of the test that they are the same again.
struct NoLeak {
  std::int64_t before = memory_stats().live_bytes;
  NoLeak() = default;
  NoLeak(const NoLeak&) = delete;
  NoLeak& operator=(const NoLeak&) = delete;
  ~NoLeak() { CHECK(memory_stats().live_bytes == before); }
  std::int64_t live() const { return memory_stats().live_bytes - before; }
};

Storage counting(std::int64_t size) {
  Storage storage(size);
  for (std::int64_t i = 0; i < size; ++i) {
    storage.data()[i] = static_cast<float>(i);
  }
  return storage;
}

}  // namespace

TEST_CASE("a storage owns its bytes for as long as it lives") {
  const NoLeak check;
  {
    const Storage storage(6);
    CHECK(storage.size() == 6);
    CHECK(check.live() == 24);
  }
  CHECK(check.live() == 0);
}

TEST_CASE("a copied storage has its own block") {
  const NoLeak check;
  Storage a = counting(3);
  const Storage b = a;
  CHECK(check.live() == 24);
  CHECK(b.data() != a.data());
  a.data()[1] = 100;
  CHECK(b.size() == 3);
  CHECK(b.data()[1] == 1);
}

TEST_CASE("a moved storage keeps its block and leaves none behind") {
  const NoLeak check;
  Storage a = counting(3);
  const float* block = a.data();
  Storage b = std::move(a);
  CHECK(b.data() == block);
  CHECK(a.data() == nullptr);
  CHECK(a.size() == 0);
  Storage c = counting(5);
  c = std::move(b);
  CHECK(c.data() == block);
  CHECK(c.size() == 3);
  CHECK(check.live() == 12);
  static_assert(std::is_nothrow_move_constructible_v<Storage>);
  static_assert(std::is_nothrow_move_assignable_v<Storage>);
}

TEST_CASE("an assigned storage gives its old block back") {
  const NoLeak check;
  const Storage a = counting(3);
  Storage b = counting(100);
  b = a;
  CHECK(check.live() == 24);
  CHECK(b.size() == 3);
  CHECK(b.data() != a.data());
  CHECK(b.data()[2] == 2);
}

TEST_CASE("a storage survives being assigned or moved to itself") {
  const NoLeak check;
  Storage a = counting(3);
  Storage& same = a;
  a = same;
  CHECK(a.size() == 3);
  CHECK(a.data()[2] == 2);
  a = std::move(same);
  CHECK(a.size() == 3);
  CHECK(a.data()[2] == 2);
}

TEST_CASE("an empty storage holds nothing and copies to nothing") {
  const NoLeak check;
  const Storage a(0);
  const Storage b = a;
  CHECK(b.data() == nullptr);
  CHECK(b.size() == 0);
}

TEST_CASE("a storage that cannot be is refused") {
  const NoLeak check;
  CHECK_REFUSES(Storage(-1), "must not be negative");
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_AS(Storage{most}, std::bad_alloc);          // 4 times as many bytes: over 64 bits
  CHECK_THROWS_AS(Storage{most / 4}, std::bad_alloc);      // fits, but there is no such memory
  CHECK_THROWS_AS(Storage{most / 4 + 1}, std::bad_alloc);  // wraps around to few bytes
}

TEST_CASE("a new tensor has its shape, row-major strides and values") {
  const NoLeak check;
  const Tensor x = full({2, 3}, 7);
  CHECK(x.defined());
  CHECK(x.sizes() == Shape{2, 3});
  CHECK(x.strides() == Strides{3, 1});
  CHECK(x.storage_offset() == 0);
  CHECK(x.dim() == 2);
  CHECK(x.numel() == 6);
  CHECK(x.size(0) == 2);
  CHECK(x.size(-1) == 3);
  CHECK(x.is_contiguous());
  CHECK(x.to_vector() == std::vector<float>(6, 7));
  CHECK(zeros({3}).to_vector() == std::vector<float>{0, 0, 0});
  CHECK(ones({1, 2}).to_vector() == std::vector<float>{1, 1});
  CHECK(empty({2, 2}).sizes() == Shape{2, 2});
  CHECK_REFUSES(x.size(2), "axis 2 for rank 2");
}

TEST_CASE("a tensor takes 4 bytes an element and a view none") {
  const NoLeak check;
  const Tensor x = zeros({32, 5});
  CHECK(check.live() == 32 * 5 * 4);
  const std::int64_t allocations = memory_stats().allocations;
  const Tensor view = x.transpose(0, 1).slice(0, 1, 4).expand({7, 3, 32});
  CHECK(view.numel() == 7 * 3 * 32);
  CHECK(check.live() == 32 * 5 * 4);
  CHECK(memory_stats().allocations == allocations);
}

TEST_CASE("a view keeps the storage alive when the first tensor dies") {
  const NoLeak check;
  Tensor row;
  {
    const Tensor x = from_vector({1, 2, 3, 4}, {2, 2});
    row = x.select(0, 1);
  }
  CHECK(check.live() == 16);
  CHECK(row.to_vector() == std::vector<float>{3, 4});
  row = Tensor();
  CHECK(check.live() == 0);
}

TEST_CASE("a tensor of rank 0 holds one number and one with an empty axis none") {
  const NoLeak check;
  const Tensor scalar = full({}, 3);
  CHECK(scalar.dim() == 0);
  CHECK(scalar.numel() == 1);
  CHECK(scalar.item() == 3);
  CHECK(scalar.at({}) == 3);
  const Tensor none = zeros({2, 0, 3});
  CHECK(none.numel() == 0);
  CHECK(none.data_ptr() == nullptr);
  CHECK(none.to_vector().empty());
  CHECK(none.clone().sizes() == Shape{2, 0, 3});
}

TEST_CASE("item wants exactly one element, of any rank") {
  CHECK(full({1, 1}, 5).item() == 5);
  CHECK_REFUSES(zeros({2}).item(), "[item] got shape (2,): it must have exactly one element");
  CHECK_REFUSES(zeros({0}).item(), "[item] got shape (0,)");
}

TEST_CASE("from_vector wants one value per element") {
  CHECK(from_vector({1, 2, 3, 4, 5, 6}, {2, 3}).at({1, 0}) == 4);
  CHECK(from_vector({}, {0, 2}).numel() == 0);
  CHECK_REFUSES(from_vector({1, 2, 3}, {2, 2}), "[from_vector] got 3 values for shape (2, 2)");
  CHECK_REFUSES(from_vector({}, {}), "there must be 1");
}

TEST_CASE("a shape that cannot be is refused before anything is allocated") {
  const std::int64_t allocations = memory_stats().allocations;
  CHECK_REFUSES(zeros({2, -1}), "[empty] got shape (2, -1)");
  CHECK_REFUSES(zeros({1LL << 32, 1LL << 32}), "must fit into 64 bits");
  CHECK_REFUSES(zeros({1LL << 33, 1LL << 33, 0}), "must fit into 64 bits");
  CHECK_THROWS_AS(static_cast<void>(zeros({1LL << 31, 1LL << 31})), std::bad_alloc);
  CHECK(memory_stats().allocations == allocations);
}

TEST_CASE("arange counts as PyTorch counts") {
  for (const golden::ArangeCase& one : golden::arange_cases) {
    CAPTURE(one.start);
    CAPTURE(one.end);
    CAPTURE(one.step);
    CHECK(arange(one.start, one.end, one.step).to_vector() == std::vector<float>(one.values));
  }
  CHECK(arange(4).to_vector() == std::vector<float>{0, 1, 2, 3});
}

TEST_CASE("arange refuses a step of 0, one that leads away, and an endless range") {
  CHECK_REFUSES(arange(0, 5, 0), "[arange] got start 0.0");
  CHECK_REFUSES(arange(0, 0, 0), "step must lead");
  CHECK_REFUSES(arange(0, 5, -1), "step must lead");
  CHECK_REFUSES(arange(0, 0.5, -1), "step must lead");
  CHECK_REFUSES(arange(0, std::numeric_limits<double>::infinity()), "must be finite");
  CHECK_REFUSES(arange(std::nan(""), 1), "must be finite");
  CHECK_THROWS_AS(static_cast<void>(arange(0, 1e30)), std::bad_alloc);
}

TEST_CASE("at reads and writes one element") {
  Tensor x = arange(6).view({2, 3});
  const Tensor& same = x;
  x.at({1, 2}) = 50;
  CHECK(same.at({1, 2}) == 50);
  CHECK(x.to_vector() == std::vector<float>{0, 1, 2, 3, 4, 50});
  const Tensor corner = x.slice(0, 1).slice(1, 1);
  CHECK(corner.at({0, 0}) == 4);
  CHECK(corner.at({0, 1}) == 50);
  CHECK_REFUSES(corner.at({0, 2}), "must be in [0, 2)");
  CHECK_REFUSES(x.at({2, 0}), "must be in [0, 2)");
  CHECK_REFUSES(x.at({0, -1}), "must be in [0, 3)");
  CHECK_REFUSES(same.at({0}), "must have the same rank");
}

TEST_CASE("copying a tensor copies the handle, and clone copies the numbers") {
  const NoLeak check;
  Tensor x = arange(3);
  Tensor handle = x;
  Tensor copy = x.clone();
  CHECK(check.live() == 24);
  CHECK(handle.is_alias_of(x));
  CHECK_FALSE(copy.is_alias_of(x));
  x.at({0}) = 9;
  CHECK(handle.at({0}) == 9);
  CHECK(copy.at({0}) == 0);
}

TEST_CASE("a tensor survives being assigned to itself, and a moved one is undefined") {
  const NoLeak check;
  Tensor x = arange(3);
  Tensor& same = x;
  x = same;
  CHECK(x.to_vector() == std::vector<float>{0, 1, 2});
  const Tensor taken = std::move(x);
  CHECK(taken.to_vector() == std::vector<float>{0, 1, 2});
  CHECK_FALSE(x.defined());
  CHECK_REFUSES(x.data_ptr(), "got an undefined tensor");
  CHECK_REFUSES(x.item(), "got an undefined tensor");
  CHECK_REFUSES(x.at({}), "got an undefined tensor");
  CHECK_FALSE(x.is_alias_of(x));
}

TEST_CASE("an undefined tensor says so when it is used") {
  const Tensor x;
  CHECK_FALSE(x.defined());
  CHECK_REFUSES(x.data_ptr(), "got an undefined tensor");
  CHECK_REFUSES(x.clone(), "got an undefined tensor");
  CHECK_REFUSES(x.view({0}), "got an undefined tensor");
  CHECK_REFUSES(x.transpose(0, 0), "got an undefined tensor");
}

TEST_CASE("clone is contiguous whatever it copies") {
  const Tensor x = arange(6).view({2, 3}).transpose(0, 1);
  const Tensor copy = x.clone();
  CHECK(copy.strides() == Strides{2, 1});
  CHECK(copy.storage_offset() == 0);
  CHECK(copy.to_vector() == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(arange(2).expand({2, 2}).clone().to_vector() == std::vector<float>{0, 1, 0, 1});
}

TEST_CASE("contiguous copies only when needed") {
  const Tensor x = arange(24).view({2, 3, 4});
  const std::int64_t allocations = memory_stats().allocations;
  CHECK(x.contiguous().is_alias_of(x));
  CHECK(x.slice(0, 1).contiguous().is_alias_of(x));
  CHECK(x.select(0, 1).contiguous().is_alias_of(x));
  CHECK(x.slice(1, 0, 1).slice(0, 0, 1).contiguous().is_alias_of(x));
  CHECK(memory_stats().allocations == allocations);
  const Tensor turned = x.transpose(0, 2);
  CHECK_FALSE(turned.is_contiguous());
  const Tensor copy = turned.contiguous();
  CHECK(memory_stats().allocations == allocations + 1);
  CHECK_FALSE(copy.is_alias_of(x));
  CHECK(copy.is_contiguous());
  for (std::int64_t i = 0; i < 4; ++i) {
    for (std::int64_t j = 0; j < 3; ++j) {
      for (std::int64_t k = 0; k < 2; ++k) {
        CHECK(copy.at({i, j, k}) == x.at({k, j, i}));
      }
    }
  }
}

TEST_CASE("fill_ sets the elements of a view and no other") {
  Tensor x = zeros({3, 4});
  x.slice(1, 1, 4, 2).fill_(5);
  CHECK(x.to_vector() == std::vector<float>{0, 5, 0, 5, 0, 5, 0, 5, 0, 5, 0, 5});
  CHECK(&x.fill_(2) == &x);
  CHECK(x.to_vector() == std::vector<float>(12, 2));
  Tensor none = zeros({0, 3});
  none.fill_(1);
  CHECK(none.numel() == 0);
}

TEST_CASE("copy_ broadcasts the source and follows both strides") {
  Tensor x = zeros({2, 3});
  x.copy_(from_vector({1, 2, 3}, {3}));
  CHECK(x.to_vector() == std::vector<float>{1, 2, 3, 1, 2, 3});
  x.copy_(from_vector({8, 9}, {2, 1}));
  CHECK(x.to_vector() == std::vector<float>{8, 8, 8, 9, 9, 9});
  x.transpose(0, 1).copy_(arange(6).view({3, 2}));
  CHECK(x.to_vector() == std::vector<float>{0, 2, 4, 1, 3, 5});
  CHECK_REFUSES(x.copy_(zeros({2})), "extent 2 must be 1 or 3");
  CHECK_REFUSES(x.copy_(zeros({1, 2, 3})), "must not have more axes");
}

TEST_CASE("copy_ reads the source before it overwrites it") {
  Tensor x = arange(9).view({3, 3});
  x.copy_(x.transpose(0, 1));
  CHECK(x.to_vector() == std::vector<float>{0, 3, 6, 1, 4, 7, 2, 5, 8});
  Tensor y = arange(5);
  y.slice(0, 1).copy_(y.slice(0, 0, 4));
  CHECK(y.to_vector() == std::vector<float>{0, 0, 1, 2, 3});
  y.copy_(y);
  CHECK(y.to_vector() == std::vector<float>{0, 0, 1, 2, 3});
}

TEST_CASE("writing where several elements share one place is refused") {
  Tensor x = zeros({3});
  CHECK_REFUSES(x.expand({2, 3}).fill_(1), "every element must have a place of its own");
  CHECK_REFUSES(x.expand({2, 3}).copy_(ones({2, 3})), "strides (0, 1)");
  CHECK(x.to_vector() == std::vector<float>{0, 0, 0});
  x.expand({1, 3}).fill_(1);
  CHECK(x.to_vector() == std::vector<float>{1, 1, 1});
}

TEST_CASE("reading leaves the input as it was") {
  const Tensor x = arange(12).view({3, 4});
  const std::vector<float> values = x.to_vector();
  static_cast<void>(x.transpose(0, 1).contiguous());
  static_cast<void>(x.permute({1, 0}).reshape({12}));
  static_cast<void>(x.slice(1, -3, -1).clone());
  static_cast<void>(x.expand({2, 3, 4}).to_vector());
  zeros({3, 4}).copy_(x);
  x.clone().fill_(1);
  x.transpose(0, 1).contiguous().fill_(1);
  CHECK(x.to_vector() == values);
  CHECK(x.sizes() == Shape{3, 4});
  CHECK(x.strides() == Strides{4, 1});
}
