#include "engine/autograd/engine.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "engine/error.h"
#include "engine/ops/elementwise.h"

namespace tt {

namespace autograd {

namespace {

bool enabled = true;     // whether operations leave a graph
std::int64_t walks = 0;  // how many there were through a graph

}  // namespace

// c = mul(a, b), where only a requires a gradient -> a node with two edges: to a's node, and null.
std::shared_ptr<Node> node_of(const Operation& operation) {
  bool wanted = false;
  for (const Tensor& input : operation.inputs) {
    wanted = wanted || input.requires_grad();
  }
  if (!wanted || !grad_enabled()) {
    return nullptr;
  }
  const std::vector<Rule>& rules = derivatives_of(operation.name);
  if (rules.size() != operation.inputs.size()) {
    throw std::invalid_argument(std::string("[") + operation.name + "] got " +
                                std::to_string(operation.inputs.size()) + " inputs and " +
                                std::to_string(rules.size()) +
                                " derivatives: there must be one for each input");
  }
  // BEGIN SOLUTION: connect: draw an edge to the node of each input that can get a gradient
  std::vector<std::shared_ptr<Node>> edges;
  bool connected = false;
  for (const Tensor& input : operation.inputs) {
    const Rule& rule = rules[edges.size()];
    const bool flows = input.requires_grad() && rule.derivative != nullptr;
    edges.push_back(flows ? input.node() : nullptr);
    connected = connected || flows;
  }
  return connected ? new_node(operation, rules, edges) : nullptr;
  // END SOLUTION
}

}  // namespace autograd

bool grad_enabled() {
  return autograd::enabled;
}

// Gradients on: off while the guard lives, then on again.  Gradients off: they stay off.
NoGradGuard::NoGradGuard() {
  using autograd::enabled;
  // BEGIN SOLUTION: no_grad: remember what was there before, and switch gradients off
  before_ = enabled;
  enabled = false;
  // END SOLUTION
}

NoGradGuard::~NoGradGuard() {
  autograd::enabled = before_;
}

namespace autograd {

// y = a * a + a -> the node of +, the node of *, the leaf a.
std::vector<std::shared_ptr<Node>> backward_order(const std::shared_ptr<Node>& root) {
  [[maybe_unused]] const std::int64_t walk = ++walks;
  // BEGIN SOLUTION: order: find every node once, then put the newest first
  std::vector<std::shared_ptr<Node>> order = {root};
  root->walk = walk;
  for (std::size_t next = 0; next < order.size(); ++next) {
    const Node& node = *order[next];
    for (const std::shared_ptr<Node>& input : node.inputs) {
      if (input != nullptr && input->walk != walk) {
        input->walk = walk;
        order.push_back(input);
      }
    }
  }
  newest_first(order);
  return order;
  // END SOLUTION
}

// c = mul(a, b), 5 has come in -> 5 * b is added at a, and 5 * a at b.
void pass_on(const Node& node, const Tensor& dout) {
  // BEGIN SOLUTION: pass_on: differentiate in every input that has an edge, and add up there
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] != nullptr) {
      const Tensor dx = differentiate(node, i, dout);
      Tensor& incoming = node.inputs[i]->incoming;
      incoming = incoming.defined() ? add(incoming, dx) : dx;
    }
  }
  // END SOLUTION
}

// No grad yet, 3 comes in -> grad: 3.  Then 2 comes in -> grad: 5.
void keep_grad(Node& leaf, const Tensor& dx) {
  // BEGIN SOLUTION: keep_grad: begin with a copy, or add to the gradient from before
  if (leaf.grad.defined()) {
    add_(leaf.grad, dx);
  } else {
    leaf.grad = dx.clone();
  }
  // END SOLUTION
}

// A node that keeps b and has an edge to a -> a node without either, marked as released.
void release(Node& node) {
  // BEGIN SOLUTION: release: forget what was kept and where it came from
  node.op = Recorded(node.op.name());
  node.inputs.clear();
  node.released = true;
  // END SOLUTION
}

