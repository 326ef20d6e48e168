#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "engine/error.h"
#include "engine/nn/losses.h"
#include "engine/ops/elementwise.h"
#include "engine/record.h"
#include "engine/train/trainer.h"

namespace tt::train {

namespace {

void check_schedule(std::int64_t step, const CosineSchedule& schedule) {
  const auto [lr, min_lr, warmup, steps] = schedule;
  if (!(min_lr >= 0 && min_lr <= lr && std::isfinite(lr))) {
    throw std::invalid_argument("[cosine_schedule] got lr " + std::to_string(lr) + " and min_lr " +
                                std::to_string(min_lr) +
                                ": both must be finite, and min_lr from 0 to lr");
  }
  if (step < 0 || warmup < 0 || warmup > steps) {
    throw std::invalid_argument("[cosine_schedule] got step " + std::to_string(step) + ", warmup " +
                                std::to_string(warmup) + " and steps " + std::to_string(steps) +
                                ": none may be negative, and warmup must be at most steps");
  }
}

}  // namespace

// lr 1, min_lr 0, warmup 3, steps 7 -> 0.25 0.5 0.75 1 0.854 0.5 0.146 0 0 ...
double cosine_schedule(std::int64_t step, const CosineSchedule& schedule) {
  check_schedule(step, schedule);
  [[maybe_unused]] const auto [lr, min_lr, warmup, steps] = schedule;
  if (step >= steps) {
    return min_lr;
  }
  const auto part = [](std::int64_t done, std::int64_t all) {
    return static_cast<double>(done) / static_cast<double>(all);
  };
  return step < warmup
             ? lr * part(step + 1, warmup + 1)
             : std::lerp(
                   min_lr, lr,
                   0.5 + 0.5 * std::cos(std::numbers::pi * part(step - warmup, steps - warmup)));
}

namespace {

void check_max_norm(double max_norm) {
  if (!(max_norm >= 0)) {
    throw std::invalid_argument("[clip_grad_norm_] got max_norm " + std::to_string(max_norm) +
                                ": it must be at least 0");
  }
}

// The sum of the squares of all numbers.
[[maybe_unused]] double sum_of_squares(const Tensor& x) {
  const Silence silence;  // nothing of it is recorded
  const Tensor numbers = x.contiguous();
  const float* from = numbers.data_ptr();
  const std::int64_t count = numbers.numel();
  // Four sums instead of one: else each addition waits for the one before.
  std::array<double, 4> totals = {};
  for (std::int64_t i = 0; i < count; ++i) {
    totals[i % 4] += static_cast<double>(from[i]) * static_cast<double>(from[i]);
  }
  return totals[0] + totals[1] + totals[2] + totals[3];
}

// Multiplies all gradients that there are, in place.
[[maybe_unused]] void scale_gradients(const std::vector<Tensor>& parameters, double factor) {
  const Silence silence;
  for (const Tensor& parameter : parameters) {
    Tensor grad = parameter.grad();
    if (grad.defined()) {
      mul_(grad, full({}, static_cast<float>(factor)));
    }
  }
}

}  // namespace

// Gradients (3,) and (4, 0), max_norm 1 -> gives 5, and they become (0.6,) and (0.8, 0).
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm) {
  check_max_norm(max_norm);
  std::vector<Tensor> with;
  std::copy_if(parameters.begin(), parameters.end(), std::back_inserter(with),
               [](const Tensor& each) { return each.grad().defined(); });
  const double norm =
      std::sqrt(std::accumulate(with.begin(), with.end(), 0.0, [](double sum, const Tensor& each) {
        return sum + sum_of_squares(each.grad());
      }));
  if (std::isnan(norm) || std::isinf(norm)) {
    throw std::invalid_argument("[clip_grad_norm_] the norm must be a finite number");
  }
  if (const double factor = max_norm / (norm + 1e-6); norm > max_norm) {
    scale_gradients(with, factor);
  }
  return norm;
}

Tensor mean_squared_error(const Tensor& output, const Tensor& target) {
  return mse_loss(output, target);
}

Tensor mean_cross_entropy(const Tensor& output, const Tensor& target) {
  return cross_entropy(output, target);
}

// Scores (0.2, 0.7), (0.5, 0.1) and classes 1, 1 -> 0.5.
Tensor accuracy(const Tensor& output, const Tensor& target) {
  check_defined("accuracy", output);
  check_defined("accuracy", target);
  if (output.dim() != 2 || output.size(1) == 0 || target.sizes() != Shape{output.size(0)}) {
    throw std::invalid_argument("[accuracy] got shapes " + to_string(output.sizes()) + " and " +
                                to_string(target.sizes()) +
                                ": they must be (N, C) with at least one class, and (N,)");
  }
  const std::int64_t rows = output.size(0);
  std::int64_t right = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < output.size(1); ++i) {
      best = output.at({row, i}) > output.at({row, best}) ? i : best;
    }
    right += target.at({row}) == static_cast<float>(best) ? 1 : 0;
  }
  return full({}, static_cast<float>(static_cast<double>(right) / static_cast<double>(rows)));
}

