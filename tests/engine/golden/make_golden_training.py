"""Writes golden_training.h: what PyTorch trains, clips and schedules, for tests/engine.

The network is Linear(2, 5), Tanh, Linear(5, 3). Element i of its parameter k begins at
((5 * i + 3 * k) % 13 - 6) / 8. Example i of 11 has the data ((7 * i) % 11 - 5) / 4 and
((3 * i) % 11 - 5) / 4, and the class i % 3. Batches of 3 in order: 3, 3, 3 and 2 examples, two
batches a step, so an epoch has two steps, of 6 and of 5 examples.

Regenerate (Debian: apt install python3-torch):
    /usr/bin/python3 tests/engine/golden/make_golden_training.py > tests/engine/golden/golden_training.h
"""

import numpy
import torch

STEPS, WARMUP, LR, MIN_LR, MAX_NORM = 8, 2, 0.1, 0.01, 0.2


def numbers(x):
    return "{" + ", ".join(str(numpy.float32(v)) + "f" for v in x.flatten().tolist()) + "}"


def doubles(values):
    return "{" + ", ".join(repr(float(v)) for v in values) + "}"


net = torch.nn.Sequential(torch.nn.Linear(2, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3))
with torch.no_grad():
    for k, parameter in enumerate(net.parameters()):
        values = [((5 * i + 3 * k) % 13 - 6) / 8 for i in range(parameter.numel())]
        parameter.copy_(torch.tensor(values).view(parameter.shape))
x = torch.tensor([[((7 * i) % 11 - 5) / 4, ((3 * i) % 11 - 5) / 4] for i in range(11)])
y = torch.tensor([i % 3 for i in range(11)])

optimizer = torch.optim.AdamW(net.parameters(), lr=LR, weight_decay=0.1)
warm = torch.optim.lr_scheduler.LinearLR(
    optimizer, start_factor=1 / (WARMUP + 1), end_factor=1, total_iters=WARMUP
)
wave = torch.optim.lr_scheduler.CosineAnnealingLR(
    optimizer, T_max=STEPS - WARMUP, eta_min=MIN_LR
)
schedule = torch.optim.lr_scheduler.SequentialLR(optimizer, [warm, wave], [WARMUP])

rates, losses, norms = [], [], []
for step in range(STEPS):
    first, last = (0, 6) if step % 2 == 0 else (6, 11)
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(x[first:last]), y[first:last])
    loss.backward()
    norms.append(torch.nn.utils.clip_grad_norm_(net.parameters(), MAX_NORM).item())
    rates.append(optimizer.param_groups[0]["lr"])
    losses.append(loss.item())
    optimizer.step()
    schedule.step()
rates.append(optimizer.param_groups[0]["lr"])

gradients = [torch.tensor([[3.0, -1.0], [0.5, 2.0]]), torch.tensor([4.0, -0.25])]
clipped = [torch.zeros(g.shape).requires_grad_() for g in gradients]
for parameter, gradient in zip(clipped, gradients):
    parameter.grad = gradient.clone()
norm = torch.nn.utils.clip_grad_norm_(clipped, 2.5).item()

print("#pragma once\n")
print("// Written by make_golden_training.py: do not edit.\n")
print("#include <vector>\n")
print("namespace tt::golden {\n")
print(f"inline const std::vector<double> training_rates = {doubles(rates)};")
print(f"inline const std::vector<double> training_losses = {doubles(losses)};")
print(f"inline const std::vector<double> training_norms = {doubles(norms)};")
print("inline const std::vector<std::vector<float>> training_parameters = {")
print(",\n".join("    " + numbers(p.detach()) for p in net.parameters()) + "};")
print(f"inline const double clipped_norm = {norm!r};")
print("inline const std::vector<std::vector<float>> clipped_gradients = {")
print(",\n".join("    " + numbers(p.grad) for p in clipped) + "};")
print("\n}  // namespace tt::golden")
