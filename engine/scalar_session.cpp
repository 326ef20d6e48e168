#include "engine/scalar_session.h"

#include <map>
#include <stdexcept>
#include <utility>

#include "engine/autograd/engine.h"

namespace tt {

namespace {

using scalar::Value;

constexpr const char* unit = "engine/autograd/scalar.cpp";

using Unary = Value (*)(const Value&);
using Binary = Value (*)(const Value&, const Value&);

const std::map<std::string, Unary>& unary() {
  static const std::map<std::string, Unary> all = {
      {"exp", scalar::exp},
      {"log", scalar::log},
      {"neg", [](const Value& x) { return -x; }},
      {"relu", scalar::relu},
      {"square", [](const Value& x) { return scalar::pow(x, 2); }},
      {"tanh", scalar::tanh},
  };
  return all;
}

const std::map<std::string, Binary>& binary() {
  static const std::map<std::string, Binary> all = {
      {"add", [](const Value& a, const Value& b) { return a + b; }},
      {"div", [](const Value& a, const Value& b) { return a / b; }},
      {"mul", [](const Value& a, const Value& b) { return a * b; }},
      {"sub", [](const Value& a, const Value& b) { return a - b; }},
  };
  return all;
}

// What stands for a number in the trace.
Tensor shown(const Value& value) {
  Tensor x = full({}, static_cast<float>(value.value()));
  return value.node() == nullptr ? x : x.requires_grad_();
}

Tensor shown(double value) {
  return full({}, static_cast<float>(value));
}

}  // namespace

ScalarSession::Number& ScalarSession::number(std::uint32_t tensor) {
  trace_.tensor(tensor);  // throws for a number that there is not
  return numbers_.at(tensor - 1);
}

const ScalarSession::Number& ScalarSession::number(std::uint32_t tensor) const {
  trace_.tensor(tensor);
  return numbers_.at(tensor - 1);
}

std::uint32_t ScalarSession::keep(Value value, std::vector<std::uint32_t> inputs) {
  numbers_.push_back({std::move(value), std::move(inputs), false});
  const auto last = static_cast<std::uint32_t>(numbers_.size());
  if (numbers_.back().value.node() != nullptr) {
    by_node_[numbers_.back().value.node().get()] = last;
  }
  return last;
}

std::uint32_t ScalarSession::tensor(const Shape& shape, const std::vector<float>& values,
                                    bool requires_grad, const std::string& name) {
  if (!shape.empty() || values.size() != 1) {
    throw std::invalid_argument("[session] got a tensor of shape " + to_string(shape) +
                                ": it must be a single number, of shape ()");
  }
  const Value value = requires_grad ? scalar::leaf(values[0]) : Value(values[0]);
  const Tensor x = shown(value);
  trace_.add(x, name);
  number_of(x);  // throws if the trace is full
  return keep(value, {});
}

std::uint32_t ScalarSession::apply(const std::string& name,
                                   const std::vector<std::uint32_t>& inputs,
                                   const Arguments& arguments) {
  try {
    const auto at = [&](std::size_t i) { return number(inputs.at(i)).value; };
    const bool is_pow = name == "pow" && arguments.numbers.size() == 1;
    const bool is_unary = is_pow || unary().count(name) > 0;
    if (!is_unary && binary().count(name) == 0) {
      throw std::invalid_argument("[session] got the operation " + name +
                                  ": single numbers have none of that name");
    }
    if (inputs.size() != (is_unary ? 1 : 2)) {
      throw std::invalid_argument("[" + name + "] got " + std::to_string(inputs.size()) +
                                  " numbers: it must have " + (is_unary ? "1" : "2"));
    }
    const Value value = is_pow     ? scalar::pow(at(0), arguments.numbers[0])
                        : is_unary ? unary().at(name)(at(0))
                                   : binary().at(name)(at(0), at(1));
    std::vector<std::uint32_t> connected;
    for (std::uint32_t input : inputs) {
      if (number(input).value.node() != nullptr) {
        connected.push_back(input);
      }
    }
    Tensor out = shown(value);
    const Tensor& first = trace_.tensor(inputs[0]);
    const Attributes attributes =
        is_pow ? Attributes{{"exponent", arguments.numbers[0]}} : Attributes{};
    if (is_unary) {
      trace_.operation({name.c_str(), {first}, out, attributes, unit});
    } else {
      trace_.operation({name.c_str(), {first, trace_.tensor(inputs[1])}, out, attributes, unit});
    }
    number_of(out);
    return keep(value, std::move(connected));
  } catch (const std::exception& thrown) {
    trace_.error(thrown.what());
    throw;
  }
}

void ScalarSession::set(std::uint32_t tensor, const std::vector<float>& values) {
  Number& changed = number(tensor);
  if (values.size() != 1) {
    throw std::invalid_argument("[session] got " + std::to_string(values.size()) +
                                " numbers: it must be one");
  }
  if (changed.value.node() == nullptr) {
    changed.value = Value(values[0]);
    return;
  }
  changed.value.node()->value = values[0];
  changed.value = Value(changed.value.node());
}

// One node after the other, with what it hands to each of its inputs.
void ScalarSession::show_walk(std::uint32_t root) {
  const std::vector<scalar::ValueNode*> order =
      scalar::backward_order(number(root).value.node().get());
  std::vector<double> before;
  for (scalar::ValueNode* node : order) {
    before.push_back(node->grad);
    node->grad = 0;
  }
  number(root).value.node()->grad = 1;
  for (scalar::ValueNode* node : order) {
    const auto from = by_node_.find(node);
    if (node->is_leaf() || from == by_node_.end()) {
      continue;
    }
    trace_.arrival(from->second, shown(node->grad));
    for (std::size_t i = 0; i < node->inputs.size(); ++i) {
      const scalar::Edge& edge = node->inputs[i];
      const auto to = by_node_.find(edge.node.get());
      if (to != by_node_.end()) {
        trace_.contribution(from->second, to->second, i, shown(edge.derivative * node->grad));
      }
    }
    scalar::pass_on(*node);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i]->grad = before[i];
  }
}

