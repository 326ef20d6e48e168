#include "engine/autograd/derivatives.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/nn/losses.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/reduce.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_derivatives.h"

using namespace tt;
using namespace tt::autograd;

namespace {

// New memory holds NaN while this lives, so that a kernel cannot be lucky.
struct Poisoned {
  Poisoned() { poison_new_memory(true); }
  Poisoned(const Poisoned&) = delete;
  Poisoned& operator=(const Poisoned&) = delete;
  ~Poisoned() { poison_new_memory(false); }
};

// Does one operation and differentiates it as autograd would: each derivative sees only those
// values that its own rule keeps.
class Differentiated : private Listener {
 public:
  template <class Perform>
  explicit Differentiated(Perform perform) {
    add_listener(*this);
    out = perform();
    remove_listener(*this);
  }

  Tensor out;

  // The gradient of every input; undefined where the operation is constant.
  std::vector<Tensor> gradients(const Tensor& dout) const {
    std::vector<Tensor> result;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      result.push_back(rules_[i].derivative == nullptr ? Tensor()
                                                       : rules_[i].derivative(recorded_[i], dout));
    }
    return result;
  }

  const std::vector<Rule>& rules() const { return rules_; }
  const std::vector<Recorded>& recorded() const { return recorded_; }

 private:
  void operation(const Operation& operation) override {
    REQUIRE(recorded_.empty());
    rules_ = derivatives_of(operation.name);
    REQUIRE(rules_.size() == operation.inputs.size());
    for (const Rule& rule : rules_) {
      recorded_.emplace_back(operation, rule.keep);
    }
  }

  std::vector<Rule> rules_;
  std::vector<Recorded> recorded_;
};

// The numbers that make_golden_derivatives.py uses.
float element(const std::string& source, std::int64_t i) {
  const auto seven = static_cast<float>(7 * i % 11);
  if (source == "signed") {
    return (seven - 5) / 2;
  }
  if (source == "other") {
    return static_cast<float>(3 * i % 7 - 3) / 2;
  }
  if (source == "positive") {
    return (seven + 1) / 4;
  }
  if (source == "probability") {
    return static_cast<float>(static_cast<double>(seven) / 10);
  }
  if (source == "mask") {
    return static_cast<float>(3 * i % 4 / 2);
  }
  if (source == "ignored" || (source == "class or ignored" && i % 4 == 1)) {
    return -100;
  }
  REQUIRE(source.substr(0, 5) == "class");
  return static_cast<float>(2 * i % 3);
}

Tensor operand(const golden::DerivativeInput& one) {
  const std::int64_t size = 2 * numel(one.sizes) + 8;
  auto storage = std::make_shared<Storage>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    storage->data()[i] = element(one.source, i);
  }
  return Tensor(storage, one.sizes, one.strides, one.offset);
}

// The gradient of the output, which make_golden_derivatives.py uses too. With `transposed` it lies
// in memory the other way round.
Tensor cotangent(const Shape& shape, bool transposed) {
  Tensor dout = empty(shape);
  for (std::int64_t i = 0; i < dout.numel(); ++i) {
    dout.data_ptr()[i] = (static_cast<float>(5 * i % 13) - 6.5F) / 4;
  }
  if (!transposed) {
    return dout;
  }
  std::vector<std::int64_t> turned;
  for (std::int64_t axis = dout.dim(); axis-- > 0;) {
    turned.push_back(axis);
  }
  return dout.permute(turned).clone().permute(turned);
}

