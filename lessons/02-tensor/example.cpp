#include <cstdio>

#include "engine/tensor.h"

// Prints a matrix, one line a row, and how it is read.
void print(const char* name, const tt::Tensor& x) {
  std::printf("%s: sizes %s, strides %s, offset %lld\n", name, tt::to_string(x.sizes()).c_str(),
              tt::to_string(x.strides()).c_str(), static_cast<long long>(x.storage_offset()));
  for (std::int64_t row = 0; row < x.size(0); ++row) {
    for (std::int64_t column = 0; column < x.size(1); ++column) {
      std::printf("%5g", static_cast<double>(x.at({row, column})));
    }
    std::printf("\n");
  }
}

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const tt::Tensor x = tt::from_vector({0, 1, 2, 3, 4, 5}, {2, 3});
  print("x", x);

  tt::Tensor y = x.permute({1, 0});
  print("y", y);
  print("part of y", y.slice(0, 1));

  y.at({0, 1}) = 99;
  print("x after y.at({0, 1}) = 99", x);
}
