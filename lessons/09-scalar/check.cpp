#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/autograd/scalar.h"

namespace {

using namespace tt::check;
using namespace tt::scalar;
using tt::check::show;

// Numbers

bool close(double actual, double expected) {
  return std::fabs(actual - expected) <= 1e-9 * (1 + std::fabs(expected));
}

std::string show(const Derivatives& d) {
  return show(d.in_a) + " in a, " + show(d.in_b) + " in b";
}

const char* name_of(Arithmetic op) {
  switch (op) {
    case Arithmetic::add:
      return "Arithmetic::add";
    case Arithmetic::sub:
      return "Arithmetic::sub";
    case Arithmetic::mul:
      return "Arithmetic::mul";
    case Arithmetic::div:
      return "Arithmetic::div";
  }
  return "";
}

double apply(Arithmetic op, double a, double b) {
  switch (op) {
    case Arithmetic::add:
      return a + b;
    case Arithmetic::sub:
      return a - b;
    case Arithmetic::mul:
      return a * b;
    case Arithmetic::div:
      return a / b;
  }
  return 0;
}

const char* name_of(Function function) {
  switch (function) {
    case Function::exp:
      return "Function::exp";
    case Function::log:
      return "Function::log";
    case Function::tanh:
      return "Function::tanh";
    case Function::relu:
      return "Function::relu";
  }
  return "";
}

double apply(Function function, double x) {
  switch (function) {
    case Function::exp:
      return std::exp(x);
    case Function::log:
      return std::log(x);
    case Function::tanh:
      return std::tanh(x);
    case Function::relu:
      return x > 0 ? x : 0;
  }
  return 0;
}

Derivatives call_derivatives(Arithmetic op, double a, double b) {
  current_call() =
      "derivatives(" + std::string(name_of(op)) + ", " + show(a) + ", " + show(b) + ")";
  return derivatives(op, a, b);
}

void expect_derivatives(Arithmetic op, double a, double b, const Derivatives& expected,
                        const char* idea) {
  const Derivatives actual = call_derivatives(op, a, b);
  expect(close(actual.in_a, expected.in_a) && close(actual.in_b, expected.in_b), show(expected),
         show(actual), idea);
}

double call_derivative(Function function, double x) {
  const double y = apply(function, x);
  current_call() =
      "derivative(" + std::string(name_of(function)) + ", " + show(x) + ", " + show(y) + ")";
  return derivative(function, x, y);
}

void expect_derivative(Function function, double x, double expected, const char* idea) {
  const double actual = call_derivative(function, x);
  expect(close(actual, expected), show(expected), show(actual), idea);
}

/// The growth that a nudge of x in both directions shows.
template <class Curve>
double nudged(Curve curve, double x) {
  constexpr double step = 1e-5;
  return (curve(x + step) - curve(x - step)) / (2 * step);
}

/// A number between 0.5 and 2.5, and half of the time its negative.
double draw_number(Draw& draw) {
  const double size = 0.5 + static_cast<double>(draw.between(0, 2000)) / 1000;
  return draw.between(0, 1) == 0 ? size : -size;
}

// Graphs

/// A graph that a test draws by hand, so that no step but the tested one is needed. Its nodes have
/// names for the messages.
class Drawing {
 public:
  /// Adds a node: a leaf, or a result with an edge to each of these.
  ValueNode* add(const std::string& name,
                 const std::vector<std::pair<ValueNode*, double>>& inputs = {}) {
    auto node = std::make_shared<ValueNode>();
    for (const auto& [input, derivative] : inputs) {
      node->inputs.push_back({nodes_.at(input), derivative});
    }
    if (!inputs.empty()) {
      node->op = "drawn";
    }
    names_[node.get()] = name;
    nodes_[node.get()] = node;
    return node.get();
  }

  std::string name(ValueNode* node) const {
    const auto found = names_.find(node);
    return found == names_.end() ? "a node that is not in the graph" : found->second;
  }

  /// Names in the given order: `y, c, a`.
  std::string names(const std::vector<ValueNode*>& nodes) const {
    std::string text;
    for (std::size_t i = 0; i < nodes.size() && i < most_shown; ++i) {
      text += (i == 0 ? "" : ", ") + name(nodes[i]);
    }
    return nodes.size() > most_shown ? text + ", ... (" + std::to_string(nodes.size()) + " in all)"
                                     : text;
  }

  /// Names with counts, in the order of the names: `a: 2, b: 1`.
  std::string counts(const Uses& uses) const {
    std::vector<std::string> entries;
    for (const auto& [node, count] : uses) {
      entries.push_back(name(node) + ": " + std::to_string(count));
    }
    std::sort(entries.begin(), entries.end());
    std::string text;
    for (std::size_t i = 0; i < entries.size() && i < most_shown; ++i) {
      text += (i == 0 ? "" : ", ") + entries[i];
    }
    return entries.empty() ? "no node" : text;
  }

 private:
  static constexpr std::size_t most_shown = 20;