// Does the operation of a golden case.
Tensor perform(const golden::DerivativeCase& one, const std::vector<Tensor>& x) {
  using Unary = Tensor (*)(const Tensor&);
  using Binary = Tensor (*)(const Tensor&, const Tensor&);
  using Reducer = Tensor (*)(const Tensor&, const std::vector<std::int64_t>&, bool);
  using Along = Tensor (*)(const Tensor&, std::int64_t);
  using Loss = Tensor (*)(const Tensor&, const Tensor&, Reduction);
  using ClassLoss = Tensor (*)(const Tensor&, const Tensor&, Reduction, std::int64_t);
  const std::string op = one.op;
  const std::vector<std::int64_t> ints = one.integers;
  const auto number = [&](std::size_t i) { return static_cast<float>(one.numbers.begin()[i]); };
  const auto rest = [&](std::size_t from, std::size_t count) {
    return std::vector<std::int64_t>(ints.begin() + static_cast<std::ptrdiff_t>(from),
                                     ints.begin() + static_cast<std::ptrdiff_t>(from + count));
  };
  for (const auto& [name, function] :
       std::initializer_list<std::pair<const char*, Unary>>{{"neg", neg},
                                                            {"abs", abs},
                                                            {"exp", exp},
                                                            {"log", log},
                                                            {"sqrt", sqrt},
                                                            {"square", square},
                                                            {"reciprocal", reciprocal},
                                                            {"relu", relu},
                                                            {"sigmoid", sigmoid},
                                                            {"silu", silu},
                                                            {"tanh", tanh}}) {
    if (op == name) {
      return function(x[0]);
    }
  }
  for (const auto& [name, function] :
       std::initializer_list<std::pair<const char*, Binary>>{{"add", add},
                                                             {"sub", sub},
                                                             {"mul", mul},
                                                             {"div", div},
                                                             {"maximum", maximum},
                                                             {"minimum", minimum},
                                                             {"matmul", matmul}}) {
    if (op == name) {
      return function(x[0], x[1]);
    }
  }
  for (const auto& [name, function] : std::initializer_list<std::pair<const char*, Reducer>>{
           {"sum", sum}, {"mean", mean}, {"amax", amax}, {"amin", amin}}) {
    if (op == name) {
      return function(x[0], rest(1, ints.size() - 1), ints[0] != 0);
    }
  }
  if (op == "var" || op == "var0") {
    return var(x[0], rest(1, ints.size() - 1), op == "var", ints[0] != 0);
  }
  for (const auto& [name, function] : std::initializer_list<std::pair<const char*, Along>>{
           {"softmax", softmax}, {"log_softmax", log_softmax}}) {
    if (op == name) {
      return function(x[0], ints[0]);
    }
  }
  for (const auto& [name, function] : std::initializer_list<std::pair<const char*, Loss>>{
           {"mse_loss", mse_loss},
           {"binary_cross_entropy", binary_cross_entropy},
           {"binary_cross_entropy_with_logits", binary_cross_entropy_with_logits}}) {
    if (op == name) {
      return function(x[0], x[1], static_cast<Reduction>(ints[0]));
    }
  }
  for (const auto& [name, function] : std::initializer_list<std::pair<const char*, ClassLoss>>{
           {"nll_loss", nll_loss}, {"cross_entropy", cross_entropy}}) {
    if (op == name) {
      return function(x[0], x[1], static_cast<Reduction>(ints[0]), ints[1]);
    }
  }
  if (op == "pow") {
    return pow(x[0], number(0));
  }
  if (op == "clamp") {
    return clamp(x[0], number(0), number(1));
  }
  if (op == "leaky_relu") {
    return leaky_relu(x[0], number(0));
  }
  if (op == "gelu") {
    return gelu(x[0], ints[0] == 0 ? GeluApproximation::none : GeluApproximation::tanh);
  }
  if (op == "where") {
    return where(x[0], x[1], x[2]);
  }
  if (op == "clone") {
    return x[0].clone();
  }
  if (op == "sum_to") {
    return sum_to(x[0], ints);
  }
  if (op == "transpose") {
    return x[0].transpose(ints[0], ints[1]);
  }
  if (op == "permute") {
    return x[0].permute(ints);
  }
  if (op == "slice") {
    return x[0].slice(ints[0], ints[1], ints[2], ints[3]);
  }
  if (op == "select") {
    return x[0].select(ints[0], ints[1]);
  }
  if (op == "expand") {
    return x[0].expand(ints);
  }
  if (op == "view") {
    return x[0].view(ints);
  }
  if (op == "reshape") {
    return x[0].reshape(ints);
  }
  if (op == "as_strided") {
    const auto rank = static_cast<std::size_t>(ints[0]);
    return x[0].as_strided(rest(1, rank), rest(1 + rank, rank), ints.back());
  }
  throw std::logic_error("golden_derivatives.h names an unknown op: " + op);
}

// Equal, or NaN in both, or within a few roundings of each other.
bool close(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || a == b ||
         std::fabs(a - b) <= 1e-6F + 1e-5F * std::fabs(b);
}

