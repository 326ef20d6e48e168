#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/counters.h"
#include "engine/ops/activations.h"
#include "engine/ops/reduce.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using kernel::Row;
using kernel::Walk;
using tt::check::show;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

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

// The formulas, in double.
double exact_sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}
double exact_gelu(double x) {
  return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
}
double exact_gelu_tanh(double x) {
  const double pi = std::acos(-1.0);
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / pi) * (x + 0.044715 * x * x * x)));
}

using Number = float (*)(float);

/// Fails unless `function` of `x` is within `atol` + `rtol` times `expected` of it.
void expect_number(const char* name, Number function, float x, double expected, const char* idea,
                   double rtol = 1e-5, double atol = 0) {
  const float actual = call(name, function, x);
  expect(is_close(actual, expected, rtol, atol), show(static_cast<float>(expected)), show(actual),
         idea);
}

Layout any_layout(Draw& draw) {
  return all_layouts[draw.between(0, 3)];
}

/// Fails unless `function` gives `exact` of every element, whatever the layout, and changes
/// nothing.
template <class Function, class Exact>
void expect_everywhere(const char* name, Function function, Exact exact, const char* idea) {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 24, 3)) {
    const Tensor x = random_tensor(draw, shape, any_layout(draw), -6, 6);
    std::vector<double> expected;
    for (float value : values_of(x)) {
      expected.push_back(exact(static_cast<double>(value)));
    }
    const Unchanged inputs{x};
    expect_tensor(call(name, function, x), shape, expected, 1e-5, 2e-6, idea);
    inputs.check();
  }
}

using RowFunction = void (*)(float*, std::int64_t, const Row&, std::int64_t);

// Memory behind what a test looks at, so that a wrong step meets numbers that are wrong as well.
constexpr std::size_t behind = 32;

/// Runs `function` on a row of `count` numbers in `memory`, into memory that holds -7s. Fails
/// unless the results lie `out_step` apart and nothing else was written.
void expect_row(const char* name, RowFunction function, const std::vector<float>& memory,
                std::int64_t step, std::int64_t out_step, const std::vector<double>& expected,
                const char* idea, double rtol = 1e-5, double atol = 1e-7) {
  const auto count = static_cast<std::int64_t>(expected.size());
  current_call() = std::string(name) + "(out, " + show(out_step) + ", {" + show(memory) + ", " +
                   show(step) + "}, " + show(count) + ")";
  std::vector<float> x = memory;
  x.resize(memory.size() + behind, not_a_number);
  const std::vector<float> before = x;
  constexpr float untouched = -7;
  std::vector<float> out(static_cast<std::size_t>(count * out_step) + behind, untouched);
  function(out.data(), out_step, {x.data(), step}, count);
  for (std::size_t place = 0; place < out.size(); ++place) {
    const auto at = static_cast<std::int64_t>(place);
    const std::string where = "out[" + std::to_string(place) + "] = ";
    if (at % out_step == 0 && at / out_step < count) {
      const double wanted = expected[static_cast<std::size_t>(at / out_step)];
      expect(is_close(out[place], wanted, rtol, atol), where + show(static_cast<float>(wanted)),
             show(out[place]), idea);
    } else {
      expect(out[place] == untouched, where + "what it was: nothing is written there",
             show(out[place]), idea);
    }
  }
}

std::vector<double> exact_softmax(const std::vector<double>& x) {
  const double largest = *std::max_element(x.begin(), x.end());
  std::vector<double> result;
  double sum = 0;
  for (double value : x) {
    result.push_back(std::exp(value - largest));
    sum += result.back();
  }
  for (double& value : result) {
    value /= sum;
  }
  return result;
}

std::vector<double> exact_log_softmax(const std::vector<double>& x) {
  const double largest = *std::max_element(x.begin(), x.end());
  double sum = 0;
  for (double value : x) {
    sum += std::exp(value - largest);
  }
  std::vector<double> result;
  for (double value : x) {
    result.push_back(value - largest - std::log(sum));
  }
  return result;
}

