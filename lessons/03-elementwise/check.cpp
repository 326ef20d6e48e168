#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/ops/elementwise.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using kernel::Offsets;
using kernel::Row;
using kernel::Walk;
using tt::check::show;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

// Functions to hand to a row: each says in its result what it was given.
float times_ten(float x) {
  return 10 * x;
}
float minus(float a, float b) {
  return a - b;
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

std::string show(const std::vector<Offsets>& places) {
  std::string text;
  for (const Offsets& each : places) {
    text += (text.empty() ? "" : ", ") + show(each);
  }
  return "[" + text + "]";
}

// Memory behind what a test looks at, so that a wrong step meets numbers that are wrong as well.
constexpr std::size_t behind = 32;

std::vector<float> padded(std::vector<float> memory) {
  memory.resize(memory.size() + behind, not_a_number);
  return memory;
}

/// Fails unless `out` begins with `expected` and holds -1 from there on.
void expect_row(const std::vector<float>& out, const std::vector<float>& expected,
                const char* idea) {
  const auto end = out.begin() + static_cast<std::ptrdiff_t>(expected.size());
  const std::vector<float> front(out.begin(), end);
  expect(front == expected, "out = " + show(expected), "out = " + show(front), idea);
  const bool untouched = std::all_of(end, out.end(), [](float value) { return value == -1; });
  expect(untouched, "out = " + show(expected) + " and nothing written behind it",
         "out = " + show(std::vector<float>(out.begin(), end + 8)), idea);
}

/// Runs a row into memory that holds -1, and expects these values and the -1s behind them.
void expect_unary_row(const std::vector<float>& memory, std::int64_t step, std::int64_t count,
                      const std::vector<float>& expected, const char* idea) {
  current_call() =
      "unary_row(out, {" + show(memory) + ", " + show(step) + "}, " + show(count) + ", times_ten)";
  const std::vector<float> x = padded(memory);
  std::vector<float> out(expected.size() + behind, -1);
  kernel::unary_row(out.data(), {x.data(), step}, count, times_ten);
  expect_row(out, expected, idea);
}

void expect_binary_row(const std::vector<float>& a, std::int64_t a_step,
                       const std::vector<float>& b, std::int64_t b_step, std::int64_t count,
                       const std::vector<float>& expected, const char* idea) {
  current_call() = "binary_row(out, {" + show(a) + ", " + show(a_step) + "}, {" + show(b) + ", " +
                   show(b_step) + "}, " + show(count) + ", minus)";
  const std::vector<float> left = padded(a);
  const std::vector<float> right = padded(b);
  std::vector<float> out(expected.size() + behind, -1);
  kernel::binary_row(out.data(), {left.data(), a_step}, {right.data(), b_step}, count, minus);
  expect_row(out, expected, idea);
}

void expect_larger(float a, float b, float expected, const char* idea) {
  const float actual = call("larger", kernel::larger, a, b);
  expect(is_close(actual, expected, 0, 0), show(expected), show(actual), idea);
}

Walk plan(const std::vector<Shape>& shapes, const std::vector<Strides>& strides) {
  std::string list;
  std::string steps;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    list += (i > 0 ? ", " : "") + show(shapes[i]);
    steps += (i > 0 ? ", " : "") + show(strides[i]);
  }
  current_call() = "plan_walk({" + list + "}, {" + steps + "})";
  return kernel::plan_walk(shapes, strides);
}

bool equal(const Walk& a, const Walk& b) {
  return a.shape == b.shape && a.strides == b.strides;
}

void expect_plan(const std::vector<Shape>& shapes, const std::vector<Strides>& strides,
                 const Walk& expected, const char* idea) {
  const Walk actual = plan(shapes, strides);
  expect(equal(actual, expected), show(expected), show(actual), idea);
}

void expect_merged(const Walk& walk, const Walk& expected, const char* idea) {
  current_call() = "merge_axes(" + show(walk) + ")";
  const Walk actual = kernel::merge_axes(walk);
  expect(equal(actual, expected), show(expected), show(actual), idea);
}

