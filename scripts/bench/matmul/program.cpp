// What the bench's page calls: one product, prepared once and computed as often as it likes.
#include "engine/ops/matmul.h"
#include "engine/tensor.h"

extern "C" void __wasm_call_ctors();

namespace {

tt::Tensor left;
tt::Tensor right;

}  // namespace

extern "C" {

__attribute__((export_name("prepare"))) void prepare(int extent) {
  __wasm_call_ctors();
  left = tt::full({extent, extent}, 0.5F);
  right = tt::full({extent, extent}, 0.25F);
}

/// Gives one element of the last product, so that nothing of the work can be left out.
__attribute__((export_name("multiply"))) float multiply(int times) {
  float element = 0;
  for (int each = 0; each < times; ++each) {
    const tt::Tensor product = tt::matmul(left, right);
    element = product.at({0, 0});
  }
  return element;
}
}
