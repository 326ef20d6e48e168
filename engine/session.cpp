#include "engine/session.h"

#include <map>
#include <stdexcept>
#include <utility>

#include "engine/autograd/engine.h"
#include "engine/nn/layers.h"
#include "engine/nn/losses.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/reduce.h"

namespace tt {

namespace {

// What somebody asked for, read argument by argument.
class Call {
 public:
  Call(const char* name, std::vector<Tensor> inputs, const Arguments& arguments)
      : name_(name), inputs_(std::move(inputs)), arguments_(arguments) {}

  const Tensor& operator[](std::size_t i) const { return inputs_[i]; }

  std::int64_t integer(std::size_t i) const { return arguments_.integers[need(integers(), i)]; }
  float number(std::size_t i) const {
    return static_cast<float>(arguments_.numbers[need(arguments_.numbers.size(), i)]);
  }

  // The whole numbers from the i-th on.
  std::vector<std::int64_t> rest(std::size_t i) const {
    const auto begin = arguments_.integers.begin();
    return i >= integers() ? std::vector<std::int64_t>()
                           : std::vector<std::int64_t>(begin + static_cast<std::ptrdiff_t>(i),
                                                       arguments_.integers.end());
  }

  bool flag(std::size_t i) const { return i < integers() && arguments_.integers[i] != 0; }

  Reduction reduction(std::size_t i) const {
    const std::int64_t which = i < integers() ? arguments_.integers[i] : 1;
    if (which < 0 || which > 2) {
      throw std::invalid_argument(std::string("[") + name_ + "] got the reduction " +
                                  std::to_string(which) +
                                  ": it must be 0 (none), 1 (mean) or 2 (sum)");
    }
    return static_cast<Reduction>(which);
  }

 private:
  std::size_t integers() const { return arguments_.integers.size(); }

  std::size_t need(std::size_t given, std::size_t i) const {
    if (i >= given) {
      throw std::invalid_argument(std::string("[") + name_ + "] got " + std::to_string(given) +
                                  " arguments: it must have at least " + std::to_string(i + 1));
    }
    return i;
  }

