#include "engine/shape.h"

#include <emscripten/bind.h>

#include "engine/layout.h"
#include "wasm/bindings/convert.h"

using emscripten::val;
using namespace tt;
using namespace tt::bindings;

EMSCRIPTEN_BINDINGS(shape) {
  emscripten::function(
      "numel", +[](const val& shape) {
        return guarded([&] {
          const Shape sizes = to_ints(shape);
          check_shape("numel", sizes);  // `numel` itself does not look for a product beyond 64 bits
          return to_number(numel(sizes));
        });
      });
  emscripten::function(
      "contiguousStrides", +[](const val& shape) {
        return guarded([&] { return to_array(contiguous_strides(to_ints(shape))); });
      });
  emscripten::function(
      "offsetOf", +[](const val& index, const val& shape, const val& strides) {
        return guarded(
            [&] { return to_number(offset_of(to_ints(index), to_ints(shape), to_ints(strides))); });
      });
  emscripten::function(
      "normalizeAxis", +[](double axis, double rank) {
        return guarded([&] { return to_number(normalize_axis(to_int(axis), to_int(rank))); });
      });
  emscripten::function(
      "broadcastShapes", +[](const val& a, const val& b) {
        return guarded([&] { return to_array(broadcast_shapes(to_ints(a), to_ints(b))); });
      });
  emscripten::function(
      "broadcastStrides", +[](const val& shape, const val& strides, const val& target) {
        return guarded([&] {
          return to_array(broadcast_strides(to_ints(shape), to_ints(strides), to_ints(target)));
        });
      });
}
