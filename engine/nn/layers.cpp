#include "engine/nn/layers.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/nn/init.h"
#include "engine/nn/module.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/record.h"

namespace tt {

namespace nn {

namespace functional {

namespace {

void check_weight(const Tensor& weight, const Tensor& bias) {
  check_defined("linear", weight);
  if (weight.dim() != 2) {
    throw std::invalid_argument("[linear] got a weight of shape " + to_string(weight.sizes()) +
                                ": it must have the axes (out_features, in_features)");
  }
  if (bias.defined() && bias.sizes() != Shape{weight.size(0)}) {
    throw std::invalid_argument("[linear] got a bias of shape " + to_string(bias.sizes()) +
                                ": it must be " + to_string({weight.size(0)}) +
                                ", one number for each row of the weight");
  }
}

}  // namespace

// x (4, 3), weight (2, 3), bias (2,) -> (4, 2).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  check_defined("linear", x);
  check_weight(weight, bias);
  // BEGIN SOLUTION: linear: refuse x if its last axis does not fit, then multiply and add the bias
  if (x.dim() == 0 || x.size(-1) != weight.size(1)) {
    throw std::invalid_argument("[linear] got x of shape " + to_string(x.sizes()) +
                                ": its last axis must have the in_features of this Linear, " +
                                std::to_string(weight.size(1)));
  }
  const Tensor product = matmul(x, weight.transpose(0, 1));
  return bias.defined() ? add(product, bias) : product;
  // END SOLUTION
}

}  // namespace functional

// Own tensors "scale"; child "0" with "weight" and "bias" -> "scale", "0.weight", "0.bias".
std::vector<NamedTensor> Module::collect(bool learned) const {
  [[maybe_unused]] const std::vector<NamedTensor>& own = learned ? parameters_ : buffers_;
  // BEGIN SOLUTION: collect: list the own tensors, then those of every child, each tensor only once
  std::vector<NamedTensor> all;
  const auto add_once = [&](const std::string& name, const Tensor& tensor) {
    for (const NamedTensor& earlier : all) {
      if (is_same_tensor(earlier.tensor, tensor)) {
        return;
      }
    }
    all.push_back({name, tensor});
  };
  for (const NamedTensor& each : own) {
    add_once(each.name, each.tensor);
  }
  for (const NamedModule& child : children_) {
    for (const NamedTensor& each : child.module->collect(learned)) {
      add_once(child.name + "." + each.name, each.tensor);
    }
  }
  return all;
  // END SOLUTION
}

// weight (2, 3), a = 0 -> numbers between -1.414 and 1.414, because 3 go into each output.
Tensor init::kaiming_uniform_(Tensor weight, double a) {
  [[maybe_unused]] const Fans fans = calculate_fan_in_and_fan_out(weight);
  if (weight.numel() == 0) {
    return weight;
  }
  // BEGIN SOLUTION: kaiming_uniform_: work out the bound, and draw every number within it
  const double stddev = std::sqrt(2 / (1 + a * a) / static_cast<double>(fans.in));
  const double bound = std::sqrt(3.0) * stddev;
  return uniform_(weight, -bound, bound);
  // END SOLUTION
}

// in 3, out 2 -> weight (2, 3) and bias (2,), both between -0.577 and 0.577.
Linear::Linear(std::int64_t in_features, std::int64_t out_features, bool with_bias) {
  if (in_features < 1 || out_features < 1) {
    throw std::invalid_argument("[Linear] got in_features " + std::to_string(in_features) +
                                " and out_features " + std::to_string(out_features) +
                                ": both must be at least 1");
  }
  // BEGIN SOLUTION: Linear: make the weight and, if wanted, the bias, fill them and register them
  weight = register_parameter(
      "weight", init::kaiming_uniform_(empty({out_features, in_features}), std::sqrt(5.0)));
  if (with_bias) {
    const double bound = 1 / std::sqrt(static_cast<double>(in_features));
    bias = register_parameter("bias", init::uniform_(empty({out_features}), -bound, bound));
  }
  // END SOLUTION
}

Tensor Linear::forward(const Tensor& x) {
  return functional::linear(x, weight, bias);
}

Sequential::Sequential(const std::vector<std::shared_ptr<Module>>& modules) {
  for (const std::shared_ptr<Module>& module : modules) {
    push_back(module);
  }
}

void Sequential::push_back(std::shared_ptr<Module> module) {
  register_module(std::to_string(named_children().size()), std::move(module));
}

// x -> child "0" -> child "1" -> ... -> the result.
Tensor Sequential::forward(const Tensor& x) {
  // BEGIN SOLUTION: sequential: hand x from each child to the next
  Tensor out = x;
  for (const NamedModule& child : named_children()) {
    out = child.module->forward(out);
  }
  return out;
  // END SOLUTION
}

Tensor ReLU::forward(const Tensor& x) {
  return relu(x);
}

Tensor Sigmoid::forward(const Tensor& x) {
  return sigmoid(x);
}

Tensor Tanh::forward(const Tensor& x) {
  return tanh(x);
}

GELU::GELU(GeluApproximation approximate) : approximate_(approximate) {}

Tensor GELU::forward(const Tensor& x) {
  return gelu(x, approximate_);
}

}  // namespace nn

