"""The same chain in PyTorch, one thread: seconds forward and backward, one round a line."""

import sys
import time

import torch

operations, warm_ups, rounds = map(int, sys.argv[1:])
torch.set_num_threads(1)
factor = torch.tensor(1.0)
for turn in range(warm_ups + rounds):
    leaf = torch.tensor(1.0, requires_grad=True)
    started = time.perf_counter()
    x = leaf
    for _ in range(operations):
        x = x * factor
    between = time.perf_counter()
    x.backward()
    ended = time.perf_counter()
    assert leaf.grad.item() == 1
    if turn >= warm_ups:
        print(between - started, ended - between)
