// A session as plain functions, for a program that is linked in the page from a student's objects:
// see room.h.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/scalar_session.h"
#include "engine/session.h"
#include "wasm/session/room.h"

using tt::room::give;
using tt::room::guarded;
using tt::room::Reader;

namespace {

std::unique_ptr<tt::Session> session;

}  // namespace

extern "C" {

/// Begins a session on tensors or on single numbers; `bytes` and `tensors` are the most that its
/// trace may hold. Gives 0.
std::int32_t TT_EXPORT(tt_start)(std::int32_t bytes, std::int32_t tensors, std::int32_t scalars) {
  return guarded([&] {
    __wasm_call_ctors();
    const tt::TraceLimits limits = {static_cast<std::size_t>(bytes),
                                    static_cast<std::size_t>(tensors)};
    session = scalars != 0 ? std::make_unique<tt::ScalarSession>(limits)
                           : std::make_unique<tt::Session>(limits);
    return 0;
  });
}

/// Room: the extents, the values, the name. Gives the number of the new tensor.
std::int32_t TT_EXPORT(tt_tensor)(std::int32_t rank, std::int32_t count, std::int32_t letters,
                                  std::int32_t requires_grad) {
  return guarded([&] {
    Reader reader;
    const tt::Shape shape = reader.integers(rank);
    const std::vector<float> values = reader.list<float>(count);
    const std::string name = reader.text(letters);
    return static_cast<std::int32_t>(session->tensor(shape, values, requires_grad != 0, name));
  });
}

/// Room: whole numbers, numbers, the numbers of the inputs, the name. Gives the number of the
/// result.
std::int32_t TT_EXPORT(tt_apply)(std::int32_t integers, std::int32_t numbers, std::int32_t inputs,
                                 std::int32_t letters) {
  return guarded([&] {
    Reader reader;
    tt::Arguments arguments;
    arguments.integers = reader.integers(integers);
    arguments.numbers = reader.list<double>(numbers);
    const std::vector<std::uint32_t> tensors = reader.list<std::uint32_t>(inputs);
    const std::string name = reader.text(letters);
    return static_cast<std::int32_t>(session->apply(name, tensors, arguments));
  });
}

/// Room: the values. Gives 0.
std::int32_t TT_EXPORT(tt_set)(std::int32_t tensor, std::int32_t count) {
  return guarded([&] {
    session->set(static_cast<std::uint32_t>(tensor), Reader().list<float>(count));
    return 0;
  });
}

/// Gives 0.
std::int32_t TT_EXPORT(tt_backward)(std::int32_t tensor, std::int32_t seed,
                                    std::int32_t retain_graph) {
  return guarded([&] {
    session->backward(static_cast<std::uint32_t>(tensor), static_cast<std::uint32_t>(seed),
                      retain_graph != 0);
    return 0;
  });
}

/// Gives 0.
std::int32_t TT_EXPORT(tt_descend)(double rate) {
  return guarded([&] {
    session->descend(rate);
    return 0;
  });
}

/// Gives 0.
std::int32_t TT_EXPORT(tt_zero_grad)() {
  return guarded([&] {
    session->zero_grad();
    return 0;
  });
}

/// Gives the rank; the result holds the extents as doubles.
std::int32_t TT_EXPORT(tt_shape)(std::int32_t tensor) {
  return guarded([&] {
    const tt::Shape shape = session->shape(static_cast<std::uint32_t>(tensor));
    return give(std::vector<double>(shape.begin(), shape.end()));
  });
}

/// Gives the number of elements; the result holds them as floats.
std::int32_t TT_EXPORT(tt_values)(std::int32_t tensor) {
  return guarded([&] { return give(session->values(static_cast<std::uint32_t>(tensor))); });
}

/// Gives the number of elements, or -2 if there is no gradient; the result holds them as floats.
std::int32_t TT_EXPORT(tt_grad)(std::int32_t tensor) {
  return guarded([&] {
    const auto number = static_cast<std::uint32_t>(tensor);
    return session->has_grad(number) ? give(session->grad(number)) : -2;
  });
}

/// Gives the number of bytes of the trace, which are the result.
std::int32_t TT_EXPORT(tt_trace)() {
  return guarded([&] {
    const std::vector<std::uint8_t>& bytes = session->trace();
    tt::room::show(bytes.data(), bytes.size());
    return static_cast<std::int32_t>(bytes.size());
  });
}

/// Gives 0.
std::int32_t TT_EXPORT(tt_clear)() {
  return guarded([&] {
    session->clear();
    return 0;
  });
}

/// Gives the names of the operations, one a line.
std::int32_t TT_EXPORT(tt_operations)() {
  return guarded([&] {
    std::string lines;
    for (const std::string& name : tt::Session::operations()) {
      lines += name + "\n";
    }
    return give(lines);
  });
}
}
