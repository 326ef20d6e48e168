#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/autograd/derivative.h"
#include "engine/tensor.h"

namespace tt::autograd {

/// What stands for a tensor in the graph: either a leaf, which is a tensor that somebody asked a
/// gradient for, or the operation that made the tensor.
///
/// An edge leads from a tensor back to those that it was made of, and never the other way, so no
/// two nodes own each other.
struct Node {
  Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  bool is_leaf() const { return rules == nullptr; }

  Shape shape;              // of the tensor, and so of its gradient
  std::int64_t number = 0;  // nodes are numbered as they are made: inputs before outputs
  std::int64_t walk = 0;    // the number of the last walk through the graph that found it

  // Of a leaf: what backward passes have added up. Undefined before the first one.
  Tensor grad;

  // Of an operation.
  Recorded op;
  const std::vector<Rule>* rules = nullptr;   // how to differentiate it
  std::vector<std::shared_ptr<Node>> inputs;  // null for an input that needs no gradient
  bool released = false;                      // `op` and `inputs` were given back

  // While a backward pass runs: the contributions that have arrived so far, added up. Undefined
  // before the first one, and after the pass has taken the sum.
  Tensor incoming;
};

/// Gives a new node for a leaf of this shape.
std::shared_ptr<Node> new_leaf(const Shape& shape);

/// Gives a new node for the output of an operation, with these edges to the nodes of its inputs. It
/// keeps the values that the derivatives read: of the inputs that have an edge, not of the others.
std::shared_ptr<Node> new_node(const Operation& operation, const std::vector<Rule>& rules,
                               const std::vector<std::shared_ptr<Node>>& edges);

/// Sorts nodes by their number, the highest first.
void newest_first(std::vector<std::shared_ptr<Node>>& nodes);

/// Gives the gradient of one input of an operation from that of its output, as its rule says.
/// Nothing in it is recorded. Throws `std::invalid_argument` if what comes out has another shape
/// than the input, or if a value that is needed was changed in place.
Tensor differentiate(const Node& node, std::size_t input, const Tensor& dout);

}  // namespace tt::autograd
