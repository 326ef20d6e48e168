#include "engine/ops/elementwise.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/random.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_elementwise.h"

using namespace tt;
using kernel::Offsets;
using kernel::Walk;

namespace {

using UnaryOp = Tensor (*)(const Tensor&);
using BinaryOp = Tensor (*)(const Tensor&, const Tensor&);
using NumberOp = Tensor (*)(const Tensor&, float);

const std::map<std::string, UnaryOp> unary_ops = {{"neg", tt::neg},
                                                  {"abs", tt::abs},
                                                  {"exp", tt::exp},
                                                  {"log", tt::log},
                                                  {"sqrt", tt::sqrt},
                                                  {"square", tt::square},
                                                  {"reciprocal", tt::reciprocal}};
const std::map<std::string, BinaryOp> binary_ops = {
    {"add", tt::add},         {"sub", tt::sub},         {"mul", tt::mul}, {"div", tt::div},
    {"maximum", tt::maximum}, {"minimum", tt::minimum}, {"eq", tt::eq},   {"ne", tt::ne},
    {"lt", tt::lt},           {"le", tt::le},           {"gt", tt::gt},   {"ge", tt::ge}};
const std::map<std::string, NumberOp> number_ops = {
    {"add", tt::add},         {"sub", tt::sub},         {"mul", tt::mul}, {"div", tt::div},
    {"maximum", tt::maximum}, {"minimum", tt::minimum}, {"eq", tt::eq},   {"ne", tt::ne},
    {"lt", tt::lt},           {"le", tt::le},           {"gt", tt::gt},   {"ge", tt::ge}};

// New memory holds NaN while this lives, so that a kernel cannot be lucky.
struct Poisoned {
  Poisoned() { poison_new_memory(true); }
  Poisoned(const Poisoned&) = delete;
  Poisoned& operator=(const Poisoned&) = delete;
  ~Poisoned() { poison_new_memory(false); }
};

// The storage that make_golden_elementwise.py uses.
std::shared_ptr<Storage> golden_storage(std::int64_t size) {
  auto storage = std::make_shared<Storage>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    storage->data()[i] = static_cast<float>(7 * i % 11 - 5) / 2;
  }
  return storage;
}

Tensor shown(const golden::View& view) {
  return Tensor(golden_storage(100), view.sizes, view.strides, view.offset);
}

// Row after row, read without the library.
std::vector<float> values(const Tensor& x) {
  std::vector<float> result;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    std::int64_t left = i;
    std::int64_t place = 0;
    for (std::size_t axis = x.sizes().size(); axis-- > 0;) {
      place += left % x.sizes()[axis] * x.strides()[axis];
      left /= x.sizes()[axis];
    }
    result.push_back(x.data_ptr()[place]);
  }
  return result;
}

Tensor vector(const std::vector<float>& numbers) {
  return from_vector(numbers, {static_cast<std::int64_t>(numbers.size())});
}

// Equal to the last bit, or NaN in both; 0 and -0 differ.
bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

void check_values(const Tensor& actual, const std::vector<float>& expected, float rtol = 0) {
  const std::vector<float> found = values(actual);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const float distance = std::fabs(found[i] - expected[i]);
    CAPTURE(i);
    CAPTURE(found[i]);
    CAPTURE(expected[i]);
    CHECK((same(found[i], expected[i]) || distance <= rtol * std::fabs(expected[i])));
  }
}

void check_fresh(const Tensor& out) {
  CHECK(out.strides() == contiguous_strides(out.sizes()));
  CHECK(out.storage_offset() == 0);
}

// Every place that a walk visits, tensor by tensor, in order.
std::vector<Offsets> places(const Walk& walk) {
  std::vector<Offsets> result;
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    for (std::int64_t i = 0; i < kernel::row_length(walk); ++i) {
      Offsets all = offsets;
      for (std::size_t k = 0; k < all.size(); ++k) {
        all[k] += i * kernel::row_step(walk, k);
      }
      result.push_back(all);
    }
  });
  return result;
}

}  // namespace

TEST_CASE("every function of one tensor gives PyTorch's values, also at the edges") {
  const Poisoned poisoned;
  for (const golden::UnaryCase& one : golden::unary_cases) {
    CAPTURE(one.op);
    const Tensor out = unary_ops.at(one.op)(vector(golden::points));
    // PyTorch's exp and log are its own; both are right to the last bit or the one before.
    check_values(out, one.values, 3e-7F);
    check_fresh(out);
  }
  for (const golden::PowerCase& one : golden::power_cases) {
    CAPTURE(one.exponent);
    check_values(pow(vector(golden::points), one.exponent), one.values, 3e-7F);
  }
  for (const golden::ClampCase& one : golden::clamp_cases) {
    CAPTURE(one.low);
    CAPTURE(one.high);
    check_values(clamp(vector(golden::points), one.low, one.high), one.values);
  }
}

