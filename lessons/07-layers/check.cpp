#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/nn/init.h"
#include "engine/nn/layers.h"
#include "engine/nn/module.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/random.h"
#include "engine/record.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using nn::Module;
using nn::NamedTensor;
using tt::check::show;

using Values = std::vector<double>;
using Names = std::vector<std::string>;

std::string show(const Names& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + show(name);
  }
  return text.empty() ? "nothing" : text;
}

// x times the transpose of weight, plus bias, in double and without the engine.
Values reference(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const std::vector<float> numbers = values_of(x);
  const std::vector<float> weights = values_of(weight);
  const std::vector<float> biases = bias.defined() ? values_of(bias) : std::vector<float>();
  const auto out = static_cast<std::size_t>(weight.sizes()[0]);
  const auto in = static_cast<std::size_t>(weight.sizes()[1]);
  Values results;
  for (std::size_t row = 0; row < numbers.size() / in; ++row) {
    for (std::size_t o = 0; o < out; ++o) {
      double total = biases.empty() ? 0 : static_cast<double>(biases[o]);
      for (std::size_t i = 0; i < in; ++i) {
        total += static_cast<double>(numbers[row * in + i]) * weights[o * in + i];
      }
      results.push_back(total);
    }
  }
  return results;
}

Shape with_last(Shape shape, std::int64_t extent) {
  shape.back() = extent;
  return shape;
}

Tensor call_linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return call("linear", nn::functional::linear, x, weight, bias);
}

void expect_linear_refuses(const Shape& x, const Shape& weight) {
  expect_refused({"[linear]"},
                 "Compare the extent of the last axis of x with axis 1 of the weight. A scalar "
                 "has no last axis at all.",
                 "linear", nn::functional::linear, counting(x), counting(weight), Tensor());
}

// A module without a task of its own, to register things in.
struct Box : Module {
  Tensor forward(const Tensor& x) override { return x; }
};

Tensor row_of(float value) {
  return laid_out({2}, {value, value}, Layout::contiguous);
}

// Writes to the memory itself, past every function that might refuse.
void set_all(const Tensor& x, float value) {
  Tensor same = x;
  std::fill_n(same.data_ptr(), same.numel(), value);
}

Names names_of(const std::vector<NamedTensor>& list) {
  Names names;
  for (const NamedTensor& each : list) {
    names.push_back(each.name);
  }
  return names;
}

void expect_names(const char* made, const std::vector<NamedTensor>& list, const Names& expected,
                  const char* idea) {
  current_call() = made;
  const Names actual = names_of(list);
  expect(actual == expected, show(expected), show(actual), idea);
}

// The spread of numbers: the root of their mean square, and the largest without its sign.
struct Spread {
  double rms = 0;
  double largest = 0;
  double mean = 0;
};

Spread spread_of(const Tensor& x) {
  Spread spread;
  const std::vector<float> values = values_of(x);
  for (float each : values) {
    const auto value = static_cast<double>(each);
    spread.rms += value * value / static_cast<double>(values.size());
    spread.mean += value / static_cast<double>(values.size());
    spread.largest = std::max(spread.largest, std::fabs(value));
  }
  spread.rms = std::sqrt(spread.rms);
  return spread;
}

// Fails unless the numbers look as if drawn evenly from [-bound, bound).
void expect_uniform(const Tensor& x, double bound, const char* idea) {
  const Spread spread = spread_of(x);
  expect(!std::isnan(spread.rms), "numbers", "NaN",
         "NaN stands in new memory: this tensor was made and never filled.");
  expect(spread.largest <= bound * 1.00001,
         "no number outside " + show(-bound) + " to " + show(bound),
         "one as large as " + show(spread.largest), idea);
  expect(std::fabs(spread.rms / bound * std::sqrt(3.0) - 1) < 0.05,
         "a standard deviation of about " + show(bound / std::sqrt(3.0)), show(spread.rms), idea);
}

Tensor kaiming(const Shape& sizes, double a) {
  manual_seed(11);
  current_call() = "kaiming_uniform_(weight of shape " + show(sizes) + ", " + show(a) + ")";
  try {
    return nn::init::kaiming_uniform_(empty(sizes), a);
  } catch (const std::invalid_argument& refusal) {
    throw Failure{
        "Between two whole numbers / drops the remainder: 2 / 6 is 0, and 2.0 / 6 is not.",
        "a weight filled with numbers", std::string("the refusal ") + refusal.what()};
  }
}

std::string linear_call(std::int64_t in, std::int64_t out, bool bias = true) {
  return "Linear(" + show(in) + ", " + show(out) + (bias ? ")" : ", false)");
}

}  // namespace

// linear

