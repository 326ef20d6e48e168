// The page's part of a program, in a native process: what main.cpp calls is here, so a test runs as
// it does in the page.
//
//   lesson_shape [seed]                  runs every test in this process, says which failed, and
//                                        ends with 0 only if none did
//   lesson_shape --test 3 [seed]         only the test number 3, from 0: for a debugger
//   lesson_shape --tell list 0 1         does what the page's worker is asked (list, test or
//                                        measure; index; seed), with the page's memory, and
//                                        writes what is reported to file descriptor 3

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>

#include "wasm/runner/check.h"

namespace {

constexpr int report_file = 3;
/// As in the page (wasm/toolchain/flags.ts), and room for the libraries and the stack.
constexpr rlim_t memory_bytes = (256 + 32) << 20;

bool telling = false;
/// What the test under way has reported.
std::map<std::string, std::string> heard;

void tell(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(report_file, text.data(), text.size());
    if (written <= 0) {
      std::_Exit(2);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

extern "C" {

void tt_run(std::int32_t kind, std::int32_t index, std::uint32_t seed);

std::uint64_t tt_nonce() {
  return 0;
}

void tt_report(std::uint64_t, const char* key, std::size_t key_size, const char* value,
               std::size_t value_size) {
  if (telling) {
    // At once, because the next thing may be a crash.
    tell(std::string(key, key_size) + '\0' + std::string(value, value_size) + '\0');
  } else {
    heard[std::string(key, key_size)] = std::string(value, value_size);
  }
}

void tt_threw() {}
[[noreturn]] void tt_endless() {
  std::abort();
}

// What only WebAssembly has: here, constructors run before `main`, nothing is wrapped, and no
// example is linked.
void __wasm_call_ctors() {}
[[noreturn]] void __real___cxa_throw(void*, std::type_info*, void (*)(void*)) {
  std::abort();
}
int __original_main() {
  throw std::logic_error("the program has no main");
}
}

namespace {

constexpr std::int32_t kind_list = 0;
constexpr std::int32_t kind_test = 1;
constexpr std::int32_t kind_measure = 2;

/// Runs one test in this process and says how it ended. Gives back whether it passed.
bool runs_well(std::size_t index, std::uint32_t seed) {
  heard.clear();
  tt::check::current_call().clear();
  tt_run(kind_test, static_cast<std::int32_t>(index), seed);
  const tt::check::Case& test = tt::check::cases()[index];
  const std::string& end = heard["end"];
  const bool passed = end == "passed";
  std::printf("%s  %s: %s\n", passed ? "ok  " : "FAIL", test.step, test.name);
  if (end == "failed") {
    std::printf("      %s: expected %s, got %s. %s\n", heard["call"].c_str(),
                heard["expected"].c_str(), heard["actual"].c_str(), heard["message"].c_str());
  } else if (end == "notWritten") {
    std::printf("      not written yet: %s\n", heard["message"].c_str());
  } else if (!passed) {
    std::printf("      %s threw an exception: %s %s\n", heard["call"].c_str(),
                heard["type"].c_str(), heard["message"].c_str());
  }
  return passed;
}

std::uint32_t number(const char* text) {
  return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (option == "--tell" && argc == 5) {
    telling = true;
    const rlimit memory = {memory_bytes, memory_bytes};
    setrlimit(RLIMIT_AS, &memory);
    const std::string_view kind = argv[2];
    tt_run(kind == "list" ? kind_list : (kind == "test" ? kind_test : kind_measure),
           static_cast<std::int32_t>(number(argv[3])), number(argv[4]));
    return 0;
  }
  const std::size_t total = tt::check::cases().size();
  if (option == "--test" && argc > 2) {
    const std::size_t index = number(argv[2]);
    if (index >= total) {
      std::printf("there are %zu tests, counted from 0\n", total);
      return 2;
    }
    return runs_well(index, argc > 3 ? number(argv[3]) : 1) ? 0 : 1;
  }
  const std::uint32_t seed = argc > 1 ? number(argv[1]) : 1;
  std::size_t passed = 0;
  for (std::size_t index = 0; index < total; ++index) {
    passed += runs_well(index, seed) ? 1 : 0;
  }
  std::printf("%zu passed, %zu failed\n", passed, total - passed);
  return passed == total ? 0 : 1;
}