void expect_rows(const Walk& walk, const std::vector<Offsets>& expected, const char* idea) {
  current_call() = "for_each_row(" + show(walk) + ", row)";
  std::vector<Offsets> actual;
  const auto row = [&](const Offsets& offsets) {
    actual.push_back(offsets);
    // A walk that does not end would fill the memory.
    expect(actual.size() <= expected.size() + 4, std::to_string(expected.size()) + " rows",
           "more, beginning with " + show(actual), idea);
  };
  kernel::for_each_row(walk, row);
  expect(actual == expected, "rows at " + show(expected), "rows at " + show(actual), idea);
}

/// Every place that a walk should visit, found without the student's code.
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

/// A walk of up to four axes over one to three tensors, some of them stretched or transposed.
Walk random_walk(Draw& draw) {
  Walk walk;
  for (std::int64_t axis = draw.between(0, 4); axis > 0; --axis) {
    walk.shape.push_back(draw.between(1, 3));
  }
  for (std::int64_t k = draw.between(1, 3); k > 0; --k) {
    Strides strides = row_major(walk.shape);
    for (std::int64_t& stride : strides) {
      const std::int64_t kind = draw.between(0, 9);
      stride = kind == 0 ? 0 : kind == 1 ? draw.between(1, 9) : stride;
    }
    walk.strides.push_back(strides);
  }
  return walk;
}

using UnaryOp = Tensor (*)(const Tensor&);
using BinaryOp = Tensor (*)(const Tensor&, const Tensor&);

/// The elements of `x`, read in the shape `target`, without the student's code.
std::vector<double> stretched(const Tensor& x, const Shape& target) {
  std::vector<double> result;
  const std::size_t missing = target.size() - x.sizes().size();
  for_each_index(target, [&](const Index& index) {
    std::int64_t at = 0;
    for (std::size_t axis = 0; axis < x.sizes().size(); ++axis) {
      at += x.sizes()[axis] == 1 ? 0 : index[missing + axis] * x.strides()[axis];
    }
    result.push_back(static_cast<double>(x.data_ptr()[at]));
  });
  return result;
}

Layout any_layout(Draw& draw) {
  return all_layouts[draw.between(0, 3)];
}

}  // namespace

// unary_row

CHECK_CASE("unary_row", "every number of the row goes through the function") {
  const char* idea = "out[i] is the function of number i of the row.";
  expect_unary_row({1, -2, 3}, 1, 3, {10, -20, 30}, idea);
  expect_unary_row({0.5, 4}, 1, 2, {5, 40}, idea);
}

CHECK_CASE("unary_row", "numbers that lie apart are read by their step") {
  const char* idea = "Number i lies at data[i * step], but its result always goes to out[i].";
  expect_unary_row({1, 8, 2, 8, 3}, 2, 3, {10, 20, 30}, idea);
  expect_unary_row({1, 8, 8, 8, 2}, 4, 2, {10, 20}, idea);
}

CHECK_CASE("unary_row", "a step of 0 reads one number every time") {
  expect_unary_row({7}, 0, 4, {70, 70, 70, 70}, "With step 0 all places are the same: data[0].");
}

CHECK_CASE("unary_row", "as many numbers as asked for, and no more") {
  const char* idea = "i runs from 0 up to, but not including, count.";
  expect_unary_row({1, 2, 3, 4}, 1, 2, {10, 20, -1, -1}, idea);
  expect_unary_row({1, 2}, 1, 1, {10, -1}, idea);
  expect_unary_row({}, 1, 0, {-1}, "With count 0 nothing is read and nothing is written.");
}

// binary_row

CHECK_CASE("binary_row", "the function gets one number of each row, in this order") {
  const char* idea = "out[i] is the function of number i of a, then number i of b.";
  expect_binary_row({5, 7, 9}, 1, {1, 2, 30}, 1, 3, {4, 5, -21}, idea);
}

