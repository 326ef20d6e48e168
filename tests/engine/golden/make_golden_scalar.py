"""Writes golden_scalar.h: what PyTorch answers to expressions of single numbers, in double
precision, for tests/engine to compare with.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_scalar.py > tests/engine/golden/golden_scalar.h
"""

import torch


def shared(a, b, c):
    t = torch.tanh(a + b)
    s = t * t + t / c
    return s * t - s


# The same list stands in scalar_test.cpp.
EXPRESSIONS = [
    lambda a, b, c: a * b + a + 0 * c,
    lambda a, b, c: (a - b) / c,
    lambda a, b, c: torch.tanh(a * b - c),
    lambda a, b, c: torch.exp(a / b) * torch.log(c),
    lambda a, b, c: torch.relu(a) * b + torch.relu(-a) * c,
    lambda a, b, c: a**3 - c**0.5 * b**-1 + c**0,
    shared,
    lambda a, b, c: -(a * a) * a + 2 * b / (c + 1) - 1,
    lambda a, b, c: torch.log(1 + torch.exp(a - b)) + (3 - c) + 2 / b,
]

INPUTS = [(2, 3, 1), (-0.5, 1.5, 0.25), (0, -2, 4), (1.25, -0.75, 2.5), (-3, 0.5, 0.1)]

print(f"// Written by make_golden_scalar.py with PyTorch {torch.__version__}; do not edit.")
print("// clang-format off\n#pragma once\n\n#include <vector>\n")
print("/// What PyTorch answers to the expressions in scalar_test.cpp.")
print("namespace golden {\n")
print("struct ScalarCase {\n  int expression;\n  double a, b, c;\n  double value, da, db, dc;\n};\n")
print("inline const std::vector<ScalarCase> scalar_cases = {")
for number, expression in enumerate(EXPRESSIONS):
    for inputs in INPUTS:
        leaves = [torch.tensor(float(x), dtype=torch.float64, requires_grad=True) for x in inputs]
        y = expression(*leaves)
        y.backward()
        grads = [0.0 if leaf.grad is None else leaf.grad.item() for leaf in leaves]
        row = [number] + [repr(float(x)) for x in inputs] + [repr(y.item())] + [repr(g) for g in grads]
        print("    {" + ", ".join(map(str, row)) + "},")
print("};\n\n}  // namespace golden")