/// Fails unless `function` does to every row along every axis what `exact` does to a list.
template <class Exact>
void expect_along(const char* name, Tensor (*function)(const Tensor&, std::int64_t), Exact exact,
                  const char* idea) {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 24, 4)) {
    const Tensor x = random_tensor(draw, shape, any_layout(draw), -4, 4);
    const Strides into = row_major(shape);
    const auto rank = static_cast<std::int64_t>(shape.size());
    for (std::int64_t dim = -rank; dim < rank; ++dim) {
      const auto axis = static_cast<std::size_t>(dim < 0 ? dim + rank : dim);
      std::vector<double> expected(static_cast<std::size_t>(count_of(shape)));
      for_each_index(shape, [&](const Index& index) {
        if (index[axis] != 0) {
          return;
        }
        std::vector<double> row;
        Index at = index;
        for (at[axis] = 0; at[axis] < shape[axis]; ++at[axis]) {
          row.push_back(static_cast<double>(x.data_ptr()[place(at, x.strides())]));
        }
        const std::vector<double> answer = exact(row);
        for (at[axis] = 0; at[axis] < shape[axis]; ++at[axis]) {
          expected[static_cast<std::size_t>(place(at, into))] =
              answer[static_cast<std::size_t>(at[axis])];
        }
      });
      expect_tensor(call(name, function, x, dim), shape, expected, 1e-5, 1e-6, idea);
    }
  }
}

void expect_walk(const Walk& walk, std::int64_t axis, const Walk& expected, const char* idea) {
  current_call() = "axis_last(" + show(walk) + ", " + show(axis) + ")";
  const Walk actual = kernel::axis_last(walk, axis);
  expect(actual.shape == expected.shape && actual.strides == expected.strides, show(expected),
         show(actual), idea);
}

}  // namespace

// relu

CHECK_CASE("relu", "a negative number becomes 0") {
  const char* idea = "Below 0 the result is 0, however small or large the number is.";
  for (float x : {-3.0F, -0.5F, -1e-6F, -3e38F, -infinity}) {
    expect_number("relu", kernel::relu, x, 0, idea);
  }
}

CHECK_CASE("relu", "what is not negative comes back as it was") {
  const char* idea = "From 0 on nothing changes.";
  for (float x : {0.0F, 3.0F, 0.25F, 1e-6F, 1e-40F, 3e38F, infinity}) {
    expect_number("relu", kernel::relu, x, static_cast<double>(x), idea, 0);
  }
}

CHECK_CASE("relu", "relu of NaN is NaN") {
  expect_number("relu", kernel::relu, not_a_number, static_cast<double>(not_a_number),
                "Every comparison with NaN is false: which of your two answers is given then?");
}

CHECK_CASE("relu", "relu goes through every element of every layout") {
  expect_everywhere(
      "relu", tt::relu, [](double x) { return std::max(x, 0.0); },
      "The given code calls your relu for each element.");
}

// sigmoid

CHECK_CASE("sigmoid", "the value is 1 / (1 + e to the power of -x)") {
  const char* idea = "Both formulas of the text give this, each on its own side of 0.";
  for (float x : {0.0F, 0.5F, -0.5F, 2.0F, -2.0F, 6.0F, -6.0F}) {
    expect_number("sigmoid", kernel::sigmoid, x, exact_sigmoid(static_cast<double>(x)), idea);
  }
}

CHECK_CASE("sigmoid", "the values at x and -x sum to 1") {
  const char* idea =
      "On the left the share is small: use e to the power of x there, and no difference from 1.";
  for (float x : {0.0F, 0.1F, 1.0F, 3.5F, 8.0F, 30.0F}) {
    expect_number("sigmoid", kernel::sigmoid, -x, exact_sigmoid(-static_cast<double>(x)), idea);
    const float other = 1 - kernel::sigmoid(-x);
    expect_number("sigmoid", kernel::sigmoid, x, static_cast<double>(other), idea, 0, 2e-7);
  }
}

CHECK_CASE("sigmoid", "far to the right the value is 1, not NaN") {
  const char* idea =
      "From 89 on, e to the power of x is infinity, and infinity by infinity is NaN. Which formula "
      "needs no positive power?";
  for (float x : {20.0F, 88.0F, 89.0F, 100.0F, 1000.0F, 3e38F, infinity}) {
    expect_number("sigmoid", kernel::sigmoid, x, 1, idea, 0, 1e-6);
  }
}

CHECK_CASE("sigmoid", "far to the left the value is small, not 0") {
  const char* idea =
      "A float can hold this number. 1 divided by infinity is 0, and 1 less a number near 1 has no "
      "digits left: on this side use e to the power of x.";
  for (float x : {-20.0F, -50.0F, -80.0F}) {
    expect_number("sigmoid", kernel::sigmoid, x, exact_sigmoid(static_cast<double>(x)), idea);
  }
  // Floats as small as these have only a few digits.
  expect_number("sigmoid", kernel::sigmoid, -90, exact_sigmoid(-90), idea, 1e-4);
  expect_number("sigmoid", kernel::sigmoid, -100, exact_sigmoid(-100), idea, 0.05);
}

