#include "engine/nn/losses.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/ops/activations.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "engine/record.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_losses.h"

using namespace tt;

namespace {

// New memory holds NaN while this lives, so that a kernel cannot be lucky.
struct Poisoned {
  Poisoned() { poison_new_memory(true); }
  Poisoned(const Poisoned&) = delete;
  Poisoned& operator=(const Poisoned&) = delete;
  ~Poisoned() { poison_new_memory(false); }
};

// The storages that make_golden_losses.py uses.
enum class Kind { logits, probabilities };

Tensor shown(const golden::LossInput& view, Kind kind) {
  constexpr std::int64_t size = 200;
  auto storage = std::make_shared<Storage>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    const auto number = static_cast<float>(7 * i % 11);
    storage->data()[i] = kind == Kind::logits ? (number - 5) * 0.75F : number / 10;
  }
  return Tensor(storage, view.sizes, view.strides, view.offset);
}

Tensor vector(const std::vector<float>& numbers) {
  return from_vector(numbers, {static_cast<std::int64_t>(numbers.size())});
}

Tensor scalar(float number) {
  return from_vector({number}, {});
}

Tensor apply(const std::string& op, const Tensor& x, const Tensor& y, Reduction reduction) {
  if (op == "mse_loss") {
    return mse_loss(x, y, reduction);
  }
  if (op == "binary_cross_entropy") {
    return binary_cross_entropy(x, y, reduction);
  }
  if (op == "binary_cross_entropy_with_logits") {
    return binary_cross_entropy_with_logits(x, y, reduction);
  }
  if (op == "cross_entropy") {
    return cross_entropy(x, y, reduction);
  }
  throw std::logic_error("golden_losses.h names an unknown op: " + op);
}

const std::vector<std::string> pair_ops = {"mse_loss", "binary_cross_entropy",
                                           "binary_cross_entropy_with_logits"};

// Equal, or NaN in both, or within a few roundings of each other.
bool close(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || a == b ||
         std::fabs(a - b) <= 1e-7 + 1e-6 * std::fabs(b);
}

void check_values(const Tensor& out, const Shape& sizes, const std::vector<float>& expected) {
  REQUIRE(out.sizes() == sizes);
  CHECK(out.strides() == contiguous_strides(sizes));
  const std::vector<float> found = out.to_vector();
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CAPTURE(found[i]);
    CAPTURE(expected[i]);
    CHECK(close(found[i], expected[i]));
  }
}

void check_pairs(std::initializer_list<golden::PairCase> cases) {
  const Poisoned poisoned;
  for (const golden::PairCase& one : cases) {
    CAPTURE(one.op);
    CAPTURE(to_string(one.input.sizes));
    CAPTURE(to_string(one.input.strides));
    CAPTURE(to_string(one.target.strides));
    CAPTURE(static_cast<int>(one.reduction));
    const Kind kind =
        std::string(one.op) == "binary_cross_entropy" ? Kind::probabilities : Kind::logits;
    const Tensor x = shown(one.input, kind);
    const Tensor y = shown(one.target, Kind::probabilities);
    check_values(apply(one.op, x, y, one.reduction), one.result, one.values);
    CHECK(x.to_vector() == shown(one.input, kind).to_vector());
    CHECK(y.to_vector() == shown(one.target, Kind::probabilities).to_vector());
  }
}

// Remembers what was recorded while it lives.
struct Heard : Listener {
  Heard() { add_listener(*this); }
  ~Heard() override { remove_listener(*this); }
  void operation(const Operation& operation) override {
    names.push_back(operation.name);
    inputs = static_cast<std::int64_t>(operation.inputs.size());
    attributes = operation.attributes;
  }
  std::vector<std::string> names;
  std::int64_t inputs = 0;
  Attributes attributes;
};

}  // namespace

TEST_CASE("losses of pairs give PyTorch's shapes and values, over any strides") {
  check_pairs(golden::pair_cases);
}

TEST_CASE("losses of extreme probabilities and logits give PyTorch's values") {
  for (const golden::EdgeLoss& one : golden::edge_losses) {
    CAPTURE(one.op);
    CAPTURE(one.input);
    CAPTURE(one.target);
    check_values(apply(one.op, scalar(one.input), scalar(one.target), Reduction::mean), {},
                 {one.value});
  }
}

TEST_CASE("losses of classes give PyTorch's shapes and values, with the classes last") {
  const Poisoned poisoned;
  for (const golden::ClassCase& one : golden::class_cases) {
    CAPTURE(one.op);
    CAPTURE(to_string(one.input.sizes));
    CAPTURE(to_string(one.input.strides));
    CAPTURE(static_cast<int>(one.reduction));
    CAPTURE(one.ignore_index);
    const Tensor x = shown(one.input, Kind::logits);
    const Shape rows(one.input.sizes.begin(), one.input.sizes.end() - 1);
    const auto loss = std::string(one.op) == "nll_loss" ? nll_loss : cross_entropy;
    check_values(loss(x, from_vector(one.target, rows), one.reduction, one.ignore_index),
                 one.result, one.values);
    // The same targets as a view with other strides.
    const Tensor wide = from_vector(one.target, rows).expand([&] {
      Shape shape = rows;
      shape.insert(shape.begin(), 2);
      return shape;
    }());
    const Tensor target = wide.clone().select(0, 1);
    check_values(loss(x, target, one.reduction, one.ignore_index), one.result, one.values);
  }
}