CHECK_CASE("linear", "each output is a weighted sum of all inputs, plus its bias") {
  const char* idea = "Output o is row o of the weight times x, added up, plus element o of bias.";
  const Tensor weight = laid_out({2, 3}, {1, 2, 3, 4, 5, 6}, Layout::contiguous);
  const Tensor bias = laid_out({2}, {10, 20}, Layout::contiguous);
  const Tensor x = laid_out({3}, {1, 0, -1}, Layout::contiguous);
  expect_tensor(call_linear(x, weight, bias), {2}, {8, 18}, 0, 0, idea);
  const Tensor rows = laid_out({2, 3}, {1, 0, -1, 2, 1, 0}, Layout::contiguous);
  expect_tensor(call_linear(rows, weight, bias), {2, 2}, {8, 18, 14, 33}, 0, 0, idea);
}

CHECK_CASE("linear", "without a bias nothing is added") {
  const Tensor weight = laid_out({2, 3}, {1, 2, 3, 4, 5, 6}, Layout::contiguous);
  const Tensor x = laid_out({1, 3}, {1, 0, -1}, Layout::contiguous);
  expect_tensor(call_linear(x, weight, Tensor()), {1, 2}, {-2, -2}, 0, 0,
                "An undefined bias is none: ask bias.defined() first.");
}

CHECK_CASE("linear", "every axis but the last stays as it is") {
  Draw draw;
  const char* idea = "Every row of x, whatever axes it lies behind, meets the same weight.";
  for (const Shape& sizes : {Shape{3}, Shape{2, 3}, Shape{1, 4}, Shape{2, 5, 3}, Shape{3, 1, 2},
                             Shape{2, 1, 3, 4}, Shape{0, 3}, Shape{2, 0, 3}}) {
    for (Layout layout : all_layouts) {
      if (numel(sizes) == 0 && layout != Layout::contiguous) {
        continue;
      }
      const std::int64_t out = draw.between(1, 5);
      const Tensor x = random_tensor(draw, sizes, layout);
      const Tensor weight = random_tensor(draw, {out, sizes.back()}, Layout::transposed);
      const Tensor bias = random_tensor(draw, {out});
      const Unchanged inputs{x, weight, bias};
      expect_tensor(call_linear(x, weight, bias), with_last(sizes, out), reference(x, weight, bias),
                    1e-5, 1e-5, idea);
      inputs.check();
    }
  }
}

CHECK_CASE("linear", "x whose last axis does not fit is refused") {
  expect_linear_refuses({4, 3}, {2, 5});
  expect_linear_refuses({5, 4}, {2, 5});  // the first axis would fit
  expect_linear_refuses({4, 2}, {2, 5});  // the last one fits the outputs
  expect_linear_refuses({1}, {2, 5});
  expect_linear_refuses({}, {2, 5});
}

// collect

CHECK_CASE("collect", "a module lists its own parameters in the order they were registered") {
  Box box;
  const char* made = "named_parameters() of a module with \"second\", then \"first\"";
  box.register_parameter("second", row_of(1));
  box.register_parameter("first", row_of(2));
  const std::vector<NamedTensor> list = box.named_parameters();
  expect_names(made, list, {"second", "first"}, "Keep the order of the lists you go through.");
  expect_tensor(list[0].tensor, {2}, {1, 1}, 0, 0, "Each name goes with its own tensor.");
  expect_tensor(list[1].tensor, {2}, {2, 2}, 0, 0, "Each name goes with its own tensor.");
}

CHECK_CASE("collect", "what a child has carries the child's name and a dot") {
  Box box;
  const auto child = std::make_shared<Box>();
  child->register_parameter("scale", row_of(3));
  box.register_module("in", child);
  box.register_module("out", std::make_shared<Box>());
  const std::vector<NamedTensor> list = box.named_parameters();
  expect_names("named_parameters() of a module whose child \"in\" has \"scale\"", list,
               {"in.scale"},
               "The child says \"scale\". Its name, a dot and \"scale\" are the full name.");
  expect_tensor(list[0].tensor, {2}, {3, 3}, 0, 0, "The tensor is the child's own.");
}

CHECK_CASE("collect", "children of children are reached, however deep") {
  const auto top = std::make_shared<Box>();
  std::shared_ptr<Box> box = top;
  Names expected;
  std::string path;
  for (const char* name : {"a", "b", "c", "d"}) {
    box = box->register_module(name, std::make_shared<Box>());
    box->register_parameter("w", row_of(1));
    path += std::string(name) + ".";
    expected.push_back(path + "w");
  }
  expect_names("named_parameters() of four modules inside each other", top->named_parameters(),
               expected, "Ask each child for its whole list: it asks its own children in turn.");
}

