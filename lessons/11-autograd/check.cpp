#include "wasm/runner/check.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/autograd/gradcheck.h"
#include "engine/autograd/node.h"
#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/nn/losses.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"
#include "engine/record.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using autograd::Node;
using autograd::Recorded;
using autograd::Rule;
using tt::check::show;

using Nodes = std::vector<std::shared_ptr<Node>>;

constexpr std::int64_t each = sizeof(float);

// Operations that only these tests have. The derivative in input 0 is 2, in input 1 is 3.

Tensor times(const Tensor& x, float factor) {
  Tensor out = x.clone();
  for (std::int64_t i = 0; i < out.numel(); ++i) {
    out.data_ptr()[i] *= factor;
  }
  return out;
}

Tensor twice(const Recorded&, const Tensor& dout) {
  return times(dout, 2);
}
Tensor thrice(const Recorded&, const Tensor& dout) {
  return times(dout, 3);
}
Tensor same(const Recorded&, const Tensor& dout) {
  return dout;
}

const std::vector<Rule> two_and_three = {{twice, autograd::keep_input0},
                                         {thrice, autograd::keep_input1}};
const std::vector<Rule> same_for_both = {{same}, {same}};

const bool registered = autograd::register_derivatives("same", {{same}}) &&
                        autograd::register_derivatives("second_only", {{}, {same}});

Tensor leaf(const Shape& shape, float value) {
  return full(shape, value).requires_grad_();
}

/// The node of an operation on two inputs of this shape, made by hand.
std::shared_ptr<Node> node_by_hand(const char* name, const std::vector<Rule>& rules,
                                   const Nodes& edges, const Shape& shape = {2}) {
  const Tensor a = full(shape, 1);
  const Tensor b = full(shape, 1);
  Tensor out = full(shape, 1);
  const Attributes none;
  return autograd::new_node({name, {a, b}, out, none, ""}, rules, edges);
}

/// The result is its input: the cheapest operation there is.
Tensor pass_through(const Tensor& x) {
  Tensor out = x.detach();
  record("same", {x}, out);
  return out;
}

/// While one lives, counts the derivatives that are computed.
struct Count : Listener {
  Count() { add_listener(*this); }
  ~Count() override { remove_listener(*this); }
  void operation(const Operation&) override {}
  void contribution(const Node&, std::size_t, const Tensor&, const Tensor&) override { ++calls; }
  std::int64_t calls = 0;
};

/// A graph of nodes that were made by hand, and are called by one letter each.
class Graph {
 public:
  /// A node whose edges lead to those of these letters; a dot is an edge that leads nowhere.
  void add(char name, const char* inputs) {
    auto node = std::make_shared<Node>();
    node->number = static_cast<std::int64_t>(nodes_.size()) + 1;
    for (const char* input = inputs; *input != 0; ++input) {
      node->inputs.push_back(*input == '.' ? nullptr : nodes_.at(*input));
    }
    names_[node.get()] = name;
    nodes_[name] = node;
  }

  const std::shared_ptr<Node>& operator[](char name) const { return nodes_.at(name); }

  /// The letters of these nodes.
  std::string letters(const Nodes& nodes) const {
    std::string text;
    for (const std::shared_ptr<Node>& node : nodes) {
      const auto found = names_.find(node.get());
      text += node == nullptr ? '.' : found == names_.end() ? '?' : found->second;
    }
    return text;
  }

 private:
  std::map<char, std::shared_ptr<Node>> nodes_;
  std::map<const Node*, char> names_;
};

void expect_letters(const std::string& expected, const std::string& actual, const char* idea) {
  expect(actual == expected, "the nodes " + expected,
         actual.size() > 60 ? std::to_string(actual.size()) + " nodes" : "the nodes " + actual,
         idea);
}

void expect_order(const Graph& graph, char root, const std::string& expected, const char* idea) {
  current_call() = std::string("backward_order(") + root + ")";
  expect_letters(expected, graph.letters(autograd::backward_order(graph[root])), idea);
}