  std::unordered_map<ValueNode*, std::string> names_;
  std::unordered_map<ValueNode*, std::shared_ptr<ValueNode>> nodes_;
};

/// y = a * b + a, with a = 2 and b = 3.
struct Small {
  Drawing drawing;
  ValueNode* a = drawing.add("a");
  ValueNode* b = drawing.add("b");
  ValueNode* c = drawing.add("c", {{a, 3}, {b, 2}});
  ValueNode* y = drawing.add("y", {{c, 1}, {a, 1}});
};

/// x1 = x + x, x2 = x1 + x1, and so on. Gives the last one.
ValueNode* stack_diamonds(Drawing& drawing, int count) {
  ValueNode* x = drawing.add("x");
  for (int i = 1; i <= count; ++i) {
    x = drawing.add("x" + std::to_string(i), {{x, 1}, {x, 1}});
  }
  return x;
}

/// x1 = f(x), x2 = f(x1), and so on: so many results without names. Gives the last one.
std::shared_ptr<ValueNode> make_chain(int count) {
  auto last = std::make_shared<ValueNode>();
  for (int i = 0; i < count; ++i) {
    auto next = std::make_shared<ValueNode>();
    next->inputs.push_back({last, 1});
    last = next;
  }
  return last;
}

/// A result that was made of all leaves, by ways of every length.
ValueNode* draw_random(Drawing& drawing, Draw& draw) {
  std::vector<ValueNode*> nodes = {drawing.add("a"), drawing.add("b"), drawing.add("c")};
  ValueNode* root = nodes.front();
  for (int i = 0; i < 12; ++i) {
    ValueNode* left = nodes[static_cast<std::size_t>(draw.between(0, 2 + 2 * i))];
    ValueNode* right = nodes[static_cast<std::size_t>(draw.between(0, 2 + 2 * i))];
    nodes.push_back(drawing.add("d" + std::to_string(i), {{left, 1}, {right, 1}}));
    // Which of the two edges comes first must not matter.
    const bool turned = draw.between(0, 1) == 1;
    root = turned ? drawing.add("y" + std::to_string(i), {{root, 1}, {nodes.back(), 1}})
                  : drawing.add("y" + std::to_string(i), {{nodes.back(), 1}, {root, 1}});
    nodes.push_back(root);
  }
  return root;
}

/// Counts edges without the student's code.
Uses edges_below(ValueNode* root) {
  Uses counts;
  std::vector<ValueNode*> todo = {root};
  while (!todo.empty()) {
    ValueNode* node = todo.back();
    todo.pop_back();
    for (const Edge& edge : node->inputs) {
      if (counts[edge.node.get()]++ == 0) {
        todo.push_back(edge.node.get());
      }
    }
  }
  return counts;
}

void expect_uses(const Drawing& drawing, ValueNode* root, const Uses& expected, const char* idea) {
  const Uses actual = count_uses(root);
  expect(actual == expected, drawing.counts(expected), drawing.counts(actual), idea);
}

/// Fails unless `order` is one in which gradients can be passed on from `root`.
void expect_order(const Drawing& drawing, const std::vector<ValueNode*>& order, ValueNode* root,
                  const char* idea) {
  const std::size_t count = edges_below(root).size() + 1;
  expect(!order.empty() && order.front() == root, drawing.name(root) + " first",
         order.empty() ? "no node at all" : drawing.names(order), "The walk begins at the result.");
  expect(order.size() == count, std::to_string(count) + " nodes, each once",
         std::to_string(order.size()) + ": " + drawing.names(order), idea);
  std::unordered_map<ValueNode*, std::size_t> place;
  for (ValueNode* node : order) {
    expect(place.emplace(node, place.size()).second, "each node once",
           drawing.name(node) + " twice: " + drawing.names(order), idea);
  }
  for (ValueNode* node : order) {
    for (const Edge& edge : node->inputs) {
      const auto found = place.find(edge.node.get());
      expect(found != place.end(), drawing.name(edge.node.get()) + " somewhere",
             drawing.names(order), idea);
      expect(found->second > place.at(node),
             drawing.name(node) + " before " + drawing.name(edge.node.get()) +
                 ", which it was made of",
             drawing.names(order), idea);
    }
  }
}

void expect_grad(const char* name, const Value& value, double expected, const char* idea) {
  expect(close(value.grad(), expected), std::string(name) + ".grad() is " + show(expected),
         show(value.grad()), idea);
}

/// A number with its derivative in one leaf, which is carried forward beside it: another way to the
/// same derivatives, without a graph.
struct Dual {
  double value;
  double slope;
};

/// One line of a random formula: an operation on earlier lines.
struct Line {
  int op;
  std::size_t a;
  std::size_t b;
};

constexpr int line_ops = 10;
constexpr std::size_t leaves = 3;

std::string name_of_line(std::size_t line) {
  return line < leaves ? std::string(1, "abc"[line]) : "t" + std::to_string(line - leaves);
}

std::string show(const Line& line) {
  const std::string a = name_of_line(line.a);
  const std::string b = name_of_line(line.b);
  switch (line.op) {
    case 0:
      return a + " + " + b;
    case 1:
      return a + " - " + b;
    case 2:
      return a + " * " + b;
    case 3:
      return a + " / (" + b + " * " + b + " + 1)";
    case 4:
      return "tanh(" + a + ")";
    case 5:
      return "exp(tanh(" + a + "))";
    case 6:
      return "log(" + a + " * " + a + " + 1)";
    case 7:
      return "relu(" + a + ")";
    case 8:
      return "2 - " + a;
    default:
      return "pow(" + a + ", 2)";
  }
}

Value compute(const Line& line, const std::vector<Value>& values) {
  const Value& a = values[line.a];
  const Value& b = values[line.b];
  switch (line.op) {
    case 0:
      return a + b;
    case 1:
      return a - b;
    case 2:
      return a * b;
    case 3:
      return a / (b * b + 1);
    case 4:
      return tanh(a);
    case 5:
      return exp(tanh(a));
    case 6:
      return log(a * a + 1);
    case 7:
      return relu(a);
    case 8:
      return 2 - a;
    default:
      return pow(a, 2);
  }
}

Dual compute(const Line& line, const std::vector<Dual>& values) {
  const Dual& a = values[line.a];
  const Dual& b = values[line.b];
  switch (line.op) {
    case 0:
      return {a.value + b.value, a.slope + b.slope};
    case 1:
      return {a.value - b.value, a.slope - b.slope};
    case 2:
      return {a.value * b.value, a.slope * b.value + a.value * b.slope};
    case 3: {
      const double below = b.value * b.value + 1;
      return {a.value / below,
              (a.slope * below - a.value * 2 * b.value * b.slope) / (below * below)};
    }
    case 4: {
      const double y = std::tanh(a.value);
      return {y, (1 - y * y) * a.slope};
    }
    case 5: {
      const double t = std::tanh(a.value);
      return {std::exp(t), std::exp(t) * (1 - t * t) * a.slope};
    }
    case 6:
      return {std::log(a.value * a.value + 1), 2 * a.value * a.slope / (a.value * a.value + 1)};
    case 7:
      return a.value > 0 ? a : Dual{0, 0};
    case 8:
      return {2 - a.value, -a.slope};
    default:
      return {a.value * a.value, 2 * a.value * a.slope};
  }
}

}  // namespace