void check_values(const Tensor& out, const std::vector<float>& expected) {
  const std::vector<float> found = out.to_vector();
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CAPTURE(found[i]);
    CAPTURE(expected[i]);
    CHECK(close(found[i], expected[i]));
  }
}

}  // namespace

TEST_CASE("every derivative gives PyTorch's gradients, for any shapes and strides") {
  const Poisoned poisoned;
  for (const golden::DerivativeCase& one : golden::derivative_cases) {
    CAPTURE(one.op);
    std::vector<Tensor> inputs;
    for (const golden::DerivativeInput& each : one.inputs) {
      INFO("input ", to_string(each.sizes), " with strides ", to_string(each.strides));
      inputs.push_back(operand(each));
    }
    CAPTURE(to_string(one.integers));
    const Differentiated done([&] { return perform(one, inputs); });
    REQUIRE(done.out.sizes() == Shape(one.result));
    for (const bool transposed : {false, true}) {
      CAPTURE(transposed);
      const Tensor dout = cotangent(one.result, transposed);
      const std::vector<float> before = dout.to_vector();
      const std::vector<Tensor> gradients = done.gradients(dout);
      REQUIRE(one.gradients.size() == inputs.size());
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        CAPTURE(i);
        CAPTURE(to_string(inputs[i].sizes()));
        CAPTURE(to_string(inputs[i].strides()));
        const std::vector<float> expected = one.gradients.begin()[i];
        if (expected.empty() && inputs[i].numel() > 0) {
          continue;
        }
        REQUIRE(gradients[i].defined());
        REQUIRE(gradients[i].sizes() == inputs[i].sizes());
        check_values(gradients[i], expected);
      }
      CHECK(dout.to_vector() == before);
    }
  }
}

TEST_CASE("nothing is computed or copied where a view will do") {
  const Tensor x = from_vector({1, 2, 3, 4, 5, 6}, {2, 3});
  const std::vector<std::function<Tensor()>> views = {
      [&] { return add(x, x); },         [&] { return sum(x, {1}); },
      [&] { return sum_to(x, {3}); },    [&] { return x.transpose(0, 1); },
      [&] { return x.permute({1, 0}); }, [&] { return x.reshape({6}); },
      [&] { return x.view({3, 2}); },    [&] { return x.expand({2, 3}); },
      [&] { return x.clone(); },
  };
  for (const auto& view : views) {
    const Differentiated done(view);
    CAPTURE(done.recorded()[0].name());
    const Tensor dout = cotangent(done.out.sizes(), false);
    const std::int64_t before = memory_stats().allocations;
    for (const Tensor& dx : done.gradients(dout)) {
      CHECK(dx.is_alias_of(dout));
      CHECK(dx.sizes() == x.sizes());
    }
    CHECK(memory_stats().allocations == before);
  }
}

TEST_CASE("rows of a batch that met one matrix give its gradient in one product") {
  const Tensor rows = ones({64, 2, 8});
  const Tensor weight = ones({8, 4});
  const Differentiated done([&] { return matmul(rows, weight); });
  const Tensor dout = ones({64, 2, 4});
  reset_counters();
  static_cast<void>(done.rules()[1].derivative(done.recorded()[1], dout));
  CHECK(counters().bytes_written == 4 * 8 * 4);
  CHECK(counters().flops == 2 * 128 * 8 * 4);
}

TEST_CASE("an operation keeps what its derivatives read, and no more") {
  const Tensor x = ones({2, 3});
  const Tensor square_matrix = ones({3, 3});
  const auto kept = [](const std::function<Tensor()>& operation) {
    const Differentiated done(operation);
    std::size_t most = 0;
    for (const Recorded& each : done.recorded()) {
      std::size_t count = 0;
      for (const Tensor& value : each.kept()) {
        count += value.defined() ? 1 : 0;
      }
      most = std::max(most, count);
    }
    return most;
  };
  CHECK(kept([&] { return add(x, x); }) == 0);
  CHECK(kept([&] { return sum(x); }) == 0);
  CHECK(kept([&] { return x.slice(0, 1); }) == 0);
  CHECK(kept([&] { return neg(x); }) == 0);
  CHECK(kept([&] { return mul(x, x); }) == 1);
  CHECK(kept([&] { return matmul(x, square_matrix); }) == 1);
}