/// The elements of a gradient, or no tensor at all.
void expect_values(const char* name, const Tensor& actual, const Shape& shape,
                   const std::vector<double>& expected, const char* idea) {
  current_call() += std::string(", then ") + name;
  if (!actual.defined()) {
    throw Failure{idea, "a tensor of shape " + show(shape), "an undefined tensor"};
  }
  expect_tensor(actual, shape, expected, 1e-6, 1e-6, idea);
}

/// The node that autograd gave to an output, as its edges: "a." for one to a, then none.
void expect_edges(const Tensor& out, const std::vector<Tensor>& expected, const char* idea) {
  const std::shared_ptr<Node>& node = out.node();
  expect(node != nullptr, "a node", "no node", idea);
  expect(node->rules != nullptr, "a node made by new_node, which knows its derivatives",
         "a node without derivatives", idea);
  expect(node->inputs.size() == expected.size(), std::to_string(expected.size()) + " edges",
         std::to_string(node->inputs.size()) + " edges", idea);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::string where = "edge " + std::to_string(i) + ": ";
    const std::shared_ptr<Node>& edge = node->inputs[i];
    const auto words = [&](const std::shared_ptr<Node>& to) {
      if (to == nullptr) {
        return where + "null";
      }
      for (std::size_t k = 0; k < expected.size(); ++k) {
        if (to == expected[k].node()) {
          return where + "to the node of input " + std::to_string(k);
        }
      }
      return where + "to another node";
    };
    const std::shared_ptr<Node> wanted = expected[i].defined() ? expected[i].node() : nullptr;
    expect(edge == wanted, words(wanted), words(edge), idea);
  }
}

const Tensor nowhere;  // in the place of an input that has no edge

}  // namespace

CHECK_CASE("connect", "each input that requires a gradient gets an edge, in the order of inputs") {
  const Tensor a = leaf({2}, 3);
  const Tensor b = leaf({2}, 5);
  current_call() = "c = mul(a, b)";
  const Tensor c = mul(a, b);
  expect_edges(c, {a, b}, "Edge i leads to the node of input i: input.node().");
  current_call() = "c = mul(a, b), d = mul(c, a)";
  expect_edges(mul(c, a), {c, a},
               "An edge leads to the node of the input, which may be an output.");
}

CHECK_CASE("connect", "an input that requires no gradient keeps its place, with a null edge") {
  const Tensor constant = full({2}, 3);
  const Tensor w = leaf({2}, 5);
  current_call() = "mul(constant, w)";
  expect_edges(mul(constant, w), {nowhere, w},
               "Derivative i belongs to edge i, so no edge may be left out.");
  current_call() = "mul(w, constant)";
  expect_edges(mul(w, constant), {w, nowhere},
               "Derivative i belongs to edge i, so no edge may be left out.");
}

CHECK_CASE("connect", "an input that is used twice gets two edges") {
  const Tensor a = leaf({2}, 3);
  current_call() = "mul(a, a)";
  expect_edges(mul(a, a), {a, a}, "Both uses have a derivative, so both need an edge.");
}

CHECK_CASE("connect", "there is no edge to an input without a derivative") {
  const Tensor a = leaf({2}, 3);
  const Tensor b = leaf({2}, 5);
  Tensor out = full({2}, 1);
  current_call() = "an operation of a and b whose rule for a has no derivative";
  record("second_only", {a, b}, out);
  expect_edges(out, {nowhere, b},
               "Where rule.derivative is nullptr, the output is constant in this input.");
}

CHECK_CASE("connect", "an output that no gradient can go through has no node") {
  const Tensor a = leaf({2}, 3);
  const Tensor b = full({2}, 5);
  current_call() = "eq(a, b)";
  expect(!eq(a, b).requires_grad(), "no node", "a node without an edge",
         "A comparison has no derivatives. With every edge null, return nullptr.");
  Tensor out = full({2}, 1);
  current_call() = "an operation of a and a constant, whose rule for a has no derivative";
  record("second_only", {a, b}, out);
  expect(!out.requires_grad(), "no node", "a node without an edge",
         "With every edge null, return nullptr.");
}

