#pragma once

#include <cstdint>
#include <initializer_list>

/// What golden cases are made of: plain data, laid down at once. As vectors and strings they are
/// code that makes each of them, which takes g++ minutes.
namespace golden {

using Integers = std::initializer_list<std::int64_t>;
using Floats = std::initializer_list<float>;

}  // namespace golden
