#include "engine/ops/activations.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/random.h"
#include "engine/record.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_activations.h"

using namespace tt;
using kernel::Walk;

namespace {

// New memory holds NaN while this lives, so that a kernel cannot be lucky.
struct Poisoned {
  Poisoned() { poison_new_memory(true); }
  Poisoned(const Poisoned&) = delete;
  Poisoned& operator=(const Poisoned&) = delete;
  ~Poisoned() { poison_new_memory(false); }
};

// The storage that make_golden_activations.py uses.
std::shared_ptr<Storage> golden_storage(std::int64_t size) {
  auto storage = std::make_shared<Storage>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    storage->data()[i] = static_cast<float>(7 * i % 11 - 5) / 2;
  }
  return storage;
}

Tensor vector(const std::vector<float>& numbers) {
  return from_vector(numbers, {static_cast<std::int64_t>(numbers.size())});
}

const std::vector<std::string> pointwise = {"relu", "sigmoid",   "silu",       "tanh",
                                            "gelu", "gelu_tanh", "leaky_relu", "leaky_relu_0.25"};

Tensor activate(const std::string& op, const Tensor& x) {
  if (op == "relu") {
    return relu(x);
  }
  if (op == "sigmoid") {
    return sigmoid(x);
  }
  if (op == "silu") {
    return silu(x);
  }
  if (op == "tanh") {
    return tt::tanh(x);
  }
  if (op == "gelu") {
    return gelu(x);
  }
  if (op == "gelu_tanh") {
    return gelu(x, GeluApproximation::tanh);
  }
  if (op == "leaky_relu") {
    return leaky_relu(x);
  }
  if (op == "leaky_relu_0.25") {
    return leaky_relu(x, 0.25F);
  }
  throw std::logic_error("golden_activations.h names an unknown op: " + op);
}

// Equal, or NaN in both, or within a few roundings of each other.
bool close(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || a == b ||
         std::fabs(a - b) <= 3e-7F + 1e-6F * std::fabs(b);
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

// A fresh tensor, contiguous, of the shape of x.
void check_result(const Tensor& out, const Tensor& x) {
  REQUIRE(out.sizes() == x.sizes());
  CHECK(out.strides() == contiguous_strides(x.sizes()));
  CHECK_FALSE(out.is_alias_of(x));
}

}  // namespace

TEST_CASE("activations give PyTorch's values, at the edges too") {
  for (const golden::PointwiseCase& one : golden::pointwise_cases) {
    CAPTURE(one.op);
    const Tensor x = vector(golden::activation_points);
    const Tensor out = activate(one.op, x);
    check_result(out, x);
    check_values(out, one.values);
  }
}

TEST_CASE("activations read every layout and change nothing") {
  const Poisoned poisoned;
  Generator random(3);
  for (const std::string& op : pointwise) {
    CAPTURE(op);
    Tensor x = empty({3, 4, 5});
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      x.data_ptr()[i] = random.normal(0, 3);
    }
    const std::vector<float> before = x.to_vector();
    const Tensor wide = x.slice(1, 1, 2).expand({3, 6, 5});
    for (const Tensor& view : {x, x.permute({2, 0, 1}), x.slice(2, 1, 5, 2), wide, x.select(0, 1),
                               x.slice(0, 2, 2), x.select(0, 1).select(0, 1).select(0, 1)}) {
      CAPTURE(to_string(view.sizes()));
      const Tensor out = activate(op, view);
      check_result(out, view);
      check_values(out, activate(op, vector(view.to_vector())).to_vector());
    }
    CHECK(x.to_vector() == before);
    const std::string name = op == "gelu_tanh" ? "gelu" : op.substr(0, op.find("_0"));
    CHECK_REFUSES(activate(op, Tensor()), "[" + name + "] got an undefined tensor");
  }
}

TEST_CASE("a sigmoid loses nothing where the other side rounds to 1") {
  Generator random(4);
  for (int round = 0; round < 1000; ++round) {
    const float x = random.uniform(-104, 104);
    const double exact = 1 / (1 + std::exp(-static_cast<double>(x)));
    CAPTURE(x);
    // The smallest floats are 1.4e-45 apart.
    CHECK(std::fabs(kernel::sigmoid(x) - exact) <= 1e-6 * exact + 2e-45);
    CHECK(std::fabs(kernel::sigmoid(x) + kernel::sigmoid(-x) - 1) <= 1.2e-7F);
  }
  CHECK(kernel::sigmoid(-100) > 0);
}

TEST_CASE("the two formulas of gelu differ by at most 4.8e-4, and do differ") {
  float most = 0;
  for (int i = -8000; i <= 8000; ++i) {
    const float x = static_cast<float>(i) / 1000;
    most = std::fmax(most, std::fabs(kernel::gelu(x) - kernel::gelu_tanh(x)));
    const double exact = x * 0.5 * std::erfc(-static_cast<double>(x) * std::sqrt(0.5));
    CHECK(std::fabs(kernel::gelu(x) - exact) < 1e-6);
  }
  CHECK(most > 4.6e-4F);
  CHECK(most < 4.8e-4F);
}