TEST_CASE("cross entropy with probabilities gives PyTorch's values") {
  check_pairs(golden::soft_cases);
}

TEST_CASE("rows of logits of any size give PyTorch's log-sum-exp and cross entropy") {
  for (const golden::RowCase& one : golden::row_cases) {
    const std::vector<float> logits = one.logits;
    const auto count = static_cast<std::int64_t>(logits.size());
    CAPTURE(logits.front());
    CAPTURE(logits.back());
    CHECK(close(kernel::log_sum_exp({logits.data(), 1}, count), one.log_sum_exp));
    std::int64_t c = 0;
    for (const float loss : one.losses) {
      CAPTURE(c);
      const Tensor target = scalar(static_cast<float>(c++));
      const Tensor x = vector(logits);
      check_values(cross_entropy(x, target), {}, {loss});
      const Tensor rows = x.view({1, count}).expand({3, count});
      check_values(cross_entropy(rows, target.expand({3})), {}, {loss});
    }
  }
}

TEST_CASE("a loss in the thousandths survives logits in the ten thousands") {
  // log(1 + e^-7) beside 10,000: a float has only steps of 0.001 there.
  const Tensor x = from_vector({10000, 9993}, {2});
  CHECK(cross_entropy(x, scalar(0)).item() == doctest::Approx(std::log1p(std::exp(-7.0))));
  // And what float32 rounds to 0: log(1 + e^-20).
  CHECK(cross_entropy(vector({20, 0}), scalar(0)).item() ==
        doctest::Approx(std::log1p(std::exp(-20.0))));
}

TEST_CASE("the parts of a loss neither overflow nor vanish") {
  using doctest::Approx;
  CHECK(kernel::squared_error(3e25F, 0) == Approx(9e50));
  CHECK(kernel::binary_cross_entropy_with_logits(-40, 0) / std::exp(-40.0) == Approx(1));
  const std::vector<float> apart = {0, 7, 5, 7, 900};
  CHECK(kernel::log_sum_exp({apart.data(), 2}, 3) == 900);
  const std::vector<float> far = {1e4F, -1e4F};
  const std::vector<float> shares = {0.5F, 0.5F};
  CHECK(kernel::soft_cross_entropy_row({far.data(), 1}, {shares.data(), 1}, 2) == 10000);
}

TEST_CASE("a one-hot target is the same as an index, and nll_loss undoes log_softmax") {
  Generator random(3);
  Tensor x = empty({5, 7});
  Tensor target = empty({5});
  Tensor one_hot = zeros({5, 7});
  for (std::int64_t i = 0; i < 5; ++i) {
    const std::int64_t c = random.randint(0, 7);
    target.at({i}) = static_cast<float>(c);
    one_hot.at({i, c}) = 1;
    for (std::int64_t j = 0; j < 7; ++j) {
      x.at({i, j}) = random.normal(0, 3);
    }
  }
  for (Reduction reduction : {Reduction::none, Reduction::mean, Reduction::sum}) {
    const Tensor expected = cross_entropy(x, target, reduction);
    check_values(cross_entropy(x, one_hot, reduction), expected.sizes(), expected.to_vector());
    check_values(nll_loss(log_softmax(x, 1), target, reduction), expected.sizes(),
                 expected.to_vector());
  }
  const Tensor twice = x.view({1, 5, 7}).expand({2, 5, 7});
  CHECK(cross_entropy(twice, target.expand({2, 5})).item() == cross_entropy(x, target).item());
}

TEST_CASE("a million losses are added up without losing their digits") {
  const std::int64_t count = 1000000;
  const Tensor x = from_vector({0, 0, 0}, {1, 3}).expand({count, 3});
  const Tensor target = scalar(1).expand({count});
  CHECK(cross_entropy(x, target).item() == static_cast<float>(std::log(3.0)));
  const Tensor tenth = scalar(0.1F).expand({count});
  CHECK(mse_loss(tenth, scalar(0).expand({count})).item() ==
        static_cast<float>(static_cast<double>(0.1F) * 0.1F));
  const Tensor half = scalar(0).expand({count});
  CHECK(binary_cross_entropy_with_logits(half, half).item() == static_cast<float>(std::log(2.0)));
}

