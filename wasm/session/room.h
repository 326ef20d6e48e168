#pragma once

// How a host that cannot call C++ talks to a program: it writes arguments into `tt_room` and reads
// results from `tt_result`; both stay where they are until the next call. Every exported function
// gives what its comment says, or -1 if it failed, and then `tt_result` holds the message.

#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "engine/error.h"

#define TT_EXPORT(name) __attribute__((export_name(#name))) name

extern "C" void __wasm_call_ctors();

namespace tt::room {

/// The host's room.
std::vector<std::uint8_t>& room();

/// Shows the host a result, which must stay where it is until the next call.
void show(const std::uint8_t* bytes, std::size_t size);

/// Keeps a copy of these bytes, and shows it.
void keep(const void* bytes, std::size_t size);

/// Shows a copy of these values, and gives how many they are.
template <class Value>
std::int32_t give(const std::vector<Value>& values) {
  keep(values.data(), values.size() * sizeof(Value));
  return static_cast<std::int32_t>(values.size());
}

/// Shows these letters, and gives how many they are.
std::int32_t give(const std::string& text);

/// Shows a message, and gives -1.
std::int32_t fail(const std::string& message);

/// Gives what `work` gives, or fails with the message of what it throws.
template <class Work>
std::int32_t guarded(Work work) {
  try {
    return work();
  } catch (const NotWritten& unwritten) {
    return fail(std::string("Not written yet: ") + unwritten.hint);
  } catch (const std::exception& error) {
    return fail(error.what());
  } catch (...) {
    return fail("Something was thrown that is no std::exception.");
  }
}

/// What the host has written, read from front to back.
class Reader {
 public:
  template <class Value>
  std::vector<Value> list(std::int32_t count) {
    std::vector<Value> values(static_cast<std::size_t>(count));
    if (count > 0) {
      std::memcpy(values.data(), room().data() + at_, values.size() * sizeof(Value));
    }
    at_ += values.size() * sizeof(Value);
    return values;
  }

  // Whole numbers come as doubles, which JavaScript's numbers are.
  std::vector<std::int64_t> integers(std::int32_t count) {
    std::vector<std::int64_t> whole;
    for (double number : list<double>(count)) {
      whole.push_back(static_cast<std::int64_t>(number));
    }
    return whole;
  }

  std::string text(std::int32_t count) {
    const std::vector<char> letters = list<char>(count);
    return std::string(letters.begin(), letters.end());
  }

 private:
  std::size_t at_ = 0;
};

}  // namespace tt::room