TEST_CASE("every function of two tensors gives PyTorch's values, also at the edges") {
  const Poisoned poisoned;
  const Tensor points = vector(golden::few_points);
  const Tensor column = points.view({9, 1});
  for (const golden::UnaryCase& one : golden::point_pairs) {
    CAPTURE(one.op);
    const bool extreme = std::string(one.op) == "maximum" || std::string(one.op) == "minimum";
    const Tensor out = binary_ops.at(one.op)(column, points);
    REQUIRE(out.sizes() == Shape{9, 9});
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      // Of 0 and -0 neither is larger.
      CAPTURE(i);
      CHECK((same(values(out)[i], one.values[i]) ||
             (extreme && values(out)[i] == 0 && one.values[i] == 0)));
    }
  }
}

TEST_CASE("operands broadcast as in PyTorch, whatever their strides") {
  const Poisoned poisoned;
  for (const golden::BinaryCase& one : golden::binary_cases) {
    const Tensor a = shown(one.a);
    const Tensor b = shown(one.b);
    CAPTURE(one.op);
    CAPTURE(to_string(a.sizes()));
    CAPTURE(to_string(a.strides()));
    CAPTURE(to_string(b.sizes()));
    CAPTURE(to_string(b.strides()));
    const Tensor out = binary_ops.at(one.op)(a, b);
    REQUIRE(out.sizes() == one.sizes);
    check_fresh(out);
    const bool extreme = std::string(one.op) == "maximum" || std::string(one.op) == "minimum";
    if (!extreme) {
      check_values(out, one.values);
    } else {
      CHECK(values(out) == one.values);
    }
    CHECK(values(a) == values(shown(one.a)));
    CHECK(values(b) == values(shown(one.b)));
  }
  for (const golden::WhereCase& one : golden::where_cases) {
    const Tensor out = where(shown(one.condition), shown(one.a), shown(one.b));
    REQUIRE(out.sizes() == one.sizes);
    check_fresh(out);
    check_values(out, one.values);
  }
  CHECK(where(full({}, golden::nan), ones({}), zeros({})).item() == 1);
}

TEST_CASE("shapes that do not broadcast are refused") {
  for (const golden::MisfitPair& one : golden::misfit_pairs) {
    CHECK_REFUSES(add(zeros(one.a), zeros(one.b)), "must be equal or one of them 1");
    CHECK_REFUSES(add(zeros(one.b), zeros(one.a)), "must be equal or one of them 1");
    CHECK_REFUSES(where(zeros(one.a), zeros({}), zeros(one.b)), "must be equal or one of them 1");
  }
}

TEST_CASE("an undefined tensor is refused by the function's name") {
  const Tensor none;
  for (const auto& [name, op] : unary_ops) {
    CHECK_REFUSES(op(none), "[" + name + "] got an undefined tensor");
  }
  for (const auto& [name, op] : binary_ops) {
    CHECK_REFUSES(op(none, ones({2})), "] got an undefined tensor");
    CHECK_REFUSES(op(ones({2}), none), "] got an undefined tensor");
  }
  CHECK_REFUSES(pow(none, 2), "[pow] got an undefined tensor");
  CHECK_REFUSES(clamp(none, 0, 1), "[clamp] got an undefined tensor");
  CHECK_REFUSES(where(none, ones({}), ones({})), "[where] got an undefined tensor");
  CHECK_REFUSES(where(ones({}), ones({}), none), "[where] got an undefined tensor");
  Tensor self = ones({2});
  Tensor undefined;
  CHECK_REFUSES(add_(undefined, self), "[add_] got an undefined tensor");
  CHECK_REFUSES(add_(self, undefined), "[add_] got an undefined tensor");
  CHECK_REFUSES(mul_(undefined, self), "[mul_] got an undefined tensor");
  CHECK_REFUSES(mul_(self, undefined), "[mul_] got an undefined tensor");
}

TEST_CASE("a number stands for a tensor of any shape, on both sides") {
  const Tensor x = from_vector({1, -2, 4, 0.5}, {2, 2});
  for (const auto& [name, op] : number_ops) {
    CAPTURE(name);
    const Tensor out = op(x, 0.5);
    CHECK(out.sizes() == x.sizes());
    CHECK(values(out) == values(binary_ops.at(name)(x, full({}, 0.5))));
  }
  CHECK(values(x + 1) == std::vector<float>{2, -1, 5, 1.5});
  CHECK(values(1 + x) == std::vector<float>{2, -1, 5, 1.5});
  CHECK(values(x - 1) == std::vector<float>{0, -3, 3, -0.5});
  CHECK(values(1 - x) == std::vector<float>{0, 3, -3, 0.5});
  CHECK(values(x * 2) == std::vector<float>{2, -4, 8, 1});
  CHECK(values(2 * x) == std::vector<float>{2, -4, 8, 1});
  CHECK(values(x / 2) == std::vector<float>{0.5, -1, 2, 0.25});
  CHECK(values(2 / x) == std::vector<float>{2, -1, 0.5, 4});
  CHECK(values(-x) == std::vector<float>{-1, 2, -4, -0.5});
  CHECK(values(x + x) == std::vector<float>{2, -4, 8, 1});
  CHECK(values(x - x) == std::vector<float>{0, 0, 0, 0});
  CHECK(values(x * x) == std::vector<float>{1, 4, 16, 0.25});
  CHECK(values(x / x) == std::vector<float>{1, 1, 1, 1});
}

