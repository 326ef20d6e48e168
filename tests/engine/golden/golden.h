#pragma once

#include <cstdint>
#include <vector>

#include "engine/shape.h"

/// What PyTorch answers. The cases are in golden.cpp, which make_golden.py writes.
namespace golden {

using tt::Shape;
using tt::Strides;

/// One view: the name of the member function of `Tensor`, and its numbers.
struct Op {
  const char* name;
  std::vector<std::int64_t> args;
};

/// Up to four views, one after the other, of 0, 1, 2, ... in the shape `base`.
struct ViewCase {
  Shape base;
  std::vector<Op> ops;
  Shape sizes;
  Strides strides;
  std::int64_t offset;
  bool contiguous;
  std::vector<float> values;
};

/// The shape `wanted`, asked of 0, 1, 2, ... seen with these sizes and strides: may `view` do it,
/// may `reshape`, and how the result of `reshape` looks.
struct ReshapeCase {
  Shape sizes;
  Strides strides;
  Shape wanted;
  bool view;
  bool reshape;
  Shape result;
  Strides result_strides;
  std::vector<float> values;
};

/// A slice of 0, 1, 2, ... along its only axis.
struct SliceCase {
  std::int64_t extent;
  std::int64_t start;
  std::int64_t end;
  std::int64_t step;
  std::int64_t offset;
  std::vector<float> values;
};

/// Two shapes, whether they broadcast, to what, and the strides that read a contiguous `a` in it.
struct BroadcastCase {
  Shape a;
  Shape b;
  bool fits;
  Shape result;
  Strides strides_of_a;
};

/// `as_strided` of 0, 1, ..., 23, and whether the storage holds it.
struct StridedCase {
  Shape sizes;
  Strides strides;
  std::int64_t offset;
  bool fits;
  std::vector<float> values;
};

struct ArangeCase {
  double start;
  double end;
  double step;
  std::vector<float> values;
};

extern const std::vector<ViewCase> view_cases;
extern const std::vector<ReshapeCase> reshape_cases;
extern const std::vector<SliceCase> slice_cases;
extern const std::vector<BroadcastCase> broadcast_cases;
extern const std::vector<StridedCase> strided_cases;
extern const std::vector<ArangeCase> arange_cases;

}  // namespace golden