CHECK_CASE("sigmoid", "beyond every float the value is 0") {
  const char* idea = "e to the power of -1000 rounds to 0, and so does the sigmoid.";
  for (float x : {-200.0F, -1000.0F, -3e38F, -infinity}) {
    expect_number("sigmoid", kernel::sigmoid, x, 0, idea);
  }
}

CHECK_CASE("sigmoid", "sigmoid of NaN is NaN") {
  expect_number("sigmoid", kernel::sigmoid, not_a_number, static_cast<double>(not_a_number),
                "Whatever is computed with NaN is NaN. Did a comparison lose it?");
}

CHECK_CASE("sigmoid", "sigmoid goes through every element of every layout") {
  expect_everywhere("sigmoid", tt::sigmoid, exact_sigmoid,
                    "The given code calls your sigmoid for each element.");
}

// gelu

CHECK_CASE("gelu", "x is multiplied by the share below it") {
  const char* idea = "The share is (1 + erf(x / root of 2)) / 2, and it multiplies x.";
  for (float x : {0.0F, 1.0F, -1.0F, 0.5F, -0.5F, 2.0F, -2.0F, 3.0F, -3.0F}) {
    expect_number("gelu", kernel::gelu, x, exact_gelu(static_cast<double>(x)), idea, 1e-5, 1e-6);
  }
}

CHECK_CASE("gelu", "it is the formula with erf, not the one with tanh") {
  const char* idea =
      "The two formulas differ most near 2.7 and -2.7. This step is the one with erf.";
  for (float x : {2.7F, -2.7F, 2.3F, -2.3F}) {
    expect_number("gelu", kernel::gelu, x, exact_gelu(static_cast<double>(x)), idea, 0, 2e-5);
  }
}

CHECK_CASE("gelu", "far out gelu is x itself, or 0") {
  const char* idea = "Far to the right everything lies below x: the share is 1. Far left it is 0.";
  for (float x : {10.0F, 20.0F, 100.0F, 3e38F, infinity}) {
    expect_number("gelu", kernel::gelu, x, static_cast<double>(x), idea);
    if (x < infinity) {
      expect_number("gelu", kernel::gelu, -x, 0, idea, 0, 1e-6);
    }
  }
}

CHECK_CASE("gelu", "gelu of NaN is NaN") {
  expect_number("gelu", kernel::gelu, not_a_number, static_cast<double>(not_a_number),
                "Whatever is computed with NaN is NaN. Did a comparison lose it?");
}

CHECK_CASE("gelu", "gelu goes through every element of every layout") {
  expect_everywhere(
      "gelu", [](const Tensor& x) { return gelu(x); }, exact_gelu,
      "The given code calls your gelu for each element.");
}

// gelu_tanh

CHECK_CASE("gelu_tanh", "the share is found with tanh") {
  const char* idea =
      "Inside the tanh: root_2_by_pi times the sum of x and 0.044715 times its third power.";
  for (float x : {0.0F, 1.0F, -1.0F, 0.5F, -0.5F, 2.0F, -2.0F, 3.0F, -3.0F}) {
    expect_number("gelu_tanh", kernel::gelu_tanh, x, exact_gelu_tanh(static_cast<double>(x)), idea,
                  1e-5, 1e-6);
  }
}

CHECK_CASE("gelu_tanh", "it is the formula with tanh, not the one with erf") {
  const char* idea =
      "A model that was trained with this formula must run with it: compute it as it stands, with "
      "0.044715.";
  for (float x : {2.7F, -2.7F, 2.3F, -2.3F, 1.5F, -1.5F}) {
    expect_number("gelu_tanh", kernel::gelu_tanh, x, exact_gelu_tanh(static_cast<double>(x)), idea,
                  0, 2e-6);
  }
}

CHECK_CASE("gelu_tanh", "far out gelu_tanh is x itself, or 0") {
  const char* idea = "There tanh is 1 or -1. Its argument may well be infinite.";
  for (float x : {10.0F, 20.0F, 100.0F, 1e20F, 3e38F, infinity}) {
    expect_number("gelu_tanh", kernel::gelu_tanh, x, static_cast<double>(x), idea);
    if (x < infinity) {
      expect_number("gelu_tanh", kernel::gelu_tanh, -x, 0, idea, 0, 1e-6);
    }
  }
}

