#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/autograd/derivatives.h"
#include "engine/nn/layers.h"
#include "engine/nn/losses.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "tests/engine/check.h"
#include "wasm/runner/check_gradient.h"

// Every derivative against finite differences in double, and what hidden tests say about a wrong
// gradient.

using namespace tt;
using namespace tt::autograd;
using check::Exact;
using check::Layout;
using check::Reference;

namespace {

using Tensors = std::vector<Tensor>;
using Forward = std::function<Tensor(const Tensors&)>;

Generator random_numbers(11);

// Random numbers, no two alike, but for an expanded axis.
Tensor random_tensor(const Shape& shape, Layout layout, float low, float high) {
  std::vector<float> values(static_cast<std::size_t>(numel(shape)));
  for (float& value : values) {
    value = random_numbers.uniform(low, high);
  }
  return check::laid_out(shape, values, layout);
}

// Does one operation and gives the gradients of its inputs. Each derivative sees only what its own
// rule keeps.
class Differentiated : private Listener {
 public:
  Differentiated(const Forward& forward, const Tensors& inputs) {
    add_listener(*this);
    out = forward(inputs);
    remove_listener(*this);
  }

  Tensor out;
  std::string op;
  std::vector<Rule> rules;
  std::vector<Recorded> recorded;

 private:
  void operation(const Operation& operation) override {
    REQUIRE(op.empty());
    op = operation.name;
    rules = derivatives_of(operation.name);
    for (const Rule& rule : rules) {
      recorded.emplace_back(operation, rule.keep);
    }
  }
};

// Checks the gradient of every input for which there is one, in every layout.
void check_gradients(const std::vector<Shape>& shapes, const Forward& forward,
                     const Reference& reference, float low = -2, float high = 2,
                     bool distinct = false) {
  for (const Layout layout : check::all_layouts) {
    if (distinct && layout == Layout::expanded) {
      continue;
    }
    Tensors inputs;
    for (const Shape& shape : shapes) {
      inputs.push_back(random_tensor(shape, layout, low, high));
    }
    const Differentiated done(forward, inputs);
    CAPTURE(done.op);
    const Exact expected = reference({[&] {
      std::vector<Exact> all;
      for (const Tensor& each : inputs) {
        all.push_back(check::exact(each));
      }
      return all;
    }()});
    REQUIRE(expected.shape == done.out.sizes());  // else the reference is wrong
    REQUIRE(done.rules.size() == inputs.size());
    const Tensor dout = random_tensor(done.out.sizes(), layout, -2, 2);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (done.rules[i].derivative == nullptr) {
        continue;
      }
      const Tensor dx = done.rules[i].derivative(done.recorded[i], dout);
      try {
        check::expect_gradient({done.op, inputs, i, dout}, dx, reference, "");
        CHECK(true);
      } catch (const check::Failure& failure) {
        FAIL_CHECK(check::current_call(), ":", failure.message, "\n  expected ", failure.expected,
                   "\n  actual   ", failure.actual);
      }
    }
  }
}

using Number = double (*)(double);

void check_unary(Tensor (*function)(const Tensor&), Number number, float low = -2, float high = 2) {
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 1, 3}, Shape{2, 0}}) {
    check_gradients(
        {shape}, [=](const Tensors& x) { return function(x[0]); },
        [=](const std::vector<Exact>& x) { return check::map(number, x[0]); }, low, high);
  }
}

const std::vector<std::pair<Shape, Shape>> pairs = {
    {{}, {}},
    {{3}, {}},
    {{2, 3}, {3}},
    {{2, 1}, {2, 3}},
    {{1, 3}, {2, 1}},
    {{2, 3}, {2, 3}},
    {{2, 2}, {2}},
    {{4, 1, 3}, {2, 1}},
    {{3}, {2, 1, 3}},
    {{2, 1, 2}, {1, 3, 1}},
    {{1}, {2, 2, 1, 2}},
    {{2, 1, 3, 1}, {1, 2, 1, 2}},
    {{2, 0}, {1}},
};

