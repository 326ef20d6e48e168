#include "engine/autograd/node.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/autograd/engine.h"  // with it, a tensor has the functions at the end of this file

namespace tt::autograd {

namespace {

std::int64_t next_number = 0;

}  // namespace

Node::Node() = default;

// By itself, a node would destroy its inputs, each of them its own inputs, and so on: one call
// inside another for every operation of a chain, until the stack is full. So nodes that nobody else
// holds are put into a list and taken apart one by one.
Node::~Node() {
  std::vector<std::shared_ptr<Node>> doomed = std::move(inputs);
  while (!doomed.empty()) {
    const std::shared_ptr<Node> node = std::move(doomed.back());
    doomed.pop_back();
    if (node != nullptr && node.use_count() == 1) {
      for (std::shared_ptr<Node>& input : node->inputs) {
        doomed.push_back(std::move(input));
      }
      node->inputs.clear();
    }
  }
}

std::shared_ptr<Node> new_leaf(const Shape& shape) {
  auto node = std::make_shared<Node>();
  node->shape = shape;
  node->number = next_number++;
  return node;
}

std::shared_ptr<Node> new_node(const Operation& operation, const std::vector<Rule>& rules,
                               const std::vector<std::shared_ptr<Node>>& edges) {
  auto node = std::make_shared<Node>();
  node->shape = operation.output.sizes();
  node->number = next_number++;
  node->rules = &rules;
  node->inputs = edges;
  unsigned keep = keep_nothing;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    keep |= edges[i] == nullptr ? keep_nothing : rules[i].keep;
  }
  node->op = Recorded(operation, keep);
  return node;
}

void newest_first(std::vector<std::shared_ptr<Node>>& nodes) {
  const auto newer = [](const auto& a, const auto& b) { return a->number > b->number; };
  if (!std::is_sorted(nodes.begin(), nodes.end(), newer)) {  // those of a chain are
    std::sort(nodes.begin(), nodes.end(), newer);
  }
}

Tensor differentiate(const Node& node, std::size_t input, const Tensor& dout) {
  node.op.check_unchanged();
  Tensor dx;
  {
    const Silence silence;
    dx = (*node.rules)[input].derivative(node.op, dout);
  }
  if (!dx.defined() || dx.sizes() != node.op.shape(input)) {
    throw std::invalid_argument(
        std::string("[") + node.op.name() + "] the derivative in input " + std::to_string(input) +
        " gave " + (dx.defined() ? "shape " + to_string(dx.sizes()) : "no tensor") +
        ": it must have the input's shape " + to_string(node.op.shape(input)));
  }
  record_contribution(node, input, dout, dx);
  return dx;
}

}  // namespace tt::autograd

namespace tt {

Tensor& Tensor::requires_grad_(bool on) {
  if (!defined() || !is_leaf()) {
    throw std::invalid_argument(
        defined() ? std::string("[requires_grad_] got the output of ") + node_->op.name() +
                        ": only a leaf can be told whether it requires a gradient; detach it first"
                  : "[requires_grad_] got an undefined tensor: it must have a value");
  }
  if (on && node_ == nullptr) {
    node_ = autograd::new_leaf(sizes_);
  } else if (!on) {
    node_ = nullptr;
  }
  return *this;
}

bool Tensor::is_leaf() const {
  return node_ == nullptr || node_->is_leaf();
}

Tensor Tensor::grad() const {
  return node_ == nullptr ? Tensor() : node_->grad;
}

Tensor Tensor::detach() const {
  Tensor out = *this;
  out.node_ = nullptr;
  return out;
}

void Tensor::set_node(std::shared_ptr<autograd::Node> node) {
  node_ = std::move(node);
}

}  // namespace tt
