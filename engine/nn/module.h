#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace tt::nn {

class Module;

/// A tensor of a module and its name, such as "0.weight": the weight of the child named "0".
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// A child of a module and its name.
struct NamedModule {
  std::string name;
  std::shared_ptr<Module> module;
};

/// A function with numbers of its own: those that are to be learned, its parameters, and others
/// that it has to remember, its buffers. It may have children, which are modules too. It cannot be
/// copied, because a copy would share the numbers.
class Module {
 public:
  Module() = default;
  virtual ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// Gives what the module makes of `x`.
  virtual Tensor forward(const Tensor& x) = 0;
  Tensor operator()(const Tensor& x) { return forward(x); }

  /// Gives every parameter of the module and of its children, each once: the module's own in the
  /// order in which they were registered, then those of each child. A tensor that is registered
  /// several times has its first name. The tensors share their numbers with the module: changing
  /// them in place changes it.
  std::vector<NamedTensor> named_parameters() const;
  std::vector<Tensor> parameters() const;

  /// Gives every buffer in the same way.
  std::vector<NamedTensor> named_buffers() const;

  /// Gives what must be saved to make the module again: `named_parameters`, then `named_buffers`.
  std::vector<NamedTensor> state_dict() const;

  /// Copies numbers that `state_dict` gave into this module's tensors, by name. Throws
  /// `std::invalid_argument`, and changes nothing, if a name is missing or too many, or a shape
  /// differs.
  void load_state_dict(const std::vector<NamedTensor>& saved);

  /// Tells the module and all its children, and theirs, whether they are being trained: some
  /// compute something else then. A new module is.
  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const;

  /// Gives the modules that this one is made of, in the order in which they were registered.
  const std::vector<NamedModule>& named_children() const;

  /// Keeps a tensor that is to be learned, and gives it back. This and the next two throw
  /// `std::invalid_argument` if the name is empty, has a dot or is used already.
  Tensor register_parameter(const std::string& name, Tensor tensor);

  /// Keeps a tensor that is not learned, but saved. Throws as above.
  Tensor register_buffer(const std::string& name, Tensor tensor);

  /// Keeps a child, and gives it back. Throws as above, and if there is no child, or if this module
  /// would become a child of itself.
  template <class Child>
  std::shared_ptr<Child> register_module(const std::string& name, std::shared_ptr<Child> child) {
    add_module(name, child);
    return child;
  }

 private:
  void add_module(const std::string& name, std::shared_ptr<Module> child);
  void check_name(const char* op, const std::string& name) const;
  bool holds(const Module* module) const;

  // Gives the module's own tensors of one kind, then those of its children under their full names,
  // each tensor once: its parameters, or those that are not learned.
  std::vector<NamedTensor> collect(bool learned) const;

  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> buffers_;
  std::vector<NamedModule> children_;
  bool training_ = true;
};

/// True if both are one tensor: they show the same elements of the same storage.
bool is_same_tensor(const Tensor& a, const Tensor& b);

/// Gives the tensor of this name, or an undefined one if there is none.
Tensor find_tensor(const std::vector<NamedTensor>& list, const std::string& name);

}  // namespace tt::nn
