#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/autograd/derivatives.h"
#include "engine/counters.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/reduce.h"
#include "wasm/runner/check_gradient.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using namespace tt::autograd;
using tt::check::show;

using Dims = std::vector<std::int64_t>;

Tensor tensor(const Shape& shape, const std::vector<float>& values) {
  return laid_out(shape, values, Layout::contiguous);
}

Layout any_layout(Draw& draw) {
  return all_layouts[draw.between(0, 3)];
}

/// A random gradient of an output, in any layout: never all ones.
Tensor random_dout(Draw& draw, const Shape& shape) {
  return random_tensor(draw, shape, any_layout(draw));
}

/// What an operation gave, in any layout.
Tensor in_layout(const Exact& x, Layout layout) {
  return laid_out(x.shape, std::vector<float>(x.values.begin(), x.values.end()), layout);
}

/// A shape that broadcasts to this one.
Shape shrunk(Draw& draw, const Shape& shape) {
  Shape result(shape.begin() + draw.between(0, static_cast<std::int64_t>(shape.size())),
               shape.end());
  for (std::int64_t& extent : result) {
    extent = draw.between(0, 2) == 0 ? 1 : extent;
  }
  return result;
}

/// Calls one of the student's derivatives and compares.
template <class Wanted>
void expect_derivative(const Differentiated& what, Derivative derivative, const Recorded& op,
                       const Wanted& wanted, const char* idea) {
  about(what);
  const Unchanged dout = {what.dout};
  expect_gradient(what, derivative(op, what.dout), wanted, idea);
  dout.check("dout must stay as it is: another input of the operation needs it too.");
}

/// The derivative that is registered for one input of an operation, with only those values that
/// its rule keeps.
Tensor by_rule(const char* name, Inputs inputs, const Tensor& output, const Attributes& attributes,
               std::size_t input, const Tensor& dout) {
  const Rule& rule = derivatives_of(name)[input];
  Tensor out = output;
  return rule.derivative(Recorded({name, inputs, out, attributes, ""}, rule.keep), dout);
}

void expect_unbroadcast(const Tensor& dout, const Shape& shape, const std::vector<double>& expected,
                        const char* idea) {
  expect_tensor(call("unbroadcast", unbroadcast, dout, shape), shape, expected, 1e-6, 1e-6, idea);
}

const Reference quotient = [](const std::vector<Exact>& x) {
  return zip([](double a, double b) { return a / b; }, x[0], x[1]);
};

/// Divides random tensors of these shapes and checks the gradient of b.
void expect_div(Draw& draw, const Shape& a_shape, const Shape& b_shape, const char* idea) {
  const Tensor a = random_tensor(draw, a_shape, any_layout(draw));
  const Tensor b = random_tensor(draw, b_shape, any_layout(draw), 0.5F, 2);
  const Exact out = quotient({exact(a), exact(b)});
  const Tensor dout = random_dout(draw, out.shape);
  expect_derivative({"div", {a, b}, 1, dout}, div_db, Recorded("div", {a, b}, rounded(out)),
                    quotient, idea);
}

const Reference tangent = [](const std::vector<Exact>& x) {
  return map([](double value) { return std::tanh(value); }, x[0]);
};

/// The sums over these axes, or the means, as a reference.
Reference reduction(const Dims& dims, bool mean, bool keepdim) {
  return [=](const std::vector<Exact>& x) {
    const auto rank = static_cast<std::int64_t>(x[0].shape.size());
    Shape kept = x[0].shape;
    Shape dropped;
    for (std::int64_t axis = 0; axis < rank; ++axis) {
      const bool reduced =
          dims.empty() || std::count(dims.begin(), dims.end(), axis) +
                                  std::count(dims.begin(), dims.end(), axis - rank) >
                              0;
      if (reduced) {
        kept[static_cast<std::size_t>(axis)] = 1;
      } else {
        dropped.push_back(kept[static_cast<std::size_t>(axis)]);
      }
    }
    Exact out = sum_back(x[0], kept);
    const double count =
        static_cast<double>(x[0].values.size()) / static_cast<double>(out.values.size());
    for (double& value : out.values) {
      value /= mean ? count : 1;
    }
    out.shape = keepdim ? kept : dropped;
    return out;
  };
}

