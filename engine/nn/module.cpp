#include "engine/nn/module.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "engine/error.h"
#include "engine/record.h"

// What walks through a module and its children is in layers.cpp: the lesson about layers writes it.
namespace tt::nn {

Module::~Module() = default;

bool Module::is_training() const {
  return training_;
}

const std::vector<NamedModule>& Module::named_children() const {
  return children_;
}

Tensor Module::register_parameter(const std::string& name, Tensor tensor) {
  check_name("register_parameter", name);
  check_defined("register_parameter", tensor);
  record_parameter(name.c_str(), tensor);
  parameters_.push_back({name, tensor});
  return tensor;
}

Tensor Module::register_buffer(const std::string& name, Tensor tensor) {
  check_name("register_buffer", name);
  check_defined("register_buffer", tensor);
  buffers_.push_back({name, tensor});
  return tensor;
}

void Module::add_module(const std::string& name, std::shared_ptr<Module> child) {
  check_name("register_module", name);
  if (child == nullptr || child->holds(this)) {
    throw std::invalid_argument(
        "[register_module] got " + std::string(child == nullptr ? "nothing" : "a whole") +
        " as the child \"" + name + "\": it must be a module that does not hold this one");
  }
  children_.push_back({name, std::move(child)});
}

// A dot stands between two names, and one name means one thing.
void Module::check_name(const char* op, const std::string& name) const {
  bool used = find_tensor(parameters_, name).defined() || find_tensor(buffers_, name).defined();
  for (const NamedModule& child : children_) {
    used = used || child.name == name;
  }
  if (used || name.empty() || name.find('.') != std::string::npos) {
    throw std::invalid_argument(
        std::string("[") + op + "] got the name \"" + name + "\": it must be " +
        (used ? "one that this module has not used yet" : "a text without dots, and not empty"));
  }
}

bool Module::holds(const Module* module) const {
  for (const NamedModule& child : children_) {
    if (child.module->holds(module)) {
      return true;
    }
  }
  return module == this;
}

std::vector<NamedTensor> Module::named_parameters() const {
  return collect(true);
}

std::vector<NamedTensor> Module::named_buffers() const {
  return collect(false);
}

std::vector<Tensor> Module::parameters() const {
  std::vector<Tensor> tensors;
  for (const NamedTensor& each : named_parameters()) {
    tensors.push_back(each.tensor);
  }
  return tensors;
}

std::vector<NamedTensor> Module::state_dict() const {
  std::vector<NamedTensor> all = named_parameters();
  for (const NamedTensor& each : named_buffers()) {
    all.push_back(each);
  }
  return all;
}

bool is_same_tensor(const Tensor& a, const Tensor& b) {
  return a.is_alias_of(b) && a.storage_offset() == b.storage_offset() && a.sizes() == b.sizes() &&
         a.strides() == b.strides();
}

Tensor find_tensor(const std::vector<NamedTensor>& list, const std::string& name) {
  for (const NamedTensor& each : list) {
    if (each.name == name) {
      return each.tensor;
    }
  }
  return {};
}

}  // namespace tt::nn
