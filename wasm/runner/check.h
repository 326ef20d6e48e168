#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tt {
class Tensor;
}

/// What a lesson's hidden tests are written with. A test is a `CHECK_CASE` that belongs to a step
/// and whose name is a fact; it ends at its first failed expectation. A `MEASURE` gives the
/// count behind one of the lesson's "predict, then measure" cards.
///
///   CHECK_CASE("numel", "the extents are multiplied") {
///     expect_equal(call("numel", numel, Shape{2, 3}), 6, "Start at 1 and multiply.");
///   }
namespace tt::check {

struct Case {
  const char* step;
  const char* name;
  void (*body)();
};

struct Measure {
  const char* name;
  double (*body)();
};

/// What a failed expectation throws. The runner reports it; nothing else may catch it, which is
/// why it is not a `std::exception`.
struct Failure {
  std::string message;
  std::string expected;
  std::string actual;
};

std::vector<Case>& cases();
std::vector<Measure>& measures();

/// The call that is being tested, as text, such as `numel((2, 3))`.
std::string& current_call();

/// The seed of this grading. A test that draws random cases starts its generator from it, so that
/// a failure can be repeated.
std::uint32_t seed();
void set_seed(std::uint32_t value);

/// Draws from a small range with the seeded generator, the same on every platform.
class Draw {
 public:
  Draw() : bits_(seed()) {}
  /// A number in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(bits_() % static_cast<std::uint32_t>(high - low + 1));
  }

 private:
  std::mt19937 bits_;
};

// How values are written in messages: as Python writes them, because that is what students read.
inline std::string show(bool value) {
  return value ? "true" : "false";
}
inline std::string show(int value) {
  return std::to_string(value);
}
inline std::string show(std::int64_t value) {
  return std::to_string(value);
}
inline std::string show(const std::string& value) {
  return "\"" + value + "\"";
}
std::string show(double value);
/// As few digits as tell this float from its neighbours: 0.1, not 0.100000001.
std::string show(float value);
std::string show(const std::vector<std::int64_t>& values);
/// Defined in check_tensor.h; declared here so that `call` finds it.
std::string show(const Tensor& tensor);

/// Calls the student's function and remembers the call for the message.
template <class Function, class... Arguments>
auto call(const char* name, Function function, const Arguments&... arguments) {
  std::string text;
  ((text += (text.empty() ? "" : ", ") + show(arguments)), ...);
  current_call() = std::string(name) + "(" + text + ")";
  return function(arguments...);
}

/// Fails the test unless `actual` equals `expected`. `idea` says what to look at.
template <class Actual, class Expected>
void expect_equal(const Actual& actual, const Expected& expected, const char* idea) {
  const Actual wanted = static_cast<Actual>(expected);
  if (!(actual == wanted)) {
    throw Failure{idea, show(wanted), show(actual)};
  }
}

/// Fails the test unless `fact` holds. `expected` and `actual` say it in words.
inline void expect(bool fact, const std::string& expected, const std::string& actual,
                   const char* idea) {
  if (!fact) {
    throw Failure{idea, expected, actual};
  }
}

/// Fails the test unless `attempt` throws `std::invalid_argument` with all `parts` in its text.
template <class Attempt>
void expect_refusal(std::initializer_list<const char*> parts, const char* idea, Attempt attempt) {
  std::string wanted = "std::invalid_argument";
  const char* separator = " with a text that contains ";
  for (const char* part : parts) {
    wanted += separator + show(std::string(part));
    separator = " and ";
  }
  try {
    const auto result = attempt();
    throw Failure{idea, wanted, show(result)};
  } catch (const std::invalid_argument& refusal) {
    const std::string text = refusal.what();
    for (const char* part : parts) {
      if (text.find(part) == std::string::npos) {
        throw Failure{"The refusal must name the thing to fix.", wanted,
                      "std::invalid_argument with the text " + show(text)};
      }
    }
  } catch (const std::exception& other) {
    throw Failure{idea, wanted, "another exception, with the text " + show(other.what())};
  }
}

/// The same for a call of a function.
template <class Function, class... Arguments>
void expect_refused(std::initializer_list<const char*> parts, const char* idea, const char* name,
                    Function function, const Arguments&... arguments) {
  expect_refusal(parts, idea, [&] { return call(name, function, arguments...); });
}

struct Register {
  explicit Register(Case entry) { cases().push_back(entry); }
  explicit Register(Measure entry) { measures().push_back(entry); }
};

}  // namespace tt::check

#define TT_CHECK_JOIN_(a, b) a##b
#define TT_CHECK_JOIN(a, b) TT_CHECK_JOIN_(a, b)

#define CHECK_CASE(step, name) TT_CHECK_CASE(step, name, TT_CHECK_JOIN(check_case_, __COUNTER__))
#define TT_CHECK_CASE(step, name, id)                                                              \
  static void id();                                                                                \
  static const ::tt::check::Register TT_CHECK_JOIN(id, _entry)(::tt::check::Case{step, name, id}); \
  static void id()

#define MEASURE(name) TT_MEASURE(name, TT_CHECK_JOIN(measure_, __COUNTER__))
#define TT_MEASURE(name, id)                                                                    \
  static double id();                                                                           \
  static const ::tt::check::Register TT_CHECK_JOIN(id, _entry)(::tt::check::Measure{name, id}); \
  static double id()