CHECK_CASE("connect", "when the last output dies, its graph dies too") {
  const Tensor w = leaf({100}, 1);
  current_call() = "{ y = mul(mul(w, w), w); }";
  const Memory memory;
  {
    const Tensor y = mul(mul(w, w), w);
    expect(memory.live() > 0, "bytes in use while y lives", show(memory.live()) + " bytes",
           "new_node keeps what the derivatives read.");
  }
  expect(memory.live() == 0, "0 bytes of it still in use",
         show(memory.live()) + " bytes still in use",
         "An edge may lead from an output to its inputs, and never back: two nodes that own each "
         "other are never destroyed.");
}

CHECK_CASE("no_grad", "while a guard lives, operations leave no graph") {
  const Tensor w = leaf({2}, 3);
  current_call() = "{ NoGradGuard guard; mul(w, w); }";
  const NoGradGuard guard;
  expect(!grad_enabled(), "gradients off", "gradients on", "The guard switches them off.");
  expect(mul(w, w).node() == nullptr, "no node", "a node", "The guard switches them off.");
}

CHECK_CASE("no_grad", "after the guard, gradients are on again") {
  current_call() = "{ NoGradGuard guard; }";
  { const NoGradGuard guard; }
  expect(grad_enabled(), "gradients on", "gradients off",
         "The destructor puts back what the guard remembers, so remember it before you change it.");
}

CHECK_CASE("no_grad", "a guard inside a guard leaves gradients off when it dies") {
  current_call() = "{ NoGradGuard outer; { NoGradGuard inner; } }";
  {
    const NoGradGuard outer;
    {
      const NoGradGuard inner;
      expect(!grad_enabled(), "gradients off while both live", "gradients on",
             "A guard switches off; it does not turn on to off and off to on.");
    }
    expect(!grad_enabled(), "gradients off, because the outer guard lives", "gradients on",
           "What the inner guard found was off, so off is what it must put back.");
  }
  expect(grad_enabled(), "gradients on after both", "gradients off",
         "What the outer guard found was on.");
}

CHECK_CASE("order", "every node that the root was computed from is in the list") {
  Graph graph;
  graph.add('a', "");
  graph.add('b', "");
  graph.add('c', "ab");
  graph.add('d', "cb");
  graph.add('x', "d");  // not below d
  expect_order(graph, 'a', "a", "A leaf was computed from nothing but itself.");
  expect_order(graph, 'd', "dcba", "From each node in the list, go on to the nodes of its edges.");
}

CHECK_CASE("order", "a node is in the list once, however many edges lead to it") {
  Graph graph;
  graph.add('a', "");
  graph.add('b', "aa");
  graph.add('c', "ab");
  graph.add('d', "cb");
  const char* idea = "Mark each node with the number of this walk when you find it.";
  expect_order(graph, 'b', "ba", idea);
  expect_order(graph, 'd', "dcba", idea);
}

CHECK_CASE("order", "ten stacked diamonds are 11 nodes") {
  Graph graph;
  graph.add('a', "");
  std::string expected = "a";
  for (char name = 'b'; name <= 'k'; ++name) {
    const char input[] = {static_cast<char>(name - 1), static_cast<char>(name - 1), 0};
    graph.add(name, input);
    expected = name + expected;
  }
  expect_order(graph, 'k', expected,
               "A node that was found before is not visited again: else the work doubles with each "
               "diamond.");
}

CHECK_CASE("order", "an output stands before its inputs, also where a short way leads to one") {
  Graph graph;
  graph.add('a', "");
  graph.add('b', "a");
  graph.add('c', "b");
  graph.add('w', "");  // a leaf that is younger than some outputs
  graph.add('d', "cw");
  graph.add('e', "ad");  // a is found at once, and must come last
  expect_order(graph, 'e', "edwcba",
               "The order in which you find nodes is not enough: newest_first puts them in order.");
}

CHECK_CASE("order", "a null edge leads nowhere") {
  Graph graph;
  graph.add('a', "");
  graph.add('b', ".a");
  graph.add('c', "b.");
  expect_order(graph, 'c', "cba", "An edge to an input without a gradient is null: skip it.");
}

CHECK_CASE("order", "a second walk finds the same nodes again") {
  Graph graph;
  graph.add('a', "");
  graph.add('b', "aa");
  graph.add('c', "ba");
  expect_order(graph, 'c', "cba", "Compare a node's mark with the number of this walk.");
  expect_order(graph, 'b', "ba",
               "Every walk has a number of its own: marks of earlier ones do not count.");
  expect_order(graph, 'c', "cba",
               "Every walk has a number of its own: marks of earlier ones do not count.");
}

