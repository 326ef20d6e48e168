#include "engine/ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/random.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_reduce.h"

using namespace tt;
using kernel::Offsets;
using kernel::Walk;

namespace {

// New memory holds NaN while this lives, so that a kernel cannot be lucky.
struct Poisoned {
  Poisoned() { poison_new_memory(true); }
  Poisoned(const Poisoned&) = delete;
  Poisoned& operator=(const Poisoned&) = delete;
  ~Poisoned() { poison_new_memory(false); }
};

// The storage that make_golden_reduce.py uses.
std::shared_ptr<Storage> golden_storage(std::int64_t size) {
  auto storage = std::make_shared<Storage>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    storage->data()[i] = static_cast<float>(7 * i % 11 - 5);
  }
  return storage;
}

Tensor vector(const std::vector<float>& numbers) {
  return from_vector(numbers, {static_cast<std::int64_t>(numbers.size())});
}

Tensor apply(const std::string& op, const Tensor& x, const std::vector<std::int64_t>& dims,
             bool keepdim) {
  if (op == "sum") {
    return sum(x, dims, keepdim);
  }
  if (op == "mean") {
    return mean(x, dims, keepdim);
  }
  if (op == "amax") {
    return amax(x, dims, keepdim);
  }
  if (op == "amin") {
    return amin(x, dims, keepdim);
  }
  if (op == "var" || op == "var0") {
    return var(x, dims, op == "var", keepdim);
  }
  if (op == "argmax") {
    return dims.empty() ? argmax(x, {}, keepdim) : argmax(x, dims.front(), keepdim);
  }
  throw std::logic_error("golden_reduce.h names an unknown op: " + op);
}

const std::vector<std::string> all_ops = {"sum", "mean", "amax", "amin", "var", "var0", "argmax"};

// Equal, or NaN in both, or within a rounding of each other.
bool close(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || a == b || std::fabs(a - b) <= 2e-7F * std::fabs(b);
}

void check_values(const Tensor& out, const std::vector<float>& expected) {
  const std::vector<float> found(out.data_ptr(), out.data_ptr() + out.numel());
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CAPTURE(found[i]);
    CAPTURE(expected[i]);
    CHECK(close(found[i], expected[i]));
  }
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

TEST_CASE("reductions give PyTorch's shapes and values, over any axes and strides") {
  const Poisoned poisoned;
  for (const golden::ReduceCase& one : golden::reduce_cases) {
    const Tensor x(golden_storage(200), one.sizes, one.strides, one.offset);
    CAPTURE(one.op);
    CAPTURE(to_string(one.sizes));
    CAPTURE(to_string(one.strides));
    CAPTURE(to_string(one.dims));
    CAPTURE(one.keepdim);
    if (!one.fits) {
      CHECK_REFUSES(apply(one.op, x, one.dims, one.keepdim),
                    std::string("[") + one.op + "] got shape");
      continue;
    }
    const Tensor out = apply(one.op, x, one.dims, one.keepdim);
    REQUIRE(out.sizes() == Shape(one.result));
    CHECK(out.strides() == contiguous_strides(out.sizes()));
    CHECK_FALSE(out.is_alias_of(x));
    check_values(out, one.values);
    CHECK(Tensor(golden_storage(200), one.sizes, one.strides, one.offset).to_vector() ==
          x.to_vector());
  }
}

TEST_CASE("reductions of infinities, NaN and ties give PyTorch's values") {
  for (const golden::EdgeCase& one : golden::edge_cases) {
    CAPTURE(one.op);
    CAPTURE(*one.x.begin());
    CAPTURE(one.x.size());
    check_values(apply(one.op, vector(one.x), {}, false), {one.value});
    check_values(apply(one.op, vector(one.x), {-1}, true), {one.value});
  }
}

TEST_CASE("sum_to gives the gradient that PyTorch gives a stretched operand") {
  const Poisoned poisoned;
  for (const golden::SumToCase& one : golden::sum_to_cases) {
    const Tensor x(golden_storage(200), one.sizes, one.strides, one.offset);
    CAPTURE(to_string(one.sizes));
    CAPTURE(to_string(one.wanted));
    const Tensor out = sum_to(x, one.wanted);
    REQUIRE(out.sizes() == Shape(one.wanted));
    CHECK_FALSE(out.is_alias_of(x));
    check_values(out, one.values);
  }
  CHECK_REFUSES(sum_to(zeros({2, 3}), {2}), "extent 2 must be 1 or 3");
  CHECK_REFUSES(sum_to(zeros({3}), {1, 3}), "must not have more axes");
}

TEST_CASE("axes that do not exist or come twice are refused") {
  const Tensor x = ones({2, 3});
  for (const std::string& op : all_ops) {
    CAPTURE(op);
    CHECK_REFUSES(apply(op, x, {2}, false), "[normalize_axis] got axis 2 for rank 2");
    CHECK_REFUSES(apply(op, x, {-3}, false), "[normalize_axis] got axis -3 for rank 2");
    CHECK_REFUSES(apply(op, ones({}), {0}, false), "[normalize_axis] got axis 0 for rank 0");
    CHECK_REFUSES(apply(op, Tensor(), {}, false), "] got an undefined tensor");
    if (op != "argmax") {
      CHECK_REFUSES(apply(op, x, {1, -1}, false), "axis 1 must come only once");
      CHECK_REFUSES(apply(op, x, {0, 1, 0}, true), "axis 0 must come only once");
    }
  }
  CHECK_REFUSES(sum_to(Tensor(), {}), "[sum_to] got an undefined tensor");
}

