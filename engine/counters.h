#pragma once

#include <cstdint>

namespace tt {

/// The work done since `reset_counters`. Exact and equal on every machine, unlike time.
struct Counters {
  std::int64_t flops = 0;  // one addition, multiplication, comparison, ... on one element is 1
  std::int64_t bytes_read = 0;
  std::int64_t bytes_written = 0;
};

/// Adds to the operations done. A kernel calls this once, not once an element. The counters are
/// plain numbers: call these functions from one thread at a time.
void count_flops(std::int64_t flops) noexcept;

/// Adds to the bytes that a kernel read from its inputs.
void count_bytes_read(std::int64_t bytes) noexcept;

/// Adds to the bytes that a kernel wrote to its output.
void count_bytes_written(std::int64_t bytes) noexcept;

/// Gives the counters as they stand.
Counters counters() noexcept;

/// Sets every counter to 0.
void reset_counters() noexcept;

}  // namespace tt
