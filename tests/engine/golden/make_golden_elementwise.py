"""Writes golden_elementwise.h: what PyTorch answers, element by element, for tests/engine.

The operands show a storage whose element i is ((7 * i) % 11 - 5) / 2: 0, both signs, and halves,
so that sums, differences and products are exact.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_elementwise.py \
        > tests/engine/golden/golden_elementwise.h
"""

import math
import random

import numpy
import torch

random.seed(3)

KINDS = ["contiguous", "turned", "gaps", "stretched"]


def operand(shape, kind):
    """A tensor of this shape: contiguous, with its axes turned around, with gaps, or stretched."""
    count = 1
    for extent in shape:
        count *= extent
    storage = torch.tensor([((7 * i) % 11 - 5) / 2 for i in range(2 * count + 8)])
    if kind == "contiguous" or not shape:
        return storage[2 : 2 + count].view(shape)
    if kind == "turned":
        return storage[3 : 3 + count].view(shape[::-1]).permute(list(range(len(shape)))[::-1])
    if kind == "gaps":
        return storage[1 : 1 + 2 * count].view(shape[:-1] + [2 * shape[-1]])[..., ::2]
    kept = [1 if axis % 2 == 0 else extent for axis, extent in enumerate(shape)]
    return operand(kept, "contiguous").expand(shape)


def braces(items):
    return "{" + ", ".join(str(int(item)) for item in items) + "}"


def view(x):
    return "{%s, %s, %d}" % (braces(x.shape), braces(x.stride()), x.storage_offset())


def number(value):
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return str(numpy.float32(value)) + "f"  # the shortest that gives the same float


def numbers(x):
    return "{" + ", ".join(number(value) for value in x.flatten().tolist()) + "}"


INF, NAN = math.inf, math.nan
POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.75, 3.5, 10.0, -10.0, 20.0, -20.0, 88.5, -100.0,
          100.0, 1e-6, -1e-6, 1e-38, 1e-40, 3e38, -3e38, 16777217.0, INF, -INF, NAN]
UNARY = [("neg", torch.neg), ("abs", torch.abs), ("exp", torch.exp), ("log", torch.log),
         ("sqrt", torch.sqrt), ("square", torch.square), ("reciprocal", torch.reciprocal)]
# 0.5 and -0.5 are left out: PyTorch takes a square root there, which of -inf is NaN, not inf.
POWERS = [2.0, 3.0, -1.0, 0.0, 1.0, 1.5, -2.5]
CLAMPS = [(-1.0, 1.0), (0.0, INF), (2.0, -2.0), (-INF, INF), (0.5, 0.5)]
BINARY = [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div),
          ("maximum", torch.maximum), ("minimum", torch.minimum), ("eq", torch.eq),
          ("ne", torch.ne), ("lt", torch.lt), ("le", torch.le), ("gt", torch.gt),
          ("ge", torch.ge)]
PAIRS = [([], []), ([], [3]), ([3], []), ([2, 3], [2, 3]), ([2, 3], [3]), ([3], [2, 3]),
         ([2, 3], [2, 1]), ([2, 1], [1, 3]), ([4, 1, 3], [5, 1]), ([2, 3, 4], [3, 1]),
         ([2, 3, 4], []), ([1], [2, 3, 2]), ([1, 1], [1]), ([0], [1]), ([2, 0], [2, 1]),
         ([0, 3], [3]), ([3, 0, 2], []), ([2, 1, 3, 1], [4, 1, 2]), ([3, 2, 2, 2], [2, 1, 2]),
         ([2, 2, 3], [2, 2, 3]), ([1, 6], [6, 1])]
BAD = [([2, 3], [2]), ([4], [2]), ([2], [0]), ([2, 3], [5, 3]), ([2, 1, 3], [5, 1, 2]),
       ([0], [2, 3]), ([3, 2], [2, 3])]

