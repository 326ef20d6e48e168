#include "wasm/runner/check.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/shape.h"

namespace {

using namespace tt;
using namespace tt::check;

Shape random_shape(Draw& draw, std::int64_t rank) {
  Shape shape;
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    shape.push_back(draw.between(1, 4));
  }
  return shape;
}

/// Calls `visit` with every index of `shape`, the last axis fastest.
template <class Visit>
void for_each_index(const Shape& shape, Visit visit) {
  for (std::int64_t extent : shape) {
    if (extent == 0) {
      return;
    }
  }
  Index index(shape.size(), 0);
  while (true) {
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

}  // namespace

// numel

CHECK_CASE("numel", "the extents are multiplied") {
  const char* idea = "2 rows of 3 are 6 elements: multiply the extents, do not add them.";
  expect_equal(call("numel", numel, Shape{2, 3}), 6, idea);
  expect_equal(call("numel", numel, Shape{2, 3, 4}), 24, idea);
  expect_equal(call("numel", numel, Shape{5}), 5, idea);
}

CHECK_CASE("numel", "a scalar has one element") {
  expect_equal(call("numel", numel, Shape{}), 1,
               "A scalar has no axes but holds one number: the product of no extents is 1.");
}

CHECK_CASE("numel", "an extent of zero means no elements") {
  const char* idea = "No rows of 3 are no elements: zero is an extent like any other.";
  expect_equal(call("numel", numel, Shape{0, 3}), 0, idea);
  expect_equal(call("numel", numel, Shape{2, 0, 4}), 0, idea);
  expect_equal(call("numel", numel, Shape{3, 0}), 0, idea);
}

CHECK_CASE("numel", "more than two billion elements are counted") {
  const char* idea = "An int ends at 2,147,483,647. Keep extents and products in std::int64_t.";
  expect_equal(call("numel", numel, Shape{70000, 70000}), std::int64_t{4900000000}, idea);
  expect_equal(call("numel", numel, Shape{3000000000}), std::int64_t{3000000000}, idea);
  expect_equal(call("numel", numel, Shape{94906267, 94906267}), std::int64_t{9007199515875289},
               "A double is exact only up to 2^53. Count in std::int64_t.");
}

CHECK_CASE("numel", "a negative extent is refused") {
  const char* idea = "Throw std::invalid_argument when an extent is negative.";
  expect_refused({"[numel]", "-3"}, idea, "numel", numel, Shape{2, -3});
  expect_refused({"[numel]"}, idea, "numel", numel, Shape{-2, -3});
  expect_refused({"[numel]", "-1"}, idea, "numel", numel, Shape{0, -1});
}

// contiguous_strides

CHECK_CASE("contiguous_strides", "each stride is the size of one step on its axis") {
  const char* idea = "A stride is the product of the extents to its right; the last one is 1.";
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{2, 3}), Strides{3, 1}, idea);
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{2, 3, 4}), Strides{12, 4, 1},
               idea);
}

CHECK_CASE("contiguous_strides", "a scalar has no strides") {
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{}), Strides{},
               "One stride per axis: a scalar has no axes, so the list is empty.");
}

CHECK_CASE("contiguous_strides", "an axis of extent 1 has a stride too") {
  const char* idea =
      "The stride of an axis depends on the axes to its right, not on its own extent.";
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{3, 1, 5}), Strides{5, 5, 1},
               idea);
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{1, 1}), Strides{1, 1}, idea);
}

CHECK_CASE("contiguous_strides", "an extent of zero counts as 1") {
  const char* idea = "An axis of extent 0 must not turn the strides to its left into 0.";
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{2, 0, 4}), Strides{4, 4, 1},
               idea);
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{3, 0}), Strides{1, 1}, idea);
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{0, 3}), Strides{3, 1}, idea);
}

CHECK_CASE("contiguous_strides", "large strides keep all their digits") {
  const char* idea = "Carry the step in std::int64_t.";
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{3, 70000, 70000}),
               Strides{4900000000, 70000, 1}, idea);
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{2, 3000000000}),
               Strides{3000000000, 1}, idea);
  expect_equal(call("contiguous_strides", contiguous_strides, Shape{2, 94906267, 94906267}),
               Strides{9007199515875289, 94906267, 1},
               "A double is exact only up to 2^53; fmax gives one. Stay in std::int64_t.");
}

