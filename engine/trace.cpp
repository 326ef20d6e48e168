#include "engine/trace.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <stdexcept>

#include "engine/autograd/engine.h"

namespace tt {

namespace {

enum Kind : std::uint8_t {
  kind_text = 1,
  kind_tensor,
  kind_operation,
  kind_backward,
  kind_arrival,
  kind_contribution,
  kind_gradient,
  kind_error,
  kind_dropped,
  kind_changed,
};

enum Flag : std::uint8_t {
  flag_requires_grad = 1,
};

constexpr std::int64_t values_written = 64;  // enough for a small tensor in a figure
constexpr std::int64_t values_looked_at = 1 << 16;

// "/home/me/tinytorch/engine/ops/matmul.cpp" -> "engine/ops/matmul.cpp".
std::string unit_of(const char* file) {
  const std::string path = file;
  const std::size_t at = path.rfind("engine/");
  return at == std::string::npos ? path : path.substr(at);
}

std::string written(const Attribute& attribute) {
  if (attribute.tensor.defined()) {
    return "tensor " + to_string(attribute.tensor.sizes());
  }
  if (attribute.integers.empty() && attribute.number != 0) {
    return std::to_string(attribute.number);
  }
  return attribute.integers.size() == 1 ? std::to_string(attribute.integers[0])
                                        : to_string(attribute.integers);
}

}  // namespace

// One record: its kind, the number of bytes that follow, and these. Little endian, as every machine
// is that runs this.
class Trace::Record {
 public:
  explicit Record(Kind kind) : bytes_(head) { bytes_[0] = kind; }

  Record& byte(std::size_t value) { return raw(static_cast<std::uint8_t>(value)); }
  Record& number(std::uint32_t value) { return raw(value); }
  Record& real(double value) { return raw(value); }

  Record& words(const std::string& text) {
    for (char letter : text) {
      raw(letter);
    }
    return *this;
  }

  Record& shape(const Shape& shape) {
    byte(shape.size());
    for (std::int64_t extent : shape) {
      real(static_cast<double>(extent));
    }
    return *this;
  }

  // How many elements were looked at, the least, the greatest, the mean and the standard deviation
  // of the finite ones, how many are NaN and infinite, and the first ones.
  Record& summary(const Tensor& x);

  const std::vector<std::uint8_t>& bytes() const {
    const auto length = static_cast<std::uint32_t>(bytes_.size() - head);
    std::memcpy(bytes_.data() + 1, &length, sizeof length);
    return bytes_;
  }

 private:
  static constexpr std::size_t head = 5;

  template <class Value>
  Record& raw(Value value) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return *this;
  }

  mutable std::vector<std::uint8_t> bytes_;
};

Trace::Record& Trace::Record::summary(const Tensor& x) {
  const std::int64_t count = std::min(x.numel(), values_looked_at);
  const Shape& shape = x.sizes();
  const Strides& strides = x.strides();
  const float* first = x.data_ptr();
  const auto value = [&](std::int64_t i) {
    std::int64_t offset = 0;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      offset += i % shape[axis] * strides[axis];
      i /= shape[axis];
    }
    return first[offset];
  };
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;
  double sum = 0;
  std::uint32_t nans = 0;
  std::uint32_t infinities = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double each = value(i);
    if (std::isnan(each)) {
      ++nans;
    } else if (std::isinf(each)) {
      ++infinities;
    } else {
      least = std::min(least, each);
      greatest = std::max(greatest, each);
      sum += each;
    }
  }
  const double finite = static_cast<double>(count) - nans - infinities;
  const double mean = sum / finite;
  double squares = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double each = value(i);
    squares += std::isfinite(each) ? (each - mean) * (each - mean) : 0;
  }
  real(static_cast<double>(count)).real(least).real(greatest).real(mean);
  real(std::sqrt(squares / finite)).number(nans).number(infinities);
  const std::int64_t shown = std::min(count, values_written);
  byte(static_cast<std::size_t>(shown));
  for (std::int64_t i = 0; i < shown; ++i) {
    raw(value(i));
  }
  return *this;
}