Trainer::Trainer(nn::Module& net, optim::Optimizer& optimizer, const data::DataLoader& loader,
                 Criterion loss, const TrainerOptions& options)
    : net_(net), optimizer_(optimizer), loader_(loader), loss_(loss) {
  if (loader_.size() == 0) {
    throw std::invalid_argument("[Trainer] got a loader without a batch: it must have one");
  }
  loader_.set_epoch(loader_.state().epoch);
  set_options(options);
}

void Trainer::set_options(const TrainerOptions& options) {
  if (options.accumulate < 1) {
    throw std::invalid_argument("[Trainer] got accumulate " + std::to_string(options.accumulate) +
                                ": it must be at least 1");
  }
  check_max_norm(options.max_norm);
  if (options.schedule.has_value()) {
    check_schedule(0, *options.schedule);
  }
  options_ = options;
}

// Worked code, to read: after the last batch of an epoch the loader gives nothing, once.
data::Example Trainer::next_batch() {
  std::optional<data::Example> batch = loader_.next();
  if (!batch.has_value()) {
    throw std::invalid_argument(
        "[Trainer] got no batch in the middle of an epoch: the loader must "
        "have the options with which the checkpoint was made");
  }
  ++batches_;
  if (batches_ == loader_.size()) {
    loader_.next();
    batches_ = 0;
  }
  return *batch;
}

// Batches of 3 and 1 samples with losses 2 and 6 -> (3 * 2 + 1 * 6) / 4 = 3, and its gradients.
Score Trainer::accumulate(std::int64_t batches) {
  zero_grad(net_.parameters());
  double sum = 0;
  std::int64_t count = 0;
  while (batches-- > 0) {
    const auto [data, target] = next_batch();
    const Tensor mean = loss_(net_.forward(data), target);
    const auto weight = static_cast<float>(data.size(0));
    const Tensor total = mul(mean, full({}, weight));
    total.backward();
    sum += static_cast<double>(total.item());
    count += data.size(0);
  }
  for (const Tensor& parameter : optimizer_.parameters()) {
    Tensor grad = parameter.grad();
    if (grad.defined()) {
      const Silence silence;
      grad.copy_(div(grad, full({}, static_cast<float>(count))));
    }
  }
  return {sum / static_cast<double>(count), count};
}

// 5 batches an epoch, accumulate 2 -> steps of 2, 2 and 1 batches.
StepReport Trainer::step() {
  StepReport report;
  report.step = step_;
  report.epoch = loader_.state().epoch;
  [[maybe_unused]] const std::int64_t left = loader_.size() - batches_;  // batches of this epoch
  const std::int64_t batches = left < options_.accumulate ? left : options_.accumulate;
  const auto [mean, samples] = accumulate(batches);
  report.grad_norm = clip_grad_norm_(net_.parameters(), options_.max_norm);
  if (const auto& schedule = options_.schedule) {
    optimizer_.set_lr(cosine_schedule(report.step, *schedule));
  }
  optimizer_.step();
  step_ = report.step + 1;
  report.loss = mean;
  report.samples = samples;
  report.lr = optimizer_.lr();
  return report;
}

// Steps over 4, 4 and 2 samples with losses 1, 2 and 3 -> (4 * 1 + 4 * 2 + 2 * 3) / 10 = 1.8.
Score Trainer::train_epoch() {
  double sum = 0;
  std::int64_t count = 0;
  const std::int64_t epoch = loader_.state().epoch;
  while (loader_.state().epoch == epoch) {
    const StepReport report = step();
    sum += report.loss * static_cast<double>(report.samples);
    count += report.samples;
  }
  return {sum / static_cast<double>(count), count};
}

namespace {

// Worked code, to read: a module, then its children and theirs. `train` reaches all of them, so a
// module comes before its children when modes are set.
void note_modes(const nn::Module& module, std::vector<bool>& modes) {
  modes.push_back(module.is_training());
  for (const nn::NamedModule& child : module.named_children()) {
    note_modes(*child.module, modes);
  }
}

void set_modes(nn::Module& module, const std::vector<bool>& modes, std::size_t& next) {
  module.train(modes[next++]);
  for (const nn::NamedModule& child : module.named_children()) {
    set_modes(*child.module, modes, next);
  }
}

}  // namespace

EvalGuard::EvalGuard(nn::Module& net) : net_(net) {
  note_modes(net, before_);
  net.eval();
}

EvalGuard::~EvalGuard() {
  std::size_t next = 0;
  set_modes(net_, before_, next);
}