void check_binary(Tensor (*function)(const Tensor&, const Tensor&),
                  double (*number)(double, double), float low = -2, float high = 2) {
  for (const auto& [a, b] : pairs) {
    check_gradients(
        {a, b}, [=](const Tensors& x) { return function(x[0], x[1]); },
        [=](const std::vector<Exact>& x) { return check::zip(number, x[0], x[1]); }, low, high);
  }
}

// A reduction as a reference: `fold` makes one number of all those that go into one result.
Reference folding(const std::vector<std::int64_t>& dims, bool keepdim,
                  const std::function<double(const std::vector<double>&)>& fold) {
  return [=](const std::vector<Exact>& x) {
    const std::vector<bool> reduced =
        kernel::reduced_axes(dims, static_cast<std::int64_t>(x[0].shape.size()));
    const Shape kept = kernel::reduced_shape(x[0].shape, reduced, true);
    std::vector<std::vector<double>> groups(static_cast<std::size_t>(numel(kept)));
    std::size_t next = 0;
    check::for_each_index(x[0].shape, [&](const Index& index) {
      groups[check::place_in(kept, index)].push_back(x[0].values[next++]);
    });
    Exact out = {kernel::reduced_shape(x[0].shape, reduced, keepdim), {}};
    for (const std::vector<double>& group : groups) {
      out.values.push_back(fold(group));
    }
    return out;
  };
}

double total(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) {
    sum += value;
  }
  return sum;
}

double variance(const std::vector<double>& values, double divisor) {
  const double mean = total(values) / static_cast<double>(values.size());
  double sum = 0;
  for (double value : values) {
    sum += (value - mean) * (value - mean);
  }
  return sum / divisor;
}

const std::vector<std::pair<Shape, std::vector<std::int64_t>>> reductions = {
    {{4}, {}},        {{2, 3}, {0}},    {{2, 3}, {1}},
    {{3, 2}, {}},     {{2, 3, 2}, {1}}, {{2, 3, 2}, {-1, 0}},
    {{3, 1, 2}, {1}}, {{2, 2}, {0}},    {{2, 1, 3, 2}, {-2, 1}},
};

// A view as a reference: it moves the numbers of the elements to where the elements go.
Reference moving(const Forward& view) {
  return [=](const std::vector<Exact>& x) {
    const Tensor numbers = arange(static_cast<double>(x[0].values.size())).view(x[0].shape);
    const Tensor moved = view({numbers});
    Exact out = {moved.sizes(), {}};
    for (float number : moved.to_vector()) {
      out.values.push_back(x[0].values[static_cast<std::size_t>(number)]);
    }
    return out;
  };
}

void check_view(const Shape& shape, const Forward& view) {
  check_gradients({shape}, view, moving(view));
}

// exp along the last axis, divided by its sum there.
Exact probabilities(const Exact& x) {
  Shape rows = x.shape;
  rows.back() = 1;
  const Exact powers = check::map([](double value) { return std::exp(value); }, x);
  return check::zip([](double a, double b) { return a / b; }, powers,
                    check::sum_back(powers, rows));
}

Exact logarithm(const Exact& x) {
  return check::map([](double value) { return std::log(value); }, x);
}

double normal_share(double x) {
  return 0.5 * (1 + std::erf(x / std::sqrt(2.0)));
}

const std::vector<Reduction> all_reductions = {Reduction::none, Reduction::mean, Reduction::sum};

// Each loss, or their mean or sum.
Exact reduced(Exact losses, Reduction reduction) {
  if (reduction == Reduction::none) {
    return losses;
  }
  const double sum = total(losses.values);
  return {{},
          {reduction == Reduction::sum ? sum : sum / static_cast<double>(losses.values.size())}};
}

}  // namespace

