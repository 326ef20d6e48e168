"""Writes golden_reduce.cpp: what PyTorch answers to reductions, for tests/engine to compare with.

The operands show a storage whose element i is (7 * i) % 11 - 5, so that sums are exact and there
are ties for argmax.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_reduce.py > tests/engine/golden/golden_reduce.cpp
"""

import math
import random

import numpy
import torch

random.seed(4)

KINDS = ["contiguous", "turned", "gaps", "stretched"]


def operand(shape, kind):
    """A tensor of this shape: contiguous, with its axes turned around, with gaps, or stretched."""
    count = 1
    for extent in shape:
        count *= extent
    storage = torch.tensor([(7 * i) % 11 - 5.0 for i in range(2 * count + 8)])
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
    return "%s, %s, %d" % (braces(x.shape), braces(x.stride()), x.storage_offset())


def number(value):
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return str(numpy.float32(value)) + "f"


def numbers(x):
    return "{" + ", ".join(number(value) for value in x.flatten().tolist()) + "}"


def flag(value):
    return "true" if value else "false"


print("""// Written by make_golden_reduce.py with PyTorch %s; do not edit.
// clang-format off
#include "tests/engine/golden/golden_reduce.h"

namespace golden {
""" % torch.__version__)


def call(op, x, dims, keepdim):
    if op == "argmax":
        return torch.argmax(x, dims[0] if dims else None, keepdim)
    if op in ("var", "var0"):
        unbiased = op == "var"
        return torch.var(x, dims or list(range(x.dim())), unbiased, keepdim)
    return getattr(torch, op)(x, dims or list(range(x.dim())), keepdim)


SHAPES = [[], [5], [1], [2, 3], [3, 1], [2, 3, 4], [4, 1, 3], [2, 2, 3, 2], [3, 2, 1, 2, 2]]
EMPTY = [[0], [0, 3], [2, 0], [2, 0, 3], [0, 0]]
print("const std::initializer_list<ReduceCase> reduce_cases = {")
for op in ["sum", "mean", "amax", "amin", "argmax", "var", "var0"]:
    for shape in SHAPES + EMPTY:
        rank = len(shape)
        for round in range(5 if rank else 1):
            dims = random.sample(range(rank), random.randint(1, rank)) if rank and round else []
            if op == "argmax":
                dims = dims[:1]
            dims = [dim - rank if random.random() < 0.4 else dim for dim in dims]
            keepdim = random.random() < 0.5
            if op == "argmax" and not dims:
                keepdim = False
            kind = random.choice(KINDS) if 0 not in shape else "contiguous"
            x = operand(shape, kind)
            head = '    {"%s", %s, %s, %s, ' % (op, view(x), braces(dims), flag(keepdim))
            try:
                out = call(op, x, dims, keepdim)
            except (IndexError, RuntimeError):
                print(head + "false, {}, {}},")
                continue
            print(head + "true, %s, %s}," % (braces(out.shape), numbers(out)))
print("};\n")

inf, nan = math.inf, math.nan
print("const std::initializer_list<EdgeCase> edge_cases = {")
for values in [[1, nan, 3], [nan, nan], [nan, inf, nan], [inf, -inf, 2], [-inf, -inf], [inf, 1, inf],
               [-inf, 3, nan, 5], [-3, -2, -7], [2, 5, 5, 1], [7], [-inf], [nan], [3e38, 3e38, -3e38]]:
    x = torch.tensor([float(v) for v in values])
    for op in ["sum", "mean", "amax", "amin", "argmax", "var"]:
        exact = x.double() if op in ("sum", "mean", "var") else x
        out = float(call(op, exact, [], False).float())
        print('    {"%s", %s, %s},' % (op, numbers(x), number(out)))
print("};\n")

print("const std::initializer_list<SumToCase> sum_to_cases = {")
for shape, wanted in [([2, 3], [3]), ([2, 3], [2, 1]), ([2, 3], [1, 3]), ([2, 3], []), ([2, 3], [2, 3]),
                      ([2, 3, 4], [3, 1]), ([2, 3, 4], [4]), ([2, 3, 4], [2, 1, 4]), ([], []),
                      ([1], []), ([1, 1], [1]), ([2, 1, 3], [1, 1, 1, 3][1:]), ([0, 3], [3]),
                      ([2, 0], [2, 1]), ([3, 2, 2, 2], [2, 1, 2])]:
    x = operand(shape, random.choice(KINDS) if 0 not in shape else "contiguous")
    leaf = torch.zeros(wanted, requires_grad=True)
    leaf.expand(shape).backward(x)
    print("    {%s, %s, %s}," % (view(x), braces(wanted), numbers(leaf.grad)))
print("};\n\n}  // namespace golden")
