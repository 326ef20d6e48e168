#include "engine/autograd/scalar.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/engine/check.h"
#include "tests/engine/golden/golden_scalar.h"

using namespace tt::scalar;

namespace {

// The same list stands in make_golden_scalar.py.
const std::vector<Value (*)(const Value&, const Value&, const Value&)> expressions = {
    [](const Value& a, const Value& b, const Value& c) { return a * b + a + 0 * c; },
    [](const Value& a, const Value& b, const Value& c) { return (a - b) / c; },
    [](const Value& a, const Value& b, const Value& c) { return tanh(a * b - c); },
    [](const Value& a, const Value& b, const Value& c) { return exp(a / b) * log(c); },
    [](const Value& a, const Value& b, const Value& c) { return relu(a) * b + relu(-a) * c; },
    [](const Value& a, const Value& b, const Value& c) {
      return pow(a, 3) - pow(c, 0.5) * pow(b, -1) + pow(c, 0);
    },
    [](const Value& a, const Value& b, const Value& c) {
      const Value t = tanh(a + b);
      const Value s = t * t + t / c;
      return s * t - s;
    },
    [](const Value& a, const Value& b, const Value& c) {
      return -(a * a) * a + 2 * b / (c + 1) - 1;
    },
    [](const Value& a, const Value& b, const Value& c) {
      return log(1 + exp(a - b)) + (3 - c) + 2 / b;
    },
};

doctest::Approx close_to(double expected) {
  return doctest::Approx(expected).epsilon(1e-12);
}

// x = x + x, so many times.
Value doubled(Value x, int times) {
  for (int i = 0; i < times; ++i) {
    x = x + x;
  }
  return x;
}

}  // namespace

TEST_CASE("expressions of numbers have PyTorch's values and gradients") {
  for (const golden::ScalarCase& each : golden::scalar_cases) {
    CAPTURE(each.expression);
    CAPTURE(each.a);
    const Value a = leaf(each.a);
    const Value b = leaf(each.b);
    const Value c = leaf(each.c);
    const Value y = expressions[each.expression](a, b, c);
    backward(y);
    CHECK(y.value() == close_to(each.value));
    CHECK(a.grad() == close_to(each.da));
    CHECK(b.grad() == close_to(each.db));
    CHECK(c.grad() == close_to(each.dc));
  }
}

TEST_CASE("a value that is used twice gets both contributions") {
  const Value x = leaf(3);
  backward(x + x);
  CHECK(x.grad() == 2);
  zero_grad({x});
  backward(x * x);
  CHECK(x.grad() == 6);
}

TEST_CASE("the nodes say what was done") {
  const Value a = leaf(2);
  const Value b = leaf(3);
  const Value product = a * b;
  const ValueNode& node = *product.node();
  CHECK(std::string(node.op) == "*");
  CHECK(node.value == 6);
  CHECK(!node.is_leaf());
  REQUIRE(node.inputs.size() == 2);
  CHECK(node.inputs[0].node == a.node());
  CHECK(node.inputs[0].derivative == 3);
  CHECK(node.inputs[1].node == b.node());
  CHECK(node.inputs[1].derivative == 2);
  CHECK(a.node()->is_leaf());
  CHECK(std::string(a.node()->op) == "leaf");
}

TEST_CASE("constants have no node, no edge and no gradient") {
  const Value c = 5;
  const Value x = leaf(2);
  const Value y = c * x + 1;
  CHECK(c.node() == nullptr);
  CHECK((c * 3).node() == nullptr);
  CHECK(exp(c).node() == nullptr);
  REQUIRE(y.node()->inputs.size() == 1);
  CHECK(y.node()->inputs[0].node->inputs.size() == 1);
  backward(y);
  CHECK(x.grad() == 5);
  CHECK(c.grad() == 0);
  CHECK_REFUSES(backward(c), "[backward] got the constant 5");
  CHECK_REFUSES(backward(c + 1), "must be computed from a leaf");
}

TEST_CASE("leaves add up what all passes bring, results keep the last") {
  const Value x = leaf(3);
  const Value square = x * x;
  const Value twice = 2 * square;
  backward(twice);
  backward(twice);
  CHECK(x.grad() == 24);
  CHECK(square.grad() == 2);
  CHECK(twice.grad() == 1);
  backward(5 * square);
  CHECK(x.grad() == 54);
  CHECK(square.grad() == 5);
  zero_grad({x, Value(1)});
  CHECK(x.grad() == 0);
  backward(twice);
  CHECK(x.grad() == 12);
}

TEST_CASE("a leaf has the derivative 1 in itself") {
  const Value x = leaf(7);
  backward(x);
  CHECK(x.grad() == 1);
  backward(x);
  CHECK(x.grad() == 2);
}

TEST_CASE("every edge to a node is counted, and only those below the root") {
  const Value a = leaf(2);
  const Value b = leaf(3);
  const Value product = a * b;
  const Value y = product + a;
  const Value elsewhere = a * 10;
  const Uses uses = count_uses(y.node().get());
  CHECK(uses.size() == 3);
  CHECK(uses.at(a.node().get()) == 2);
  CHECK(uses.at(b.node().get()) == 1);
  CHECK(uses.at(product.node().get()) == 1);
  CHECK(count_uses(a.node().get()).empty());
}

TEST_CASE("the order has every node once and results before inputs") {
  std::uint32_t bits = 1;
  const auto draw = [&](std::size_t below) {
    bits = bits * 1664525 + 1013904223;
    return (bits >> 8) % below;
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<Value> values = {leaf(1), leaf(2)};
    Value root = values[0];
    for (int i = 0; i < 30; ++i) {
      values.push_back(values[draw(values.size())] * values[draw(values.size())]);
      root = root + values.back();
    }
    const std::vector<ValueNode*> order = backward_order(root.node().get());
    std::unordered_map<ValueNode*, std::size_t> place;
    for (ValueNode* node : order) {
      CHECK(place.emplace(node, place.size()).second);
    }
    CHECK(order.front() == root.node().get());
    for (ValueNode* node : order) {
      for (const Edge& edge : node->inputs) {
        CHECK(place.at(edge.node.get()) > place.at(node));
      }
    }
  }
}

TEST_CASE("thirty stacked diamonds are walked by node, not by path") {
  const Value x = leaf(1);
  const Value y = doubled(x, 30);
  CHECK(backward_order(y.node().get()).size() == 31);
  backward(y);
  CHECK(x.grad() == 1073741824);
}

TEST_CASE("a chain of 100,000 operations is walked and destroyed without recursion") {
  const Value x = leaf(1);
  {
    Value y = x;
    for (int i = 0; i < 100000; ++i) {
      y = y + 0.5;
    }
    backward(y);
    CHECK(y.value() == 50001);
  }
  CHECK(x.grad() == 1);
  CHECK(x.node().use_count() == 1);
}

TEST_CASE("a graph dies with the last value that needs it") {
  const Value x = leaf(2);
  std::weak_ptr<ValueNode> inner;
  {
    Value y = x;
    {
      const Value square = x * x;
      inner = square.node();
      y = square + x;
    }
    CHECK(!inner.expired());
    backward(y);
    CHECK(!inner.expired());
  }
  CHECK(inner.expired());
}

TEST_CASE("an operation without a rule is refused") {
  CHECK_REFUSES(derivatives(static_cast<Arithmetic>(9), 1, 2), "[derivatives]");
  CHECK_REFUSES(derivative(static_cast<Function>(9), 1, 2), "[derivative]");
}
