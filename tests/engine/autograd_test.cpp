#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/autograd/derivative.h"
#include "engine/autograd/engine.h"
#include "engine/autograd/gradcheck.h"
#include "engine/autograd/node.h"
#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/nn/layers.h"
#include "engine/nn/losses.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "engine/record.h"
#include "tests/engine/check.h"

using namespace tt;
using autograd::Node;
using autograd::Recorded;

namespace {

using Values = std::vector<float>;

#if defined(__SANITIZE_ADDRESS__)
constexpr int many = 100'000;
#else
constexpr int many = 1'000'000;
#endif

Tensor leaf(const Values& values, const Shape& shape) {
  return from_vector(values, shape).requires_grad_();
}

Tensor leaf(float value) {
  return full({}, value).requires_grad_();
}

Values grad(const Tensor& x) {
  return x.grad().to_vector();
}

std::int64_t live() {
  return memory_stats().live_bytes;
}

// While one lives, counts what backward passes do.
struct Watch : Listener {
  Watch() { add_listener(*this); }
  ~Watch() override { remove_listener(*this); }
  void operation(const Operation&) override { ++operations; }
  void contribution(const Node&, std::size_t, const Tensor&, const Tensor&) override {
    ++contributions;
  }
  int operations = 0;
  int contributions = 0;
};

// Operations that only this test has.

Tensor doubled(const char* name, const Tensor& x) {
  Tensor out;
  {
    const Silence silence;
    out = add(x, x);
  }
  record(name, {x}, out);
  return out;
}

Tensor twice(const Recorded&, const Tensor& dout) {
  return add(dout, dout);
}
Tensor thrice(const Recorded&, const Tensor& dout) {
  return add(dout, add(dout, dout));
}
Tensor of_no_shape(const Recorded&, const Tensor&) {
  return full({7}, 1);
}
Tensor nothing(const Recorded&, const Tensor&) {
  return {};
}
Tensor thrown(const Recorded&, const Tensor&) {
  throw std::runtime_error("no derivative today");
}

const bool registered = autograd::register_derivatives("test_double", {{twice}}) &&
                        autograd::register_derivatives("test_wrong", {{thrice}}) &&
                        autograd::register_derivatives("test_shape", {{of_no_shape}}) &&
                        autograd::register_derivatives("test_nothing", {{nothing}}) &&
                        autograd::register_derivatives("test_throw", {{thrown}}) &&
                        autograd::register_derivatives("test_two_rules", {{twice}, {twice}}) &&
                        autograd::register_derivatives("test_constant", {{}});

// The cheapest operation there is: the result is its input.
Tensor same(const Recorded&, const Tensor& dout) {
  return dout;
}
const bool registered_same = autograd::register_derivatives("test_same", {{same}});

Tensor chain(Tensor y, int length) {
  for (int i = 0; i < length; ++i) {
    Tensor next = y.detach();
    record("test_same", {y}, next);
    y = next;
  }
  return y;
}

}  // namespace

TEST_CASE("a tensor requires a gradient when it is told to, and its results then do too") {
  REQUIRE(registered);
  Tensor x = full({2}, 3);
  CHECK(!x.requires_grad());
  CHECK(x.is_leaf());
  CHECK(!x.grad().defined());
  CHECK(&x.requires_grad_() == &x);
  CHECK(x.requires_grad());
  CHECK(x.is_leaf());
  CHECK(!x.grad().defined());
  const Tensor y = mul(x, full({2}, 2));
  CHECK(y.requires_grad());
  CHECK(!y.is_leaf());
  CHECK(!y.grad().defined());
  const Tensor constant = mul(full({2}, 2), full({2}, 2));
  CHECK(!constant.requires_grad());
  CHECK(constant.is_leaf());
  CHECK(constant.node() == nullptr);
  x.requires_grad_(false);
  CHECK(!x.requires_grad());
  CHECK(!mul(x, x).requires_grad());
}

