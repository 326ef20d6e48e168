#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "tests/engine/golden/lists.h"

/// What PyTorch answers to reductions. The cases are in golden_reduce.cpp, which
/// make_golden_reduce.py writes.
namespace golden {

/// The operand shows the storage whose element i is (7 * i) % 11 - 5. PyTorch refuses where
/// `fits` is false.
struct ReduceCase {
  const char* op;
  Integers sizes;
  Integers strides;
  std::int64_t offset;
  Integers dims;
  bool keepdim;
  bool fits;
  Integers result;
  Floats values;
};

/// A vector with infinities, NaN or ties, reduced to one number.
struct EdgeCase {
  const char* op;
  Floats x;
  float value;
};

/// The gradient of an operand of shape `wanted`, when its stretched shape got this one.
struct SumToCase {
  Integers sizes;
  Integers strides;
  std::int64_t offset;
  Integers wanted;
  Floats values;
};

extern const std::initializer_list<ReduceCase> reduce_cases;
extern const std::initializer_list<EdgeCase> edge_cases;
extern const std::initializer_list<SumToCase> sum_to_cases;

}  // namespace golden