void ScalarSession::backward(std::uint32_t tensor, std::uint32_t seed, bool) {
  const Value root = number(tensor).value;
  if (seed != 0) {
    throw std::invalid_argument("[backward] got a seed: that of a single number is 1");
  }
  trace_.begin_backward(tensor);
  try {
    if (root.node() != nullptr) {
      show_walk(tensor);
    }
    scalar::backward(root);
    for (scalar::ValueNode* node : scalar::backward_order(root.node().get())) {
      const auto known = by_node_.find(node);
      if (node->is_leaf() && known != by_node_.end()) {
        number(known->second).is_reached = true;
        trace_.gradient(known->second, shown(node->grad));
      }
    }
  } catch (const std::exception& thrown) {
    trace_.error(thrown.what());
    throw;
  }
}

void ScalarSession::descend(double rate) {
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (numbers_[i].is_reached) {
      const auto tensor = static_cast<std::uint32_t>(i + 1);
      const Value& value = numbers_[i].value;
      set(tensor, {static_cast<float>(value.value() - rate * value.grad())});
      trace_.changed(tensor, shown(numbers_[i].value.value()));
    }
  }
}

void ScalarSession::zero_grad() {
  std::vector<Value> leaves;
  for (const Number& each : numbers_) {
    if (each.value.node() != nullptr && each.value.node()->is_leaf()) {
      leaves.push_back(each.value);
    }
  }
  scalar::zero_grad(leaves);
}

std::vector<float> ScalarSession::values(std::uint32_t tensor) const {
  return {static_cast<float>(number(tensor).value.value())};
}

bool ScalarSession::has_grad(std::uint32_t tensor) const {
  return number(tensor).is_reached;
}

std::vector<float> ScalarSession::grad(std::uint32_t tensor) const {
  const Number& found = number(tensor);
  return found.is_reached ? std::vector<float>{static_cast<float>(found.value.grad())}
                          : std::vector<float>();
}

void ScalarSession::clear() {
  numbers_.clear();
  by_node_.clear();
  Session::clear();
}

}  // namespace tt
