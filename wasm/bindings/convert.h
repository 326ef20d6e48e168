#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace tt::bindings {

/// The largest whole number below which a JavaScript number holds every one: 2^53 - 1.
inline constexpr std::int64_t largest_exact = 9007199254740991;

/// Turns a JavaScript number into a whole number. Throws `std::invalid_argument` if it is not one.
inline std::int64_t to_int(double number) {
  const auto limit = static_cast<double>(largest_exact);
  if (!(number >= -limit && number <= limit) ||
      static_cast<double>(static_cast<std::int64_t>(number)) != number) {
    throw std::invalid_argument("[bindings] got " + std::to_string(number) +
                                ": it must be a whole number below 2^53");
  }
  return static_cast<std::int64_t>(number);
}

/// Turns a whole number into a JavaScript number. Throws `std::invalid_argument` if that would
/// change it.
inline double to_number(std::int64_t whole) {
  if (whole > largest_exact || whole < -largest_exact) {
    throw std::invalid_argument("[bindings] got the result " + std::to_string(whole) +
                                ": it must be below 2^53 to be a JavaScript number");
  }
  return static_cast<double>(whole);
}

/// Turns an array of JavaScript numbers into whole numbers. Throws as `to_int` does.
inline std::vector<std::int64_t> to_ints(const emscripten::val& array) {
  std::vector<std::int64_t> result;
  for (double number : emscripten::convertJSArrayToNumberVector<double>(array)) {
    result.push_back(to_int(number));
  }
  return result;
}

/// Gives a new JavaScript array of these numbers. Throws as `to_number` does.
inline emscripten::val to_array(const std::vector<std::int64_t>& numbers) {
  emscripten::val result = emscripten::val::array();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    result.set(static_cast<unsigned>(i), to_number(numbers[i]));
  }
  return result;
}

/// Runs `work` and gives back what it gives. What it throws reaches JavaScript as an `Error` with
/// the same message, since a C++ exception is an opaque object there. Its name is `Refusal`, so
/// that nobody takes a fault of the page for the engine's answer.
template <typename Work>
auto guarded(Work work) {
  std::string message;
  try {
    return work();
  } catch (const std::exception& error) {
    message = error.what();
  }
  emscripten::val refusal = emscripten::val::global("Error").new_(message);
  refusal.set("name", "Refusal");
  refusal.throw_();
}

}  // namespace tt::bindings
