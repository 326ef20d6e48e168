#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "engine/ops/reduce.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using kernel::Offsets;
using kernel::Row;
using kernel::Walk;
using tt::check::show;

using Dims = std::vector<std::int64_t>;
using Flags = std::vector<bool>;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

std::string show(const Flags& flags) {
  std::string text;
  for (bool flag : flags) {
    text += (text.empty() ? "" : ", ") + show(flag);
  }
  return "(" + text + ")";
}

std::string show(const std::vector<float>& values) {
  std::string text;
  for (float value : values) {
    text += (text.empty() ? "" : ", ") + show(value);
  }
  return "[" + text + "]";
}

std::string show(const Walk& walk) {
  std::string text = "shape " + show(walk.shape) + ", strides";
  for (const Strides& strides : walk.strides) {
    text += " " + show(strides);
  }
  return text;
}

void expect_flags(const Dims& dims, std::int64_t rank, const Flags& expected, const char* idea) {
  current_call() = "reduced_axes(" + show(dims) + ", " + show(rank) + ")";
  const Flags actual = kernel::reduced_axes(dims, rank);
  expect(actual == expected, show(expected), show(actual), idea);
}

void expect_axes_refused(const Dims& dims, std::int64_t rank, const char* idea) {
  current_call() = "reduced_axes(" + show(dims) + ", " + show(rank) + ")";
  try {
    const Flags actual = kernel::reduced_axes(dims, rank);
    throw Failure{idea, "std::invalid_argument", show(actual)};
  } catch (const std::invalid_argument&) {
  }
}

void expect_shape(const Shape& shape, const Flags& reduced, bool keepdim, const Shape& expected,
                  const char* idea) {
  current_call() =
      "reduced_shape(" + show(shape) + ", " + show(reduced) + ", " + show(keepdim) + ")";
  const Shape actual = kernel::reduced_shape(shape, reduced, keepdim);
  expect(actual == expected, show(expected), show(actual), idea);
}

void expect_count(const Shape& shape, const Flags& reduced, std::int64_t expected,
                  const char* idea) {
  current_call() = "reduced_count(" + show(shape) + ", " + show(reduced) + ")";
  expect_equal(kernel::reduced_count(shape, reduced), expected, idea);
}

bool equal(const Walk& a, const Walk& b) {
  return a.shape == b.shape && a.strides == b.strides;
}

void expect_plan(const Shape& shape, const Strides& strides, const Shape& kept,
                 const Walk& expected, const char* idea) {
  current_call() = "plan_reduction(" + show(shape) + ", " + show(strides) + ", " + show(kept) + ")";
  const Walk actual = kernel::plan_reduction(shape, strides, kept);
  expect(equal(actual, expected), show(expected), show(actual), idea);
}

void expect_order(const Walk& walk, const Walk& expected, const char* idea) {
  current_call() = "memory_order(" + show(walk) + ")";
  const Walk actual = kernel::memory_order(walk);
  expect(equal(actual, expected), show(expected), show(actual), idea);
}

/// Every place that a walk visits, found without the student's code.
std::vector<Offsets> places(const Walk& walk) {
  std::vector<Offsets> result;
  for_each_index(walk.shape, [&](const Index& index) {
    Offsets all;
    for (const Strides& strides : walk.strides) {
      all.push_back(place(index, strides));
    }
    result.push_back(all);
  });
  return result;
}

// Memory behind what a test looks at, so that a wrong step meets numbers that are wrong as well.
constexpr std::size_t behind = 64;

std::vector<float> padded(std::vector<float> memory) {
  memory.resize(memory.size() + behind, not_a_number);
  return memory;
}

/// Sums `x` by this walk into memory that holds 100s.
void expect_sums(const std::vector<float>& x, const Walk& walk, const std::vector<double>& expected,
                 const char* idea, double rtol = 0) {
  current_call() = "sum_over(sums, " + std::to_string(expected.size()) + ", " +
                   (x.size() > 12 ? "x" : show(x)) + ", walk of " + show(walk) + ")";
  std::vector<double> sums(expected.size() + behind, 100);
  kernel::sum_over(sums.data(), static_cast<std::int64_t>(expected.size()), padded(x).data(), walk);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expect(std::fabs(sums[i] - expected[i]) <= rtol * std::fabs(expected[i]),
           "sums[" + std::to_string(i) + "] = " + show(expected[i]), show(sums[i]), idea);
  }
  expect(sums[expected.size()] == 100, "nothing written behind the sums",
         show(sums[expected.size()]), idea);
}