CHECK_CASE("binary_row", "each row has a step of its own") {
  const char* idea = "Number i of a lies at a.data[i * a.step], number i of b by the step of b.";
  expect_binary_row({5, 7, 9}, 1, {1, 8, 2, 8, 3}, 2, 3, {4, 5, 6}, idea);
  expect_binary_row({5, 8, 8, 7}, 3, {1, 2}, 1, 2, {4, 5}, idea);
}

CHECK_CASE("binary_row", "a step of 0 meets every number with the same one") {
  const char* idea = "A step of 0 is how one number is broadcast over a row.";
  expect_binary_row({5, 7, 9}, 1, {1}, 0, 3, {4, 6, 8}, idea);
  expect_binary_row({5}, 0, {1, 2}, 1, 2, {4, 3}, idea);
}

CHECK_CASE("binary_row", "as many pairs as asked for, and no more") {
  const char* idea = "i runs from 0 up to, but not including, count.";
  expect_binary_row({5, 6, 7}, 1, {1, 1, 1}, 1, 2, {4, 5, -1}, idea);
  expect_binary_row({}, 1, {}, 1, 0, {-1}, "With count 0 nothing is read and nothing written.");
}

// larger

CHECK_CASE("larger", "the larger number wins, on either side") {
  const char* idea = "Larger means further right on the number line: -5 is larger than -7.";
  expect_larger(2, 3, 3, idea);
  expect_larger(3, 2, 3, idea);
  expect_larger(-7, -5, -5, idea);
  expect_larger(4, 4, 4, idea);
  expect_larger(-infinity, -1, -1, idea);
}

CHECK_CASE("larger", "NaN wins over every number, on either side") {
  const char* idea = "Every comparison with NaN is false, so ask for NaN by itself: std::isnan.";
  expect_larger(not_a_number, 3, not_a_number, idea);
  expect_larger(3, not_a_number, not_a_number, idea);
  expect_larger(infinity, not_a_number, not_a_number, idea);
  expect_larger(not_a_number, infinity, not_a_number, idea);
  expect_larger(not_a_number, not_a_number, not_a_number, idea);
}

// plan_walk

CHECK_CASE("plan_walk", "tensors of one shape keep their strides") {
  const char* idea = "Nothing is stretched, so every tensor is read as it lies.";
  expect_plan({{2, 3}, {2, 3}}, {{3, 1}, {1, 2}}, {{2, 3}, {{3, 1}, {1, 2}}}, idea);
  expect_plan({{4}}, {{7}}, {{4}, {{7}}}, idea);
}

CHECK_CASE("plan_walk", "shapes meet at their last axes") {
  const char* idea =
      "Settle the shape of all tensors first; your broadcast_shapes lines them up at the right. "
      "Then stretch each tensor to it.";
  expect_plan({{2, 3}, {3}}, {{3, 1}, {1}}, {{2, 3}, {{3, 1}, {0, 1}}}, idea);
  expect_plan({{3}, {3, 3}}, {{1}, {3, 1}}, {{3, 3}, {{0, 1}, {3, 1}}}, idea);
  expect_plan({{4, 1, 3}, {5, 1}}, {{3, 3, 1}, {1, 1}}, {{4, 5, 3}, {{3, 0, 1}, {0, 1, 0}}}, idea);
}

CHECK_CASE("plan_walk", "a tensor without axes meets every shape") {
  const char* idea = "All axes of a scalar are missing: it has stride 0 on each of them.";
  expect_plan({{2, 3}, {}}, {{3, 1}, {}}, {{2, 3}, {{3, 1}, {0, 0}}}, idea);
  expect_plan({{}, {}}, {{}, {}}, {{}, {{}, {}}}, idea);
}

