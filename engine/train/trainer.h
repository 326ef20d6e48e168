#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/data/loader.h"
#include "engine/nn/module.h"
#include "engine/optim/optimizer.h"
#include "engine/tensor.h"
#include "engine/train/checkpoint.h"

namespace tt::train {

/// A learning rate that first rises and then falls along half a wave of a cosine.
struct CosineSchedule {
  double lr = 1e-3;         // the highest, in step `warmup`
  double min_lr = 0;        // the lowest, from step `steps` on
  std::int64_t warmup = 0;  // how many steps come before the highest
  std::int64_t steps = 0;   // where it has fallen to the lowest
};

/// Gives the learning rate of a step, the first of which is number 0. It rises in `warmup` even
/// strides from lr / (warmup + 1) to `lr`, falls from there to `min_lr`, and stays. Throws
/// `std::invalid_argument` if a rate is negative or not finite, if `min_lr` is above `lr`, if a
/// number of steps is negative, or if `warmup` is above `steps`.
/// Source: Loshchilov and Hutter, SGDR, https://arxiv.org/abs/1608.03983, equation 5
double cosine_schedule(std::int64_t step, const CosineSchedule& schedule);

/// Gives the norm of all gradients together: the root of the sum of the squares of all their
/// numbers, added up in `double`. If it is above `max_norm`, multiplies all of them by
/// max_norm / (norm + 1e-6), in place. Parameters without a gradient count as 0. Throws
/// `std::invalid_argument`, and changes nothing, if the norm is infinite or NaN, or if `max_norm`
/// is negative or NaN. It may be infinite: then nothing is changed.
/// Source: Pascanu, Mikolov and Bengio, https://arxiv.org/abs/1211.5063, algorithm 1
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm);

/// Says with one number, a mean over the samples of a batch, how good what the network gave is.
using Criterion = Tensor (*)(const Tensor& output, const Tensor& target);

/// `mse_loss` and `cross_entropy`, as criteria.
Tensor mean_squared_error(const Tensor& output, const Tensor& target);
Tensor mean_cross_entropy(const Tensor& output, const Tensor& target);

/// Gives the share of rows whose largest score is that of their class: output (N, C) and target
/// (N,). Of equal scores the first one counts. Throws `std::invalid_argument` if the shapes are not
/// these.
Tensor accuracy(const Tensor& output, const Tensor& target);

/// A mean, and of how many samples it is.
struct Score {
  double mean = 0;
  std::int64_t samples = 0;
};

/// Gives the mean of a criterion over all samples that a loader gives in its epoch: each sample
/// counts the same, whatever its batch. The network is not being trained meanwhile (`eval`), no
/// gradients are recorded, and nothing is changed: the loader is a copy, and each module is as it
/// was afterwards, also if something throws. The mean of no samples is NaN.
Score evaluate(nn::Module& net, data::DataLoader loader, Criterion criterion);

/// While one lives, a module and all its children are not being trained. Afterwards each is as it
/// was.
class EvalGuard {
 public:
  explicit EvalGuard(nn::Module& net);
  ~EvalGuard();
  EvalGuard(const EvalGuard&) = delete;
  EvalGuard& operator=(const EvalGuard&) = delete;

 private:
  nn::Module& net_;
  std::vector<bool> before_;
};

/// How a `Trainer` trains.
struct TrainerOptions {
  std::int64_t accumulate = 1;  // how many batches one step looks at, one after the other
  double max_norm = std::numeric_limits<double>::infinity();  // see `clip_grad_norm_`
  std::optional<CosineSchedule> schedule = {};  // else the learning rate is the optimizer's
};

/// What one step did.
struct StepReport {
  std::int64_t step = 0;   // its number, from 0 on
  std::int64_t epoch = 0;  // whose samples they were
  std::int64_t samples = 0;
  double loss = 0;       // the mean over these samples, before the weights moved
  double grad_norm = 0;  // before clipping
  double lr = 0;
};

/// Trains a network. Everything happens in steps, which may be done one at a time.
///
///   Trainer trainer(net, adam, loader, mean_cross_entropy, {.max_norm = 1});
///   trainer.train_epoch();
///   const StepReport report = trainer.step();
///   const std::string checkpoint = trainer.save();
class Trainer {
 public:
  /// Trains `net` with `optimizer`: both must live as long as the trainer. The loader is a copy,
  /// which begins its epoch from the start. Throws `std::invalid_argument` if the loader has no
  /// batch, or as `set_options`.
  Trainer(nn::Module& net, optim::Optimizer& optimizer, const data::DataLoader& loader,
          Criterion loss, const TrainerOptions& options = {});
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// Does one step: the gradients of the next `accumulate` batches of this epoch, or of as many as
  /// it has left, clipping, the learning rate, and a step of the optimizer. The modes of the
  /// modules stay as they are. Throws `std::invalid_argument` if the gradients are not finite: then
  /// the batches are used up, and nothing else has changed.
  StepReport step();

  /// Goes on to the end of this epoch, and gives the mean loss over its samples: each one counts
  /// the same.
  Score train_epoch();

  /// Makes the gradients those of the mean loss over the next `batches` batches, and gives that
  /// mean. Only one batch needs memory at a time. The first part of a step.
  Score accumulate(std::int64_t batches);

  /// Options may change between two steps. Throws `std::invalid_argument` if `accumulate` is below
  /// 1, or as `clip_grad_norm_` and `cosine_schedule`.
  void set_options(const TrainerOptions& options);
  const TrainerOptions& options() const { return options_; }

  /// How many steps have been done, and what the loader gives next.
  std::int64_t steps() const { return step_; }
  const data::DataLoader& loader() const { return loader_; }

  /// Gives everything that decides what comes next.
  Snapshot snapshot() const;

  /// Goes on from there: from here on, every bit is as if there had been no break, and
  /// `default_generator` too. Throws `std::invalid_argument`, and changes nothing, if the snapshot
  /// does not fit this network, optimizer or loader.
  void restore(const Snapshot& saved);

  /// The same as bytes. `load` throws also as `decode`, and then changes nothing.
  std::string save() const { return encode(snapshot()); }
  void load(const std::string& bytes) { restore(decode(bytes)); }

 private:
  data::Example next_batch();
  void take(const Snapshot& saved);

  nn::Module& net_;
  optim::Optimizer& optimizer_;
  data::DataLoader loader_;
  [[maybe_unused]] Criterion loss_;  // before its step is written, nobody reads it
  TrainerOptions options_;
  std::int64_t step_ = 0;     // how many steps have been done
  std::int64_t batches_ = 0;  // how many batches this epoch has given
};

}  // namespace tt::train
