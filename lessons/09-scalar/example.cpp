#include <cstdio>
#include <vector>

#include "engine/autograd/scalar.h"

using namespace tt::scalar;

namespace {

// Prints a node, then what it was made of. Only for small graphs: it walks by way, not by node.
void print(const ValueNode& node, int depth) {
  std::printf("%*s%-6s value %9.4f   grad %9.4f\n", 2 * depth, "", node.op, node.value, node.grad);
  for (const Edge& edge : node.inputs) {
    std::printf("%*s| times %.4f\n", 2 * depth + 1, "", edge.derivative);
    print(*edge.node, depth + 1);
  }
}

// Two inputs, three hidden numbers, one output.
Value network(const std::vector<Value>& w, double x0, double x1) {
  Value out = w[12];
  for (std::size_t i = 0; i < 3; ++i) {
    out = out + w[9 + i] * tanh(w[3 * i] * x0 + w[3 * i + 1] * x1 + w[3 * i + 2]);
  }
  return out;
}

}  // namespace

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const Value a = leaf(2);
  const Value b = leaf(3);
  const Value y = a * b + a;
  backward(y);
  print(*y.node(), 0);

  // Learn when exactly one of two inputs is 1: nudge every weight against its gradient.
  std::vector<Value> w;
  for (const double start : {.9, -.7, .1, -.6, .8, .2, .5, .4, -.3, .7, .6, -.5, .1}) {
    w.push_back(leaf(start));
  }
  for (int step = 0; step <= 120; ++step) {
    Value loss = 0;
    for (const double x0 : {0.0, 1.0}) {
      for (const double x1 : {0.0, 1.0}) {
        loss = loss + pow(network(w, x0, x1) - (x0 != x1 ? 1 : 0), 2);
      }
    }
    backward(loss);
    if (step % 20 == 0) {
      std::printf("step %3d   loss %.6f\n", step, loss.value());
    }
    for (Value& each : w) {
      each = leaf(each.value() - 0.1 * each.grad());  // a new leaf, whose grad begins at 0
    }
  }
}