CHECK_CASE("plan_walk", "three tensors share one shape") {
  const char* idea = "Find the shape of all of them first; only then stretch each one to it.";
  expect_plan({{3}, {2, 1}, {4, 1, 1}}, {{1}, {1, 1}, {1, 1, 1}},
              {{4, 2, 3}, {{0, 0, 1}, {0, 1, 0}, {1, 0, 0}}}, idea);
  expect_plan({{}, {2}, {2}}, {{}, {1}, {5}}, {{2}, {{0}, {1}, {5}}}, idea);
}

CHECK_CASE("plan_walk", "1 stretches to 0 as well") {
  const char* idea = "Zero is an extent like any other, and 1 takes it.";
  expect_plan({{1, 3}, {0, 3}}, {{3, 1}, {3, 1}}, {{0, 3}, {{0, 1}, {3, 1}}}, idea);
}

CHECK_CASE("plan_walk", "shapes that do not fit are refused") {
  const char* idea = "Two extents differ and neither is 1. Your broadcast_shapes refuses that.";
  const std::vector<std::pair<Shape, Shape>> misfits = {
      {{2, 3}, {2}}, {{4}, {2}}, {{2, 3}, {3, 2}}, {{2, 3}, {5, 3}}, {{2}, {0}}};
  for (const auto& [a, b] : misfits) {
    for (const auto& [x, y] : {std::pair(a, b), std::pair(b, a)}) {
      try {
        const Walk walk = plan({x, y}, {row_major(x), row_major(y)});
        throw Failure{idea, "std::invalid_argument", show(walk)};
      } catch (const std::invalid_argument&) {
      }
    }
  }
}

// merge_axes

CHECK_CASE("merge_axes", "rows that follow on from each other are one row") {
  const char* idea = "2 rows of 3 with stride 3 are 6 elements with stride 1, in both tensors.";
  expect_merged({{2, 3}, {{3, 1}, {3, 1}}}, {{6}, {{1}, {1}}}, idea);
  expect_merged({{2, 3}, {{6, 2}, {3, 1}}}, {{6}, {{2}, {1}}}, idea);
}

CHECK_CASE("merge_axes", "more than two axes can become one") {
  const char* idea = "An axis that has joined can be joined by the next one.";
  expect_merged({{2, 3, 4}, {{12, 4, 1}, {12, 4, 1}}}, {{24}, {{1}, {1}}}, idea);
  expect_merged({{2, 3, 4, 5}, {{60, 20, 5, 1}}}, {{120}, {{1}}}, idea);
}

CHECK_CASE("merge_axes", "axes stay apart where one tensor jumps") {
  const char* idea =
      "Every tensor must agree: in each, the outer stride is the inner stride times the inner "
      "extent.";
  expect_merged({{2, 3}, {{3, 1}, {0, 1}}}, {{2, 3}, {{3, 1}, {0, 1}}}, idea);
  expect_merged({{2, 3}, {{0, 1}, {3, 1}}}, {{2, 3}, {{0, 1}, {3, 1}}}, idea);
  expect_merged({{3, 2}, {{1, 3}, {2, 1}}}, {{3, 2}, {{1, 3}, {2, 1}}}, idea);
  expect_merged({{2, 3}, {{4, 1}}}, {{2, 3}, {{4, 1}}}, idea);
}

CHECK_CASE("merge_axes", "only the axes that fit are merged") {
  const char* idea = "Compare each axis with the one before it, and keep what does not fit.";
  expect_merged({{2, 3, 4}, {{12, 4, 1}, {0, 0, 1}}}, {{6, 4}, {{4, 1}, {0, 1}}}, idea);
  expect_merged({{2, 3, 4}, {{12, 4, 1}, {0, 4, 1}}}, {{2, 12}, {{12, 1}, {0, 1}}}, idea);
}

CHECK_CASE("merge_axes", "stretched axes merge as well") {
  const char* idea = "0 is 5 times 0: two axes of stride 0 follow on from each other.";
  expect_merged({{4, 5}, {{5, 1}, {0, 0}}}, {{20}, {{1}, {0}}}, idea);
}

