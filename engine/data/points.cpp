// Built with -ffp-contract=off, as engine/random.cpp is, and for the same reason.
#include "engine/data/points.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/random.h"

namespace tt::data {

namespace {

struct Point {
  double x;
  double y;
};

// Cosine and sine of an angle from 0 to pi/4, by their series: the next terms are below 2^-60. Only
// sums and products, because two math libraries may differ in the last bit.
Point small_turn(double angle) {
  const double square = angle * angle;
  double cosine = 0;
  double sine = 0;
  for (int k = 18; k > 0; k -= 2) {
    cosine = (1 - cosine) * square / (k * (k - 1));
    sine = (1 - sine) * square / (k * (k + 1));
  }
  return {1 - cosine, (1 - sine) * angle};
}

// The point of the circle of radius 1 that so many whole turns lead to, at least 0, from (1, 0) on.
Point turned(double turns) {
  const double eighths = 8 * (turns - std::floor(turns));
  const int eighth = static_cast<int>(eighths) % 8;
  const double rest = eighths - std::floor(eighths);
  const double part = eighth % 2 == 0 ? rest : 1 - rest;
  constexpr double quarter_pi = 0.78539816339744830962;
  const Point small = small_turn(part * quarter_pi);
  const bool swapped = eighth % 4 == 1 || eighth % 4 == 2;
  const double x = swapped ? small.y : small.x;
  const double y = swapped ? small.x : small.y;
  return {eighth >= 2 && eighth < 6 ? -x : x, eighth >= 4 ? -y : y};
}

// `place` gives the point of a class that lies at `part`, from 0 to 1, of what the class is.
template <class Place>
Example points(const char* op, std::int64_t n, double noise, std::uint64_t seed, bool closed,
               Place place) {
  if (n < 0 || !std::isfinite(noise) || noise < 0) {
    throw std::invalid_argument(std::string("[") + op + "] got n = " + std::to_string(n) +
                                " and noise " + std::to_string(noise) +
                                ": neither may be negative, and the noise must be finite");
  }
  Generator generator(seed);
  Example set{empty({n, 2}), empty({n})};
  float* to = set.data.data_ptr();
  const std::int64_t first = (n + 1) / 2;
  for (std::int64_t i = 0; i < n; ++i) {
    const bool second = i >= first;
    const std::int64_t number = second ? i - first : i;
    const std::int64_t count = second ? n - first : first;
    const std::int64_t steps = closed ? count : count - 1;
    const double part = steps > 0 ? static_cast<double>(number) / static_cast<double>(steps) : 0;
    const Point point = place(second, part, generator);
    to[2 * i] = static_cast<float>(point.x + noise * generator.normal());
    to[2 * i + 1] = static_cast<float>(point.y + noise * generator.normal());
    set.target.data_ptr()[i] = second ? 1 : 0;
  }
  return set;
}

}  // namespace

Example moons(std::int64_t n, double noise, std::uint64_t seed) {
  return points("moons", n, noise, seed, false, [](bool second, double part, Generator&) {
    const Point on = turned(part / 2);
    return second ? Point{1 - on.x, 0.5 - on.y} : on;
  });
}

Example circles(std::int64_t n, double noise, std::uint64_t seed) {
  return points("circles", n, noise, seed, true, [](bool second, double part, Generator&) {
    const Point on = turned(part);
    return second ? Point{on.x / 2, on.y / 2} : on;
  });
}

Example spirals(std::int64_t n, double noise, std::uint64_t seed) {
  return points("spirals", n, noise, seed, false, [](bool second, double part, Generator&) {
    const Point on = turned(1.5 * part + (second ? 0.5 : 0));
    return Point{part * on.x, part * on.y};
  });
}

Example gaussians(std::int64_t n, double noise, std::uint64_t seed) {
  return points("gaussians", n, noise, seed, false, [](bool second, double, Generator&) {
    return second ? Point{1, 1} : Point{-1, -1};
  });
}

Example xor_points(std::int64_t n, double noise, std::uint64_t seed) {
  return points("xor_points", n, noise, seed, false, [](bool second, double, Generator& generator) {
    // From 0 to 1 without the 0, which would have no side.
    const double x = 1 - static_cast<double>(generator.uniform());
    const double y = 1 - static_cast<double>(generator.uniform());
    const bool left = generator.uniform() < 0.5F;
    return Point{left ? -x : x, left == second ? y : -y};
  });
}

}  // namespace tt::data
