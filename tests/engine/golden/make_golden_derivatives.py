"""Writes golden_derivatives.cpp: PyTorch's gradients, for tests/engine to compare with.

Every input shows a storage of numbers that a formula gives (see SOURCES); the gradient of the output
is contiguous, with the elements ((5 * i) % 13 - 6.5) / 4. PyTorch computes in float64, and its
answers are rounded to float.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_derivatives.py \
        > tests/engine/golden/golden_derivatives.cpp
"""

import math
import random

import numpy
import torch
import torch.nn.functional as F

random.seed(10)

SOURCES = {
    "signed": lambda i: ((7 * i) % 11 - 5) / 2,
    "other": lambda i: ((3 * i) % 7 - 3) / 2,
    "positive": lambda i: ((7 * i) % 11 + 1) / 4,
    "probability": lambda i: ((7 * i) % 11) / 10,
    "mask": lambda i: (3 * i) % 4 // 2,
    "class": lambda i: (2 * i) % 3,
    "class or ignored": lambda i: -100 if i % 4 == 1 else (2 * i) % 3,
    "ignored": lambda i: -100,
}
KINDS = ["contiguous", "turned", "gaps", "stretched"]


def operand(source, shape, kind="contiguous"):
    """A tensor of this shape: contiguous, with its axes turned around, with gaps, or stretched."""
    count = 1
    for extent in shape:
        count *= extent
    values = [SOURCES[source](i) for i in range(2 * count + 8)]
    storage = torch.tensor(values, dtype=torch.float64)
    if kind == "contiguous" or not shape:
        x = storage[2 : 2 + count].view(shape)
    elif kind == "turned":
        x = storage[3 : 3 + count].view(shape[::-1]).permute(list(range(len(shape)))[::-1])
    elif kind == "gaps":
        x = storage[1 : 1 + 2 * count].view(shape[:-1] + [2 * shape[-1]])[..., ::2]
    else:
        kept = [1 if axis % 2 == 0 else extent for axis, extent in enumerate(shape)]
        x = operand(source, kept).detach().expand(shape)
    x = x.detach()
    x.source = source
    return x


def braces(items):
    return "{" + ", ".join(str(int(item)) for item in items) + "}"


def number(value):
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return str(numpy.float32(value)) + "f"


def numbers(x):
    return "{" + ", ".join(number(value) for value in x.flatten().tolist()) + "}"


def view(x):
    return '{"%s", %s, %s, %d}' % (
        x.source, braces(x.shape), braces(x.stride()), x.storage_offset())


def write(op, function, inputs, integers=(), reals=(), constant=()):
    """One case; `constant` lists the inputs that have no gradient."""
    for i, x in enumerate(inputs):
        x.requires_grad_(i not in constant)
    out = function(*inputs)
    dout = torch.tensor(
        [((5 * i) % 13 - 6.5) / 4 for i in range(out.numel())], dtype=torch.float64)
    wanted = [x for x in inputs if x.requires_grad]
    found = iter(torch.autograd.grad(out, wanted, dout.view(out.shape)))
    gradients = [numbers(next(found)) if x.requires_grad else "{}" for x in inputs]
    print('    {"%s",\n     {%s},\n     %s, {%s}, %s,\n     {%s}},' % (
        op, ", ".join(view(x) for x in inputs), braces(integers),
        ", ".join(repr(float(real)) for real in reals), braces(out.shape), ", ".join(gradients)))


def kinds(some):
    return random.sample(KINDS, some)


SHAPES = [[], [5], [1], [2, 3], [3, 1], [2, 3, 2], [2, 1, 3, 2], [2, 0, 3]]


def unary():
    signed = {
        "neg": torch.neg, "abs": torch.abs, "exp": torch.exp, "square": torch.square,
        "relu": torch.relu, "sigmoid": torch.sigmoid, "silu": F.silu, "tanh": torch.tanh,
        "gelu": F.gelu, "clone": torch.clone,
    }
    positive = {"log": torch.log, "sqrt": torch.sqrt, "reciprocal": torch.reciprocal}
    for op, function in list(signed.items()) + list(positive.items()):
        source = "positive" if op in positive else "signed"
        integers = [0] if op == "gelu" else []
        for shape in random.sample(SHAPES[:-1], 2) + [[3, 4]]:
            for kind in kinds(2):
                write(op, function, [operand(source, shape, kind)], integers)
        write(op, function, [operand(source, [2, 0, 3])], integers)
    for shape, kind in [([11], "contiguous"), ([2, 3], "gaps")]:
        write("gelu", lambda x: F.gelu(x, approximate="tanh"), [operand("signed", shape, kind)], [1])
    for exponent in [2, 3, 0, 1, -1, 0.5, -1.5]:
        source = "signed" if exponent in (2, 3, 0, 1) else "positive"
        for shape, kind in [([2, 3], "turned"), ([11], "contiguous"), ([], "contiguous")]:
            write("pow", lambda x: torch.pow(x, exponent), [operand(source, shape, kind)], [], [exponent])
    for low, high in [(-1, 1), (-2.5, 0), (0.5, 2.5), (-100, 100), (1, -1)]:
        for shape, kind in [([2, 3], "turned"), ([11], "gaps")]:
            write("clamp", lambda x: torch.clamp(x, low, high), [operand("signed", shape, kind)], [],
                  [low, high])
    for slope in [0.01, 0.25]:
        for shape, kind in [([2, 3], "turned"), ([11], "contiguous")]:
            write("leaky_relu", lambda x: F.leaky_relu(x, slope), [operand("signed", shape, kind)],
                  [], [slope])


