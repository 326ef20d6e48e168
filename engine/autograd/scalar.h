#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

// Reverse-mode automatic differentiation of single numbers. While you compute, a graph grows: each
// result gets a node, with an edge back to the node of each number that it was made of. `backward`
// walks it from the result to the leaves.
//
//   Value w = leaf(3);
//   Value loss = w * w + w;
//   backward(loss);
//   w.grad();   // 2 * 3 + 1 = 7
//
// It is here to be understood. A network of single numbers would need a node for each of millions
// of them; that is why there is a second such engine, whose nodes stand for whole tensors.

namespace tt::scalar {

struct ValueNode;

/// Leads from the result of an operation to one of its inputs.
struct Edge {
  std::shared_ptr<ValueNode> node;  // of the input; null if it is a constant
  double derivative = 0;            // how fast the result grows when only this input grows
};

/// What stands for a number in the graph: either a leaf, which is a number that somebody asked a
/// gradient for, or the result of an operation on numbers that have a node.
///
/// An edge leads from a result back to what it was made of, and never the other way, so no two
/// nodes own each other.
struct ValueNode {
  ValueNode() = default;
  ValueNode(const ValueNode&) = delete;
  ValueNode& operator=(const ValueNode&) = delete;
  ~ValueNode();

  bool is_leaf() const { return inputs.empty(); }

  double value = 0;
  // Of a leaf: what all backward passes have added up. Of a result: what the last one brought.
  double grad = 0;
  const char* op = "leaf";   // or "+", "*", "exp", ...
  std::vector<Edge> inputs;  // without the constants
};

/// A number that may have a node. Copies share it. One without a node is a constant: no gradient
/// reaches it, and none goes through it.
class Value {
 public:
  /// A constant. A plain number beside a `Value` becomes one by itself, as in `2 * x`.
  Value(double constant) : value_(constant) {}

  explicit Value(std::shared_ptr<ValueNode> node) : value_(node->value), node_(std::move(node)) {}

  double value() const { return value_; }

  /// Gives what has arrived at its node, and 0 for a constant.
  double grad() const { return node_ == nullptr ? 0 : node_->grad; }

  /// Null for a constant.
  const std::shared_ptr<ValueNode>& node() const { return node_; }

 private:
  double value_ = 0;
  std::shared_ptr<ValueNode> node_;
};

/// Gives a number that a gradient is wanted for.
Value leaf(double value);

// Every operation gives a new value, connected to those of its operands that have a node.

Value operator+(const Value& a, const Value& b);
Value operator-(const Value& a, const Value& b);
Value operator*(const Value& a, const Value& b);
Value operator/(const Value& a, const Value& b);
Value operator-(const Value& x);

Value exp(const Value& x);
Value log(const Value& x);
Value tanh(const Value& x);
Value relu(const Value& x);
Value pow(const Value& x, double exponent);

/// Adds the gradient of `root` to every leaf that it was computed from: to `w.grad()`, the
/// derivative of `root` in `w`. Throws `std::invalid_argument` if `root` was computed from none.
void backward(const Value& root);

/// Sets the gradients of these leaves to 0.
void zero_grad(const std::vector<Value>& leaves);

// What the functions above are made of.

enum class Arithmetic { add, sub, mul, div };

/// How fast `a op b` grows when only a grows, and when only b grows.
struct Derivatives {
  double in_a;
  double in_b;
};

Derivatives derivatives(Arithmetic op, double a, double b);

enum class Function { exp, log, tanh, relu };

/// How fast y = function(x) grows with x. At 0, `relu` does not grow.
double derivative(Function function, double x, double y);

/// Gives the result of an operation, connected to its inputs: its node has the edges of `inputs`,
/// in this order, but none to a constant. A result of constants only is a constant too.
Value connect(const char* op, double value, const std::vector<Edge>& inputs);

/// Hands the gradient of a result on: adds to the gradient of each input what comes to it through
/// its edge.
void pass_on(const ValueNode& node);

using Uses = std::unordered_map<ValueNode*, std::int64_t>;

/// Gives, for every node that `root` was computed from, the number of edges that lead to it. `root`
/// itself is not among them. Looks at each edge once.
Uses count_uses(ValueNode* root);

/// Gives `root` and every node that it was computed from: each once, and a result always before its
/// inputs. Looks at each edge a fixed number of times (A. B. Kahn, Topological sorting of large
/// networks, 1962).
std::vector<ValueNode*> backward_order(ValueNode* root);

}  // namespace tt::scalar