/// Looks for the largest of `x` by this walk, in memory that holds 100s.
void expect_best(const std::vector<float>& x, const Walk& walk, const std::vector<float>& expected,
                 const char* idea) {
  current_call() = "max_over(best, " + std::to_string(expected.size()) + ", " + show(x) +
                   ", walk of " + show(walk) + ")";
  std::vector<float> best(expected.size() + behind, 100);
  kernel::max_over(best.data(), static_cast<std::int64_t>(expected.size()), padded(x).data(), walk);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expect(is_close(best[i], expected[i], 0, 0),
           "best[" + std::to_string(i) + "] = " + show(expected[i]), show(best[i]), idea);
  }
  expect(best[expected.size()] == 100, "nothing written behind the results",
         show(best[expected.size()]), idea);
}

void expect_argmax(const std::vector<float>& x, std::int64_t step, std::int64_t count,
                   std::int64_t expected, const char* idea) {
  current_call() = "argmax_row({" + show(x) + ", " + show(step) + "}, " + show(count) + ")";
  expect_equal(kernel::argmax_row({padded(x).data(), step}, count), expected, idea);
}

/// A reduction worked out in double without the student's code: `fold` gets the values that go
/// into one result, in the order of their indices.
template <class Fold>
std::vector<double> reference(const Tensor& x, const Shape& kept, Fold fold) {
  std::vector<std::vector<double>> groups(static_cast<std::size_t>(count_of(kept)));
  const Strides into = row_major(kept);
  for_each_index(x.sizes(), [&](const Index& index) {
    std::int64_t group = 0;
    for (std::size_t axis = 0; axis < kept.size(); ++axis) {
      group += kept[axis] == 1 ? 0 : index[axis] * into[axis];
    }
    groups[static_cast<std::size_t>(group)].push_back(
        static_cast<double>(x.data_ptr()[place(index, x.strides())]));
  });
  std::vector<double> result;
  for (const std::vector<double>& group : groups) {
    result.push_back(fold(group));
  }
  return result;
}

double total(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) {
    sum += value;
  }
  return sum;
}

Layout any_layout(Draw& draw) {
  return all_layouts[draw.between(0, 3)];
}

/// One random case: a tensor, the axes to reduce, and what is left of its shape.
struct Case {
  Tensor x;
  Dims dims;
  bool keepdim;
  Shape kept;
  Shape result;
};

