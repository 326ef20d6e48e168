#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "engine/nn/losses.h"
#include "tests/engine/golden/lists.h"

/// What PyTorch answers to losses. The cases are in golden_losses.cpp, which make_golden_losses.py
/// writes.
namespace golden {

using tt::Reduction;

/// What a tensor shows of a storage. Element i of the storage of logits is ((7 * i) % 11 - 5) *
/// 0.75, and of that of probabilities ((7 * i) % 11) / 10.
struct LossInput {
  Integers sizes;
  Integers strides;
  std::int64_t offset;
};

/// Input and target have the same shape; the target shows probabilities.
struct PairCase {
  const char* op;
  LossInput input;
  LossInput target;
  Reduction reduction;
  Integers result;
  Floats values;
};

/// One number and its target.
struct EdgeLoss {
  const char* op;
  float input;
  float target;
  float value;
};

/// Rows of logits and the class of each.
struct ClassCase {
  const char* op;
  LossInput input;
  Floats target;
  Reduction reduction;
  std::int64_t ignore_index;
  Integers result;
  Floats values;
};

/// A row of logits, its log-sum-exp, and its cross entropy with each class.
struct RowCase {
  Floats logits;
  float log_sum_exp;
  Floats losses;
};

extern const std::initializer_list<PairCase> pair_cases;
extern const std::initializer_list<EdgeLoss> edge_losses;
extern const std::initializer_list<ClassCase> class_cases;
extern const std::initializer_list<PairCase> soft_cases;
extern const std::initializer_list<RowCase> row_cases;

}  // namespace golden
