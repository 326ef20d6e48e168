"""Writes golden_activations.h: what PyTorch answers to activations, for tests/engine.

The operands of a softmax show a storage whose element i is ((7 * i) % 11 - 5) / 2.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_activations.py \
        > tests/engine/golden/golden_activations.h
"""

import math
import random

import numpy
import torch
import torch.nn.functional as F

random.seed(6)

KINDS = ["contiguous", "turned", "gaps", "stretched"]
INF, NAN = math.inf, math.nan
POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.7, 3.3, -4.0, 6.0, -6.0, 10.0, -10.0, 20.0,
          -20.0, 88.0, -88.0, 100.0, -100.0, 1e-6, -1e-6, 1e-40, 3e38, -3e38, INF, -INF, NAN]
POINTWISE = [
    ("relu", torch.relu), ("sigmoid", torch.sigmoid), ("silu", F.silu), ("tanh", torch.tanh),
    ("gelu", F.gelu), ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh")),
    ("leaky_relu", lambda x: F.leaky_relu(x, 0.01)),
    ("leaky_relu_0.25", lambda x: F.leaky_relu(x, 0.25)),
]
SHAPES = [[1], [5], [2, 3], [3, 1], [2, 3, 4], [4, 1, 3], [2, 2, 3, 2], [0], [2, 0], [0, 3],
          [2, 0, 3]]
ROWS = [[0.0, 0.0], [1e4, 1e4, 1e4 + 1], [-1e4, -1e4], [1e4, -1e4], [100.0, 0.0, -100.0],
        [-INF, 0.0, 1.0], [-INF, -INF], [INF, 1.0], [NAN, 1.0, 2.0], [1.0, NAN], [88.0, 89.0, 90.0],
        [-200.0, 0.0], [3e38, -3e38], [7.0], [-INF]]


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


def number(value):
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return str(numpy.float32(value)) + "f"  # the shortest that gives the same float


def numbers(x):
    return "{" + ", ".join(number(value) for value in x.flatten().tolist()) + "}"


print("""// Written by make_golden_activations.py with PyTorch %s; do not edit.
// clang-format off
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/shape.h"

/// What PyTorch answers to activations.
namespace golden {

using tt::Shape;
using tt::Strides;

struct PointwiseCase {
  std::string op;
  std::vector<float> values;
};

/// The operand shows the storage whose element i is ((7 * i) %% 11 - 5) / 2.
struct SoftmaxCase {
  Shape sizes;
  Strides strides;
  std::int64_t offset;
  std::int64_t dim;
  std::vector<float> values;
  std::vector<float> logs;
};

/// One row with large numbers, infinities or NaN.
struct SoftmaxRow {
  std::vector<float> x;
  std::vector<float> values;
  std::vector<float> logs;
};
""" % torch.__version__)

points = torch.tensor(POINTS)
print("/// What every function below is given.")
print("inline const std::vector<float> activation_points = %s;\n" % numbers(points))
print("inline const std::vector<PointwiseCase> pointwise_cases = {")
for name, function in POINTWISE:
    print('    {"%s", %s},' % (name, numbers(function(points))))
print("};\n")
print("inline const std::vector<SoftmaxCase> softmax_cases = {")
for shape in SHAPES:
    for dim in range(-len(shape), len(shape)):
        x = operand(shape, random.choice(KINDS) if 0 not in shape else "contiguous")
        print("    {%s, %s, %d, %d,\n     %s,\n     %s}," % (
            braces(x.shape), braces(x.stride()), x.storage_offset(), dim,
            numbers(torch.softmax(x, dim)), numbers(torch.log_softmax(x, dim))))
print("};\n")
print("inline const std::vector<SoftmaxRow> softmax_rows = {")
for row in ROWS:
    x = torch.tensor(row)
    print("    {%s, %s, %s}," % (
        numbers(x), numbers(torch.softmax(x, 0)), numbers(torch.log_softmax(x, 0))))
print("};\n\n}  // namespace golden")
