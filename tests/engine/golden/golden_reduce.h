#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/shape.h"

/// What PyTorch answers to reductions. The cases are in golden_reduce.cpp, which
/// make_golden_reduce.py writes.
namespace golden {

using tt::Shape;
using tt::Strides;

/// The operand shows the storage whose element i is (7 * i) % 11 - 5. PyTorch refuses where
/// `fits` is false.
struct ReduceCase {
  std::string op;
  Shape sizes;
  Strides strides;
  std::int64_t offset;
  std::vector<std::int64_t> dims;
  bool keepdim;
  bool fits;
  Shape result;
  std::vector<float> values;
};

/// A vector with infinities, NaN or ties, reduced to one number.
struct EdgeCase {
  std::string op;
  std::vector<float> x;
  float value;
};

/// The gradient of an operand of shape `wanted`, when its stretched shape got this one.
struct SumToCase {
  Shape sizes;
  Strides strides;
  std::int64_t offset;
  Shape wanted;
  std::vector<float> values;
};

extern const std::vector<ReduceCase> reduce_cases;
extern const std::vector<EdgeCase> edge_cases;
extern const std::vector<SumToCase> sum_to_cases;

}  // namespace golden