namespace kernel {

// p = 0.25 -> about a quarter of the numbers are 0, the others 1.3333.
void dropout_mask(float* mask, std::int64_t count, double p, Generator& generator) {
  // BEGIN SOLUTION: dropout_mask: draw for each number whether it is dropped or made larger
  for (std::int64_t i = 0; i < count; ++i) {
    const bool dropped = generator.uniform() < p;
    mask[i] = dropped ? 0 : static_cast<float>(1 / (1 - p));
  }
  // END SOLUTION
}

}  // namespace kernel

namespace nn {

namespace {

void check_probability(double p) {
  if (!(p >= 0 && p <= 1)) {
    throw std::invalid_argument("[dropout] got p = " + std::to_string(p) +
                                ": it must be a probability, from 0 to 1");
  }
}

// The product without a record: it is a part of a dropout.
Tensor masked(const Tensor& x, const Tensor& mask) {
  const Silence silence;
  return mul(x, mask);
}

}  // namespace

Tensor functional::dropout(const Tensor& x, double p, bool training) {
  check_defined("dropout", x);
  check_probability(p);
  if (!training) {
    return x;
  }
  Tensor mask = empty(x.sizes());
  kernel::dropout_mask(mask.data_ptr(), mask.numel(), p, default_generator());
  count_bytes_written(static_cast<std::int64_t>(sizeof(float)) * mask.numel());
  Tensor out = masked(x, mask);
  record("dropout", {x}, out, {{"mask", mask}});
  return out;
}

Dropout::Dropout(double p) : p_(p) {
  check_probability(p);
}

Tensor Dropout::forward(const Tensor& x) {
  return functional::dropout(x, p_, is_training());
}

void Module::train(bool on) {
  // BEGIN SOLUTION: train: tell this module, and every child
  training_ = on;
  for (const NamedModule& child : children_) {
    child.module->train(on);
  }
  // END SOLUTION
}

void Module::load_state_dict(const std::vector<NamedTensor>& saved) {
  std::vector<NamedTensor> own = state_dict();
  const Silence silence;  // nothing of it is recorded
  // BEGIN SOLUTION: load_state_dict: refuse what does not fit, and only then copy, by name
  if (saved.size() != own.size()) {
    throw std::invalid_argument("[load_state_dict] got " + std::to_string(saved.size()) +
                                " tensors: there must be " + std::to_string(own.size()));
  }
  std::vector<Tensor> sources;
  for (const NamedTensor& mine : own) {
    const Tensor source = find_tensor(saved, mine.name);
    if (!source.defined() || source.sizes() != mine.tensor.sizes()) {
      throw std::invalid_argument(
          "[load_state_dict] got " +
          (source.defined() ? "shape " + to_string(source.sizes()) : std::string("nothing")) +
          " for \"" + mine.name + "\": it must have shape " + to_string(mine.tensor.sizes()));
    }
    sources.push_back(source);
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    own[i].tensor.copy_(sources[i]);
  }
  // END SOLUTION
}

}  // namespace nn

}  // namespace tt