Trace::Trace(TraceLimits limits) : limits_(limits) {
  clear();
  add_listener(*this);
}

Trace::~Trace() {
  remove_listener(*this);
}

void Trace::clear() {
  bytes_.resize(8);
  std::memcpy(bytes_.data(), "TTRC", 4);
  std::memcpy(bytes_.data() + 4, &version, sizeof version);
  tensors_.clear();
  by_node_.clear();
  by_place_.clear();
  texts_.clear();
  arrived_.clear();
  full_ = false;
  end_ = bytes_.size();
  dropped_ = 0;
  last_ = counters();
}

const std::vector<std::uint8_t>& Trace::bytes() {
  if (full_) {
    bytes_.resize(end_);  // without the count from an earlier call
    const Record record = Record(kind_dropped).number(dropped_);
    bytes_.insert(bytes_.end(), record.bytes().begin(), record.bytes().end());
  }
  return bytes_;
}

// Keeps a record if there is room for it. Others may speak of one that did not fit, so from then on
// none is kept.
bool Trace::take(const Record& record) {
  const std::vector<std::uint8_t>& more = record.bytes();
  full_ =
      full_ || bytes_.size() + more.size() > limits_.bytes || tensors_.size() >= limits_.tensors;
  if (full_) {
    ++dropped_;
    return false;
  }
  bytes_.insert(bytes_.end(), more.begin(), more.end());
  end_ = bytes_.size();
  return true;
}

std::uint32_t Trace::text(const std::string& words) {
  const auto [place, fresh] = texts_.try_emplace(words, texts_.size() + 1);
  if (fresh) {
    take(Record(kind_text).number(place->second).words(words));
  }
  return place->second;
}

std::uint32_t Trace::find(const Tensor& x) const {
  if (x.node() != nullptr) {
    const auto known = by_node_.find(x.node().get());
    return known == by_node_.end() ? 0 : known->second;
  }
  const auto known = by_place_.find({x.data_ptr(), {x.sizes(), x.strides()}});
  return known == by_place_.end() ? 0 : known->second;
}

const Tensor& Trace::tensor(std::uint32_t number) const {
  if (number == 0 || number > tensors_.size()) {
    throw std::invalid_argument("[trace] got the number " + std::to_string(number) +
                                " of a tensor: it must be from 1 to " +
                                std::to_string(tensors_.size()));
  }
  return tensors_[number - 1];
}

std::uint32_t Trace::remember(const Tensor& x) {
  tensors_.push_back(x);
  const auto number = static_cast<std::uint32_t>(tensors_.size());
  if (x.node() != nullptr) {
    by_node_[x.node().get()] = number;
  } else {
    by_place_[{x.data_ptr(), {x.sizes(), x.strides()}}] = number;
  }
  return number;
}

std::uint32_t Trace::add(const Tensor& x, const std::string& name) {
  const std::uint32_t known = find(x);
  if (known > 0 || full_) {
    return known;
  }
  const std::uint32_t named = text(name);
  const std::size_t flags = x.requires_grad() ? flag_requires_grad : 0;
  Record record(kind_tensor);
  record.number(static_cast<std::uint32_t>(tensors_.size() + 1)).number(named).byte(flags);
  record.shape(x.sizes()).summary(x);
  return take(record) ? remember(x) : 0;
}

void Trace::parameter(const char* name, Tensor& tensor) {
  add(tensor, name);
}

Counters Trace::work_since_last() {
  const Counters now = counters();
  const Counters work = {now.flops - last_.flops, now.bytes_read - last_.bytes_read,
                         now.bytes_written - last_.bytes_written};
  last_ = now;
  return work;
}

