// Written by make_golden_random.py; do not edit. Regenerate:
//   python3 tests/engine/golden/make_golden_random.py > tests/engine/golden/golden_random.h
// clang-format off
#pragma once

#include <cstdint>
#include <vector>

namespace golden {

inline const std::vector<std::uint32_t> u32_of_seed_7 = {0xf2393151u, 0x7fbbcd3au, 0xa3537acfu, 0xc9ca4c3fu, 0xd363db3cu, 0x2ed9566cu, 0x6e5082a5u, 0x81ef4875u};
inline const std::vector<std::uint64_t> u64_of_seed_7 = {0xf23931517fbbcd3au, 0xa3537acfc9ca4c3fu, 0xd363db3c2ed9566cu, 0x6e5082a581ef4875u};
inline const std::vector<std::uint32_t> u32_of_seed_7_stream_1 = {0x840d99cau, 0x12c757deu, 0x7481b420u, 0xfa13115fu};
inline const std::vector<float> uniform_of_seed_7 = {0x1.e472620000000p-1f, 0x1.feef340000000p-2f, 0x1.46a6f40000000p-1f, 0x1.9394980000000p-1f, 0x1.a6c7b60000000p-1f, 0x1.76cab00000000p-3f, 0x1.b942080000000p-2f, 0x1.03de900000000p-1f};
inline const std::vector<float> uniform_of_seed_7_from_minus_3_to_5 = {0x1.2472620000000p+2f, 0x1.0d4dec0000000p+1f, 0x1.cd8f6c0000000p+1f, 0x1.ca10540000000p-2f, -0x1.a6b9dc0000000p+0f, 0x1.96959e0000000p+0f, 0x1.2eaade0000000p+2f, 0x1.ceec700000000p+0f};
inline const std::vector<std::int64_t> randint_of_seed_7_from_minus_10_to_20 = {6, -3, 16, -3, 3, -4, -2, 12, 13, -2, 2, -6, 12, 5, 0, -3};
inline const std::vector<float> normal_of_seed_7 = {-0x1.9e53f20000000p+0f, -0x1.9e15240000000p+1f, 0x1.08ac2c0000000p+0f, 0x1.9f2dc00000000p-3f, -0x1.86167c0000000p-3f, 0x1.6c3fee0000000p+0f, 0x1.a738d60000000p-1f, 0x1.b1d4c80000000p+0f, -0x1.6be7d60000000p+1f, -0x1.dab7460000000p+0f, -0x1.e0b6940000000p-1f, -0x1.df66f20000000p+0f, -0x1.130d200000000p-3f, -0x1.0f833e0000000p-1f, 0x1.5141d40000000p+0f, 0x1.bf82300000000p-2f, 0x1.556acc0000000p-2f, -0x1.129caa0000000p+0f, -0x1.d6c9dc0000000p+0f, -0x1.c4e7e20000000p-2f, -0x1.6278b00000000p-4f, 0x1.1ba8c40000000p-1f, 0x1.86511c0000000p+0f, 0x1.204f240000000p+0f};
inline constexpr float normal_20000_of_seed_7 = -0x1.680f500000000p+0f;
inline constexpr std::uint64_t position_after_20000_normals = 0xe7fcced4be67e6f9u;
inline const std::vector<std::int64_t> randperm_10_of_seed_7 = {0, 3, 8, 9, 5, 1, 2, 4, 7, 6};

}  // namespace golden
