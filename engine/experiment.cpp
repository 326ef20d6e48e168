#include "engine/experiment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <utility>

#include "engine/autograd/engine.h"
#include "engine/data/loader.h"
#include "engine/data/points.h"
#include "engine/nn/losses.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"
#include "engine/trace.h"

namespace tt {

namespace {

// The test points come from a seed that nobody chooses.
constexpr std::uint64_t test_seed = 1'000'003;
constexpr std::int64_t digit_classes = 10;
constexpr std::int64_t scored_together = 256;

[[noreturn]] void refuse(const std::string& option, const std::string& value,
                         const std::string& rule) {
  throw std::invalid_argument("[Experiment] got the option " + option + " \"" + value +
                              "\": it must be " + rule);
}

template <class Value>
struct Choice {
  const char* name;
  Value value;
};

// Gives the value of a name, or refuses it.
template <class Value, std::size_t N>
Value choose(const std::array<Choice<Value>, N>& choices, const char* option,
             const std::string& name) {
  std::string all;
  for (const Choice<Value>& choice : choices) {
    if (name == choice.name) {
      return choice.value;
    }
    all += std::string(all.empty() ? "" : ", ") + choice.name;
  }
  refuse(option, name, "one of " + all);
}

using MakePoints = data::Example (*)(std::int64_t n, double noise, std::uint64_t seed);
constexpr std::array<Choice<MakePoints>, 6> datasets = {{{"moons", data::moons},
                                                         {"circles", data::circles},
                                                         {"spirals", data::spirals},
                                                         {"gaussians", data::gaussians},
                                                         {"xor", data::xor_points},
                                                         {"digits", nullptr}}};

using MakeModule = std::shared_ptr<nn::Module> (*)();
template <class Layer>
std::shared_ptr<nn::Module> make() {
  return std::make_shared<Layer>();
}
constexpr std::array<Choice<MakeModule>, 4> activations = {{{"relu", make<nn::ReLU>},
                                                            {"sigmoid", make<nn::Sigmoid>},
                                                            {"tanh", make<nn::Tanh>},
                                                            {"gelu", make<nn::GELU>}}};

// Scores (N, 1) as (N,).
Tensor flat(const Tensor& scores) {
  return scores.reshape({scores.numel()});
}

Tensor yes_or_no(const Tensor& scores, const Tensor& target) {
  return binary_cross_entropy_with_logits(flat(scores), target);
}

// Nothing if the score has the right sign, else its size: the mean over the rows. Its gradient in
// the weights is Rosenblatt's rule: add or subtract the examples that are wrong, and only those.
Tensor perceptron_loss(const Tensor& scores, const Tensor& target) {
  const Tensor sides = target * 2.0F - 1.0F;
  return mean(relu(-(flat(scores) * sides)));
}

Tensor right_class(const Tensor& scores, const Tensor& target) {
  return cross_entropy(scores, target);
}

constexpr std::array<Choice<train::Criterion>, 3> losses = {{{"cross_entropy", right_class},
                                                             {"binary_cross_entropy", yes_or_no},
                                                             {"perceptron", perceptron_loss}}};

enum class Rule { sgd, adam, adamw };
constexpr std::array<Choice<Rule>, 3> rules = {
    {{"sgd", Rule::sgd}, {"adam", Rule::adam}, {"adamw", Rule::adamw}}};

// The loss of one row, in `double`.
double loss_of_row(train::Criterion criterion, const float* x, std::int64_t outputs,
                   std::int64_t target) {
  if (criterion == right_class) {
    const double high = *std::max_element(x, x + outputs);
    double sum = 0;
    for (std::int64_t i = 0; i < outputs; ++i) {
      sum += std::exp(x[i] - high);
    }
    return high + std::log(sum) - x[target];
  }
  const double against = target == 1 ? -double(x[0]) : double(x[0]);
  return criterion == perceptron_loss
             ? std::max(against, 0.0)
             : std::max(against, 0.0) + std::log1p(std::exp(-std::abs(against)));
}

// Lines of options.

double read_number(const std::string& name, const std::string& value) {
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (value.empty() || end != value.c_str() + value.size() || !std::isfinite(number)) {
    refuse(name, value, "a number");
  }
  return number;
}

template <class Whole>
Whole read_whole(const std::string& name, const std::string& value) {
  Whole number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end) {
    refuse(name, value, "a whole number");
  }
  return number;
}

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(mark, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void set_option(ExperimentOptions& options, const std::string& name, const std::string& value) {
  if (name == "data") {
    options.data = value;
  } else if (name == "examples") {
    options.examples = read_whole<std::int64_t>(name, value);
  } else if (name == "noise") {
    options.noise = read_number(name, value);
  } else if (name == "hidden") {
    options.hidden.clear();
    for (const std::string& width : split(value, ' ')) {
      options.hidden.push_back(read_whole<std::int64_t>(name, width));
    }
  } else if (name == "activation") {
    options.activation = value;
  } else if (name == "loss") {
    options.loss = value;
  } else if (name == "optimizer") {
    options.optimizer = value;
  } else if (name == "lr") {
    options.lr = read_number(name, value);
  } else if (name == "momentum") {
    options.momentum = read_number(name, value);
  } else if (name == "weight_decay") {
    options.weight_decay = read_number(name, value);
  } else if (name == "batch_size") {
    options.batch_size = read_whole<std::int64_t>(name, value);
  } else if (name == "seed") {
    options.seed = read_whole<std::uint64_t>(name, value);
  } else {
    throw std::invalid_argument("[Experiment] has no option \"" + name + "\"");
  }
}

void check(const ExperimentOptions& options) {
  if (options.examples < 2 || options.examples > 1'000'000) {
    refuse("examples", std::to_string(options.examples), "from 2 to 1,000,000");
  }
  if (options.hidden.size() > 16) {
    refuse("hidden", std::to_string(options.hidden.size()) + " layers", "at most 16 layers");
  }
  for (const std::int64_t width : options.hidden) {
    if (width < 1 || width > 4096) {
      refuse("hidden", std::to_string(width), "from 1 to 4,096");
    }
  }
  if (options.batch_size < 1) {
    refuse("batch_size", std::to_string(options.batch_size), "at least 1");
  }
  const bool one_score = options.loss != "cross_entropy";
  if (one_score && options.data == "digits") {
    refuse("loss", options.loss, "cross_entropy for digits, which are of ten classes");
  }
}

std::string exact(double number) {
  std::array<char, 32> room{};
  std::snprintf(room.data(), room.size(), "%.17g", number);
  return room.data();
}

std::unique_ptr<optim::Optimizer> make_optimizer(const ExperimentOptions& options,
                                                 const std::vector<Tensor>& parameters) {
  const double decay = options.weight_decay;
  switch (choose(rules, "optimizer", options.optimizer)) {
    case Rule::adam:
      return std::make_unique<optim::Adam>(
          parameters, optim::AdamOptions{.lr = options.lr, .weight_decay = decay});
    case Rule::adamw:
      return std::make_unique<optim::AdamW>(
          parameters, optim::AdamWOptions{.lr = options.lr, .weight_decay = decay});
    default:
      return std::make_unique<optim::SGD>(
          parameters,
          optim::SGDOptions{.lr = options.lr, .momentum = options.momentum, .weight_decay = decay});
  }
}

// Histograms.

constexpr std::size_t bins = 40;

Histogram empty_histogram(const std::string& name, double low, double high) {
  return {name, low, high, std::vector<std::int64_t>(bins), 0, 0};
}

void count(Histogram& histogram, double value) {
  if (!std::isfinite(value)) {
    ++histogram.broken;
    return;
  }
  const double place = (value - histogram.low) / (histogram.high - histogram.low) * bins;
  ++histogram.counts[static_cast<std::size_t>(std::clamp(place, 0.0, bins - 1.0))];
}

// Counts the logarithm of a size. It may be infinite, but not NaN.
void count_size(Histogram& histogram, double size) {
  if (size == 0) {
    ++histogram.zeros;
  } else {
    count(histogram, std::log10(std::abs(size)));
  }
}

// A module that is not being trained while this lives, without the student's own guard.
class Asked {
 public:
  explicit Asked(nn::Module& net) : net_(net), before_(net.is_training()) { net.eval(); }
  ~Asked() { net_.train(before_); }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

 private:
  nn::Module& net_;
  bool before_;
  NoGradGuard no_grad_;
};

}  // namespace

std::string print_options(const ExperimentOptions& options) {
  std::string hidden;
  for (const std::int64_t width : options.hidden) {
    hidden += (hidden.empty() ? "" : " ") + std::to_string(width);
  }
  return "data " + options.data + "\nexamples " + std::to_string(options.examples) + "\nnoise " +
         exact(options.noise) + "\nhidden " + hidden + "\nactivation " + options.activation +
         "\nloss " + options.loss + "\noptimizer " + options.optimizer + "\nlr " +
         exact(options.lr) + "\nmomentum " + exact(options.momentum) + "\nweight_decay " +
         exact(options.weight_decay) + "\nbatch_size " + std::to_string(options.batch_size) +
         "\nseed " + std::to_string(options.seed) + "\n";
}

ExperimentOptions parse_options(const std::string& lines) {
  ExperimentOptions options;
  for (const std::string& line : split(lines, '\n')) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    set_option(options, line.substr(0, blank), line.substr(std::min(blank + 1, line.size())));
  }
  return options;
}