TEST_CASE("only a leaf with a value can be told to require a gradient") {
  Tensor x = leaf(3);
  Tensor y = mul(x, x);
  CHECK_REFUSES(y.requires_grad_(), "[requires_grad_] got the output of mul");
  CHECK_REFUSES(y.requires_grad_(false), "only a leaf");
  Tensor undefined;
  CHECK_REFUSES(undefined.requires_grad_(), "[requires_grad_] got an undefined tensor");
  CHECK(y.detach().requires_grad_().is_leaf());
}

TEST_CASE("a copy of the handle shares the gradient") {
  const Tensor x = leaf(3);
  const Tensor same = x;
  mul(same, x).backward();
  CHECK(x.grad().item() == 6);
  CHECK(same.grad().is_alias_of(x.grad()));
}

TEST_CASE("every use of a value adds to its gradient") {
  const Tensor x = leaf(3);
  SUBCASE("x + x") {
    add(x, x).backward();
    CHECK(x.grad().item() == 2);
  }
  SUBCASE("x * x") {
    mul(x, x).backward();
    CHECK(x.grad().item() == 6);
  }
  SUBCASE("x * x + x") {
    (x * x + x).backward();
    CHECK(x.grad().item() == 7);
  }
  SUBCASE("a diamond: (2x) * (x + 1)") {
    const Tensor left = mul(x, full({}, 2));
    const Tensor right = add(x, full({}, 1));
    mul(left, right).backward();
    CHECK(x.grad().item() == 2 * 4 + 6);
  }
  SUBCASE("uses at different depths") {
    const Tensor y = mul(x, full({}, 2));
    const Tensor z = add(mul(mul(y, y), full({}, 1)), y);  // 4x^2 + 2x
    z.backward();
    CHECK(x.grad().item() == 8 * 3 + 2);
  }
}

TEST_CASE("30 stacked diamonds take 60 derivatives, not a billion") {
  const Tensor x = leaf(1);
  Tensor y = x;
  for (int i = 0; i < 30; ++i) {
    y = add(y, y);
  }
  CHECK(autograd::backward_order(y.node()).size() == 31);
  const Watch watch;
  y.backward();
  CHECK(x.grad().item() == 0x1p30F);
  CHECK(watch.contributions == 60);
  CHECK(watch.operations == 0);  // a pass is not recorded
}

TEST_CASE("the order has every node once, and an output before its inputs") {
  const Tensor a = leaf(2);
  const Tensor b = leaf(3);
  const Tensor ab = mul(a, b);
  const Tensor c = leaf(5);  // a leaf that is younger than an operation
  const Tensor abc = mul(ab, c);
  const Tensor result = add(add(ab, abc), a);
  const auto order = autograd::backward_order(result.node());
  REQUIRE(order.size() == 7);
  CHECK(order.front() == result.node());
  std::vector<const Node*> seen;
  for (const auto& node : order) {
    for (const auto& input : node->inputs) {
      for (const Node* earlier : seen) {
        CHECK(earlier != input.get());
      }
    }
    for (const Node* earlier : seen) {
      CHECK(earlier != node.get());
    }
    seen.push_back(node.get());
  }
  CHECK(autograd::backward_order(result.node()).size() == 7);  // a second walk finds them again
  result.backward();
  CHECK(a.grad().item() == 3 + 15 + 1);
  CHECK(b.grad().item() == 2 + 10);
  CHECK(c.grad().item() == 6);
}

TEST_CASE("a chain of a million operations needs no more stack than one") {
  REQUIRE(registered_same);
  const Tensor x = leaf(2);
  Tensor y = chain(x, many);
  const std::weak_ptr<Node> oldest = chain(x, 1).node();
  const std::weak_ptr<Node> newest = y.node();
  SUBCASE("walked") {
    y.backward();
    CHECK(x.grad().item() == 1);
  }
  SUBCASE("walked, but retained, and then dropped") {
    y.backward(full({}, 3), true);
    CHECK(x.grad().item() == 3);
  }
  y = Tensor();
  CHECK(newest.expired());
  CHECK(oldest.expired());
}