// arithmetic

CHECK_CASE("arithmetic", "a sum grows as fast as each of its numbers") {
  expect_derivatives(Arithmetic::add, 5, 2, {1, 1},
                     "(a + h) + b is a + b with h more: 1 for each nudge.");
}

CHECK_CASE("arithmetic", "a difference falls when what is taken away grows") {
  expect_derivatives(Arithmetic::sub, 5, 2, {1, -1},
                     "a - (b + h) is a - b with h less: the sign of b's derivative is negative.");
}

CHECK_CASE("arithmetic", "a product grows with each number as fast as the other is large") {
  const char* idea = "(a + h) * b is a * b with h * b more, so the derivative in a is b.";
  expect_derivatives(Arithmetic::mul, 2, 3, {3, 2}, idea);
  expect_derivatives(Arithmetic::mul, 0, -4, {-4, 0}, idea);
  expect_derivatives(Arithmetic::mul, -1.5, 0.25, {0.25, -1.5}, idea);
}

CHECK_CASE("arithmetic", "a quotient falls when the number below grows") {
  const char* idea = "In a the derivative is 1 / b. In b it is -a / (b * b).";
  expect_derivatives(Arithmetic::div, 6, 2, {0.5, -1.5}, idea);
  expect_derivatives(Arithmetic::div, 1, -4, {-0.25, -0.0625}, idea);
  expect_derivatives(Arithmetic::div, 3, 0.5, {2, -12}, idea);
}

CHECK_CASE("arithmetic", "a nudge of either number shows the same") {
  const char* idea = "Nudge a by a little, hold b, and compare; then the other way round.";
  Draw draw;
  for (int round = 0; round < 40; ++round) {
    for (const Arithmetic op :
         {Arithmetic::add, Arithmetic::sub, Arithmetic::mul, Arithmetic::div}) {
      const double a = draw_number(draw);
      const double b = draw_number(draw);
      const Derivatives actual = call_derivatives(op, a, b);
      const double in_a = nudged([&](double x) { return apply(op, x, b); }, a);
      const double in_b = nudged([&](double x) { return apply(op, a, x); }, b);
      expect(std::fabs(actual.in_a - in_a) < 1e-6 && std::fabs(actual.in_b - in_b) < 1e-6,
             "about " + show(Derivatives{in_a, in_b}), show(actual), idea);
    }
  }
}

// functions

CHECK_CASE("functions", "exp grows as fast as it is large") {
  const char* idea = "The derivative of exp is exp itself, and that is y: it was computed already.";
  expect_derivative(Function::exp, 0, 1, idea);
  expect_derivative(Function::exp, 2, std::exp(2.0), idea);
  expect_derivative(Function::exp, -3, std::exp(-3.0), idea);
}

