#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/nn/init.h"
#include "engine/nn/layers.h"
#include "engine/nn/module.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/record.h"

namespace tt {

// Lets the standard library search, add up and visit.

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
  if (x.dim() < 1 || x.sizes().back() != weight.sizes().back()) {
    throw std::invalid_argument("[linear] got " + to_string(x.sizes()));
  }
  const Tensor column = x.reshape([&] {
    Shape sizes = x.sizes();
    sizes.push_back(1);
    return sizes;
  }());
  const Tensor product = matmul(weight, column);  // (..., out, 1)
  const Tensor out = product.select(-1, 0);
  return bias.defined() ? add(out, bias) : out.clone();
}

}  // namespace functional

// Own tensors "scale"; child "0" with "weight" and "bias" -> "scale", "0.weight", "0.bias".
std::vector<NamedTensor> Module::collect(bool learned) const {
  const std::vector<NamedTensor>& own = learned ? parameters_ : buffers_;
  std::vector<NamedTensor> all = own;
  std::for_each(children_.begin(), children_.end(), [&](const NamedModule& child) {
    std::vector<NamedTensor> more = child.module->collect(learned);
    std::for_each(more.begin(), more.end(),
                  [&](NamedTensor& each) { each.name.insert(0, child.name + "."); });
    all.insert(all.end(), more.begin(), more.end());
  });
  for (auto here = all.begin(); here != all.end(); ++here) {
    all.erase(std::remove_if(here + 1, all.end(),
                             [&](const NamedTensor& later) {
                               return is_same_tensor(here->tensor, later.tensor);
                             }),
              all.end());
  }
  return all;
}

// weight (2, 3), a = 0 -> numbers between -1.414 and 1.414, because 3 go into each output.
Tensor init::kaiming_uniform_(Tensor weight, double a) {
  const Fans fans = calculate_fan_in_and_fan_out(weight);
  if (weight.numel() == 0) {
    return weight;
  }
  const double bound =
      std::sqrt(6.0) / std::hypot(1.0, a) / std::sqrt(static_cast<double>(fans.in));
  std::vector<float> numbers(static_cast<std::size_t>(weight.numel()));
  std::generate(numbers.begin(), numbers.end(), [&] {
    return default_generator().uniform(static_cast<float>(-bound), static_cast<float>(bound));
  });
  const Silence silence;
  weight.copy_(from_vector(numbers, weight.sizes()));
  return weight;
}

// in 3, out 2 -> weight (2, 3) and bias (2,), both between -0.577 and 0.577.
Linear::Linear(std::int64_t in_features, std::int64_t out_features, bool with_bias) {
  if (in_features < 1 || out_features < 1) {
    throw std::invalid_argument("[Linear] got in_features " + std::to_string(in_features) +
                                " and out_features " + std::to_string(out_features) +
                                ": both must be at least 1");
  }
  const double bound = std::pow(static_cast<double>(in_features), -0.5);
  if (with_bias) {
    bias = init::uniform_(zeros({out_features}), -bound, bound);
  }
  weight = register_parameter("weight",
                              init::uniform_(zeros({out_features, in_features}), -bound, bound));
  if (with_bias) {
    bias = register_parameter("bias", bias);
  }
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
  const std::vector<NamedModule>& children = named_children();
  return std::accumulate(
      children.begin(), children.end(), x,
      [](const Tensor& given, const NamedModule& child) { return child.module->forward(given); });
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
  std::generate_n(mask, count,
                  [&] { return generator.uniform() < p ? 0.0F : static_cast<float>(1 / (1 - p)); });
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
  std::for_each(children_.rbegin(), children_.rend(),
                [on](const NamedModule& child) { child.module->train(on); });
  training_ = on;
}

void Module::load_state_dict(const std::vector<NamedTensor>& saved) {
  std::vector<NamedTensor> own = state_dict();
  const Silence silence;  // nothing of it is recorded
  std::map<std::string, Tensor> by_name;
  for (const NamedTensor& each : saved) {
    by_name[each.name] = each.tensor;
  }
  const bool fits = saved.size() == own.size() &&
                    std::all_of(own.begin(), own.end(), [&](const NamedTensor& mine) {
                      const auto found = by_name.find(mine.name);
                      return found != by_name.end() && found->second.defined() &&
                             found->second.sizes() == mine.tensor.sizes();
                    });
  if (!fits) {
    throw std::invalid_argument("[load_state_dict] got a state that does not fit");
  }
  std::for_each(own.begin(), own.end(),
                [&](NamedTensor& mine) { mine.tensor.copy_(by_name.at(mine.name)); });
}

}  // namespace nn

}  // namespace tt