TEST_CASE("the result shares no memory with an input") {
  const Tensor x = ones({2, 3});
  CHECK_FALSE(neg(x).is_alias_of(x));
  CHECK_FALSE(add(x, x).is_alias_of(x));
  Tensor out = maximum(x, x);
  out.fill_(7);
  CHECK(values(x) == std::vector<float>(6, 1));
}

TEST_CASE("broadcasting allocates the result and nothing else") {
  const Tensor bias = ones({768});
  const Tensor x = ones({}).expand({4, 16, 768});
  reset_peak_memory();
  const std::int64_t live = memory_stats().live_bytes;
  reset_counters();
  const Tensor out = add(x, bias);
  CHECK(memory_stats().peak_bytes - live == 4 * 16 * 768 * 4);
  CHECK(counters().bytes_read == 4 + 768 * 4);
  CHECK(counters().bytes_written == 4 * 16 * 768 * 4);
  CHECK(counters().flops == 4 * 16 * 768);
  CHECK(values(out) == std::vector<float>(4 * 16 * 768, 2));
}

TEST_CASE("an empty result reads nothing") {
  reset_counters();
  const Tensor out = add(ones({1, 3}), zeros({0, 3}));
  CHECK(out.sizes() == Shape{0, 3});
  CHECK(counters().flops == 0);
  CHECK(counters().bytes_read == 0);
  CHECK(counters().bytes_written == 0);
}

TEST_CASE("add_ gives PyTorch's storage, also between the elements") {
  for (const golden::AddInPlaceCase& one : golden::add_in_place_cases) {
    const auto size = static_cast<std::int64_t>(one.storage.size());
    const auto storage = golden_storage(size);
    Tensor self(storage, one.self.sizes, one.self.strides, one.self.offset);
    CAPTURE(to_string(self.sizes()));
    CAPTURE(to_string(self.strides()));
    CHECK(&add_(self, shown(one.other), one.alpha) == &self);
    check_values(Tensor(storage, {size}, {1}, 0), one.storage);
  }
}

TEST_CASE("add_ allocates nothing and counts what it does") {
  Tensor self = ones({4, 5});
  const Tensor other = ones({5});
  const std::int64_t before = memory_stats().allocations;
  reset_counters();
  add_(self, other, 3);
  CHECK(memory_stats().allocations == before);
  CHECK(counters().flops == 2 * 20);
  CHECK(counters().bytes_read == 4 * (20 + 5));
  CHECK(counters().bytes_written == 4 * 20);
  CHECK(values(self) == std::vector<float>(20, 4));
}

TEST_CASE("add_ and mul_ read an overlapping operand before they overwrite it") {
  Tensor x = arange(9).view({3, 3});
  add_(x, x.transpose(0, 1));
  CHECK(values(x) == std::vector<float>{0, 4, 8, 4, 8, 12, 8, 12, 16});
  Tensor y = arange(5);
  Tensor tail = y.slice(0, 1);
  add_(tail, y.slice(0, 0, 4));
  CHECK(values(y) == std::vector<float>{0, 1, 3, 5, 7});
  add_(y, y);
  CHECK(values(y) == std::vector<float>{0, 2, 6, 10, 14});
  Tensor z = arange(1, 5);
  Tensor end = z.slice(0, 1);
  mul_(end, z.slice(0, 0, 3));
  CHECK(values(z) == std::vector<float>{1, 2, 6, 12});
  mul_(z, 2);
  CHECK(values(z) == std::vector<float>{2, 4, 12, 24});
}

TEST_CASE("writing in place where it makes no sense is refused and changes nothing") {
  Tensor x = ones({3});
  Tensor wide = x.expand({2, 3});
  CHECK_REFUSES(add_(wide, ones({2, 3})), "[add_] got a tensor of shape (2, 3)");
  CHECK_REFUSES(mul_(wide, ones({2, 3})), "every element must have a place of its own");
  CHECK_REFUSES(add_(x, ones({2, 3})), "must not have more axes");
  CHECK_REFUSES(add_(x, ones({2})), "extent 2 must be 1 or 3");
  CHECK_REFUSES(mul_(x, ones({2, 3})), "must not have more axes");
  CHECK(values(x) == std::vector<float>{1, 1, 1});
  Tensor same_extent = x.expand({1, 3});
  add_(same_extent, ones({}));
  CHECK(values(x) == std::vector<float>{2, 2, 2});
}

