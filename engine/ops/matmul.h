#pragma once

#include <cstdint>

#include "engine/shape.h"
#include "engine/tensor.h"

namespace tt {

/// Multiplies matrices: (m, k) with (k, n) gives (m, n). Axes before the last two are a batch, and
/// the batches broadcast: (5, 1, m, k) with (2, k, n) gives (5, 2, m, n). A vector on the left is a
/// row, one on the right a column, and the axis of extent 1 that this lends it is not in the
/// result: (k,) with (k, n) gives (n,), (k,) with (k,) a scalar. The result is new and contiguous.
/// Throws `std::invalid_argument` if an operand is undefined or a scalar, or if the inner extents
/// or the batches do not fit.
Tensor matmul(const Tensor& a, const Tensor& b);

/// Does `matmul` for two matrices only: (m, k) with (k, n). Throws as `matmul`, and for other
/// ranks.
Tensor mm(const Tensor& a, const Tensor& b);

/// Does `matmul` for two stacks of equally many matrices only: (s, m, k) with (s, k, n). Throws as
/// `matmul`, for other ranks, and if the stacks differ.
Tensor bmm(const Tensor& a, const Tensor& b);

/// Does `matmul` for two vectors only: (k,) with (k,) gives a scalar. Throws as `matmul`, and for
/// other ranks.
Tensor dot(const Tensor& a, const Tensor& b);

namespace kernel {

/// A matrix to read: row i, column j lies at `data[i * row_stride + j * column_stride]`.
struct Matrix {
  const float* data;
  std::int64_t row_stride;
  std::int64_t column_stride;
};

/// Gives the shape of the product of tensors of shapes `a` and `b`. Throws `std::invalid_argument`
/// if one is a scalar, or if the inner extents or the batches do not fit.
Shape matmul_shape(const Shape& a, const Shape& b);

/// Gives how far matrix number `i` of a batch lies behind the first one. The batch's matrices are
/// numbered row after row, and `strides` has one stride per axis of `batch`.
std::int64_t batch_offset(std::int64_t i, const Shape& batch, const Strides& strides);

// The next three write the product of `a` (m, k) and `b` (k, n) to `out`, contiguous (m, n), which
// may hold anything before and may overlap neither. They count 2 * m * k * n operations, and as
// bytes the least that must move: 4 * (m * k + k * n) read and 4 * m * n written.

/// For every element of `out`, walks a row of `a` and a column of `b`.
void matmul_ijk(float* out, const Matrix& a, const Matrix& b, std::int64_t m, std::int64_t k,
                std::int64_t n);

/// For every element of `a`, adds a multiple of a row of `b` to a row of `out`. The rows of `b`
/// must have column stride 1.
void matmul_ikj(float* out, const Matrix& a, const Matrix& b, std::int64_t m, std::int64_t k,
                std::int64_t n);

/// Packs both operands and computes `out` tile by tile.
void matmul_tiled(float* out, const Matrix& a, const Matrix& b, std::int64_t m, std::int64_t k,
                  std::int64_t n);

/// How much of the result is computed at once: 32 sums, which fit into the processor's registers.
inline constexpr std::int64_t tile_rows = 4;
inline constexpr std::int64_t tile_columns = 8;

/// The 32 sums of one tile.
struct Tile {
  float sums[tile_rows][tile_columns];
};

/// Lays the first `rows` rows of `in`, each `columns` long, side by side: row i, column p goes to
/// `out[p * lanes + i]`. The lanes from `rows` on are filled with 0. `rows` is at most `lanes`, and
/// `out` has room for `lanes * columns` floats.
void pack_rows(float* out, const Matrix& in, std::int64_t rows, std::int64_t columns,
               std::int64_t lanes);

/// Gives the products of `tile_rows` rows and `tile_columns` columns, each `k` long and packed:
/// number p of row i is `a[p * tile_rows + i]`, number p of column j is `b[p * tile_columns + j]`.
Tile matmul_tile(const float* a, const float* b, std::int64_t k);

}  // namespace kernel

}  // namespace tt
