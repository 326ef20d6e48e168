#include "engine/data/points.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tests/engine/check.h"

using namespace tt;
using data::Example;

namespace {

using Set = Example (*)(std::int64_t, double, std::uint64_t);

struct Named {
  const char* name;
  Set set;
};

const std::vector<Named> all = {{"moons", data::moons},
                                {"circles", data::circles},
                                {"spirals", data::spirals},
                                {"gaussians", data::gaussians},
                                {"xor_points", data::xor_points}};

constexpr double pi = 3.14159265358979323846;

bool near(double a, double b) {
  return std::fabs(a - b) < 1e-7;
}

}  // namespace

TEST_CASE("point sets have their shapes, and both classes as often, class 0 first") {
  for (const Named& each : all) {
    for (const std::int64_t n : {0, 1, 2, 7, 100}) {
      CAPTURE(each.name);
      CAPTURE(n);
      const Example set = each.set(n, 0.1, 3);
      CHECK(set.data.sizes() == Shape{n, 2});
      REQUIRE(set.target.sizes() == Shape{n});
      for (std::int64_t i = 0; i < n; ++i) {
        CHECK(set.target.at({i}) == (i < (n + 1) / 2 ? 0 : 1));
        CHECK(std::isfinite(set.data.at({i, 0})));
        CHECK(std::isfinite(set.data.at({i, 1})));
      }
    }
  }
}

TEST_CASE("the same seed gives the same points, another seed others") {
  for (const Named& each : all) {
    CAPTURE(each.name);
    const std::vector<float> first = each.set(50, 0.2, 7).data.to_vector();
    CHECK(each.set(50, 0.2, 7).data.to_vector() == first);
    CHECK(each.set(50, 0.2, 8).data.to_vector() != first);
  }
}

TEST_CASE("the same seed gives the same bits on every machine") {
  // The same five numbers come out in the page.
  const std::vector<std::uint32_t> golden = {890737532U, 1137930664U, 2588481044U, 2913701127U,
                                             3933491901U};
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].name);
    std::uint32_t hash = 2166136261U;  // FNV-1a, a word at a time
    for (float value : all[i].set(1001, 0.1, 42).data.to_vector()) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &value, sizeof(bits));
      hash = (hash ^ bits) * 16777619U;
    }
    CHECK(hash == golden[i]);
  }
}

TEST_CASE("without noise points lie on their curves") {
  constexpr std::int64_t n = 101;
  const std::int64_t first = 51;
  const Example moons = data::moons(n, 0, 1);
  const Example circles = data::circles(n, 0, 2);
  const Example spirals = data::spirals(n, 0, 3);
  const Example gaussians = data::gaussians(n, 0, 4);
  const Example xor_points = data::xor_points(n, 0, 5);
  const auto x = [](const Example& set, std::int64_t i) {
    return static_cast<double>(set.data.at({i, 0}));
  };
  const auto y = [](const Example& set, std::int64_t i) {
    return static_cast<double>(set.data.at({i, 1}));
  };
  for (std::int64_t i = 0; i < n; ++i) {
    CAPTURE(i);
    const bool second = i >= first;
    const double count = second ? n - first : first;
    const double number = static_cast<double>(second ? i - first : i);
    const double half = pi * number / (count - 1);
    CHECK(near(x(moons, i), second ? 1 - std::cos(half) : std::cos(half)));
    CHECK(near(y(moons, i), second ? 0.5 - std::sin(half) : std::sin(half)));
    const double whole = 2 * pi * number / count;
    CHECK(near(x(circles, i), (second ? 0.5 : 1) * std::cos(whole)));
    CHECK(near(y(circles, i), (second ? 0.5 : 1) * std::sin(whole)));
    const double radius = number / (count - 1);
    const double angle = 3 * pi * radius + (second ? pi : 0);
    CHECK(near(x(spirals, i), radius * std::cos(angle)));
    CHECK(near(y(spirals, i), radius * std::sin(angle)));
    CHECK(x(gaussians, i) == (second ? 1 : -1));
    CHECK(y(gaussians, i) == (second ? 1 : -1));
    CHECK(std::fabs(x(xor_points, i)) <= 1);
    CHECK(std::fabs(y(xor_points, i)) <= 1);
    CHECK((x(xor_points, i) * y(xor_points, i) < 0) == second);
  }
}

TEST_CASE("noise has the standard deviation that was asked for") {
  for (const Named& each : all) {
    CAPTURE(each.name);
    const std::vector<float> clean = each.set(4000, 0, 11).data.to_vector();
    const std::vector<float> noisy = each.set(4000, 0.25, 11).data.to_vector();
    double squares = 0;
    double sum = 0;
    for (std::size_t i = 0; i < clean.size(); ++i) {
      const double off = static_cast<double>(noisy[i]) - clean[i];
      squares += off * off;
      sum += off;
    }
    const double count = static_cast<double>(clean.size());
    CHECK(std::fabs(std::sqrt(squares / count) / 0.25 - 1) < 0.05);
    CHECK(std::fabs(sum / count) < 4 * 0.25 / std::sqrt(count));
  }
}

TEST_CASE("the four quarters of xor_points are equally full") {
  const Example set = data::xor_points(4000, 0, 9);
  std::vector<double> counts(4, 0);
  for (std::int64_t i = 0; i < 4000; ++i) {
    counts[(set.data.at({i, 0}) < 0 ? 1 : 0) + (set.data.at({i, 1}) < 0 ? 2 : 0)] += 1;
  }
  for (double count : counts) {
    CHECK(std::fabs(count - 1000) < 130);
  }
}

TEST_CASE("a negative number of points or noise is refused") {
  for (const Named& each : all) {
    const std::string name = std::string("[") + each.name + "]";
    CHECK_REFUSES(each.set(-1, 0.1, 0), name);
    CHECK_REFUSES(each.set(3, -0.1, 0), name);
    CHECK_REFUSES(each.set(3, std::numeric_limits<double>::infinity(), 0), name);
    CHECK_REFUSES(each.set(3, std::nan(""), 0), name);
  }
}