std::vector<Case> random_cases(Draw& draw, int count) {
  std::vector<Case> cases;
  for (const Shape& shape : random_shapes(draw, count, 4)) {
    Case one = {
        random_tensor(draw, shape, any_layout(draw)), {}, draw.between(0, 1) == 1, shape, {}};
    const auto rank = static_cast<std::int64_t>(shape.size());
    Flags reduced(shape.size());
    for (std::int64_t axis = 0; axis < rank; ++axis) {
      if (draw.between(0, 1) == 0) {
        one.dims.push_back(draw.between(0, 1) == 0 ? axis : axis - rank);
        reduced[static_cast<std::size_t>(axis)] = true;
      }
    }
    if (one.dims.empty()) {
      reduced.assign(shape.size(), true);
    }
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      one.kept[axis] = reduced[axis] ? 1 : shape[axis];
      if (!reduced[axis] || one.keepdim) {
        one.result.push_back(one.kept[axis]);
      }
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

using Reduction = Tensor (*)(const Tensor&, const Dims&, bool);

template <class Fold>
void expect_reduction(const char* name, Reduction reduce, Fold fold, const char* idea) {
  Draw draw;
  for (const Case& one : random_cases(draw, 60)) {
    const Unchanged input{one.x};
    expect_tensor(call(name, reduce, one.x, one.dims, one.keepdim), one.result,
                  reference(one.x, one.kept, fold), 1e-6, 1e-6, idea);
    input.check();
  }
}

}  // namespace

// reduced_axes

CHECK_CASE("reduced_axes", "every axis that is named is marked") {
  const char* idea = "One flag per axis of the tensor: true where the axis is in the list.";
  expect_flags({0, 2}, 3, {true, false, true}, idea);
  expect_flags({1}, 3, {false, true, false}, idea);
  expect_flags({2, 0, 1}, 3, {true, true, true}, idea);
}

CHECK_CASE("reduced_axes", "no axis named means all of them") {
  const char* idea = "x.sum() without axes adds up everything.";
  expect_flags({}, 3, {true, true, true}, idea);
  expect_flags({}, 0, {}, "A scalar has no axes, so there is no flag.");
}

CHECK_CASE("reduced_axes", "an axis may count from the back") {
  const char* idea = "Your normalize_axis turns -1 into the last axis.";
  expect_flags({-1}, 3, {false, false, true}, idea);
  expect_flags({-3, 1}, 3, {true, true, false}, idea);
}

CHECK_CASE("reduced_axes", "an axis that does not exist is refused") {
  const char* idea = "Your normalize_axis refuses an axis outside [-rank, rank).";
  expect_axes_refused({3}, 3, idea);
  expect_axes_refused({0, -4}, 3, idea);
  expect_axes_refused({0}, 0, idea);
}

CHECK_CASE("reduced_axes", "an axis that comes twice is refused") {
  const char* idea = "An axis can be reduced once. With rank 2, axis -1 and axis 1 are the same.";
  expect_axes_refused({1, 1}, 2, idea);
  expect_axes_refused({0, 1, 0}, 3, idea);
  expect_axes_refused({1, -1}, 2, idea);
}

// reduced_shape

CHECK_CASE("reduced_shape", "a reduced axis is dropped") {
  const char* idea = "Keep the extents of the axes that are not reduced, in their order.";
  expect_shape({2, 3, 4}, {false, true, false}, false, {2, 4}, idea);
  expect_shape({2, 3, 4}, {true, false, true}, false, {3}, idea);
}

CHECK_CASE("reduced_shape", "with keepdim a reduced axis stays, with extent 1") {
  const char* idea = "keepdim keeps the axis; only one index is left on it.";
  expect_shape({2, 3, 4}, {false, true, false}, true, {2, 1, 4}, idea);
  expect_shape({2, 3}, {true, true}, true, {1, 1}, idea);
}

CHECK_CASE("reduced_shape", "all axes reduced leave a scalar") {
  const char* idea = "The sum of everything is one number: shape ().";
  expect_shape({2, 3}, {true, true}, false, {}, idea);
  expect_shape({}, {}, false, {}, idea);
  expect_shape({}, {}, true, {}, idea);
}

CHECK_CASE("reduced_shape", "what is not reduced keeps its extent, also 0 and 1") {
  const char* idea = "Only the flags decide, not the extents.";
  expect_shape({2, 1, 0}, {true, false, false}, false, {1, 0}, idea);
  expect_shape({1, 5}, {false, true}, false, {1}, idea);
  expect_shape({2, 0}, {false, true}, true, {2, 1}, idea);
  expect_shape({2, 3}, {false, false}, true, {2, 3}, idea);
}

// plan_reduction

CHECK_CASE("plan_reduction", "the result is read with stride 0 on a reduced axis") {
  const char* idea =
      "All elements along a reduced axis go into one place: stretch the result to the tensor's "
      "shape.";
  expect_plan({2, 3}, {3, 1}, {2, 1}, {{2, 3}, {{1, 0}, {3, 1}}}, idea);
  expect_plan({2, 3}, {3, 1}, {1, 3}, {{2, 3}, {{0, 1}, {3, 1}}}, idea);
  expect_plan({2, 3, 4}, {12, 4, 1}, {2, 1, 4}, {{2, 3, 4}, {{4, 0, 1}, {12, 4, 1}}}, idea);
}

CHECK_CASE("plan_reduction", "the tensor is read by its own strides") {
  const char* idea = "The result is contiguous; the tensor lies as it lies.";
  expect_plan({3, 2}, {1, 3}, {1, 2}, {{3, 2}, {{0, 1}, {1, 3}}}, idea);
  expect_plan({2, 3}, {10, 2}, {2, 1}, {{2, 3}, {{1, 0}, {10, 2}}}, idea);
}

CHECK_CASE("plan_reduction", "a result with fewer axes lines up at the last one") {
  const char* idea = "This is broadcasting, run backwards: shapes meet at their last axes.";
  expect_plan({2, 3}, {3, 1}, {3}, {{2, 3}, {{0, 1}, {3, 1}}}, idea);
  expect_plan({2, 2}, {2, 1}, {2}, {{2, 2}, {{0, 1}, {2, 1}}}, idea);
  expect_plan({2, 3}, {3, 1}, {}, {{2, 3}, {{0, 0}, {3, 1}}}, idea);
}

CHECK_CASE("plan_reduction", "a result that cannot be stretched is refused") {
  const char* idea =
      "Only the result is stretched, never the tensor. Your broadcast_strides, asked for the "
      "result, refuses the rest.";
  const std::vector<std::pair<Shape, Shape>> misfits = {
      {{2, 3}, {2}}, {{2, 3}, {3, 3}}, {{3}, {1, 3}}, {{1, 3}, {2, 3}}};
  for (const auto& [shape, kept] : misfits) {
    current_call() =
        "plan_reduction(" + show(shape) + ", " + show(row_major(shape)) + ", " + show(kept) + ")";
    try {
      const Walk walk = kernel::plan_reduction(shape, row_major(shape), kept);
      throw Failure{idea, "std::invalid_argument", show(walk)};
    } catch (const std::invalid_argument&) {
    }
  }
}

// memory_order

CHECK_CASE("memory_order", "the larger stride of the tensor goes outside") {
  const char* idea = "Sort by the last list of strides, the tensor's: the largest comes first.";
  expect_order({{3, 2}, {{0, 0}, {1, 3}}}, {{2, 3}, {{0, 0}, {3, 1}}}, idea);
  expect_order({{2, 3, 4}, {{0, 0, 0}, {1, 8, 2}}}, {{3, 4, 2}, {{0, 0, 0}, {8, 2, 1}}}, idea);
}

CHECK_CASE("memory_order", "shape and every list move together") {
  const char* idea = "An axis takes its extent and its stride in every tensor along.";
  expect_order({{3, 2}, {{1, 0}, {1, 3}}}, {{2, 3}, {{0, 1}, {3, 1}}}, idea);
  expect_order({{4, 2, 3}, {{6, 3, 1}, {7, 8, 9}, {1, 12, 4}}},
               {{2, 3, 4}, {{3, 1, 6}, {8, 9, 7}, {12, 4, 1}}}, idea);
}

CHECK_CASE("memory_order", "a stride of 0 goes inside") {
  expect_order({{5, 3}, {{3, 1}, {0, 1}}}, {{3, 5}, {{1, 3}, {1, 0}}},
               "0 is the smallest stride: the same number is read again at once.");
}

CHECK_CASE("memory_order", "equal strides keep their order") {
  const char* idea = "Move an axis only where its stride is really larger.";
  expect_order({{2, 3}, {{3, 1}, {0, 0}}}, {{2, 3}, {{3, 1}, {0, 0}}}, idea);
  expect_order({{2, 3, 4}, {{12, 4, 1}, {1, 5, 1}}}, {{3, 2, 4}, {{4, 12, 1}, {5, 1, 1}}}, idea);
}

CHECK_CASE("memory_order", "what is in order stays as it is") {
  const char* idea = "A contiguous tensor is walked in the right order already.";
  expect_order({{2, 3, 4}, {{0, 1, 0}, {12, 4, 1}}}, {{2, 3, 4}, {{0, 1, 0}, {12, 4, 1}}}, idea);
  expect_order({{}, {{}, {}}}, {{}, {{}, {}}}, idea);
}

CHECK_CASE("memory_order", "a transposed tensor is read from end to end") {
  Draw draw;
  for (int round = 0; round < 40; ++round) {
    Shape shape(static_cast<std::size_t>(draw.between(1, 5)));
    for (std::int64_t& extent : shape) {
      extent = draw.between(2, 3);
    }
    std::vector<std::size_t> order;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      order.insert(order.begin() + draw.between(0, static_cast<std::int64_t>(axis)), axis);
    }
    const Strides lying = row_major(shape);
    Walk walk = {shape, {Strides(shape.size()), lying}};
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      walk.shape[axis] = shape[order[axis]];
      walk.strides[1][axis] = lying[order[axis]];
      walk.strides[0][axis] = static_cast<std::int64_t>(axis);
    }
    current_call() = "memory_order(" + show(walk) + ")";
    const Walk sorted = kernel::memory_order(walk);
    const std::vector<Offsets> after = places(sorted);
    expect(after.size() == static_cast<std::size_t>(count_of(shape)),
           std::to_string(count_of(shape)) + " places", std::to_string(after.size()),
           "Every extent is still there.");
    for (std::size_t i = 0; i < after.size(); ++i) {
      expect(after[i][1] == static_cast<std::int64_t>(i),
             "place " + std::to_string(i) + " of the tensor as number " + std::to_string(i),
             show(sorted), "The largest stride belongs outside, the smallest inside.");
    }
  }
}

