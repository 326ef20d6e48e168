"""Writes golden_matmul.h: what PyTorch answers to matmul, for tests/engine to compare with.

The operands show a storage whose element i is (7 * i) % 11 - 5, so every product is a whole number
and must be met exactly, in whatever order it was added up.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_matmul.py > tests/engine/golden/golden_matmul.h
"""

import random

import torch

random.seed(5)


def operand(shape, kind):
    """A tensor of this shape: contiguous, with its axes turned around in memory, or with gaps."""
    count = 1
    for extent in shape:
        count *= extent
    room = 2 * count + 8
    storage = torch.tensor([(7 * i) % 11 - 5 for i in range(room)], dtype=torch.float32)
    if kind == "contiguous":
        return storage[:count].view(shape)
    if kind == "turned":
        x = storage[3 : 3 + count].view(shape[::-1])
        return x.permute(list(range(len(shape)))[::-1])
    if kind == "gaps":
        return storage[1 : 1 + 2 * count].view(shape[:-1] + [2 * shape[-1]])[..., ::2]
    full = [1 if axis % 2 == 0 else extent for axis, extent in enumerate(shape)]
    return operand(full, "contiguous").expand(shape)


def braces(items):
    return "{" + ", ".join(str(int(item)) for item in items) + "}"


def described(x):
    return "%s, %s, %d" % (braces(x.shape), braces(x.stride()), x.storage_offset())


PAIRS = [
    ([2, 3], [3, 4]), ([1, 5], [5, 7]), ([5, 1], [1, 7]), ([7, 5], [5, 1]), ([1, 1], [1, 1]),
    ([1, 6], [6, 1]), ([3], [3]), ([1], [1]), ([3], [3, 4]), ([2, 3], [3]), ([3], [2, 3, 4]),
    ([2, 4, 3], [3]), ([2, 2, 3], [2, 3, 2]), ([2, 2, 3], [3, 4]), ([2, 3], [4, 3, 2]),
    ([3, 1, 2, 2], [2, 2, 3]), ([1, 2, 3], [4, 3, 2]), ([2, 1, 1, 3], [1, 3, 3, 1]),
    ([5, 4, 3], [1, 3, 2]), ([2, 3, 4, 5], [5, 2]),
    ([0, 3], [3, 4]), ([2, 0], [0, 4]), ([2, 3], [3, 0]), ([0], [0]), ([0, 0], [0, 0]),
    ([0, 2, 3], [3, 4]), ([2, 2, 0], [2, 0, 3]), ([0, 1, 2, 3], [4, 3, 2]), ([0], [0, 3]),
    ([2, 0], [0]), ([3, 0, 4], [4]),
    # From here on large enough for the tiled kernel, with every remainder of 4 rows and 8 columns.
    ([4, 13], [13, 8]), ([5, 11], [11, 9]), ([6, 7], [7, 15]), ([7, 9], [9, 7]), ([8, 10], [10, 16]),
    ([9, 25], [25, 2]), ([1, 20], [20, 30]), ([3, 20], [20, 11]), ([4, 200], [200, 1]),
    ([13, 1], [1, 37]), ([2, 5, 12], [12, 9]), ([3, 6, 9], [3, 9, 10]), ([2, 1, 5, 10], [3, 10, 9]),
]
BAD = [
    ([2, 3], [2, 3]), ([], [3]), ([3], []), ([], []), ([3], [4]), ([2, 3], [4]), ([3], [4, 3]),
    ([2, 3], [1, 3]), ([2, 1], [3, 4]), ([2, 2, 3], [3, 3, 4]), ([0, 2, 3], [2, 3, 4]),
    ([2, 3], [0, 3]), ([2, 3, 4, 5], [2, 5, 4]),
]
KINDS = ["contiguous", "turned", "gaps", "expanded"]

print("""// Written by make_golden_matmul.py with PyTorch %s; do not edit.
// clang-format off
#pragma once

#include <vector>

#include "engine/shape.h"

namespace golden {

using tt::Shape;
using tt::Strides;

/// An operand: what it shows of the storage whose element i is (7 * i) %% 11 - 5.
struct Operand {
  Shape sizes;
  Strides strides;
  std::int64_t offset;
};

struct MatmulCase {
  Operand a;
  Operand b;
  Shape sizes;
  std::vector<float> values;
};

struct MisfitCase {
  Shape a;
  Shape b;
};

inline const std::vector<MatmulCase> matmul_cases = {""" % torch.__version__)
for a, b in PAIRS:
    kinds = [("contiguous", "contiguous"), ("turned", "turned"), tuple(random.choices(KINDS, k=2))]
    for kind_a, kind_b in kinds:
        x, y = operand(a, kind_a), operand(b, kind_b)
        z = torch.matmul(x, y)
        print("    {{%s}, {%s}, %s,\n     %s}," % (
            described(x), described(y), braces(z.shape), braces(z.flatten().tolist())))
print("};\n")
print("inline const std::vector<MisfitCase> misfit_cases = {")
for a, b in BAD:
    try:
        torch.matmul(torch.zeros(a), torch.zeros(b))
        raise SystemExit("PyTorch multiplies %s and %s" % (a, b))
    except RuntimeError:
        print("    {%s, %s}," % (braces(a), braces(b)))
print("};\n")
print("}  // namespace golden")
