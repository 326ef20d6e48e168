#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/shape.h"
#include "engine/tensor.h"
#include "wasm/runner/check.h"
#include "wasm/runner/check_tensor.h"

/// What hidden tests about gradients add to check_tensor.h. A test writes down what an operation
/// computes, in `double` and without the engine. From that comes the gradient that must come out,
/// by finite differences: every element of an input is moved a little up and down.
///
///   const Reference multiply = [](const std::vector<Exact>& x) {
///     return zip([](double a, double b) { return a * b; }, x[0], x[1]);
///   };
///   expect_gradient({"mul", {a, b}, 0, dout}, mul_da(op, dout), multiply, "Read b, not a.");
namespace tt::check {

/// Numbers of any shape, row after row: a tensor in `double`, without strides.
struct Exact {
  Shape shape;
  std::vector<double> values;
};

inline Exact exact(const Tensor& x) {
  const std::vector<float> values = values_of(x);
  return {x.sizes(), std::vector<double>(values.begin(), values.end())};
}

/// The same numbers as a contiguous tensor.
inline Tensor rounded(const Exact& x) {
  return laid_out(x.shape, std::vector<float>(x.values.begin(), x.values.end()),
                  Layout::contiguous);
}

/// What an operation gives for these inputs.
using Reference = std::function<Exact(const std::vector<Exact>& inputs)>;

// What references are made of.

template <class Function>
Exact map(Function function, Exact x) {
  std::transform(x.values.begin(), x.values.end(), x.values.begin(), function);
  return x;
}

/// The shape that two shapes broadcast to.
inline Shape stretched(Shape a, Shape b) {
  if (a.size() < b.size()) {
    std::swap(a, b);
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    std::int64_t& extent = a[a.size() - b.size() + i];
    extent = extent == 1 ? b[i] : extent;
  }
  return a;
}

/// The place of the element that is read at `index` of a larger shape.
inline std::size_t place_in(const Shape& shape, const Index& index) {
  const Strides strides = row_major(shape);
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    sum += shape[axis] == 1 ? 0 : index[index.size() - shape.size() + axis] * strides[axis];
  }
  return static_cast<std::size_t>(sum);
}

/// `function` of both, element by element, broadcast.
template <class Function>
Exact zip(Function function, const Exact& a, const Exact& b) {
  Exact out = {stretched(a.shape, b.shape), {}};
  for_each_index(out.shape, [&](const Index& index) {
    out.values.push_back(
        function(a.values[place_in(a.shape, index)], b.values[place_in(b.shape, index)]));
  });
  return out;
}

/// The sums of those elements that `shape`, stretched to that of `x`, would read from one place.
inline Exact sum_back(const Exact& x, const Shape& shape) {
  Exact out = {shape, std::vector<double>(static_cast<std::size_t>(count_of(shape)))};
  std::size_t next = 0;
  for_each_index(
      x.shape, [&](const Index& index) { out.values[place_in(shape, index)] += x.values[next++]; });
  return out;
}

/// The product of two matrices, or of two batches of matrices, which are broadcast.
inline Exact product(const Exact& a, const Exact& b) {
  const Shape batch =
      stretched({a.shape.begin(), a.shape.end() - 2}, {b.shape.begin(), b.shape.end() - 2});
  Exact out = {batch, {}};
  out.shape.push_back(a.shape.end()[-2]);
  out.shape.push_back(b.shape.back());
  for_each_index(out.shape, [&](const Index& index) {
    Index at_a = index;
    Index at_b = index;
    double sum = 0;
    for (std::int64_t p = 0; p < a.shape.back(); ++p) {
      at_a.back() = p;
      at_b.end()[-2] = p;
      sum += a.values[place_in(a.shape, at_a)] * b.values[place_in(b.shape, at_b)];
    }
    out.values.push_back(sum);
  });
  return out;
}

