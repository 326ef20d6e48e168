#include "engine/ops/matmul.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/record.h"

namespace tt {

namespace {

// Worked code, to read: what the product of an (m, k) and a (k, n) matrix costs at the least.
void count_product(std::int64_t m, std::int64_t k, std::int64_t n) {
  constexpr std::int64_t each = sizeof(float);
  count_flops(2 * m * k * n);
  count_bytes_read(each * (m * k + k * n));
  count_bytes_written(each * m * n);
}

// 10 in steps of 4 -> 12.
std::int64_t round_up(std::int64_t size, std::int64_t step) {
  return (size + step - 1) / step * step;
}

}  // namespace

namespace kernel {

// (2, 3) and (3, 4) -> (2, 4).  (5, 1, 2, 3) and (7, 3, 4) -> (5, 7, 2, 4).  (3,) and (3,) -> ().
Shape matmul_shape(const Shape& a, const Shape& b) {
  // BEGIN SOLUTION: shape: refuse what does not fit, then join the batch, the rows and the columns
  if (a.empty() || b.empty()) {
    throw std::invalid_argument("[matmul] got shapes " + to_string(a) + " and " + to_string(b) +
                                ": both must have at least one axis");
  }
  const std::int64_t inner_a = a.back();
  const std::int64_t inner_b = b.size() == 1 ? b[0] : b[b.size() - 2];
  if (inner_a != inner_b) {
    throw std::invalid_argument("[matmul] got shapes " + to_string(a) + " and " + to_string(b) +
                                ": the inner extents " + std::to_string(inner_a) + " and " +
                                std::to_string(inner_b) + " must be equal");
  }
  Shape batch_a;
  for (std::size_t axis = 0; axis + 2 < a.size(); ++axis) {
    batch_a.push_back(a[axis]);
  }
  Shape batch_b;
  for (std::size_t axis = 0; axis + 2 < b.size(); ++axis) {
    batch_b.push_back(b[axis]);
  }
  Shape result = broadcast_shapes(batch_a, batch_b);
  if (a.size() > 1) {
    result.push_back(a[a.size() - 2]);
  }
  if (b.size() > 1) {
    result.push_back(b.back());
  }
  return result;
  // END SOLUTION
}

// out[i][j] = sum over p of a[i][p] * b[p][j]
void matmul_ijk(float* out, const Matrix& a, const Matrix& b, std::int64_t m, std::int64_t k,
                std::int64_t n) {
  count_product(m, k, n);
  // BEGIN SOLUTION: ijk: for every row i and column j, add up the products over p
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      float sum = 0;
      for (std::int64_t p = 0; p < k; ++p) {
        sum += a.data[i * a.row_stride + p * a.column_stride] *
               b.data[p * b.row_stride + j * b.column_stride];
      }
      out[i * n + j] = sum;
    }
  }
  // END SOLUTION
}

// batch (5, 2), strides (24, 0): number 7 is index (3, 1), at 3*24 + 1*0 = 72.
std::int64_t batch_offset(std::int64_t i, const Shape& batch, const Strides& strides) {
  // BEGIN SOLUTION: batch: take the index apart, the last axis first, and add up index times stride
  std::int64_t offset = 0;
  for (std::size_t axis = batch.size(); axis-- > 0;) {
    offset += i % batch[axis] * strides[axis];
    i /= batch[axis];
  }
  return offset;
  // END SOLUTION
}

// Row i of out is the sum over p of a[i][p] times row p of b.
void matmul_ikj(float* out, const Matrix& a, const Matrix& b, std::int64_t m, std::int64_t k,
                std::int64_t n) {
  count_product(m, k, n);
  // BEGIN SOLUTION: ikj: clear each row of out, then add to it a multiple of every row of b
  for (std::int64_t i = 0; i < m; ++i) {
    float* row = out + i * n;
    for (std::int64_t j = 0; j < n; ++j) {
      row[j] = 0;
    }
    for (std::int64_t p = 0; p < k; ++p) {
      const float factor = a.data[i * a.row_stride + p * a.column_stride];
      const float* from = b.data + p * b.row_stride;
      for (std::int64_t j = 0; j < n; ++j) {
        row[j] += factor * from[j];
      }
    }
  }
  // END SOLUTION
}

