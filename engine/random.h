#pragma once

#include <cstdint>
#include <vector>

namespace tt {

/// Random numbers that are the same on every machine: the same seed gives the same bits natively
/// and in WebAssembly. (The standard library's distributions differ from one library to another.)
/// The generator is PCG32 (XSH RR 64/32).
/// Source: M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
/// Algorithms for Random Number Generation", HMC-CS-2014-0905, and
/// https://github.com/imneme/pcg-c-basic
class Generator {
 public:
  /// Everything the generator remembers; `increment` is odd and names the stream.
  struct State {
    std::uint64_t position = 0;
    std::uint64_t increment = 1;
    bool operator==(const State&) const = default;
  };

  /// Begins the sequence of `seed`. Two streams of one seed are different sequences.
  explicit Generator(std::uint64_t seed = 0, std::uint64_t stream = 0);

  /// Begins again, as a new generator would.
  void seed(std::uint64_t seed, std::uint64_t stream = 0);

  /// Gives 32 random bits.
  std::uint32_t next_u32();

  /// Gives 64 random bits: two draws, the first in the upper half.
  std::uint64_t next_u64();

  /// Gives a number in [0, 1), a multiple of 2^-24.
  float uniform();

  /// Gives a number in [low, high). Throws `std::invalid_argument` unless both are finite and
  /// `low` is below `high`.
  float uniform(float low, float high);

  /// Gives a whole number in [low, high), each equally likely. Throws `std::invalid_argument`
  /// unless `low` is below `high`.
  std::int64_t randint(std::int64_t low, std::int64_t high);

  /// Gives a normally distributed number with mean 0 and standard deviation 1.
  float normal();

  /// Gives a normally distributed number. Throws `std::invalid_argument` if `stddev` is negative
  /// or either is not finite.
  float normal(float mean, float stddev);

  /// Puts the numbers into a random order, each order equally likely.
  void shuffle(std::vector<std::int64_t>& numbers);

  /// Gives 0, 1, ..., count - 1 in a random order. Throws `std::invalid_argument` if `count` is
  /// negative.
  std::vector<std::int64_t> randperm(std::int64_t count);

  /// Gives what `set_state` needs to continue from here.
  State state() const { return state_; }

  /// Continues from a state saved before. Throws `std::invalid_argument` if its increment is even.
  void set_state(const State& state);

 private:
  State state_;
};

/// Gives the generator that everything uses which is not handed one.
Generator& default_generator();

/// Seeds the default generator.
void manual_seed(std::uint64_t seed);

}  // namespace tt
