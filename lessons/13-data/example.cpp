#include <cstdio>
#include <memory>

#include "engine/autograd/engine.h"
#include "engine/data/loader.h"
#include "engine/nn/layers.h"
#include "engine/nn/losses.h"

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  using namespace tt;

  // 200 points on two half circles: first all of class 0, then all of class 1.
  const data::Example points = data::moons(200, 0.1, 7);
  const auto dataset = std::make_shared<data::TensorDataset>(points.data, points.target);
  data::DataLoader loader(dataset, {.batch_size = 20, .shuffle = true, .seed = 1});

  manual_seed(1);
  nn::Sequential net({
      std::make_shared<nn::Linear>(2, 16),
      std::make_shared<nn::Tanh>(),
      std::make_shared<nn::Linear>(16, 2),
  });
  const std::vector<Tensor> weights = net.parameters();

  for (int epoch = 0; epoch < 20; ++epoch) {
    for (const data::Example& batch : loader) {
      const Tensor loss = cross_entropy(net(batch.data), batch.target);
      zero_grad(weights);
      loss.backward();
      const NoGradGuard no_grad;  // a step of learning is no part of the next graph
      for (Tensor weight : weights) {
        add_(weight, weight.grad(), -1.0F);
      }
    }
  }

  const NoGradGuard no_grad;
  const data::Example test = data::moons(200, 0.1, 8);  // new points
  const Tensor scores = net(test.data);
  int right = 0;
  for (std::int64_t i = 0; i < 200; ++i) {
    const bool one = scores.at({i, 1}) > scores.at({i, 0});
    right += one == (test.target.at({i}) == 1) ? 1 : 0;
  }
  std::printf("%d of 200 new points right\n", right);
}
