#pragma once

#include <cstdint>

#include "engine/autograd/derivative.h"
#include "engine/shape.h"
#include "engine/tensor.h"

// The derivatives of all operations that derivatives.h does not name: worked code, which registers
// itself. See engine/autograd/more_derivatives.cpp.

namespace tt::autograd {

/// Gives, in the shape `each` that a loss has without a reduction, what each single loss gets of
/// `dout`: for `Reduction::none` just that, for a sum all of it, and for a mean its share, of which
/// there are `count`. `op` has the attribute `reduction`.
Tensor loss_share(const Recorded& op, const Tensor& dout, const Shape& each, std::int64_t count);

}  // namespace tt::autograd