TEST_CASE("gradients of several passes add up until they are set to 0") {
  const Tensor x = leaf({1, 2, 3}, {3});
  const Tensor unused = leaf(1);
  sum(mul(x, x)).backward();
  CHECK(grad(x) == Values{2, 4, 6});
  const Tensor seen = x.grad();
  sum(mul(x, x)).backward();
  CHECK(grad(x) == Values{4, 8, 12});
  CHECK(seen.is_alias_of(x.grad()));
  zero_grad({x, unused, full({}, 1)});
  CHECK(grad(x) == Values{0, 0, 0});
  CHECK(seen.is_alias_of(x.grad()));
  CHECK(!unused.grad().defined());
  sum(x).backward();
  CHECK(grad(x) == Values{1, 1, 1});
}

TEST_CASE("while a NoGradGuard lives, operations leave no graph") {
  const Tensor x = leaf(3);
  CHECK(grad_enabled());
  {
    const NoGradGuard outer;
    CHECK(!grad_enabled());
    {
      const NoGradGuard inner;
      CHECK(!mul(x, x).requires_grad());
    }
    CHECK(!grad_enabled());
    CHECK(!mul(x, x).requires_grad());
    CHECK(x.requires_grad());
    CHECK(full({}, 1).requires_grad_().requires_grad());
  }
  CHECK(grad_enabled());
  CHECK(mul(x, x).requires_grad());
  try {
    const NoGradGuard guard;
    throw std::runtime_error("thrown past a guard");
  } catch (const std::runtime_error&) {
  }
  CHECK(grad_enabled());
}

TEST_CASE("a constant gets no gradient, and nothing is computed for it") {
  const Tensor x = leaf(3);
  const Tensor constant = full({}, 2);
  const Tensor y = mul(constant, x);
  REQUIRE(y.node()->inputs.size() == 2);
  CHECK(y.node()->inputs[0] == nullptr);
  CHECK(y.node()->inputs[1] == x.node());
  const Watch watch;
  y.backward();
  CHECK(watch.contributions == 1);
  CHECK(!constant.grad().defined());
  CHECK(x.grad().item() == 2);
}

TEST_CASE("an operation that is constant in its inputs leaves no graph") {
  const Tensor x = leaf(3);
  CHECK(!eq(x, full({}, 3)).requires_grad());
  CHECK(!doubled("test_constant", x).requires_grad());
}

TEST_CASE("detach shows the same storage, without a past") {
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
  const Tensor y = mul(x, x);
  const Tensor cut = y.transpose(0, 1).detach();
  CHECK(cut.is_alias_of(y));
  CHECK(cut.sizes() == Shape{2, 2});
  CHECK(cut.strides() == Strides{1, 2});
  CHECK(!cut.requires_grad());
  CHECK(y.requires_grad());
  sum(add(mul(x, cut.transpose(0, 1)), x)).backward();
  CHECK(grad(x) == Values{1 + 1, 4 + 1, 9 + 1, 16 + 1});
  CHECK(x.detach().is_leaf());
  CHECK(x.requires_grad());
}

TEST_CASE("an attribute keeps a tensor without its past") {
  const Tensor x = leaf({1, 2}, {2});
  const Tensor y = mul(x, x);
  const Attribute mask = {"mask", y};
  CHECK(mask.tensor.is_alias_of(y));
  CHECK(!mask.tensor.requires_grad());
  CHECK(y.requires_grad());
}