CHECK_CASE("gelu_tanh", "gelu_tanh of NaN is NaN") {
  expect_number("gelu_tanh", kernel::gelu_tanh, not_a_number, static_cast<double>(not_a_number),
                "Whatever is computed with NaN is NaN. Did a comparison lose it?");
}

CHECK_CASE("gelu_tanh", "gelu with the approximation goes through every element") {
  expect_everywhere(
      "gelu by tanh", [](const Tensor& x) { return gelu(x, GeluApproximation::tanh); },
      exact_gelu_tanh, "The given code calls your gelu_tanh for each element.");
}

// softmax_row

CHECK_CASE("softmax_row", "each power of e is divided by the sum of all") {
  const char* idea = "e to the power of each number, divided by the sum of these powers.";
  for (const std::vector<double>& row : std::vector<std::vector<double>>{
           {1, 2, 3}, {0, 0}, {7}, {-1, 0.5, 2, 2}, {3, -2, 0}, {-3, -3.5}}) {
    const std::vector<float> memory(row.begin(), row.end());
    expect_row("softmax_row", kernel::softmax_row, memory, 1, 1, exact_softmax(row), idea);
  }
}

CHECK_CASE("softmax_row", "a number added to all changes nothing, also 10,000") {
  const char* idea =
      "Take the largest off first. Then e is never raised to a positive number, and the sum is at "
      "least 1.";
  const std::vector<double> shares = exact_softmax({0, 1, 2});
  for (float shift : {100.0F, -100.0F, 1e4F, -1e4F}) {
    expect_row("softmax_row", kernel::softmax_row, {shift, 1 + shift, 2 + shift}, 1, 1, shares,
               idea);
  }
  expect_row("softmax_row", kernel::softmax_row, {1e4F, -1e4F}, 1, 1, {1, 0}, idea);
  expect_row("softmax_row", kernel::softmax_row, {0, 200, 0}, 1, 1, {0, 1, 0}, idea);
}

CHECK_CASE("softmax_row", "minus infinity gets the share 0") {
  const char* idea = "e to the power of minus infinity is 0; the others share the rest.";
  expect_row("softmax_row", kernel::softmax_row, {-infinity, 0, 0}, 1, 1, {0, 0.5, 0.5}, idea);
  expect_row("softmax_row", kernel::softmax_row, {-5, -infinity}, 1, 1, {1, 0}, idea);
}

CHECK_CASE("softmax_row", "one NaN makes the whole row NaN") {
  const char* idea = "Every share is divided by the sum, and the sum has met the NaN.";
  const double nan = static_cast<double>(not_a_number);
  expect_row("softmax_row", kernel::softmax_row, {1, not_a_number, 2}, 1, 1, {nan, nan, nan}, idea);
  expect_row("softmax_row", kernel::softmax_row, {not_a_number, 1}, 1, 1, {nan, nan}, idea);
}

CHECK_CASE("softmax_row", "numbers and shares lie apart by their own steps") {
  const char* idea =
      "Number i is read at x.data[i * x.step], and its share belongs to out[i * out_step].";
  const std::vector<double> shares = exact_softmax({1, 2, 3});
  expect_row("softmax_row", kernel::softmax_row, {1, 9, 2, 9, 3}, 2, 1, shares, idea);
  expect_row("softmax_row", kernel::softmax_row, {1, 2, 3}, 1, 4, shares, idea);
  expect_row("softmax_row", kernel::softmax_row, {0, 9, 0, 9, 200}, 2, 1,
             exact_softmax({0, 0, 200}), idea);
  expect_row("softmax_row", kernel::softmax_row, {1, 9, 9, 2, 9, 9, 3}, 3, 2, shares, idea);
  expect_row("softmax_row", kernel::softmax_row, {5}, 0, 1, {0.5, 0.5}, idea);
}