Experiment::Experiment(const ExperimentOptions& options, const data::Digits& digits)
    : options_(options) {
  check(options);
  criterion_ = choose(losses, "loss", options.loss);
  if (const MakePoints points = choose(datasets, "data", options.data)) {
    const auto make_set = [&](std::uint64_t seed) {
      const data::Example all = points(options.examples, options.noise, seed);
      return std::make_shared<const data::TensorDataset>(all.data, all.target);
    };
    train_ = make_set(options.seed);
    test_ = make_set(options.seed + test_seed);
  } else if (digits.train != nullptr && digits.test != nullptr) {
    train_ = digits.train;
    test_ = digits.test;
  } else {
    refuse("data", options.data, "a set of points as long as the digits are not there");
  }
  manual_seed(options.seed);
  const MakeModule activation = choose(activations, "activation", options.activation);
  const std::int64_t features = examples(false, 0, 1).data.size(1);
  const std::int64_t classes = options.data == "digits" ? digit_classes : 2;
  net_ = std::make_shared<nn::Sequential>();
  std::int64_t width = features;
  for (const std::int64_t next : options.hidden) {
    net_->push_back(std::make_shared<nn::Linear>(width, next));
    net_->push_back(activation());
    width = next;
  }
  net_->push_back(std::make_shared<nn::Linear>(width, criterion_ == right_class ? classes : 1));
  make_trainer();
}

