#pragma once

#include <cstdint>
#include <initializer_list>

#include "tests/engine/golden/lists.h"

/// What PyTorch answers. The cases are in golden.cpp, which make_golden.py writes.
namespace golden {

/// One view: the name of the member function of `Tensor`, and its numbers.
struct Op {
  const char* name;
  Integers args;
};

/// Up to four views, one after the other, of 0, 1, 2, ... in the shape `base`.
struct ViewCase {
  Integers base;
  std::initializer_list<Op> ops;
  Integers sizes;
  Integers strides;
  std::int64_t offset;
  bool contiguous;
  Floats values;
};

/// The shape `wanted`, asked of 0, 1, 2, ... seen with these sizes and strides: may `view` do it,
/// may `reshape`, and how the result of `reshape` looks.
struct ReshapeCase {
  Integers sizes;
  Integers strides;
  Integers wanted;
  bool view;
  bool reshape;
  Integers result;
  Integers result_strides;
  Floats values;
};

/// A slice of 0, 1, 2, ... along its only axis.
struct SliceCase {
  std::int64_t extent;
  std::int64_t start;
  std::int64_t end;
  std::int64_t step;
  std::int64_t offset;
  Floats values;
};

/// Two shapes, whether they broadcast, to what, and the strides that read a contiguous `a` in it.
struct BroadcastCase {
  Integers a;
  Integers b;
  bool fits;
  Integers result;
  Integers strides_of_a;
};

/// `as_strided` of 0, 1, ..., 23, and whether the storage holds it.
struct StridedCase {
  Integers sizes;
  Integers strides;
  std::int64_t offset;
  bool fits;
  Floats values;
};

struct ArangeCase {
  double start;
  double end;
  double step;
  Floats values;
};

extern const std::initializer_list<ViewCase> view_cases;
extern const std::initializer_list<ReshapeCase> reshape_cases;
extern const std::initializer_list<SliceCase> slice_cases;
extern const std::initializer_list<BroadcastCase> broadcast_cases;
extern const std::initializer_list<StridedCase> strided_cases;
extern const std::initializer_list<ArangeCase> arange_cases;

}  // namespace golden
