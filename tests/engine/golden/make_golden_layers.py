"""Writes golden_layers.h: what PyTorch's layers and initialisations do, for tests/engine.

Operands show a storage whose element i is ((7 * i) % 11 - 5) / 2; parameter number k of a network
is filled with ((5 * i + k) % 13 - 6) / 8.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_layers.py > tests/engine/golden/golden_layers.h
"""

import random

import numpy
import torch
from torch import nn

random.seed(7)

KINDS = ["contiguous", "turned", "gaps", "stretched"]


def operand(shape, kind):
    """A tensor of this shape: contiguous, with its axes turned around, with gaps, or stretched."""
    count = 1
    for extent in shape:
        count *= extent
    storage = torch.tensor([((7 * i) % 11 - 5) / 2 for i in range(2 * count + 8)])
    if kind == "contiguous":
        return storage[2 : 2 + count].view(shape)
    if kind == "turned":
        return storage[3 : 3 + count].view(shape[::-1]).permute(list(range(len(shape)))[::-1])
    if kind == "gaps":
        return storage[1 : 1 + 2 * count].view(shape[:-1] + [2 * shape[-1]])[..., ::2]
    kept = [1 if axis % 2 == 0 else extent for axis, extent in enumerate(shape)]
    return operand(kept, "contiguous").expand(shape)


def fill(parameters):
    with torch.no_grad():
        for k, parameter in enumerate(parameters):
            values = [((5 * i + k) % 13 - 6) / 8 for i in range(parameter.numel())]
            parameter.copy_(torch.tensor(values).view(parameter.shape))


def braces(items):
    return "{" + ", ".join(str(int(item)) for item in items) + "}"


def view(x):
    return "%s, %s, %d" % (braces(x.shape), braces(x.stride()), x.storage_offset())


def numbers(x):
    return "{" + ", ".join(str(numpy.float32(v)) + "f" for v in x.flatten().tolist()) + "}"


def arguments_of(name, call):
    """What `call` hands to the tensor method `name`, which fills with random numbers."""
    seen = []
    original = getattr(torch.Tensor, name)
    setattr(torch.Tensor, name, lambda self, *rest: seen.extend(rest) or self)
    try:
        call()
    finally:
        setattr(torch.Tensor, name, original)
    return seen


print("""// Written by make_golden_layers.py with PyTorch %s; do not edit.
// clang-format off
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/shape.h"

/// What PyTorch's layers answer.
namespace golden {

using tt::Shape;
using tt::Strides;

/// `x` shows the storage whose element i is ((7 * i) %% 11 - 5) / 2. The weight (out, in) holds
/// ((5 * i) %% 13 - 6) / 8, the bias, if there is one, ((5 * i + 1) %% 13 - 6) / 8.
struct LinearCase {
  Shape sizes;
  Strides strides;
  std::int64_t offset;
  std::int64_t out_features;
  bool bias;
  Shape result;
  std::vector<float> values;
};

struct InitCase {
  Shape sizes;
  double a;
  std::int64_t fan_in;
  std::int64_t fan_out;
  double kaiming_bound;
  double kaiming_stddev;
  double xavier_bound;
  double xavier_stddev;
};

/// The names and shapes of a network's parameters, in order. Number k is filled with
/// ((5 * i + k) %% 13 - 6) / 8, and x of shape (2, 3) with ((7 * i) %% 11 - 5) / 2.
struct NetworkCase {
  std::string name;
  std::vector<std::pair<std::string, Shape>> parameters;
  std::vector<float> values;
};
""" % torch.__version__)

print("inline const std::vector<LinearCase> linear_cases = {")
for shape in [[3], [1], [2, 3], [5, 1], [1, 4], [2, 5, 3], [1, 1, 2], [2, 1, 4, 3], [0, 3], [2, 0, 3]]:
    for out_features, bias in [(4, True), (1, False), (1, True)]:
        x = operand(shape, random.choice(KINDS) if 0 not in shape else "contiguous")
        layer = nn.Linear(shape[-1], out_features, bias)
        fill(layer.parameters())
        with torch.no_grad():
            y = layer(x)
        print("    {%s, %d, %s, %s, %s}," % (
            view(x), out_features, "true" if bias else "false", braces(y.shape), numbers(y)))
print("};\n")

print("inline const std::vector<InitCase> init_cases = {")
for shape in [[2, 3], [3, 2], [1, 1], [128, 784], [10, 128], [6, 3, 5, 5], [4, 2, 3], [1, 7]]:
    for a in [0, 1, 5 ** 0.5]:
        w = torch.empty(shape)
        fans = nn.init._calculate_fan_in_and_fan_out(w)
        print("    {%s, %r, %d, %d, %r, %r, %r, %r}," % (
            braces(shape), float(a), *fans,
            arguments_of("uniform_", lambda: nn.init.kaiming_uniform_(w, a))[1],
            arguments_of("normal_", lambda: nn.init.kaiming_normal_(w, a))[1],
            arguments_of("uniform_", lambda: nn.init.xavier_uniform_(w))[1],
            arguments_of("normal_", lambda: nn.init.xavier_normal_(w))[1]))
print("};\n")

NETWORKS = {
    "plain": nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)),
    "nested": nn.Sequential(
        nn.Linear(3, 3, False),
        nn.Sequential(nn.Tanh(), nn.Sequential(nn.Linear(3, 2), nn.Sigmoid())),
        nn.GELU(), nn.Linear(2, 1)),
    "empty": nn.Sequential(nn.Sequential(), nn.ReLU()),
}
shared = nn.Linear(3, 3)
NETWORKS["shared"] = nn.Sequential(shared, nn.GELU(approximate="tanh"), shared)
print("inline const std::vector<NetworkCase> network_cases = {")
for name, network in NETWORKS.items():
    fill(network.parameters())
    x = torch.tensor([((7 * i) % 11 - 5) / 2 for i in range(6)]).view(2, 3)
    with torch.no_grad():
        y = network(x)
    listed = ", ".join('{"%s", %s}' % (key, braces(p.shape)) for key, p in network.named_parameters())
    print('    {"%s", {%s}, %s},' % (name, listed, numbers(y)))
print("};\n")

print("""/// The bounds of a new Linear(in, out): those of its weight and of its bias.
struct LinearBound {
  std::int64_t in_features;
  double weight;
  double bias;
};

inline const std::vector<LinearBound> linear_bounds = {""")
for size in [1, 3, 4, 128, 784]:
    bounds = arguments_of("uniform_", lambda: nn.Linear(size, 2))
    print("    {%d, %r, %r}," % (size, bounds[1], bounds[3]))
print("};\n\n}  // namespace golden")
