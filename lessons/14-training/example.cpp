#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/data/points.h"
#include "engine/nn/layers.h"
#include "engine/optim/optimizers.h"
#include "engine/train/trainer.h"

using namespace tt;

// Your own playground: change it, press Run, and see what your unit says.
// A network, its optimizer and its trainer, beginning with weights of their own.
struct Training {
  explicit Training(std::uint64_t seed) {
    manual_seed(seed);
    net.push_back(std::make_shared<nn::Linear>(2, 16));
    net.push_back(std::make_shared<nn::Tanh>());
    net.push_back(std::make_shared<nn::Linear>(16, 2));
    adam = std::make_unique<optim::Adam>(net.parameters());
    const data::Example points = data::moons(200, 0.1, 7);
    trainer = std::make_unique<train::Trainer>(
        net, *adam,
        data::DataLoader(std::make_shared<data::TensorDataset>(points.data, points.target),
                         {.batch_size = 20, .shuffle = true, .seed = 1}),
        train::mean_cross_entropy,
        train::TrainerOptions{.max_norm = 1,
                              .schedule = train::CosineSchedule{.lr = 0.1, .steps = 200}});
  }

  nn::Sequential net;
  std::unique_ptr<optim::Adam> adam;
  std::unique_ptr<train::Trainer> trainer;
};

int main() {
  Training whole(1);
  for (int epoch = 0; epoch < 15; ++epoch) {
    whole.trainer->train_epoch();
  }

  // Here it stops. Two others go on from here: one has the weights, one has everything.
  Training weights(2);
  weights.net.load_state_dict(whole.net.state_dict());
  Training checkpoint(3);
  checkpoint.trainer->load(whole.trainer->save());

  std::printf("epoch   never stopped   weights only    checkpoint\n");
  for (int epoch = 15; epoch < 20; ++epoch) {
    std::printf("%5d   %13.6f   %12.6f   %11.6f\n", epoch, whole.trainer->train_epoch().mean,
                weights.trainer->train_epoch().mean, checkpoint.trainer->train_epoch().mean);
  }

  const data::Example test = data::moons(200, 0.1, 8);  // new points
  const data::DataLoader loader(std::make_shared<data::TensorDataset>(test.data, test.target),
                                {.batch_size = 64});
  const train::Score right = train::evaluate(whole.net, loader, train::accuracy);
  std::printf("%.1f%% of %lld new points right\n", 100 * right.mean,
              static_cast<long long>(right.samples));
}
