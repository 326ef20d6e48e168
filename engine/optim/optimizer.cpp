#include "engine/optim/optimizer.h"

#include <cmath>
#include <stdexcept>

#include "engine/autograd/engine.h"
#include "engine/counters.h"
#include "engine/ops/elementwise.h"
#include "engine/record.h"

// The steps themselves are in optimizers.cpp: the lesson about optimizers writes them.
namespace tt::optim {

namespace {

constexpr std::size_t most_moments = 2;

// Refuses what cannot be moved: `number` says which one it is.
void check_parameter(const Tensor& parameter, std::size_t number) {
  const char* must = nullptr;
  if (!parameter.defined()) {
    must = "defined";
  } else if (!parameter.requires_grad()) {
    must = "one that requires a gradient: call requires_grad_ before you hand it over";
  } else if (!parameter.is_leaf()) {
    must = "a leaf: what an operation has computed is no parameter";
  }
  for (std::int64_t axis = 0; must == nullptr && axis < parameter.dim(); ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    if (parameter.sizes()[i] > 1 && parameter.strides()[i] == 0) {
      must = "one whose elements have a place of their own each";
    }
  }
  if (must != nullptr) {
    throw std::invalid_argument(
        "[Optimizer] got parameter " + std::to_string(number) +
        (parameter.defined() ? " of shape " + to_string(parameter.sizes()) : "") + ": it must be " +
        must);
  }
}

}  // namespace

Optimizer::Optimizer(const std::vector<Tensor>& parameters, double lr,
                     const std::vector<std::string>& moments)
    : parameters_(parameters), states_(parameters.size()), moment_names_(moments) {
  if (parameters.empty()) {
    throw std::invalid_argument("[Optimizer] got no parameters: there must be at least one");
  }
  if (moments.size() > most_moments) {
    throw std::invalid_argument("[Optimizer] got " + std::to_string(moments.size()) +
                                " moments: there must be at most " + std::to_string(most_moments));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    check_parameter(parameters[i], i);
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (nn::is_same_tensor(parameters[earlier], parameters[i])) {
        throw std::invalid_argument("[Optimizer] got one tensor of shape " +
                                    to_string(parameters[i].sizes()) + " as parameter " +
                                    std::to_string(earlier) + " and as parameter " +
                                    std::to_string(i) + ": it must come once");
      }
    }
  }
  set_lr(lr);
}

Optimizer::~Optimizer() = default;

void Optimizer::set_lr(double lr) {
  check_option("Optimizer", "lr", lr);
  lr_ = lr;
}

std::vector<nn::NamedTensor> Optimizer::state_dict() const {
  std::vector<nn::NamedTensor> all;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const State& state = states_[i];
    const std::string number = std::to_string(i) + ".";
    if (state.steps > 0) {
      all.push_back({number + "step", full({}, static_cast<float>(state.steps))});
      for (std::size_t k = 0; k < state.moments.size(); ++k) {
        all.push_back({number + moment_names_[k], state.moments[k]});
      }
    }
  }
  return all;
}

std::int64_t steps_of(const nn::NamedTensor& saved) {
  const Tensor& step = saved.tensor;
  const double value = step.numel() == 1 ? static_cast<double>(step.item()) : 0;
  // Beyond 2^62 a float would not fit.
  if (!(value >= 1 && value <= 0x1p62) || value != std::floor(value)) {
    const std::string found = !step.defined()     ? "nothing"
                              : step.numel() == 1 ? std::to_string(value)
                                                  : "a tensor of shape " + to_string(step.sizes());
    throw std::invalid_argument("[load_state_dict] got " + found + " for \"" + saved.name +
                                "\": it must be one whole number, at least 1");
  }
  return static_cast<std::int64_t>(value);
}

void check_option(const char* optimizer, const char* option, double value, bool share) {
  if (!(value >= 0 && std::isfinite(value)) || (share && value >= 1)) {
    throw std::invalid_argument(std::string("[") + optimizer + "] got " + option + " = " +
                                std::to_string(value) + ": it must be " +
                                (share ? "at least 0 and below 1" : "finite and at least 0"));
  }
}

namespace {

// Worked code, to read: a parameter may be a view. Whole rows where they lie side by side in all
// tensors, else number by number.
void change_rows(const Piece& first, const kernel::Walk& walk, const PieceVisitor& change) {
  bool side_by_side = true;
  for (std::size_t k = 0; k < walk.strides.size(); ++k) {
    side_by_side = side_by_side && kernel::row_step(walk, k) == 1;
  }
  const std::int64_t length = kernel::row_length(walk);
  const std::int64_t count = side_by_side ? length : 1;
  kernel::for_each_row(walk, [&](const kernel::Offsets& offsets) {
    for (std::int64_t i = 0; i < length; i += count) {
      const auto place = [&](std::size_t k) { return offsets[k] + i * kernel::row_step(walk, k); };
      Piece piece = {first.w + place(0), first.g + place(1), {}, count};
      for (std::size_t k = 2; k < offsets.size(); ++k) {
        piece.moments[k - 2] = first.moments[k - 2] + place(k);
      }
      change(piece);
    }
  });
}

}  // namespace

void change_in_place(const char* op, Tensor& parameter, const Tensor& grad, State& state,
                     const PieceVisitor& change) {
  kernel::Walk walk = {parameter.sizes(), {parameter.strides(), grad.strides()}};
  Piece all = {parameter.data_ptr(), grad.data_ptr(), {}, parameter.numel()};
  bool contiguous = parameter.is_contiguous() && grad.is_contiguous();
  bool fits = grad.sizes() == parameter.sizes();
  for (std::size_t k = 0; k < state.moments.size(); ++k) {
    Tensor& moment = state.moments[k];
    fits = fits && moment.sizes() == parameter.sizes();
    contiguous = contiguous && moment.is_contiguous();
    walk.strides.push_back(moment.strides());
    all.moments[k] = moment.data_ptr();
  }
  if (!fits) {
    throw std::invalid_argument(std::string("[") + op + "] got a gradient or a moment that is no " +
                                to_string(parameter.sizes()) +
                                ": it must have the shape of its parameter");
  }
  record_in_place(op, parameter, grad);
  parameter.count_change();
  const auto read = static_cast<std::int64_t>(walk.strides.size());
  constexpr std::int64_t each = sizeof(float);
  count_bytes_read(each * read * parameter.numel());
  count_bytes_written(each * (read - 1) * parameter.numel());
  if (contiguous) {
    change(all);
  } else {
    change_rows(all, kernel::merge_axes(walk), change);
  }
}

}  // namespace tt::optim
