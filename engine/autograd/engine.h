#pragma once

#include <memory>
#include <vector>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/node.h"
#include "engine/record.h"
#include "engine/tensor.h"

// Reverse-mode automatic differentiation. While operations run, a graph grows: each output of an
// operation that needs a gradient gets a node, with an edge back to the node of each input.
// `Tensor::backward` walks it from the newest node to the oldest.
//
//   Tensor w = full({}, 3).requires_grad_();
//   Tensor loss = square(w) + w;
//   loss.backward();
//   w.grad().item();   // 2 * 3 + 1 = 7

namespace tt {

/// True unless a `NoGradGuard` lives.
bool grad_enabled();

/// While one lives, operations leave no graph: their results do not require a gradient. Guards may
/// be nested.
class NoGradGuard {
 public:
  NoGradGuard();
  ~NoGradGuard();
  NoGradGuard(const NoGradGuard&) = delete;
  NoGradGuard& operator=(const NoGradGuard&) = delete;

 private:
  bool before_;
};

/// Sets the gradients that these leaves have to 0, in place.
void zero_grad(const std::vector<Tensor>& leaves);

namespace autograd {

/// Gives the node of an operation's output, connected to the nodes of its inputs: one edge for each
/// input, null where no gradient is wanted or can come. Gives null if there is no such input, or if
/// gradients are off. Keeps the values that the derivatives will read. Throws
/// `std::invalid_argument` if an input requires a gradient and the operation has no derivatives.
std::shared_ptr<Node> node_of(const Operation& operation);

/// Gives every node that `root` was computed from, itself included: each once, and an output always
/// before its inputs. Looks at each edge once.
std::vector<std::shared_ptr<Node>> backward_order(const std::shared_ptr<Node>& root);

/// Hands the gradient of an operation's output on: differentiates in every input that has an edge,
/// and adds the result to what has come in there. Changes no element of a tensor, because several
/// nodes may hold the same one.
void pass_on(const Node& node, const Tensor& dout);

/// Adds `dx`, which has come in at a leaf, to the leaf's `grad`, which has memory of its own.
void keep_grad(Node& leaf, const Tensor& dx);

/// Gives back what an operation kept, and its edges. It can then no longer be walked through.
void release(Node& node);

/// Throws `std::invalid_argument` if a backward pass through these nodes cannot work: if one was
/// released before, if a value that is needed was changed in place, or if they form a cycle.
void check_ready(const std::vector<std::shared_ptr<Node>>& order);

}  // namespace autograd

}  // namespace tt