/// Reduces a tensor and checks the gradient of what went in.
void expect_spread(const Tensor& x, const Dims& dims, bool mean, bool keepdim, const Tensor& dout,
                   const char* idea) {
  const char* name = mean ? "mean" : "sum";
  const Reference reference = reduction(dims, mean, keepdim);
  const Recorded op(name, {x}, rounded(reference({exact(x)})),
                    {{"dims", dims}, {"keepdim", keepdim}});
  const Differentiated what = {
      std::string(name) + " over axes " + show(dims) + (keepdim ? " with keepdim" : ""),
      {x},
      0,
      dout};
  about(what);
  const Unchanged before = {dout};
  expect_gradient(what, spread(op, dout, mean), reference, idea);
  before.check();
}

/// Takes a slice and checks the gradient of the whole, which is worked out without the student's
/// slice.
void expect_slice(const Shape& shape, std::int64_t dim, std::int64_t start, std::int64_t end,
                  std::int64_t step, const Tensor& dout, const std::vector<double>& expected,
                  const char* idea) {
  const Tensor x = counting(shape);
  const Recorded op("slice", {x}, dout,
                    {{"dim", dim}, {"start", start}, {"end", end}, {"step", step}});
  std::string called = "slice(" + show(dim) + ", " + show(start) + ", ";
  called += (end == slice_end ? "the end" : show(end)) + ", " + show(step) + ")";
  expect_derivative({called, {x}, 0, dout}, slice_dx, op, Exact{shape, expected}, idea);
}

const Reference matrices = [](const std::vector<Exact>& x) { return product(x[0], x[1]); };

/// Multiplies random matrices, or batches of them, and checks the gradient of both.
void expect_products(Draw& draw, const Shape& a_shape, const Shape& b_shape, const char* idea) {
  const Tensor a = random_tensor(draw, a_shape, any_layout(draw));
  const Tensor b = random_tensor(draw, b_shape, any_layout(draw));
  const Tensor dout = random_dout(draw, matrices({exact(a), exact(b)}).shape);
  for (std::size_t input : {0, 1}) {
    const Differentiated what = {"matmul", {a, b}, input, dout};
    about(what);
    const Tensor& other = input == 0 ? b : a;
    const Unchanged before = {dout, other};
    expect_gradient(what, matmul_dx(input, what.inputs[input].sizes(), other, dout), matrices,
                    idea);
    before.check();
  }
}

/// The softmax along one axis, as a reference.
Reference softmax_along(std::int64_t dim) {
  return [=](const std::vector<Exact>& x) {
    Shape kept = x[0].shape;
    kept[static_cast<std::size_t>(dim)] = 1;
    const Exact powers = map([](double value) { return std::exp(value); }, x[0]);
    return zip([](double a, double b) { return a / b; }, powers, sum_back(powers, kept));
  };
}

void expect_softmax(const Tensor& x, std::int64_t dim, Layout layout, const Tensor& dout,
                    const char* idea) {
  const Reference reference = softmax_along(dim);
  const Tensor y = in_layout(reference({exact(x)}), layout);
  expect_derivative({"softmax along axis " + show(dim), {x}, 0, dout}, softmax_dx,
                    Recorded("softmax", {x}, y, {{"dim", dim}}), reference, idea);
}

/// What lies behind the row that a step writes.
constexpr float behind = 77;

/// Differentiates one row's loss. The logits lie `step` places apart.
void expect_row(const std::vector<float>& logits, std::int64_t step, std::int64_t target,
                float dout, const std::vector<double>& expected, const char* idea) {
  const auto classes = static_cast<std::int64_t>(logits.size());
  std::vector<float> memory(static_cast<std::size_t>(step) * logits.size(), behind);
  for (std::size_t c = 0; c < logits.size(); ++c) {
    memory[c * static_cast<std::size_t>(step)] = logits[c];
  }
  current_call() = "cross_entropy_row_dx(dx, logits " + show(tensor({classes}, logits)) +
                   (step == 1 ? "" : ", " + show(step) + " places apart") + ", target " +
                   show(target) + ", dout " + show(dout) + ")";
  std::vector<float> dx(logits.size() + 1, behind);
  cross_entropy_row_dx(dx.data(), {memory.data(), step}, classes, target, dout);
  expect(dx.back() == behind, "nothing written behind the row", show(dx.back()), idea);
  dx.pop_back();
  expect_tensor(tensor({classes}, dx), {classes}, expected, 1e-5, 1e-6, idea);
}