void Trace::operation(const Operation& operation) {
  if (full_) {
    ++dropped_;
    return;
  }
  const Counters work = work_since_last();
  std::vector<std::uint32_t> inputs;
  for (const Tensor& input : operation.inputs) {
    inputs.push_back(add(input));
  }
  const Tensor& out = operation.output;
  const std::uint32_t name = text(operation.name);
  const std::uint32_t unit = text(unit_of(operation.file));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> attributes;
  for (const Attribute& each : operation.attributes.list()) {
    attributes.emplace_back(text(each.name), text(written(each)));
  }
  constexpr double each = sizeof(float);
  const bool is_view = operation.inputs.size() > 0 && out.is_alias_of(*operation.inputs.begin());
  double kept = 0;
  if (out.node() != nullptr) {
    const std::vector<Tensor>& values = out.node()->op.kept();
    for (auto value = values.begin(); value != values.end(); ++value) {
      const auto same = [&](const Tensor& other) { return other.is_alias_of(*value); };
      const bool counted = std::any_of(values.begin(), value, same);
      kept += counted ? 0 : each * static_cast<double>(value->numel());
    }
  }
  Record record(kind_operation);
  record.number(static_cast<std::uint32_t>(tensors_.size() + 1)).number(name).number(unit);
  record.byte(out.requires_grad() ? flag_requires_grad : 0).byte(inputs.size());
  for (std::uint32_t input : inputs) {
    record.number(input);
  }
  record.byte(attributes.size());
  for (const auto& [key, value] : attributes) {
    record.number(key).number(value);
  }
  record.real(is_view ? 0 : each * static_cast<double>(out.numel())).real(kept);
  record.real(static_cast<double>(work.flops)).real(static_cast<double>(work.bytes_read));
  record.real(static_cast<double>(work.bytes_written)).shape(out.sizes()).summary(out);
  if (take(record)) {
    remember(out);
  }
}

void Trace::contribution(const autograd::Node& node, std::size_t input, const Tensor& dout,
                         const Tensor& dx) {
  const auto number = [&](const autograd::Node* each) {
    const auto known = by_node_.find(each);
    return known == by_node_.end() ? 0 : known->second;
  };
  if (arrived_.insert(&node).second) {
    arrival(number(&node), dout);
  }
  contribution(number(&node), number(node.inputs[input].get()), input, dx);
}

void Trace::begin_backward(std::uint32_t tensor) {
  arrived_.clear();
  last_ = counters();
  take(Record(kind_backward).number(tensor));
}

void Trace::arrival(std::uint32_t tensor, const Tensor& sum) {
  take(Record(kind_arrival).number(tensor).summary(sum));
}

void Trace::contribution(std::uint32_t from, std::uint32_t to, std::size_t input,
                         const Tensor& dx) {
  const Counters work = work_since_last();
  Record record(kind_contribution);
  record.number(from).number(to).byte(input).real(static_cast<double>(work.flops));
  take(record.shape(dx.sizes()).summary(dx));
}

void Trace::gradient(std::uint32_t tensor, const Tensor& grad) {
  take(Record(kind_gradient).number(tensor).summary(grad));
}

void Trace::backward(const Tensor& x, const Tensor& seed, bool retain_graph) {
  // Afterwards the edges are gone, and nobody could find the leaves.
  std::vector<std::shared_ptr<autograd::Node>> leaves;
  if (x.node() != nullptr) {
    for (const Tensor& each : tensors_) {
      if (each.node() != nullptr && each.is_leaf()) {
        leaves.push_back(each.node());
      }
    }
  }
  begin_backward(find(x));
  try {
    x.backward(seed, retain_graph);
  } catch (const std::exception& thrown) {
    error(thrown.what());
    throw;
  }
  for (const auto& leaf : leaves) {
    if (leaf->grad.defined()) {
      gradient(by_node_[leaf.get()], leaf->grad);
    }
  }
}

void Trace::changed(std::uint32_t tensor, const Tensor& x) {
  take(Record(kind_changed).number(tensor).summary(x));
}

void Trace::error(const std::string& message) {
  take(Record(kind_error).words(message));
}

}  // namespace tt