/// The gradient of one input, by finite differences in `double`: by how much the sum of `dout`
/// times the output changes with each element of the input. Wrong at a kink.
inline Exact finite_difference(const Reference& reference, const std::vector<Tensor>& inputs,
                               std::size_t input, const Tensor& dout) {
  std::vector<Exact> x;
  for (const Tensor& each : inputs) {
    x.push_back(exact(each));
  }
  const Exact weights = exact(dout);
  const auto weighted = [&] {
    const Exact out = reference(x);
    double sum = 0;
    for (std::size_t i = 0; i < weights.values.size(); ++i) {
      sum += weights.values[i] * out.values[i];
    }
    return sum;
  };
  Exact gradient = x[input];
  for (std::size_t i = 0; i < gradient.values.size(); ++i) {
    double& element = x[input].values[i];
    const double before = element;
    const double step = 1e-5 * std::max(1.0, std::fabs(before));
    element = before + step;
    const double above = weighted();
    element = before - step;
    const double slope = (above - weighted()) / (2 * step);
    gradient.values[i] = std::fabs(slope) < 1e-8 ? 0 : slope;  // what is left is rounding
    element = before;
  }
  return gradient;
}

/// What a gradient belongs to: the operation, its inputs, which of them, and the gradient of its
/// output.
struct Differentiated {
  std::string op;
  std::vector<Tensor> inputs;
  std::size_t input;
  Tensor dout;
};

namespace detail {

constexpr double gradient_rtol = 1e-4;
constexpr double gradient_atol = 1e-5;

inline bool all_close(const std::vector<double>& actual, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (!is_close(static_cast<float>(actual[i]), expected[i], gradient_rtol, gradient_atol)) {
      return false;
    }
  }
  return actual.size() == expected.size();
}

// The number that every expected element must be multiplied by to give the actual one, or 1.
inline double factor_between(const std::vector<double>& actual,
                             const std::vector<double>& expected) {
  std::size_t largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::fabs(expected[i]) > std::fabs(expected[largest]) ? i : largest;
  }
  const double factor = actual[largest] / expected[largest];
  std::vector<double> scaled = expected;
  for (double& each : scaled) {
    each *= factor;
  }
  return std::isfinite(factor) && all_close(actual, scaled) ? factor : 1;
}

inline bool is_about(double a, double b) {
  return std::fabs(a - b) <= 1e-3 * std::fabs(b);
}

// What a constant factor may come from.
inline std::string clue_of_factor(const Differentiated& what, double factor) {
  const std::int64_t elements = what.inputs[what.input].numel();
  const double count = static_cast<double>(what.inputs[what.input].numel()) /
                       static_cast<double>(std::max<std::int64_t>(what.dout.numel(), 1));
  if (is_about(factor, -1)) {
    return " Every element has the wrong sign.";
  }
  if (count > 1 && is_about(factor, count)) {
    return " Every element is " + show(count) +
           " times too large: that is how many elements went "
           "into each result, so each of them must get its share only.";
  }
  if (count > 1 && is_about(factor, 1 / count)) {
    return " Every element is divided by " + show(count) +
           ", the number of elements that went into each result. A sum is not a mean.";
  }
  if (is_about(factor, 0.5)) {
    return " Every element is half of what it must be: a value that is used twice must add both "
           "contributions.";
  }
  if (is_about(factor, 2)) {
    return " Every element is twice what it must be: did one contribution arrive two times?";
  }
  const double whole = std::fabs(factor) > 1 ? factor : 1 / factor;
  if (elements > 1 && is_about(whole, std::round(whole))) {
    return " Every element is " + show(static_cast<float>(factor)) + " times what it must be.";
  }
  return "";
}