CHECK_CASE("functions", "log grows ever more slowly") {
  const char* idea = "The derivative of log at x is 1 / x.";
  expect_derivative(Function::log, 1, 1, idea);
  expect_derivative(Function::log, 4, 0.25, idea);
  expect_derivative(Function::log, 0.1, 10, idea);
}

CHECK_CASE("functions", "tanh is steep at 0 and flat far away") {
  const char* idea = "The derivative of tanh is 1 - y * y, where y is the result and not x.";
  expect_derivative(Function::tanh, 0, 1, idea);
  for (const double x : {0.5, -1.0, 3.0}) {
    const double y = std::tanh(x);
    expect_derivative(Function::tanh, x, 1 - y * y, idea);
  }
}

CHECK_CASE("functions", "relu grows only above 0") {
  expect_derivative(Function::relu, 3, 1, "Above 0, y is x: it grows as fast.");
  expect_derivative(Function::relu, 0.25, 1, "Above 0, y is x: it grows as fast.");
  expect_derivative(Function::relu, -2, 0, "Below 0, y stays 0, whatever x does.");
  expect_derivative(Function::relu, 0, 0, "At 0 itself the course and PyTorch take 0.");
}

CHECK_CASE("functions", "a nudge of x shows the same") {
  const char* idea = "Nudge x by a little and compare how much y moved.";
  Draw draw;
  for (int round = 0; round < 40; ++round) {
    for (const Function function : {Function::exp, Function::log, Function::tanh, Function::relu}) {
      const double drawn = draw_number(draw);
      const double x = function == Function::log ? std::fabs(drawn) : drawn;
      const double actual = call_derivative(function, x);
      const double slope = nudged([&](double at) { return apply(function, at); }, x);
      expect(std::fabs(actual - slope) < 1e-6, "about " + show(slope), show(actual), idea);
    }
  }
}

// connect

CHECK_CASE("connect", "a result has a node with its value and its operation") {
  const Value a = leaf(2);
  current_call() = "connect(\"*\", 6, {{a.node(), 3}})";
  const Value y = connect("*", 6, {{a.node(), 3}});
  expect(y.node() != nullptr, "a value with a node", "a constant",
         "a has a node, so a gradient can reach it: the result needs a node too.");
  expect_equal(y.value(), 6, "The value is the one that was handed in.");
  expect_equal(y.node()->value, 6, "The node knows its value too.");
  expect_equal(std::string(y.node()->op), "*", "The node knows the operation that made it.");
  expect_equal(y.node()->grad, 0, "Nothing has come in yet.");
}

CHECK_CASE("connect", "an edge leads to each input, with its derivative") {
  const Value a = leaf(2);
  const Value b = leaf(3);
  const char* idea = "Keep each edge as it is, in the order in which they were handed in.";
  current_call() = "connect(\"*\", 6, {{a.node(), 3}, {b.node(), 2}})";
  const Value y = connect("*", 6, {{a.node(), 3}, {b.node(), 2}});
  expect(y.node() != nullptr, "a value with a node", "a constant", idea);
  expect_equal(static_cast<std::int64_t>(y.node()->inputs.size()), 2, idea);
  const std::vector<Edge>& edges = y.node()->inputs;
  const bool right = edges[0].node == a.node() && edges[1].node == b.node();
  expect(right, "the first edge to a, the second to b", "other ends", idea);
  expect(edges[0].derivative == 3 && edges[1].derivative == 2, "the derivatives 3 and 2",
         show(edges[0].derivative) + " and " + show(edges[1].derivative), idea);
}

CHECK_CASE("connect", "a number that is used twice has two edges") {
  const Value a = leaf(3);
  current_call() = "connect(\"*\", 9, {{a.node(), 3}, {a.node(), 3}})";
  const Value y = connect("*", 9, {{a.node(), 3}, {a.node(), 3}});
  expect(y.node() != nullptr, "a value with a node", "a constant", "a has a node.");
  expect_equal(static_cast<std::int64_t>(y.node()->inputs.size()), 2,
               "In a * a a nudge of a reaches the result by two ways. Each has its edge.");
}

CHECK_CASE("connect", "no edge leads to a constant") {
  const Value a = leaf(2);
  const char* idea = "An edge whose node is nullptr leads nowhere: leave it out.";
  for (const bool first : {true, false}) {
    const Edge known = {a.node(), 5};
    current_call() = first ? "connect(\"*\", 10, {{nullptr, 2}, {a.node(), 5}})"
                           : "connect(\"*\", 10, {{a.node(), 5}, {nullptr, 2}})";
    const Value y =
        first ? connect("*", 10, {{nullptr, 2}, known}) : connect("*", 10, {known, {nullptr, 2}});
    expect(y.node() != nullptr, "a value with a node", "a constant", "a has a node.");
    expect_equal(static_cast<std::int64_t>(y.node()->inputs.size()), 1, idea);
    const Edge& edge = y.node()->inputs.front();
    expect(edge.node == a.node() && edge.derivative == 5, "the edge to a, with 5",
           edge.node == a.node() ? "the edge to a, with " + show(edge.derivative)
                                 : "an edge to something else",
           idea);
  }
}

