#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/autograd/scalar.h"
#include "engine/error.h"

namespace tt::scalar {

// 6 / 2: when the 6 grows by a little, the result grows by 1/2 of that. When the 2 grows, the
// result shrinks, 6 / 4 times as fast.
Derivatives derivatives(Arithmetic op, double a, double b) {
  if (op == Arithmetic::mul) {
    return {b, a};
  }
  if (op == Arithmetic::div) {
    const double quotient = a / b;
    return {1 / b, -quotient / b};
  }
  return {1, op == Arithmetic::sub ? -1.0 : 1.0};
  throw std::invalid_argument("[derivatives] got an operation that no case speaks of");
}

// exp, x = 0, y = 1 -> 1.  tanh, x = 0, y = 0 -> 1.
double derivative(Function function, double x, double y) {
  if (function == Function::exp) {
    return std::exp(x);
  }
  if (function == Function::log) {
    return 1 / x;
  }
  if (function == Function::tanh) {
    const double c = std::cosh(x);
    return 1 / (c * c);
  }
  return y > 0 ? 1 : 0;
  throw std::invalid_argument("[derivative] got a function that no case speaks of");
}

// "*", 6, edges to the node of a and to nothing -> a value with a node, which has one edge, to a.
Value connect(const char* op, double value, const std::vector<Edge>& inputs) {
  std::vector<Edge> edges = inputs;
  edges.erase(std::remove_if(edges.begin(), edges.end(),
                             [](const Edge& edge) { return edge.node == nullptr; }),
              edges.end());
  Value result = leaf(value);
  result.node()->op = op;
  result.node()->inputs = edges;
  return edges.empty() ? Value(value) : result;
}

namespace {

Value arithmetic(const char* name, Arithmetic op, double value, const Value& a, const Value& b) {
  const Derivatives d = derivatives(op, a.value(), b.value());
  return connect(name, value, {{a.node(), d.in_a}, {b.node(), d.in_b}});
}

Value function_of(const char* name, Function function, double value, const Value& x) {
  return connect(name, value, {{x.node(), derivative(function, x.value(), value)}});
}

}  // namespace

Value leaf(double value) {
  auto node = std::make_shared<ValueNode>();
  node->value = value;
  return Value(node);
}

Value operator+(const Value& a, const Value& b) {
  return arithmetic("+", Arithmetic::add, a.value() + b.value(), a, b);
}

Value operator-(const Value& a, const Value& b) {
  return arithmetic("-", Arithmetic::sub, a.value() - b.value(), a, b);
}

Value operator*(const Value& a, const Value& b) {
  return arithmetic("*", Arithmetic::mul, a.value() * b.value(), a, b);
}

Value operator/(const Value& a, const Value& b) {
  return arithmetic("/", Arithmetic::div, a.value() / b.value(), a, b);
}

Value exp(const Value& x) {
  return function_of("exp", Function::exp, std::exp(x.value()), x);
}

Value log(const Value& x) {
  return function_of("log", Function::log, std::log(x.value()), x);
}

Value tanh(const Value& x) {
  return function_of("tanh", Function::tanh, std::tanh(x.value()), x);
}

Value relu(const Value& x) {
  return function_of("relu", Function::relu, x.value() > 0 ? x.value() : 0, x);
}

// Worked code, to read: two operations whose derivative stands where they are computed.
Value operator-(const Value& x) {
  return connect("-", -x.value(), {{x.node(), -1.0}});
}

Value pow(const Value& x, double exponent) {
  // x^0 is 1 everywhere, also where x^-1 is infinite.
  const double slope = exponent == 0 ? 0 : exponent * std::pow(x.value(), exponent - 1);
  return connect("pow", std::pow(x.value(), exponent), {{x.node(), slope}});
}

// The gradient 5 and edges with the derivatives 3 and 2 -> the inputs get 15 and 10 more.
void pass_on(const ValueNode& node) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    ValueNode& input = *node.inputs[i].node;
    input.grad = input.grad + node.grad * node.inputs[i].derivative;
  }
}

// y = a * b + a -> a: 2, b: 1, the product: 1.
Uses count_uses(ValueNode* root) {
  // Finds all nodes first, in no particular order, and counts afterwards.
  std::set<ValueNode*> found;
  std::vector<ValueNode*> todo = {root};
  while (!todo.empty()) {
    ValueNode* node = todo.back();
    todo.pop_back();
    if (found.insert(node).second) {
      for (const Edge& edge : node->inputs) {
        todo.push_back(edge.node.get());
      }
    }
  }
  Uses uses;
  for (const ValueNode* node : found) {
    for (const Edge& edge : node->inputs) {
      ++uses[edge.node.get()];
    }
  }
  return uses;
}

// y = a * b + a -> the sum, the product, then a and b.
std::vector<ValueNode*> backward_order(ValueNode* root) {
  // Depth first: a node is done when all its inputs are. The last one done is the root.
  std::vector<ValueNode*> order;
  std::set<ValueNode*> met = {root};
  std::vector<std::pair<ValueNode*, std::size_t>> open = {{root, 0}};  // and its next edge
  while (!open.empty()) {
    auto& [node, next] = open.back();
    if (next == node->inputs.size()) {
      order.push_back(node);
      open.pop_back();
      continue;
    }
    ValueNode* input = node->inputs[next++].node.get();
    if (met.insert(input).second) {
      open.emplace_back(input, 0);
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

// y = a * b + a, a = 2, b = 3 -> y gets 1, the product 1, b 2, and a 3 + 1.
void backward(const Value& root) {
  if (root.node() == nullptr) {
    throw std::invalid_argument("[backward] got the constant " + std::to_string(root.value()) +
                                ": it must be computed from a leaf");
  }
  std::vector<ValueNode*> todo = backward_order(root.node().get());
  for (std::size_t i = 0; i < todo.size(); ++i) {
    todo[i]->grad = todo[i]->is_leaf() ? todo[i]->grad : 0.0;
  }
  root.node()->grad += 1;
  std::reverse(todo.begin(), todo.end());
  while (!todo.empty()) {
    pass_on(*todo.back());
    todo.pop_back();
  }
}

void zero_grad(const std::vector<Value>& leaves) {
  for (const Value& each : leaves) {
    if (each.node() != nullptr) {
      each.node()->grad = 0;
    }
  }
}

// Worked code, to read: by itself, a node would destroy its inputs, each of them its own inputs,
// and so on: one call inside another for every operation of a chain, until the stack is full. So
// nodes that nobody else holds are put into a list and taken apart one by one.
ValueNode::~ValueNode() {
  std::vector<Edge> doomed = std::move(inputs);
  while (!doomed.empty()) {
    const std::shared_ptr<ValueNode> node = std::move(doomed.back().node);
    doomed.pop_back();
    if (node != nullptr && node.use_count() == 1) {
      for (Edge& edge : node->inputs) {
        doomed.push_back(std::move(edge));
      }
      node->inputs.clear();
    }
  }
}

}  // namespace tt::scalar