// sum_over

CHECK_CASE("sum_over", "a whole row goes into one sum") {
  const char* idea = "The result's step is 0, so every element meets the same place.";
  expect_sums({1, 2, 3, 4}, {{4}, {{0}, {1}}}, {10}, idea);
  expect_sums({1, 2, 3, 4, 5, 6}, {{2, 3}, {{1, 0}, {3, 1}}}, {6, 15}, idea);
  expect_sums({1, 2, 3, 4, 5, 6}, {{2, 3}, {{0, 0}, {3, 1}}}, {21}, idea);
}

CHECK_CASE("sum_over", "each element of a row goes into its own sum") {
  const char* idea = "Both move: the result by its own step, the tensor by its own.";
  expect_sums({1, 2, 3, 4, 5, 6}, {{2, 3}, {{0, 1}, {3, 1}}}, {5, 7, 9}, idea);
  expect_sums({1, 2, 3, 4}, {{2, 2}, {{2, 1}, {2, 1}}}, {1, 2, 3, 4}, idea);
}

CHECK_CASE("sum_over", "elements that lie apart are found by their strides") {
  const char* idea = "Element i of a row lies at i times the step of the tensor.";
  expect_sums({1, 9, 2, 9, 3}, {{3}, {{0}, {2}}}, {6}, idea);
  expect_sums({1, 9, 2, 9, 3, 9}, {{3}, {{1}, {2}}}, {1, 2, 3}, idea);
  expect_sums({5}, {{4}, {{0}, {0}}}, {20}, "With stride 0 one number is added four times.");
}