TEST_CASE("a graph can be walked once, or as often as it is retained") {
  const Tensor x = leaf(3);
  const Tensor y = mul(x, x);
  y.backward(Tensor(), true);
  y.backward(full({}, 10), true);
  CHECK(x.grad().item() == 6 + 60);
  y.backward();
  CHECK(x.grad().item() == 6 + 60 + 6);
  CHECK_REFUSES(y.backward(), "[backward] got a graph through mul");
  CHECK(x.grad().item() == 6 + 60 + 6);
}

TEST_CASE("a second pass is refused before it changes a gradient") {
  const Tensor x = leaf(3);
  const Tensor late = [&] {
    const Tensor trunk = mul(x, x);
    mul(trunk, trunk).backward();
    CHECK(x.grad().item() == 4 * 27);
    return mul(trunk, leaf(5));
  }();
  const std::shared_ptr<Node> other = late.node()->inputs[1];
  REQUIRE(other != nullptr);
  CHECK_REFUSES(late.backward(), "retain_graph");
  CHECK(!other->grad.defined());
  CHECK(!other->incoming.defined());
  CHECK(!late.node()->released);
  CHECK(x.grad().item() == 4 * 27);
}

TEST_CASE("after a pass, the bytes of the graph are free") {
  const Tensor x = leaf(Values(1000, 2), {1000});
  const std::int64_t before = live();
  {
    Tensor y = x;
    for (int i = 0; i < 10; ++i) {
      y = mul(y, y);
    }
    const Tensor loss = sum(y);
    y = Tensor();
    CHECK(live() == before + 10 * 4000 - 4000 + 4);  // x is live anyway, the last y is not needed
    loss.backward();
    CHECK(live() == before + 4000 + 4);  // x.grad() and the loss
  }
  CHECK(live() == before + 4000);
}

TEST_CASE("a graph that nobody walks is free when its results are") {
  const Tensor x = leaf(Values(1000, 2), {1000});
  const std::int64_t before = live();
  {
    const Tensor y = sum(mul(mul(x, x), x));
    CHECK(live() > before);
  }
  CHECK(live() == before);
}

TEST_CASE("a node keeps only what its derivatives will read") {
  const Tensor x = leaf(Values(1000, 2), {1000});
  const Tensor constant = full({1000}, 3);
  const std::int64_t before = live();
  const Tensor y = mul(mul(x, constant), constant);  // keeps `constant`, not the product
  CHECK(live() == before + 4000);
  const Tensor z = add(add(y, x), x);  // keeps nothing
  CHECK(live() == before + 8000);
}

TEST_CASE("a pass lets go of what it has handed on") {
  const Tensor x = leaf(Values(1000, 1), {1000});
  const Tensor one = full({}, 1);
  Tensor y = x;
  for (int i = 0; i < 100; ++i) {
    y = mul(y, one);
  }
  const std::int64_t before = live();
  const Tensor seed = ones({1000});
  reset_peak_memory();
  y.backward(seed);
  CHECK(memory_stats().peak_bytes <= before + 5 * 4000);
}

TEST_CASE("a pass frees what a node kept before it goes on") {
  std::vector<Tensor> weights;
  Tensor y = full({1000}, 1);
  for (int i = 0; i < 20; ++i) {
    weights.push_back(leaf(Values(1000, 1), {1000}));
    y = mul(y, weights.back());
  }
  y = sum(y);
  const std::int64_t before = live();
  reset_peak_memory();
  y.backward();
  // 20 gradients are made while 19 products are freed.
  CHECK(memory_stats().peak_bytes <= before + 6 * 4000);
}

TEST_CASE("a node that was released holds neither values nor nodes") {
  const Tensor x = leaf(Values(1000, 2), {1000});
  const Tensor factor = full({1000}, 2);
  const std::int64_t before = live();
  Tensor left = mul(x, factor);
  const std::weak_ptr<Node> watched = left.node();
  const Tensor y = mul(left, mul(x, factor));
  left = Tensor();
  CHECK(live() == before + 3 * 4000);
  y.backward(ones({1000}));
  CHECK(live() == before + 2 * 4000);  // y and x.grad()
  CHECK(watched.expired());
}

