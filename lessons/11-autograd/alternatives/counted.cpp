#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include "engine/autograd/engine.h"
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
  const auto flows = [&](std::size_t i, const Tensor& input) {
    return input.node() != nullptr && rules[i].derivative != nullptr;
  };
  std::vector<std::shared_ptr<Node>> edges(operation.inputs.size());
  std::size_t found = 0;
  std::size_t i = 0;
  for (const Tensor& input : operation.inputs) {
    if (flows(i, input)) {
      edges[i] = input.node();
      ++found;
    }
    ++i;
  }
  if (found == 0) {
    return nullptr;
  }
  return new_node(operation, rules, std::move(edges));
}

}  // namespace autograd

bool grad_enabled() {
  return autograd::enabled;
}

// Gradients on: off while the guard lives, then on again.  Gradients off: they stay off.
NoGradGuard::NoGradGuard() {
  using autograd::enabled;
  before_ = std::exchange(enabled, false);
}

NoGradGuard::~NoGradGuard() {
  autograd::enabled = before_;
}

namespace autograd {

// y = a * a + a -> the node of +, the node of *, the leaf a.
std::vector<std::shared_ptr<Node>> backward_order(const std::shared_ptr<Node>& root) {
  const std::int64_t walk = ++walks;
  static_cast<void>(walk);
  // As in the lesson on single numbers: a node is next when the last edge to it was met.
  std::unordered_map<const Node*, int> waiting;
  std::vector<const Node*> found = {root.get()};
  while (!found.empty()) {
    const Node* node = found.back();
    found.pop_back();
    for (const std::shared_ptr<Node>& input : node->inputs) {
      if (input != nullptr && ++waiting[input.get()] == 1) {
        found.push_back(input.get());
      }
    }
  }
  std::vector<std::shared_ptr<Node>> order(1, root);
  for (std::size_t next = 0; next < order.size(); ++next) {
    const std::shared_ptr<Node> node = order[next];
    for (const std::shared_ptr<Node>& input : node->inputs) {
      if (input != nullptr && --waiting[input.get()] == 0) {
        order.push_back(input);
      }
    }
  }
  newest_first(order);
  return order;
}

// c = mul(a, b), 5 has come in -> 5 * b is added at a, and 5 * a at b.
void pass_on(const Node& node, const Tensor& dout) {
  std::size_t i = 0;
  for (const std::shared_ptr<Node>& input : node.inputs) {
    if (input != nullptr) {
      const Tensor dx = differentiate(node, i, dout);
      if (!input->incoming.defined()) {
        input->incoming = zeros(dx.sizes());
      }
      input->incoming = add(dx, input->incoming);
    }
    ++i;
  }
}

// No grad yet, 3 comes in -> grad: 3.  Then 2 comes in -> grad: 5.
void keep_grad(Node& leaf, const Tensor& dx) {
  if (!leaf.grad.defined()) {
    leaf.grad = zeros(dx.sizes());
  }
  add_(leaf.grad, dx);
}

// A node that keeps b and has an edge to a -> a node without either, marked as released.
void release(Node& node) {
  const char* name = node.op.name();
  node.released = true;
  std::vector<std::shared_ptr<Node>>().swap(node.inputs);
  node.op = Recorded(name);
}

void check_ready(const std::vector<std::shared_ptr<Node>>& order) {
  for (const std::shared_ptr<Node>& node : order) {
    if (!node->released) {
      node->op.check_unchanged();
    } else {
      throw std::invalid_argument(std::string("[backward] got ") + node->op.name() +
                                  " a second time: it was released");
    }
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
  order.front()->incoming = first;
  std::size_t next = 0;
  while (next < order.size()) {
    Node& node = *order[next++];
    const Tensor dout = std::exchange(node.incoming, Tensor());
    if (!node.is_leaf()) {
      pass_on(node, dout);
      if (retain_graph) {
        continue;
      }
      release(node);
      continue;
    }
    keep_grad(node, dout);
  }
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
