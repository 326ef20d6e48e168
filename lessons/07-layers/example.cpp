#include <cstdio>
#include <memory>

#include "engine/nn/layers.h"

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  using namespace tt;
  nn::Sequential net({
      std::make_shared<nn::Linear>(3, 4),
      std::make_shared<nn::ReLU>(),
      std::make_shared<nn::Dropout>(0.5),
      std::make_shared<nn::Linear>(4, 2),
  });
  for (const nn::NamedTensor& each : net.named_parameters()) {
    std::printf("%-10s %-7s %3lld numbers\n", each.name.c_str(),
                to_string(each.tensor.sizes()).c_str(),
                static_cast<long long>(each.tensor.numel()));
  }

  const Tensor x = ones({1, 3});
  for (int i = 0; i < 4; ++i) {
    if (i == 2) {
      net.eval();
    }
    const Tensor y = net(x);
    std::printf("%-9s %8.4f %8.4f\n",
                net.is_training() ? "training:" : "in use:", static_cast<double>(y.at({0, 0})),
                static_cast<double>(y.at({0, 1})));
  }
}
