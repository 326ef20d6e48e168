#include "engine/layout.h"

#include <limits>

#include "tests/engine/check.h"
#include "tests/engine/golden/golden.h"

using namespace tt;

namespace {

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("a shape whose size fits into 64 bits is accepted") {
  CHECK_NOTHROW(check_shape("op", {}));
  CHECK_NOTHROW(check_shape("op", {2, 0, 3}));
  CHECK_NOTHROW(check_shape("op", {huge}));
  CHECK_NOTHROW(check_shape("op", {1LL << 31, 1LL << 31}));
}

TEST_CASE("a shape too large for 64 bits is refused, even if another axis is empty") {
  CHECK_REFUSES(check_shape("op", {1LL << 32, 1LL << 31}),
                "[op] got shape (4294967296, 2147483648)");
  CHECK_REFUSES(check_shape("op", {huge, 2}), "must fit into 64 bits");
  CHECK_REFUSES(check_shape("op", {0, huge, 2}), "must fit into 64 bits");
  CHECK_REFUSES(check_shape("op", {2, -1}), "every extent must be 0 or more");
}

TEST_CASE("a layout must stay inside its storage") {
  CHECK_NOTHROW(check_layout("op", {2, 3}, {3, 1}, 0, 6));
  CHECK_NOTHROW(check_layout("op", {2, 3}, {3, 1}, 4, 10));
  CHECK_NOTHROW(check_layout("op", {0, 3}, {3, 1}, 100, 0));
  CHECK_NOTHROW(check_layout("op", {1}, {huge}, 0, 1));
  CHECK_REFUSES(check_layout("op", {2, 3}, {3, 1}, 0, 5), "every index must stay in [0, 5)");
  CHECK_REFUSES(check_layout("op", {2, 3}, {3, 1}, 5, 10), "offset 5");
  CHECK_REFUSES(check_layout("op", {2, 3}, {3, 1}, -1, 10), "offset -1");
  CHECK_REFUSES(check_layout("op", {}, {}, 0, 0), "must stay in [0, 0)");
  CHECK_REFUSES(check_layout("op", {2}, {-1}, 1, 10), "strides (-1,)");
  CHECK_REFUSES(check_layout("op", {2}, {1, 1}, 0, 10), "must have the same rank");
}

TEST_CASE("a layout check does not overflow") {
  CHECK_REFUSES(check_layout("op", {3, 3}, {huge, huge}, 0, 10), "must stay");
  CHECK_REFUSES(check_layout("op", {huge, 1}, {huge, 1}, 0, huge), "must stay");
  CHECK_REFUSES(check_layout("op", {2}, {1}, huge, huge), "must stay");
}

TEST_CASE("contiguous means in order without gaps, whatever the stride of an axis of extent 1") {
  CHECK(is_contiguous({}, {}));
  CHECK(is_contiguous({2, 3}, {3, 1}));
  CHECK(is_contiguous({1, 3}, {7, 1}));
  CHECK(is_contiguous({2, 1, 3}, {3, 99, 1}));
  CHECK(is_contiguous({2, 0}, {5, 5}));
  CHECK_FALSE(is_contiguous({2, 3}, {1, 2}));
  CHECK_FALSE(is_contiguous({2, 3}, {4, 1}));
  CHECK_FALSE(is_contiguous({3}, {0}));
  CHECK_FALSE(is_contiguous({3}, {2}));
}

TEST_CASE("a tensor can be viewed where PyTorch can, with the same strides") {
  for (const golden::ReshapeCase& one : golden::reshape_cases) {
    if (!one.reshape) {
      continue;
    }
    CAPTURE(to_string(one.sizes));
    CAPTURE(to_string(one.strides));
    CAPTURE(to_string(one.wanted));
    const std::optional<Strides> strides = view_strides(one.sizes, one.strides, one.result);
    CHECK(strides.has_value() == one.view);
    if (strides && one.view) {
      CHECK(*strides == Strides(one.result_strides));
    }
  }
}

TEST_CASE("an empty tensor keeps its strides in its own shape, as in PyTorch") {
  CHECK(view_strides({3, 0, 2}, {1, 3, 3}, {3, 0, 2}) == Strides{1, 3, 3});
  CHECK(view_strides({3, 0, 2}, {1, 3, 3}, {0, 6}) == Strides{6, 1});
}