TEST_CASE("derivatives of functions of one number are those of finite differences") {
  check_unary(neg, [](double x) { return -x; });
  check_unary(abs, [](double x) { return std::fabs(x); });
  check_unary(exp, [](double x) { return std::exp(x); });
  check_unary(
      log, [](double x) { return std::log(x); }, 0.5F, 3);
  check_unary(
      sqrt, [](double x) { return std::sqrt(x); }, 0.5F, 3);
  check_unary(square, [](double x) { return x * x; });
  check_unary(
      reciprocal, [](double x) { return 1 / x; }, 0.5F, 3);
  check_unary(relu, [](double x) { return std::max(x, 0.0); });
  check_unary(
      sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -4, 4);
  check_unary(
      silu, [](double x) { return x / (1 + std::exp(-x)); }, -4, 4);
  check_unary(tanh, [](double x) { return std::tanh(x); });
  check_unary([](const Tensor& x) { return gelu(x); }, [](double x) { return x * normal_share(x); },
              -3, 3);
  check_unary([](const Tensor& x) { return gelu(x, GeluApproximation::tanh); },
              [](double x) {
                const double inner = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x);
                return 0.5 * x * (1 + std::tanh(inner));
              },
              -3, 3);
  check_unary([](const Tensor& x) { return leaky_relu(x, 0.25F); },
              [](double x) { return x < 0 ? 0.25 * x : x; });
  check_unary([](const Tensor& x) { return pow(x, 3); }, [](double x) { return x * x * x; });
  check_unary([](const Tensor& x) { return pow(x, -1.5F); },
              [](double x) { return std::pow(x, -1.5); }, 0.5F, 3);
  check_unary([](const Tensor& x) { return clamp(x, -0.5F, 1.25F); },
              [](double x) { return std::clamp(x, -0.5, 1.25); });
  check_unary([](const Tensor& x) { return x.clone(); }, [](double x) { return x; });
}

TEST_CASE("derivatives of functions of two numbers are summed back to each operand's shape") {
  check_binary(add, [](double a, double b) { return a + b; });
  check_binary(sub, [](double a, double b) { return a - b; });
  check_binary(mul, [](double a, double b) { return a * b; });
  check_binary(
      div, [](double a, double b) { return a / b; }, 0.5F, 3);
  check_binary(maximum, [](double a, double b) { return std::max(a, b); });
  check_binary(minimum, [](double a, double b) { return std::min(a, b); });
  for (const auto& [a, b] : pairs) {
    const Tensor condition = check::laid_out({3}, {1, 0, 2}, Layout::contiguous);
    if (check::stretched(a, b).empty() || check::stretched(a, b).back() != 3) {
      continue;
    }
    check_gradients(
        {{3}, a, b}, [&](const Tensors& x) { return where(condition, x[1], x[2]); },
        [](const std::vector<Exact>& x) {
          Exact out = check::zip([](double first, double) { return first; }, x[1], x[2]);
          const Exact other = check::zip([](double, double second) { return second; }, x[1], x[2]);
          for (std::size_t i = 1; i < out.values.size(); i += 3) {
            out.values[i] = other.values[i];
          }
          return out;
        });
  }
}

TEST_CASE("derivatives of reductions reach every element that went in") {
  for (const auto& reduction : reductions) {
    const Shape& shape = reduction.first;
    const std::vector<std::int64_t>& dims = reduction.second;
    for (const bool keepdim : {false, true}) {
      check_gradients(
          {shape}, [&](const Tensors& x) { return sum(x[0], dims, keepdim); },
          folding(dims, keepdim, total));
      check_gradients(
          {shape}, [&](const Tensors& x) { return mean(x[0], dims, keepdim); },
          folding(dims, keepdim, [](const std::vector<double>& values) {
            return total(values) / static_cast<double>(values.size());
          }));
      check_gradients(
          {shape}, [&](const Tensors& x) { return amax(x[0], dims, keepdim); },
          folding(dims, keepdim,
                  [](const std::vector<double>& values) {
                    return *std::max_element(values.begin(), values.end());
                  }),
          -2, 2, true);
      check_gradients(
          {shape}, [&](const Tensors& x) { return amin(x[0], dims, keepdim); },
          folding(dims, keepdim,
                  [](const std::vector<double>& values) {
                    return *std::min_element(values.begin(), values.end());
                  }),
          -2, 2, true);
      check_gradients(
          {shape}, [&](const Tensors& x) { return var(x[0], dims, false, keepdim); },
          folding(dims, keepdim, [](const std::vector<double>& values) {
            return variance(values, static_cast<double>(values.size()));
          }));
      if (shape != Shape{3, 1, 2} && shape != Shape{2, 1, 3, 2}) {
        check_gradients(
            {shape}, [&](const Tensors& x) { return var(x[0], dims, true, keepdim); },
            folding(dims, keepdim, [](const std::vector<double>& values) {
              return variance(values, static_cast<double>(values.size() - 1));
            }));
      }
    }
  }
  for (const Shape& wanted : {Shape{3}, Shape{2, 1}, Shape{}, Shape{1, 3}, Shape{2, 3}}) {
    check_gradients(
        {{2, 3}}, [&](const Tensors& x) { return sum_to(x[0], wanted); },
        [&](const std::vector<Exact>& x) { return check::sum_back(x[0], wanted); });
  }
}

