#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace tt::autograd {

/// What `gradcheck` found: whether all gradients are right, and if not, the first that is wrong.
struct Gradcheck {
  bool passed = true;
  std::string message;
};

/// How closely `gradcheck` looks. An element is right if it is within `atol` + `rtol` times the
/// difference quotient of it. Floats have 7 digits, so a smaller `step` makes worse quotients.
struct GradcheckOptions {
  double step = 0x1p-7;
  double rtol = 1e-2;
  double atol = 1e-3;
};

/// Compares every element of the gradient of `function` in each of `inputs` with a central
/// difference: what one `backward` gives with what 2 calls per element give. The output may have
/// any shape: the function's derivative is taken in a direction that is random, but the same in
/// every run. Works on contiguous copies of the inputs. It is a failure too if two calls with the
/// same inputs differ, as dropout's do.
///
///   gradcheck([](const auto& x) { return matmul(x[0], x[1]); }, {a, b}).message
///
/// Source: torch/autograd/gradcheck.py, which does it in double, where `step` can be smaller.
Gradcheck gradcheck(const std::function<Tensor(const std::vector<Tensor>&)>& function,
                    const std::vector<Tensor>& inputs, const GradcheckOptions& options = {});

}  // namespace tt::autograd
