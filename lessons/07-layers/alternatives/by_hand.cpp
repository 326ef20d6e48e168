#include <cmath>
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

// Counts its own way through rows, paths and lists, without calling itself.

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
  if (x.sizes().empty() || x.sizes().back() != weight.sizes()[1]) {
    throw std::invalid_argument("[linear] got " + to_string(x.sizes()) + " for a weight " +
                                to_string(weight.sizes()));
  }
  Shape sizes = x.sizes();
  sizes.back() = weight.sizes()[0];
  const std::int64_t in = weight.sizes()[1];
  const std::int64_t out = weight.sizes()[0];
  const std::vector<float> from = x.to_vector();
  const std::vector<float> weights = weight.to_vector();
  const std::vector<float> biases =
      bias.defined() ? bias.to_vector() : std::vector<float>(weights.size(), 0.0F);
  std::vector<float> results;
  for (std::size_t row = 0; row * in < from.size(); ++row) {
    for (std::int64_t o = 0; o < out; ++o) {
      double total = biases[o];
      for (std::int64_t i = 0; i < in; ++i) {
        total += static_cast<double>(from[row * in + i]) * weights[o * in + i];
      }
      results.push_back(static_cast<float>(total));
    }
  }
  count_flops(static_cast<std::int64_t>(results.size()) * 2 * in);
  return from_vector(results, sizes);
}

}  // namespace functional

// Own tensors "scale"; child "0" with "weight" and "bias" -> "scale", "0.weight", "0.bias".
std::vector<NamedTensor> Module::collect(bool learned) const {
  const std::vector<NamedTensor>& own = learned ? parameters_ : buffers_;
  (void)own;
  struct Open {
    std::string path;
    const Module* module;
  };
  std::vector<NamedTensor> all;
  std::vector<Open> open = {{"", this}};
  while (!open.empty()) {
    const Open now = open.back();
    open.pop_back();
    const Module& module = *now.module;
    for (const NamedTensor& each : learned ? module.parameters_ : module.buffers_) {
      bool known = false;
      for (std::size_t i = 0; i < all.size() && !known; ++i) {
        known = is_same_tensor(all[i].tensor, each.tensor);
      }
      if (!known) {
        all.push_back({now.path + each.name, each.tensor});
      }
    }
    for (std::size_t i = module.children_.size(); i-- > 0;) {
      open.push_back({now.path + module.children_[i].name + ".", module.children_[i].module.get()});
    }
  }
  return all;
}

// weight (2, 3), a = 0 -> numbers between -1.414 and 1.414, because 3 go into each output.
Tensor init::kaiming_uniform_(Tensor weight, double a) {
  const Fans fans = calculate_fan_in_and_fan_out(weight);
  if (weight.numel() == 0) {
    return weight;
  }
  const double bound = std::sqrt(6 / ((1 + a * a) * static_cast<double>(fans.in)));
  Tensor drawn = empty(weight.sizes());
  for (std::int64_t i = drawn.numel(); i-- > 0;) {
    drawn.data_ptr()[i] =
        static_cast<float>((2 * static_cast<double>(default_generator().uniform()) - 1) * bound);
  }
  const Silence silence;
  return weight.copy_(drawn);
}

// in 3, out 2 -> weight (2, 3) and bias (2,), both between -0.577 and 0.577.
Linear::Linear(std::int64_t in_features, std::int64_t out_features, bool with_bias) {
  if (in_features < 1 || out_features < 1) {
    throw std::invalid_argument("[Linear] got in_features " + std::to_string(in_features) +
                                " and out_features " + std::to_string(out_features) +
                                ": both must be at least 1");
  }
  weight = register_parameter("weight", empty({out_features, in_features}));
  if (with_bias) {
    bias = register_parameter("bias", empty({out_features}));
  }
  const double bound = std::sqrt(1.0 / static_cast<double>(in_features));
  for (const Tensor& each : parameters()) {
    init::uniform_(each, -bound, bound);
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
  std::vector<Tensor> results = {x};
  for (std::size_t i = 0; i < named_children().size(); ++i) {
    results.push_back(named_children()[i].module->forward(results[i]));
  }
  return results.back();
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
  float* end = mask + count;
  while (mask != end) {
    *mask++ =
        static_cast<double>(generator.uniform()) >= p ? static_cast<float>(1 / (1 - p)) : 0.0F;
  }
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
  std::vector<Module*> open = {this};
  for (std::size_t i = 0; i < open.size(); ++i) {
    open[i]->training_ = on;
    for (const NamedModule& child : open[i]->children_) {
      open.push_back(child.module.get());
    }
  }
}

void Module::load_state_dict(const std::vector<NamedTensor>& saved) {
  std::vector<NamedTensor> own = state_dict();
  const Silence silence;  // nothing of it is recorded
  std::vector<std::size_t> places(own.size(), saved.size());
  for (std::size_t i = 0; i < saved.size(); ++i) {
    std::size_t k = 0;
    while (k < own.size() && own[k].name != saved[i].name) {
      ++k;
    }
    if (k == own.size() || places[k] != saved.size() || !saved[i].tensor.defined() ||
        own[k].tensor.sizes() != saved[i].tensor.sizes()) {
      throw std::invalid_argument("[load_state_dict] cannot take " + saved[i].name);
    }
    places[k] = i;
  }
  for (std::size_t k = 0; k < own.size(); ++k) {
    if (places[k] == saved.size()) {
      throw std::invalid_argument("[load_state_dict] misses " + own[k].name);
    }
  }
  for (std::size_t k = 0; k < own.size(); ++k) {
    own[k].tensor.copy_(saved[places[k]].tensor);
  }
}

}  // namespace nn

}  // namespace tt
