#include "engine/memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <new>
#include <stdexcept>
#include <string>

namespace tt {

namespace {

MemoryStats stats;
bool poison = false;
bool guard = false;

// Four bytes of this make a float NaN.
constexpr int poison_byte = 0xFF;

// The bytes of each block that is live, while `guard` is on. Made at the first use, because a
// block may be asked for before this file's own variables are ready.
std::map<void*, std::int64_t>& live_blocks() {
  static std::map<void*, std::int64_t> blocks;
  return blocks;
}

// A small block, such as a single number's, is not worth the search for an aligned place.
void* new_block(std::int64_t bytes) {
  if (bytes < block_alignment) {
    return std::malloc(static_cast<std::size_t>(bytes));
  }
  // `aligned_alloc` takes whole multiples of the alignment only.
  const std::int64_t whole = (bytes + block_alignment - 1) / block_alignment * block_alignment;
  return std::aligned_alloc(static_cast<std::size_t>(block_alignment),
                            static_cast<std::size_t>(whole));
}

}  // namespace

void* allocate(std::int64_t bytes) {
  if (bytes < 0) {
    throw std::invalid_argument("[allocate] got " + std::to_string(bytes) +
                                " bytes: the number must not be negative");
  }
  if (bytes == 0) {
    return nullptr;
  }
  // A pointer difference must fit into `std::ptrdiff_t`, which has 32 bits in WebAssembly.
  if (bytes > std::numeric_limits<std::ptrdiff_t>::max() - block_alignment) {
    throw std::bad_alloc();
  }
  void* block = new_block(bytes);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  if (poison) {
    std::memset(block, poison_byte, static_cast<std::size_t>(bytes));
  }
  if (guard) {
    live_blocks()[block] = bytes;
  }
  stats.live_bytes += bytes;
  stats.peak_bytes = std::max(stats.peak_bytes, stats.live_bytes);
  stats.allocations += 1;
  return block;
}

void deallocate(void* block, std::int64_t bytes) noexcept {
  if (block == nullptr) {
    return;
  }
  if (guard) {
    const auto known = live_blocks().find(block);
    if (known == live_blocks().end() || known->second != bytes) {
      stats.wrong_frees += 1;
      return;
    }
    live_blocks().erase(known);
    std::memset(block, poison_byte, static_cast<std::size_t>(bytes));
  }
  std::free(block);
  stats.live_bytes -= bytes;
}

MemoryStats memory_stats() noexcept {
  return stats;
}

void reset_peak_memory() noexcept {
  stats.peak_bytes = stats.live_bytes;
}

void poison_new_memory(bool on) noexcept {
  poison = on;
}

void guard_blocks(bool on) noexcept {
  guard = on;
  live_blocks().clear();
}

}  // namespace tt