TEST_CASE("softmax and its logarithm give PyTorch's values along any axis of any strides") {
  const Poisoned poisoned;
  for (const golden::SoftmaxCase& one : golden::softmax_cases) {
    const Tensor x(golden_storage(100), one.sizes, one.strides, one.offset);
    CAPTURE(to_string(one.sizes));
    CAPTURE(to_string(one.strides));
    CAPTURE(one.dim);
    const std::vector<float> before = x.to_vector();
    const Tensor out = softmax(x, one.dim);
    check_result(out, x);
    check_values(out, one.values);
    const Tensor logs = log_softmax(x, one.dim);
    check_result(logs, x);
    check_values(logs, one.logs);
    CHECK(x.to_vector() == before);
  }
}

TEST_CASE("softmax of large numbers, infinities and NaN gives PyTorch's values") {
  for (const golden::SoftmaxRow& one : golden::softmax_rows) {
    CAPTURE(one.x.front());
    CAPTURE(one.x.size());
    check_values(softmax(vector(one.x), 0), one.values);
    check_values(log_softmax(vector(one.x), -1), one.logs);
  }
}

TEST_CASE("the softmax of a long row sums to 1") {
  // Carried in a float, the sum of these would be wrong by half a percent.
  Tensor x = full({300000}, -10);
  x.at({0}) = 0;
  const Tensor out = softmax(x, 0);
  const double sum = 1 + 299999 * std::exp(-10.0);
  CHECK(out.at({0}) == doctest::Approx(1 / sum).epsilon(1e-6));
  CHECK(log_softmax(x, 0).at({0}) == doctest::Approx(-std::log(sum)).epsilon(1e-6));
}

TEST_CASE("a softmax along an axis that does not exist is refused") {
  for (Tensor (*op)(const Tensor&, std::int64_t) : {softmax, log_softmax}) {
    CHECK_REFUSES(op(ones({2, 3}), 2), "[normalize_axis] got axis 2 for rank 2");
    CHECK_REFUSES(op(ones({2, 3}), -3), "[normalize_axis] got axis -3 for rank 2");
    CHECK_REFUSES(op(ones({}), 0), "[normalize_axis] got axis 0 for rank 0");
    CHECK_REFUSES(op(Tensor(), 0), "softmax] got an undefined tensor");
  }
}

TEST_CASE("an axis moves behind the others with its extent and every stride") {
  const Walk walk = {{2, 3, 4}, {{12, 4, 1}, {1, 0, 2}}};
  const Walk first = kernel::axis_last(walk, 0);
  CHECK(first.shape == Shape{3, 4, 2});
  CHECK(first.strides == std::vector<Strides>{{4, 1, 12}, {0, 2, 1}});
  const Walk second = kernel::axis_last(walk, 1);
  CHECK(second.shape == Shape{2, 4, 3});
  CHECK(second.strides == std::vector<Strides>{{12, 1, 4}, {1, 2, 0}});
  CHECK(kernel::axis_last(walk, 2).shape == walk.shape);
  CHECK(kernel::axis_last(walk, 2).strides == walk.strides);
}

TEST_CASE("the work of an activation is counted as its header says") {
  const Tensor x = ones({4, 5});
  const Tensor wide = x.expand({3, 4, 5});
  const std::vector<std::int64_t> flops = {1, 4, 5, 1, 5, 9, 2, 2};
  for (std::size_t i = 0; i < pointwise.size(); ++i) {
    CAPTURE(pointwise[i]);
    reset_counters();
    static_cast<void>(activate(pointwise[i], wide));
    CHECK(counters().flops == flops[i] * 60);
    CHECK(counters().bytes_read == 4 * 20);
    CHECK(counters().bytes_written == 4 * 60);
  }
  reset_counters();
  static_cast<void>(softmax(wide, 0));
  CHECK(counters().flops == 5 * 60);
  CHECK(counters().bytes_read == 4 * 20);
  CHECK(counters().bytes_written == 4 * 60);
  reset_counters();
  static_cast<void>(log_softmax(wide, 0));
  CHECK(counters().flops == 6 * 60);
  CHECK(counters().bytes_written == 4 * 60);
}

TEST_CASE("every activation is recorded once, with what makes it what it is") {
  struct Notes : Listener {
    Notes() { add_listener(*this); }
    ~Notes() override { remove_listener(*this); }
    void operation(const Operation& operation) override {
      text += std::string(operation.name) + "(" + std::to_string(operation.inputs.size()) + ")";
      for (const Attribute& each : operation.attributes.list()) {
        text += std::string(" ") + each.name + "=" +
                (each.integers.empty() ? std::to_string(each.number)
                                       : std::to_string(each.integers.front()));
      }
      text += "; ";
    }
    std::string text;
  };
  const Tensor x = ones({2, 3});
  Notes notes;
  for (const std::string& op : pointwise) {
    static_cast<void>(activate(op, x));
  }
  static_cast<void>(softmax(x, -1));
  static_cast<void>(log_softmax(x, -2));
  CHECK(notes.text ==
        "relu(1); sigmoid(1); silu(1); tanh(1); gelu(1) tanh=0; gelu(1) tanh=1; "
        "leaky_relu(1) slope=0.010000; leaky_relu(1) slope=0.250000; softmax(1) dim=1; "
        "log_softmax(1) dim=0; ");
}