TEST_CASE("what is no class, no probability or the wrong shape is refused") {
  const Tensor x = zeros({2, 3});
  for (const char* op : {"nll_loss", "cross_entropy"}) {
    const auto loss = op == std::string("nll_loss") ? nll_loss : cross_entropy;
    const auto refuses = [&](const Tensor& logits, const Tensor& target, const std::string& part,
                             std::int64_t ignore_index = -100) {
      CHECK_REFUSES(loss(logits, target, Reduction::mean, ignore_index),
                    "[" + std::string(op) + "] got " + part);
    };
    CAPTURE(op);
    refuses(x, vector({0, 3}), "target 3.000000: it must be a whole number from 0 to 2");
    refuses(x, vector({-1, 0}), "target -1.000000: it must be");
    refuses(x, vector({0, 1.5F}), "target 1.500000: it must be");
    refuses(x, vector({0, std::numeric_limits<float>::quiet_NaN()}), "target ");
    refuses(x, vector({0, std::numeric_limits<float>::infinity()}), "target ");
    refuses(x, vector({0, 3e18F}), "target ");
    refuses(x, vector({0, -100}), "target -100", -1);  // another index is ignored
    refuses(x, zeros({3}), "shapes (2, 3) and (3,): the target must have shape (2,)");
    refuses(x, zeros({2, 1}), "shapes (2, 3) and (2, 1): the target must have shape (2,)");
    refuses(zeros({3}), zeros({1}), "shapes (3,) and (1,): the target must have shape ()");
    refuses(zeros({2, 3, 4}), zeros({2, 4}), "shapes");  // PyTorch's order of axes
    refuses(zeros({}), zeros({}), "shape (): the last axis must be the classes");
    refuses(zeros({2, 0}), zeros({2}), "shape (2, 0): the last axis must be the classes");
    refuses(Tensor(), zeros({2}), "an undefined tensor");
    refuses(x, Tensor(), "an undefined tensor");
  }
  CHECK_REFUSES(nll_loss(x, x), "[nll_loss] got shapes (2, 3) and (2, 3)");
  CHECK_REFUSES(cross_entropy(x, x, Reduction::mean, 0), "[cross_entropy] got ignore_index 0");
  for (const std::string& op : pair_ops) {
    CAPTURE(op);
    CHECK_REFUSES(apply(op, x, zeros({3}), Reduction::mean),
                  "[" + op + "] got shapes (2, 3) and (3,): input and target must have the same");
    CHECK_REFUSES(apply(op, zeros({2}), zeros({2, 1}), Reduction::none), "[" + op + "] got shapes");
    CHECK_REFUSES(apply(op, Tensor(), x, Reduction::none), "[" + op + "] got an undefined tensor");
    CHECK_REFUSES(apply(op, x, Tensor(), Reduction::none), "[" + op + "] got an undefined tensor");
  }
  for (float p : {-0.1F, 1.1F, std::numeric_limits<float>::quiet_NaN()}) {
    CHECK_REFUSES(binary_cross_entropy(scalar(p), scalar(1)),
                  "[binary_cross_entropy] got probability");
  }
}

TEST_CASE("a loss asks for no more memory than its result, and counts what it reads") {
  const Tensor x = zeros({64, 100});
  const Tensor target = zeros({64});
  reset_peak_memory();
  const std::int64_t before = memory_stats().live_bytes;
  static_cast<void>(cross_entropy(x, target));
  CHECK(memory_stats().peak_bytes - before == 4);
  reset_counters();
  static_cast<void>(cross_entropy(x, target));
  CHECK(counters().flops == 4 * 6400);
  CHECK(counters().bytes_read == 4 * (6400 + 64));
  CHECK(counters().bytes_written == 4);
  reset_counters();
  static_cast<void>(nll_loss(x, target, Reduction::none));
  CHECK(counters().flops == 64);
  CHECK(counters().bytes_read == 4 * (64 + 64));
  CHECK(counters().bytes_written == 4 * 64);
  reset_counters();
  static_cast<void>(mse_loss(x, zeros({100}).expand({64, 100})));
  CHECK(counters().flops == 3 * 6400);
  CHECK(counters().bytes_read == 4 * (6400 + 100));
}

TEST_CASE("each loss is recorded once, with its inputs and its reduction") {
  Heard heard;
  const Tensor x = full({2, 3}, 0.5F);
  for (const std::string& op : pair_ops) {
    static_cast<void>(apply(op, x, x, Reduction::sum));
    CHECK(heard.names == std::vector<std::string>{op});
    CHECK(heard.inputs == 2);
    CHECK(heard.attributes.integer("reduction") == 2);
    heard.names.clear();
  }
  static_cast<void>(nll_loss(x, vector({0, 1}), Reduction::none, 1));
  CHECK(heard.attributes.integer("reduction") == 0);
  CHECK(heard.attributes.integer("ignore_index") == 1);
  static_cast<void>(cross_entropy(x, x));
  CHECK(heard.attributes.integer("reduction") == 1);
  CHECK(heard.attributes.integer("ignore_index") == -100);
  CHECK(heard.names == std::vector<std::string>{"nll_loss", "cross_entropy"});
}