CHECK_CASE("collect", "a module's own tensors come before those of its children") {
  Box box;
  const auto child = box.register_module("child", std::make_shared<Box>());
  child->register_parameter("b", row_of(1));
  box.register_parameter("z", row_of(2));
  expect_names("named_parameters() of a module with a child, then a parameter \"z\"",
               box.named_parameters(), {"z", "child.b"},
               "First go through the own tensors, then through the children.");
}

CHECK_CASE("collect", "a tensor that is registered twice comes once, under its first name") {
  const char* idea = "Before you add a tensor, look whether the list has it: is_same_tensor tells.";
  Box box;
  const Tensor shared = box.register_parameter("table", row_of(1));
  box.register_parameter("again", shared);
  const auto child = box.register_module("head", std::make_shared<Box>());
  child->register_parameter("weight", shared);
  child->register_parameter("bias", row_of(1));
  box.register_module("twin", child);
  expect_names("named_parameters() of a module with one tensor under several names",
               box.named_parameters(), {"table", "head.bias"}, idea);
}

CHECK_CASE("collect", "tensors that only look alike are two") {
  Box box;
  const Tensor flat = counting({4});
  box.register_parameter("left", flat.slice(0, 0, 2));
  box.register_parameter("right", flat.slice(0, 2, 4));  // the same storage, other elements
  const auto child = box.register_module("child", std::make_shared<Box>());
  child->register_parameter("left", row_of(0));  // the same name and shape
  child->register_parameter("right", row_of(0));
  expect_names("named_parameters() of a module with four tensors of shape (2,)",
               box.named_parameters(), {"left", "right", "child.left", "child.right"},
               "Ask is_same_tensor: names, shapes and storages may agree between two tensors.");
}

CHECK_CASE("collect", "buffers are listed apart from parameters, in children too") {
  const char* idea = "Ask each child for the same kind: pass `learned` on.";
  Box box;
  box.register_parameter("w", row_of(1));
  box.register_buffer("count", row_of(2));
  const auto child = box.register_module("child", std::make_shared<Box>());
  child->register_parameter("w", row_of(3));
  child->register_buffer("count", row_of(4));
  expect_names("named_parameters()", box.named_parameters(), {"w", "child.w"}, idea);
  expect_names("named_buffers()", box.named_buffers(), {"count", "child.count"}, idea);
}

CHECK_CASE("collect", "the tensors in the list share their numbers with the module") {
  Box box;
  const auto child = box.register_module("child", std::make_shared<Box>());
  const Tensor weight = child->register_parameter("w", row_of(1));
  current_call() = "setting parameters()[0] to 5";
  set_all(box.parameters()[0], 5);
  expect_tensor(weight, {2}, {5, 5}, 0, 0,
                "Push the tensor itself. A clone has numbers of its own: nobody could learn.");
}

// kaiming_uniform_

CHECK_CASE("kaiming_uniform_", "the numbers spread over the whole range that the formula gives") {
  const char* idea = "The bound is sqrt(3) standard deviations: sqrt(3) * sqrt(2 / fan_in).";
  expect_uniform(kaiming({3000, 6}, 0), 1, idea);
  expect_uniform(kaiming({60, 150}, 0), 0.2, idea);
}

CHECK_CASE("kaiming_uniform_", "what goes in decides, not what comes out") {
  const char* idea = "Use fans.in: how many numbers are added up in one output.";
  expect_uniform(kaiming({2000, 3}, 0), std::sqrt(2.0), idea);
  expect_uniform(kaiming({3, 2000}, 0), std::sqrt(6.0 / 2000), idea);
  expect_uniform(kaiming({20, 3, 5, 5}, 0), std::sqrt(6.0 / 75), idea);
}

CHECK_CASE("kaiming_uniform_", "a slope on the side below 0 makes the numbers smaller") {
  const char* idea = "Divide by 1 + a * a inside the root.";
  expect_uniform(kaiming({3000, 6}, 1), std::sqrt(0.5), idea);
  expect_uniform(kaiming({3000, 6}, std::sqrt(5.0)), 1 / std::sqrt(6.0), idea);
}

CHECK_CASE("kaiming_uniform_", "both signs come equally often, and hardly a number twice") {
  const Tensor weight = kaiming({100, 60}, 0);
  const double bound = std::sqrt(0.1);
  const Spread spread = spread_of(weight);
  expect(std::fabs(spread.mean) < 5 * bound / std::sqrt(3.0 * 6000), "a mean of about 0",
         show(spread.mean), "Draw between -bound and bound.");
  const std::vector<float> values = values_of(weight);
  const std::size_t different = std::set<float>(values.begin(), values.end()).size();
  expect(different > 5900, "about 6000 different numbers",
         std::to_string(different) + " different numbers", "Draw anew for every element.");
}

