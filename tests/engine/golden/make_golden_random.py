"""Writes golden_random.h: what engine/random must give, computed by a second program.

Python's whole numbers are exact and its floats are IEEE doubles, so no bit may differ. Regenerate:
    python3 tests/engine/golden/make_golden_random.py > tests/engine/golden/golden_random.h
"""

import struct

MASK = (1 << 64) - 1


class Pcg32:
    """pcg32 of https://github.com/imneme/pcg-c-basic, written from the paper."""

    def __init__(self, seed, stream=0):
        self.increment = (2 * stream + 1) & MASK
        self.position = (self.increment + seed) & MASK
        self.step()

    def step(self):
        self.position = (self.position * 6364136223846793005 + self.increment) & MASK

    def u32(self):
        old = self.position
        self.step()
        mixed = ((old ^ (old >> 18)) >> 27) & 0xFFFFFFFF
        turn = old >> 59
        return ((mixed >> turn) | (mixed << (32 - turn))) & 0xFFFFFFFF

    def u64(self):
        return (self.u32() << 32) + self.u32()

    def real(self):
        return (self.u64() // 2048) / 2.0**53

    def uniform(self):
        return (self.u32() // 256) / 2.0**24

    def between(self, low, high):
        while True:
            drawn = to_float(low + (high - low) * self.real())
            if drawn < high:
                return drawn

    def randint(self, low, high):
        count = high - low
        while True:
            drawn = self.u64()
            if drawn >= 2**64 % count:
                return low + drawn % count

    def run_is_even(self, top, pass_probability=None):
        """Length of a falling run below `top`; in it every number may need to pass a coin."""
        length = 0
        while True:
            drawn = self.real()
            if drawn >= top:
                break
            if pass_probability is not None and self.real() >= pass_probability:
                break
            top, length = drawn, length + 1
        return length % 2 == 0

    def normal(self):
        """Karney 2016, algorithm N."""
        while True:
            k = 0
            while self.run_is_even(0.5):
                k += 1
            if not all(self.run_is_even(0.5) for _ in range(k * (k - 1))):
                continue
            x = self.real()
            if all(self.run_is_even(x, (2 * k + x) / (2 * k + 2)) for _ in range(k + 1)):
                return to_float(-(k + x) if self.u32() >= 2**31 else k + x)

    def shuffled(self, count):
        numbers = list(range(count))
        for last in range(count - 1, 0, -1):
            chosen = self.randint(0, last + 1)
            numbers[last], numbers[chosen] = numbers[chosen], numbers[last]
        return numbers


def to_float(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def table(name, kind, values, write):
    print("inline const std::vector<%s> %s = {%s};" % (kind, name, ", ".join(map(write, values))))


def exact(value):
    return value.hex() + "f"


print("""// Written by make_golden_random.py; do not edit. Regenerate:
//   python3 tests/engine/golden/make_golden_random.py > tests/engine/golden/golden_random.h
// clang-format off
#pragma once

#include <cstdint>
#include <vector>

namespace golden {
""")
g = Pcg32(7)
table("u32_of_seed_7", "std::uint32_t", [g.u32() for _ in range(8)], lambda v: "0x%08xu" % v)
g = Pcg32(7)
table("u64_of_seed_7", "std::uint64_t", [g.u64() for _ in range(4)], lambda v: "0x%016xu" % v)
g = Pcg32(7, 1)
table("u32_of_seed_7_stream_1", "std::uint32_t", [g.u32() for _ in range(4)], lambda v: "0x%08xu" % v)
g = Pcg32(7)
table("uniform_of_seed_7", "float", [g.uniform() for _ in range(8)], exact)
g = Pcg32(7)
table("uniform_of_seed_7_from_minus_3_to_5", "float", [g.between(-3, 5) for _ in range(8)], exact)
g = Pcg32(7)
table("randint_of_seed_7_from_minus_10_to_20", "std::int64_t", [g.randint(-10, 20) for _ in range(16)], str)
g = Pcg32(7)
table("normal_of_seed_7", "float", [g.normal() for _ in range(24)], exact)
g = Pcg32(7)
last = [g.normal() for _ in range(20000)][-1]
print("inline constexpr float normal_20000_of_seed_7 = %s;" % exact(last))
print("inline constexpr std::uint64_t position_after_20000_normals = 0x%016xu;" % g.position)
g = Pcg32(7)
table("randperm_10_of_seed_7", "std::int64_t", g.shuffled(10), str)
print("\n}  // namespace golden")