// rows (1, 2, 3) and (4, 5, 6) into 4 lanes -> 1 4 0 0, 2 5 0 0, 3 6 0 0.
void pack_rows(float* out, const Matrix& in, std::int64_t rows, std::int64_t columns,
               std::int64_t lanes) {
  // BEGIN SOLUTION: pack: put each row into its own lane, and 0 into the lanes that are left
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    for (std::int64_t p = 0; p < columns; ++p) {
      out[p * lanes + lane] =
          lane < rows ? in.data[lane * in.row_stride + p * in.column_stride] : 0;
    }
  }
  // END SOLUTION
}

// sums[i][j] = sum over p of a[p * 4 + i] * b[p * 8 + j]
Tile matmul_tile(const float* a, const float* b, std::int64_t k) {
  // BEGIN SOLUTION: tile: for every p, add the products of 4 numbers of a and 8 of b to 32 sums
  Tile tile = {};
  for (std::int64_t p = 0; p < k; ++p) {
    for (std::int64_t i = 0; i < tile_rows; ++i) {
      for (std::int64_t j = 0; j < tile_columns; ++j) {
        tile.sums[i][j] += a[p * tile_rows + i] * b[p * tile_columns + j];
      }
    }
  }
  return tile;
  // END SOLUTION
}

}  // namespace kernel

namespace {

using kernel::Matrix;
using kernel::tile_columns;
using kernel::tile_rows;

// Worked code, to read: packs up to 8 columns of `b`. Columns that lie side by side, which is the
// usual case, are copied 8 at a time; others are the rows of the transposed matrix.
void pack_columns(float* out, const Matrix& b, std::int64_t columns, std::int64_t k) {
  if (b.column_stride != 1 || columns != tile_columns) {
    kernel::pack_rows(out, {b.data, b.column_stride, b.row_stride}, columns, k, tile_columns);
    return;
  }
  for (std::int64_t p = 0; p < k; ++p) {
    std::copy_n(b.data + p * b.row_stride, tile_columns, out + p * tile_columns);
  }
}

}  // namespace

namespace kernel {

void matmul_tiled(float* out, const Matrix& a, const Matrix& b, std::int64_t m, std::int64_t k,
                  std::int64_t n) {
  count_product(m, k, n);
  // All of a, 4 rows after 4 rows: the tile that begins in row i reads from packed_a + i * k.
  Storage room_a(round_up(m, tile_rows) * k);
  float* packed_a = room_a.data();
  for (std::int64_t i = 0; i < m; i += tile_rows) {
    const Matrix rows = {a.data + i * a.row_stride, a.row_stride, a.column_stride};
    pack_rows(packed_a + i * k, rows, std::min(tile_rows, m - i), k, tile_rows);
  }
  // Only 8 columns of b at a time: they stay in the fastest memory while every row meets them.
  Storage room_b(tile_columns * k);
  float* packed_b = room_b.data();
  for (std::int64_t j = 0; j < n; j += tile_columns) {
    const std::int64_t columns = std::min(tile_columns, n - j);
    pack_columns(packed_b, {b.data + j * b.column_stride, b.row_stride, b.column_stride}, columns,
                 k);
    // BEGIN SOLUTION: tiled: walk down the rows of out and fill in one tile after the other
    for (std::int64_t i = 0; i < m; i += tile_rows) {
      const Tile tile = matmul_tile(packed_a + i * k, packed_b, k);
      for (std::int64_t r = 0; r < std::min(tile_rows, m - i); ++r) {
        for (std::int64_t c = 0; c < columns; ++c) {
          out[(i + r) * n + j + c] = tile.sums[r][c];
        }
      }
    }
    // END SOLUTION
  }
}

}  // namespace kernel