// The likely cause of a wrong gradient of the right shape, if the numbers tell.
inline std::string clue_of_values(const Differentiated& what, const Exact& actual,
                                  const Exact& expected) {
  const Exact dout = exact(what.dout);
  if (all_close(actual.values, std::vector<double>(actual.values.size()))) {
    return " It is 0 everywhere: nothing comes back to this input.";
  }
  for (std::size_t i = 0; i < actual.values.size(); ++i) {
    if (std::isnan(actual.values[i]) && !std::isnan(expected.values[i])) {
      return " There is NaN in it: in these tests new memory is full of NaN until it is set.";
    }
  }
  const double factor = factor_between(actual.values, expected.values);
  if (factor != 1) {
    return clue_of_factor(what, factor);
  }
  if (dout.shape == actual.shape) {
    if (all_close(actual.values, dout.values)) {
      return " This is dout itself: it must still be multiplied by the derivative.";
    }
    std::vector<double> completed = actual.values;
    for (std::size_t i = 0; i < completed.size(); ++i) {
      completed[i] *= dout.values[i];
    }
    if (all_close(completed, expected.values)) {
      return " This is the derivative alone: it must still be multiplied by dout.";
    }
  }
  if (actual.shape.size() == 2 && actual.shape[0] == actual.shape[1]) {
    Exact turned = actual;
    for_each_index(actual.shape, [&](const Index& index) {
      turned.values[place_in(actual.shape, {index[1], index[0]})] =
          actual.values[place_in(actual.shape, index)];
    });
    if (all_close(turned.values, expected.values)) {
      return " Rows and columns are swapped.";
    }
  }
  return "";
}

// What is wrong with a gradient of the wrong shape.
inline std::string clue_of_shape(const Differentiated& what, const Tensor& actual) {
  const Shape& wanted = what.inputs[what.input].sizes();
  if (!actual.defined()) {
    return " Nothing came back to this input.";
  }
  if (actual.sizes() == Shape(wanted.rbegin(), wanted.rend())) {
    return " The axes are in the wrong order.";
  }
  if (actual.sizes() == stretched(actual.sizes(), wanted)) {
    return " The input was broadcast, so its gradient must be summed back to its shape.";
  }
  return " A gradient has the shape of what it belongs to.";
}

}  // namespace detail

/// Remembers for the message what is going to be differentiated. `expect_gradient` does it too, but
/// only when there is a gradient to look at.
inline void about(const Differentiated& what) {
  constexpr std::int64_t few = 12;  // so many numbers of an input help to see a mistake
  std::string inputs;
  for (const Tensor& each : what.inputs) {
    inputs += inputs.empty() ? "" : " and ";
    inputs += each.numel() > few ? "a tensor of shape " + show(each.sizes()) : "a " + show(each);
  }
  current_call() = "the gradient of input " + std::to_string(what.input) + " of " + what.op +
                   ", with inputs " + inputs + ", from dout, a " + show(what.dout);
}

/// Fails the test unless `actual` is the gradient `expected`. The message says what was
/// differentiated, which element is the first wrong one, by how much the output changes when that
/// element moves, and, where the numbers tell, what is likely to be wrong.
inline void expect_gradient(const Differentiated& what, const Tensor& actual, const Exact& expected,
                            const char* idea) {
  about(what);
  std::string clue;
  if (!actual.defined() || actual.sizes() != expected.shape) {
    clue = detail::clue_of_shape(what, actual);
  } else {
    const Exact found = exact(actual);
    std::size_t next = 0;
    bool named = false;
    for_each_index(found.shape, [&](const Index& index) {
      if (!named && !is_close(static_cast<float>(found.values[next]), expected.values[next],
                              detail::gradient_rtol, detail::gradient_atol)) {
        named = true;
        const auto change = static_cast<float>(expected.values[next] / 1000);
        clue = (index.empty() ? std::string(" If it") : " If element " + show(index)) +
               " grows by 0.001, then sum(dout * output) changes by " + show(change) + ".";
      }
      ++next;
    });
    if (named) {
      clue = detail::clue_of_values(what, found, expected) + clue;
    }
  }
  expect_tensor(actual, expected.shape, expected.values, detail::gradient_rtol,
                detail::gradient_atol, (idea + clue).c_str());
}

/// The same, with what finite differences of `reference` give.
inline void expect_gradient(const Differentiated& what, const Tensor& actual,
                            const Reference& reference, const char* idea) {
  expect_gradient(what, actual, finite_difference(reference, what.inputs, what.input, what.dout),
                  idea);
}

}  // namespace tt::check