CHECK_CASE("contiguous_strides", "every rank from 0 to 5 works") {
  Draw draw;
  for (int round = 0; round < 50; ++round) {
    const Shape shape = random_shape(draw, round % 6);
    Strides expected;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      std::int64_t step = 1;
      for (std::size_t right = axis + 1; right < shape.size(); ++right) {
        step *= shape[right];
      }
      expected.push_back(step);
    }
    expect_equal(call("contiguous_strides", contiguous_strides, shape), expected,
                 "A stride is the product of all the extents to its right.");
  }
}

// offset_of

CHECK_CASE("offset_of", "index times stride is added up over the axes") {
  const char* idea = "Each axis moves you by its index times its stride; add the moves.";
  expect_equal(call("offset_of", offset_of, Index{1, 2}, Shape{2, 3}, Strides{3, 1}), 5, idea);
  expect_equal(call("offset_of", offset_of, Index{1, 0, 3}, Shape{2, 3, 4}, Strides{12, 4, 1}), 15,
               idea);
}

CHECK_CASE("offset_of", "the only element of a scalar is at offset 0") {
  expect_equal(call("offset_of", offset_of, Index{}, Shape{}, Strides{}), 0,
               "No axes, no moves: the sum is 0.");
}

CHECK_CASE("offset_of", "the strides decide, not the shape") {
  const char* idea =
      "The caller says where the elements lie: use `strides`, whatever the shape is.";
  expect_equal(call("offset_of", offset_of, Index{2, 1}, Shape{3, 2}, Strides{1, 3}), 5, idea);
  expect_equal(call("offset_of", offset_of, Index{4, 1}, Shape{5, 2}, Strides{0, 1}), 1, idea);
}

CHECK_CASE("offset_of", "an index past the end of its axis is refused") {
  const char* idea = "An axis of extent 3 has the indices 0, 1 and 2.";
  expect_refused({"[offset_of]"}, idea, "offset_of", offset_of, Index{0, 3}, Shape{2, 3},
                 Strides{3, 1});
  expect_refused({"[offset_of]", "7"}, idea, "offset_of", offset_of, Index{0, 7}, Shape{2, 3},
                 Strides{3, 1});
  expect_refused({"[offset_of]"}, idea, "offset_of", offset_of, Index{2, 0}, Shape{2, 3},
                 Strides{3, 1});
  expect_refused({"[offset_of]"}, idea, "offset_of", offset_of, Index{0}, Shape{0}, Strides{1});
  expect_refused({"[offset_of]"}, "A stride of 0 does not make an axis longer.", "offset_of",
                 offset_of, Index{5, 0}, Shape{5, 2}, Strides{0, 1});
}

CHECK_CASE("offset_of", "a negative index is refused") {
  expect_refused({"[offset_of]", "-1"}, "Here an index counts from the front only.", "offset_of",
                 offset_of, Index{0, -1}, Shape{2, 3}, Strides{3, 1});
}

CHECK_CASE("offset_of", "lists of different lengths are refused") {
  const char* idea = "index, shape and strides must all have one entry per axis.";
  expect_refused({"[offset_of]"}, idea, "offset_of", offset_of, Index{1}, Shape{2, 3},
                 Strides{3, 1});
  expect_refused({"[offset_of]"}, idea, "offset_of", offset_of, Index{1, 2}, Shape{2, 3},
                 Strides{3});
  expect_refused({"[offset_of]"}, idea, "offset_of", offset_of, Index{1, 2}, Shape{2, 3},
                 Strides{6, 3, 1});
  expect_refused({"[offset_of]"}, idea, "offset_of", offset_of, Index{1, 2, 0}, Shape{2, 3},
                 Strides{3, 1});
}

CHECK_CASE("offset_of", "a far offset keeps all its digits") {
  const char* idea = "Keep index, stride and sum in std::int64_t.";
  expect_equal(
      call("offset_of", offset_of, Index{69999, 69999}, Shape{70000, 70000}, Strides{70000, 1}),
      std::int64_t{4899999999}, idea);
  expect_equal(call("offset_of", offset_of, Index{3000000000}, Shape{4000000000}, Strides{1}),
               std::int64_t{3000000000}, idea);
  expect_equal(call("offset_of", offset_of, Index{1, 0}, Shape{2, 1}, Strides{4900000000, 1}),
               std::int64_t{4900000000}, idea);
}

// normalize_axis

CHECK_CASE("normalize_axis", "an axis counted from the front stays as it is") {
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    expect_equal(call("normalize_axis", normalize_axis, axis, std::int64_t{3}), axis,
                 "0, 1 and 2 already count from the front.");
  }
}

