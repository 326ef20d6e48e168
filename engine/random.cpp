// Built with -ffp-contract=off: a fused multiply-add rounds once instead of twice, and would change
// the last bit on machines that have one.
#include "engine/random.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace tt {

namespace {

// Knuth's multiplier for a 64-bit linear congruential generator, as in PCG's reference code.
constexpr std::uint64_t multiplier = 6364136223846793005ULL;

// A number in [0, 1), a multiple of 2^-53.
double uniform53(Generator& generator) {
  return static_cast<double>(generator.next_u64() >> 11) * 0x1p-53;
}

// True with probability exp(-1/2). In a run 1/2 > u1 > u2 > ..., the chance of at least n numbers
// is (1/2)^n / n!, so the chance of an even length is 1 - 1/2 + (1/2)^2/2! - ... = exp(-1/2).
bool coin_half(Generator& generator) {
  double last = 0.5;
  bool even = true;
  for (double next = uniform53(generator); next < last; next = uniform53(generator)) {
    last = next;
    even = !even;
  }
  return even;
}

// True with probability exp(-x (2k + x) / (2k + 2)): the same argument, from x downwards, where
// each further number must also pass a coin of probability (2k + x) / (2k + 2).
bool coin_tail(Generator& generator, int k, double x) {
  const double pass = (2 * k + x) / (2 * k + 2);
  double last = x;
  bool even = true;
  for (;;) {
    const double next = uniform53(generator);
    if (next >= last || uniform53(generator) >= pass) {
      return even;
    }
    last = next;
    even = !even;
  }
}

// True with probability exp(-n/2).
bool coins_half(Generator& generator, int n) {
  for (int i = 0; i < n; ++i) {
    if (!coin_half(generator)) {
      return false;
    }
  }
  return true;
}

// True with probability exp(-x (2k + x) / 2).
bool coins_tail(Generator& generator, int k, double x) {
  for (int i = 0; i <= k; ++i) {
    if (!coin_tail(generator, k, x)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Generator::Generator(std::uint64_t seed, std::uint64_t stream) {
  this->seed(seed, stream);
}

void Generator::seed(std::uint64_t seed, std::uint64_t stream) {
  state_ = {0, (stream << 1) | 1};
  next_u32();
  state_.position += seed;
  next_u32();
}

std::uint32_t Generator::next_u32() {
  const std::uint64_t old = state_.position;
  state_.position = old * multiplier + state_.increment;
  const auto mixed = static_cast<std::uint32_t>(((old >> 18) ^ old) >> 27);
  const auto turn = static_cast<std::uint32_t>(old >> 59);
  return (mixed >> turn) | (mixed << ((32 - turn) & 31));
}

std::uint64_t Generator::next_u64() {
  const std::uint64_t upper = next_u32();
  return (upper << 32) | next_u32();
}

float Generator::uniform() {
  return static_cast<float>(next_u32() >> 8) * 0x1p-24f;
}

float Generator::uniform(float low, float high) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) {
    throw std::invalid_argument("[uniform] got low " + std::to_string(low) + " and high " +
                                std::to_string(high) +
                                ": both must be finite and low must be below high");
  }
  // In double, because high - low can be more than a float holds. The rounding to float can reach
  // `high` itself: draw again then.
  for (;;) {
    const double width = static_cast<double>(high) - static_cast<double>(low);
    const auto drawn = static_cast<float>(static_cast<double>(low) + width * uniform53(*this));
    if (drawn < high) {
      return drawn;
    }
  }
}

std::int64_t Generator::randint(std::int64_t low, std::int64_t high) {
  if (low >= high) {
    throw std::invalid_argument("[randint] got low " + std::to_string(low) + " and high " +
                                std::to_string(high) + ": low must be below high");
  }
  // Unsigned, because high - low can be more than an int64_t holds.
  const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  // 2^64 is rarely a multiple of `count`: draws below the remainder would favour small results.
  const std::uint64_t remainder = (0 - count) % count;
  std::uint64_t drawn = next_u64();
  while (drawn < remainder) {
    drawn = next_u64();
  }
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + drawn % count);
}

// Only comparisons of uniform numbers, no logarithm: two math libraries may differ in the last bit.
// Source: C. F. F. Karney, "Sampling exactly from the normal distribution", ACM Transactions on
// Mathematical Software 42(1), 2016, algorithm N, https://arxiv.org/abs/1303.6257
float Generator::normal() {
  for (;;) {
    int k = 0;  // the whole part: k with probability proportional to exp(-k^2/2)
    while (coin_half(*this)) {
      ++k;
    }
    if (!coins_half(*this, k * (k - 1))) {
      continue;
    }
    const double x = uniform53(*this);  // the part after the point
    if (!coins_tail(*this, k, x)) {
      continue;
    }
    const auto size = static_cast<float>(k + x);
    return (next_u32() >> 31) == 0 ? size : -size;
  }
}

float Generator::normal(float mean, float stddev) {
  if (!std::isfinite(mean) || !std::isfinite(stddev) || stddev < 0) {
    throw std::invalid_argument("[normal] got mean " + std::to_string(mean) + " and stddev " +
                                std::to_string(stddev) +
                                ": both must be finite and stddev must not be negative");
  }
  return mean + stddev * normal();
}

// Source: R. Durstenfeld, "Algorithm 235: Random permutation", CACM 7(7), 1964.
void Generator::shuffle(std::vector<std::int64_t>& numbers) {
  for (std::size_t left = numbers.size(); left > 1; --left) {
    const auto chosen = static_cast<std::size_t>(randint(0, static_cast<std::int64_t>(left)));
    std::swap(numbers[left - 1], numbers[chosen]);
  }
}

std::vector<std::int64_t> Generator::randperm(std::int64_t count) {
  if (count < 0) {
    throw std::invalid_argument("[randperm] got " + std::to_string(count) +
                                ": the count must not be negative");
  }
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<std::int64_t>(i);
  }
  shuffle(numbers);
  return numbers;
}

void Generator::set_state(const State& state) {
  if (state.increment % 2 == 0) {
    throw std::invalid_argument("[set_state] got increment " + std::to_string(state.increment) +
                                ": it must be odd");
  }
  state_ = state;
}

Generator& default_generator() {
  static Generator generator;
  return generator;
}

void manual_seed(std::uint64_t seed) {
  default_generator().seed(seed);
}

}  // namespace tt