CHECK_CASE("order", "a chain of 20,000 nodes takes no more stack than one of three") {
  auto node = std::make_shared<Node>();
  for (std::int64_t i = 1; i < 20'000; ++i) {
    auto next = std::make_shared<Node>();
    next->number = i;
    next->inputs.push_back(node);
    node = next;
  }
  current_call() = "backward_order(the end of a chain of 20,000 nodes)";
  const Nodes order = autograd::backward_order(node);
  expect(order.size() == 20'000 && order.back()->inputs.empty(), "20,000 nodes, the leaf last",
         std::to_string(order.size()) + " nodes",
         "Walk along the list while it grows; do not call a function from itself.");
}

CHECK_CASE("pass_on", "each input gets what its own derivative gives") {
  const auto a = autograd::new_leaf({2});
  const auto b = autograd::new_leaf({2});
  const auto node = node_by_hand("two_and_three", two_and_three, {a, b});
  current_call() = "pass_on(a node whose derivatives are 2 and 3, dout = [1, 10])";
  autograd::pass_on(*node, from_vector({1, 10}, {2}));
  expect_values("the incoming of input 0", a->incoming, {2}, {2, 20},
                "differentiate(node, i, dout) gives what input i gets.");
  expect_values("the incoming of input 1", b->incoming, {2}, {3, 30},
                "differentiate(node, i, dout) gives what input i gets.");
  expect(!node->incoming.defined(), "nothing added to the node itself", show(node->incoming),
         "What is computed goes to the inputs.");
}

CHECK_CASE("pass_on", "no derivative is computed for an input without an edge") {
  const auto b = autograd::new_leaf({2});
  const auto node = node_by_hand("two_and_three", two_and_three, {nullptr, b});
  current_call() = "pass_on(a node whose edge 0 is null, dout = [1, 10])";
  const Count count;
  autograd::pass_on(*node, from_vector({1, 10}, {2}));
  expect_values("the incoming of input 1", b->incoming, {2}, {3, 30},
                "The number of the edge is the number of the derivative.");
  expect(count.calls == 1, "1 derivative", show(count.calls) + " derivatives",
         "Ask for a derivative where there is an edge, and once for each.");
}

CHECK_CASE("pass_on", "what has come in before stays, and the rest is added") {
  const auto a = autograd::new_leaf({2});
  const auto b = autograd::new_leaf({2});
  a->incoming = from_vector({100, 200}, {2});
  const auto node = node_by_hand("two_and_three", two_and_three, {a, b});
  current_call() =
      "pass_on(a node whose derivatives are 2 and 3, dout = [1, 10]), where [100, 200] "
      "has come in at input 0";
  autograd::pass_on(*node, from_vector({1, 10}, {2}));
  expect_values("the incoming of input 0", a->incoming, {2}, {102, 220},
                "A tensor that is used in two places gets the sum of both contributions.");
  expect_values("the incoming of input 1", b->incoming, {2}, {3, 30},
                "Where nothing has come in, what comes is the sum.");
}

CHECK_CASE("pass_on", "an input that is used twice gets both contributions") {
  const auto a = autograd::new_leaf({2});
  const auto node = node_by_hand("two_and_three", two_and_three, {a, a});
  current_call() = "pass_on(a node with two edges to a, with derivatives 2 and 3, dout = [1, 10])";
  autograd::pass_on(*node, from_vector({1, 10}, {2}));
  expect_values("the incoming of a", a->incoming, {2}, {5, 50}, "2 times dout and 3 times dout.");
}