CHECK_CASE("normalize_axis", "-1 is the last axis and -rank the first") {
  const char* idea = "A negative axis counts from the back: add the rank.";
  expect_equal(call("normalize_axis", normalize_axis, std::int64_t{-1}, std::int64_t{3}), 2, idea);
  expect_equal(call("normalize_axis", normalize_axis, std::int64_t{-2}, std::int64_t{3}), 1, idea);
  expect_equal(call("normalize_axis", normalize_axis, std::int64_t{-3}, std::int64_t{3}), 0, idea);
}

CHECK_CASE("normalize_axis", "an axis past the last is refused") {
  const char* idea = "A tensor of rank 3 has the axes 0, 1 and 2; there is no axis 3.";
  expect_refused({"[normalize_axis]", "3"}, idea, "normalize_axis", normalize_axis, std::int64_t{3},
                 std::int64_t{3});
  expect_refused({"[normalize_axis]", "7"}, idea, "normalize_axis", normalize_axis, std::int64_t{7},
                 std::int64_t{3});
}

CHECK_CASE("normalize_axis", "an axis before the first is refused") {
  const char* idea = "-3 is the first of three axes; -4 is none of them.";
  expect_refused({"[normalize_axis]", "-4"}, idea, "normalize_axis", normalize_axis,
                 std::int64_t{-4}, std::int64_t{3});
  expect_refused({"[normalize_axis]", "-7"}, idea, "normalize_axis", normalize_axis,
                 std::int64_t{-7}, std::int64_t{3});
}

CHECK_CASE("normalize_axis", "a scalar has no axis to name") {
  const char* idea = "With rank 0 the range [-rank, rank) is empty: every axis is refused.";
  expect_refused({"[normalize_axis]"}, idea, "normalize_axis", normalize_axis, std::int64_t{0},
                 std::int64_t{0});
  expect_refused({"[normalize_axis]"}, idea, "normalize_axis", normalize_axis, std::int64_t{-1},
                 std::int64_t{0});
}

// broadcast_shapes

CHECK_CASE("broadcast_shapes", "equal shapes stay as they are") {
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{2, 3}, Shape{2, 3}), Shape{2, 3},
               "Where both extents are equal, the result has that extent.");
}

CHECK_CASE("broadcast_shapes", "an extent of 1 stretches, on either side") {
  const char* idea = "1 stretches to the other extent, whichever side it stands on.";
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{2, 1}, Shape{2, 3}), Shape{2, 3},
               idea);
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{2, 3}, Shape{1, 3}), Shape{2, 3},
               idea);
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{4, 1}, Shape{1, 5}), Shape{4, 5},
               idea);
}

CHECK_CASE("broadcast_shapes", "shapes are aligned at the last axis") {
  const char* idea =
      "Line the shapes up at their right ends; a missing axis on the left counts as 1.";
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{2, 3}, Shape{3}), Shape{2, 3},
               idea);
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{3}, Shape{2, 3}), Shape{2, 3},
               idea);
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{4, 1, 3}, Shape{5, 1}),
               Shape{4, 5, 3}, idea);
}

CHECK_CASE("broadcast_shapes", "a scalar broadcasts with every shape") {
  const char* idea = "A scalar has no axes, so all of them are missing and count as 1.";
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{}, Shape{2, 3}), Shape{2, 3}, idea);
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{2, 3}, Shape{}), Shape{2, 3}, idea);
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{}, Shape{}), Shape{}, idea);
}

CHECK_CASE("broadcast_shapes", "1 stretches to 0 as well") {
  const char* idea = "1 meets 0: the 1 takes the other extent, even when that is smaller.";
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{1}, Shape{0}), Shape{0}, idea);
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{2, 0}, Shape{2, 1}), Shape{2, 0},
               idea);
}

CHECK_CASE("broadcast_shapes", "two different extents are refused unless one is 1") {
  const char* idea = "Neither extent is 1, so neither may stretch.";
  const std::vector<std::pair<Shape, Shape>> pairs = {
      {{2, 3}, {2}}, {{4}, {2}}, {{2}, {0}}, {{2, 3}, {5, 3}}, {{2, 1, 3}, {5, 1, 3}}};
  for (const auto& [a, b] : pairs) {
    expect_refused({"[broadcast_shapes]", "2"}, idea, "broadcast_shapes", broadcast_shapes, a, b);
    expect_refused({"[broadcast_shapes]", "2"}, idea, "broadcast_shapes", broadcast_shapes, b, a);
  }
}