/// What one row's logits get, in double.
std::vector<double> row_gradient(const std::vector<double>& logits, std::size_t target,
                                 double dout) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (double logit : logits) {
    sum += std::exp(logit - largest);
  }
  std::vector<double> result;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    result.push_back(dout * (std::exp(logits[c] - largest) / sum - (c == target ? 1 : 0)));
  }
  return result;
}

}  // namespace

// unbroadcast

CHECK_CASE("unbroadcast", "a gradient that has the shape already comes back itself, not a copy") {
  const Tensor dout = counting({2, 3}, Layout::transposed);
  const Tensor dx = call("unbroadcast", unbroadcast, dout, Shape{2, 3});
  const char* idea = "Where nothing was stretched there is nothing to add up: give dout back.";
  expect(dx.defined() && dx.is_alias_of(dout), "dout itself", "another " + show(dx), idea);
  expect_tensor(dx, {2, 3}, {0, 1, 2, 3, 4, 5}, 0, 0, idea);
}

CHECK_CASE("unbroadcast", "axes that broadcasting added in front are summed away") {
  const char* idea = "Every row read the same numbers, so each of them gets the sum of a column.";
  const Tensor dout = tensor({2, 3}, {1, 0, 2, 0, -1, 1});
  expect_unbroadcast(dout, {3}, {1, -1, 3}, idea);
  expect_unbroadcast(dout, {}, {3}, idea);
}

CHECK_CASE("unbroadcast", "an axis that was stretched from 1 is summed and keeps its extent of 1") {
  const char* idea = "The gradient of a (2, 1) input has shape (2, 1), not (2,).";
  expect_unbroadcast(tensor({2, 3}, {1, 0, 2, 0, -1, 1}), {2, 1}, {3, 0}, idea);
  expect_unbroadcast(tensor({2, 3}, {1, 0, 2, 0, -1, 1}), {1, 3}, {1, -1, 3}, idea);
  expect_unbroadcast(counting({2, 2, 2}), {2, 1, 1}, {6, 22}, idea);
}

CHECK_CASE("unbroadcast", "on a square, the axis that was stretched is the one that is summed") {
  const char* idea = "Which axis is summed is a matter of its place, not of its extent.";
  expect_unbroadcast(counting({2, 2}), {2}, {2, 4}, idea);
  expect_unbroadcast(counting({2, 2}), {1, 2}, {2, 4}, idea);
  expect_unbroadcast(counting({2, 2}), {2, 1}, {1, 5}, idea);
}

CHECK_CASE("unbroadcast", "any shape of rank 0 to 4 is summed back to, from any layout") {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 60, 4, 3)) {
    const Tensor dout = random_dout(draw, shape);
    const Exact expected = sum_back(exact(dout), shrunk(draw, shape));
    const Unchanged before = {dout};
    expect_unbroadcast(dout, expected.shape, expected.values,
                       "Sum over all axes that were stretched or added, and over no other.");
    before.check();
  }
}

CHECK_CASE("unbroadcast", "the sum of no elements is 0") {
  const char* idea = "An input that nobody read gets 0, in its own shape.";
  expect_unbroadcast(zeros({0, 3}), {3}, {0, 0, 0}, idea);
  expect_unbroadcast(zeros({2, 0}), {2, 1}, {0, 0}, idea);
}

CHECK_CASE("unbroadcast", "a shape that could not have been stretched is refused") {
  const char* idea = "Your sum_to refuses it, if you hand it the shape as it is.";
  expect_refused({}, idea, "unbroadcast", unbroadcast, counting({2, 3}), Shape{2});
  expect_refused({}, idea, "unbroadcast", unbroadcast, counting({2, 3}), Shape{6});
  expect_refused({}, idea, "unbroadcast", unbroadcast, counting({3}), Shape{1, 3});
}

// div

CHECK_CASE("div", "6 / 2 with dout 10 gives b a gradient of -15") {
  const Tensor a = tensor({}, {6});
  const Tensor b = tensor({}, {2});
  const Tensor dout = tensor({}, {10});
  expect_derivative({"div", {a, b}, 1, dout}, div_db, Recorded("div", {a, b}, tensor({}, {3})),
                    Exact{{}, {-15}},
                    "The derivative of a / b in b is -a / (b * b), and dout multiplies it.");
}