CHECK_CASE("kaiming_uniform_", "the weight itself is filled, from the engine's generator") {
  const Tensor weight = empty({4, 3});
  manual_seed(5);
  current_call() = "kaiming_uniform_(weight of shape (4, 3))";
  const Tensor given = nn::init::kaiming_uniform_(weight);
  expect(given.is_alias_of(weight), "the weight itself, filled", "another tensor",
         "Fill the weight you were given, and give it back.");
  const Tensor next = nn::init::kaiming_uniform_(empty({4, 3}));
  manual_seed(5);
  const Tensor again = nn::init::kaiming_uniform_(empty({4, 3}));
  expect(values_of(again) == values_of(weight), "the same numbers for the same seed",
         "other numbers", "Draw from default_generator(), as init::uniform_ does.");
  expect(values_of(next) != values_of(weight), "other numbers at the second call",
         "the same numbers", "Do not seed anything here: two layers must begin differently.");
}

// Linear

CHECK_CASE("Linear", "the weight has shape (out, in), the bias shape (out,)") {
  const char* idea = "One row of the weight, and one element of the bias, for each output.";
  current_call() = linear_call(5, 2);
  const nn::Linear layer(5, 2);
  expect(layer.weight.defined() && layer.bias.defined(), "a layer whose weight and bias are set",
         "a layer with an undefined one",
         "Set the fields: `weight = ...`. With `Tensor` in front it is a new variable, which is "
         "gone at the closing brace.");
  expect_equal(layer.weight.sizes(), Shape{2, 5}, idea);
  expect_equal(layer.bias.sizes(), Shape{2}, idea);
}

CHECK_CASE("Linear", "both are registered: parameters() has in * out + out numbers") {
  const char* idea = "Only what is registered will be learned and saved.";
  const nn::Linear layer(5, 2);
  expect_names(linear_call(5, 2).c_str(), layer.named_parameters(), {"weight", "bias"}, idea);
  std::int64_t count = 0;
  for (const Tensor& each : layer.parameters()) {
    count += each.numel();
  }
  expect_equal(count, 5 * 2 + 2, idea);
}