CHECK_CASE("connect", "a result of constants only is a constant") {
  const char* idea = "No edge is left, so no gradient can come through: no node is needed.";
  current_call() = "connect(\"*\", 6, {{nullptr, 3}, {nullptr, 2}})";
  const Value y = connect("*", 6, {{nullptr, 3}, {nullptr, 2}});
  expect(y.node() == nullptr, "a constant", "a value with a node", idea);
  expect_equal(y.value(), 6, "A constant has a value too.");
}

CHECK_CASE("connect", "expressions grow a graph") {
  const char* idea = "Every operation of the file calls connect: its edges are the graph.";
  const Value a = leaf(2);
  const Value b = leaf(3);
  current_call() = "y = 2 * tanh(a / b)";
  const Value y = 2 * tanh(a / b);
  std::string text;
  const ValueNode* node = y.node().get();
  while (node != nullptr && !node->is_leaf()) {
    text += std::string(node->op) + " with " + std::to_string(node->inputs.size()) + ", ";
    node = node->inputs.front().node.get();
  }
  expect_equal(text, "* with 1, tanh with 1, / with 2, ", idea);
  expect(node == a.node().get(), "a at the end", "another node", idea);
}

CHECK_CASE("connect", "a graph lives as long as its result, and no longer") {
  const Value a = leaf(2);
  std::weak_ptr<ValueNode> inner;
  current_call() = "y = connect(\"exp\", 8, {{c.node(), 8}}), and then y and c go";
  {
    Value y = connect("*", 6, {{a.node(), 3}});
    inner = y.node();
    y = connect("exp", 8, {{y.node(), 8}});
    expect(!inner.expired(), "c's node, held by the edge of y", "no node any more",
           "An edge owns a share of the node that it leads to.");
  }
  expect(inner.expired(), "no node left", "a node that somebody still holds",
         "Only edges and values may hold nodes. A list of all nodes would never let one go.");
}

// pass_on

CHECK_CASE("pass_on", "each input gets the derivative of its edge, times the gradient") {
  const char* idea = "A contribution is edge.derivative * node.grad, and it goes to edge.node.";
  Drawing drawing;
  ValueNode* a = drawing.add("a");
  ValueNode* b = drawing.add("b");
  ValueNode* c = drawing.add("c", {{a, 3}, {b, -2}});
  c->grad = 5;
  c->value = 7;
  a->value = 11;
  current_call() = "pass_on(c), whose gradient is 5, with the edges {a, 3} and {b, -2}";
  pass_on(*c);
  expect(a->grad == 15, "15 at a", show(a->grad), idea);
  expect(b->grad == -10, "-10 at b", show(b->grad), idea);
}

CHECK_CASE("pass_on", "what has arrived before stays") {
  const char* idea = "The input may have other uses that sent something already: add, with +=.";
  Drawing drawing;
  ValueNode* a = drawing.add("a");
  ValueNode* c = drawing.add("c", {{a, 3}});
  c->grad = 5;
  a->grad = 7;
  current_call() = "pass_on(c), whose gradient is 5, with the edge {a, 3}; a has 7 already";
  pass_on(*c);
  expect(a->grad == 22, "22 at a", show(a->grad), idea);
}

CHECK_CASE("pass_on", "a number that is used twice gets both contributions") {
  const char* idea = "x * x has two edges to x. Each brings its part, and the parts add up.";
  Drawing drawing;
  ValueNode* x = drawing.add("x");
  ValueNode* square = drawing.add("square", {{x, 3}, {x, 3}});
  square->grad = 2;
  current_call() = "pass_on(square), whose gradient is 2, with the edges {x, 3} and {x, 3}";
  pass_on(*square);
  expect(x->grad == 12, "12 at x", show(x->grad), idea);
}

CHECK_CASE("pass_on", "only the inputs get something, not theirs") {
  Small small;
  small.y->grad = 1;
  current_call() = "pass_on(y), where y = c + a and c = a * b";
  pass_on(*small.y);
  const char* idea = "One node hands on to its inputs and stops: they may still be waiting.";
  expect(small.c->grad == 1 && small.a->grad == 1, "1 at c, and 1 at a",
         show(small.c->grad) + " at c, and " + show(small.a->grad) + " at a", idea);
  expect(small.b->grad == 0, "0 at b", show(small.b->grad), idea);
}

// count_uses

CHECK_CASE("count_uses", "each edge that leads to a node counts") {
  const Small small;
  current_call() = "count_uses(y), where y = c + a and c = a * b";
  expect_uses(small.drawing, small.y, {{small.a, 2}, {small.b, 1}, {small.c, 1}},
              "a is used in the product and in the sum.");
}

CHECK_CASE("count_uses", "a number that is used twice in one operation counts twice") {
  Drawing drawing;
  ValueNode* x = drawing.add("x");
  ValueNode* square = drawing.add("square", {{x, 3}, {x, 3}});
  current_call() = "count_uses(square), where square = x * x";
  expect_uses(drawing, square, {{x, 2}}, "Two edges lead to x, though from one node.");
}

