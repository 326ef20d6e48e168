"""Writes golden.cpp: what PyTorch answers, for tests/engine to compare with.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden.py > tests/engine/golden/golden.cpp
"""

import random

import torch

random.seed(20)

SHAPES = [[], [1], [5], [0], [2, 3], [3, 1], [1, 4], [2, 0, 3], [2, 3, 4], [4, 1, 3], [2, 1, 2, 3],
          [2, 3, 1, 2, 2]]


def base(shape):
    count = 1
    for extent in shape:
        count *= extent
    return torch.arange(count, dtype=torch.float32).view(shape)


def braces(items):
    return "{" + ", ".join(str(int(item)) for item in items) + "}"


def flag(value):
    return "true" if value else "false"


def random_shape_of(count):
    """A random factorisation of count, with some axes of extent 1 and perhaps one -1."""
    shape, left = [], count
    for _ in range(random.randint(0, 3)):
        factor = random.choice([f for f in range(1, left + 1) if left % f == 0]) if left else 3
        shape.append(factor)
        left = left // factor if left else 0
    shape.append(left)
    if random.random() < 0.4:
        shape.insert(random.randint(0, len(shape)), 1)
    if random.random() < 0.4 and count:
        shape[random.randrange(len(shape))] = -1
    return shape


def random_op(x):
    """One view of x: its name, its numbers, and the tensor that PyTorch gives back."""
    rank = x.dim()
    axis = lambda: random.randrange(-rank, rank)
    kinds = ["expand", "view"] + (["transpose", "permute", "slice", "slice", "select"] if rank else [])
    kind = random.choice(kinds)
    if kind == "transpose":
        args = [axis(), axis()]
        return kind, args, x.transpose(*args)
    if kind == "permute":
        args = random.sample(range(rank), rank)
        args = [a - rank if random.random() < 0.3 else a for a in args]
        return kind, args, x.permute(args)
    if kind == "slice":
        dim = axis()
        extent = x.shape[dim]
        args = [dim, random.randint(-extent - 2, extent + 2), random.randint(-extent - 2, extent + 2),
                random.randint(1, max(1, extent))]
        return kind, args, torch.ops.aten.slice(x, *args)
    if kind == "select":
        dim = axis()
        if x.shape[dim] == 0:
            return None
        args = [dim, random.randrange(-x.shape[dim], x.shape[dim])]
        return kind, args, x.select(*args)
    if kind == "expand":
        if x.numel() > 12:
            return None
        args = [random.choice([2, 3]) if e == 1 else random.choice([-1, e]) for e in x.shape]
        if random.random() < 0.5:
            args.insert(0, 2)
        return kind, args, x.expand(args)
    args = random_shape_of(x.numel())
    try:
        return kind, args, x.view(args)
    except RuntimeError:
        return None


def view_cases():
    print("const std::initializer_list<ViewCase> view_cases = {")
    written = 0
    while written < 70:
        shape = random.choice(SHAPES)
        x, ops = base(shape), []
        for _ in range(random.randint(1, 4)):
            made = random_op(x)
            if made is not None:
                kind, args, x = made
                ops.append('{"%s", %s}' % (kind, braces(args)))
        if not ops or x.numel() > 40:
            continue
        print("    {%s, {%s},\n     %s, %s, %d, %s,\n     %s}," % (
            braces(shape), ", ".join(ops), braces(x.shape), braces(x.stride()), x.storage_offset(),
            flag(x.is_contiguous()), braces(x.flatten().tolist())))
        written += 1
    print("};\n")


def reshape_cases():
    print("const std::initializer_list<ReshapeCase> reshape_cases = {")
    bases = [
        ([6], [1]), ([2, 3], [3, 1]), ([3, 2], [1, 3]), ([2, 3, 4], [12, 4, 1]),
        ([2, 3, 4], [24, 4, 1]), ([4, 3, 2], [1, 4, 12]), ([2, 4, 3], [12, 1, 4]),
        ([2, 1, 4], [4, 99, 1]), ([1, 6], [17, 1]), ([2, 3], [0, 1]), ([3, 2], [1, 0]),
        ([4, 4], [0, 0]), ([], []), ([1], [5]), ([1, 1], [7, 3]), ([2, 0, 3], [3, 3, 1]),
        ([0], [1]), ([6], [2]), ([2, 3], [6, 2]),
    ]
    fixed = [[-1], [], [1], [6], [2, -1], [-1, -1], [-2, 3], [4, -1], [0, -1], [2, 0, 3], [0, 3, 2], [7]]
    seen = set()
    for shape, strides in bases:
        reach = 1 + sum((e - 1) * s for e, s in zip(shape, strides) if e > 0)
        x = torch.arange(max(reach, 1), dtype=torch.float32).as_strided(shape, strides)
        wanted = random.sample(fixed, 5) + [random_shape_of(x.numel()) for _ in range(5)]
        for ask in wanted:
            key = (tuple(shape), tuple(strides), tuple(ask))
            if key in seen:
                continue
            seen.add(key)
            try:
                y = x.reshape(ask)
            except RuntimeError:
                print("    {%s, %s, %s, false, false, {}, {}, {}}," % (
                    braces(shape), braces(strides), braces(ask)))
                continue
            try:
                x.view(ask)
                viewable = True
            except RuntimeError:
                viewable = False
            print("    {%s, %s, %s, %s, true, %s, %s, %s}," % (
                braces(shape), braces(strides), braces(ask), flag(viewable), braces(y.shape),
                braces(y.stride()), braces(y.flatten().tolist())))
    print("};\n")