TEST_CASE("the gradient of a leaf has memory of its own") {
  SUBCASE("two leaves of one operation") {
    const Tensor a = leaf({1, 2}, {2});
    const Tensor b = leaf({3, 4}, {2});
    sum(add(a, b)).backward();
    CHECK(!a.grad().is_alias_of(b.grad()));
    a.grad().fill_(7);
    CHECK(grad(b) == Values{1, 1});
  }
  SUBCASE("the gradient of a sum is no expanded number") {
    const Tensor x = leaf(Values(6, 1), {2, 3});
    sum(x).backward();
    CHECK(x.grad().is_contiguous());
    x.grad().at({0, 0}) = 5;
    CHECK(grad(x) == Values{5, 1, 1, 1, 1, 1});
  }
  SUBCASE("nor is it the seed") {
    const Tensor x = leaf({1, 2}, {2});
    const Tensor seed = ones({2});
    x.backward(seed);
    add(x, full({}, 1)).backward(seed);
    CHECK(seed.to_vector() == Values{1, 1});
    CHECK(grad(x) == Values{2, 2});
  }
}

TEST_CASE("a gradient that is used twice is not changed by the first use") {
  const Tensor a = leaf({1, 2}, {2});
  const Tensor b = leaf({3, 4}, {2});
  const Tensor both = add(a, b);  // hands the same tensor on to both
  add(both, a).backward(from_vector({1, 10}, {2}));
  CHECK(grad(a) == Values{2, 20});
  CHECK(grad(b) == Values{1, 10});
}

TEST_CASE("a seed is the gradient of the result, and must have its shape") {
  const Tensor x = leaf({1, 2, 3, 4, 5, 6}, {2, 3});
  SUBCASE("any layout") {
    mul(x, x).backward(arange(6).reshape({3, 2}).transpose(0, 1));
    CHECK(grad(x) == Values{0, 8, 24, 8, 30, 60});
  }
  SUBCASE("another shape is refused, and the graph stays") {
    const Tensor y = mul(x, x);
    CHECK_REFUSES(y.backward(), "shape (2, 3) and no seed");
    CHECK_REFUSES(y.backward(ones({})), "a seed of shape ()");
    CHECK_REFUSES(y.backward(ones({3})), "a seed of shape (3,)");
    CHECK_REFUSES(sum(y).backward(ones({1})), "a seed of shape (1,)");
    CHECK(!x.grad().defined());
    y.backward(ones({2, 3}));
    CHECK(grad(x) == Values{2, 4, 6, 8, 10, 12});
  }
  SUBCASE("one element needs no seed, whatever its rank") {
    mul(x.detach().slice(0, 0, 1).slice(1, 0, 1).requires_grad_(), full({}, 2)).backward();
    const Tensor one = leaf({5}, {1, 1});
    mul(one, one).backward();
    CHECK(grad(one) == Values{10});
  }
  SUBCASE("a seed with a past leaves none in the gradients") {
    const Tensor seed = mul(x, full({}, 1));
    const Tensor y = leaf(Values(6, 1), {2, 3});
    y.backward(seed);
    y.backward(seed);
    CHECK(!y.grad().requires_grad());
    CHECK(!x.grad().defined());
  }
}

TEST_CASE("there must be something to go back through") {
  CHECK_REFUSES(full({2}, 1).backward(ones({2})), "[backward] got a tensor of shape (2,)");
  CHECK_REFUSES(Tensor().backward(), "[backward]");
  const Tensor x = leaf(3);
  x.backward();
  x.backward(full({}, 4));
  CHECK(x.grad().item() == 5);
}

