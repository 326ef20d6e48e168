"""The same step in PyTorch, one thread: seconds of a step, one round a line."""

import sys
import time

import torch

# Debian's plain BLAS is ten times as slow, and no measure of PyTorch.
with open("/proc/self/maps") as maps:
    if "/blas/libblas.so" in maps.read():
        sys.exit("PyTorch has only a plain BLAS")

warm_ups, rounds, steps = map(int, sys.argv[1:])
torch.set_num_threads(1)
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
criterion = torch.nn.CrossEntropyLoss()
x = torch.rand(64, 784)
y = torch.randint(0, 10, (64,))
for turn in range(warm_ups + rounds):
    started = time.perf_counter()
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
    ended = time.perf_counter()
    assert loss.item() < 2.4
    if turn >= warm_ups:
        print((ended - started) / steps)