CHECK_CASE("sum_over", "whatever the memory held before is gone") {
  const char* idea = "Set every sum to 0 first, also where nothing is added.";
  expect_sums({7}, {{1}, {{1}, {1}}}, {7}, idea);
  expect_sums({}, {{0, 3}, {{0, 1}, {3, 1}}}, {0, 0, 0}, idea);
}

CHECK_CASE("sum_over", "a million terms keep their digits") {
  const char* idea =
      "A float has 24 bits: added to 100,000, a tenth loses most of its digits. Carry the sum in "
      "double.";
  const std::vector<float> tenth = {0.1F};
  const double wanted = 1e6 * static_cast<double>(0.1F);
  expect_sums(tenth, {{1000000}, {{0}, {0}}}, {wanted}, idea, 1e-9);
  expect_sums(tenth, {{500000, 2}, {{0, 1}, {0, 0}}}, {wanted / 2, wanted / 2}, idea, 1e-9);
}

CHECK_CASE("sum_over", "sum is right over any axes and strides") {
  expect_reduction("sum", tt::sum, total,
                   "Each result is the sum of the elements whose reduced indices differ.");
}

CHECK_CASE("sum_over", "sum_to undoes broadcasting") {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 30, 4)) {
    Shape wanted(shape.begin() + draw.between(0, static_cast<std::int64_t>(shape.size())),
                 shape.end());
    for (std::int64_t& extent : wanted) {
      extent = draw.between(0, 1) == 0 ? 1 : extent;
    }
    const Tensor x = random_tensor(draw, shape, any_layout(draw));
    Shape kept(shape.size() - wanted.size(), 1);
    kept.insert(kept.end(), wanted.begin(), wanted.end());
    expect_tensor(call("sum_to", tt::sum_to, x, wanted), wanted, reference(x, kept, total), 1e-6,
                  1e-6, "Every element is added to the one that broadcasting would read there.");
  }
}

