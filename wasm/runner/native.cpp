// The entry of a lesson's tests outside the browser: runs them all in one process, says which
// failed, and ends with 0 only if none did.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "engine/error.h"
#include "wasm/runner/check.h"

namespace {

/// Runs one test. Gives back what went wrong, or nothing.
std::string failure_of(const tt::check::Case& test) {
  try {
    test.body();
    return "";
  } catch (const tt::check::Failure& failure) {
    return tt::check::current_call() + ": expected " + failure.expected + ", got " +
           failure.actual + ". " + failure.message;
  } catch (const tt::NotWritten& unwritten) {
    return std::string("not written yet: ") + unwritten.hint;
  } catch (const std::exception& error) {
    return tt::check::current_call() + " threw an exception: " + error.what();
  } catch (...) {
    return tt::check::current_call() + " threw an exception of an unknown type";
  }
}

}  // namespace

/// The seed of the random cases may be given as the only argument.
int main(int argc, char** argv) {
  if (argc > 1) {
    tt::check::set_seed(static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)));
  }
  int failed = 0;
  for (const tt::check::Case& test : tt::check::cases()) {
    const std::string failure = failure_of(test);
    failed += failure.empty() ? 0 : 1;
    std::printf("%s  %s: %s\n", failure.empty() ? "ok  " : "FAIL", test.step, test.name);
    if (!failure.empty()) {
      std::printf("      %s\n", failure.c_str());
    }
  }
  const int total = static_cast<int>(tt::check::cases().size());
  std::printf("%d passed, %d failed\n", total - failed, failed);
  return failed == 0 ? 0 : 1;
}
