#include <cstdio>

#include "engine/counters.h"
#include "engine/ops/matmul.h"

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const tt::Tensor a = tt::from_vector({1, 2, 3, 4, 5, 6}, {2, 3});
  const tt::Tensor b = tt::from_vector({7, 8, 9, 10, 11, 12}, {3, 2});

  tt::reset_counters();
  const tt::Tensor out = tt::matmul(a, b);
  std::printf("%s by %s gives %s\n", tt::to_string(a.sizes()).c_str(),
              tt::to_string(b.sizes()).c_str(), tt::to_string(out.sizes()).c_str());
  for (std::int64_t i = 0; i < out.size(0); ++i) {
    for (std::int64_t j = 0; j < out.size(1); ++j) {
      std::printf("%8.1f", static_cast<double>(out.at({i, j})));
    }
    std::printf("\n");
  }
  std::printf("%lld operations\n", static_cast<long long>(tt::counters().flops));
}