PAIRS = [
    ([], []), ([3], []), ([], [3]), ([2, 3], [3]), ([3], [2, 3]), ([2, 1], [2, 3]), ([2, 3], [1, 3]),
    ([1, 3], [2, 1]), ([2, 3], [2, 3]), ([2, 2], [2]), ([2, 2], [2, 1]), ([4, 1, 3], [2, 1]),
    ([2, 3, 2], [3, 1]), ([2, 1, 2, 3], [3, 1, 1]), ([1, 2, 1, 3], [2, 1, 3, 1]), ([1, 1], [3]),
    ([2, 0, 3], [3]), ([0], [1]), ([2, 0], [1, 1]),
]


def binary():
    ops = {
        "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div,
        "maximum": torch.maximum, "minimum": torch.minimum,
    }
    for op, function in ops.items():
        for a, b in PAIRS:
            second = "positive" if op == "div" else "other"
            write(op, function, [operand("signed", a, random.choice(KINDS)),
                                 operand(second, b, random.choice(KINDS))])
    for shapes in [([2, 3], [2, 3], [2, 3]), ([3], [2, 3], []), ([2, 1], [3], [2, 3]), ([], [2], [2]),
                   ([2, 1, 2], [3, 1], [1, 2])]:
        for kind in kinds(2):
            inputs = [operand(source, shape, kind)
                      for source, shape in zip(["mask", "signed", "other"], shapes)]
            write("where", lambda c, a, b: torch.where(c != 0, a, b), inputs, constant=[0])


def reductions():
    ops = {
        "sum": torch.sum, "mean": torch.mean, "amax": torch.amax, "amin": torch.amin,
        "var": lambda x, dims, keepdim: torch.var(x, dims, True, keepdim),
        "var0": lambda x, dims, keepdim: torch.var(x, dims, False, keepdim),
    }
    for op, function in ops.items():
        for shape in [[5], [2, 3], [3, 1], [2, 3, 2], [3, 1, 4], [2, 3, 1, 2], [2, 2, 2]]:
            for _ in range(2):
                dims = random.sample(range(len(shape)), random.randint(0, len(shape)))
                count = 1
                for dim in dims or range(len(shape)):
                    count *= shape[dim]
                if op == "var" and count == 1:
                    continue
                dims = [dim - len(shape) if random.random() < 0.3 else dim for dim in dims]
                keepdim = random.random() < 0.5
                write(op, lambda x: function(x, dims or list(range(x.dim())), keepdim),
                      [operand("signed", shape, random.choice(KINDS))], [keepdim] + dims)
    for op in ["sum", "mean"]:
        for shape, dims in [([], []), ([2, 0], [1]), ([2, 0], [0]), ([0], [])]:
            write(op, lambda x: ops[op](x, dims or list(range(x.dim())), False),
                  [operand("signed", shape)], [0] + dims)
    for shape, wanted in [([2, 3], [3]), ([2, 3], [2, 1]), ([2, 3], []), ([4, 2, 3], [2, 1]),
                          ([2, 3], [2, 3])]:
        write("sum_to", lambda x: x.sum_to_size(wanted) if wanted else x.sum(),
              [operand("signed", shape, "gaps")], wanted)


def views():
    shape = [2, 3, 4]
    for kind in KINDS:
        x = lambda some=shape: operand("signed", some, kind)
        write("transpose", lambda t: t.transpose(0, 2), [x()], [0, 2])
        write("transpose", lambda t: t.transpose(-1, 1), [x()], [-1, 1])
        write("permute", lambda t: t.permute(2, 0, 1), [x()], [2, 0, 1])
        write("permute", lambda t: t.permute(1, -1, 0), [x()], [1, -1, 0])
        write("permute", lambda t: t.permute(1, 3, 2, 0), [x([2, 1, 3, 2])], [1, 3, 2, 0])
        write("slice", lambda t: t[:, 1:3], [x()], [1, 1, 3, 1])
        write("slice", lambda t: t[..., 1:4:2], [x()], [-1, 1, 4, 2])
        write("slice", lambda t: t[:, -2:], [x()], [1, -2, 2**63 - 1, 1])
        write("slice", lambda t: t[:, 2:1], [x()], [1, 2, 1, 1])
        write("select", lambda t: t[:, 1], [x()], [1, 1])
        write("select", lambda t: t[..., -1], [x()], [-1, -1])
        write("expand", lambda t: t.expand(4, 3, 2), [x([3, 1])], [4, 3, 2])
        write("expand", lambda t: t.expand(2, 2, 3, 4), [x()], [2, 2, 3, 4])
        write("expand", lambda t: t.expand(2, 3), [x([])], [2, 3])
        write("reshape", lambda t: t.reshape(4, 6), [x()], [4, 6])
        write("reshape", lambda t: t.reshape(-1), [x()], [-1])
        write("view", lambda t: t.view(2, 3, 2, 2) if kind != "stretched" else t.view(2, 1, 3, 4),
              [x()], [2, 3, 2, 2] if kind != "stretched" else [2, 1, 3, 4])
    for sizes, strides, offset in [([2, 3], [3, 1], 2), ([3, 2], [1, 2], 1), ([2, 2], [2, 0], 3),
                                   ([4], [2], 0), ([3, 3], [1, 1], 2), ([], [], 5)]:
        # numbers: sizes, strides, offset behind their rank
        for x in [operand("signed", [2, 3]), operand("signed", [2, 3], "turned"),
                  operand("signed", [3, 2], "gaps"), operand("signed", [2, 3], "stretched")]:
            write("as_strided", lambda t: t.as_strided(sizes, strides, offset), [x],
                  [len(sizes)] + sizes + strides + [offset])


