#include "engine/scalar_session.h"

#include <doctest/doctest.h>

#include <cstring>
#include <stdexcept>
#include <vector>

using namespace tt;

namespace {

// The kinds of the records of a trace, in order.
std::vector<int> kinds_of(const std::vector<std::uint8_t>& bytes) {
  std::vector<int> kinds;
  for (std::size_t at = 8; at < bytes.size();) {
    std::uint32_t size = 0;
    std::memcpy(&size, &bytes[at + 1], sizeof size);
    kinds.push_back(bytes[at]);
    at += 5 + size;
  }
  return kinds;
}

std::vector<int> without_texts(const std::vector<int>& kinds) {
  std::vector<int> others;
  for (int kind : kinds) {
    if (kind > 1) {
      others.push_back(kind);
    }
  }
  return others;
}

constexpr int tensor = 2;
constexpr int operation = 3;
constexpr int backward = 4;
constexpr int arrival = 5;
constexpr int contribution = 6;
constexpr int gradient = 7;
constexpr int error = 8;
constexpr int change = 10;

}  // namespace

TEST_CASE("a session on single numbers computes, differentiates and goes down the gradient") {
  ScalarSession session;
  const std::uint32_t a = session.tensor({}, {2}, true, "a");
  const std::uint32_t b = session.tensor({}, {3}, true, "b");
  const std::uint32_t y = session.apply("add", {session.apply("mul", {a, b}, {}), a}, {});
  CHECK(session.values(y) == std::vector<float>{8});
  CHECK_FALSE(session.has_grad(a));
  session.backward(y, 0, false);
  CHECK(session.grad(a) == std::vector<float>{4});
  CHECK(session.grad(b) == std::vector<float>{2});
  session.backward(y, 0, false);
  CHECK(session.grad(a) == std::vector<float>{8});  // it adds to what is there
  session.zero_grad();
  CHECK(session.grad(a) == std::vector<float>{0});
  session.backward(y, 0, false);
  session.descend(0.5);
  CHECK(session.values(a) == std::vector<float>{0});
  CHECK(session.values(b) == std::vector<float>{2});
  session.set(a, {10});
  CHECK(session.values(session.apply("square", {a}, {})) == std::vector<float>{100});
}

TEST_CASE("its trace has the records of any other session, also of a constant") {
  ScalarSession session;
  const std::uint32_t a = session.tensor({}, {2}, true, "a");
  const std::uint32_t three = session.tensor({}, {3}, false, "three");
  const std::uint32_t p = session.apply("mul", {three, a}, {});
  session.backward(session.apply("mul", {p, p}, {}), 0, false);
  session.descend(0.1);
  CHECK(without_texts(kinds_of(session.trace())) ==
        std::vector<int>{tensor, tensor, operation, operation, backward, arrival, contribution,
                         contribution, arrival, contribution, gradient, change});
  CHECK(session.grad(a) == std::vector<float>{36});
}

TEST_CASE("what single numbers cannot do is refused, and the session goes on") {
  ScalarSession session;
  const std::uint32_t x = session.tensor({}, {2}, true, "x");
  CHECK_THROWS_AS(session.tensor({2}, {1, 2}, true, "x"), std::invalid_argument);
  CHECK_THROWS_AS(session.apply("matmul", {x, x}, {}), std::invalid_argument);
  CHECK_THROWS_AS(session.apply("mul", {x}, {}), std::invalid_argument);
  CHECK_THROWS_AS(session.apply("exp", {7}, {}), std::invalid_argument);
  CHECK_THROWS_AS(session.values(9), std::invalid_argument);
  CHECK_THROWS_AS(session.set(x, {1, 2}), std::invalid_argument);
  CHECK_THROWS_AS(session.backward(x, x, false), std::invalid_argument);
  const std::uint32_t constant = session.tensor({}, {2}, false, "constant");
  CHECK_THROWS_AS(session.backward(constant, 0, false), std::invalid_argument);
  CHECK(kinds_of(session.trace()).back() == error);
  CHECK(session.values(session.apply("pow", {x}, {{}, {3}})) == std::vector<float>{8});
}

TEST_CASE("a session on single numbers that is cleared begins again at 1") {
  ScalarSession session;
  session.tensor({}, {2}, true, "x");
  session.clear();
  CHECK(session.tensor({}, {5}, true, "x") == 1);
  CHECK(session.values(1) == std::vector<float>{5});
}