CHECK_CASE("pass_on", "no tensor is changed, because two nodes may hold the same one") {
  const auto a = autograd::new_leaf({2});
  const auto b = autograd::new_leaf({2});
  const auto sum_of_both = node_by_hand("same_for_both", same_for_both, {a, b});
  const auto sum_with_a = node_by_hand("same_for_both", same_for_both, {a, nullptr});
  const Tensor dout = from_vector({1, 10}, {2});
  current_call() = "pass_on from a + b and then from a + 1, each with dout = [1, 10]";
  autograd::pass_on(*sum_of_both, dout);
  autograd::pass_on(*sum_with_a, dout);
  const char* idea =
      "The derivatives of a sum hand on dout itself, so a and b hold the same tensor. Make a new "
      "one with add, and change none with add_.";
  expect_values("the incoming of a", a->incoming, {2}, {2, 20}, idea);
  expect_values("the incoming of b", b->incoming, {2}, {1, 10}, idea);
  expect_values("dout", dout, {2}, {1, 10}, idea);
}

CHECK_CASE("keep_grad", "the first gradient becomes the leaf's grad") {
  const auto node = autograd::new_leaf({2});
  current_call() = "keep_grad(leaf, [1, 2])";
  autograd::keep_grad(*node, from_vector({1, 2}, {2}));
  expect_values("leaf.grad", node->grad, {2}, {1, 2}, "There was none before.");
}

CHECK_CASE("keep_grad", "a later gradient is added to the one from before") {
  const auto node = autograd::new_leaf({2});
  current_call() = "keep_grad(leaf, [1, 2]), keep_grad(leaf, [10, 20])";
  autograd::keep_grad(*node, from_vector({1, 2}, {2}));
  autograd::keep_grad(*node, from_vector({10, 20}, {2}));
  expect_values("leaf.grad", node->grad, {2}, {11, 22}, "Passes add up until zero_grad.");
}

CHECK_CASE("keep_grad", "the grad is in memory that nobody else has") {
  const auto a = autograd::new_leaf({2});
  const auto b = autograd::new_leaf({2});
  const Tensor dx = from_vector({1, 2}, {2});
  current_call() = "keep_grad(a, dx), keep_grad(b, dx)";
  autograd::keep_grad(*a, dx);
  autograd::keep_grad(*b, dx);
  const bool shared = a->grad.is_alias_of(dx) || a->grad.is_alias_of(b->grad);
  expect(
      !shared, "three storages", "a storage that is shared",
      "Two leaves may be handed the same tensor. If each keeps it, changing one grad changes the "
      "other: keep a clone.");
}

CHECK_CASE("keep_grad", "a grad that was one number, expanded, has a place for each element") {
  const auto node = autograd::new_leaf({2, 2});
  const Tensor dx = full({}, 1).expand({2, 2});
  current_call() = "keep_grad(leaf, one number expanded to (2, 2)), twice";
  autograd::keep_grad(*node, dx);
  autograd::keep_grad(*node, dx);
  expect_values("leaf.grad", node->grad, {2, 2}, {2, 2, 2, 2}, "A clone has a place for each.");
  node->grad.data_ptr()[0] = 9;
  expect_values("grad[0, 0] = 9", node->grad, {2, 2}, {9, 2, 2, 2},
                "A clone has a place for each.");
}

CHECK_CASE("keep_grad", "who holds the grad sees what is added") {
  const auto node = autograd::new_leaf({2});
  current_call() = "keep_grad(leaf, [1, 2]), held = leaf.grad, keep_grad(leaf, [10, 20])";
  autograd::keep_grad(*node, from_vector({1, 2}, {2}));
  const Tensor held = node->grad;
  autograd::keep_grad(*node, from_vector({10, 20}, {2}));
  expect_values("held", held, {2}, {11, 22},
                "Add in place: grad is memory of our own, so nobody is surprised.");
}

CHECK_CASE("release", "what the operation kept is given back") {
  const auto leaf_node = autograd::new_leaf({100});
  const Memory memory;
  const auto node = node_by_hand("two_and_three", two_and_three, {leaf_node, leaf_node}, {100});
  expect(memory.live() == 2 * 100 * each, "800 bytes kept", show(memory.live()) + " bytes",
         "This is a mistake in the test, not in your code.");
  current_call() = "release(a node that keeps two tensors of 400 bytes)";
  autograd::release(*node);
  expect(memory.live() == 0, "0 bytes of it in use", show(memory.live()) + " bytes in use",
         "The kept values are in node.op: let a new Recorded take its place, with nothing but the "
         "name.");
}