CHECK_CASE("div", "every element gets its own gradient") {
  Draw draw;
  for (int round = 0; round < 5; ++round) {
    expect_div(draw, {2, 3}, {2, 3},
               "dout, a and b meet element by element: dout * a / (b * b), with a minus.");
  }
}

CHECK_CASE("div", "a divisor that was broadcast gets the sum") {
  Draw draw;
  expect_div(draw, {2, 3}, {3}, "b was read in every row: sum back to its shape, op.shape(1).");
  expect_div(draw, {2, 3}, {2, 1}, "b was read in every column: sum back to op.shape(1).");
  expect_div(draw, {2, 2}, {2}, "The shape to sum back to is that of b, not that of a.");
  expect_div(draw, {3}, {2, 3}, "Here a was stretched and b was not: b's gradient is (2, 3).");
  for (const Shape& shape : random_shapes(draw, 30, 4, 3)) {
    expect_div(draw, shape, shrunk(draw, shape), "Sum back to the shape of b.");
    expect_div(draw, shrunk(draw, shape), shape, "Only b's own shape counts.");
  }
}

// tanh

CHECK_CASE("tanh", "the slope is 1 less the square of the output, times dout") {
  const Tensor x = tensor({2, 2}, {0, 0.5493061F, -1.4722194F, 20});
  const Tensor y = tensor({2, 2}, {0, 0.5F, -0.9F, 1});
  const Tensor dout = tensor({2, 2}, {3, 4, -10, 7});
  expect_derivative({"tanh", {x}, 0, dout}, tanh_dx, Recorded("tanh", {x}, y),
                    Exact{{2, 2}, {3, 3, -1.9, 0}}, "dout times 1 - y * y.");
}

CHECK_CASE("tanh", "only the output is read") {
  const Tensor x = tensor({3}, {0, 0.5493061F, -1.4722194F});
  Tensor y = tensor({3}, {0, 0.5F, -0.9F});
  const Tensor dout = tensor({3}, {3, 4, -10});
  const Recorded op({"tanh", {x}, y, {}, ""}, keep_output);
  about({"tanh", {x}, 0, dout});
  const char* idea = "Only the output was kept: use op.output(). tanh needs not be computed again.";
  try {
    expect_gradient({"tanh", {x}, 0, dout}, tanh_dx(op, dout), Exact{{3}, {3, 3, -1.9}}, idea);
  } catch (const std::invalid_argument& refused) {
    throw Failure{idea, "a gradient from op.output()", refused.what()};
  }
}

CHECK_CASE("tanh", "shapes and layouts do not matter") {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 20, 4, 3)) {
    const Tensor x = random_tensor(draw, shape, any_layout(draw));
    const Tensor y = rounded(tangent({exact(x)}));
    const Tensor dout = random_dout(draw, shape);
    expect_derivative({"tanh", {x}, 0, dout}, tanh_dx, Recorded("tanh", {x}, y), tangent,
                      "dout times 1 - y * y, element by element.");
  }
}

// spread

CHECK_CASE("spread", "every element of a row gets what the row's sum got") {
  const char* idea =
      "Give the reduced axis back to dout, with extent 1, then stretch it to the input's shape.";
  expect_spread(counting({2, 3}), {1}, false, false, tensor({2}, {10, 20}), idea);
  expect_spread(counting({2, 3}), {0}, false, false, tensor({3}, {10, 20, 30}), idea);
  expect_spread(counting({2, 2}), {1}, false, false, tensor({2}, {10, 20}), idea);
}

CHECK_CASE("spread", "with keepdim it is the same") {
  const char* idea = "dout has the axis already, with extent 1. The result is the same.";
  expect_spread(counting({2, 3}), {1}, false, true, tensor({2, 1}, {10, 20}), idea);
  expect_spread(counting({2, 2}), {0}, false, true, tensor({1, 2}, {10, 20}), idea);
}

CHECK_CASE("spread", "a mean hands out shares, by the number that went into each result") {
  const char* idea = "Each result is made of as many elements as the reduced axes have together.";
  expect_spread(counting({2, 3}), {1}, true, false, tensor({2}, {12, 24}), idea);
  expect_spread(counting({2, 3}), {0}, true, false, tensor({3}, {12, 24, 6}), idea);
  expect_spread(counting({2, 3, 4}), {0, 2}, true, true, tensor({1, 3, 1}, {8, 16, 24}), idea);
}