def slice_cases():
    print("const std::initializer_list<SliceCase> slice_cases = {")
    for extent in [0, 1, 5]:
        for start in [-7, -5, -2, 0, 1, 4, 5, 9]:
            for end in [-7, -4, -1, 0, 2, 5, 9]:
                for step in [1, 2, 3, 8]:
                    if random.random() < 0.8:
                        continue
                    y = base([extent])[start:end:step]
                    print("    {%d, %d, %d, %d, %d, %s}," % (
                        extent, start, end, step, y.storage_offset(), braces(y.tolist())))
    print("};\n")


def broadcast_cases():
    print("const std::initializer_list<BroadcastCase> broadcast_cases = {")
    shapes = [[], [1], [3], [0], [2, 3], [3, 1], [1, 0], [4, 1, 3], [5, 1], [2, 3, 4], [1, 1, 1, 1]]
    for a in shapes:
        for b in shapes:
            try:
                result = torch.broadcast_shapes(a, b)
                strides = base(a).expand(result).stride()
            except RuntimeError:
                print("    {%s, %s, false, {}, {}}," % (braces(a), braces(b)))
                continue
            print("    {%s, %s, true, %s, %s}," % (
                braces(a), braces(b), braces(result), braces(strides)))
    print("};\n")


def strided_cases():
    print("const std::initializer_list<StridedCase> strided_cases = {")
    for sizes, strides, offset in [
        ([], [], 0), ([], [], 23), ([], [], 24), ([3], [1], 21), ([3], [1], 22), ([2, 3], [3, 1], 5),
        ([2, 3], [1, 2], 4), ([4, 4], [5, 2], 0), ([4, 4], [5, 2], 2), ([4, 4], [5, 2], 3),
        ([5, 3], [1, 1], 7), ([2, 2, 2], [12, 6, 3], 2), ([2, 2, 2], [12, 6, 3], 3), ([3, 2], [0, 0], 9),
        ([0, 4], [4, 1], 0), ([1], [1000], 0), ([24], [1], 0), ([25], [1], 0), ([6, 4], [4, 1], 0),
        ([6, 4], [4, 1], 1), ([3, 3, 3], [4, 3, 1], 7), ([3, 3, 3], [4, 3, 1], 8),
    ]:
        x = torch.arange(24, dtype=torch.float32)
        try:
            y = x.as_strided(sizes, strides, offset)
            print("    {%s, %s, %d, true, %s}," % (
                braces(sizes), braces(strides), offset, braces(y.flatten().tolist())))
        except RuntimeError:
            print("    {%s, %s, %d, false, {}}," % (braces(sizes), braces(strides), offset))
    print("};\n")


def arange_cases():
    print("const std::initializer_list<ArangeCase> arange_cases = {")
    for start, end, step in [(0, 5, 1), (0, 0, 1), (1, 2, 0.25), (0, 1, 0.3), (5, 0, -2), (3, 3.5, 1),
                             (-1, 1, 0.5), (0, 10, 4), (2, 2, -1)]:
        values = torch.arange(start, end, step, dtype=torch.float32).tolist()
        print("    {%r, %r, %r, {%s}}," % (
            float(start), float(end), float(step), ", ".join("%rf" % v for v in values)))
    print("};\n")


print("""// Written by make_golden.py with PyTorch %s; do not edit. Regenerate:
//   /usr/bin/python3 tests/engine/golden/make_golden.py > tests/engine/golden/golden.cpp
// clang-format off
#include "tests/engine/golden/golden.h"

namespace golden {
""" % torch.__version__)
view_cases()
reshape_cases()
slice_cases()
broadcast_cases()
strided_cases()
arange_cases()
print("}  // namespace golden")
