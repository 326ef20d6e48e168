#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/nn/module.h"
#include "engine/tensor.h"

namespace tt::optim {

/// What an optimizer remembers about one parameter.
struct State {
  std::int64_t steps = 0;       // how many steps have changed the parameter
  std::vector<Tensor> moments;  // of the parameter's shape; none before its first step
};

/// Changes parameters, step by step, so that a loss becomes smaller. How far each one moves is for
/// `update` to say. It cannot be copied, because a copy would move the same parameters.
///
///   Adam adam(net.parameters(), {.lr = 1e-3});
///   adam.zero_grad();
///   loss_of(net).backward();
///   adam.step();
class Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Moves every parameter that has a gradient. The others stay as they are, and so does what is
  /// remembered about them. Nothing of it is recorded, and only the first step of a parameter asks
  /// for memory.
  void step();

  /// Sets the gradients that the parameters have to 0, in place.
  void zero_grad();

  /// The learning rate: how far a step goes. A new one is used from the next step on. Throws
  /// `std::invalid_argument` unless it is finite and at least 0.
  double lr() const { return lr_; }
  void set_lr(double lr);

  const std::vector<Tensor>& parameters() const { return parameters_; }

  /// Gives what must be saved to continue later: for each parameter that was moved before, by its
  /// number, "0.step", a scalar that is exact up to 16,777,216, and its moments, such as
  /// "0.exp_avg". The moments share their numbers with the optimizer. The learning rate and the
  /// other options are not in it: they come from the program.
  std::vector<nn::NamedTensor> state_dict() const;

  /// Remembers what `state_dict` gave, by name, in memory of its own, instead of what it remembered
  /// so far. Throws `std::invalid_argument`, and changes nothing, if a name is missing or too many,
  /// if a shape is not that of the parameter, or if a step is no count.
  void load_state_dict(const std::vector<nn::NamedTensor>& saved);

 protected:
  /// `moments` names what is remembered about each parameter. Leaves the gradients that there are.
  /// Throws `std::invalid_argument` if there is no parameter, if one is undefined or comes twice,
  /// is no leaf or does not require a gradient, if several of its elements share one place, or as
  /// `set_lr`.
  Optimizer(const std::vector<Tensor>& parameters, double lr,
            const std::vector<std::string>& moments);

 private:
  /// Moves one parameter. `state.steps` counts this step too, and all moments are there, 0 at
  /// first.
  virtual void update(Tensor& parameter, const Tensor& grad, State& state) = 0;

  std::vector<Tensor> parameters_;
  std::vector<State> states_;  // one for each parameter
  std::vector<std::string> moment_names_;
  double lr_ = 0;
};

/// Gives the steps that a saved "step" counts. Throws `std::invalid_argument` unless it is one
/// whole number, at least 1.
std::int64_t steps_of(const nn::NamedTensor& saved);

/// Throws `std::invalid_argument` in the name of `optimizer` unless `value` is finite and at least
/// 0, and below 1 if it is a share.
void check_option(const char* optimizer, const char* option, double value, bool share = false);

/// Numbers of a parameter that lie side by side, and what belongs to them: number i is `w[i]`, its
/// gradient `g[i]`, its moments `moments[0][i]` and `moments[1][i]`, if there are so many.
struct Piece {
  float* w;
  const float* g;
  float* moments[2];
  std::int64_t count;
};

/// Any function that takes a piece, as `kernel::RowVisitor` is for offsets.
class PieceVisitor {
 public:
  template <class Function>
  PieceVisitor(const Function& function)
      : function_(&function), call_([](const void* object, const Piece& piece) {
          (*static_cast<const Function*>(object))(piece);
        }) {}

  void operator()(const Piece& piece) const { call_(function_, piece); }

 private:
  const void* function_;
  void (*call_)(const void* object, const Piece& piece);
};

/// Says that `parameter` changes in place, and calls `change` with pieces that together are all of
/// it: with one if everything is contiguous. Counts as bytes read 4 for each element of the
/// parameter, the gradient and the moments, and as written the same without the gradient. Throws
/// `std::invalid_argument`, and calls nothing, if gradients are recorded or if the shapes differ.
void change_in_place(const char* op, Tensor& parameter, const Tensor& grad, State& state,
                     const PieceVisitor& change);

}  // namespace tt::optim
