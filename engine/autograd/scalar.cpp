#include "engine/autograd/scalar.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/error.h"

namespace tt::scalar {

// 6 / 2: when the 6 grows by a little, the result grows by 1/2 of that. When the 2 grows, the
// result shrinks, 6 / 4 times as fast.
Derivatives derivatives(Arithmetic op, double a, double b) {
  // BEGIN SOLUTION: arithmetic: for each operation, how fast its result grows with a, and with b
  switch (op) {
    case Arithmetic::add:
      return {1, 1};
    case Arithmetic::sub:
      return {1, -1};
    case Arithmetic::mul:
      return {b, a};
    case Arithmetic::div:
      return {1 / b, -a / (b * b)};
  }
  // END SOLUTION
  throw std::invalid_argument("[derivatives] got an operation that no case speaks of");
}

// exp, x = 0, y = 1 -> 1.  tanh, x = 0, y = 0 -> 1.
double derivative(Function function, double x, double y) {
  // BEGIN SOLUTION: functions: for each function, how fast y grows with x
  switch (function) {
    case Function::exp:
      return y;
    case Function::log:
      return 1 / x;
    case Function::tanh:
      return 1 - y * y;
    case Function::relu:
      return x > 0 ? 1 : 0;
  }
  // END SOLUTION
  throw std::invalid_argument("[derivative] got a function that no case speaks of");
}

// "*", 6, edges to the node of a and to nothing -> a value with a node, which has one edge, to a.
Value connect(const char* op, double value, const std::vector<Edge>& inputs) {
  // BEGIN SOLUTION: connect: keep the edges that lead to a node, and make a node to hold them
  std::vector<Edge> edges;
  for (const Edge& edge : inputs) {
    if (edge.node != nullptr) {
      edges.push_back(edge);
    }
  }
  if (edges.empty()) {
    return Value(value);
  }
  auto node = std::make_shared<ValueNode>();
  node->value = value;
  node->op = op;
  node->inputs = std::move(edges);
  return Value(node);
  // END SOLUTION
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
  // BEGIN SOLUTION: pass_on: add to each input the derivative of its edge times our gradient
  for (const Edge& edge : node.inputs) {
    edge.node->grad += edge.derivative * node.grad;
  }
  // END SOLUTION
}

// y = a * b + a -> a: 2, b: 1, the product: 1.
Uses count_uses(ValueNode* root) {
  // BEGIN SOLUTION: count_uses: look at every node once, and count each of its edges
  Uses uses;
  std::vector<ValueNode*> found = {root};
  for (std::size_t next = 0; next < found.size(); ++next) {
    for (const Edge& edge : found[next]->inputs) {
      ValueNode* input = edge.node.get();
      uses[input] += 1;
      if (uses[input] == 1) {
        found.push_back(input);
      }
    }
  }
  return uses;
  // END SOLUTION
}

// y = a * b + a -> the sum, the product, then a and b.
std::vector<ValueNode*> backward_order(ValueNode* root) {
  // BEGIN SOLUTION: order: a node is next when the last of its uses has had its turn
  Uses waiting = count_uses(root);
  std::vector<ValueNode*> order = {root};
  for (std::size_t next = 0; next < order.size(); ++next) {
    for (const Edge& edge : order[next]->inputs) {
      ValueNode* input = edge.node.get();
      waiting[input] -= 1;
      if (waiting[input] == 0) {
        order.push_back(input);
      }
    }
  }
  return order;
  // END SOLUTION
}

// y = a * b + a, a = 2, b = 3 -> y gets 1, the product 1, b 2, and a 3 + 1.
void backward(const Value& root) {
  if (root.node() == nullptr) {
    throw std::invalid_argument("[backward] got the constant " + std::to_string(root.value()) +
                                ": it must be computed from a leaf");
  }
  // BEGIN SOLUTION: backward: forget what results had, begin with 1, and let each node pass on
  const std::vector<ValueNode*> order = backward_order(root.node().get());
  for (ValueNode* node : order) {
    if (!node->is_leaf()) {
      node->grad = 0;
    }
  }
  order.front()->grad += 1;
  for (const ValueNode* node : order) {
    pass_on(*node);
  }
  // END SOLUTION
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