CHECK_CASE("merge_axes", "an axis of extent 1 is left out, whatever its stride") {
  const char* idea = "No walk ever steps along an axis of extent 1.";
  expect_merged({{1, 3}, {{99, 1}, {0, 2}}}, {{3}, {{1}, {2}}}, idea);
  expect_merged({{3, 1}, {{2, 99}, {1, 0}}}, {{3}, {{2}, {1}}}, idea);
  expect_merged({{2, 1, 3}, {{3, 50, 1}, {3, 0, 1}}}, {{6}, {{1}, {1}}}, idea);
  expect_merged({{1, 1}, {{7, 7}, {1, 1}}}, {{}, {{}, {}}}, "Nothing is left: a scalar.");
  expect_merged({{}, {{}, {}}}, {{}, {{}, {}}}, "A scalar stays one.");
}

CHECK_CASE("merge_axes", "any walk keeps its places and their order") {
  Draw draw;
  for (int round = 0; round < 60; ++round) {
    const Walk walk = random_walk(draw);
    current_call() = "merge_axes(" + show(walk) + ")";
    const Walk merged = kernel::merge_axes(walk);
    const auto told = [&](const Walk& one) { return show(one) + ": places " + show(places(one)); };
    expect(merged.strides.size() == walk.strides.size(),
           std::to_string(walk.strides.size()) + " lists of strides", show(merged),
           "The result describes the same tensors.");
    for (const Strides& strides : merged.strides) {
      expect(strides.size() == merged.shape.size(), "one stride per axis", show(merged),
             "Each list of strides has one entry per axis of the new shape.");
    }
    expect(places(merged) == places(walk), "the places " + show(places(walk)), told(merged),
           "Merging changes how places are counted, not which are visited, nor when.");
  }
}

// for_each_row

CHECK_CASE("for_each_row", "a row begins where the strides say") {
  const char* idea = "Each row of the walk is one call; its offsets are where it begins.";
  expect_rows({{2, 3}, {{3, 1}, {0, 1}}}, {{0, 0}, {3, 0}}, idea);
  expect_rows({{3, 2}, {{1, 3}}}, {{0}, {1}, {2}}, idea);
}

CHECK_CASE("for_each_row", "one axis is one row") {
  const char* idea = "The last axis is walked by whoever is called; you walk the axes before it.";
  expect_rows({{5}, {{1}, {2}, {0}}}, {{0, 0, 0}}, idea);
}

CHECK_CASE("for_each_row", "a walk without axes has one row") {
  expect_rows({{}, {{}, {}}}, {{0, 0}}, "A scalar is one element: one row of length 1.");
}

CHECK_CASE("for_each_row", "a walk without elements has no row") {
  const char* idea = "If any extent is 0 there is nothing to visit: call nobody.";
  expect_rows({{0}, {{1}}}, {}, idea);
  expect_rows({{2, 0}, {{1, 1}}}, {}, idea);
  expect_rows({{0, 2}, {{2, 1}}}, {}, idea);
  expect_rows({{2, 0, 3}, {{3, 3, 1}}}, {}, idea);
}

CHECK_CASE("for_each_row", "the axis before the last moves fastest") {
  const char* idea =
      "Count as a clock does: the axis next to the row moves first, and when it is full it goes "
      "back to 0 and the axis before it moves on.";
  expect_rows({{2, 3, 4}, {{100, 10, 1}}}, {{0}, {10}, {20}, {100}, {110}, {120}}, idea);
  expect_rows({{2, 2, 2, 9}, {{100, 10, 1, 50}, {0, 5, 0, 7}}},
              {{0, 0}, {1, 0}, {10, 5}, {11, 5}, {100, 0}, {101, 0}, {110, 5}, {111, 5}}, idea);
}