CHECK_CASE("softmax_row", "the sum of a long row keeps its digits") {
  // Carried in a float, the sum would be wrong by 6 in a thousand.
  constexpr std::int64_t count = 200000;
  std::vector<float> x(static_cast<std::size_t>(count), -10);
  x[0] = 0;
  std::vector<float> out(x.size());
  current_call() = "softmax_row of 0 and 199,999 times -10";
  kernel::softmax_row(out.data(), 1, {x.data(), 1}, count);
  const double first = 1 / (1 + static_cast<double>(count - 1) * std::exp(-10.0));
  expect(is_close(out[0], first, 1e-5, 0), show(static_cast<float>(first)), show(out[0]),
         "A float has 24 binary digits: carry the sum in double, as in the last but one lesson.");
}

// axis_last

CHECK_CASE("axis_last", "the axis goes behind the others, with its stride") {
  const char* idea = "Take the axis out of the shape and out of each list, and put it at the end.";
  expect_walk({{2, 3}, {{3, 1}}}, 0, {{3, 2}, {{1, 3}}}, idea);
  expect_walk({{2, 3}, {{1, 2}}}, 0, {{3, 2}, {{2, 1}}}, idea);
}

CHECK_CASE("axis_last", "every tensor's strides move along") {
  const char* idea = "Each list of strides has one entry an axis, so each one changes.";
  expect_walk({{2, 3}, {{3, 1}, {1, 2}}}, 0, {{3, 2}, {{1, 3}, {2, 1}}}, idea);
  expect_walk({{4, 5}, {{5, 1}, {0, 1}, {7, 0}}}, 0, {{5, 4}, {{1, 5}, {1, 0}, {0, 7}}}, idea);
}

CHECK_CASE("axis_last", "the other axes keep their order") {
  const char* idea = "The axes behind it move up by one. It does not change places with the last.";
  expect_walk({{2, 3, 4}, {{12, 4, 1}}}, 0, {{3, 4, 2}, {{4, 1, 12}}}, idea);
  expect_walk({{2, 3, 4, 5}, {{60, 20, 5, 1}}}, 1, {{2, 4, 5, 3}, {{60, 5, 1, 20}}}, idea);
  expect_walk({{2, 3, 4, 5}, {{60, 20, 5, 1}}}, 2, {{2, 3, 5, 4}, {{60, 20, 1, 5}}}, idea);
}

CHECK_CASE("axis_last", "the last axis is there already") {
  const char* idea = "Then nothing changes: for (2, 3), axis 1 stays where it is.";
  expect_walk({{2, 3}, {{3, 1}, {3, 1}}}, 1, {{2, 3}, {{3, 1}, {3, 1}}}, idea);
  expect_walk({{5}, {{2}}}, 0, {{5}, {{2}}}, idea);
}

CHECK_CASE("axis_last", "the rows of softmax lie along any axis of any strides") {
  expect_along("softmax", tt::softmax, exact_softmax,
               "Each row along the axis sums to 1; the other indices have rows of their own.");
}

// log_softmax_row

CHECK_CASE("log_softmax_row", "it is the logarithm of the softmax") {
  const char* idea = "Take the largest off, then the logarithm of the sum of the powers.";
  for (const std::vector<double>& row : std::vector<std::vector<double>>{
           {1, 2, 3}, {0, 0}, {-1, 0.5, 2, 2}, {3, -2, 0}, {-3, -3.5}}) {
    const std::vector<float> memory(row.begin(), row.end());
    expect_row("log_softmax_row", kernel::log_softmax_row, memory, 1, 1, exact_log_softmax(row),
               idea, 1e-5, 1e-6);
  }
  expect_row("log_softmax_row", kernel::log_softmax_row, {7}, 1, 1, {0}, idea, 0, 1e-6);
}

CHECK_CASE("log_softmax_row", "a tiny share has a logarithm") {
  const char* idea =
      "This share rounds to 0, and the logarithm of 0 is minus infinity. Compute the logarithm "
      "without the share.";
  expect_row("log_softmax_row", kernel::log_softmax_row, {-200, 0}, 1, 1, {-200, 0}, idea);
  expect_row("log_softmax_row", kernel::log_softmax_row, {1e4F, -1e4F}, 1, 1, {0, -20000}, idea);
  expect_row("log_softmax_row", kernel::log_softmax_row, {-1e4F, 0, 1e4F}, 1, 1,
             {-20000, -10000, 0}, idea);
}

