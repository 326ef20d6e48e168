// The trainer against PyTorch, and what must stay true whatever is trained.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/data/points.h"
#include "engine/memory.h"
#include "engine/nn/layers.h"
#include "engine/nn/losses.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"
#include "engine/optim/optimizers.h"
#include "engine/random.h"
#include "engine/train/file.h"
#include "engine/train/trainer.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_training.h"

using namespace tt;
using namespace tt::train;
using data::DataLoader;
using data::TensorDataset;

namespace {

std::shared_ptr<nn::Sequential> network(std::int64_t inputs, std::int64_t hidden,
                                        std::int64_t outputs, double dropout = 0) {
  auto net = std::make_shared<nn::Sequential>();
  net->push_back(std::make_shared<nn::Linear>(inputs, hidden));
  net->push_back(std::make_shared<nn::Tanh>());
  if (dropout > 0) {
    net->push_back(std::make_shared<nn::Dropout>(dropout));
  }
  net->push_back(std::make_shared<nn::Linear>(hidden, outputs));
  return net;
}

std::shared_ptr<TensorDataset> moons(std::int64_t count, std::uint64_t seed = 0) {
  const data::Example points = data::moons(count, 0.1, seed);
  return std::make_shared<TensorDataset>(points.data, points.target);
}

std::vector<float> numbers_of(const nn::Module& net) {
  std::vector<float> all;
  for (const Tensor& parameter : net.parameters()) {
    const std::vector<float> values = parameter.to_vector();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

// As in make_golden_training.py.
struct Golden {
  std::shared_ptr<nn::Sequential> net = network(2, 5, 3);
  std::unique_ptr<optim::AdamW> optimizer;
  std::unique_ptr<Trainer> trainer;

  Golden() {
    std::size_t k = 0;
    for (Tensor parameter : net->parameters()) {
      float* values = parameter.data_ptr();
      for (std::int64_t i = 0; i < parameter.numel(); ++i) {
        values[i] = static_cast<float>((5 * i + 3 * static_cast<std::int64_t>(k)) % 13 - 6) / 8;
      }
      ++k;
    }
    std::vector<float> x;
    std::vector<float> y;
    for (int i = 0; i < 11; ++i) {
      x.push_back(static_cast<float>((7 * i) % 11 - 5) / 4);
      x.push_back(static_cast<float>((3 * i) % 11 - 5) / 4);
      y.push_back(static_cast<float>(i % 3));
    }
    const auto dataset =
        std::make_shared<TensorDataset>(from_vector(x, {11, 2}), from_vector(y, {11}));
    optimizer = std::make_unique<optim::AdamW>(net->parameters(),
                                               optim::AdamWOptions{.lr = 0.1, .weight_decay = 0.1});
    trainer = std::make_unique<Trainer>(
        *net, *optimizer, DataLoader(dataset, {.batch_size = 3}), mean_cross_entropy,
        TrainerOptions{
            .accumulate = 2,
            .max_norm = 0.2,
            .schedule = CosineSchedule{.lr = 0.1, .min_lr = 0.01, .warmup = 2, .steps = 8}});
  }
};

}  // namespace

TEST_CASE("steps of unequal batches, clipped and scheduled, are those of PyTorch") {
  Golden golden;
  for (std::size_t step = 0; step < golden::training_losses.size(); ++step) {
    const StepReport report = golden.trainer->step();
    CAPTURE(step);
    CHECK(report.step == static_cast<std::int64_t>(step));
    CHECK(report.samples == (step % 2 == 0 ? 6 : 5));
    CHECK(report.epoch == static_cast<std::int64_t>(step / 2));
    CHECK(report.loss == doctest::Approx(golden::training_losses[step]).epsilon(1e-5));
    CHECK(report.grad_norm == doctest::Approx(golden::training_norms[step]).epsilon(1e-4));
    CHECK(report.lr == doctest::Approx(golden::training_rates[step]).epsilon(1e-6));
  }
  const std::vector<Tensor> parameters = golden.net->parameters();
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const std::vector<float> values = parameters[k].to_vector();
    for (std::size_t i = 0; i < values.size(); ++i) {
      CHECK(values[i] == doctest::Approx(golden::training_parameters[k][i]).epsilon(1e-3));
    }
  }
}

TEST_CASE("cosine_schedule rises, reaches its peak, falls and stays") {
  const CosineSchedule schedule = {.lr = 1, .min_lr = 0.1, .warmup = 3, .steps = 7};
  CHECK(cosine_schedule(0, schedule) == doctest::Approx(0.25));
  CHECK(cosine_schedule(2, schedule) == doctest::Approx(0.75));
  CHECK(cosine_schedule(3, schedule) == doctest::Approx(1));
  CHECK(cosine_schedule(5, schedule) == doctest::Approx(0.55));
  CHECK(cosine_schedule(7, schedule) == 0.1);
  CHECK(cosine_schedule(1000, schedule) == 0.1);
  CHECK(cosine_schedule(0, {.lr = 1, .steps = 0}) == 0);
  CHECK_REFUSES(cosine_schedule(-1, schedule), "none may be negative");
  CHECK_REFUSES(cosine_schedule(0, {.lr = 1, .min_lr = 2, .steps = 3}), "min_lr from 0 to lr");
  CHECK_REFUSES(cosine_schedule(0, {.lr = 1, .warmup = 4, .steps = 3}), "at most steps");
}

TEST_CASE("clip_grad_norm_ takes the norm of all gradients together") {
  Tensor a = zeros({2, 2}).requires_grad_();
  Tensor b = zeros({2}).requires_grad_();
  const Tensor without = zeros({3}).requires_grad_();
  a.node()->grad = from_vector({3, -1, 0.5, 2}, {2, 2});
  b.node()->grad = from_vector({4, -0.25}, {2});
  const std::vector<Tensor> parameters = {a, without, b};

  SUBCASE("and scales them as PyTorch does") {
    CHECK(clip_grad_norm_(parameters, 2.5) == doctest::Approx(golden::clipped_norm));
    const std::vector<float> first = a.grad().to_vector();
    for (std::size_t i = 0; i < first.size(); ++i) {
      CHECK(first[i] == doctest::Approx(golden::clipped_gradients[0][i]).epsilon(1e-5));
    }
    CHECK(b.grad().to_vector()[0] == doctest::Approx(golden::clipped_gradients[1][0]));
    CHECK_FALSE(without.grad().defined());
  }
  SUBCASE("and leaves those that are short enough") {
    clip_grad_norm_(parameters, 100);
    clip_grad_norm_(parameters, std::numeric_limits<double>::infinity());
    CHECK(a.grad().to_vector() == std::vector<float>{3, -1, 0.5, 2});
  }
  SUBCASE("and gives 0 for no gradient") {
    CHECK(clip_grad_norm_({without}, 1) == 0);
  }
  SUBCASE("and refuses what is not finite, and changes nothing") {
    b.grad().data_ptr()[1] = std::numeric_limits<float>::quiet_NaN();
    CHECK_REFUSES(clip_grad_norm_(parameters, 1), "must be finite");
    CHECK(a.grad().to_vector() == std::vector<float>{3, -1, 0.5, 2});
    CHECK_REFUSES(clip_grad_norm_({a}, -1), "at least 0");
  }
}

TEST_CASE("several batches together make the step of one") {
  // 10 samples: as one batch, or as batches of 4, 4 and 2.
  const auto dataset = moons(10);
  const auto train_with = [&](std::int64_t batch_size, std::int64_t accumulate) {
    manual_seed(3);
    const auto net = network(2, 6, 2);
    optim::SGD sgd(net->parameters(), {.lr = 0.5});
    Trainer trainer(*net, sgd, DataLoader(dataset, {.batch_size = batch_size}), mean_cross_entropy,
                    {.accumulate = accumulate, .max_norm = 0.3});
    const StepReport report = trainer.step();
    CHECK(report.samples == 10);
    CHECK(trainer.steps() == 1);
    std::vector<float> all = numbers_of(*net);
    all.push_back(static_cast<float>(report.loss));
    return all;
  };
  const std::vector<float> one = train_with(10, 1);
  const std::vector<float> three = train_with(4, 3);
  const std::vector<float> many = train_with(4, 100);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(three[i] == doctest::Approx(one[i]).epsilon(1e-4));
    CHECK(many[i] == doctest::Approx(one[i]).epsilon(1e-4));
  }
}

