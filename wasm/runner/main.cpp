// The entry of every program that the page runs. It answers the host through one import, `report`,
// and never through stdout. Every test runs in an instance of its own, so nothing is reset here.

#include <cxxabi.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>

#include "engine/error.h"
#include "wasm/runner/check.h"

#define TT_IMPORT(name) __attribute__((import_module("tinytorch"), import_name(name)))

extern "C" {
TT_IMPORT("nonce") std::uint64_t tt_nonce();
TT_IMPORT("report")
void tt_report(std::uint64_t nonce, const char* key, std::size_t key_size, const char* value,
               std::size_t value_size);
/// Tells the host that an exception starts, so that it can keep the stack.
TT_IMPORT("threw") void tt_threw();

/// Tells the host that a program built to count its steps has made too many.
TT_IMPORT("endless") void tt_endless();

void __wasm_call_ctors();
[[noreturn]] void __real___cxa_throw(void*, std::type_info*, void (*)(void*));
/// Weak: only the programs behind the Run button have a `main`.
__attribute__((weak)) int __original_main();
}

namespace {

std::uint64_t nonce = 0;

void report(std::string_view key, std::string_view value) {
  tt_report(nonce, key.data(), key.size(), value.data(), value.size());
}

void run_test(std::size_t index) {
  const tt::check::Case& test = tt::check::cases().at(index);
  report("begin", test.name);
  try {
    test.body();
    report("end", "passed");
  } catch (const tt::check::Failure& failure) {
    report("call", tt::check::current_call());
    report("message", failure.message);
    report("expected", failure.expected);
    report("actual", failure.actual);
    report("end", "failed");
  } catch (const tt::NotWritten& unwritten) {
    report("message", unwritten.hint);
    report("end", "notWritten");
  } catch (const std::invalid_argument& refusal) {
    report("call", tt::check::current_call());
    report("message", refusal.what());
    report("end", "refused");
  }
}

void run_measure(std::size_t index) {
  const tt::check::Measure& measure = tt::check::measures().at(index);
  report("begin", measure.name);
  report("value", tt::check::show(measure.body()));
  report("end", "passed");
}

void list() {
  report("begin", "list");
  for (const tt::check::Case& test : tt::check::cases()) {
    report("step", test.step);
    report("test", test.name);
  }
  for (const tt::check::Measure& measure : tt::check::measures()) {
    report("measure", measure.name);
  }
  report("end", "passed");
}

void run_main() {
  report("begin", "main");
  if (__original_main == nullptr) {
    throw std::logic_error("the program has no main");
  }
  __original_main();
  report("end", "passed");
}

/// Says which exception nobody caught. Must be called inside a handler.
void report_uncaught() {
  report("call", tt::check::current_call());
  if (const std::type_info* type = abi::__cxa_current_exception_type()) {
    report("type", type->name());
  }
  try {
    throw;
  } catch (const tt::NotWritten& unwritten) {
    report("message", unwritten.hint);
    report("end", "notWritten");
    return;
  } catch (const std::bad_alloc&) {
    report("end", "outOfMemory");
    return;
  } catch (const std::length_error&) {
    report("end", "outOfMemory");
    return;
  } catch (const std::exception& error) {
    report("message", error.what());
  } catch (...) {
  }
  report("end", "uncaught");
}

void* allocate(std::size_t size) {
  if (void* memory = std::malloc(size == 0 ? 1 : size)) {
    return memory;
  }
  report("outOfMemory", std::to_string(size));
  throw std::bad_alloc();
}

}  // namespace

// The only allocator of every program: it tells the host when memory runs out, because a student's
// own `catch` may hide the exception.
void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
// `std::stable_sort` asks like this, and does with less if there is none.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

extern "C" {

/// Called by every block of a unit that is compiled to find an endless loop.
void __sanitizer_cov_trace_pc() {
  constexpr std::int64_t steps_allowed = 200'000'000;
  static std::int64_t steps = 0;
  if (++steps > steps_allowed) {
    tt_endless();
  }
}

[[noreturn]] void __wrap___cxa_throw(void* object, std::type_info* type, void (*destroy)(void*)) {
  tt_threw();
  __real___cxa_throw(object, type, destroy);
}

/// Runs one thing in a fresh instance: `list`, `test`, `measure` or `main`.
__attribute__((export_name("tt_run"))) void tt_run(std::int32_t kind, std::int32_t index,
                                                   std::uint32_t seed) {
  nonce = tt_nonce();
  try {
    std::setvbuf(stdout, nullptr, _IONBF, 0);
    __wasm_call_ctors();
    tt::check::set_seed(seed);
    switch (kind) {
      case 0:
        list();
        break;
      case 1:
        run_test(static_cast<std::size_t>(index));
        break;
      case 2:
        run_measure(static_cast<std::size_t>(index));
        break;
      default:
        run_main();
        break;
    }
  } catch (...) {
    report_uncaught();
  }
}
}