TEST_CASE("a gradient has the shape of its leaf, also of one that was broadcast") {
  for (const Shape& shape : {Shape{}, {1}, {3}, {1, 3}, {2, 1}, {2, 3}, {1, 1, 1}}) {
    const Tensor x = full(shape, 2).requires_grad_();
    const Tensor other = arange(24).reshape({4, 2, 3});
    sum(mul(x, other)).backward();
    CHECK(x.grad().sizes() == shape);
    CHECK(x.grad().to_vector() == sum_to(other, shape).to_vector());
  }
}

TEST_CASE("NaN and infinity come through") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const Tensor x = leaf({1, 2, 3}, {3});
  mul(x, from_vector({NAN, infinity, 0}, {3})).backward(from_vector({1, 1, 1}, {3}));
  const Values found = grad(x);
  CHECK(std::isnan(found[0]));
  CHECK(found[1] == infinity);
  CHECK(found[2] == 0);
}

TEST_CASE("tensors without elements have gradients without elements") {
  const Tensor x = leaf({}, {0, 3});
  sum(mul(x, x)).backward();
  CHECK(x.grad().defined());
  CHECK(x.grad().sizes() == Shape{0, 3});
  const Tensor row = leaf({1, 2, 3}, {1, 3});
  mul(row, x.detach()).backward(zeros({0, 3}));
  CHECK(grad(row) == Values{0, 0, 0});
}

TEST_CASE("a cycle made by hand is refused") {
  const Tensor x = leaf(3);
  const Tensor y = mul(x, x);
  const Tensor z = mul(y, x);
  const std::shared_ptr<Node> kept = y.node()->inputs[0];
  y.node()->inputs[0] = z.node();
  CHECK_REFUSES(z.backward(), "a cycle through mul");
  CHECK(!x.grad().defined());
  y.node()->inputs[0] = y.node();
  CHECK_REFUSES(z.backward(), "a cycle through mul");
  y.node()->inputs[0] = kept;  // or the two would own each other for ever
  z.backward();
  CHECK(x.grad().item() == 27);
}

TEST_CASE("an operation without a derivative is named when one is needed, and not before") {
  const Tensor x = leaf(3);
  CHECK_REFUSES(doubled("test_unknown", x), "[test_unknown]");
  CHECK_REFUSES(doubled("test_two_rules", x), "[test_two_rules] got 1 inputs and 2 derivatives");
  CHECK(doubled("test_unknown", full({}, 3)).item() == 6);
  const NoGradGuard guard;
  CHECK(doubled("test_unknown", x).item() == 6);
}

TEST_CASE("what a derivative gives must have the shape of the input") {
  const Tensor x = leaf({1, 2}, {2});
  CHECK_REFUSES(doubled("test_shape", x).backward(ones({2})), "[test_shape]");
  CHECK_REFUSES(doubled("test_shape", x).backward(ones({2})), "shape (7,)");
  CHECK_REFUSES(doubled("test_nothing", x).backward(ones({2})), "no tensor");
}

TEST_CASE("a pass that a derivative ends leaves no contribution for the next one") {
  const Tensor x = leaf(3);
  const Tensor y = mul(x, full({}, 2));
  const Tensor z = add(doubled("test_throw", y), y);
  CHECK_THROWS_AS(z.backward(Tensor(), true), std::runtime_error);
  CHECK(grad_enabled());
  CHECK(!y.node()->incoming.defined());
  y.backward();
  CHECK(x.grad().item() == 2);
}

TEST_CASE("a tensor that requires a gradient is not changed in place") {
  Tensor x = leaf({1, 2}, {2});
  Tensor constant = full({2}, 5);
  CHECK_REFUSES(x.fill_(1), "[copy_] got a tensor of shape (2,)");
  CHECK_REFUSES(add_(x, constant), "NoGradGuard");
  CHECK_REFUSES(mul_(constant, x), "[mul_]");
  Tensor y = mul(x, x);
  CHECK_REFUSES(y.fill_(1), "[copy_]");
  CHECK(x.to_vector() == Values{1, 2});
  CHECK(constant.to_vector() == Values{5, 5});
  {
    const NoGradGuard guard;
    add_(x, constant);
  }
  CHECK(x.to_vector() == Values{6, 7});
  add_(constant, constant);
  CHECK(constant.to_vector() == Values{10, 10});
}