TEST_CASE("derivatives of views bring each number back to where it was") {
  check_view({2, 3}, [](const Tensors& x) { return x[0].transpose(0, 1); });
  check_view({2, 3, 4}, [](const Tensors& x) { return x[0].transpose(-1, 0); });
  check_view({2, 3, 4}, [](const Tensors& x) { return x[0].permute({2, 0, 1}); });
  check_view({2, 1, 3, 2}, [](const Tensors& x) { return x[0].permute({-1, 2, 0, 1}); });
  check_view({5}, [](const Tensors& x) { return x[0].slice(0, 1, 5, 2); });
  check_view({2, 5}, [](const Tensors& x) { return x[0].slice(-1, -3); });
  check_view({4, 3}, [](const Tensors& x) { return x[0].slice(0, 3, 1); });
  check_view({4, 3}, [](const Tensors& x) { return x[0].select(0, -1); });
  check_view({2, 3, 4}, [](const Tensors& x) { return x[0].select(1, 2); });
  check_view({3, 1}, [](const Tensors& x) { return x[0].expand({4, 3, 2}); });
  check_view({}, [](const Tensors& x) { return x[0].expand({2, 3}); });
  check_view({2, 3, 4}, [](const Tensors& x) { return x[0].reshape({6, 4}); });
  check_view({2, 3, 4}, [](const Tensors& x) { return x[0].reshape({-1}); });
  check_view({2, 3}, [](const Tensors& x) { return x[0].view({2, 1, 3}); });
  check_view({0, 3}, [](const Tensors& x) { return x[0].reshape({3, 0}); });
}

TEST_CASE("derivatives of matmul, for vectors, matrices and broadcast batches") {
  // Vectors as the row or the column that they stand for.
  const auto multiply = [](const std::vector<Exact>& x) {
    Exact a = x[0];
    Exact b = x[1];
    const bool row = a.shape.size() == 1;
    const bool column = b.shape.size() == 1;
    a.shape.insert(a.shape.begin(), row ? 1 : 0, 1);
    b.shape.insert(b.shape.end(), column ? 1 : 0, 1);
    Exact out = check::product(a, b);
    if (column) {
      out.shape.pop_back();
    }
    if (row) {
      out.shape.erase(out.shape.end() - (column ? 1 : 2));
    }
    return out;
  };
  const std::vector<std::pair<Shape, Shape>> shapes = {
      {{3}, {3}},
      {{3}, {3, 4}},
      {{2, 3}, {3}},
      {{2, 3}, {3, 4}},
      {{1, 3}, {3, 1}},
      {{5, 2, 3}, {3, 4}},
      {{2, 3}, {4, 3, 2}},
      {{4, 2, 3}, {4, 3, 5}},
      {{4, 2, 3}, {1, 3, 2}},
      {{2, 1, 2, 3}, {3, 3, 2}},
      {{2, 2, 2, 3}, {3}},
      {{3}, {2, 3, 2}},
      {{0, 3}, {3, 2}},
      {{2, 0}, {0, 3}},
      {{9, 7}, {7, 10}},
  };
  for (const auto& [a, b] : shapes) {
    check_gradients(
        {a, b}, [](const Tensors& x) { return matmul(x[0], x[1]); }, multiply);
  }
}