CHECK_CASE("spread", "no axes means all of them") {
  expect_spread(counting({2, 3}), {}, false, false, tensor({}, {7}),
                "An empty list of dims stands for every axis: reduced_axes knows it.");
  expect_spread(counting({2, 3}), {}, true, false, tensor({}, {12}),
                "The mean of everything divides by the number of all elements.");
}

CHECK_CASE("spread", "handing a sum back copies nothing") {
  const Tensor x = counting({2, 3});
  const Tensor dout = tensor({2}, {10, 20});
  const Recorded op("sum", {x}, dout, {{"dims", Dims{1}}, {"keepdim", false}});
  about({"sum over axes (1,)", {x}, 0, dout});
  const Memory memory;
  const Tensor dx = spread(op, dout, false);
  expect(dx.defined() && dx.is_alias_of(dout) && memory.blocks() == 0, "a view of dout",
         show(dx) + ", and " + std::to_string(memory.blocks()) + " new blocks of memory",
         "reshape and expand are views: the same number can be read in many places.");
}

CHECK_CASE("spread", "any axes, counted from the front or the back") {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 50, 4, 3)) {
    const auto rank = static_cast<std::int64_t>(shape.size());
    Dims dims;
    for (std::int64_t axis = 0; axis < rank; ++axis) {
      if (draw.between(0, 1) == 0) {
        dims.push_back(draw.between(0, 1) == 0 ? axis : axis - rank);
      }
    }
    const bool mean = draw.between(0, 1) == 0;
    const bool keepdim = draw.between(0, 1) == 0;
    const Tensor x = random_tensor(draw, shape, any_layout(draw));
    const Shape out = reduction(dims, mean, keepdim)({exact(x)}).shape;
    expect_spread(x, dims, mean, keepdim, random_dout(draw, out),
                  "The axes are those that reduced_axes finds in dims.");
  }
}

// slice

CHECK_CASE("slice", "dout where it was taken, and 0 where it was not") {
  expect_slice({5}, 0, 1, 4, 1, tensor({3}, {10, 20, 30}), {0, 10, 20, 30, 0},
               "Elements that nobody took have no part in the result: their gradient is 0.");
}

CHECK_CASE("slice", "with a step, the gaps stay 0") {
  expect_slice({6}, 0, 1, 6, 2, tensor({3}, {10, 20, 30}), {0, 10, 0, 20, 0, 30},
               "Take the slice of dx with the same four numbers, step included.");
}

CHECK_CASE("slice", "any axis, counted from the front or the back") {
  const char* idea = "The axis of the slice is the attribute dim.";
  expect_slice({2, 3}, 1, 1, 3, 1, tensor({2, 2}, {1, 2, 3, 4}), {0, 1, 2, 0, 3, 4}, idea);
  expect_slice({2, 3}, -2, 1, 2, 1, tensor({1, 3}, {1, 2, 3}), {0, 0, 0, 1, 2, 3}, idea);
  expect_slice({2, 2, 2}, -1, 0, 1, 1, tensor({2, 2, 1}, {1, 2, 3, 4}), {1, 0, 2, 0, 3, 0, 4, 0},
               idea);
}

CHECK_CASE("slice", "bounds from the back, and a slice to the end") {
  const char* idea = "Your slice understands these bounds: hand them on as they are.";
  expect_slice({5}, 0, -2, slice_end, 1, tensor({2}, {10, 20}), {0, 0, 0, 10, 20}, idea);
  expect_slice({5}, 0, -4, -1, 2, tensor({2}, {10, 20}), {0, 10, 0, 20, 0}, idea);
}

CHECK_CASE("slice", "an empty slice leaves zeros") {
  expect_slice({3}, 0, 2, 1, 1, zeros({0}), {0, 0, 0}, "Nothing was taken, so nothing comes back.");
}

CHECK_CASE("slice", "dout may lie in memory in any way") {
  const char* idea = "copy_ reads any layout.";
  expect_slice({3, 3}, 0, 0, 2, 1, counting({2, 3}, Layout::transposed),
               {0, 1, 2, 3, 4, 5, 0, 0, 0}, idea);
  expect_slice({2, 4}, 1, 1, 3, 1, counting({2, 2}, Layout::sliced), {0, 0, 1, 0, 0, 2, 3, 0},
               idea);
}

// matmul