TEST_CASE("a walk visits the places that the shapes and strides say, in order") {
  CHECK(places({{2, 3}, {{3, 1}, {0, 1}}}) ==
        std::vector<Offsets>{{0, 0}, {1, 1}, {2, 2}, {3, 0}, {4, 1}, {5, 2}});
  CHECK(places({{}, {{}, {}}}) == std::vector<Offsets>{{0, 0}});
  CHECK(places({{2}, {}}) == std::vector<Offsets>{{}, {}});
  CHECK(places({{2, 0, 3}, {{3, 3, 1}}}).empty());
  CHECK(places({{0}, {{1}}}).empty());
  const Tensor x = arange(24).view({2, 3, 4}).permute({2, 0, 1});
  std::vector<float> expected;
  for (const Offsets& each : places({x.sizes(), {x.strides()}})) {
    expected.push_back(static_cast<float>(each[0]));
  }
  CHECK(values(x) == expected);
}

TEST_CASE("merged axes visit the same places in the same order, on the fewest axes") {
  Generator random(11);
  for (int round = 0; round < 400; ++round) {
    Walk walk;
    const std::int64_t rank = random.randint(0, 5);
    for (std::int64_t axis = 0; axis < rank; ++axis) {
      walk.shape.push_back(random.randint(random.randint(0, 12) == 0 ? 0 : 1, 4));
    }
    for (std::int64_t k = random.randint(1, 4); k > 0; --k) {
      Strides strides = contiguous_strides(walk.shape);
      for (std::int64_t& stride : strides) {
        const std::int64_t kind = random.randint(0, 12);
        stride = kind == 0 ? 0 : kind == 1 ? random.randint(0, 9) : stride;
      }
      walk.strides.push_back(strides);
    }
    const Walk merged = kernel::merge_axes(walk);
    CAPTURE(to_string(walk.shape));
    CHECK(places(merged) == places(walk));
    CHECK(numel(merged.shape) == numel(walk.shape));
    for (std::size_t axis = 0; axis < merged.shape.size(); ++axis) {
      CHECK(merged.shape[axis] != 1);
      bool joins = axis > 0;
      for (const Strides& strides : merged.strides) {
        REQUIRE(strides.size() == merged.shape.size());
        joins = joins && strides[axis - 1] == merged.shape[axis] * strides[axis];
      }
      CHECK_FALSE(joins);
    }
  }
  const Walk contiguous =
      kernel::merge_axes({{4, 1, 5, 6}, {{30, 30, 6, 1}, {30, 7, 6, 1}, {0, 0, 0, 0}}});
  CHECK(contiguous.shape == Shape{120});
  const Walk bias = kernel::merge_axes({{32, 512, 768}, {{393216, 768, 1}, {0, 0, 1}}});
  CHECK(bias.shape == Shape{16384, 768});
  CHECK(bias.strides == std::vector<Strides>{{768, 1}, {0, 1}});
  CHECK(kernel::merge_axes({{1, 1}, {{5, 1}}}).shape.empty());
}

TEST_CASE("a plan reads every tensor in the common shape") {
  const Walk walk = kernel::plan_walk({{4, 1, 3}, {5, 1}, {}}, {{3, 3, 1}, {1, 1}, {}});
  CHECK(walk.shape == Shape{4, 5, 3});
  CHECK(walk.strides == std::vector<Strides>{{3, 0, 1}, {0, 1, 0}, {0, 0, 0}});
  CHECK_REFUSES(kernel::plan_walk({{2, 3}, {2}}, {{3, 1}, {1}}), "[broadcast_shapes]");
}

TEST_CASE("a row applies its function to numbers that lie apart") {
  const std::vector<float> x = {1, 9, 9, 2, 9, 9, 3};
  std::vector<float> out(5, -1);
  kernel::unary_row(out.data(), {x.data(), 3}, 3, [](float value) { return 10 * value; });
  CHECK(out == std::vector<float>{10, 20, 30, -1, -1});
  kernel::binary_row(out.data(), {x.data(), 3}, {x.data() + 1, 0}, 2,
                     [](float a, float b) { return a - b; });
  CHECK(out == std::vector<float>{-8, -7, 30, -1, -1});
  kernel::unary_row(out.data(), {nullptr, 1}, 0, [](float value) { return value; });
  CHECK(out == std::vector<float>{-8, -7, 30, -1, -1});
}