def products():
    pairs = [
        ([3], [3]), ([3], [3, 4]), ([2, 3], [3]), ([2, 3], [3, 4]), ([1, 3], [3, 1]), ([2, 1], [1, 4]),
        ([5, 2, 3], [3, 4]), ([2, 3], [5, 3, 4]), ([5, 2, 3], [5, 3, 4]), ([5, 2, 3], [1, 3, 4]),
        ([2, 1, 2, 3], [3, 3, 2]), ([2, 3, 2, 3], [3]), ([3], [2, 3, 2]), ([1, 2, 3], [2, 2, 3, 1]),
        ([2, 2, 2, 3], [3, 2]), ([0, 3], [3, 2]), ([2, 0], [0, 3]), ([2, 3], [3, 0]),
        ([0, 2, 3], [3, 2]), ([2, 3], [0, 3, 2]), ([9, 7], [7, 10]),
    ]
    for a, b in pairs:
        for _ in range(2):
            write("matmul", torch.matmul, [operand("signed", a, random.choice(KINDS)),
                                           operand("other", b, random.choice(KINDS))])


def rows():
    for op, function in [("softmax", torch.softmax), ("log_softmax", torch.log_softmax)]:
        for shape, dim in [([5], 0), ([2, 3], 1), ([2, 3], 0), ([3, 1], -1), ([2, 3, 4], 1),
                           ([2, 3, 4], -1), ([2, 0, 3], 1), ([0, 3], 1)]:
            for kind in kinds(2):
                write(op, lambda x: function(x, dim), [operand("signed", shape, kind)], [dim])


REDUCTIONS = ["none", "mean", "sum"]


def losses():
    for number_of, reduction in enumerate(REDUCTIONS):
        for shape, kind in [([2, 3], "contiguous"), ([2, 3, 2], "turned"), ([5], "gaps"),
                            ([2, 3], "stretched"), ([], "contiguous")]:
            pair = lambda first, second: [operand(first, shape, kind),
                                          operand(second, shape, random.choice(KINDS))]
            write("mse_loss", lambda x, t: F.mse_loss(x, t, reduction=reduction),
                  pair("signed", "other"), [number_of])
            # PyTorch has infinite gradients of the target at 0 and 1; ours has the slope of what
            # we compute. See derivatives_test.cpp.
            write("binary_cross_entropy",
                  lambda x, t: F.binary_cross_entropy(x, t, reduction=reduction),
                  pair("probability", "mask"), [number_of], constant=[1])
            write("binary_cross_entropy_with_logits",
                  lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction=reduction),
                  pair("signed", "probability"), [number_of])
        for shape in [[3], [4, 3], [2, 3, 3]]:
            for target in ["class", "class or ignored", "ignored"]:
                kind = random.choice(["contiguous", "turned", "gaps"])
                inputs = lambda: [operand("signed", shape, kind), operand(target, shape[:-1], kind)]
                flat = lambda loss: lambda x, t: loss(
                    x.reshape(-1, 3), t.reshape(-1).long(), reduction=reduction,
                    ignore_index=-100).reshape(t.shape if reduction == "none" else [])
                for op in ["nll_loss", "cross_entropy"]:
                    write(op, flat(getattr(F, op)), inputs(), [number_of, -100], constant=[1])
            write("cross_entropy",
                  lambda x, t: F.cross_entropy(
                      x.reshape(-1, 3), t.reshape(-1, 3), reduction=reduction).reshape(
                          t.shape[:-1] if reduction == "none" else []),
                  [operand("signed", shape, random.choice(KINDS)),
                   operand("probability", shape, random.choice(KINDS))], [number_of, -100])


print("""// Written by make_golden_derivatives.py with PyTorch %s; do not edit.
// clang-format off
#include "tests/engine/golden/golden_derivatives.h"

namespace golden {

const std::initializer_list<DerivativeCase> derivative_cases = {""" % torch.__version__)
unary()
binary()
reductions()
views()
products()
rows()
losses()
print("""};

}  // namespace golden""")