CHECK_CASE("matmul", "the left operand gets dout times the right one, turned") {
  const Tensor a = tensor({1, 3}, {1, 2, 3});
  const Tensor b = tensor({3, 2}, {1, 0, 2, 1, 0, 4});
  const Tensor dout = tensor({1, 2}, {10, 1});
  about({"matmul", {a, b}, 0, dout});
  expect_gradient({"matmul", {a, b}, 0, dout}, matmul_dx(0, {1, 3}, b, dout),
                  Exact{{1, 3}, {10, 21, 4}},
                  "a[i][p] meets b[p][j] for every j: da is dout times b with its axes swapped.");
}

CHECK_CASE("matmul", "the right operand gets the left one, turned, times dout") {
  const Tensor a = tensor({1, 3}, {1, 2, 3});
  const Tensor b = tensor({3, 2}, {1, 0, 2, 1, 0, 4});
  const Tensor dout = tensor({1, 2}, {10, 1});
  about({"matmul", {a, b}, 1, dout});
  expect_gradient({"matmul", {a, b}, 1, dout}, matmul_dx(1, {3, 2}, a, dout),
                  Exact{{3, 2}, {10, 1, 20, 2, 30, 3}},
                  "b[p][j] meets a[i][p] for every i: db is a with its axes swapped, times dout.");
}

CHECK_CASE("matmul", "square matrices, where every order has a shape that fits") {
  Draw draw;
  for (int round = 0; round < 4; ++round) {
    expect_products(draw, {2, 2}, {2, 2},
                    "The operand stays on its own side of the product, turned.");
  }
}

CHECK_CASE("matmul", "each matrix of a batch gets its own gradient") {
  Draw draw;
  const char* idea = "Swap the last two axes, -2 and -1: the axes before them are the batch.";
  expect_products(draw, {2, 2, 3}, {2, 3, 4}, idea);
  expect_products(draw, {3, 2, 1, 2}, {3, 2, 2, 3}, idea);
}

CHECK_CASE("matmul", "a matrix that met a whole batch gets the sum over it") {
  Draw draw;
  const char* idea = "The batch was broadcast. Sum back to the shape that was handed in.";
  expect_products(draw, {3, 2, 4}, {4, 2}, idea);
  expect_products(draw, {2, 3}, {4, 3, 2}, idea);
  expect_products(draw, {2, 1, 2, 3}, {3, 3, 2}, idea);
  expect_products(draw, {1, 2, 3}, {4, 3, 2}, idea);
}

CHECK_CASE("matmul", "vectors, and layers of rows, through the rules of matmul") {
  Draw draw;
  const std::vector<std::pair<Shape, Shape>> shapes = {
      {{3}, {3}}, {{3}, {3, 2}}, {{2, 3}, {3}}, {{2, 4, 3}, {3, 2}}, {{2, 4, 3}, {3}}};
  for (const auto& [a_shape, b_shape] : shapes) {
    const Tensor a = random_tensor(draw, a_shape, any_layout(draw));
    const Tensor b = random_tensor(draw, b_shape, any_layout(draw));
    const Reference reference = [](const std::vector<Exact>& x) {
      Exact left = x[0];
      Exact right = x[1];
      const bool row = left.shape.size() == 1;
      const bool column = right.shape.size() == 1;
      left.shape.insert(left.shape.begin(), row ? 1 : 0, 1);
      right.shape.insert(right.shape.end(), column ? 1 : 0, 1);
      Exact out = product(left, right);
      if (column) {
        out.shape.pop_back();
      }
      if (row) {
        out.shape.erase(out.shape.end() - (column ? 1 : 2));
      }
      return out;
    };
    const Exact out = reference({exact(a), exact(b)});
    const Tensor dout = random_dout(draw, out.shape);
    for (std::size_t input : {0, 1}) {
      const Differentiated what = {"matmul", {a, b}, input, dout};
      about(what);
      expect_gradient(what, by_rule("matmul", {a, b}, rounded(out), {}, input, dout), reference,
                      "The worked code around matmul_dx makes rows and columns of the vectors.");
    }
  }
}

// softmax

CHECK_CASE("softmax", "y 0.25 0.75 with dout 8 0 gives 1.5 -1.5") {
  const Tensor x = tensor({2}, {0, 1.0986123F});
  const Tensor y = tensor({2}, {0.25F, 0.75F});
  const Tensor dout = tensor({2}, {8, 0});
  expect_derivative({"softmax along axis 0", {x}, 0, dout}, softmax_dx,
                    Recorded("softmax", {x}, y, {{"dim", std::int64_t{0}}}),
                    Exact{{2}, {1.5, -1.5}},
                    "The mean of dout, weighted by y, is 8 * 0.25 + 0 * 0.75 = 2.");
}