namespace {

// Below this many multiplications, packing costs more than it saves.
constexpr std::int64_t few_products = 400;

// Worked code, to read: packing pays where each packed number is used often.
void multiply(float* out, const Matrix& a, const Matrix& b, std::int64_t m, std::int64_t k,
              std::int64_t n) {
  if (n == 1 || m * k * n < few_products) {
    kernel::matmul_ijk(out, a, b, m, k, n);
  } else if (m < tile_rows && b.column_stride == 1) {
    kernel::matmul_ikj(out, a, b, m, k, n);
  } else {
    kernel::matmul_tiled(out, a, b, m, k, n);
  }
}

// A tensor as a batch of matrices, which all look like the first one.
struct Batch {
  Shape shape;
  Strides strides;
  Matrix first;
  std::int64_t rows;
  std::int64_t columns;
};

// (5, 2, 3) -> a batch (5,) of 2 x 3 matrices.  (3,) -> one matrix: a row, or else a column.
Batch batch_of(const Tensor& x, bool vector_is_row) {
  Shape shape = x.sizes();
  // Without elements there is no place to move to.
  Strides strides = x.numel() == 0 ? Strides(shape.size(), 0) : x.strides();
  if (shape.size() == 1) {
    shape.insert(vector_is_row ? shape.begin() : shape.end(), 1);
    strides.insert(vector_is_row ? strides.begin() : strides.end(), 0);
  }
  const std::size_t rank = shape.size() - 2;
  return {Shape(shape.begin(), shape.end() - 2), Strides(strides.begin(), strides.end() - 2),
          Matrix{x.data_ptr(), strides[rank], strides[rank + 1]}, shape[rank], shape[rank + 1]};
}

// (5, 2, 3) in memory without gaps -> one matrix of 10 rows. Nothing changes where it takes a copy.
void fold_into_rows(Batch& batch) {
  Shape sizes = batch.shape;
  Strides strides = batch.strides;
  sizes.push_back(batch.rows);
  strides.push_back(batch.first.row_stride);
  const std::int64_t rows = numel(sizes);
  const std::optional<Strides> folded = view_strides(sizes, strides, {rows});
  if (folded) {
    batch = {{},
             {},
             {batch.first.data, folded->front(), batch.first.column_stride},
             rows,
             batch.columns};
  }
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) {
    throw std::invalid_argument("[matmul] got an undefined tensor: both must have a value");
  }
  Tensor out = empty(kernel::matmul_shape(a.sizes(), b.sizes()));
  Batch left = batch_of(a, true);
  const Batch right = batch_of(b, false);
  if (right.shape.empty()) {
    fold_into_rows(left);  // so that b is packed once, not once a matrix of a
  }
  const Shape batch = broadcast_shapes(left.shape, right.shape);
  const Strides steps_left = broadcast_strides(left.shape, left.strides, batch);
  const Strides steps_right = broadcast_strides(right.shape, right.strides, batch);
  const std::int64_t m = left.rows;
  const std::int64_t n = right.columns;
  for (std::int64_t i = 0; i < numel(batch); ++i) {
    Matrix from_a = left.first;
    Matrix from_b = right.first;
    from_a.data += kernel::batch_offset(i, batch, steps_left);
    from_b.data += kernel::batch_offset(i, batch, steps_right);
    multiply(out.data_ptr() + i * m * n, from_a, from_b, m, left.columns, n);
  }
  record("matmul", {a, b}, out);
  return out;
}

namespace {

void check_ranks(const char* op, const Tensor& a, const Tensor& b, std::int64_t rank) {
  if (!a.defined() || !b.defined() || a.dim() != rank || b.dim() != rank) {
    throw std::invalid_argument(std::string("[") + op + "] got shapes " + to_string(a.sizes()) +
                                " and " + to_string(b.sizes()) + ": both must have " +
                                std::to_string(rank) + (rank == 1 ? " axis" : " axes"));
  }
}

}  // namespace

Tensor mm(const Tensor& a, const Tensor& b) {
  check_ranks("mm", a, b, 2);
  return matmul(a, b);
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  check_ranks("bmm", a, b, 3);
  if (a.size(0) != b.size(0)) {
    throw std::invalid_argument("[bmm] got shapes " + to_string(a.sizes()) + " and " +
                                to_string(b.sizes()) + ": both must have equally many matrices");
  }
  return matmul(a, b);
}

Tensor dot(const Tensor& a, const Tensor& b) {
  check_ranks("dot", a, b, 1);
  return matmul(a, b);
}

}  // namespace tt
