#include <cstdio>

#include "engine/shape.h"

// Your own playground: change it, press Run, and see what your unit says.
int main() {
  const tt::Shape shape = {2, 3, 4};
  std::printf("shape    %s\n", tt::to_string(shape).c_str());
  std::printf("elements %lld\n", static_cast<long long>(tt::numel(shape)));

  const tt::Strides strides = tt::contiguous_strides(shape);
  std::printf("strides  %s\n", tt::to_string(strides).c_str());

  const tt::Index index = {1, 0, 3};
  const auto offset = tt::offset_of(index, shape, strides);
  std::printf("element %s lies at offset %lld\n", tt::to_string(index).c_str(),
              static_cast<long long>(offset));
}