TEST_CASE("a value that a derivative will read is not changed behind its back") {
  Tensor x = leaf({1, 2}, {2});
  Tensor factor = from_vector({3, 4}, {2});
  SUBCASE("a constant") {
    const Tensor y = mul(x, factor);
    factor.fill_(0);
    CHECK_REFUSES(y.backward(ones({2})), "[mul] input 1 of shape (2,) was changed in place");
    CHECK(!x.grad().defined());
  }
  SUBCASE("a leaf, without gradients") {
    const Tensor y = mul(x, x);
    {
      const NoGradGuard guard;
      x.fill_(0);
    }
    CHECK_REFUSES(y.backward(ones({2})), "[mul] input 0");
  }
  SUBCASE("through a view") {
    const Tensor y = mul(x, factor);
    factor.slice(0, 1).fill_(9);
    CHECK_REFUSES(y.backward(ones({2})), "[mul]");
  }
  SUBCASE("before any gradient is changed") {
    const Tensor product = mul(x, factor);
    const Tensor young = leaf({1, 1}, {2});  // has its turn before the product
    const Tensor y = add(product, young);
    factor.fill_(0);
    CHECK_REFUSES(y.backward(ones({2})), "[mul]");
    CHECK(!young.grad().defined());
  }
  SUBCASE("what no derivative reads may be changed") {
    const Tensor y = add(x, factor);
    factor.fill_(0);
    y.backward(ones({2}));
    CHECK(grad(x) == Values{1, 1});
  }
}

TEST_CASE("a tensor that is to be learned requires a gradient") {
  Tensor weight = full({2}, 1);
  record_parameter("weight", weight);
  CHECK(weight.requires_grad());
  CHECK(weight.is_leaf());
}

namespace {

Tensor random_normal(Generator& generator, const Shape& shape) {
  Tensor x = empty(shape);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr()[i] = generator.normal();
  }
  return x;
}

}  // namespace

TEST_CASE("a backward pass through two layers takes at most 2.5 times the forward operations") {
  Generator generator(1);
  const Tensor x = random_normal(generator, {64, 784});
  Tensor target = empty({64});
  for (std::int64_t i = 0; i < 64; ++i) {
    target.at({i}) = static_cast<float>(i % 10);
  }
  nn::Linear hidden(784, 128);
  nn::Linear output(128, 10);
  const auto forward = [&] {
    return cross_entropy(output.forward(relu(hidden.forward(x))), target);
  };
  reset_counters();
  const Tensor loss = forward();
  const std::int64_t there = counters().flops;
  reset_counters();
  loss.backward();
  const std::int64_t back = counters().flops;
  INFO(there, " forward, ", back, " backward");
  CHECK(there >= 2 * 64 * (784 * 128 + 128 * 10));
  CHECK(static_cast<double>(back) <= 2.5 * static_cast<double>(there));
  // x wants no gradient, so its layer costs one product of matrices and not two.
  CHECK(back < 2 * 64 * (784 * 128 + 2 * 128 * 10) + there / 100);
  CHECK(hidden.weight.grad().sizes() == Shape{128, 784});
  CHECK(hidden.bias.grad().sizes() == Shape{128});
  CHECK(output.weight.grad().sizes() == Shape{10, 128});
  CHECK(output.bias.grad().sizes() == Shape{10});
}