namespace {

// Puts another tensor in the place of every one that is registered, as a later lesson does.
struct Exchange : Listener {
  Exchange() { add_listener(*this); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() override { remove_listener(*this); }
  void operation(const Operation&) override {}
  void parameter(const char*, Tensor& tensor) override { tensor = full(tensor.sizes(), 1); }
};

}  // namespace

CHECK_CASE("Linear", "what is registered is what computes") {
  const char* idea = "Keep what register_parameter gives back as weight and as bias.";
  nn::Linear plain(2, 3);
  expect(plain.parameters().size() == 2, "two parameters",
         std::to_string(plain.parameters().size()), "Register the weight and the bias.");
  current_call() = "setting parameters()[0] to 1 and parameters()[1] to 4, then forward";
  set_all(plain.parameters()[0], 1);
  set_all(plain.parameters()[1], 4);
  expect_tensor(plain.forward(counting({1, 2})), {1, 3}, {5, 5, 5}, 0, 0, idea);
  const Exchange exchange;
  const nn::Linear layer(2, 3);
  current_call() = "Linear(2, 3), where register_parameter gives back other tensors";
  const std::vector<Tensor> registered = layer.parameters();
  expect(nn::is_same_tensor(layer.weight, registered[0]) &&
             nn::is_same_tensor(layer.bias, registered[1]),
         "weight and bias as register_parameter gave them back", "a tensor from before", idea);
}

CHECK_CASE("Linear", "without a bias there is only a weight") {
  const nn::Linear layer(5, 2, false);
  expect_names(linear_call(5, 2, false).c_str(), layer.named_parameters(), {"weight"},
               "Make and register the bias only if with_bias.");
  expect(!layer.bias.defined(), "an undefined bias", "a " + show(layer.bias),
         "Leave bias as it is, undefined, unless with_bias.");
}

CHECK_CASE("Linear", "it begins with numbers up to 1 / sqrt(in), the bias too") {
  const char* idea = "a = sqrt(5) makes the weight's bound 1 / sqrt(in). The bias has the same.";
  for (const std::int64_t in : {4, 64}) {
    manual_seed(3);
    current_call() = linear_call(in, 2000);
    const nn::Linear layer(in, 2000);
    const double bound = 1 / std::sqrt(static_cast<double>(in));
    expect_uniform(layer.weight, bound, idea);
    expect_uniform(layer.bias, bound, idea);
  }
}

CHECK_CASE("Linear", "two layers begin differently, and the same seed begins the same") {
  const char* idea = "Every number is drawn from default_generator(), which moves on.";
  current_call() = "two times " + linear_call(6, 5);
  manual_seed(3);
  const nn::Linear first(6, 5);
  const nn::Linear second(6, 5);
  manual_seed(3);
  const nn::Linear again(6, 5);
  manual_seed(4);
  const nn::Linear other(6, 5);
  expect(values_of(first.weight) != values_of(second.weight) &&
             values_of(first.bias) != values_of(second.bias),
         "other numbers in the second layer", "the same numbers", idea);
  expect(values_of(first.weight) == values_of(again.weight) &&
             values_of(first.bias) == values_of(again.bias),
         "the same numbers for the same seed", "other numbers", idea);
  expect(values_of(first.weight) != values_of(other.weight), "other numbers for another seed",
         "the same numbers", idea);
}

// sequential

namespace {

// Gives a * x + b, and counts how often it was asked.
struct Step : Module {
  Step(float a, float b) : a_(a), b_(b) {}
  Tensor forward(const Tensor& x) override {
    ++asked;
    std::vector<float> values = values_of(x);
    for (float& each : values) {
      each = a_ * each + b_;
    }
    return from_vector(values, x.sizes());
  }
  float a_;
  float b_;
  int asked = 0;
};

}  // namespace

CHECK_CASE("sequential", "each child gets what the child before it gave") {
  const char* idea = "Keep the result, and hand it to the next child.";
  nn::Sequential net({std::make_shared<Step>(1, 1), std::make_shared<Step>(2, 0)});
  current_call() = "x + 1, then times 2";
  expect_tensor(net.forward(counting({3})), {3}, {2, 4, 6}, 0, 0, idea);
  nn::Sequential turned({std::make_shared<Step>(2, 0), std::make_shared<Step>(1, 1)});
  current_call() = "x times 2, then + 1";
  expect_tensor(turned.forward(counting({3})), {3}, {1, 3, 5}, 0, 0, idea);
  nn::Sequential three(
      {std::make_shared<Step>(1, 1), std::make_shared<Step>(3, 0), std::make_shared<Step>(1, -2)});
  current_call() = "x + 1, then times 3, then - 2";
  expect_tensor(three.forward(counting({3})), {3}, {1, 4, 7}, 0, 0, idea);
}

CHECK_CASE("sequential", "without children x itself comes out") {
  nn::Sequential net;
  const Tensor x = counting({2, 2});
  current_call() = "a Sequential without children";
  expect_tensor(net.forward(x), {2, 2}, {0, 1, 2, 3}, 0, 0,
                "Begin with x: if no child changes it, it is the result.");
}

CHECK_CASE("sequential", "every child is asked once") {
  const auto first = std::make_shared<Step>(1, 1);
  const auto second = std::make_shared<Step>(1, 1);
  nn::Sequential net({first, second});
  current_call() = "a Sequential of two children";
  net.forward(counting({2}));
  expect(first->asked == 1 && second->asked == 1, "each child asked once",
         "the children asked " + std::to_string(first->asked) + " and " +
             std::to_string(second->asked) + " times",
         "Call forward once for each child: a child may draw random numbers.");
}

CHECK_CASE("sequential", "a whole network computes what its layers say") {
  manual_seed(8);
  current_call() = "Linear(4, 6), then ReLU and Linear(6, 3) in a Sequential of their own";
  Draw draw;
  const auto first = std::make_shared<nn::Linear>(4, 6);
  const auto second = std::make_shared<nn::Linear>(6, 3);
  const auto inner = std::make_shared<nn::Sequential>(
      std::vector<std::shared_ptr<Module>>{std::make_shared<nn::ReLU>(), second});
  nn::Sequential net({first, inner});
  const Tensor x = random_tensor(draw, {5, 4}, Layout::transposed);
  const Unchanged input{x};
  Values hidden = reference(x, first->weight, first->bias);
  std::vector<float> positive;
  for (double each : hidden) {
    positive.push_back(static_cast<float>(std::max(each, 0.0)));
  }
  current_call() =
      "Linear(4, 6), then ReLU and Linear(6, 3) in a Sequential of their own, on a " + show(x);
  expect_tensor(net.forward(x), {5, 3},
                reference(from_vector(positive, {5, 6}), second->weight, second->bias), 1e-4, 1e-5,
                "A Sequential is a module, so it may be a child of another one.");
  input.check();
}

// dropout_mask

namespace {

constexpr std::int64_t many = 20000;

std::vector<float> mask_of(double p, Generator& generator, std::int64_t count = many) {
  current_call() = "dropout_mask of " + show(count) + " numbers with p = " + show(p);
  std::vector<float> mask(static_cast<std::size_t>(count), -7);
  kernel::dropout_mask(mask.data(), count, p, generator);
  return mask;
}

}  // namespace

CHECK_CASE("dropout_mask", "a number is dropped to 0 or grows to 1 / (1 - p)") {
  Generator generator(1);
  for (const double p : {0.25, 0.5, 0.9}) {
    for (float each : mask_of(p, generator)) {
      expect(each == 0 || is_close(each, 1 / (1 - p), 1e-6, 0), "0 or " + show(1 / (1 - p)),
             show(each), "What is kept stands for what is dropped too: it grows by 1 / (1 - p).");
    }
  }
}

CHECK_CASE("dropout_mask", "about p of the numbers are dropped") {
  Generator generator(2);
  for (const double p : {0.1, 0.5, 0.8}) {
    const std::vector<float> mask = mask_of(p, generator);
    const auto dropped = static_cast<double>(std::count(mask.begin(), mask.end(), 0.0F));
    const double sigma = std::sqrt(many * p * (1 - p));
    expect(std::fabs(dropped - many * p) < 5 * sigma, "about " + show(many * p) + " zeros",
           show(dropped) + " zeros",
           "uniform() is below p with probability p: those numbers are dropped.");
  }
}

CHECK_CASE("dropout_mask", "p = 0 keeps everything as it is, p = 1 drops everything") {
  Generator generator(3);
  for (float each : mask_of(0, generator, 100)) {
    expect(each == 1, "1", show(each), "With p = 0 nothing is dropped, and 1 / (1 - 0) is 1.");
  }
  for (float each : mask_of(1, generator, 100)) {
    expect(each == 0, "0", show(each),
           "1 / (1 - 1) is infinite: choose it only for what is kept, never multiply it by 0.");
  }
}

CHECK_CASE("dropout_mask", "each number is drawn by itself") {
  Generator generator(4);
  const std::vector<float> mask = mask_of(0.5, generator);
  for (const std::size_t apart : {1, 2, 3, 4, 8, 10, 16, 64, 100, 128}) {
    double same = 0;
    for (std::size_t i = 0; i + apart < mask.size(); ++i) {
      same += mask[i] == mask[i + apart] ? 1 : 0;
    }
    const double pairs = static_cast<double>(mask.size() - apart);
    expect(std::fabs(same - pairs / 2) < 6 * std::sqrt(pairs / 4),
           "numbers " + std::to_string(apart) + " apart that agree about " + show(pairs / 2) +
               " times",
           show(same) + " times", "Draw inside the loop, once for each number.");
  }
}

CHECK_CASE("dropout_mask", "the next mask is another one, and the same seed gives the same") {
  Generator generator(5);
  Generator same(5);
  const std::vector<float> first = mask_of(0.5, generator, 200);
  expect(mask_of(0.5, generator, 200) != first, "another mask at the second call", "the same mask",
         "Draw from the generator you were given, not from a copy of it.");
  manual_seed(99);
  expect(mask_of(0.5, same, 200) == first, "the same mask from a generator with the same seed",
         "another mask", "Draw from the generator you were given.");
}

CHECK_CASE("dropout_mask", "on average dropout changes nothing") {
  manual_seed(6);
  Draw draw;
  const Tensor x = random_tensor(draw, {150, 40}, Layout::transposed, 1, 3);
  const std::vector<float> before = values_of(x);
  const Unchanged input{x};
  for (const double p : {0.2, 0.7}) {
    current_call() = "dropout of a tensor of shape (150, 40), p = " + show(p);
    const std::vector<float> after = values_of(nn::functional::dropout(x, p));
    double off = 0;
    double squares = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      off += static_cast<double>(after[i]) - before[i];
      squares += static_cast<double>(before[i]) * before[i];
    }
    expect(std::fabs(off) < 5 * std::sqrt(squares * p / (1 - p)),
           "a sum that differs from the sum before by nearly nothing", "it differs by " + show(off),
           "What is kept must grow by 1 / (1 - p), so that the sums stay.");
  }
  input.check();
}

