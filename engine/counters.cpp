#include "engine/counters.h"

namespace tt {

namespace {

Counters total;

}  // namespace

void count_flops(std::int64_t flops) noexcept {
  total.flops += flops;
}

void count_bytes_read(std::int64_t bytes) noexcept {
  total.bytes_read += bytes;
}

void count_bytes_written(std::int64_t bytes) noexcept {
  total.bytes_written += bytes;
}

Counters counters() noexcept {
  return total;
}

void reset_counters() noexcept {
  total = Counters{};
}

}  // namespace tt