print("""// Written by make_golden_elementwise.py with PyTorch %s; do not edit.
// clang-format off
#pragma once

#include <limits>
#include <vector>

#include "engine/shape.h"

namespace golden {

using tt::Shape;
using tt::Strides;

inline constexpr float inf = std::numeric_limits<float>::infinity();
inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// What a tensor shows of the storage whose element i is ((7 * i) %% 11 - 5) / 2.
struct View {
  Shape sizes;
  Strides strides;
  std::int64_t offset;
};

struct UnaryCase {
  const char* op;
  std::vector<float> values;
};

struct PowerCase {
  float exponent;
  std::vector<float> values;
};

struct ClampCase {
  float low;
  float high;
  std::vector<float> values;
};

struct BinaryCase {
  const char* op;
  View a;
  View b;
  Shape sizes;
  std::vector<float> values;
};

struct WhereCase {
  View condition;
  View a;
  View b;
  Shape sizes;
  std::vector<float> values;
};

struct MisfitPair {
  Shape a;
  Shape b;
};

struct AddInPlaceCase {
  View self;
  View other;
  float alpha;
  std::vector<float> storage;
};
""" % torch.__version__)

points = torch.tensor(POINTS)
print("/// What every function below is given.")
print("inline const std::vector<float> points = %s;\n" % numbers(points))
print("inline const std::vector<UnaryCase> unary_cases = {")
for name, function in UNARY:
    print('    {"%s", %s},' % (name, numbers(function(points))))
print("};\n")
print("inline const std::vector<PowerCase> power_cases = {")
for exponent in POWERS:
    print("    {%s, %s}," % (number(exponent), numbers(points.pow(exponent))))
print("};\n")
print("inline const std::vector<ClampCase> clamp_cases = {")
for low, high in CLAMPS:
    print("    {%s, %s, %s}," % (number(low), number(high), numbers(points.clamp(low, high))))
print("};\n")
few = torch.tensor([0.0, -0.0, 1.0, -2.75, 0.5, 1e-6, INF, -INF, NAN])
print("inline const std::vector<float> few_points = %s;\n" % numbers(few))
print("/// Every one of the few points with every one of them, (9, 1) with (9,).")
print("inline const std::vector<UnaryCase> point_pairs = {")
for name, function in BINARY:
    print('    {"%s", %s},' % (name, numbers(function(few.view(-1, 1), few).float())))
print("};\n")
print("inline const std::vector<BinaryCase> binary_cases = {")
for shape_a, shape_b in PAIRS:
    for kind_a, kind_b in [random.choices(KINDS, k=2) for _ in range(3)] + [("contiguous",) * 2]:
        name, function = random.choice(BINARY)
        a, b = operand(shape_a, kind_a), operand(shape_b, kind_b)
        out = function(a, b).float()
        print('    {"%s", %s, %s, %s, %s},' % (name, view(a), view(b), braces(out.shape),
                                               numbers(out)))
print("};\n")
print("inline const std::vector<WhereCase> where_cases = {")
for shapes in [([2, 3], [3], []), ([2, 1], [1, 3], [2, 3]), ([3], [2, 3], [2, 1, 1]), ([], [2], [2]),
               ([0], [1], []), ([2, 3, 4], [3, 4], [2, 1, 4])]:
    c, a, b = [operand(shape, random.choice(KINDS)) for shape in shapes]
    out = torch.where(c.bool(), a, b)
    print("    {%s, %s, %s, %s, %s}," % (view(c), view(a), view(b), braces(out.shape), numbers(out)))
print("};\n")
print("inline const std::vector<MisfitPair> misfit_pairs = {")
for a, b in BAD:
    try:
        torch.add(operand(a, "contiguous"), operand(b, "contiguous"))
        raise SystemExit("PyTorch accepts %s and %s" % (a, b))
    except RuntimeError:
        print("    {%s, %s}," % (braces(a), braces(b)))
print("};\n")
print("/// The storage of `self` after `self` += alpha * `other`, from its beginning.")
print("inline const std::vector<AddInPlaceCase> add_in_place_cases = {")
for shape_a, shape_b in [([2, 3], [3]), ([2, 3], [2, 1]), ([4], []), ([], []), ([2, 3, 4], [3, 4]),
                         ([2, 3, 4], [2, 3, 4]), ([0, 3], [3]), ([3, 2, 2], [2, 1])]:
    for kind in ["contiguous", "turned", "gaps"]:
        a, b, alpha = operand(shape_a, kind), operand(shape_b, random.choice(KINDS)), random.choice(
            [1.0, -0.5, 2.0])
        described = view(a)
        a.add_(b, alpha=alpha)
        whole = a.as_strided([a.storage().size()], [1], 0)
        print("    {%s, %s, %s, %s}," % (described, view(b), number(alpha), numbers(whole)))
print("};\n\n}  // namespace golden")
