#include <cstdio>

#include "engine/ops/activations.h"
#include "engine/ops/matmul.h"

namespace {

void print(const char* name, const tt::Tensor& x) {
  std::printf("%-16s", name);
  for (float value : x.to_vector()) {
    std::printf("%9.4f", static_cast<double>(value));
  }
  std::printf("\n");
}

}  // namespace

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const tt::Tensor x = tt::from_vector({-3, 0, 2}, {3, 1});
  const tt::Tensor w1 = tt::from_vector({1, -1}, {1, 2});
  const tt::Tensor w2 = tt::from_vector({1, 1}, {2, 1});
  print("x", x);
  print("no bend", tt::matmul(tt::matmul(x, w1), w2));
  print("with relu", tt::matmul(tt::relu(tt::matmul(x, w1)), w2));

  const tt::Tensor scores = tt::from_vector({1, 2, 3, 1, 3, 3}, {2, 3});
  print("softmax(s, 1)", tt::softmax(scores, 1));
  print("softmax(s, 0)", tt::softmax(scores, 0));
  print("with s + 100", tt::softmax(tt::add(scores, tt::full({}, 100)), 1));
}