TEST_CASE("derivatives of rows: softmax, its logarithm, and what was dropped") {
  for (const Shape& shape : {Shape{5}, Shape{2, 3}, Shape{2, 3, 4}, Shape{3, 1}, Shape{0, 3}}) {
    check_gradients(
        {shape}, [](const Tensors& x) { return softmax(x[0], -1); },
        [](const std::vector<Exact>& x) { return probabilities(x[0]); });
    check_gradients(
        {shape}, [](const Tensors& x) { return log_softmax(x[0], -1); },
        [](const std::vector<Exact>& x) { return logarithm(probabilities(x[0])); });
  }
  Tensor mask;
  check_gradients(
      {{40}},
      [&](const Tensors& x) {
        manual_seed(3);
        const Tensor out = nn::functional::dropout(x[0], 0.4);
        const Silence silence;
        mask = div(out, x[0]);
        return out;
      },
      [&](const std::vector<Exact>& x) {
        return check::zip([](double a, double b) { return a * b; }, x[0], check::exact(mask));
      },
      0.5F, 2);
}

TEST_CASE("derivatives of losses, and of their targets") {
  const auto squared = [](double x, double t) { return (x - t) * (x - t); };
  const auto from_probability = [](double p, double t) {
    return -t * std::log(p) - (1 - t) * std::log(1 - p);
  };
  const auto from_logit = [](double x, double t) { return std::log1p(std::exp(x)) - x * t; };
  for (const Reduction reduction : all_reductions) {
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3}, Shape{2, 1, 3}}) {
      check_gradients(
          {shape, shape}, [&](const Tensors& x) { return mse_loss(x[0], x[1], reduction); },
          [&](const std::vector<Exact>& x) {
            return reduced(check::zip(squared, x[0], x[1]), reduction);
          });
      check_gradients(
          {shape, shape},
          [&](const Tensors& x) { return binary_cross_entropy(x[0], x[1], reduction); },
          [&](const std::vector<Exact>& x) {
            return reduced(check::zip(from_probability, x[0], x[1]), reduction);
          },
          0.1F, 0.9F);
      check_gradients(
          {shape, shape},
          [&](const Tensors& x) { return binary_cross_entropy_with_logits(x[0], x[1], reduction); },
          [&](const std::vector<Exact>& x) {
            return reduced(check::zip(from_logit, x[0], x[1]), reduction);
          });
    }
    for (const Shape& shape : {Shape{3}, Shape{4, 3}, Shape{2, 2, 3}}) {
      // Row i has class (i + 2) % 3; or its classes have the probabilities of the second input.
      const Shape rows(shape.begin(), shape.end() - 1);
      std::vector<float> classes;
      for (std::int64_t i = 0; i < numel(rows); ++i) {
        classes.push_back(static_cast<float>((i + 2) % 3));
      }
      const Tensor target = check::laid_out(rows, classes, Layout::contiguous);
      const auto pick = [&](const Exact& scores) {
        Exact out = {rows, {}};
        for (std::size_t i = 0; i < classes.size(); ++i) {
          out.values.push_back(-scores.values[3 * i + static_cast<std::size_t>(classes[i])]);
        }
        return reduced(out, reduction);
      };
      const auto only = [](const Reference& reference) {
        return [=](const std::vector<Exact>& x) { return reference({x[0]}); };
      };
      for (const Layout layout : check::all_layouts) {
        const Tensor x = random_tensor(shape, layout, -2, 2);
        const auto check_first = [&](const Forward& forward, const Reference& reference) {
          const Differentiated done(forward, {x});
          const Tensor dout = random_tensor(done.out.sizes(), Layout::contiguous, -2, 2);
          const Tensor dx = done.rules[0].derivative(done.recorded[0], dout);
          try {
            check::expect_gradient({done.op, {x}, 0, dout}, dx, only(reference), "");
            CHECK(true);
          } catch (const check::Failure& failure) {
            FAIL_CHECK(check::current_call(), ":", failure.message, "\n  expected ",
                       failure.expected, "\n  actual   ", failure.actual);
          }
        };
        check_first([&](const Tensors& all) { return nll_loss(all[0], target, reduction); },
                    [&](const std::vector<Exact>& all) { return pick(all[0]); });
        check_first(
            [&](const Tensors& all) { return cross_entropy(all[0], target, reduction); },
            [&](const std::vector<Exact>& all) { return pick(logarithm(probabilities(all[0]))); });
      }
      check_gradients(
          {shape, shape}, [&](const Tensors& x) { return cross_entropy(x[0], x[1], reduction); },
          [&](const std::vector<Exact>& x) {
            const Exact costs = check::zip([](double y, double t) { return -t * y; },
                                           logarithm(probabilities(x[0])), x[1]);
            Shape kept = shape;
            kept.back() = 1;
            Exact losses = check::sum_back(costs, kept);
            losses.shape = rows;
            return reduced(losses, reduction);
          },
          0.1F, 0.9F);
    }
  }
}

