#include "engine/session.h"

#include <emscripten/bind.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/scalar_session.h"
#include "wasm/bindings/convert.h"

using emscripten::val;
using namespace tt;
using namespace tt::bindings;

namespace {

// A copy of these numbers as a typed array: they may move before JavaScript reads them.
template <typename Number>
val copied(const std::vector<Number>& numbers) {
  return val(emscripten::typed_memory_view(numbers.size(), numbers.data())).call<val>("slice");
}

std::uint32_t to_tensor(double number) {
  return static_cast<std::uint32_t>(to_int(number));
}

std::vector<std::uint32_t> to_tensors(const val& array) {
  std::vector<std::uint32_t> tensors;
  for (std::int64_t number : to_ints(array)) {
    tensors.push_back(static_cast<std::uint32_t>(number));
  }
  return tensors;
}

}  // namespace

EMSCRIPTEN_BINDINGS(session) {
  emscripten::class_<Session>("Session")
      .constructor(+[](double bytes, double tensors, bool scalars) {
        const TraceLimits limits = {static_cast<std::size_t>(to_int(bytes)),
                                    static_cast<std::size_t>(to_int(tensors))};
        return scalars ? std::make_unique<ScalarSession>(limits)
                       : std::make_unique<Session>(limits);
      })
      .function(
          "tensor",
          +[](Session& session, const val& shape, const val& values, bool requires_grad,
              const std::string& name) {
            return guarded([&] {
              return static_cast<double>(session.tensor(
                  to_ints(shape), emscripten::convertJSArrayToNumberVector<float>(values),
                  requires_grad, name));
            });
          })
      .function(
          "apply",
          +[](Session& session, const std::string& name, const val& inputs, const val& integers,
              const val& numbers) {
            return guarded([&] {
              const Arguments arguments = {
                  to_ints(integers), emscripten::convertJSArrayToNumberVector<double>(numbers)};
              return static_cast<double>(session.apply(name, to_tensors(inputs), arguments));
            });
          })
      .function(
          "set",
          +[](Session& session, double tensor, const val& values) {
            guarded([&] {
              session.set(to_tensor(tensor),
                          emscripten::convertJSArrayToNumberVector<float>(values));
              return true;
            });
          })
      .function(
          "backward",
          +[](Session& session, double tensor, double seed, bool retain_graph) {
            guarded([&] {
              session.backward(to_tensor(tensor), to_tensor(seed), retain_graph);
              return true;
            });
          })
      .function(
          "descend",
          +[](Session& session, double rate) {
            guarded([&] {
              session.descend(rate);
              return true;
            });
          })
      .function("zeroGrad", &Session::zero_grad)
      .function(
          "shape",
          +[](const Session& session, double tensor) {
            return guarded([&] { return to_array(session.shape(to_tensor(tensor))); });
          })
      .function(
          "values",
          +[](const Session& session, double tensor) {
            return guarded([&] { return copied(session.values(to_tensor(tensor))); });
          })
      .function(
          "hasGrad",
          +[](const Session& session, double tensor) {
            return guarded([&] { return session.has_grad(to_tensor(tensor)); });
          })
      .function(
          "grad",
          +[](const Session& session, double tensor) {
            return guarded([&] { return copied(session.grad(to_tensor(tensor))); });
          })
      .function(
          "trace", +[](Session& session) { return copied(session.trace()); })
      .function("clear", &Session::clear);

  emscripten::function(
      "operations", +[] {
        val names = val::array();
        for (const std::string& name : Session::operations()) {
          names.call<void>("push", name);
        }
        return names;
      });
}