CHECK_CASE("log_softmax_row", "a number added to all changes no digit, also 10,000") {
  const char* idea =
      "Near 10,000 floats are 0.001 apart, so the sum of the largest and a logarithm is rounded to "
      "that. Take the largest off first, and then the logarithm.";
  const std::vector<double> logs = exact_log_softmax({0, 1, 2});
  for (float shift : {100.0F, -100.0F, 1e4F, -1e4F}) {
    expect_row("log_softmax_row", kernel::log_softmax_row, {shift, 1 + shift, 2 + shift}, 1, 1,
               logs, idea);
  }
}

CHECK_CASE("log_softmax_row", "minus infinity stays, and NaN spreads") {
  const char* idea = "The logarithm of the share 0 is minus infinity; the sum has met the NaN.";
  const double nan = static_cast<double>(not_a_number);
  const double half = std::log(0.5);
  expect_row("log_softmax_row", kernel::log_softmax_row, {-infinity, 0, 0}, 1, 1,
             {static_cast<double>(-infinity), half, half}, idea);
  expect_row("log_softmax_row", kernel::log_softmax_row, {1, not_a_number}, 1, 1, {nan, nan}, idea);
}

CHECK_CASE("log_softmax_row", "numbers and logarithms lie apart by their own steps") {
  const char* idea =
      "Number i is read at x.data[i * x.step], and its result belongs to out[i * out_step].";
  const std::vector<double> logs = exact_log_softmax({1, 2, 3});
  expect_row("log_softmax_row", kernel::log_softmax_row, {1, 9, 2, 9, 3}, 2, 1, logs, idea);
  expect_row("log_softmax_row", kernel::log_softmax_row, {1, 2, 3}, 1, 4, logs, idea);
  expect_row("log_softmax_row", kernel::log_softmax_row, {0, 9, 0, 9, 200}, 2, 1,
             exact_log_softmax({0, 0, 200}), idea);
  expect_row("log_softmax_row", kernel::log_softmax_row, {1, 9, 9, 2, 9, 9, 3}, 3, 2, logs, idea);
}

CHECK_CASE("log_softmax_row", "the logarithm of a long sum keeps its digits") {
  constexpr std::int64_t count = 200000;
  std::vector<float> x(static_cast<std::size_t>(count), -10);
  x[0] = 0;
  std::vector<float> out(x.size());
  current_call() = "log_softmax_row of 0 and 199,999 times -10";
  kernel::log_softmax_row(out.data(), 1, {x.data(), 1}, count);
  const double first = -std::log(1 + static_cast<double>(count - 1) * std::exp(-10.0));
  expect(is_close(out[0], first, 1e-5, 0), show(static_cast<float>(first)), show(out[0]),
         "A float has 24 binary digits: carry the sum in double.");
}

CHECK_CASE("log_softmax_row", "log_softmax is right along any axis of any strides") {
  expect_along("log_softmax", tt::log_softmax, exact_log_softmax,
               "It runs on the same rows as softmax; only what is done with a row differs.");
}

// What the student measures.

namespace {

double bytes_moved() {
  return static_cast<double>(counters().bytes_read + counters().bytes_written);
}

Tensor scores() {
  Draw draw;
  return random_tensor(draw, {256, 1000}, Layout::contiguous, -5, 5);
}

}  // namespace

MEASURE("relu-intensity") {
  const Tensor x = scores();
  reset_counters();
  static_cast<void>(relu(x));
  return static_cast<double>(counters().flops) / bytes_moved();
}

MEASURE("bytes-of-parts") {
  const Tensor x = scores();
  reset_counters();
  const Tensor powers = exp(sub(x, amax(x, {1}, true)));
  static_cast<void>(div(powers, sum(powers, {1}, true)));
  return bytes_moved();
}

MEASURE("bytes-of-softmax") {
  const Tensor x = scores();
  reset_counters();
  static_cast<void>(softmax(x, 1));
  return bytes_moved();
}

MEASURE("overflow") {
  int score = 0;
  bool broken = false;
  while (!broken && score < 1000) {
    ++score;
    const Tensor x = full({2}, static_cast<float>(score));
    const Tensor powers = exp(x);
    broken = std::isnan(div(powers, sum(powers)).at({0})) && softmax(x, 0).at({0}) == 0.5F;
  }
  return score;
}

MEASURE("gelu-difference") {
  double most = 0;
  for (int i = -5000; i <= 5000; ++i) {
    const float x = static_cast<float>(i) / 1000;
    const double first = static_cast<double>(kernel::gelu(x));
    most = std::max(most, std::fabs(first - static_cast<double>(kernel::gelu_tanh(x))));
  }
  return std::round(most * 1e6);
}