CHECK_CASE("broadcast_shapes", "the order of the two shapes does not matter") {
  Draw draw;
  for (int round = 0; round < 60; ++round) {
    const Shape result = random_shape(draw, draw.between(0, 5));
    Shape a = result;
    Shape b(result.begin() + draw.between(0, static_cast<std::int64_t>(result.size())),
            result.end());
    for (std::size_t back = 1; back <= b.size(); ++back) {
      if (draw.between(0, 2) == 0) {
        b[b.size() - back] = 1;
      } else if (draw.between(0, 2) == 0) {
        a[a.size() - back] = 1;
      }
    }
    const char* idea = "Settle each axis by both extents: equal, or one of them 1.";
    expect_equal(call("broadcast_shapes", broadcast_shapes, a, b), result, idea);
    expect_equal(call("broadcast_shapes", broadcast_shapes, b, a), result, idea);
  }
}

CHECK_CASE("broadcast_shapes", "large extents keep all their digits") {
  const char* idea = "Keep the extents in std::int64_t.";
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{3000000000}, Shape{1}),
               Shape{3000000000}, idea);
  expect_equal(call("broadcast_shapes", broadcast_shapes, Shape{1}, Shape{3000000000}),
               Shape{3000000000}, idea);
}

// broadcast_strides

CHECK_CASE("broadcast_strides", "an axis that fits keeps its stride") {
  const char* idea = "Nothing is stretched here, so nothing changes.";
  expect_equal(
      call("broadcast_strides", broadcast_strides, Shape{2, 3}, Strides{3, 1}, Shape{2, 3}),
      Strides{3, 1}, idea);
  expect_equal(
      call("broadcast_strides", broadcast_strides, Shape{2, 3}, Strides{1, 2}, Shape{2, 3}),
      Strides{1, 2}, idea);
  expect_equal(
      call("broadcast_strides", broadcast_strides, Shape{1, 3}, Strides{3, 1}, Shape{1, 3}),
      Strides{3, 1}, "1 onto 1 is not stretched: the axis keeps its stride.");
}

CHECK_CASE("broadcast_strides", "a stretched axis gets stride 0") {
  const char* idea = "Every index on a stretched axis must read the same element: its stride is 0.";
  expect_equal(
      call("broadcast_strides", broadcast_strides, Shape{2, 1}, Strides{1, 1}, Shape{2, 4}),
      Strides{1, 0}, idea);
  expect_equal(
      call("broadcast_strides", broadcast_strides, Shape{1, 3}, Strides{3, 1}, Shape{5, 3}),
      Strides{0, 1}, idea);
}

CHECK_CASE("broadcast_strides", "a missing axis gets stride 0, on the left") {
  const char* idea =
      "The strides line up at the right; the axes that are missing on the left get 0.";
  expect_equal(call("broadcast_strides", broadcast_strides, Shape{3}, Strides{1}, Shape{2, 3}),
               Strides{0, 1}, idea);
  expect_equal(call("broadcast_strides", broadcast_strides, Shape{3}, Strides{1}, Shape{1, 3}),
               Strides{0, 1}, "A missing axis gets 0 even where the target's extent is 1.");
  expect_equal(call("broadcast_strides", broadcast_strides, Shape{}, Strides{}, Shape{2, 3}),
               Strides{0, 0}, idea);
}

CHECK_CASE("broadcast_strides", "zero is an extent like any other") {
  const char* idea = "0 onto 0 fits, 1 stretches to 0, and 0 itself never stretches.";
  expect_equal(call("broadcast_strides", broadcast_strides, Shape{0}, Strides{7}, Shape{0}),
               Strides{7}, idea);
  expect_equal(call("broadcast_strides", broadcast_strides, Shape{1}, Strides{1}, Shape{0}),
               Strides{0}, idea);
  expect_refused({"[broadcast_strides]"}, idea, "broadcast_strides", broadcast_strides, Shape{0},
                 Strides{1}, Shape{3});
}

CHECK_CASE("broadcast_strides", "far strides keep all their digits") {
  expect_equal(call("broadcast_strides", broadcast_strides, Shape{2, 1}, Strides{4900000000, 1},
                    Shape{2, 3}),
               Strides{4900000000, 0}, "Keep the strides in std::int64_t.");
}