TEST_CASE("a million terms are added up without losing their digits") {
  Tensor x = empty({1000000});
  Generator random(5);
  double exact = 0;
  float naive = 0;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const float value = random.uniform(0, 1);
    x.data_ptr()[i] = value;
    exact += value;
    naive += value;
  }
  CHECK(std::fabs(naive - exact) > 1);  // so the check below means something
  CHECK(sum(x).item() == static_cast<float>(exact));
  CHECK(mean(x).item() == static_cast<float>(exact / 1e6));
  const Tensor tenth = full({}, 0.1F).expand({1000, 1000});
  CHECK(sum(tenth).item() == 100000);
  CHECK(mean(tenth).item() == 0.1F);
  CHECK(var(tenth).item() == 0);
  // Far from 0, the difference of the mean of the squares and the squared mean would be nothing.
  const Tensor far = add(arange(8).view({2, 4}), 1e6F);
  check_values(var(far, {1}), {5.0F / 3, 5.0F / 3});
}

TEST_CASE("sum undoes what expand does, up to the count") {
  const Tensor x = arange(6).view({3, 1, 2});
  const Tensor wide = x.expand({4, 3, 5, 2});
  CHECK(sum_to(wide, {3, 1, 2}).to_vector() == mul(x, 20).to_vector());
  CHECK(mean(wide, {0, 2}).to_vector() == x.to_vector());
}

TEST_CASE("the work is counted once an element") {
  const Tensor x = ones({4, 5});
  const Tensor wide = x.expand({3, 4, 5});
  reset_counters();
  static_cast<void>(sum(wide, {1}));
  CHECK(counters().flops == 60);
  CHECK(counters().bytes_read == 4 * 20);
  CHECK(counters().bytes_written == 4 * 15);
  reset_counters();
  static_cast<void>(argmax(x, 0));
  CHECK(counters().flops == 20);
  CHECK(counters().bytes_read == 4 * 20);
  CHECK(counters().bytes_written == 4 * 5);
  reset_counters();
  static_cast<void>(var(x));
  CHECK(counters().flops == 4 * 20);
}

TEST_CASE("a walk in memory order visits the same places, the large strides outside") {
  Generator random(3);
  for (int round = 0; round < 200; ++round) {
    Shape shape(static_cast<std::size_t>(random.randint(0, 5)));
    for (std::int64_t& extent : shape) {
      extent = random.randint(1, 4);
    }
    std::vector<std::int64_t> turn = random.randperm(static_cast<std::int64_t>(shape.size()));
    const Tensor x = arange(static_cast<double>(numel(shape))).view(shape).permute(turn);
    Shape kept = x.sizes();
    for (std::int64_t& extent : kept) {
      extent = random.randint(0, 2) == 0 ? 1 : extent;
    }
    const Walk walk = kernel::plan_reduction(x.sizes(), x.strides(), kept);
    const Walk sorted = kernel::memory_order(walk);
    std::vector<Offsets> before = places(walk);
    const std::vector<Offsets> after = places(sorted);
    for (std::size_t i = 0; i < after.size(); ++i) {
      CHECK(after[i][1] == static_cast<std::int64_t>(i));  // memory is read from end to end
    }
    std::sort(before.begin(), before.end(),
              [](const Offsets& a, const Offsets& b) { return a[1] < b[1]; });
    CHECK(before == after);
  }
  const Walk even = kernel::memory_order({{2, 3, 4}, {{1, 2, 3}, {0, 5, 0}}});
  CHECK(even.shape == Shape{3, 2, 4});
  CHECK(even.strides == std::vector<Strides>{{2, 1, 3}, {5, 0, 0}});
}

TEST_CASE("the parts of a reduction say what they are") {
  using Flags = std::vector<bool>;
  CHECK(kernel::reduced_axes({}, 3) == Flags{true, true, true});
  CHECK(kernel::reduced_axes({-1, 0}, 3) == Flags{true, false, true});
  CHECK(kernel::reduced_axes({}, 0).empty());
  CHECK(kernel::reduced_shape({2, 3, 4}, {true, false, true}, false) == Shape{3});
  CHECK(kernel::reduced_shape({2, 3, 4}, {true, false, true}, true) == Shape{1, 3, 1});
  CHECK(kernel::reduced_count({2, 3, 4}, {true, false, true}) == 8);
  CHECK(kernel::reduced_count({2, 3, 4}, {false, false, false}) == 1);
  const std::vector<float> x = {3, 9, 4, 9, 4};
  CHECK(kernel::argmax_row({x.data(), 1}, 5) == 1);
  CHECK(kernel::argmax_row({x.data(), 2}, 3) == 1);
  CHECK(kernel::argmax_row({x.data(), 0}, 5) == 0);
}