CHECK_CASE("release", "its edges are gone, and with them the nodes that nobody else holds") {
  auto input = autograd::new_leaf({2});
  const std::weak_ptr<Node> watched = input;
  const auto node = node_by_hand("two_and_three", two_and_three, {input, nullptr});
  input = nullptr;
  current_call() = "release(a node with an edge)";
  autograd::release(*node);
  expect(node->inputs.empty(), "no edges", std::to_string(node->inputs.size()) + " edges",
         "Clear the list of edges.");
  expect(watched.expired(), "the input's node destroyed", "it lives", "Clear the list of edges.");
}

CHECK_CASE("release", "the node is marked, and keeps its operation's name") {
  const auto input = autograd::new_leaf({2});
  const auto node = node_by_hand("two_and_three", two_and_three, {input, nullptr});
  current_call() = "release(a node of two_and_three)";
  autograd::release(*node);
  expect(node->released, "released = true", "released = false",
         "Without a mark, a second pass would stop here and nobody would notice.");
  expect(std::strcmp(node->op.name(), "two_and_three") == 0, "the name two_and_three",
         std::string("the name ") + node->op.name(),
         "The refusal of a second pass must name the operation: Recorded(node.op.name()).");
}

CHECK_CASE("check_ready", "a graph that was not released is ready") {
  const auto input = autograd::new_leaf({2});
  const auto node = node_by_hand("two_and_three", two_and_three, {input, nullptr});
  current_call() = "check_ready({a new node, its leaf})";
  try {
    autograd::check_ready({node, input});
  } catch (const std::exception& refusal) {
    throw Failure{"Nothing was released or changed.", "no refusal", refusal.what()};
  }
}

CHECK_CASE("check_ready", "a node that was released is refused by its name, wherever it stands") {
  const auto input = autograd::new_leaf({2});
  const auto used = node_by_hand("two_and_three", two_and_three, {input, nullptr});
  const auto fresh = node_by_hand("same_for_both", same_for_both, {used, nullptr});
  const auto newest = node_by_hand("same_for_both", same_for_both, {fresh, nullptr});
  used->op = Recorded("two_and_three");
  used->inputs.clear();
  used->released = true;
  current_call() = "check_ready({newest, fresh, a released node of two_and_three})";
  expect_refusal({"two_and_three"}, "Look at released in every node, and name node->op.name().",
                 [&] {
                   autograd::check_ready({newest, fresh, used});
                   return true;
                 });
}

CHECK_CASE("check_ready", "a kept value that was changed in place is refused") {
  const auto input = autograd::new_leaf({2});
  Tensor a = full({2}, 1);
  const Tensor b = full({2}, 1);
  Tensor out = full({2}, 1);
  const Attributes none;
  const auto node =
      autograd::new_node({"two_and_three", {a, b}, out, none, ""}, two_and_three, {input, nullptr});
  a.fill_(5);
  current_call() = "check_ready({a node whose input 0 was changed in place, its leaf})";
  expect_refusal({"two_and_three", "in place"},
                 "node->op.check_unchanged() refuses it, with a text of its own.", [&] {
                   autograd::check_ready({node, input});
                   return true;
                 });
}

CHECK_CASE("backward", "the gradient of a product comes back to both factors") {
  const Tensor a = leaf({}, 3);
  const Tensor b = leaf({}, 5);
  current_call() = "mul(a, b).backward(), a = 3, b = 5";
  mul(a, b).backward();
  expect_values("a.grad()", a.grad(), {}, {5}, "Leaves keep what comes in: keep_grad.");
  expect_values("b.grad()", b.grad(), {}, {3}, "Leaves keep what comes in: keep_grad.");
}

CHECK_CASE("backward", "it begins with the seed") {
  const Tensor x = leaf({2}, 3);
  current_call() = "mul(x, x).backward([1, 10]), x = [3, 3]";
  mul(x, x).backward(from_vector({1, 10}, {2}));
  expect_values("x.grad()", x.grad(), {2}, {6, 60}, "The first incoming is `first`.");
  const Tensor w = leaf({2}, 3);
  current_call() = "w.backward([1, 10]), where w is a leaf itself";
  w.backward(from_vector({1, 10}, {2}));
  expect_values("w.grad()", w.grad(), {2}, {1, 10}, "A leaf keeps what comes in, also the first.");
}