CHECK_CASE("softmax", "the same dout for a whole row changes nothing") {
  Draw draw;
  const Tensor x = random_tensor(draw, {2, 3});
  const Tensor dout = tensor({2, 3}, {5, 5, 5, -2, -2, -2});
  expect_softmax(x, 1, Layout::contiguous, dout,
                 "A row's shares always sum to 1: if all of them are worth the same, no logit "
                 "can gain anything.");
}

CHECK_CASE("softmax", "every share depends on every logit of its row") {
  Draw draw;
  for (int round = 0; round < 5; ++round) {
    expect_softmax(random_tensor(draw, {2, 3}), 1, Layout::contiguous, random_dout(draw, {2, 3}),
                   "softmax is no function of single numbers: each row's mean comes off dout "
                   "before y multiplies it.");
  }
}

CHECK_CASE("softmax", "the mean is taken along the axis of the softmax") {
  Draw draw;
  const char* idea = "The axis is the attribute dim. Keep it with extent 1, so that it broadcasts.";
  expect_softmax(random_tensor(draw, {2, 3}), 0, Layout::contiguous, random_dout(draw, {2, 3}),
                 idea);
  expect_softmax(random_tensor(draw, {3, 3}), 0, Layout::transposed, random_dout(draw, {3, 3}),
                 idea);
  expect_softmax(random_tensor(draw, {2, 3, 4}), 1, Layout::sliced, random_dout(draw, {2, 3, 4}),
                 idea);
  expect_softmax(random_tensor(draw, {4, 1, 2}), 2, Layout::contiguous,
                 random_dout(draw, {4, 1, 2}), idea);
}

CHECK_CASE("softmax", "only the output of a softmax is read") {
  const Tensor x = tensor({1, 2}, {0, 1.0986123F});
  Tensor y = tensor({1, 2}, {0.25F, 0.75F});
  const Tensor dout = tensor({1, 2}, {8, 0});
  const Attributes attributes = {{"dim", std::int64_t{1}}};
  const Recorded op({"softmax", {x}, y, attributes, ""}, keep_output);
  const Differentiated what = {"softmax along axis 1", {x}, 0, dout};
  about(what);
  const char* idea = "The output is all that was kept, and all that is needed: op.output().";
  try {
    expect_gradient(what, softmax_dx(op, dout), Exact{{1, 2}, {1.5, -1.5}}, idea);
  } catch (const std::invalid_argument& refused) {
    throw Failure{idea, "a gradient from op.output()", refused.what()};
  }
}

// cross_entropy

CHECK_CASE("cross_entropy", "four equal logits, target 2, dout 4 give 1 1 -3 1") {
  expect_row({0, 0, 0, 0}, 1, 2, 4, {1, 1, -3, 1},
             "softmax gives a quarter to each class; the target's own gets 1 less; dout multiplies "
             "all.");
}

CHECK_CASE("cross_entropy", "the softmax, less 1 at the target, times dout") {
  Draw draw;
  for (int round = 0; round < 20; ++round) {
    const Tensor row = random_tensor(draw, {draw.between(1, 5)}, Layout::contiguous);
    const std::vector<float> logits = values_of(row);
    const auto target = static_cast<std::size_t>(draw.between(0, row.numel() - 1));
    const auto dout = static_cast<float>(draw.between(-8, 8)) / 4;
    expect_row(logits, 1, static_cast<std::int64_t>(target), dout,
               row_gradient(exact(row).values, target, static_cast<double>(dout)),
               "dx[c] = (softmax(logits)[c] - (c is the target)) * dout, for every class.");
  }
}

CHECK_CASE("cross_entropy", "logits of 1e4 give a finite gradient") {
  const char* idea =
      "Your softmax_row takes the largest logit off first: e is never raised to "
      "10000.";
  expect_row({1e4F, 0, -1e4F}, 1, 1, 2, {2, -2, 0}, idea);
  expect_row({1e4F, 1e4F}, 1, 0, 1, {-0.5, 0.5}, idea);
}

