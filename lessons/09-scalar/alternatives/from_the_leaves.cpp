#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/autograd/scalar.h"
#include "engine/error.h"

namespace tt::scalar {

// 6 / 2: when the 6 grows by a little, the result grows by 1/2 of that. When the 2 grows, the
// result shrinks, 6 / 4 times as fast.
Derivatives derivatives(Arithmetic op, double a, double b) {
  switch (op) {
    case Arithmetic::mul:
      return {b, a};
    case Arithmetic::div:
      return {std::pow(b, -1), -a * std::pow(b, -2)};
    case Arithmetic::sub:
      return {1, -1};
    default:
      return {1, 1};
  }
  throw std::invalid_argument("[derivatives] got an operation that no case speaks of");
}

// exp, x = 0, y = 1 -> 1.  tanh, x = 0, y = 0 -> 1.
double derivative(Function function, double x, double y) {
  switch (function) {
    case Function::exp:
      return y;
    case Function::log:
      return std::exp(-y);
    case Function::tanh:
      return (1 - y) * (1 + y);
    default:
      return static_cast<double>(x > 0);
  }
  throw std::invalid_argument("[derivative] got a function that no case speaks of");
}

// "*", 6, edges to the node of a and to nothing -> a value with a node, which has one edge, to a.
Value connect(const char* op, double value, const std::vector<Edge>& inputs) {
  std::shared_ptr<ValueNode> node;
  for (const Edge& edge : inputs) {
    if (!edge.node) {
      continue;
    }
    if (!node) {
      node = std::make_shared<ValueNode>();
    }
    node->inputs.emplace_back(edge);
  }
  if (!node) {
    return value;
  }
  node->value = value;
  node->op = op;
  return Value(node);
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
  std::for_each(node.inputs.begin(), node.inputs.end(), [&](const Edge& edge) {
    const double contribution = node.grad * edge.derivative;
    edge.node->grad += contribution;
  });
}

// y = a * b + a -> a: 2, b: 1, the product: 1.
Uses count_uses(ValueNode* root) {
  // Layer by layer, away from the root.
  Uses uses;
  std::vector<ValueNode*> layer = {root};
  while (!layer.empty()) {
    std::vector<ValueNode*> below;
    for (const ValueNode* node : layer) {
      for (const Edge& edge : node->inputs) {
        const auto [entry, is_new] = uses.try_emplace(edge.node.get(), 0);
        entry->second += 1;
        if (is_new) {
          below.push_back(entry->first);
        }
      }
    }
    layer.swap(below);
  }
  return uses;
}

// y = a * b + a -> the sum, the product, then a and b.
std::vector<ValueNode*> backward_order(ValueNode* root) {
  // From the leaves up: a node is next when all its inputs have had their turn. Then turned round.
  std::unordered_map<ValueNode*, std::vector<ValueNode*>> users;
  std::unordered_map<ValueNode*, std::size_t> missing;
  std::vector<ValueNode*> order;
  std::vector<ValueNode*> todo = {root};
  while (!todo.empty()) {
    ValueNode* node = todo.back();
    todo.pop_back();
    if (!missing.emplace(node, node->inputs.size()).second) {
      continue;
    }
    if (node->is_leaf()) {
      order.push_back(node);
    }
    for (const Edge& edge : node->inputs) {
      users[edge.node.get()].push_back(node);
      todo.push_back(edge.node.get());
    }
  }
  for (std::size_t next = 0; next < order.size(); ++next) {
    for (ValueNode* user : users[order[next]]) {
      if (--missing[user] == 0) {
        order.push_back(user);
      }
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
  const std::vector<ValueNode*> order = backward_order(root.node().get());
  for (auto node = order.rbegin(); node != order.rend(); ++node) {
    (*node)->grad *= static_cast<double>((*node)->is_leaf());
  }
  root.node()->grad += 1;
  for (auto node = order.begin(); node != order.end(); ++node) {
    pass_on(**node);
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
