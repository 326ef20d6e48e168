#include <cstdio>

#include "engine/autograd/derivatives.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/reduce.h"

namespace {

void print(const char* name, const tt::Tensor& x) {
  std::printf("%-20s shape %-7s", name, tt::to_string(x.sizes()).c_str());
  for (float value : x.to_vector()) {
    std::printf("%8.3f", static_cast<double>(value));
  }
  std::printf("\n");
}

// What comes later and is made of y: a loss whose gradient in y is dout.
float loss(const tt::Tensor& x, const tt::Tensor& w, const tt::Tensor& dout) {
  return tt::sum(tt::mul(tt::mul(x, w), dout)).item();
}

}  // namespace

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const tt::Tensor x = tt::from_vector({1, 2, 3, 4, 5, 6}, {2, 3});
  tt::Tensor w = tt::from_vector({10, 20, 30}, {3});
  const tt::Tensor dout = tt::from_vector({1, 0, 2, 0, -1, 1}, {2, 3});
  const tt::Tensor y = tt::mul(x, w);
  print("y = x * w", y);
  print("dout", dout);

  // What mul left behind, and the function that is registered for each of its inputs.
  const tt::autograd::Recorded op("mul", {x, w}, y);
  const auto& rules = tt::autograd::derivatives_of("mul");
  print("dx", rules[0].derivative(op, dout));
  print("dw", rules[1].derivative(op, dout));

  // The same by nudging: each element of w takes a run of its own.
  const float before = loss(x, w, dout);
  tt::Tensor nudged = tt::zeros({3});
  for (std::int64_t i = 0; i < 3; ++i) {
    w.at({i}) += 0.125F;
    nudged.at({i}) = (loss(x, w, dout) - before) / 0.125F;
    w.at({i}) -= 0.125F;
  }
  print("dw by nudging", nudged);
}