TEST_CASE("Linear on (batch, time, features) gives its weight a gradient of the weight's shape") {
  Generator generator(2);
  nn::Linear layer(3, 4);
  Tensor x = random_normal(generator, {2, 5, 3}).requires_grad_();
  const Tensor y = layer.forward(x);
  REQUIRE(y.sizes() == Shape{2, 5, 4});
  const Tensor seed = random_normal(generator, {2, 5, 4});
  y.backward(seed);
  CHECK(x.grad().sizes() == Shape{2, 5, 3});
  REQUIRE(layer.weight.grad().sizes() == Shape{4, 3});
  REQUIRE(layer.bias.grad().sizes() == Shape{4});
  const Tensor rows = x.detach().reshape({10, 3});
  const Tensor seeds = seed.reshape({10, 4});
  for (std::int64_t out = 0; out < 4; ++out) {
    double bias = 0;
    for (std::int64_t in = 0; in < 3; ++in) {
      double weight = 0;
      bias = 0;
      for (std::int64_t row = 0; row < 10; ++row) {
        weight +=
            static_cast<double>(seeds.at({row, out})) * static_cast<double>(rows.at({row, in}));
        bias += static_cast<double>(seeds.at({row, out}));
      }
      CHECK(static_cast<double>(layer.weight.grad().at({out, in})) == doctest::Approx(weight));
    }
    CHECK(static_cast<double>(layer.bias.grad().at({out})) == doctest::Approx(bias));
  }
}

TEST_CASE("the gradients of a whole network agree with differences") {
  Generator generator(3);
  const Tensor target = from_vector({0, 2, 1}, {3});
  const auto network = [&](const std::vector<Tensor>& x) {
    const Tensor hidden = tanh(matmul(x[0], x[1]) + x[2]);
    const Tensor logits = matmul(hidden * sigmoid(hidden), x[3].transpose(0, 1));
    return cross_entropy(logits, target, Reduction::none) + mean(hidden, {1});
  };
  const auto found = autograd::gradcheck(
      network, {random_normal(generator, {3, 4}), random_normal(generator, {4, 5}),
                random_normal(generator, {5}), random_normal(generator, {3, 5})});
  CHECK_MESSAGE(found.passed, found.message);
}

TEST_CASE("gradcheck passes what is right and names the first element that is not") {
  const auto check = [](auto function, const std::vector<Tensor>& inputs) {
    return autograd::gradcheck(function, inputs);
  };
  const Tensor a = from_vector({1, -2, 3, 0.5F, 4, -1}, {2, 3});
  const Tensor b = from_vector({2, 1, -1}, {3});
  CHECK(check([](const auto& x) { return x[0] * x[1] + x[0]; }, {a, b}).passed);
  CHECK(check([](const auto& x) { return sum(x[0] * x[0]); }, {a.transpose(0, 1)}).passed);
  CHECK(check([](const auto& x) { return doubled("test_double", x[0]); }, {a}).passed);
  CHECK(check([](const auto& x) { return x[0] * x[0]; }, {full({0, 2}, 1)}).passed);
  CHECK(check([](const auto& x) { return eq(x[0], x[0]); }, {a}).passed);

  const auto wrong =
      check([](const auto& x) { return x[0] + doubled("test_wrong", x[1]); }, {a, b});
  CHECK(!wrong.passed);
  CHECK(wrong.message.find("input 1 of shape (3,): the gradient at (0,) is ") == 0);
  CHECK(wrong.message.find("3 of 3 elements are wrong") != std::string::npos);

  const auto none = check([](const auto& x) { return x[0] * x[1].detach(); }, {a, b});
  CHECK(!none.passed);
  CHECK(none.message.find("input 1 of shape (3,): no gradient came; the one at (0,) is 0") == 0);

  float noise = 0;
  const auto random = check([&](const auto& x) { return x[0] * full({}, ++noise); }, {a});
  CHECK(!random.passed);
  CHECK(random.message.find("different outputs") != std::string::npos);

  CHECK(!a.requires_grad());
  CHECK(a.to_vector() == Values{1, -2, 3, 0.5F, 4, -1});
  CHECK(grad_enabled());
}