TEST_CASE("evaluate weighs every sample the same, and changes nothing") {
  manual_seed(1);
  const auto net = network(2, 6, 2, 0.5);
  const auto dataset = moons(10);
  const DataLoader loader(dataset, {.batch_size = 4, .shuffle = true});
  const Score score = evaluate(*net, loader, mean_cross_entropy);
  CHECK(score.samples == 10);

  net->eval();
  const data::Example all = dataset->get_batch({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(score.mean ==
        doctest::Approx(mean_cross_entropy((*net)(all.data), all.target).item()).epsilon(1e-5));
  net->train();

  const std::vector<float> before = numbers_of(*net);
  const Generator::State random = default_generator().state();
  net->named_children()[2].module->eval();  // one child of another mode
  evaluate(*net, loader, accuracy);
  CHECK(numbers_of(*net) == before);
  CHECK(default_generator().state() == random);
  CHECK(net->is_training());
  CHECK_FALSE(net->named_children()[2].module->is_training());
  for (const Tensor& parameter : net->parameters()) {
    CHECK_FALSE(parameter.grad().defined());
  }

  const Criterion broken = [](const Tensor&, const Tensor&) -> Tensor {
    throw std::invalid_argument("broken");
  };
  CHECK_REFUSES(evaluate(*net, loader, broken), "broken");
  CHECK(net->is_training());
}

TEST_CASE("accuracy counts the rows whose largest score is that of their class") {
  const Tensor scores = from_vector({1, 2, 3, 0, 5, 5}, {3, 2});
  CHECK(accuracy(scores, from_vector({1, 0, 0}, {3})).item() == 1);
  CHECK(accuracy(scores, from_vector({0, 0, 1}, {3})).item() == doctest::Approx(1.0 / 3));
  CHECK_REFUSES(accuracy(scores, zeros({2})), "[accuracy]");
}

TEST_CASE("a training that was interrupted goes on bit by bit") {
  const auto dataset = moons(50);
  const auto make = [&](std::uint64_t seed) {
    struct Parts {
      std::shared_ptr<nn::Sequential> net;
      std::unique_ptr<optim::Adam> adam;
      std::unique_ptr<Trainer> trainer;
    };
    manual_seed(seed);
    Parts parts;
    parts.net = network(2, 8, 2, 0.3);  // dropout: the generator must go on too
    parts.adam =
        std::make_unique<optim::Adam>(parts.net->parameters(), optim::AdamOptions{.lr = 0.05});
    parts.trainer = std::make_unique<Trainer>(
        *parts.net, *parts.adam, DataLoader(dataset, {.batch_size = 8, .shuffle = true, .seed = 4}),
        mean_cross_entropy,
        TrainerOptions{.accumulate = 2,
                       .max_norm = 1,
                       .schedule = CosineSchedule{.lr = 0.05, .warmup = 3, .steps = 40}});
    return parts;
  };
  const auto whole = make(1);
  for (int step = 0; step < 5; ++step) {
    whole.trainer->step();
  }
  const std::string saved = whole.trainer->save();
  std::vector<double> expected;
  for (int step = 0; step < 12; ++step) {
    expected.push_back(whole.trainer->step().loss);
  }

  const auto other = make(77);  // other weights, another place of the generator
  other.trainer->step();
  other.trainer->load(saved);
  CHECK(other.trainer->steps() == 5);
  for (int step = 0; step < 12; ++step) {
    CHECK(other.trainer->step().loss == expected[static_cast<std::size_t>(step)]);
  }
  CHECK(numbers_of(*other.net) == numbers_of(*whole.net));
  CHECK(other.trainer->save() == whole.trainer->save());
}

TEST_CASE("a checkpoint that is broken is refused, and nothing changes") {
  const auto dataset = moons(20);
  const auto net = network(2, 4, 2);
  const auto wide = network(2, 5, 2);  // made first: it draws from the generator that is saved
  optim::SGD sgd(net->parameters(), {.lr = 0.1, .momentum = 0.9});
  Trainer trainer(*net, sgd, DataLoader(dataset, {.batch_size = 5}), mean_cross_entropy);
  trainer.step();
  const std::string saved = trainer.save();
  trainer.step();
  const std::string now = trainer.save();

  CHECK_REFUSES(trainer.load(""), "it must be a checkpoint");
  CHECK_REFUSES(trainer.load("tinytorch?" + saved), "it must be a checkpoint");
  for (std::size_t size = 8; size < saved.size(); size += 7) {
    CHECK_THROWS_AS(trainer.load(saved.substr(0, size)), std::invalid_argument);
  }
  CHECK_REFUSES(trainer.load(saved + "x"), "bytes of contents");
  for (std::size_t place = 0; place < saved.size(); place += 3) {
    std::string changed = saved;
    changed[place] = static_cast<char>(changed[place] ^ 0x10);
    CHECK_THROWS_AS(trainer.load(changed), std::invalid_argument);
  }
  std::string later = saved;
  later[8] = 2;
  CHECK_REFUSES(trainer.load(later), "version 2");

  // Whole, but of another network, optimizer or loader.
  optim::SGD of_wide(wide->parameters(), {.lr = 0.1, .momentum = 0.9});
  const Trainer other(*wide, of_wide, DataLoader(dataset, {.batch_size = 5}), mean_cross_entropy);
  CHECK_THROWS_AS(trainer.load(other.save()), std::invalid_argument);
  optim::Adam adam(net->parameters());
  Trainer with_adam(*net, adam, DataLoader(dataset, {.batch_size = 5}), mean_cross_entropy);
  CHECK_THROWS_AS(with_adam.load(saved), std::invalid_argument);
  Trainer of_four(*net, sgd, DataLoader(dataset, {.batch_size = 4}), mean_cross_entropy);
  CHECK_REFUSES(of_four.load(saved), "it must be one like this");

  CHECK(trainer.save() == now);
}

TEST_CASE("contents of a checkpoint that are nonsense are refused without asking for memory") {
  Snapshot snapshot;
  snapshot.net.push_back({"weight", ones({2, 3})});
  const std::string good = unseal(encode(snapshot));
  CHECK(decode(seal(good)).net[0].tensor.to_vector() == std::vector<float>(6, 1));
  for (std::size_t place = 0; place < good.size(); ++place) {
    std::string changed = good;
    changed[place] = static_cast<char>(changed[place] ^ 0x7F);
    try {
      decode(seal(changed));  // some bytes are numbers, which may be any
    } catch (const std::invalid_argument&) {
    }
    CHECK_THROWS_AS(decode(seal(good.substr(0, place))), std::invalid_argument);
  }
}

TEST_CASE("a file is whole, the old one or the new one") {
  const std::string path = "training_test.checkpoint";
  write_file(path, "first");
  write_file(path, std::string("second\0", 7));
  CHECK(read_file(path) == std::string("second\0", 7));
  std::remove(path.c_str());
  CHECK_THROWS_AS(read_file(path), std::runtime_error);
  CHECK_THROWS_AS(write_file("no/such/folder/file", "x"), std::runtime_error);
}

TEST_CASE("gradients that are not finite stop a step, and leave the weights") {
  const auto dataset = std::make_shared<TensorDataset>(
      full({4, 2}, std::numeric_limits<float>::infinity()), zeros({4}));
  const auto net = network(2, 3, 2);
  optim::SGD sgd(net->parameters(), {.lr = 0.1});
  Trainer trainer(*net, sgd, DataLoader(dataset, {.batch_size = 4}), mean_cross_entropy);
  const std::vector<float> before = numbers_of(*net);
  CHECK_THROWS_AS(trainer.step(), std::invalid_argument);
  CHECK(numbers_of(*net) == before);
  CHECK(trainer.steps() == 0);
}

TEST_CASE("one batch can be learned by heart") {
  manual_seed(0);
  const auto net = network(2, 16, 2);
  optim::Adam adam(net->parameters(), {.lr = 0.02});
  Trainer trainer(*net, adam, DataLoader(moons(8), {.batch_size = 8}), mean_cross_entropy);
  double loss = 0;
  for (int step = 0; step < 600; ++step) {
    loss = trainer.step().loss;
  }
  CHECK(loss < 1e-3);
}

TEST_CASE("the loss falls, whatever the first weights are") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    manual_seed(seed);
    const auto net = network(2, 8, 2);
    optim::SGD sgd(net->parameters(), {.lr = 0.2, .momentum = 0.9});
    Trainer trainer(*net, sgd, DataLoader(moons(100), {.batch_size = 10, .shuffle = true}),
                    mean_cross_entropy);
    const Score first = trainer.train_epoch();
    Score last;
    for (int epoch = 0; epoch < 10; ++epoch) {
      last = trainer.train_epoch();
    }
    CAPTURE(seed);
    CHECK(first.samples == 100);
    CHECK(last.mean < 0.6 * first.mean);
  }
}

TEST_CASE("from its second step on, a training needs no more memory") {
  const auto net = network(2, 8, 2);
  optim::Adam adam(net->parameters());
  Trainer trainer(*net, adam, DataLoader(moons(40), {.batch_size = 10, .shuffle = true}),
                  mean_cross_entropy);
  trainer.step();
  trainer.step();
  const std::int64_t live = memory_stats().live_bytes;
  for (int step = 0; step < 1000; ++step) {
    trainer.step();
    REQUIRE(memory_stats().live_bytes == live);
  }
}