Experiment::~Experiment() = default;

data::DataLoader Experiment::make_loader() const {
  return data::DataLoader(
      train_, {.batch_size = options_.batch_size, .shuffle = true, .seed = options_.seed});
}

void Experiment::make_trainer() {
  // One is there as long as the old one may be needed.
  auto optimizer = make_optimizer(options_, net_->parameters());
  trainer_ = std::make_unique<train::Trainer>(*net_, *optimizer, make_loader(), criterion_);
  optimizer_ = std::move(optimizer);
}

void Experiment::change(double lr, double momentum, std::int64_t batch_size) {
  const ExperimentOptions before = options_;
  train::Snapshot state = trainer_->snapshot();
  options_.lr = lr;
  options_.momentum = momentum;
  options_.batch_size = batch_size;
  try {
    check(options_);
    make_trainer();
  } catch (...) {
    options_ = before;
    throw;
  }
  state.lr = lr;
  if ((before.momentum > 0) != (momentum > 0)) {
    state.optimizer.clear();
  }
  if (before.batch_size != batch_size) {
    data::DataLoader loader = make_loader();
    loader.set_epoch(state.loader.epoch + (state.batches > 0 ? 1 : 0));
    state.loader = loader.state();
    state.batches = 0;
    state.batches_per_epoch = loader.size();
  }
  trainer_->restore(state);
}

train::StepReport Experiment::step() {
  return trainer_->step();
}

std::vector<std::uint8_t> Experiment::trace_step() {
  data::DataLoader ahead = trainer_->loader();
  std::optional<data::Example> batch = ahead.next();
  if (!batch.has_value()) {
    batch = ahead.next();  // of the next epoch
  }
  const std::vector<nn::NamedTensor> parameters = net_->named_parameters();
  const auto copies = [&] {
    std::vector<Tensor> all;
    for (const nn::NamedTensor& each : parameters) {
      all.push_back(each.tensor.detach().clone());
    }
    return all;
  };
  const auto become = [&](const std::vector<Tensor>& values) {
    const NoGradGuard no_grad;
    for (std::size_t i = 0; i < values.size(); ++i) {
      Tensor parameter = parameters[i].tensor;
      parameter.copy_(values[i]);
    }
  };
  const std::vector<Tensor> before = copies();
  trainer_->step();
  const std::vector<Tensor> after = copies();

  // The same once more, to be seen.
  become(before);
  zero_grad(net_->parameters());
  Trace trace;
  trace.add(batch->data, "data");
  trace.add(batch->target, "target");
  for (const nn::NamedTensor& each : parameters) {
    trace.add(each.tensor, each.name);
  }
  trace.backward(criterion_((*net_)(batch->data), batch->target), {}, false);
  become(after);
  for (const nn::NamedTensor& each : parameters) {
    trace.changed(trace.find(each.tensor), each.tensor);
  }
  return trace.bytes();
}