CHECK_CASE("cross_entropy", "logits may lie apart, and dx lies side by side") {
  const char* idea = "Logit c lies at logits.data[c * logits.step]; dx[c] at dx + c.";
  expect_row({0, 1.0986123F}, 3, 0, 2, {-1.5, 1.5}, idea);
  expect_row({0, 0, 0, 0}, 2, 3, 4, {1, 1, 1, -3}, idea);
}

CHECK_CASE("cross_entropy",
           "in a mean over a batch each row has its share, and an ignored one none") {
  Draw draw;
  const Tensor logits = random_tensor(draw, {4, 3}, Layout::transposed);
  const std::vector<double> x = exact(logits).values;
  const std::int64_t ignored = -100;
  const std::vector<float> classes = {2, 0, -100, 2};
  const Tensor target = tensor({4}, classes);
  const Tensor dout = tensor({}, {6});
  const Attributes attributes = {{"reduction", std::int64_t{1}}, {"ignore_index", ignored}};
  Exact expected = {{4, 3}, {}};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::vector<double> row(x.begin() + static_cast<std::ptrdiff_t>(3 * i),
                                  x.begin() + static_cast<std::ptrdiff_t>(3 * i + 3));
    // Three rows count, so each has a third of 6.
    const std::vector<double> found =
        classes[i] < 0 ? std::vector<double>(3)
                       : row_gradient(row, static_cast<std::size_t>(classes[i]), 2);
    expected.values.insert(expected.values.end(), found.begin(), found.end());
  }
  const Differentiated what = {"cross_entropy", {logits, target}, 0, dout};
  about(what);
  expect_gradient(
      what, by_rule("cross_entropy", {logits, target}, tensor({}, {1}), attributes, 0, dout),
      expected, "The worked code hands each row its share of dout: multiply by that, once.");
}

// What the prediction cards measure.

namespace {

// The product of the first lesson on matrices: 64 pictures of 784 numbers, 128 columns of weights.
constexpr std::int64_t pictures = 64;
constexpr std::int64_t pixels = 784;
constexpr std::int64_t columns = 128;

double flops_of(const std::function<void()>& work) {
  reset_counters();
  work();
  return static_cast<double>(counters().flops);
}

// Keeps of every operation what its rules name, and lets everything else go.
class Keeper : public Listener {
 public:
  Keeper() { add_listener(*this); }
  ~Keeper() override { remove_listener(*this); }

  void operation(const Operation& operation) override {
    unsigned keep = keep_nothing;
    for (const Rule& rule : derivatives_of(operation.name)) {
      keep |= rule.keep;
    }
    kept_.emplace_back(operation, keep);
  }

 private:
  std::vector<Recorded> kept_;
};

}  // namespace

MEASURE("table-bytes") {
  // Each row of the table is what one result alone hands back.
  const Tensor a = ones({16, 32});
  std::int64_t numbers = 0;
  for (std::int64_t i = 0; i < 16 * 8; ++i) {
    Tensor dout = zeros({16, 8});
    dout.at({i / 8, i % 8}) = 1;
    numbers += matmul_dx(1, {32, 8}, a, dout).numel();
  }
  return static_cast<double>(4 * numbers);
}

MEASURE("nudge-ratio") {
  const Tensor a = ones({16, 32});
  const Tensor b = ones({32, 8});
  const Tensor dout = ones({16, 8});
  const double once = flops_of([&] { static_cast<void>(matmul(a, b)); });
  const double back = flops_of([&] { static_cast<void>(matmul_dx(1, {32, 8}, a, dout)); });
  return static_cast<double>(b.numel() + 1) * once / back;
}

MEASURE("matmul-ratio") {
  const Tensor x = ones({pictures, pixels});
  const Tensor w = ones({pixels, columns});
  Tensor y;
  const double forward = flops_of([&] { y = matmul(x, w); });
  const double backward = flops_of([&] {
    static_cast<void>(by_rule("matmul", {x, w}, y, {}, 0, y));
    static_cast<void>(by_rule("matmul", {x, w}, y, {}, 1, y));
  });
  return backward / forward;
}

MEASURE("kept-bytes") {
  const Tensor x = ones({256, 256});
  const Tensor w = ones({256, 256});
  const Tensor b = ones({256, 256});
  const Memory memory;
  const Keeper keeper;
  static_cast<void>(tanh(add(mul(x, w), b)));
  return static_cast<double>(memory.live());
}
