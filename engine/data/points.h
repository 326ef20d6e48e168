#pragma once

#include <cstdint>

#include "engine/data/dataset.h"

namespace tt::data {

// Points in a plane, to learn to tell two classes apart: data (n, 2), a point (x, y) in each row,
// and target (n,), its class: 0 or 1. First come all points of class 0, which has one more if n is
// odd. To each coordinate a normally distributed number is added, with standard deviation `noise`.
// The same seed gives the same bits on every machine. All throw `std::invalid_argument` if `n` is
// negative, or `noise` is negative or not finite.

/// Two half circles of radius 1, interlocked: the upper one around (0, 0), and the lower one around
/// (1, 0.5). Evenly spaced.
Example moons(std::int64_t n, double noise = 0.1, std::uint64_t seed = 0);

/// Two circles around (0, 0): class 0 of radius 1, class 1 of radius 0.5. Evenly spaced.
Example circles(std::int64_t n, double noise = 0.1, std::uint64_t seed = 0);

/// Two arms that begin at (0, 0) and wind around it one and a half times, to radius 1. Evenly
/// spaced along the radius.
Example spirals(std::int64_t n, double noise = 0.02, std::uint64_t seed = 0);

/// Two clouds, around (-1, -1) and (1, 1): a line can tell them apart if there is little noise.
Example gaussians(std::int64_t n, double noise = 0.5, std::uint64_t seed = 0);

/// Points of the square from -1 to 1: class 1 where exactly one coordinate is negative. The class
/// is that of the point without its noise.
Example xor_points(std::int64_t n, double noise = 0, std::uint64_t seed = 0);

}  // namespace tt::data
