#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/data/digits.h"
#include "engine/nn/layers.h"
#include "engine/optim/optimizers.h"
#include "engine/tensor.h"
#include "engine/train/trainer.h"

namespace tt {

/// What is trained on what, and how. The same options give the same numbers, bit by bit.
struct ExperimentOptions {
  // moons, circles, spirals, gaussians, xor or digits: see engine/data/points.h and digits.h
  std::string data = "moons";
  std::int64_t examples = 400;  // points to train with; as many others test. Of no use for digits
  double noise = 0.1;           // of the points
  std::vector<std::int64_t> hidden = {16};  // how many outputs each hidden layer has
  std::string activation = "relu";          // relu, sigmoid, tanh or gelu: after each hidden layer
  // cross_entropy (one score a class), binary_cross_entropy or perceptron (one score: above 0 it
  // means class 1; only for two classes)
  std::string loss = "cross_entropy";
  std::string optimizer = "sgd";  // sgd, adam or adamw
  double lr = 0.1;
  double momentum = 0;  // of sgd
  double weight_decay = 0;
  std::int64_t batch_size = 32;
  std::uint64_t seed = 0;  // decides about points, first weights and orders
};

/// Gives the options as lines: a name, a blank, and a value; `hidden` has one value a layer.
std::string print_options(const ExperimentOptions& options);

/// Reads such lines. What they do not name keeps its default. Throws `std::invalid_argument` for a
/// name or a value that there is not.
ExperimentOptions parse_options(const std::string& lines);

/// How good a network is at examples: computed from its scores in `double`, without the engine's
/// losses.
struct Quality {
  double loss = 0;      // the mean; NaN of no examples
  double accuracy = 0;  // the share that is right
  std::int64_t examples = 0;
};

/// How often values lie where: `counts[i]` of them in the i-th of equal parts from `low` to `high`.
/// Those outside are counted in the first and the last part.
struct Histogram {
  std::string name;
  double low = 0;
  double high = 0;
  std::vector<std::int64_t> counts;
  std::int64_t zeros = 0;   // values of exactly 0, of which there is no logarithm
  std::int64_t broken = 0;  // values that are infinite or NaN
};

/// A network while it is trained: for somebody who looks on, stops, changes options and goes on.
class Experiment {
 public:
  /// Makes points, first weights, an optimizer and a trainer. Throws `std::invalid_argument` if an
  /// option is not one, or if `digits` are needed and are not there.
  explicit Experiment(const ExperimentOptions& options, const data::Digits& digits = {});
  ~Experiment();
  Experiment(const Experiment&) = delete;
  Experiment& operator=(const Experiment&) = delete;

  const ExperimentOptions& options() const { return options_; }

  /// Changes the learning rate, the momentum and the batch size from the next step on. A new batch
  /// size begins a new epoch. The optimizer forgets what it remembers if there was no momentum
  /// before, or is none now. Throws `std::invalid_argument`, and changes nothing, if one cannot be.
  void change(double lr, double momentum, std::int64_t batch_size);

  /// Does one step of the trainer.
  train::StepReport step();

  /// Does one step, and gives a trace of it: see docs/trace.md. The batch is computed twice: by
  /// this and by the trainer.
  std::vector<std::uint8_t> trace_step();

  /// Does one step, and gives histograms of what it did, three for each layer with weights: what
  /// comes out of it, or out of the activation behind it, for examples of the test set (from -4 to
  /// 4); the sizes of its gradients, and how far its weights moved by their own size, both as
  /// logarithms to base 10 (from -9 to 1).
  std::vector<Histogram> observe_step();

  /// Asks the network about the examples to train with, or about the others: about the first
  /// `most` of them.
  Quality quality(bool test, std::int64_t most);

  /// Gives the scores of the network: inputs (N, features) give (N, outputs). It is not being
  /// trained meanwhile.
  Tensor predict(const Tensor& inputs);

  /// Gives examples `begin` to `end`, as a batch.
  data::Example examples(bool test, std::int64_t begin, std::int64_t end) const;
  std::int64_t size(bool test) const;

  /// How many numbers an example has, how many scores the network gives, and how many numbers it
  /// learns.
  std::int64_t features() const;
  std::int64_t outputs() const;
  std::int64_t parameters() const;

  /// Gives everything that is needed to go on from here, elsewhere: options and checkpoint. It does
  /// not hold the digits.
  std::string save() const;

  /// Makes the experiment that was saved. Throws `std::invalid_argument` if these are not its bytes
  /// or if `digits` are not those it had.
  static std::unique_ptr<Experiment> load(const std::string& bytes,
                                          const data::Digits& digits = {});

  train::Trainer& trainer() { return *trainer_; }
  nn::Sequential& net() { return *net_; }
  train::Criterion criterion() const { return criterion_; }

  /// Gives the class that a row of scores stands for.
  static std::int64_t decide(const float* scores, std::int64_t outputs);

  /// Gives the loss of these scores, computed in `double`: the mean over the rows.
  double loss_of(const Tensor& scores, const Tensor& target) const;

 private:
  data::DataLoader make_loader() const;
  void make_trainer();

  ExperimentOptions options_;
  std::shared_ptr<const data::Dataset> train_;
  std::shared_ptr<const data::Dataset> test_;
  train::Criterion criterion_ = nullptr;
  std::shared_ptr<nn::Sequential> net_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  std::unique_ptr<train::Trainer> trainer_;
};

}  // namespace tt
