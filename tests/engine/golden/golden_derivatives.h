#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "tests/engine/golden/lists.h"

/// What PyTorch answers when it is asked for gradients. The cases are in golden_derivatives.cpp,
/// which make_golden_derivatives.py writes.
namespace golden {

/// An input: what it shows of a storage, and which numbers that holds (see `element` in
/// derivatives_test.cpp).
struct DerivativeInput {
  const char* source;
  Integers sizes;
  Integers strides;
  std::int64_t offset;
};

/// An operation, its arguments, and the gradient of each of its inputs, row after row, if the
/// gradient of its output is contiguous and has the elements ((5 * i) % 13 - 6.5) / 4. An input
/// without a gradient has no values.
struct DerivativeCase {
  const char* op;
  std::initializer_list<DerivativeInput> inputs;
  Integers integers;
  std::initializer_list<double> numbers;
  Integers result;
  std::initializer_list<Floats> gradients;
};

extern const std::initializer_list<DerivativeCase> derivative_cases;

}  // namespace golden