CHECK_CASE("count_uses", "a leaf by itself was computed from nothing") {
  Drawing drawing;
  ValueNode* x = drawing.add("x");
  current_call() = "count_uses(x), where x is a leaf";
  expect_uses(drawing, x, {}, "No edge, no entry: the root itself is not counted.");
}

CHECK_CASE("count_uses", "uses elsewhere do not count") {
  Drawing drawing;
  ValueNode* a = drawing.add("a");
  ValueNode* c = drawing.add("c", {{a, 3}});
  drawing.add("y", {{c, 1}, {a, 1}});
  current_call() = "count_uses(c), where c = 3 * a, and y = c + a is not asked for";
  expect_uses(drawing, c, {{a, 1}}, "Begin at the root and follow edges: y is above it.");
}

CHECK_CASE("count_uses", "a node that many ways lead to is looked at once") {
  const char* idea =
      "Look at the edges of a node only when it is met for the first time, or they count again for "
      "every way that leads there.";
  Drawing drawing;
  ValueNode* root = stack_diamonds(drawing, 4);
  current_call() = "count_uses(x4), where x1 = x + x, x2 = x1 + x1, and so on";
  expect_uses(drawing, root, edges_below(root), idea);
  Draw draw;
  for (int round = 0; round < 30; ++round) {
    Drawing random;
    ValueNode* y = draw_random(random, draw);
    current_call() = "count_uses(y11) of a random graph";
    expect_uses(random, y, edges_below(y), idea);
  }
}

CHECK_CASE("count_uses", "thirty doublings are 60 edges, and not a billion ways") {
  Drawing drawing;
  ValueNode* root = stack_diamonds(drawing, 30);
  current_call() = "count_uses(x30), where x1 = x + x, x2 = x1 + x1, and so on";
  expect_uses(drawing, root, edges_below(root),
              "Every edge once: from x30 down to x there are more than a billion ways.");
}

CHECK_CASE("count_uses", "a chain of 20,000 results is no deeper than a short one") {
  constexpr int length = 20000;
  const char* idea = "Each result of the chain has one edge. Count all of them.";
  const std::shared_ptr<ValueNode> root = make_chain(length);
  current_call() = "count_uses(x20000), where x1 = f(x), x2 = f(x1), and so on";
  const Uses uses = count_uses(root.get());
  expect_equal(static_cast<std::int64_t>(uses.size()), length, idea);
  for (const auto& [node, count] : uses) {
    expect_equal(count, 1, idea);
  }
}

// order

CHECK_CASE("order", "every node comes once, and the result first") {
  const Small small;
  current_call() = "backward_order(y), where y = c + a and c = a * b";
  expect_order(small.drawing, backward_order(small.y), small.y,
               "All nodes that y was computed from, leaves too, each once.");
  Drawing drawing;
  ValueNode* x = drawing.add("x");
  current_call() = "backward_order(x), where x is a leaf";
  expect_order(drawing, backward_order(x), x, "A leaf is a graph of one node.");
}

CHECK_CASE("order", "a node waits for the longest way to it") {
  const char* idea = "A node is next when all results that use it have had their turn.";
  for (const bool short_first : {true, false}) {
    Drawing drawing;
    ValueNode* x = drawing.add("x");
    ValueNode* a = drawing.add("a", {{x, 1}});
    ValueNode* b = drawing.add("b", {{a, 1}});
    ValueNode* c = drawing.add("c", {{b, 1}});
    ValueNode* y =
        short_first ? drawing.add("y", {{a, 1}, {c, 1}}) : drawing.add("y", {{c, 1}, {a, 1}});
    current_call() = std::string("backward_order(y), where y = ") +
                     (short_first ? "a + c" : "c + a") + ", and c is computed from b, b from a";
    expect_order(drawing, backward_order(y), y, idea);
  }
}

CHECK_CASE("order", "a result comes before its inputs in every graph") {
  Draw draw;
  for (int round = 0; round < 60; ++round) {
    Drawing drawing;
    ValueNode* root = draw_random(drawing, draw);
    current_call() = "backward_order(y11) of a random graph";
    expect_order(drawing, backward_order(root), root,
                 "A node is next when all results that use it have had their turn.");
  }
}

CHECK_CASE("order", "thirty doublings are 31 nodes, and not a billion ways") {
  const char* idea = "Append a node when the last of its uses has had its turn, not at every one.";
  // The smaller one first: a walk by ways is told what is wrong before it takes for ever.
  for (const int count : {12, 30}) {
    Drawing drawing;
    ValueNode* root = stack_diamonds(drawing, count);
    current_call() =
        "backward_order(x" + std::to_string(count) + "), where x1 = x + x, x2 = x1 + x1, and so on";
    expect_order(drawing, backward_order(root), root, idea);
  }
}