// train

CHECK_CASE("train", "a new module is trained, until eval says otherwise") {
  const char* idea = "Set training_ to what you were told.";
  Box box;
  current_call() = "is_training() of a new module";
  expect_equal(box.is_training(), true, idea);
  box.eval();
  current_call() = "is_training() after eval()";
  expect_equal(box.is_training(), false, idea);
  box.eval();
  current_call() = "is_training() after eval() twice";
  expect_equal(box.is_training(), false, idea);
  box.train();
  current_call() = "is_training() after train()";
  expect_equal(box.is_training(), true, idea);
}

CHECK_CASE("train", "children hear of it, and their children") {
  const char* idea = "Tell every child with train(on): it tells its own children.";
  Box box;
  const auto child = box.register_module("child", std::make_shared<Box>());
  const auto twin = box.register_module("twin", std::make_shared<Box>());
  const auto deep = child->register_module("deep", std::make_shared<Box>());
  for (const bool on : {false, true, false}) {
    current_call() = "train(" + show(on) + ")";
    box.train(on);
    expect_equal(box.is_training(), on, idea);
    expect_equal(child->is_training(), on, idea);
    expect_equal(twin->is_training(), on, idea);
    expect_equal(deep->is_training(), on, idea);
  }
}

CHECK_CASE("train", "everybody hears it, also what was told something else before") {
  Box box;
  const auto child = box.register_module("child", std::make_shared<Box>());
  const auto twin = box.register_module("twin", std::make_shared<Box>());
  current_call() = "eval() of a child";
  child->eval();
  expect(box.is_training() && twin->is_training(), "the whole and the other child still trained",
         "one of them is not", "A module tells itself and its children, nobody else.");
  box.train();
  current_call() = "eval() of a child, then train() of the whole";
  expect_equal(child->is_training(), true,
               "Tell every child, whatever the module itself was told before.");
}

