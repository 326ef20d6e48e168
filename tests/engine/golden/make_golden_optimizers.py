"""Writes golden_optimizers.h: where PyTorch's optimizers move parameters, for tests/engine.

Element i of parameter k begins at ((5 * i + k) % 13 - 6) / 8, and its gradient in step t, from 1 to
10, is ((7 * i + 5 * t + 3 * k) % 11 - 5) / 4. In steps 3 to 5, parameter 1 has no gradient.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_optimizers.py > tests/engine/golden/golden_optimizers.h
"""

import numpy
import torch

SHAPES = [[2, 3], [4], [], [2, 1, 2], [0]]


def numbers(x):
    return "{" + ", ".join(str(numpy.float32(v)) + "f" for v in x.flatten().tolist()) + "}"


def lists(tensors):
    return "{" + ",\n      ".join(numbers(x) for x in tensors) + "}"


def begin(k, shape):
    count = int(numpy.prod(shape))
    values = [((5 * i + k) % 13 - 6) / 8 for i in range(count)]
    return torch.tensor(values, dtype=torch.float32).view(shape).requires_grad_()


def gradient(k, shape, t):
    if k == 1 and 3 <= t <= 5:
        return None
    count = int(numpy.prod(shape))
    values = [((7 * i + 5 * t + 3 * k) % 11 - 5) / 4 for i in range(count)]
    return torch.tensor(values, dtype=torch.float32).view(shape)


CASES = [
    ("SGD", dict(lr=0.1)),
    ("SGD", dict(lr=0.1, weight_decay=0.3)),
    ("SGD", dict(lr=0.05, momentum=0.9)),
    ("SGD", dict(lr=0.05, momentum=0.9, weight_decay=0.2)),
    ("SGD", dict(lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.1)),
    ("SGD", dict(lr=0.05, momentum=1.1)),
    ("Adam", dict(lr=0.01)),
    ("Adam", dict(lr=0.1, betas=(0.5, 0.75))),
    ("Adam", dict(lr=0.1, betas=(0.0, 0.0))),
    ("Adam", dict(lr=0.05, betas=(0.9, 0.99), eps=0.1, weight_decay=0.3)),
    ("AdamW", dict(lr=0.01, weight_decay=0.01)),
    ("AdamW", dict(lr=0.1, betas=(0.8, 0.95), weight_decay=0.5)),
    ("AdamW", dict(lr=0.1, eps=0.01, weight_decay=0)),
]

print("""// Written by make_golden_optimizers.py with PyTorch %s; do not edit.
// clang-format off
#pragma once

#include <string>
#include <vector>

#include "engine/shape.h"

/// Where PyTorch's optimizers move parameters. How these begin, and their gradients, is written in
/// make_golden_optimizers.py. From step 6 on, the learning rate is half of what it was.
namespace golden {

using tt::Shape;

inline const std::vector<Shape> optimizer_shapes = {%s};

/// `after_1` and `after_10` hold the parameters after 1 and 10 steps, `moments` what is remembered
/// about each of them after 10.
struct OptimizerCase {
  std::string kind;
  double lr;
  double momentum;
  double weight_decay;
  bool nesterov;
  double beta1;
  double beta2;
  double eps;
  std::vector<std::vector<float>> after_1;
  std::vector<std::vector<float>> after_10;
  std::vector<std::vector<float>> moments;
};

inline const std::vector<OptimizerCase> optimizer_cases = {""" % (
    torch.__version__, ", ".join("{" + ", ".join(map(str, shape)) + "}" for shape in SHAPES)))
for kind, options in CASES:
    parameters = [begin(k, shape) for k, shape in enumerate(SHAPES)]
    optimizer = getattr(torch.optim, kind)(parameters, **options)
    for t in range(1, 11):
        for k, parameter in enumerate(parameters):
            parameter.grad = gradient(k, SHAPES[k], t)
        if t == 6:
            optimizer.param_groups[0]["lr"] /= 2
        optimizer.step()
        if t == 1:
            first = [parameter.detach().clone() for parameter in parameters]
    state = [optimizer.state[parameter] for parameter in parameters]
    names = ["exp_avg", "exp_avg_sq"] if kind != "SGD" else ["momentum_buffer"]
    moments = [each[name] for each in state for name in names if each.get(name) is not None]
    beta1, beta2 = options.get("betas", (0.9, 0.999))
    print('    {"%s", %r, %r, %r, %s, %r, %r, %r,\n     %s,\n     %s,\n     %s},' % (
        kind, options["lr"], float(options.get("momentum", 0)), float(options.get("weight_decay", 0)),
        "true" if options.get("nesterov") else "false", beta1, beta2, options.get("eps", 1e-8),
        lists(first), lists(parameter.detach() for parameter in parameters), lists(moments)))
print("};\n\n}  // namespace golden")