CHECK_CASE("backward", "a node passes on when all its contributions are there") {
  const Tensor a = leaf({}, 2);
  const Tensor c = mul(a, a);
  const Tensor d = mul(c, full({}, 5));
  current_call() = "c = a * a, d = 5 * c, add(c, d).backward(), a = 2";
  add(c, d).backward();
  expect_values("a.grad()", a.grad(), {}, {24}, "Go through the whole list, in its order, once.");
}

CHECK_CASE("backward", "30 stacked diamonds take 60 derivatives") {
  const Tensor x = leaf({}, 1);
  Tensor y = x;
  for (int i = 0; i < 30; ++i) {
    y = add(y, y);
  }
  current_call() = "y = x, thirty times y = add(y, y), y.backward()";
  const Count count;
  y.backward();
  expect(count.calls == 60, "60 derivatives", show(count.calls) + " derivatives",
         "30 nodes with 2 edges each: every node has one turn.");
  expect_values("x.grad()", x.grad(), {}, {1073741824.0}, "Each sum doubles the gradient.");
}

CHECK_CASE("backward", "a chain of 100,000 operations takes no more stack than one of three") {
  const Tensor x = leaf({}, 2);
  Tensor y = x;
  for (int i = 0; i < 100'000; ++i) {
    y = pass_through(y);
  }
  current_call() = "100,000 operations that hand on their input, y.backward()";
  y.backward();
  expect_values("x.grad()", x.grad(), {}, {1}, "Go through the list; no call inside a call.");
}

CHECK_CASE("backward", "with retain_graph the graph can be walked again, and gradients add up") {
  const Tensor x = leaf({}, 3);
  const Tensor y = mul(mul(x, x), x);
  current_call() = "y = x * x * x, x = 3, y.backward(1, true)";
  y.backward(full({}, 1), true);
  expect_values("x.grad()", x.grad(), {}, {27}, "3 times x squared.");
  current_call() = "the same a second time";
  y.backward(full({}, 1), true);
  expect_values(
      "x.grad()", x.grad(), {}, {54},
      "Nothing of the first pass may be left in a node, and nothing it needs may be gone.");
  zero_grad({x});
  current_call() = "zero_grad({x}), and a third time";
  y.backward();
  expect_values("x.grad()", x.grad(), {}, {27}, "27 more than 0.");
}

CHECK_CASE("backward", "a second pass is refused before it changes a gradient") {
  const Tensor x = leaf({}, 3);
  const Tensor w = leaf({}, 5);
  const Tensor trunk = mul(x, x);
  const Tensor first = mul(trunk, trunk);
  const Tensor second = mul(trunk, w);
  first.backward();
  current_call() = "second.backward(), after first.backward() went through the same trunk";
  expect_refusal({"mul"}, "What has passed on is released, unless retain_graph.", [&] {
    second.backward();
    return true;
  });
  expect(!w.grad().defined(), "no gradient at w", show(w.grad()),
         "check_ready looks at every node before the first one passes on.");
  expect_tensor(x.grad(), {}, {108}, 1e-6, 0, "The refused pass must leave x.grad() as it was.");
}

CHECK_CASE("backward", "afterwards the bytes of the graph are free") {
  const Tensor x = leaf({100}, 1);
  const Memory memory;
  Tensor y = x;
  for (int i = 0; i < 10; ++i) {
    y = mul(y, y);
  }
  y = sum(y);
  current_call() = "ten times y = mul(y, y), y = sum(y), y.backward()";
  y.backward();
  expect(memory.live() == each + 100 * each, "404 bytes: y and x.grad()",
         show(memory.live()) + " bytes",
         "Release each operation that has passed on, unless retain_graph is true.");
}