  const char* name_;
  std::vector<Tensor> inputs_;
  const Arguments& arguments_;
};

struct Entry {
  std::size_t inputs;
  Tensor (*apply)(const Call& call);
};

template <Tensor (*function)(const Tensor&)>
Entry unary() {
  return {1, [](const Call& call) { return function(call[0]); }};
}

template <Tensor (*function)(const Tensor&, const Tensor&)>
Entry binary() {
  return {2, [](const Call& call) { return function(call[0], call[1]); }};
}

using Dims = std::vector<std::int64_t>;

template <Tensor (*function)(const Tensor&, const Dims&, bool)>
Entry reduction() {
  return {1, [](const Call& call) { return function(call[0], call.rest(1), call.flag(0)); }};
}

const std::map<std::string, Entry>& table() {
  static const std::map<std::string, Entry> all = {
      {"abs", unary<abs>()},
      {"add", binary<add>()},
      {"amax", reduction<amax>()},
      {"amin", reduction<amin>()},
      {"binary_cross_entropy",
       {2, [](const Call& c) { return binary_cross_entropy(c[0], c[1], c.reduction(0)); }}},
      {"binary_cross_entropy_with_logits",
       {2,
        [](const Call& c) {
          return binary_cross_entropy_with_logits(c[0], c[1], c.reduction(0));
        }}},
      {"clamp", {1, [](const Call& c) { return clamp(c[0], c.number(0), c.number(1)); }}},
      {"clone", {1, [](const Call& c) { return c[0].clone(); }}},
      {"cross_entropy",
       {2, [](const Call& c) { return cross_entropy(c[0], c[1], c.reduction(0)); }}},
      {"detach", {1, [](const Call& c) { return c[0].detach(); }}},
      {"div", binary<div>()},
      {"eq", binary<eq>()},
      {"exp", unary<exp>()},
      {"expand", {1, [](const Call& c) { return c[0].expand(c.rest(0)); }}},
      {"ge", binary<ge>()},
      {"gelu",
       {1,
        [](const Call& c) {
          return gelu(c[0], c.flag(0) ? GeluApproximation::tanh : GeluApproximation::none);
        }}},
      {"gt", binary<gt>()},
      {"le", binary<le>()},
      {"linear", {3, [](const Call& c) { return nn::functional::linear(c[0], c[1], c[2]); }}},
      {"log", unary<log>()},
      {"log_softmax", {1, [](const Call& c) { return log_softmax(c[0], c.integer(0)); }}},
      {"lt", binary<lt>()},
      {"matmul", binary<matmul>()},
      {"maximum", binary<maximum>()},
      {"mean", reduction<mean>()},
      {"minimum", binary<minimum>()},
      {"mse_loss", {2, [](const Call& c) { return mse_loss(c[0], c[1], c.reduction(0)); }}},
      {"mul", binary<mul>()},
      {"ne", binary<ne>()},
      {"neg", unary<neg>()},
      {"nll_loss", {2, [](const Call& c) { return nll_loss(c[0], c[1], c.reduction(0)); }}},
      {"permute", {1, [](const Call& c) { return c[0].permute(c.rest(0)); }}},
      {"pow", {1, [](const Call& c) { return pow(c[0], c.number(0)); }}},
      {"reciprocal", unary<reciprocal>()},
      {"relu", unary<relu>()},
      {"reshape", {1, [](const Call& c) { return c[0].reshape(c.rest(0)); }}},
      {"select", {1, [](const Call& c) { return c[0].select(c.integer(0), c.integer(1)); }}},
      {"sigmoid", unary<sigmoid>()},
      {"slice",
       {1,
        [](const Call& c) {
          return c[0].slice(c.integer(0), c.integer(1), c.integer(2), c.integer(3));
        }}},
      {"softmax", {1, [](const Call& c) { return softmax(c[0], c.integer(0)); }}},
      {"sqrt", unary<sqrt>()},
      {"square", unary<square>()},
      {"sub", binary<sub>()},
      {"sum", reduction<sum>()},
      {"sum_to", {1, [](const Call& c) { return sum_to(c[0], c.rest(0)); }}},
      {"tanh", unary<tanh>()},
      {"transpose", {1, [](const Call& c) { return c[0].transpose(c.integer(0), c.integer(1)); }}},
      {"var", {1, [](const Call& c) { return var(c[0], c.rest(2), c.flag(1), c.flag(0)); }}},
      {"view", {1, [](const Call& c) { return c[0].view(c.rest(0)); }}},
      {"where", {3, [](const Call& c) { return where(c[0], c[1], c[2]); }}},
  };
  return all;
}

}  // namespace

Session::Session(TraceLimits limits) : trace_(limits) {}

std::uint32_t Session::number_of(const Tensor& x) const {
  if (trace_.full()) {
    throw std::invalid_argument(
        "[session] holds as many tensors as fit into its trace: it must be cleared");
  }
  return trace_.find(x);
}

std::uint32_t Session::tensor(const Shape& shape, const std::vector<float>& values,
                              bool requires_grad, const std::string& name) {
  Tensor x = from_vector(values, shape);
  if (requires_grad) {
    x.requires_grad_();
  }
  trace_.add(x, name);
  return number_of(x);
}

std::uint32_t Session::apply(const std::string& name, const std::vector<std::uint32_t>& inputs,
                             const Arguments& arguments) {
  const auto found = table().find(name);
  if (found == table().end()) {
    throw std::invalid_argument("[session] got the operation " + name +
                                ": it must be one of those that it lists");
  }
  const Entry& entry = found->second;
  if (inputs.size() != entry.inputs) {
    throw std::invalid_argument("[" + name + "] got " + std::to_string(inputs.size()) +
                                " tensors: it must have " + std::to_string(entry.inputs));
  }
  std::vector<Tensor> tensors;
  for (std::uint32_t number : inputs) {
    tensors.push_back(trace_.tensor(number));
  }
  try {
    Tensor out = entry.apply(Call(found->first.c_str(), std::move(tensors), arguments));
    trace_.add(out);  // what no operation made, such as a detached tensor
    return number_of(out);
  } catch (const std::exception& thrown) {
    trace_.error(thrown.what());
    throw;
  }
}

void Session::set(std::uint32_t tensor, const std::vector<float>& values) {
  Tensor x = trace_.tensor(tensor);
  const NoGradGuard no_grad;
  const Silence silence;
  x.copy_(from_vector(values, x.sizes()));
}

void Session::backward(std::uint32_t tensor, std::uint32_t seed, bool retain_graph) {
  trace_.backward(trace_.tensor(tensor), seed == 0 ? Tensor() : trace_.tensor(seed), retain_graph);
}

void Session::descend(double rate) {
  const NoGradGuard no_grad;
  const Silence silence;
  const Tensor scale = full({}, static_cast<float>(rate));
  for (Tensor each : trace_.tensors()) {
    if (each.is_leaf() && each.grad().defined()) {
      each.copy_(sub(each, mul(scale, each.grad())));
      trace_.changed(number_of(each), each);
    }
  }
}

void Session::zero_grad() {
  tt::zero_grad(trace_.tensors());
}

Shape Session::shape(std::uint32_t tensor) const {
  return trace_.tensor(tensor).sizes();
}

std::vector<float> Session::values(std::uint32_t tensor) const {
  const Silence silence;
  return trace_.tensor(tensor).to_vector();
}

bool Session::has_grad(std::uint32_t tensor) const {
  return trace_.tensor(tensor).grad().defined();
}

std::vector<float> Session::grad(std::uint32_t tensor) const {
  const Silence silence;
  const Tensor grad = trace_.tensor(tensor).grad();
  return grad.defined() ? grad.to_vector() : std::vector<float>();
}

void Session::clear() {
  trace_.clear();
}

std::vector<std::string> Session::operations() {
  std::vector<std::string> names;
  for (const auto& [name, entry] : table()) {
    names.push_back(name);
  }
  return names;
}

}  // namespace tt
