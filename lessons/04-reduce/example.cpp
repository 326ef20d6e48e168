#include <cstdio>

#include "engine/ops/reduce.h"

namespace {

void print(const char* name, const tt::Tensor& x) {
  std::printf("%-14s shape %-7s", name, tt::to_string(x.sizes()).c_str());
  for (float value : x.to_vector()) {
    std::printf("%8.2f", static_cast<double>(value));
  }
  std::printf("\n");
}

}  // namespace

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const tt::Tensor x = tt::from_vector({1, 2, 3, 4, 5, 9}, {3, 2});
  print("x", x);
  print("sum(x)", tt::sum(x));
  print("sum(x, {0})", tt::sum(x, {0}));
  print("sum(x, {1})", tt::sum(x, {1}));
  print("with keepdim", tt::sum(x, {1}, true));
  print("sum_to (2,)", tt::sum_to(x, {2}));
}
