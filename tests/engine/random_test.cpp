#include "engine/random.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "tests/engine/check.h"
#include "tests/engine/golden/golden_random.h"

using namespace tt;

namespace {

// Draws as many numbers as `golden` has and compares the bits, so that -0 and 0 differ.
template <typename Number, typename Draw>
void check_bits(const std::vector<Number>& golden, Draw draw) {
  for (std::size_t i = 0; i < golden.size(); ++i) {
    const Number drawn = draw();
    CHECK_MESSAGE(std::memcmp(&drawn, &golden[i], sizeof(Number)) == 0, "number ", i, ": ", drawn,
                  " instead of ", golden[i]);
  }
}

// Pearson's statistic for counts that should all be equal.
double chi_square(const std::vector<std::int64_t>& counts) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), 0LL));
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0;
  for (std::int64_t count : counts) {
    const double error = static_cast<double>(count) - expected;
    sum += error * error / expected;
  }
  return sum;
}

// The chance that a standard normal number is below `x`.
double normal_below(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

}  // namespace

TEST_CASE("the bits are those of PCG's published demonstration, seed 42 stream 54") {
  // https://github.com/imneme/pcg-c-basic, the first round of pcg32-demo
  Generator generator(42, 54);
  check_bits<std::uint32_t>(
      {0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e},
      [&] { return generator.next_u32(); });
}

TEST_CASE("every kind of number has the bits that a second program gives it") {
  Generator generator;
  const auto begin = [&]() -> Generator& {
    generator.seed(7);
    return generator;
  };
  begin();
  check_bits(golden::u32_of_seed_7, [&] { return generator.next_u32(); });
  begin();
  check_bits(golden::u64_of_seed_7, [&] { return generator.next_u64(); });
  generator.seed(7, 1);
  check_bits(golden::u32_of_seed_7_stream_1, [&] { return generator.next_u32(); });
  begin();
  check_bits(golden::uniform_of_seed_7, [&] { return generator.uniform(); });
  begin();
  check_bits(golden::uniform_of_seed_7_from_minus_3_to_5, [&] { return generator.uniform(-3, 5); });
  begin();
  check_bits(golden::randint_of_seed_7_from_minus_10_to_20,
             [&] { return generator.randint(-10, 20); });
  begin();
  check_bits(golden::normal_of_seed_7, [&] { return generator.normal(); });
  CHECK(begin().randperm(10) == golden::randperm_10_of_seed_7);
}

TEST_CASE("20,000 normal numbers later the state is still the second program's") {
  Generator generator(7);
  float last = 0;
  for (int i = 0; i < 20000; ++i) {
    last = generator.normal();
  }
  CHECK(last == golden::normal_20000_of_seed_7);
  CHECK(generator.state().position == golden::position_after_20000_normals);
}

TEST_CASE("the same seed repeats, another seed or stream does not") {
  Generator a(3);
  Generator b(3);
  Generator other_seed(4);
  Generator other_stream(3, 1);
  int seed_matches = 0;
  int stream_matches = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t drawn = a.next_u32();
    CHECK(drawn == b.next_u32());
    seed_matches += drawn == other_seed.next_u32() ? 1 : 0;
    stream_matches += drawn == other_stream.next_u32() ? 1 : 0;
  }
  CHECK(seed_matches == 0);
  CHECK(stream_matches == 0);
}

TEST_CASE("a saved state continues where it was saved") {
  Generator generator(9);
  for (int i = 0; i < 17; ++i) {
    generator.normal();
  }
  const Generator::State saved = generator.state();
  const float expected = generator.normal(2, 3);
  Generator other(1, 5);
  other.set_state(saved);
  CHECK(other.state() == saved);
  CHECK(other.normal(2, 3) == expected);
  CHECK_REFUSES(other.set_state({1, 2}), "[set_state] got increment 2: it must be odd");
}

TEST_CASE("manual_seed seeds the default generator") {
  manual_seed(7);
  CHECK(default_generator().next_u32() == golden::u32_of_seed_7[0]);
  manual_seed(7);
  CHECK(default_generator().next_u32() == golden::u32_of_seed_7[0]);
}

// Below, each bound is exceeded by a perfect generator for about 1 seed in 1,000. The seeds are
// fixed, so that a test either always passes or never does.

TEST_CASE("uniform numbers fill [0, 1) evenly") {
  Generator generator(11);
  const int count = 200000;
  std::vector<std::int64_t> bins(100, 0);
  double sum = 0;
  double neighbours = 0;
  float last = 0.5F;
  for (int i = 0; i < count; ++i) {
    const float drawn = generator.uniform();
    REQUIRE(drawn >= 0.0F);
    REQUIRE(drawn < 1.0F);
    ++bins[static_cast<std::size_t>(drawn * 100.0F)];
    sum += drawn;
    neighbours += (drawn - 0.5) * (last - 0.5);
    last = drawn;
  }
  CHECK(chi_square(bins) < 148.23);  // chi-square, 99 degrees of freedom
  CHECK(std::abs(sum / count - 0.5) < 3.29 * std::sqrt(1.0 / 12 / count));
  CHECK(std::abs(neighbours / count) < 3.29 / 12 / std::sqrt(count));
}

TEST_CASE("uniform numbers stay below the upper bound, even where rounding would reach it") {
  Generator generator(12);
  const float low = 1.0F;
  const float high = std::nextafter(low, 2.0F);
  for (int i = 0; i < 1000; ++i) {
    CHECK(generator.uniform(low, high) == low);
  }
  const float most = std::numeric_limits<float>::max();
  for (int i = 0; i < 1000; ++i) {
    const float drawn = generator.uniform(-most, most);
    CHECK(std::isfinite(drawn));
    CHECK(drawn < most);
  }
}