namespace {

// What is said about this gradient of input 0.
std::string said(const Tensors& inputs, const Tensor& dout, const Tensor& actual,
                 const Exact& expected) {
  try {
    check::expect_gradient({"op", inputs, 0, dout}, actual, expected, "Idea.");
  } catch (const check::Failure& failure) {
    return failure.message + " | " + failure.expected + " | " + failure.actual;
  }
  return "";
}

}  // namespace

TEST_CASE("a wrong gradient is described, and what it looks like") {
  const Tensor x = check::laid_out({2, 2}, {1, 2, 3, 4}, Layout::contiguous);
  const Tensor dout = check::laid_out({2, 2}, {5, 7, -6, 2}, Layout::contiguous);
  const Tensor row = check::laid_out({2}, {5, 7}, Layout::contiguous);
  const Exact right = {{2, 2}, {10, 28, -36, 16}};
  const auto says = [&](const Tensor& actual, const char* part) {
    CHECK(said({x}, dout, actual, right).find(part) != std::string::npos);
  };
  CHECK(said({x}, dout, check::rounded(right), right).empty());
  const std::string text = said({x}, dout, add(x, 100), right);
  CAPTURE(text);
  CHECK(text.find("Idea. If element (0, 0) grows by 0.001, then sum(dout * output) changes by 0.01."
                  " It is the first of 4 that differ. | 10 at index (0, 0) in") == 0);
  CHECK(check::current_call() ==
        "the gradient of input 0 of op, with inputs a tensor of shape (2, 2): [[1, 2], [3, 4]], "
        "from dout, a tensor of shape (2, 2): [[5, 7], [-6, 2]]");
  says(mul(check::rounded(right), -1), "wrong sign");
  says(mul(check::rounded(right), 2), "twice what it must be");
  says(mul(check::rounded(right), 0.5F), "is half of what it must be: a value that is used twice");
  says(mul(check::rounded(right), 3), "is 3 times what it must be");
  says(zeros({2, 2}), "0 everywhere");
  says(empty({2, 2}), "There is NaN in it");
  says(dout, "dout itself");
  says(mul(x, 2), "This is the derivative alone");
  says(div(check::rounded(right), dout), "multiplied by dout");
  says(check::rounded(right).transpose(0, 1), "Rows and columns");
  says(Tensor(), "Nothing came back");
  // A sum and a mean of two elements each.
  const Exact spread = {{2, 2}, {5, 7, 5, 7}};
  CHECK(said({x}, row, div(check::rounded(spread), 2), spread).find("A sum is not a mean") !=
        std::string::npos);
  const Exact shared = {{2, 2}, {2.5, 3.5, 2.5, 3.5}};
  CHECK(said({x}, row, check::rounded(spread), shared).find("its share only") != std::string::npos);
  // An input that was broadcast, and one that was turned.
  CHECK(said({row}, dout, dout, {{2}, {-1, 9}}).find("summed back") != std::string::npos);
  const Tensor wide = zeros({2, 3});
  CHECK(said({wide}, wide, zeros({3, 2}), {{2, 3}, {0, 0, 0, 0, 0, 0}}).find("wrong order") !=
        std::string::npos);
  CHECK(said({x}, dout, row, right).find("has the shape of what it belongs to") !=
        std::string::npos);
}
