#pragma once

#include <cstdint>

namespace tt {

/// What the tensors' memory looks like now. A view adds nothing: only `allocate` counts.
struct MemoryStats {
  std::int64_t live_bytes = 0;   // asked for and not yet given back
  std::int64_t peak_bytes = 0;   // the most that was ever live, since `reset_peak_memory`
  std::int64_t allocations = 0;  // calls that got a block, since the program began
  std::int64_t wrong_frees = 0;  // blocks given back that were not live; see `guard_blocks`
};

/// Every block of at least this many bytes begins at a multiple of them: one cache line, and any
/// SIMD register. A smaller one begins where any number may.
inline constexpr std::int64_t block_alignment = 64;

/// Gives a block of `bytes` bytes with unset contents, or null for 0 bytes. Throws
/// `std::invalid_argument` if `bytes` is negative and `std::bad_alloc` if the system has no such
/// block. The counters are plain numbers: call this and all below from one thread at a time.
void* allocate(std::int64_t bytes);

/// Takes back a block from `allocate`, which must have been asked for the same number of bytes.
/// Null is allowed and does nothing.
void deallocate(void* block, std::int64_t bytes) noexcept;

/// Gives the counters as they stand.
MemoryStats memory_stats() noexcept;

/// Lets the peak begin again at the bytes that are live now.
void reset_peak_memory() noexcept;

/// While on, fills every new block with NaN, so that a kernel which reads memory before writing it
/// shows in its result instead of being lucky. Off at first.
void poison_new_memory(bool on) noexcept;

/// While on, knows every live block. One that is given back twice, or with another number of bytes
/// than it was asked for, is left alone and counted in `wrong_frees`, and one that is given back is
/// filled with NaN, so that using it afterwards shows too. Blocks from before are not known, so
/// turn it on first. Off at first.
void guard_blocks(bool on) noexcept;

}  // namespace tt