void check_ready(const std::vector<std::shared_ptr<Node>>& order) {
  for (const std::shared_ptr<Node>& node : order) {
    // BEGIN SOLUTION: check_ready: refuse a node that was released or whose values have changed
    if (node->released) {
      throw std::invalid_argument(
          std::string("[backward] got a graph through ") + node->op.name() +
          " that an earlier backward gave back: pass retain_graph to that one, or compute the "
          "result again");
    }
    node->op.check_unchanged();
    // END SOLUTION
    for (const std::shared_ptr<Node>& input : node->inputs) {
      if (input != nullptr && input->number >= node->number) {
        throw std::invalid_argument(std::string("[backward] got a graph with a cycle through ") +
                                    node->op.name() + ": every edge must lead to an older node");
      }
    }
  }
}

namespace {

// Worked code, to read: if a derivative throws, no contribution stays behind for the next pass.
struct ClearIncoming {
  const std::vector<std::shared_ptr<Node>>& order;
  ~ClearIncoming() {
    for (const std::shared_ptr<Node>& node : order) {
      if (node->incoming.defined()) {
        node->incoming = Tensor();
      }
    }
  }
};

// The gradient that a backward pass begins with.
Tensor first_gradient(const Tensor& output, const Tensor& seed) {
  if (!seed.defined() && output.numel() == 1) {
    return ones(output.sizes());
  }
  if (!seed.defined() || seed.sizes() != output.sizes()) {
    throw std::invalid_argument(
        "[backward] got a tensor of shape " + to_string(output.sizes()) +
        (seed.defined() ? " and a seed of shape " + to_string(seed.sizes()) : " and no seed") +
        ": it must have one element, or a seed of its own shape");
  }
  return seed;
}

// Makes the graph grow: is told of every operation.
class Tape : public Listener {
 public:
  Tape() { add_listener(*this); }

  void operation(const Operation& operation) override {
    operation.output.set_node(node_of(operation));
  }

  void in_place(const char* name, const Tensor& target, const Tensor& source) override {
    if (grad_enabled() && (target.requires_grad() || source.requires_grad())) {
      throw std::invalid_argument(std::string("[") + name + "] got a tensor of shape " +
                                  to_string(target.sizes()) +
                                  " to change in place, where a gradient is required: that is not "
                                  "recorded, so it must happen while a NoGradGuard lives");
    }
  }

  void parameter(const char*, Tensor& tensor) override { tensor.requires_grad_(); }
};

Tape tape;

}  // namespace

}  // namespace autograd

void Tensor::backward() const {
  backward(Tensor());
}

// loss = square(w), w = 3, no seed -> 1 comes in at square, 6 at w; the graph is gone.
void Tensor::backward(const Tensor& seed, bool retain_graph) const {
  using namespace autograd;
  if (node_ == nullptr) {
    throw std::invalid_argument("[backward] got a tensor of shape " + to_string(sizes_) +
                                " that was computed from nothing that requires a gradient: call "
                                "requires_grad_ on what must be learned, before it is used");
  }
  const Tensor first = first_gradient(*this, seed);
  const std::vector<std::shared_ptr<Node>> order = backward_order(node_);
  check_ready(order);
  const Silence silence;  // what a pass computes is no part of a graph
  const ClearIncoming clear = {order};
  // BEGIN SOLUTION: backward: begin at the newest node, and let each pass on what has come in
  order.front()->incoming = first;
  for (const std::shared_ptr<Node>& node : order) {
    const Tensor dout = std::move(node->incoming);
    if (node->is_leaf()) {
      keep_grad(*node, dout);
    } else {
      pass_on(*node, dout);
      if (!retain_graph) {
        release(*node);
      }
    }
  }
  // END SOLUTION
}

void zero_grad(const std::vector<Tensor>& leaves) {
  for (const Tensor& leaf : leaves) {
    Tensor grad = leaf.grad();
    if (grad.defined()) {
      grad.fill_(0);
    }
  }
}

}  // namespace tt
