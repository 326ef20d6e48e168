#include "engine/shape.h"

#include <limits>

#include "tests/engine/check.h"
#include "tests/engine/golden/golden.h"

using namespace tt;

TEST_CASE("a list of numbers is written as Python writes a tuple") {
  CHECK(to_string(Shape{}) == "()");
  CHECK(to_string({3}) == "(3,)");
  CHECK(to_string({2, -3, 4}) == "(2, -3, 4)");
}

TEST_CASE("numel is the product of the extents, 1 for a scalar and 0 with an empty axis") {
  CHECK(numel({}) == 1);
  CHECK(numel({5}) == 5);
  CHECK(numel({2, 3, 4}) == 24);
  CHECK(numel({2, 0, 4}) == 0);
  CHECK(numel({1, 1, 1}) == 1);
}

TEST_CASE("numel counts past 32 bits") {
  CHECK(numel({65536, 65536}) == 4294967296);
  CHECK(numel({3, 1000000, 1000000}) == 3000000000000);
}

TEST_CASE("numel refuses a negative extent") {
  CHECK_REFUSES(numel({2, -1}), "[numel] got shape (2, -1)");
  CHECK_REFUSES(numel({0, -1}), "must not be negative");
}

TEST_CASE("contiguous strides are row-major for rank 0 to 5") {
  CHECK(contiguous_strides({}) == Strides{});
  CHECK(contiguous_strides({7}) == Strides{1});
  CHECK(contiguous_strides({2, 3}) == Strides{3, 1});
  CHECK(contiguous_strides({3, 2}) == Strides{2, 1});
  CHECK(contiguous_strides({2, 3, 4}) == Strides{12, 4, 1});
  CHECK(contiguous_strides({2, 3, 4, 5}) == Strides{60, 20, 5, 1});
  CHECK(contiguous_strides({2, 3, 4, 5, 6}) == Strides{360, 120, 30, 6, 1});
}

TEST_CASE("contiguous strides step over axes of extent 1 and count extent 0 as 1") {
  CHECK(contiguous_strides({4, 1, 3}) == Strides{3, 3, 1});
  CHECK(contiguous_strides({1}) == Strides{1});
  CHECK(contiguous_strides({2, 0, 4}) == Strides{4, 4, 1});
  CHECK(contiguous_strides({2, 3, 0}) == Strides{3, 1, 1});
  CHECK(contiguous_strides({65536, 65536, 2}) == Strides{131072, 2, 1});
}

TEST_CASE("an offset is the sum of index times stride") {
  CHECK(offset_of({}, {}, {}) == 0);
  CHECK(offset_of({1, 2}, {2, 3}, {3, 1}) == 5);
  CHECK(offset_of({2, 1}, {3, 2}, {1, 3}) == 5);
  CHECK(offset_of({1, 2}, {2, 3}, {0, 1}) == 2);
  CHECK(offset_of({99999, 99999}, {100000, 100000}, {100000, 1}) == 9999999999);
}

TEST_CASE("an offset outside the shape or of another rank is refused") {
  CHECK_REFUSES(offset_of({2, 0}, {2, 3}, {3, 1}), "must be in [0, 2)");
  CHECK_REFUSES(offset_of({0, 3}, {2, 3}, {3, 1}), "must be in [0, 3)");
  CHECK_REFUSES(offset_of({0, -1}, {2, 3}, {3, 1}), "index -1 must be in [0, 3)");
  CHECK_REFUSES(offset_of({0}, {0}, {1}), "must be in [0, 0)");
  CHECK_REFUSES(offset_of({1}, {2, 3}, {3, 1}), "must have the same rank");
  CHECK_REFUSES(offset_of({1, 1}, {2, 3}, {1}), "must have the same rank");
}

TEST_CASE("a negative axis counts from the back") {
  CHECK(normalize_axis(-1, 3) == 2);
  CHECK(normalize_axis(-3, 3) == 0);
  CHECK(normalize_axis(0, 3) == 0);
  CHECK(normalize_axis(2, 3) == 2);
}

TEST_CASE("an axis outside the rank is refused, and a scalar has none") {
  CHECK_REFUSES(normalize_axis(3, 3), "[normalize_axis] got axis 3 for rank 3");
  CHECK_REFUSES(normalize_axis(-4, 3), "must be in [-3, 3)");
  CHECK_REFUSES(normalize_axis(0, 0), "rank 0");
  CHECK_REFUSES(normalize_axis(-1, 0), "rank 0");
}

TEST_CASE("broadcasting says what PyTorch says") {
  for (const golden::BroadcastCase& one : golden::broadcast_cases) {
    CAPTURE(to_string(one.a));
    CAPTURE(to_string(one.b));
    if (!one.fits) {
      CHECK_REFUSES(broadcast_shapes(one.a, one.b), "must be equal or one of them 1");
      continue;
    }
    CHECK(broadcast_shapes(one.a, one.b) == Shape(one.result));
  }
}

TEST_CASE("broadcasting is the same from either side") {
  for (const golden::BroadcastCase& one : golden::broadcast_cases) {
    if (one.fits) {
      CHECK(broadcast_shapes(one.a, one.b) == broadcast_shapes(one.b, one.a));
    }
  }
}

TEST_CASE("broadcast strides are 0 where an axis is stretched or missing") {
  CHECK(broadcast_strides({3, 1}, {1, 1}, {2, 3, 4}) == Strides{0, 1, 0});
  CHECK(broadcast_strides({2, 3}, {1, 2}, {2, 3}) == Strides{1, 2});
  CHECK(broadcast_strides({}, {}, {2, 2}) == Strides{0, 0});
  CHECK(broadcast_strides({1}, {1}, {0}) == Strides{0});
}

TEST_CASE("broadcast strides refuse a shape that does not reach the target") {
  CHECK_REFUSES(broadcast_strides({3}, {1}, {2}), "extent 3 must be 1 or 2");
  CHECK_REFUSES(broadcast_strides({2, 3}, {3, 1}, {3}), "must not have more axes");
  CHECK_REFUSES(broadcast_strides({2}, {1}, {1}), "must be 1 or 1");
  CHECK_REFUSES(broadcast_strides({2}, {1, 1}, {2}), "must have the same rank");
}

TEST_CASE("broadcast strides are PyTorch's wherever the shape is stretched") {
  for (const golden::BroadcastCase& one : golden::broadcast_cases) {
    if (!one.fits) {
      continue;
    }
    CAPTURE(to_string(one.a));
    CAPTURE(to_string(one.b));
    const Shape result = one.result;
    const Strides wanted = one.strides_of_a;
    const Strides strides = broadcast_strides(one.a, contiguous_strides(one.a), result);
    REQUIRE(strides.size() == wanted.size());
    for (std::size_t axis = 0; axis < strides.size(); ++axis) {
      if (result[axis] > 1) {  // PyTorch's choice for an axis of one element or none is free
        CHECK(strides[axis] == wanted[axis]);
      }
    }
  }
}
