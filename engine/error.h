#pragma once

namespace tt {

/// Thrown by `todo`. Deliberately not a `std::exception`: a test that expects an error must not
/// take an unwritten step for one.
struct NotWritten {
  const char* hint;
};

/// Marks a step that is still to be written. Throws `NotWritten` with the step's own hint.
[[noreturn]] inline void todo(const char* hint) {
  throw NotWritten{hint};
}

}  // namespace tt
