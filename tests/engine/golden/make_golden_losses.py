"""Writes golden_losses.cpp: what PyTorch answers to losses, for tests/engine to compare with.

Logits show a storage whose element i is ((7 * i) % 11 - 5) * 0.75, probabilities one whose element
i is ((7 * i) % 11) / 10. PyTorch computes in float64, and its answers are rounded to float.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_losses.py > tests/engine/golden/golden_losses.cpp
"""

import math
import random

import numpy
import torch
import torch.nn.functional as F

random.seed(8)

KINDS = ["contiguous", "turned", "gaps", "stretched"]


def operand(shape, kind, element):
    """A tensor of this shape: contiguous, with its axes turned around, with gaps, or stretched."""
    count = 1
    for extent in shape:
        count *= extent
    storage = torch.tensor([element(i) for i in range(2 * count + 8)]).double()
    if kind == "contiguous" or not shape:
        return storage[2 : 2 + count].view(shape)
    if kind == "turned":
        return storage[3 : 3 + count].view(shape[::-1]).permute(list(range(len(shape)))[::-1])
    if kind == "gaps":
        return storage[1 : 1 + 2 * count].view(shape[:-1] + [2 * shape[-1]])[..., ::2]
    kept = [1 if axis % 2 == 0 else extent for axis, extent in enumerate(shape)]
    return operand(kept, "contiguous", element).expand(shape)


def logit(i):
    return ((7 * i) % 11 - 5) * 0.75


def probability(i):
    return ((7 * i) % 11) / 10


def braces(items):
    return "{" + ", ".join(str(int(item)) for item in items) + "}"


def view(x):
    return "{%s, %s, %d}" % (braces(x.shape), braces(x.stride()), x.storage_offset())


def number(value):
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return str(numpy.float32(value)) + "f"


def numbers(x):
    return "{" + ", ".join(number(value) for value in x.flatten().tolist()) + "}"


def any_kind(shape):
    return random.choice(KINDS) if 0 not in shape else "contiguous"


print("""// Written by make_golden_losses.py with PyTorch %s; do not edit.
// clang-format off
#include "tests/engine/golden/golden_losses.h"

namespace golden {
""" % torch.__version__)

SHAPES = [[], [1], [5], [0], [2, 3], [3, 1], [0, 3], [2, 3, 4], [4, 1, 3], [2, 1, 2, 3]]
print("const std::initializer_list<PairCase> pair_cases = {")
for op, element in [("mse_loss", logit), ("binary_cross_entropy", probability),
                    ("binary_cross_entropy_with_logits", logit)]:
    for shape in SHAPES:
        x = operand(shape, any_kind(shape), element)
        y = operand(shape, any_kind(shape), probability)
        for reduction in ["none", "mean", "sum"]:
            z = getattr(F, op)(x, y, reduction=reduction)
            print('    {"%s", %s, %s, Reduction::%s, %s, %s},' % (
                op, view(x), view(y), reduction, braces(z.shape), numbers(z)))
print("};\n")

print("const std::initializer_list<EdgeLoss> edge_losses = {")
inf, nan = math.inf, math.nan
for p in [0.0, 1.0, 1e-45, 1e-30, 1e-8, 0.99999994, 0.5]:
    for t in [0.0, 1.0, 0.25]:
        z = F.binary_cross_entropy(torch.tensor(numpy.float32(p)).double(), torch.tensor(t).double())
        print('    {"binary_cross_entropy", %s, %s, %s},' % (number(p), number(t), number(z.item())))
for x in [0.0, 20.0, -20.0, 100.0, -100.0, 1e4, -1e4, 3e38, -3e38, nan]:
    for t in [0.0, 1.0, 0.25]:
        z = F.binary_cross_entropy_with_logits(torch.tensor(x).double(), torch.tensor(t).double())
        print('    {"binary_cross_entropy_with_logits", %s, %s, %s},' % (
            number(x), number(t), number(z.item())))
print("};\n")


def first_axis(x):
    """The same tensor with its classes where PyTorch wants them, on axis 1 (or 0 of a vector)."""
    return x.movedim(-1, 1) if x.dim() > 1 else x


print("const std::initializer_list<ClassCase> class_cases = {")
for op in ["nll_loss", "cross_entropy"]:
    for shape in [[4], [1], [3, 4], [1, 5], [5, 1], [0, 3], [2, 3, 4], [2, 1, 3], [2, 0, 3],
                  [2, 3, 2, 3]]:
        for ignore_index in [-100, 0, -1, 7]:
            x = operand(shape, any_kind(shape), logit)
            choices = list(range(shape[-1])) + [ignore_index] * 2
            count = 1
            for extent in shape[:-1]:
                count *= extent
            y = torch.tensor([random.choice(choices) for _ in range(count)]).view(shape[:-1]).long()
            for reduction in ["none", "mean", "sum"]:
                z = getattr(F, op)(first_axis(x), y, reduction=reduction, ignore_index=ignore_index)
                print('    {"%s", %s, %s, Reduction::%s, %d, %s, %s},' % (
                    op, view(x), braces(y.flatten()), reduction, ignore_index, braces(z.shape),
                    numbers(z)))
print("};\n")

print("const std::initializer_list<PairCase> soft_cases = {")
for shape in [[4], [1], [3, 4], [1, 5], [5, 1], [2, 3, 4], [2, 1, 3], [2, 3, 2, 3]]:
    for _ in range(3):
        x = operand(shape, any_kind(shape), logit)
        y = operand(shape, any_kind(shape), probability)
        for reduction in ["none", "mean", "sum"]:
            z = F.cross_entropy(first_axis(x), first_axis(y), reduction=reduction)
            print('    {"cross_entropy", %s, %s, Reduction::%s, %s, %s},' % (
                view(x), view(y), reduction, braces(z.shape), numbers(z)))
print("};\n")

print("const std::initializer_list<RowCase> row_cases = {")
for row in [[0.0] * 10, [1e4, 1e4], [-1e4, -1e4], [1e4, -1e4], [1e4, 1e4 - 1, 0], [100, 0, -100], [20, 0],
            [-inf, 0, 1], [-inf, 2], [-inf, -inf], [nan, 1], [1, nan, 2], [3e38, -3e38], [0.1, 0.2, 0.3, 0.4],
            [88.8, 88.7], [-88, -104, -150]]:
    x = torch.tensor([float(v) for v in row]).double()
    losses = [F.cross_entropy(x, torch.tensor(c)).item() for c in range(len(row))]
    print("    {%s, %s, %s}," % (numbers(x), number(torch.logsumexp(x, 0).item()),
                                 numbers(torch.tensor(losses).double())))
print("    // An infinite sum of powers; the losses of such a row are NaN in PyTorch.")
print("    {%s, %s, {}}," % (numbers(torch.tensor([inf, 1.0])),
                             number(torch.logsumexp(torch.tensor([inf, 1.0]), 0).item())))
print("};\n\n}  // namespace golden")
