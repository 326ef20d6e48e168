#include "engine/memory.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>

#include "tests/engine/check.h"

using namespace tt;

TEST_CASE("a block of 64 bytes begins at a multiple of them, a smaller one where a number may") {
  for (std::int64_t bytes : {1, 4, 63, 64, 65, 1000, 4096}) {
    void* block = allocate(bytes);
    const std::uintptr_t alignment = bytes < 64 ? alignof(std::max_align_t) : 64;
    CHECK(reinterpret_cast<std::uintptr_t>(block) % alignment == 0);
    std::memset(block, 1, static_cast<std::size_t>(bytes));
    deallocate(block, bytes);
  }
}

TEST_CASE("live bytes count what was asked for, and go back to where they were") {
  const MemoryStats before = memory_stats();
  void* a = allocate(100);
  void* b = allocate(28);
  CHECK(memory_stats().live_bytes == before.live_bytes + 128);
  CHECK(memory_stats().allocations == before.allocations + 2);
  deallocate(a, 100);
  CHECK(memory_stats().live_bytes == before.live_bytes + 28);
  deallocate(b, 28);
  CHECK(memory_stats().live_bytes == before.live_bytes);
  CHECK(memory_stats().allocations == before.allocations + 2);
}

TEST_CASE("the peak stays until it is reset, and then begins at the live bytes") {
  reset_peak_memory();
  const std::int64_t live = memory_stats().live_bytes;
  void* kept = allocate(10);
  void* freed = allocate(1000);
  deallocate(freed, 1000);
  CHECK(memory_stats().peak_bytes == live + 1010);
  reset_peak_memory();
  CHECK(memory_stats().peak_bytes == live + 10);
  deallocate(kept, 10);
  CHECK(memory_stats().peak_bytes == live + 10);
}

TEST_CASE("0 bytes are a null block that nobody counts") {
  const MemoryStats before = memory_stats();
  void* block = allocate(0);
  CHECK(block == nullptr);
  deallocate(block, 0);
  CHECK(memory_stats().allocations == before.allocations);
  CHECK(memory_stats().live_bytes == before.live_bytes);
}

TEST_CASE("a request that cannot be served throws bad_alloc and leaves the counters alone") {
  const MemoryStats before = memory_stats();
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t bytes : {most, most - 64, most / 2}) {
    CHECK_THROWS_AS(static_cast<void>(allocate(bytes)), std::bad_alloc);
  }
  CHECK(memory_stats().live_bytes == before.live_bytes);
  CHECK(memory_stats().peak_bytes == before.peak_bytes);
  CHECK(memory_stats().allocations == before.allocations);
}

TEST_CASE("a negative request is refused") {
  CHECK_REFUSES(allocate(-1), "[allocate] got -1 bytes: the number must not be negative");
}

TEST_CASE("poisoned memory reads as NaN") {
  poison_new_memory(true);
  auto* block = static_cast<float*>(allocate(12));
  poison_new_memory(false);
  for (int i = 0; i < 3; ++i) {
    CHECK(std::isnan(block[i]));
  }
  deallocate(block, 12);
}

TEST_CASE("a guarded block that is given back twice, or with other bytes, is counted and kept") {
  const MemoryStats before = memory_stats();
  guard_blocks(true);
  void* a = allocate(12);
  void* b = allocate(8);
  deallocate(a, 12);
  CHECK(memory_stats().wrong_frees == before.wrong_frees);
  deallocate(a, 12);
  CHECK(memory_stats().wrong_frees == before.wrong_frees + 1);
  deallocate(b, 2);
  CHECK(memory_stats().wrong_frees == before.wrong_frees + 2);
  CHECK(memory_stats().live_bytes == before.live_bytes + 8);
  deallocate(b, 8);
  CHECK(memory_stats().wrong_frees == before.wrong_frees + 2);
  CHECK(memory_stats().live_bytes == before.live_bytes);
  guard_blocks(false);
}