CHECK_CASE("train", "dropout deep inside a network is off after eval") {
  manual_seed(7);
  const auto dropout = std::make_shared<nn::Dropout>(0.5);
  const auto inner =
      std::make_shared<nn::Sequential>(std::vector<std::shared_ptr<Module>>{dropout});
  nn::Sequential net({std::make_shared<Step>(1, 0), inner});
  const Tensor x = counting({8, 8});
  const std::vector<float> same = values_of(x);
  net.eval();
  current_call() = "a network with a Dropout inside, after eval()";
  expect(values_of(net.forward(x)) == same, "x as it was", "other numbers",
         "A network that is used must give the same answer every time.");
  net.train();
  current_call() = "a network with a Dropout inside, after train()";
  expect(values_of(net.forward(x)) != same, "some numbers dropped", "x as it was",
         "train() must switch it on again.");
}

// load_state_dict

namespace {

// A module with one of everything: "scale" (2, 3), "child.weight" (3,) and the buffer "count" ().
struct Whole : Box {
  Whole() {
    scale = register_parameter("scale", full({2, 3}, 1));
    count = register_buffer("count", full({}, 2));
    const auto child = register_module("child", std::make_shared<Box>());
    weight = child->register_parameter("weight", full({3}, 3));
  }
  std::vector<double> state() const {
    return {static_cast<double>(values_of(scale)[5]), static_cast<double>(values_of(weight)[2]),
            static_cast<double>(values_of(count)[0])};
  }
  Tensor scale;
  Tensor count;
  Tensor weight;
};

// What would set it to 10, 20 and 30.
std::vector<NamedTensor> other_state() {
  return {{"scale", full({2, 3}, 10)}, {"child.weight", full({3}, 20)}, {"count", full({}, 30)}};
}

void expect_state(const Whole& whole, const std::vector<double>& expected, const char* idea) {
  const std::vector<double> actual = whole.state();
  const auto written = [](const std::vector<double>& values) {
    return "scale " + show(values[0]) + ", child.weight " + show(values[1]) + ", count " +
           show(values[2]);
  };
  expect(actual == expected, written(expected), written(actual), idea);
}

void expect_load_refused(const char* what, const std::vector<NamedTensor>& saved,
                         const char* idea) {
  Whole whole;
  current_call() = std::string("load_state_dict of a state ") + what;
  expect_refusal({"[load_state_dict]"}, idea, [&] {
    whole.load_state_dict(saved);
    return std::string("a module that was loaded");
  });
  expect_state(whole, {1, 3, 2}, "Look at every name and shape before you copy the first number.");
}

}  // namespace

CHECK_CASE("load_state_dict", "every tensor gets the numbers of its name") {
  Whole whole;
  current_call() = "load_state_dict";
  whole.load_state_dict(other_state());
  expect_state(
      whole, {10, 20, 30},
      "Copy into each tensor of state_dict() with `copy_`: a = b only makes another handle.");
}

CHECK_CASE("load_state_dict", "the name decides, not the place in the list") {
  Whole whole;
  std::vector<NamedTensor> saved = other_state();
  std::reverse(saved.begin(), saved.end());
  current_call() = "load_state_dict of a state in another order";
  whole.load_state_dict(saved);
  expect_state(whole, {10, 20, 30},
               "Look for the name; `find_tensor` gives the tensor that has it.");
}