CHECK_CASE("for_each_row", "functions of one tensor are right for any strides") {
  Draw draw;
  const std::vector<std::pair<const char*, std::pair<UnaryOp, double (*)(double)>>> functions = {
      {"neg", {tt::neg, [](double x) { return -x; }}},
      {"exp", {tt::exp, [](double x) { return std::exp(x); }}},
      {"square", {tt::square, [](double x) { return x * x; }}}};
  for (const Shape& shape : random_shapes(draw, 24, 4)) {
    for (const auto& [name, pair] : functions) {
      const Tensor x = random_tensor(draw, shape, any_layout(draw));
      std::vector<double> expected = stretched(x, shape);
      for (double& value : expected) {
        value = pair.second(value);
      }
      const Unchanged inputs{x};
      expect_tensor(call(name, pair.first, x), shape, expected, 1e-6, 0,
                    "If your rows and your walk passed their own tests, look at merge_axes.");
      inputs.check();
    }
  }
}

CHECK_CASE("for_each_row", "functions of two tensors broadcast them") {
  Draw draw;
  const std::vector<std::pair<const char*, std::pair<BinaryOp, double (*)(double, double)>>>
      functions = {{"sub", {tt::sub, [](double a, double b) { return a - b; }}},
                   {"mul", {tt::mul, [](double a, double b) { return a * b; }}},
                   {"lt", {tt::lt, [](double a, double b) { return a < b ? 1.0 : 0.0; }}}};
  for (const Shape& shape : random_shapes(draw, 30, 4, 3)) {
    const auto part = [&] {  // a shape that broadcasts to `shape`
      Shape own(shape.begin() + draw.between(0, static_cast<std::int64_t>(shape.size())),
                shape.end());
      for (std::int64_t& extent : own) {
        extent = draw.between(0, 2) == 0 ? 1 : extent;
      }
      return own;
    };
    for (const auto& [name, pair] : functions) {
      const bool first = draw.between(0, 1) == 0;
      const Tensor a = random_tensor(draw, first ? shape : part(), any_layout(draw));
      const Tensor b = random_tensor(draw, first ? part() : shape, any_layout(draw));
      std::vector<double> expected = stretched(a, shape);
      const std::vector<double> other = stretched(b, shape);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        expected[i] = pair.second(expected[i], other[i]);
      }
      const Unchanged inputs{a, b};
      expect_tensor(call(name, pair.first, a, b), shape, expected, 1e-6, 0,
                    "Each element of the result comes from the elements that broadcast to it.");
      inputs.check();
    }
  }
}

CHECK_CASE("for_each_row", "an empty tensor goes through every function") {
  const char* idea = "No elements in, no elements out, and nothing is touched on the way.";
  const Tensor none = zeros({0, 3});
  expect_tensor(call("neg", tt::neg, none), {0, 3}, {}, 0, 0, idea);
  const BinaryOp plus = tt::add;
  expect_tensor(call("add", plus, none, counting({3})), {0, 3}, {}, 0, 0, idea);
  expect_tensor(call("add", plus, zeros({2, 0}), counting({2, 1})), {2, 0}, {}, 0, 0, idea);
}

// add_

namespace {

void call_add_(Tensor& self, const Tensor& other, float alpha) {
  current_call() = "add_(" + show(self) + ", " + show(other) + ", " + show(alpha) + ")";
  add_(self, other, alpha);
}

void expect_add_refused(Tensor& self, const Tensor& other, const char* idea) {
  try {
    call_add_(self, other, 1);
  } catch (const std::invalid_argument&) {
    return;
  }
  throw Failure{idea, "std::invalid_argument", "no exception, and " + show(self)};
}

}  // namespace

CHECK_CASE("add_", "every element grows by alpha times the other's") {
  const char* idea = "Hand self itself, other and alpha to add_rows.";
  Tensor x = counting({2, 3});
  call_add_(x, counting({2, 3}), 10);
  expect_tensor(x, {2, 3}, {0, 11, 22, 33, 44, 55}, 0, 0, idea);
  call_add_(x, counting({3}), -1);
  expect_tensor(x, {2, 3}, {0, 10, 20, 33, 43, 53}, 0, 0, "other is broadcast to self.");
}

