#include <cstdio>

#include "engine/ops/elementwise.h"

namespace {

void print(const char* name, const tt::Tensor& x) {
  std::printf("%s, shape %s\n", name, tt::to_string(x.sizes()).c_str());
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    for (std::int64_t j = 0; j < x.size(1); ++j) {
      std::printf("%10.4f", static_cast<double>(x.at({i, j})));
    }
    std::printf("\n");
  }
}

}  // namespace

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const tt::Tensor x = tt::arange(6).view({2, 3});
  const tt::Tensor bias = tt::from_vector({10, 20, 30}, {3});
  print("x + bias", x + bias);
  print("exp(x.transpose(0, 1))", tt::exp(x.transpose(0, 1)));
}