CHECK_CASE("order", "a chain of 20,000 results is put in order") {
  constexpr std::int64_t length = 20000;
  const char* idea = "Each result of the chain is followed by its only input.";
  const std::shared_ptr<ValueNode> root = make_chain(length);
  current_call() = "backward_order(x20000), where x1 = f(x), x2 = f(x1), and so on";
  const std::vector<ValueNode*> order = backward_order(root.get());
  expect_equal(static_cast<std::int64_t>(order.size()), length + 1, idea);
  const ValueNode* wanted = root.get();
  for (std::int64_t i = 0; i <= length; ++i) {
    if (order[static_cast<std::size_t>(i)] != wanted) {
      throw Failure{idea, "x" + std::to_string(length - i) + " as number " + std::to_string(i),
                    "another node"};
    }
    wanted = wanted->is_leaf() ? nullptr : wanted->inputs.front().node.get();
  }
}

// backward

CHECK_CASE("backward", "a result has the derivative 1 in itself") {
  const Value x = leaf(7);
  const Value y = 3 * x;
  current_call() = "backward(y), where y = 3 * x";
  backward(y);
  expect_grad("y", y, 1, "Before anything is passed on, the result gets 1.");
  expect_grad("x", x, 3, "x gets 3 times what the result has.");
  current_call() = "backward(x), where x is a leaf with the gradient 3";
  backward(x);
  expect_grad("x", x, 4, "A leaf can be the result itself. It keeps the 3 and gets 1 more.");
}

CHECK_CASE("backward", "derivatives along a way are multiplied, and ways are added") {
  const Value a = leaf(2);
  const Value b = leaf(3);
  const Value c = a * b;
  const Value y = c + a;
  current_call() = "backward(y), where a = 2, b = 3, c = a * b and y = c + a";
  backward(y);
  expect_grad("c", c, 1, "y grows as fast as c.");
  expect_grad("b", b, 2, "b reaches y through the product, which grows 2 times as fast.");
  expect_grad("a", a, 4, "a reaches y through the product, 3, and directly, 1.");
}

CHECK_CASE("backward", "x + x is 2 x, and x * x has the derivative 2 x") {
  const char* idea = "x is used twice, so two contributions arrive and are added.";
  const Value x = leaf(3);
  current_call() = "backward(x + x), where x = 3";
  backward(x + x);
  expect_grad("x", x, 2, idea);
  const Value z = leaf(3);
  current_call() = "backward(z * z), where z = 3";
  backward(z * z);
  expect_grad("z", z, 6, idea);
}

CHECK_CASE("backward", "a result passes on when all contributions have arrived") {
  const char* idea = "Walk in backward_order: c must have all of its gradient before a gets any.";
  for (const bool turned : {false, true}) {
    const Value a = leaf(2);
    const Value c = a * a;
    const Value d = 5 * c;
    const Value y = turned ? d + c : c + d;
    current_call() = std::string("backward(y), where a = 2, c = a * a, d = 5 * c and y = ") +
                     (turned ? "d + c" : "c + d");
    backward(y);
    expect_grad("c", c, 6, idea);
    expect_grad("a", a, 24, idea);
  }
}

CHECK_CASE("backward", "constants get nothing and stop nothing") {
  const Value x = leaf(2);
  const Value k = 10;
  const Value y = k * x - k / 5 + 1;
  current_call() = "backward(y), where x = 2, k is the constant 10 and y = k * x - k / 5 + 1";
  backward(y);
  expect_grad("x", x, 10, "Only k * x depends on x.");
  expect_grad("k", k, 0, "Nobody asked for the gradient of a constant.");
}

CHECK_CASE("backward", "a second pass adds to the leaves") {
  const char* idea = "Leaves keep what earlier passes brought, until zero_grad is called.";
  const Value x = leaf(3);
  current_call() = "backward(x * x) and then backward(5 * x), where x = 3";
  backward(x * x);
  backward(5 * x);
  expect_grad("x", x, 11, idea);
  current_call() = "zero_grad({x}), then backward(5 * x)";
  zero_grad({x});
  backward(5 * x);
  expect_grad("x", x, 5, idea);
}

CHECK_CASE("backward", "results begin each pass with nothing") {
  const char* idea =
      "What a result got in the last pass was passed on already. Set it to 0 first, or it is "
      "passed on again.";
  const Value x = leaf(3);
  const Value c = x * x;
  const Value y = 2 * c;
  current_call() = "backward(y) twice, where x = 3, c = x * x and y = 2 * c";
  backward(y);
  backward(y);
  expect_grad("y", y, 1, idea);
  expect_grad("c", c, 2, idea);
  expect_grad("x", x, 24, "Each of the two passes brings 12.");
  current_call() = "and then backward(5 * c)";
  backward(5 * c);
  expect_grad("c", c, 5, idea);
  expect_grad("x", x, 54, "Passes of 12, 12 and 30.");
}