// reduced_count

CHECK_CASE("reduced_count", "the reduced extents are multiplied") {
  const char* idea = "Each result is made of as many elements as there are reduced indices.";
  expect_count({2, 3, 4}, {true, false, true}, 8, idea);
  expect_count({2, 3, 4}, {false, true, false}, 3, idea);
  expect_count({2, 3, 4}, {true, true, true}, 24, idea);
  expect_count({3, 3}, {true, false}, 3, idea);
}

CHECK_CASE("reduced_count", "with no axis reduced, each result is one element") {
  expect_count({2, 3}, {false, false}, 1, "A product of no extents is 1.");
  expect_count({}, {}, 1, "A product of no extents is 1.");
}

CHECK_CASE("reduced_count", "a reduced extent of 0 leaves nothing") {
  expect_count({2, 0}, {false, true}, 0, "Each of the 2 results is made of no elements.");
  expect_count({0, 3}, {false, true}, 3, "An axis that is not reduced does not count, even at 0.");
}

CHECK_CASE("reduced_count", "mean divides by what went into each result") {
  const char* idea = "Not by the number of all elements: by the number that was added up.";
  const Reduction mean_of = tt::mean;
  expect_tensor(call("mean", mean_of, counting({2, 3}), Dims{1}, false), {2}, {1, 4}, 0, 0, idea);
  expect_tensor(call("mean", mean_of, counting({2, 3}), Dims{0}, true), {1, 3}, {1.5, 2.5, 3.5}, 0,
                0, idea);
  expect_tensor(call("mean", mean_of, counting({2, 3}), Dims{}, false), {}, {2.5}, 0, 0, idea);
  expect_reduction(
      "mean", mean_of,
      [](const std::vector<double>& values) {
        return total(values) / static_cast<double>(values.size());
      },
      idea);
}

CHECK_CASE("reduced_count", "the mean of nothing is NaN") {
  const Reduction mean_of = tt::mean;
  expect_tensor(call("mean", mean_of, zeros({2, 0}), Dims{1}, false), {2},
                {not_a_number, not_a_number}, 0, 0, "0 divided by 0 is NaN, as in PyTorch.");
}

// max_over

CHECK_CASE("max_over", "the largest element of each result is found") {
  const char* idea = "Let every element try against the best one at its place, with `larger`.";
  expect_best({3, 9, 4, 7, 2, 8}, {{2, 3}, {{1, 0}, {3, 1}}}, {9, 8}, idea);
  expect_best({3, 9, 4, 7, 2, 8}, {{2, 3}, {{0, 1}, {3, 1}}}, {7, 9, 8}, idea);
  expect_best({3, 0, 9, 0, 4}, {{3}, {{0}, {2}}}, {9}, idea);
}

CHECK_CASE("max_over", "negative numbers have a largest one too") {
  const char* idea = "The search must begin below every number: at minus infinity, not at 0.";
  expect_best({-3, -1, -2}, {{3}, {{0}, {1}}}, {-1}, idea);
  expect_best({-3e38F, -2e38F}, {{2}, {{1}, {1}}}, {-3e38F, -2e38F}, idea);
}

CHECK_CASE("max_over", "infinities count as numbers") {
  const char* idea = "Even the lowest finite float is larger than minus infinity.";
  expect_best({-infinity, -infinity}, {{2}, {{0}, {1}}}, {-infinity}, idea);
  expect_best({3, infinity, 5}, {{3}, {{0}, {1}}}, {infinity}, idea);
}

CHECK_CASE("max_over", "NaN wins wherever it stands") {
  const char* idea = "Your `larger` keeps NaN; std::fmax and > lose it.";
  expect_best({not_a_number, 1, 2}, {{3}, {{0}, {1}}}, {not_a_number}, idea);
  expect_best({1, not_a_number, 2}, {{3}, {{0}, {1}}}, {not_a_number}, idea);
  expect_best({1, 2, not_a_number}, {{3}, {{0}, {1}}}, {not_a_number}, idea);
}