CHECK_CASE("backward", "an operation is released before the next one passes on") {
  std::vector<Tensor> weights;
  Tensor y = full({1000}, 1);
  for (int i = 0; i < 20; ++i) {
    weights.push_back(leaf({1000}, 1));
    y = mul(y, weights.back());
  }
  y = sum(y);
  current_call() =
      "twenty times y = mul(y, w) with another leaf w of 4,000 bytes, y = sum(y), "
      "y.backward()";
  reset_peak_memory();
  const std::int64_t before = memory_stats().live_bytes;
  y.backward();
  const std::int64_t more = memory_stats().peak_bytes - before;
  expect(more <= 30'000, "at most 30,000 bytes more than before, at the worst moment",
         show(more) + " bytes more",
         "On the way back gradients are made and kept values are given back, one for one, if each "
         "is released in its turn.");
}

CHECK_CASE("backward", "what has come in at a node is taken out of it") {
  const Tensor x = leaf({1000}, 1);
  const Tensor one = full({}, 1);
  Tensor y = x;
  for (int i = 0; i < 20; ++i) {
    y = mul(y, one);
  }
  const Tensor seed = ones({1000});
  current_call() = "twenty times y = mul(y, one) on 4,000 bytes, y.backward(seed)";
  reset_peak_memory();
  const std::int64_t before = memory_stats().live_bytes;
  y.backward(seed);
  const std::int64_t more = memory_stats().peak_bytes - before;
  expect(more <= 20'000, "at most 20,000 bytes more than before, at the worst moment",
         show(more) + " bytes more",
         "Move the gradient out of the node, so that it dies when the node has passed it on.");
}

CHECK_CASE("backward", "the gradients of a network agree with differences") {
  Draw draw;
  const Tensor target = from_vector({0, 2, 1}, {3});
  const auto network = [&](const std::vector<Tensor>& x) {
    const Tensor hidden = tanh(matmul(x[0], x[1]) + x[2]);
    const Tensor logits = matmul(hidden * sigmoid(hidden), x[3].transpose(0, 1));
    return cross_entropy(logits, target, Reduction::none) + mean(hidden, {1});
  };
  current_call() = "gradcheck of a network of two layers";
  const autograd::Gradcheck found =
      autograd::gradcheck(network, {random_tensor(draw, {3, 4}), random_tensor(draw, {4, 5}),
                                    random_tensor(draw, {5}), random_tensor(draw, {3, 5})});
  expect(found.passed, "the same gradients from differences", found.message,
         "hidden is used three times: all of its contributions must have come in before it passes "
         "on.");
}

namespace {

// What the cards measure: a chain of layers that each keep their output.
Tensor layers(Tensor y, int count) {
  for (int i = 0; i < count; ++i) {
    y = sigmoid(y);
  }
  return y;
}

}  // namespace

MEASURE("graph-bytes") {
  const Tensor x = leaf({64, 100}, 1);
  const Memory memory;
  const Tensor y = layers(x, 10);
  return static_cast<double>(memory.live());
}

MEASURE("products") {
  const Tensor x = full({32, 64}, 1);
  std::vector<Tensor> weights;
  for (int i = 0; i < 8; ++i) {
    weights.push_back(leaf({64, 64}, 0.01F));
  }
  Tensor y = x;
  for (const Tensor& weight : weights) {
    y = matmul(y, weight);
  }
  const Tensor seed = ones({32, 64});
  reset_counters();
  y.backward(seed);
  return static_cast<double>(counters().flops) / (2.0 * 32 * 64 * 64);
}

MEASURE("peak-plain") {
  const Tensor x = leaf({1000}, 1);
  const Tensor seed = ones({1000});
  reset_peak_memory();
  const std::int64_t before = memory_stats().live_bytes;
  layers(x, 16).backward(seed);
  return static_cast<double>(memory_stats().peak_bytes - before);
}

MEASURE("peak-checkpoints") {
  const Tensor x = leaf({1000}, 1);
  Tensor gradient = ones({1000});
  reset_peak_memory();
  const std::int64_t before = memory_stats().live_bytes;
  std::vector<Tensor> begins = {x.detach()};
  {
    const NoGradGuard no_grad;
    for (int part = 0; part < 3; ++part) {
      begins.push_back(layers(begins.back(), 4));
    }
  }
  while (!begins.empty()) {
    const Tensor begin = begins.back().detach().requires_grad_();
    begins.pop_back();
    layers(begin, 4).backward(gradient);
    gradient = begin.grad();
  }
  return static_cast<double>(memory_stats().peak_bytes - before);
}