CHECK_CASE("broadcast_strides", "a shape that does not stretch to the target is refused") {
  const char* idea = "Only an extent of 1 stretches, and only `shape` may stretch, not the target.";
  expect_refused({"[broadcast_strides]", "2"}, idea, "broadcast_strides", broadcast_strides,
                 Shape{2}, Strides{1}, Shape{3});
  expect_refused({"[broadcast_strides]", "2"}, idea, "broadcast_strides", broadcast_strides,
                 Shape{2}, Strides{1}, Shape{4});
  expect_refused({"[broadcast_strides]", "3"}, idea, "broadcast_strides", broadcast_strides,
                 Shape{3}, Strides{1}, Shape{1});
  expect_refused({"[broadcast_strides]", "3"}, idea, "broadcast_strides", broadcast_strides,
                 Shape{2, 3}, Strides{3, 1}, Shape{2, 4});
}

CHECK_CASE("broadcast_strides", "more axes than the target are refused") {
  expect_refused({"[broadcast_strides]"}, "A shape of rank 2 cannot be read as one of rank 1.",
                 "broadcast_strides", broadcast_strides, Shape{1, 3}, Strides{3, 1}, Shape{3});
}

CHECK_CASE("broadcast_strides", "shape and strides of different lengths are refused") {
  expect_refused({"[broadcast_strides]"}, "shape and strides must have one entry per axis.",
                 "broadcast_strides", broadcast_strides, Shape{2, 3}, Strides{1}, Shape{2, 3});
  expect_refused({"[broadcast_strides]"}, "shape and strides must have one entry per axis.",
                 "broadcast_strides", broadcast_strides, Shape{3}, Strides{3, 1}, Shape{2, 3});
}

CHECK_CASE("broadcast_strides", "every index of the target reads the right element") {
  Draw draw;
  for (int round = 0; round < 40; ++round) {
    const Shape target = random_shape(draw, draw.between(0, 4));
    Shape shape(target.begin() + draw.between(0, static_cast<std::int64_t>(target.size())),
                target.end());
    Strides strides;
    for (std::int64_t& extent : shape) {
      extent = draw.between(0, 1) == 0 ? 1 : extent;
      strides.push_back(draw.between(1, 50));
    }
    const Strides result = call("broadcast_strides", broadcast_strides, shape, strides, target);
    expect(result.size() == target.size(), "one stride per axis of " + show(target), show(result),
           "The result describes the target.");
    for_each_index(target, [&](const Index& index) {
      std::int64_t expected = 0;
      for (std::size_t back = 1; back <= shape.size(); ++back) {
        const std::int64_t at = index[index.size() - back];
        expected += (shape[shape.size() - back] == 1 ? 0 : at) * strides[strides.size() - back];
      }
      std::int64_t actual = 0;
      for (std::size_t axis = 0; axis < target.size(); ++axis) {
        actual += index[axis] * result[axis];
      }
      expect(actual == expected, "index " + show(index) + " reads offset " + show(expected),
             "offset " + show(actual) + ", with strides " + show(result),
             "Keep the stride of an axis that fits; give 0 to one that is stretched or missing.");
    });
  }
}

// What the student measures. Memory arrives in lines of 64 bytes, 16 float32 numbers each.

namespace {

constexpr std::int64_t floats_per_line = 64 / 4;

/// How many lines hold the elements of one row (axis 1 varies) or one column (axis 0 varies).
double lines_touched(std::size_t varying) {
  const Shape shape{256, 256};
  const Strides strides = contiguous_strides(shape);
  std::set<std::int64_t> lines;
  for (std::int64_t i = 0; i < 256; ++i) {
    Index index{0, 0};
    index[varying] = i;
    lines.insert(offset_of(index, shape, strides) / floats_per_line);
  }
  return static_cast<double>(lines.size());
}

}  // namespace

MEASURE("row-lines") {
  return lines_touched(1);
}

MEASURE("column-lines") {
  return lines_touched(0);
}

MEASURE("bias-bytes") {
  const Shape target = broadcast_shapes(Shape{768}, Shape{32, 512, 768});
  const Strides strides = broadcast_strides(Shape{768}, contiguous_strides(Shape{768}), target);
  std::int64_t last = 0;
  for (std::size_t axis = 0; axis < target.size(); ++axis) {
    last += (target[axis] - 1) * strides[axis];
  }
  return static_cast<double>((last + 1) * 4);
}
