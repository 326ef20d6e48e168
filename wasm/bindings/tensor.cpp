#include "engine/tensor.h"

#include <emscripten/bind.h>

#include <cstdint>
#include <vector>

#include "wasm/bindings/convert.h"

using emscripten::val;
using namespace tt;
using namespace tt::bindings;

namespace {

// The next index, row after row, as a clock counts up: (0, 2) of (2, 3) -> (1, 0).
void advance(Index& index, const Shape& sizes) {
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    if (++index[axis] < sizes[axis]) {
      return;
    }
    index[axis] = 0;
  }
}

// Where in the storage each element lies, row after row: how far the address that `at` gives is
// from the storage's first.
std::vector<std::int64_t> places(Tensor x) {
  if (x.numel() == 0) {
    return {};
  }
  const float* first = x.as_strided({}, {}, 0).data_ptr();
  std::vector<std::int64_t> result;
  Index index(x.sizes().size(), 0);
  for (std::int64_t i = 0; i < x.numel(); ++i, advance(index, x.sizes())) {
    result.push_back(&x.at(index) - first);
  }
  return result;
}

// JavaScript owns each `Tensor` it is given, and must call its `delete`.
template <typename Work>
auto view_of(Work work) {
  return guarded([&] { return Tensor(work()); });
}

}  // namespace

EMSCRIPTEN_BINDINGS(tensor) {
  emscripten::function(
      "arange", +[](double end) { return view_of([&] { return arange(end); }); });
  emscripten::class_<Tensor>("Tensor")
      .function(
          "sizes", +[](const Tensor& x) { return guarded([&] { return to_array(x.sizes()); }); })
      .function(
          "strides",
          +[](const Tensor& x) { return guarded([&] { return to_array(x.strides()); }); })
      .function(
          "storageOffset",
          +[](const Tensor& x) { return guarded([&] { return to_number(x.storage_offset()); }); })
      .function(
          "numel", +[](const Tensor& x) { return guarded([&] { return to_number(x.numel()); }); })
      .function("isContiguous", &Tensor::is_contiguous)
      .function("isAliasOf", &Tensor::is_alias_of)
      .function(
          "places", +[](const Tensor& x) { return guarded([&] { return to_array(places(x)); }); })
      .function(
          "values",
          +[](const Tensor& x) {
            return guarded([&] {
              const std::vector<float> values = x.to_vector();
              const auto bytes = emscripten::typed_memory_view(values.size(), values.data());
              return val(bytes).call<val>("slice");  // a copy: the vector is about to die
            });
          })
      .function(
          "asStrided",
          +[](const Tensor& x, const val& sizes, const val& strides, double offset) {
            return view_of(
                [&] { return x.as_strided(to_ints(sizes), to_ints(strides), to_int(offset)); });
          })
      .function(
          "transpose",
          +[](const Tensor& x, double dim0, double dim1) {
            return view_of([&] { return x.transpose(to_int(dim0), to_int(dim1)); });
          })
      .function(
          "permute",
          +[](const Tensor& x, const val& dims) {
            return view_of([&] { return x.permute(to_ints(dims)); });
          })
      .function(
          "slice",
          +[](const Tensor& x, double dim, double start, const val& end, double step) {
            return view_of([&] {
              const std::int64_t stop = end.isUndefined() ? slice_end : to_int(end.as<double>());
              return x.slice(to_int(dim), to_int(start), stop, to_int(step));
            });
          })
      .function(
          "select",
          +[](const Tensor& x, double dim, double index) {
            return view_of([&] { return x.select(to_int(dim), to_int(index)); });
          })
      .function(
          "expand",
          +[](const Tensor& x, const val& shape) {
            return view_of([&] { return x.expand(to_ints(shape)); });
          })
      .function(
          "view", +[](const Tensor& x, const val& shape) {
            return view_of([&] { return x.view(to_ints(shape)); });
          });
}
