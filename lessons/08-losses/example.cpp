#include <cstdio>

#include "engine/nn/losses.h"

namespace {

void print(const char* name, const tt::Tensor& x) {
  std::printf("%-22s", name);
  for (float value : x.to_vector()) {
    std::printf("%9.4f", static_cast<double>(value));
  }
  std::printf("\n");
}

}  // namespace

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const tt::Tensor guess = tt::from_vector({3, 8, 5}, {3});
  const tt::Tensor truth = tt::from_vector({5, 8, 1}, {3});
  print("mse, each", tt::mse_loss(guess, truth, tt::Reduction::none));
  print("mse, mean", tt::mse_loss(guess, truth));

  const tt::Tensor logits = tt::from_vector({2, 1, 0, 60, 10, -50}, {2, 3});
  const tt::Tensor classes = tt::from_vector({0, 2}, {2});
  print("cross entropy, each", tt::cross_entropy(logits, classes, tt::Reduction::none));
  print("cross entropy, mean", tt::cross_entropy(logits, classes));
  print("second row ignored", tt::cross_entropy(logits, classes, tt::Reduction::mean, 2));
}
