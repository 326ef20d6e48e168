#include <cstdio>

#include "engine/autograd/engine.h"
#include "engine/nn/losses.h"
#include "engine/ops/activations.h"
#include "engine/ops/matmul.h"
#include "engine/ops/operators.h"
#include "engine/optim/optimizers.h"
#include "engine/random.h"

namespace {

tt::Tensor random_leaf(tt::Generator& generator, const tt::Shape& shape) {
  tt::Tensor x = tt::empty(shape);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr()[i] = generator.normal();
  }
  return x.requires_grad_();
}

}  // namespace

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  // Is exactly one of the two inputs 1?
  const tt::Tensor x = tt::from_vector({0, 0, 0, 1, 1, 0, 1, 1}, {4, 2});
  const tt::Tensor target = tt::from_vector({0, 1, 1, 0}, {4, 1});

  for (const double lr : {0.02, 0.2, 0.6}) {
    tt::Generator generator(1);
    const std::vector<tt::Tensor> weights = {random_leaf(generator, {2, 8}),
                                             random_leaf(generator, {8}),
                                             random_leaf(generator, {8, 1})};
    tt::optim::Adam optimizer(weights, {.lr = lr});
    std::printf("lr %.2f ", lr);
    for (int step = 0; step <= 60; ++step) {
      const tt::Tensor hidden = tanh(matmul(x, weights[0]) + weights[1]);
      const tt::Tensor loss = tt::mse_loss(matmul(hidden, weights[2]), target);
      if (step % 20 == 0) {
        std::printf("  step %2d: %.4f", step, static_cast<double>(loss.item()));
      }
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
    std::printf("\n");
  }
}