CHECK_CASE("backward", "every formula has the derivatives of its formula") {
  Draw draw;
  for (int round = 0; round < 60; ++round) {
    std::vector<double> inputs;
    for (std::size_t i = 0; i < leaves; ++i) {
      inputs.push_back(draw_number(draw));
    }
    // Draw the lines, and tame what grows too large to be compared.
    std::vector<Line> lines;
    std::vector<Dual> numbers;
    for (const double input : inputs) {
      numbers.push_back({input, 0});
    }
    const auto add = [&](const Line& line) {
      lines.push_back(line);
      numbers.push_back(compute(line, numbers));
    };
    for (int i = 0; i < 8; ++i) {
      const auto last = static_cast<std::int64_t>(numbers.size()) - 1;
      add({static_cast<int>(draw.between(0, line_ops - 1)),
           static_cast<std::size_t>(draw.between(0, last)),
           static_cast<std::size_t>(draw.between(std::max<std::int64_t>(last - 2, 0), last))});
      if (std::fabs(numbers.back().value) > 4) {
        add({4, numbers.size() - 1, 0});
      }
    }
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text += (i == 0 ? "" : "; ") + name_of_line(i + leaves) + " = " + show(lines[i]);
    }
    current_call() = "backward(" + name_of_line(lines.size() + leaves - 1) +
                     "), where a = " + show(inputs[0]) + ", b = " + show(inputs[1]) +
                     ", c = " + show(inputs[2]) + "; " + text;

    std::vector<Value> values;
    for (const double input : inputs) {
      values.push_back(leaf(input));
    }
    for (const Line& line : lines) {
      values.push_back(compute(line, values));
    }
    backward(values.back());
    for (std::size_t i = 0; i < leaves; ++i) {
      numbers.clear();
      for (std::size_t k = 0; k < leaves; ++k) {
        numbers.push_back({inputs[k], k == i ? 1.0 : 0.0});
      }
      for (const Line& line : lines) {
        numbers.push_back(compute(line, numbers));
      }
      expect_grad(name_of_line(i).c_str(), values[i], numbers.back().slope,
                  "Multiply along each way, add over all ways. Here the same derivative was "
                  "computed forwards, from this leaf alone.");
    }
  }
}

CHECK_CASE("backward", "thirty doublings are walked by node, and not by way") {
  const Value x = leaf(1);
  Value y = x;
  for (int i = 0; i < 30; ++i) {
    y = y + y;
  }
  current_call() = "backward(y), where y is x, doubled 30 times with y = y + y";
  backward(y);
  expect_grad("x", x, 1073741824,
              "Each node passes on once, when all has arrived: 30 additions, not a billion.");
}

CHECK_CASE("backward", "a chain of 50,000 operations is walked") {
  const Value x = leaf(1);
  Value y = x;
  for (int i = 0; i < 50000; ++i) {
    y = y + 0.5;
  }
  current_call() = "backward(y), where y is x with 0.5 added 50,000 times";
  backward(y);
  expect_grad("x", x, 1, "A function that calls itself for each input fills the stack.");
}

// What the student measures.

namespace {

/// The edges that a backward pass from here looks at.
double edges_of(const Value& root, const std::string& op = "") {
  double count = 0;
  for (const ValueNode* node : backward_order(root.node().get())) {
    count += op.empty() || op == node->op ? static_cast<double>(node->inputs.size()) : 0;
  }
  return count;
}

std::vector<Value> some_leaves(std::size_t count) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(leaf(0.1 * static_cast<double>(i + 1)));
  }
  return values;
}

/// A network with 2 inputs, 3 hidden numbers and 1 output; it has 13 weights.
Value network(const std::vector<Value>& w) {
  Value out = w[12];
  for (std::size_t i = 0; i < 3; ++i) {
    out = out + w[9 + i] * tanh(0.5 * w[3 * i] - 1.5 * w[3 * i + 1] + w[3 * i + 2]);
  }
  return out;
}

}  // namespace

MEASURE("diamond-edges") {
  Value y = leaf(1);
  for (int i = 0; i < 30; ++i) {
    y = y + y;
  }
  backward(y);
  return edges_of(y);
}

MEASURE("forward-runs") {
  std::vector<Value> weights = some_leaves(13);
  backward(network(weights));
  double runs = 1;
  const double before = network(weights).value();
  for (Value& weight : weights) {
    const Value kept = weight;
    weight = leaf(kept.value() + 1e-6);
    const double growth = (network(weights).value() - before) / 1e-6;
    runs += std::fabs(growth - kept.grad()) < 1e-4 ? 1 : 1000;  // both ways find the same
    weight = kept;
  }
  return runs;
}

MEASURE("backward-products") {
  // (2, 3) by (3, 2), and the sum of all four numbers.
  const std::vector<Value> a = some_leaves(6);
  const std::vector<Value> b = some_leaves(6);
  Value total = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      for (std::size_t p = 0; p < 3; ++p) {
        total = total + a[i * 3 + p] * b[p * 2 + j];
      }
    }
  }
  backward(total);
  return edges_of(total, "*");
}

MEASURE("node-bytes") {
  const Value y = leaf(2) * leaf(3);
  return static_cast<double>(sizeof(ValueNode) + y.node()->inputs.size() * sizeof(Edge));
}