CHECK_CASE("max_over", "amax is right over any axes and strides") {
  expect_reduction(
      "amax", tt::amax,
      [](const std::vector<double>& values) {
        return *std::max_element(values.begin(), values.end());
      },
      "The walk is the same as for a sum; only what is done with each element differs.");
}

// argmax_row

CHECK_CASE("argmax_row", "the index of the largest number is given") {
  const char* idea = "Give back where the largest number stands, not the number.";
  expect_argmax({3, 1, 4}, 1, 3, 2, idea);
  expect_argmax({9, 1, 4}, 1, 3, 0, idea);
  expect_argmax({-3, -1, -4}, 1, 3, 1, idea);
  expect_argmax({5}, 1, 1, 0, idea);
}

CHECK_CASE("argmax_row", "the first of several wins") {
  const char* idea = "A later number must be larger, not only as large.";
  expect_argmax({1, 4, 2, 4}, 1, 4, 1, idea);
  expect_argmax({2, 2, 2}, 1, 3, 0, idea);
  expect_argmax({-infinity, -infinity}, 1, 2, 0, idea);
}

CHECK_CASE("argmax_row", "indices count numbers, not places in memory") {
  const char* idea = "Number i lies at i times the step; the answer is i.";
  expect_argmax({1, 9, 5, 9, 2}, 2, 3, 1, idea);
  expect_argmax({5, 9, 3, 9, 4}, 2, 3, 0, idea);
  expect_argmax({7}, 0, 4, 0, idea);
}

CHECK_CASE("argmax_row", "the first NaN wins over every number") {
  const char* idea = "NaN is larger than every number, but not than a NaN before it.";
  expect_argmax({3, not_a_number, 5, not_a_number}, 1, 4, 1, idea);
  expect_argmax({not_a_number, 5}, 1, 2, 0, idea);
  expect_argmax({infinity, not_a_number}, 1, 2, 1, idea);
}

CHECK_CASE("argmax_row", "argmax looks along any axis of any strides") {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 40, 4)) {
    const Tensor x = random_tensor(draw, shape, any_layout(draw));
    const auto first_largest = [](const std::vector<double>& values) {
      return static_cast<double>(std::max_element(values.begin(), values.end()) - values.begin());
    };
    const char* idea = "Each index of the other axes has a row of its own along this one.";
    current_call() = "argmax(" + show(x) + ")";
    expect_tensor(argmax(x), {}, reference(x, Shape(shape.size(), 1), first_largest), 0, 0, idea);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      Shape kept = shape;
      kept[axis] = 1;
      current_call() = "argmax(" + show(x) + ", " + std::to_string(axis) + ", true)";
      expect_tensor(argmax(x, static_cast<std::int64_t>(axis), true), kept,
                    reference(x, kept, first_largest), 0, 0, idea);
    }
  }
}

// What the student measures. Memory arrives in lines of 64 bytes, 16 floats each.

namespace {

/// How often the next element that the walk reads lies in another line than the one before it.
double line_changes(const Walk& walk) {
  double changes = 0;
  std::int64_t line = -1;
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    for (std::int64_t i = 0; i < kernel::row_length(walk); ++i) {
      const std::int64_t next = (offsets[1] + i * kernel::row_step(walk, 1)) / 16;
      changes += next == line ? 0 : 1;
      line = next;
    }
  });
  return changes;
}

Walk sum_of_transposed() {
  return kernel::plan_reduction({256, 256}, {1, 256}, {1, 1});
}

}  // namespace

MEASURE("lines-by-columns") {
  return line_changes(sum_of_transposed());
}

MEASURE("lines-in-order") {
  return line_changes(kernel::memory_order(sum_of_transposed()));
}

MEASURE("float-error") {
  const Tensor x = full({}, 0.1F).expand({1000000});
  volatile float carried = 0;  // volatile: really a float after each addition
  for (int i = 0; i < 1000000; ++i) {
    carried = carried + 0.1F;
  }
  return std::round(static_cast<double>(carried) - static_cast<double>(sum(x).item()));
}