CHECK_CASE("load_state_dict", "numbers are copied, so that nothing is shared") {
  Whole whole;
  const std::vector<NamedTensor> saved = other_state();
  current_call() = "load_state_dict, then a change of what was loaded";
  whole.load_state_dict(saved);
  set_all(saved[0].tensor, 99);
  expect_state(whole, {10, 20, 30}, "copy_ copies the numbers; = would only copy the handle.");
}

CHECK_CASE("load_state_dict", "a network and its copy give the same answer") {
  manual_seed(21);
  nn::Sequential first({std::make_shared<nn::Linear>(4, 3), std::make_shared<nn::ReLU>(),
                        std::make_shared<nn::Linear>(3, 2)});
  nn::Sequential second({std::make_shared<nn::Linear>(4, 3), std::make_shared<nn::ReLU>(),
                         std::make_shared<nn::Linear>(3, 2)});
  const Tensor x = counting({2, 4});
  current_call() = "load_state_dict(first.state_dict()) of another network of the same form";
  second.load_state_dict(first.state_dict());
  expect(values_of(second.forward(x)) == values_of(first.forward(x)), "the same outputs",
         "other outputs", "Every number must arrive in the tensor that computes.");
}

CHECK_CASE("load_state_dict", "a name that is missing is refused, and nothing is changed") {
  const char* idea = "Every name of this module must be in the list.";
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<NamedTensor> saved = other_state();
    saved[i].name += "s";
    expect_load_refused("with a wrong name", saved, idea);
    saved.erase(saved.begin() + static_cast<std::ptrdiff_t>(i));
    expect_load_refused("with a missing name", saved, idea);
  }
}

CHECK_CASE("load_state_dict", "a name too many is refused, and nothing is changed") {
  std::vector<NamedTensor> saved = other_state();
  saved.push_back({"child.bias", full({3}, 40)});
  expect_load_refused("of a larger network", saved,
                      "Numbers that nobody takes belong to another network.");
}

CHECK_CASE("load_state_dict", "another shape is refused, and nothing is changed") {
  const char* idea = "The shapes must be equal: copy_ would also stretch (3,) to (2, 3).";
  std::vector<NamedTensor> saved = other_state();
  saved[0].tensor = full({3}, 10);
  expect_load_refused("with shape (3,) for (2, 3)", saved, idea);
  saved = other_state();
  saved[0].tensor = full({3, 2}, 10);
  expect_load_refused("with shape (3, 2) for (2, 3)", saved, idea);
  saved = other_state();
  saved[1].tensor = full({}, 20);
  expect_load_refused("with a scalar for (3,)", saved, idea);
  saved = other_state();
  saved[2].tensor = full({1}, 30);
  expect_load_refused("with shape (1,) for a scalar", saved, idea);
}

// What the student measures.

namespace {

std::shared_ptr<nn::Sequential> digits() {
  return std::make_shared<nn::Sequential>(std::vector<std::shared_ptr<Module>>{
      std::make_shared<nn::Linear>(784, 128), std::make_shared<nn::ReLU>(),
      std::make_shared<nn::Linear>(128, 10)});
}

// How many times larger the mean square of 64 rows of 256 normal numbers is after these layers.
double growth(int layers, const std::function<void(Tensor&)>& fill) {
  manual_seed(1);
  Tensor x = nn::init::normal_(empty({64, 256}), 0, 1);
  const double before = spread_of(x).rms;
  nn::Linear layer(256, 256, false);
  nn::Sequential net({std::make_shared<nn::ReLU>()});
  for (int i = 0; i < layers; ++i) {
    fill(layer.weight);
    x = net.forward(layer.forward(x));
  }
  return std::pow(spread_of(x).rms / before, 2);
}

}  // namespace

MEASURE("bytes") {
  const Memory memory;
  const auto net = digits();
  return static_cast<double>(memory.live());
}

MEASURE("flops") {
  nn::Linear layer(784, 128);
  const Tensor x = zeros({64, 784});
  reset_counters();
  layer.forward(x);
  return static_cast<double>(counters().flops);
}

MEASURE("intensity") {
  nn::Linear layer(784, 128);
  const Tensor x = zeros({64, 784});
  reset_counters();
  layer.forward(x);
  const Counters work = counters();
  const std::int64_t bytes = work.bytes_read + work.bytes_written;
  return bytes == 0 ? 0 : static_cast<double>(work.flops) / static_cast<double>(bytes);
}

MEASURE("grown-normal") {
  return std::log10(growth(10, [](Tensor& weight) { nn::init::normal_(weight, 0, 1); }));
}

MEASURE("shrunk-default") {
  return 1 / growth(1, [](Tensor& weight) { nn::init::kaiming_uniform_(weight, std::sqrt(5.0)); });
}