TEST_CASE("uniform refuses an empty or endless range") {
  Generator generator;
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK_REFUSES(generator.uniform(1, 1), "[uniform] got low 1.0");
  CHECK_REFUSES(generator.uniform(2, 1), "low must be below high");
  CHECK_REFUSES(generator.uniform(0, infinity), "must be finite");
  CHECK_REFUSES(generator.uniform(std::nanf(""), 1), "must be finite");
}

TEST_CASE("randint makes every number equally likely") {
  Generator generator(13);
  std::vector<std::int64_t> counts(7, 0);
  for (int i = 0; i < 70000; ++i) {
    const std::int64_t drawn = generator.randint(-3, 4);
    REQUIRE(drawn >= -3);
    REQUIRE(drawn < 4);
    ++counts[static_cast<std::size_t>(drawn + 3)];
  }
  CHECK(chi_square(counts) < 22.46);  // chi-square, 6 degrees of freedom
}

TEST_CASE("randint is unbiased where a bare remainder would favour the lower half") {
  // Three quarters of 2^64: a remainder alone would give the first third twice as often.
  Generator generator(14);
  const std::int64_t low = std::numeric_limits<std::int64_t>::min();
  const std::int64_t high = low / -2;
  const std::int64_t third = low / 2;
  std::vector<std::int64_t> counts(3, 0);
  for (int i = 0; i < 30000; ++i) {
    const std::int64_t drawn = generator.randint(low, high);
    ++counts[drawn < third ? 0 : drawn < 0 ? 1 : 2];
  }
  CHECK(chi_square(counts) < 13.82);  // chi-square, 2 degrees of freedom
}

TEST_CASE("randint covers the widest range, a single number, and refuses none") {
  Generator generator(15);
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 100; ++i) {
    CHECK(generator.randint(least, most) < most);
    CHECK(generator.randint(5, 6) == 5);
  }
  CHECK_REFUSES(generator.randint(3, 3), "[randint] got low 3 and high 3");
  CHECK_REFUSES(generator.randint(3, 2), "low must be below high");
}

TEST_CASE("normal numbers follow the normal distribution") {
  Generator generator(16);
  const int count = 100000;
  std::vector<double> drawn(count);
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  for (double& x : drawn) {
    x = generator.normal();
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  CHECK(std::abs(sum / count) < 3.29 / std::sqrt(count));
  CHECK(std::abs(squares / count - 1) < 3.29 * std::sqrt(2.0 / count));
  CHECK(std::abs(fourths / count - 3) < 3.29 * std::sqrt(96.0 / count));
  // Kolmogorov-Smirnov: the largest gap between the drawn and the true distribution.
  std::sort(drawn.begin(), drawn.end());
  double gap = 0;
  for (int i = 0; i < count; ++i) {
    const double below = normal_below(drawn[static_cast<std::size_t>(i)]);
    gap = std::max({gap, below - double(i) / count, double(i + 1) / count - below});
  }
  CHECK(gap < 1.95 / std::sqrt(count));
}

TEST_CASE("normal numbers reach the tails as often as they should") {
  Generator generator(17);
  const int count = 1000000;
  int beyond_3 = 0;
  int beyond_4 = 0;
  for (int i = 0; i < count; ++i) {
    const float size = std::abs(generator.normal());
    beyond_3 += size > 3 ? 1 : 0;
    beyond_4 += size > 4 ? 1 : 0;
  }
  const double expected_3 = 2 * count * normal_below(-3);  // 2699.8
  const double expected_4 = 2 * count * normal_below(-4);  // 63.3
  CHECK(std::abs(beyond_3 - expected_3) < 3.29 * std::sqrt(expected_3));
  CHECK(std::abs(beyond_4 - expected_4) < 3.29 * std::sqrt(expected_4));
}

TEST_CASE("normal takes a mean and a standard deviation, and refuses impossible ones") {
  Generator plain(18);
  Generator scaled(18);
  for (int i = 0; i < 100; ++i) {
    const float drawn = plain.normal();
    CHECK(scaled.normal(-2, 0.5F) == -2 + 0.5F * drawn);
  }
  CHECK(scaled.normal(3, 0) == 3);
  CHECK_REFUSES(scaled.normal(0, -1), "stddev must not be negative");
  CHECK_REFUSES(scaled.normal(std::nanf(""), 1), "must be finite");
}

TEST_CASE("every order of 4 numbers is equally likely") {
  Generator generator(19);
  std::vector<std::int64_t> counts(256, 0);
  for (int i = 0; i < 24000; ++i) {
    const std::vector<std::int64_t> order = generator.randperm(4);
    ++counts[static_cast<std::size_t>(((order[0] * 4 + order[1]) * 4 + order[2]) * 4 + order[3])];
  }
  counts.erase(std::remove(counts.begin(), counts.end(), 0), counts.end());
  REQUIRE(counts.size() == 24);
  CHECK(chi_square(counts) < 49.73);  // chi-square, 23 degrees of freedom
}

TEST_CASE("a shuffle keeps every number") {
  Generator generator(20);
  std::vector<std::int64_t> numbers = {5, 5, 1, 9, -2};
  generator.shuffle(numbers);
  std::sort(numbers.begin(), numbers.end());
  CHECK(numbers == std::vector<std::int64_t>{-2, 1, 5, 5, 9});
  std::vector<std::int64_t> none;
  generator.shuffle(none);
  CHECK(none.empty());
  CHECK(generator.randperm(0).empty());
  CHECK(generator.randperm(1) == std::vector<std::int64_t>{0});
  CHECK_REFUSES(generator.randperm(-1), "[randperm] got -1");
}