CHECK_CASE("add_", "a view changes what it shows, and nothing else") {
  Tensor x = counting({3, 4});
  Tensor column = x.select(1, 2);
  call_add_(column, full({}, 100), 1);
  expect_tensor(x, {3, 4}, {0, 1, 102, 3, 4, 5, 106, 7, 8, 9, 110, 11}, 0, 0,
                "Write into the memory that self shows, not into a copy of it.");
}

CHECK_CASE("add_", "nothing is allocated where memory is not shared") {
  Tensor x = counting({20});
  const Tensor y = counting({20});
  const Memory memory;
  call_add_(x, y, 1);
  expect(memory.blocks() == 0, "no new block of memory", std::to_string(memory.blocks()),
         "Copy the other operand only if it shows the same storage as self.");
}

CHECK_CASE("add_", "an operand in the same memory is read before it is overwritten") {
  const char* idea = "self and other show the same storage: add a clone of other instead.";
  Tensor x = counting({3, 3});
  call_add_(x, x.transpose(0, 1), 1);
  expect_tensor(x, {3, 3}, {0, 4, 8, 4, 8, 12, 8, 12, 16}, 0, 0, idea);
  Tensor line = counting({5});
  Tensor tail = line.slice(0, 1);
  call_add_(tail, line.slice(0, 0, 4), 1);
  expect_tensor(line, {5}, {0, 1, 3, 5, 7}, 0, 0, idea);
}

CHECK_CASE("add_", "self never stretches") {
  const char* idea = "self has as many places as it has; other must fit into them.";
  Tensor x = counting({3});
  expect_add_refused(x, counting({2, 3}), idea);
  expect_add_refused(x, counting({2}), idea);
  Tensor one = counting({1});
  expect_add_refused(one, counting({3}), idea);
}

CHECK_CASE("add_", "adding where several elements share one place is refused") {
  const char* idea =
      "An axis of stride 0 and more than one index: each of them would add to the same place.";
  Tensor x = counting({3});
  for (Tensor wide :
       {x.expand({2, 3}), x.view({3, 1}).expand({3, 2}), x.view({1, 3}).expand({4, 1, 3})}) {
    expect_add_refused(wide, ones({}), idea);
    expect_tensor(x, {3}, {0, 1, 2}, 0, 0, "A refusal comes before anything is changed.");
  }
}

CHECK_CASE("add_", "an axis of extent 1 may have any stride") {
  Tensor x = counting({3});
  Tensor same = x.expand({1, 3});  // strides (0, 1), but only one row
  call_add_(same, ones({}), 1);
  expect_tensor(x, {3}, {1, 2, 3}, 0, 0, "With extent 1 no two elements share a place.");
}

// What the student measures.

MEASURE("bias-read") {
  const Tensor x = zeros({4, 64, 768});
  const Tensor bias = ones({768});
  reset_counters();
  static_cast<void>(add(x, bias));
  const std::int64_t of_x = 4 * x.numel();
  return static_cast<double>(counters().bytes_read - of_x);
}

MEASURE("copied-bias") {
  const Tensor bias = ones({768});
  const std::int64_t before = memory_stats().live_bytes;
  const Tensor copy = bias.expand({32, 512, 768}).clone();
  return static_cast<double>(memory_stats().live_bytes - before);
}

namespace {

double rows_of(const std::vector<Shape>& shapes, const std::vector<Strides>& strides) {
  double rows = 0;
  kernel::for_each_row(kernel::merge_axes(kernel::plan_walk(shapes, strides)),
                       [&](const Offsets&) { ++rows; });
  return rows;
}

}  // namespace

MEASURE("rows-of-bias") {
  const Shape shape = {32, 512, 768};
  return rows_of({shape, shape, {768}}, {row_major(shape), row_major(shape), {1}});
}

MEASURE("temporaries") {
  const Tensor x = ones({250000});
  reset_peak_memory();
  const std::int64_t before = memory_stats().live_bytes;
  const Tensor y = exp(neg(square(x)));
  return static_cast<double>(memory_stats().peak_bytes - before);
}
