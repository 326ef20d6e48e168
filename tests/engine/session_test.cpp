#include "engine/session.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/memory.h"
#include "engine/ops/elementwise.h"
#include "tests/engine/check.h"

using namespace tt;

namespace {

// The kinds of a trace's records, in order: see docs/trace.md.
std::vector<int> kinds_of(const std::vector<std::uint8_t>& trace) {
  std::vector<int> kinds;
  for (std::size_t at = 8; at < trace.size();) {
    std::uint32_t size = 0;
    std::memcpy(&size, trace.data() + at + 1, sizeof size);
    kinds.push_back(trace[at]);
    at += 5 + size;
  }
  return kinds;
}

long count(const std::vector<int>& kinds, int kind) {
  return std::count(kinds.begin(), kinds.end(), kind);
}

constexpr int tensors = 2;
constexpr int operations = 3;
constexpr int contributions = 6;
constexpr int gradients = 7;
constexpr int errors = 8;
constexpr int dropped = 9;
constexpr int changes = 10;

}  // namespace

TEST_CASE("a session computes, differentiates and gives the numbers back") {
  Session session;
  const std::uint32_t x = session.tensor({2}, {3, 4}, true, "x");
  const std::uint32_t y = session.apply("mul", {x, x}, {});
  const std::uint32_t loss = session.apply("sum", {y}, {});
  CHECK(session.values(loss) == std::vector<float>{25});
  CHECK(session.shape(y) == Shape{2});
  CHECK_FALSE(session.has_grad(x));
  session.backward(loss, 0, true);
  CHECK(session.grad(x) == std::vector<float>{6, 8});
  session.backward(loss, 0, false);
  CHECK(session.grad(x) == std::vector<float>{12, 16});
  session.zero_grad();
  CHECK(session.grad(x) == std::vector<float>{0, 0});
}

TEST_CASE("a trace tells of every tensor, operation and contribution") {
  Session session;
  const std::uint32_t x = session.tensor({2}, {3, 4}, true, "x");
  const std::uint32_t y = session.apply("mul", {x, x}, {});
  const std::uint32_t loss = session.apply("sum", {y}, {});
  session.backward(loss, 0, false);
  const std::vector<int> kinds = kinds_of(session.trace());
  CHECK(count(kinds, tensors) == 1);
  CHECK(count(kinds, operations) == 2);
  CHECK(count(kinds, contributions) == 3);  // one from sum, two from x * x
  CHECK(count(kinds, gradients) == 1);
  CHECK(count(kinds, dropped) == 0);
}

TEST_CASE("a step of descent moves every leaf that has a gradient, and only tells of those") {
  Session session;
  const std::uint32_t x = session.tensor({2}, {3, 4}, true, "x");
  const std::uint32_t unused = session.tensor({}, {7}, true, "unused");
  const std::uint32_t constant = session.tensor({2}, {1, 2}, false, "constant");
  const std::uint32_t y = session.apply("mul", {x, constant}, {});
  const std::uint32_t loss = session.apply("sum", {y}, {});
  session.backward(loss, 0, false);
  session.descend(0.5);
  CHECK(session.values(x) == std::vector<float>{2.5, 3});
  CHECK(session.values(unused) == std::vector<float>{7});
  CHECK(session.values(constant) == std::vector<float>{1, 2});
  CHECK(session.values(y) == std::vector<float>{3, 8});
  CHECK(session.grad(x) == std::vector<float>{1, 2});
  CHECK(count(kinds_of(session.trace()), changes) == 1);
  CHECK(count(kinds_of(session.trace()), operations) == 2);
}

TEST_CASE("the sums of contributions are no operations of the trace") {
  Session session;
  const std::uint32_t x = session.tensor({}, {3}, true, "x");
  session.backward(session.apply("add", {x, x}, {}), 0, false);
  CHECK(session.grad(x) == std::vector<float>{2});
  CHECK(count(kinds_of(session.trace()), operations) == 1);
}

TEST_CASE("a refused operation is an error of the trace, and the session goes on") {
  Session session;
  const std::uint32_t a = session.tensor({2, 3}, {1, 2, 3, 4, 5, 6}, false, "a");
  CHECK_REFUSES(session.apply("matmul", {a, a}, {}), "[matmul]");
  CHECK_REFUSES(session.apply("fold", {a}, {}), "fold");
  CHECK_REFUSES(session.apply("add", {a}, {}), "must have 2");
  CHECK_REFUSES(session.apply("softmax", {a}, {}), "at least 1");
  CHECK_REFUSES(session.values(99), "99");
  CHECK_REFUSES(session.values(0), "from 1");
  CHECK_REFUSES(session.backward(a, 0, false), "[backward]");
  CHECK(count(kinds_of(session.trace()), errors) == 3);
  CHECK(session.values(session.apply("sum", {a}, {})) == std::vector<float>{21});
}

TEST_CASE("a trace that is full says how much it left out") {
  Session session(TraceLimits{1 << 20, 5});
  const std::uint32_t x = session.tensor({}, {1}, true, "x");
  std::uint32_t y = x;
  for (int i = 0; i < 4; ++i) {
    y = session.apply("add", {y, x}, {});
  }
  CHECK_REFUSES(session.apply("add", {y, x}, {}), "cleared");
  const std::vector<int> kinds = kinds_of(session.trace());
  CHECK(kinds.back() == dropped);
  CHECK(kinds_of(session.trace()) == kinds);
  session.clear();
  CHECK(kinds_of(session.trace()).empty());
  CHECK(session.tensor({}, {1}, true, "x") == 1);
}

TEST_CASE("a session that is cleared gives every byte back") {
  const std::int64_t before = memory_stats().live_bytes;
  Session session;
  const std::uint32_t x = session.tensor({100}, std::vector<float>(100, 1), true, "x");
  session.backward(session.apply("sum", {session.apply("exp", {x}, {})}, {}), 0, true);
  CHECK(memory_stats().live_bytes > before);
  session.clear();
  CHECK(memory_stats().live_bytes == before);
}

TEST_CASE("a leaf that is set keeps its gradient and its place") {
  Session session;
  const std::uint32_t x = session.tensor({2}, {1, 2}, true, "x");
  session.set(x, {5, 6});
  CHECK(session.values(x) == std::vector<float>{5, 6});
  CHECK_REFUSES(session.set(x, {1}), "values");
  const std::uint32_t y = session.apply("square", {x}, {});
  session.backward(session.apply("sum", {y}, {}), 0, false);
  CHECK(session.grad(x) == std::vector<float>{10, 12});
}

TEST_CASE("every operation that a session lists can be called") {
  for (const std::string& name : Session::operations()) {
    Session session;
    INFO(name);
    // Too many tensors for any of them: what is refused is their number, not the name.
    CHECK_REFUSES(session.apply(name, {1, 1, 1, 1}, {}), "must have");
  }
}

TEST_CASE("a tensor without elements has a number too") {
  Session session;
  const std::uint32_t x = session.tensor({2, 0}, {}, false, "x");
  CHECK(x == 1);
  CHECK(session.shape(session.apply("transpose", {x}, {{0, 1}, {}})) == Shape{0, 2});
}
