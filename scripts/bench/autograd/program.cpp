// What the bench's page calls: chains of operations on one number, forward and backward.
#include <cstdint>

#include "engine/autograd/engine.h"
#include "engine/ops/elementwise.h"
#include "engine/tensor.h"

extern "C" void __wasm_call_ctors();

namespace {

tt::Tensor leaf;
tt::Tensor factor;
tt::Tensor last;

}  // namespace

extern "C" {

__attribute__((export_name("prepare"))) void prepare() {
  __wasm_call_ctors();
  factor = tt::full({}, 1);
}

/// Multiplies one number again and again, and keeps the graph.
__attribute__((export_name("forward"))) void forward(std::int32_t operations) {
  leaf = tt::full({}, 1).requires_grad_();
  last = leaf;
  for (std::int32_t each = 0; each < operations; ++each) {
    last = tt::mul(last, factor);
  }
}

/// Differentiates the chain, which gives its graph back, and gives the leaf's gradient: 1.
__attribute__((export_name("backward"))) float backward() {
  last.backward();
  last = tt::Tensor();
  return leaf.grad().item();
}
}