std::vector<Histogram> Experiment::observe_step() {
  const std::vector<nn::NamedTensor> parameters = net_->named_parameters();
  std::vector<std::vector<float>> before;
  for (const nn::NamedTensor& each : parameters) {
    before.push_back(each.tensor.to_vector());
  }
  trainer_->step();

  std::vector<Histogram> all;
  {
    const Asked asked(*net_);
    Tensor x = examples(true, 0, std::min<std::int64_t>(64, size(true))).data;
    const std::vector<nn::NamedModule>& layers = net_->named_children();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      x = (*layers[i].module)(x);
      // A layer with weights is followed by an activation, or is the last.
      if (i % 2 == 1 || i + 1 == layers.size()) {
        Histogram& out =
            all.emplace_back(empty_histogram(layers[i - i % 2].name + ".activation", -4, 4));
        for (const float value : x.to_vector()) {
          out.zeros += value == 0 ? 1 : 0;
          count(out, value);
        }
      }
    }
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& [name, tensor] = parameters[i];
    Histogram gradients = empty_histogram(name + ".gradient", -9, 1);
    if (tensor.grad().defined()) {
      for (const float value : tensor.grad().to_vector()) {
        count_size(gradients, value);
      }
    }
    Histogram updates = empty_histogram(name + ".update", -9, 1);
    const std::vector<float> after = tensor.to_vector();
    for (std::size_t k = 0; k < after.size(); ++k) {
      if (before[i][k] != 0) {
        count_size(updates, (after[k] - before[i][k]) / before[i][k]);
      }
    }
    all.push_back(std::move(gradients));
    all.push_back(std::move(updates));
  }
  return all;
}

Quality Experiment::quality(bool test, std::int64_t most) {
  Quality found;
  const std::int64_t count = std::min(most, size(test));
  double sum = 0;
  double right = 0;
  for (std::int64_t begin = 0; begin < count; begin += scored_together) {
    const data::Example batch = examples(test, begin, std::min(begin + scored_together, count));
    const Tensor scores = predict(batch.data).contiguous();
    const std::vector<float> target = batch.target.to_vector();
    const float* row = scores.data_ptr();
    for (const float each : target) {
      const auto wanted = static_cast<std::int64_t>(each);
      sum += loss_of_row(criterion_, row, outputs(), wanted);
      right += decide(row, outputs()) == wanted ? 1 : 0;
      row += outputs();
    }
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  found.examples = std::max<std::int64_t>(count, 0);
  found.loss = count > 0 ? sum / static_cast<double>(count) : nan;
  found.accuracy = count > 0 ? right / static_cast<double>(count) : nan;
  return found;
}

double Experiment::loss_of(const Tensor& scores, const Tensor& target) const {
  const std::vector<float> numbers = scores.to_vector();
  const std::vector<float> wanted = target.to_vector();
  const auto width = numbers.size() / std::max<std::size_t>(wanted.size(), 1);
  double sum = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    sum += loss_of_row(criterion_, numbers.data() + i * width, static_cast<std::int64_t>(width),
                       static_cast<std::int64_t>(wanted[i]));
  }
  return sum / static_cast<double>(wanted.size());
}

Tensor Experiment::predict(const Tensor& inputs) {
  const Asked asked(*net_);
  const Tensor scores = (*net_)(inputs);
  const Shape wanted = {inputs.size(0), outputs()};
  if (scores.sizes() != wanted) {
    throw std::invalid_argument("[Experiment] got scores of shape " + to_string(scores.sizes()) +
                                " from the network: they must be " + to_string(wanted));
  }
  return scores;
}

data::Example Experiment::examples(bool test, std::int64_t begin, std::int64_t end) const {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = begin; i < end; ++i) {
    indices.push_back(i);
  }
  return (test ? test_ : train_)->get_batch(indices);
}

std::int64_t Experiment::size(bool test) const {
  return (test ? test_ : train_)->size();
}

std::int64_t Experiment::features() const {
  return examples(false, 0, 1).data.size(1);
}

std::int64_t Experiment::outputs() const {
  return criterion_ != right_class ? 1 : options_.data == "digits" ? digit_classes : 2;
}

std::int64_t Experiment::parameters() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : net_->parameters()) {
    count += parameter.numel();
  }
  return count;
}

std::string Experiment::save() const {
  const std::string options = print_options(options_);
  std::string contents;
  train::put_number(contents, options.size(), 8);
  return train::seal(contents + options + trainer_->save());
}

std::unique_ptr<Experiment> Experiment::load(const std::string& bytes, const data::Digits& digits) {
  const std::string contents = train::unseal(bytes);
  const std::uint64_t length =
      contents.size() < 8 ? contents.size() : train::get_number(contents, 0, 8);
  if (contents.size() < 8 || length > contents.size() - 8) {
    throw std::invalid_argument("[Experiment] got a checkpoint that is none of an experiment");
  }
  const auto size = static_cast<std::size_t>(length);
  auto made = std::make_unique<Experiment>(parse_options(contents.substr(8, size)), digits);
  made->trainer_->load(contents.substr(8 + size));
  return made;
}

std::int64_t Experiment::decide(const float* scores, std::int64_t outputs) {
  return outputs == 1 ? (scores[0] > 0 ? 1 : 0)
                      : std::max_element(scores, scores + outputs) - scores;
}

}  // namespace tt