// Batches of 3 and 1 samples with means 2 and 6 -> 3.
Score evaluate(nn::Module& net, data::DataLoader loader, Criterion criterion) {
  loader.set_epoch(loader.state().epoch);
  const NoGradGuard no_grad;
  const EvalGuard eval(net);
  double sum = 0;
  std::int64_t count = 0;
  while (const std::optional<data::Example> batch = loader.next()) {
    const double mean = criterion(net.forward(batch->data), batch->target).item();
    sum += mean * static_cast<double>(batch->data.size(0));
    count += batch->data.size(0);
  }
  return {sum / static_cast<double>(count), count};
}

namespace {

// The same names, and numbers in memory of their own.
[[maybe_unused]] std::vector<nn::NamedTensor> copies(const std::vector<nn::NamedTensor>& list) {
  const Silence silence;
  std::vector<nn::NamedTensor> all;
  for (const nn::NamedTensor& each : list) {
    all.push_back({each.name, each.tensor.clone()});
  }
  return all;
}

}  // namespace

Snapshot Trainer::snapshot() const {
  Snapshot now;
  now.examples = static_cast<std::int64_t>(loader_.order().size());
  now.batches_per_epoch = loader_.size();
  return {copies(net_.state_dict()),
          copies(optimizer_.state_dict()),
          optimizer_.lr(),
          loader_.state(),
          default_generator().state(),
          step_,
          batches_,
          now.examples,
          now.batches_per_epoch};
}

// Worked code, to read: each of these functions refuses what does not fit.
void Trainer::take(const Snapshot& saved) {
  net_.load_state_dict(saved.net);
  optimizer_.load_state_dict(saved.optimizer);
  optimizer_.set_lr(saved.lr);
  loader_.set_state(saved.loader);
  default_generator().set_state(saved.generator);
  step_ = saved.step;
  batches_ = saved.batches;
}

void Trainer::restore(const Snapshot& saved) {
  const bool fits = saved.examples == static_cast<std::int64_t>(loader_.order().size()) &&
                    saved.batches_per_epoch == loader_.size() && saved.step >= 0 &&
                    saved.batches >= 0 && saved.batches < loader_.size();
  if (!fits) {
    throw std::invalid_argument(
        "[restore] got a snapshot of a loader of " + std::to_string(saved.examples) +
        " examples in " + std::to_string(saved.batches_per_epoch) + " batches, after " +
        std::to_string(saved.batches) + ": it must be one like this, of " +
        std::to_string(loader_.order().size()) + " in " + std::to_string(loader_.size()));
  }
  const Snapshot before = snapshot();
  try {
    take(saved);
  } catch (...) {
    take(before);  // what was changed before the refusal is changed back
    throw;
  }
  // A parameter that was moved before has a gradient, which the next step sets to 0. With momentum
  // it moves then even if no gradient comes. So a parameter needs one if it was moved, and only
  // then.
  const std::vector<Tensor>& parameters = optimizer_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool moved = nn::find_tensor(saved.optimizer, std::to_string(i) + ".step").defined();
    Tensor& grad = parameters[i].node()->grad;
    if (moved != grad.defined()) {
      grad = moved ? zeros(parameters[i].sizes()) : Tensor();
    }
  }
}

// "123456789" -> 0xCBF43926. The bits of each byte are shifted out, the lowest first.
std::uint64_t checksum(const std::string& bytes) {
  std::uint32_t sum = 0xFFFFFFFF;
  for (char byte : bytes) {
    sum ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      sum = (sum & 1) != 0 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
    }
  }
  return sum ^ 0xFFFFFFFF;
}

std::string seal(const std::string& contents) {
  std::string bytes = magic;
  put_number(bytes, format_version, 4);
  put_number(bytes, checksum(contents), 4);
  put_number(bytes, contents.size(), 8);
  return bytes + contents;
}

namespace {

[[maybe_unused]] [[noreturn]] void refuse_bytes(const std::string& got, const std::string& must) {
  throw std::invalid_argument("[unseal] got " + got + ": it must be " + must);
}

}  // namespace

// 24 bytes of envelope and "abc" -> "abc".
std::string unseal(const std::string& bytes) {
  if (bytes.size() < envelope_bytes) {
    refuse_bytes("too few bytes", "a whole checkpoint");
  }
  const std::string contents(bytes.begin() + envelope_bytes, bytes.end());
  // Sealing what is inside must give the same bytes again.
  if (seal(contents) != bytes) {
    const bool ours = bytes.compare(0, 8, magic) == 0;
    const std::uint64_t version = get_number(bytes, 8, 4);
    refuse_bytes(ours ? "version " + std::to_string(version) + ", or broken bytes" : "other bytes",
                 "a whole checkpoint of version " + std::to_string(format_version));
  }
  return contents;
}

}  // namespace tt::train
