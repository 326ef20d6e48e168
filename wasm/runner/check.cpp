#include "wasm/runner/check.h"

#include <cstdio>
#include <cstdlib>

namespace tt::check {

std::vector<Case>& cases() {
  static std::vector<Case> list;
  return list;
}

std::vector<Measure>& measures() {
  static std::vector<Measure> list;
  return list;
}

std::string& current_call() {
  static std::string text;
  return text;
}

namespace {
std::uint32_t current_seed = 1;
}  // namespace

std::uint32_t seed() {
  return current_seed;
}
void set_seed(std::uint32_t value) {
  current_seed = value;
}

std::string show(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string show(float value) {
  if (value != value) {
    return "nan";  // whatever its sign
  }
  char text[32];
  for (int digits = 6; digits <= 9; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (std::strtof(text, nullptr) == value) {
      break;
    }
  }
  return text;
}

std::string show(const std::vector<std::int64_t>& values) {
  std::string text = "(";
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(values[i]);
  }
  return text + (values.size() == 1 ? ",)" : ")");
}

}  // namespace tt::check
