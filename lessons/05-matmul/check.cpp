#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/ops/matmul.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using kernel::Matrix;
using kernel::Tile;
using kernel::tile_columns;
using kernel::tile_rows;

using Kernel = void (*)(float*, const Matrix&, const Matrix&, std::int64_t, std::int64_t,
                        std::int64_t);

// What stands before and behind the memory that a kernel may write to, and how much of it: a row
// too many must not reach memory that is not ours.
constexpr float fence = 77;
constexpr std::int64_t fence_size = 128;

const char* sum_idea = "Element (i, j) is the sum over p of a[i][p] times b[p][j].";
const char* stride_idea =
    "Row i, column p lies at data[i * row_stride + p * column_stride]: use the strides you are "
    "given, of each matrix its own.";
const char* fence_idea = "Only the elements of the result may be written.";

/// Whole numbers from -4 to 4, so that every sum is exact in whatever order it is added up.
Tensor whole_numbers(Draw& draw, const Shape& shape, Layout layout = Layout::contiguous) {
  std::vector<float> values(static_cast<std::size_t>(count_of(shape)));
  for (float& value : values) {
    value = static_cast<float>(draw.between(-4, 4));
  }
  return laid_out(shape, values, layout);
}

Matrix matrix_of(const Tensor& x) {
  return {x.data_ptr(), x.strides()[0], x.strides()[1]};
}

/// The product of two matrices, in double precision.
std::vector<double> product(const Tensor& a, const Tensor& b) {
  const std::vector<float> x = values_of(a);
  const std::vector<float> y = values_of(b);
  const auto m = static_cast<std::size_t>(a.sizes()[0]);
  const auto k = static_cast<std::size_t>(a.sizes()[1]);
  const auto n = static_cast<std::size_t>(b.sizes()[1]);
  std::vector<double> sums(m * n, 0);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t p = 0; p < k; ++p) {
        sums[i * n + j] += static_cast<double>(x[i * k + p]) * static_cast<double>(y[p * n + j]);
      }
    }
  }
  return sums;
}

/// `count` unset floats with a fence on both sides.
class Fenced {
 public:
  explicit Fenced(std::int64_t count)
      : storage_(std::make_shared<Storage>(count + 2 * fence_size)), count_(count) {
    std::fill_n(storage_->data(), fence_size, fence);
    std::fill_n(data() + count, fence_size, fence);
  }
  float* data() { return storage_->data() + fence_size; }
  /// What was written, after a look at the fences.
  Tensor shown_as(const Shape& shape) const {
    const float* first = storage_->data();
    const bool before = std::count(first, first + fence_size, fence) == fence_size;
    const float* end = first + fence_size + count_;
    const bool behind = std::count(end, end + fence_size, fence) == fence_size;
    expect(before && behind, "memory around the result that stays as it is",
           before ? "a write behind the last element" : "a write before the first element",
           fence_idea);
    return Tensor(storage_, shape, row_major(shape), fence_size);
  }

 private:
  std::shared_ptr<Storage> storage_;
  std::int64_t count_;
};

/// Fails the test unless the numbers are these, exactly.
void expect_numbers(const Tensor& actual, const Shape& shape, const std::vector<double>& expected,
                    const char* idea) {
  const std::vector<float> values = values_of(actual);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool wanted_nan = std::isnan(expected[i]);
    if (std::isnan(values[i]) && !wanted_nan) {
      idea =
          "The tests leave NaN in new memory: a number was read, or added to, before it was set, "
          "or never set at all.";
    }
    if (static_cast<double>(values[i]) != expected[i] && !(std::isnan(values[i]) && wanted_nan)) {
      break;  // the first difference is the one that is shown
    }
  }
  expect_tensor(actual, shape, expected, 0, 0, idea);
}

std::string text_of(std::initializer_list<std::int64_t> numbers) {
  std::string text;
  for (std::int64_t number : numbers) {
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  }
  return text;
}

/// Fails the test unless the kernel writes the product of two matrices, and nothing else.
void expect_product(const char* name, Kernel kernel, const Tensor& a, const Tensor& b,
                    const char* idea) {
  const std::int64_t m = a.sizes()[0];
  const std::int64_t k = a.sizes()[1];
  const std::int64_t n = b.sizes()[1];
  current_call() = std::string(name) + "(out, a, b, " + text_of({m, k, n}) + "), where a is a " +
                   show(a) + " and b is a " + show(b);
  Fenced out(m * n);
  kernel(out.data(), matrix_of(a), matrix_of(b), m, k, n);
  expect_numbers(out.shown_as({m, n}), {m, n}, product(a, b), idea);
}

Tensor left_example() {
  return laid_out({2, 3}, {1, 2, 3, 4, 5, 6}, Layout::contiguous);
}

Tensor right_example() {
  return laid_out({3, 2}, {7, 8, 9, 10, 11, 12}, Layout::contiguous);
}

// Sizes whose letters cannot be taken for each other.
struct Sizes {
  std::int64_t m, k, n;
};
const Sizes uneven[] = {{1, 2, 1}, {1, 5, 7}, {5, 1, 7}, {7, 5, 1}, {2, 5, 3}, {4, 2, 6}};

/// Fails the test unless the function packs the rows of `in` into this many lanes.
void expect_packed(const Tensor& in, std::int64_t lanes, const char* idea) {
  const std::int64_t rows = in.sizes()[0];
  const std::int64_t columns = in.sizes()[1];
  current_call() =
      "pack_rows(out, in, " + text_of({rows, columns, lanes}) + "), where in is a " + show(in);
  const std::vector<float> values = values_of(in);
  std::vector<double> expected;
  for (std::int64_t p = 0; p < columns; ++p) {
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      expected.push_back(
          lane < rows ? static_cast<double>(values[static_cast<std::size_t>(lane * columns + p)])
                      : 0.0);
    }
  }
  Fenced out(lanes * columns);
  kernel::pack_rows(out.data(), matrix_of(in), rows, columns, lanes);
  expect_numbers(out.shown_as({columns, lanes}), {columns, lanes}, expected, idea);
}

/// Fails the test unless `matmul_tile` gives the products of packed numbers: `a` is (k, 4) and `b`
/// is (k, 8).
void expect_tile(const Tensor& a, const Tensor& b, const char* idea) {
  const std::int64_t k = a.sizes()[0];
  current_call() = "matmul_tile(a, b, " + std::to_string(k) + "), where a holds a " + show(a) +
                   " and b a " + show(b);
  // Made in memory full of NaN, so that a sum which nobody set shows.
  alignas(Tile) unsigned char room[sizeof(Tile)];
  std::fill(std::begin(room), std::end(room), static_cast<unsigned char>(0xFF));
  const Tile* tile = new (room) Tile(kernel::matmul_tile(a.data_ptr(), b.data_ptr(), k));
  std::vector<float> sums;
  for (const auto& row : tile->sums) {
    sums.insert(sums.end(), std::begin(row), std::end(row));
  }
  expect_numbers(laid_out({tile_rows, tile_columns}, sums, Layout::contiguous),
                 {tile_rows, tile_columns}, product(a.transpose(0, 1), b), idea);
}

/// Fails the test unless `matmul` gives what the double-precision product of each pair gives: the
/// batch of `a` and `b` must already have the same axes.
void expect_matmul(const Tensor& a, const Tensor& b, const Shape& batch, const char* idea) {
  const std::size_t rank = batch.size();
  Shape wanted = batch;
  wanted.push_back(a.sizes()[rank]);
  wanted.push_back(b.sizes()[rank + 1]);
  std::vector<double> expected;
  for_each_index(batch, [&](const Index& index) {
    Tensor x = a;
    Tensor y = b;
    for (std::int64_t at : index) {
      x = x.select(0, x.sizes()[0] == 1 ? 0 : at);
      y = y.select(0, y.sizes()[0] == 1 ? 0 : at);
    }
    const std::vector<double> one = product(x, y);
    expected.insert(expected.end(), one.begin(), one.end());
  });
  expect_tensor(call("matmul", matmul, a, b), wanted, expected, 0, 0, idea);
}

Shape shape_of(const Shape& a, const Shape& b) {
  return call("matmul_shape", kernel::matmul_shape, a, b);
}

void expect_misfit(std::initializer_list<const char*> parts, const char* idea, const Shape& a,
                   const Shape& b) {
  expect_refused(parts, idea, "matmul_shape", kernel::matmul_shape, a, b);
}

}  // namespace

// shape

CHECK_CASE("shape", "the rows come from the left and the columns from the right") {
  const char* idea = "(m, k) and (k, n) give (m, n): the inner extents are summed away.";
  expect_equal(shape_of({2, 3}, {3, 4}), Shape{2, 4}, idea);
  expect_equal(shape_of({1, 5}, {5, 7}), Shape{1, 7}, idea);
  expect_equal(shape_of({5, 1}, {1, 7}), Shape{5, 7}, idea);
  expect_equal(shape_of({7, 5}, {5, 1}), Shape{7, 1}, idea);
}

CHECK_CASE("shape", "a vector is a row on the left and a column on the right") {
  const char* idea =
      "A vector lends itself an axis of extent 1, and the result gives it back: it is not there.";
  expect_equal(shape_of({3}, {3, 4}), Shape{4}, idea);
  expect_equal(shape_of({2, 3}, {3}), Shape{2}, idea);
  expect_equal(shape_of({3}, {3}), Shape{}, idea);
}

CHECK_CASE("shape", "the batches broadcast") {
  const char* idea =
      "All axes but the last two are the batch. The two batches meet as broadcast_shapes says.";
  expect_equal(shape_of({2, 2, 3}, {2, 3, 4}), Shape{2, 2, 4}, idea);
  expect_equal(shape_of({2, 3}, {5, 3, 4}), Shape{5, 2, 4}, idea);
  expect_equal(shape_of({5, 2, 3}, {3, 4}), Shape{5, 2, 4}, idea);
  expect_equal(shape_of({5, 1, 2, 3}, {7, 3, 4}), Shape{5, 7, 2, 4}, idea);
}

CHECK_CASE("shape", "a vector meets every matrix of a batch") {
  const char* idea =
      "A vector has no batch of its own: an empty one, which stretches to any other.";
  expect_equal(shape_of({3}, {2, 3, 4}), Shape{2, 4}, idea);
  expect_equal(shape_of({2, 4, 3}, {3}), Shape{2, 4}, idea);
}

CHECK_CASE("shape", "an inner extent of zero is summed away too") {
  const char* idea = "Zero is an extent like any other: equal inner extents fit.";
  expect_equal(shape_of({2, 0}, {0, 4}), Shape{2, 4}, idea);
  expect_equal(shape_of({0}, {0}), Shape{}, idea);
  expect_equal(shape_of({1, 2, 0}, {0, 0, 4}), Shape{0, 2, 4}, idea);
}

CHECK_CASE("shape", "inner extents that differ are refused") {
  const char* idea =
      "The last extent of a meets the last but one of b, or its only one. They must be equal; the "
      "inner extents do not stretch.";
  expect_misfit({"[matmul]", "3", "4"}, idea, {2, 3}, {4, 2});
  expect_misfit({"[matmul]", "2", "3"}, idea, {2, 3}, {2, 3});
  expect_misfit({"[matmul]", "3", "1"}, idea, {2, 3}, {1, 4});
  expect_misfit({"[matmul]", "1", "3"}, idea, {2, 1}, {3, 4});
  expect_misfit({"[matmul]", "3", "4"}, idea, {3}, {4});
  expect_misfit({"[matmul]", "3", "4"}, idea, {3}, {4, 3});
  expect_misfit({"[matmul]", "3", "2"}, idea, {2, 3}, {2});
}

CHECK_CASE("shape", "a scalar is refused") {
  const char* idea =
      "A scalar has no axis that could be summed. Look before you take a last entry.";
  expect_misfit({"[matmul]"}, idea, {}, {3});
  expect_misfit({"[matmul]"}, idea, {3}, {});
  expect_misfit({"[matmul]"}, idea, {}, {});
}

CHECK_CASE("shape", "batches that do not fit are refused") {
  const char* idea = "Let broadcast_shapes settle the batches: it refuses what does not fit.";
  expect_misfit({"2", "3"}, idea, {2, 4, 5}, {3, 5, 4});
  expect_misfit({"0", "2"}, idea, {0, 4, 5}, {2, 5, 4});
}

// ijk

CHECK_CASE("ijk", "each element is a row times a column") {
  expect_product("matmul_ijk", kernel::matmul_ijk, left_example(), right_example(), sum_idea);
}

CHECK_CASE("ijk", "the three sizes are not mixed up") {
  Draw draw;
  for (const auto& [m, k, n] : uneven) {
    expect_product("matmul_ijk", kernel::matmul_ijk, whole_numbers(draw, {m, k}),
                   whole_numbers(draw, {k, n}),
                   "a has m rows of k, b has k rows of n, out has m rows of n.");
  }
}

CHECK_CASE("ijk", "both operands are read through their strides") {
  Draw draw;
  for (Layout left : all_layouts) {
    for (Layout right : all_layouts) {
      expect_product("matmul_ijk", kernel::matmul_ijk, whole_numbers(draw, {2, 3}, left),
                     whole_numbers(draw, {3, 4}, right), stride_idea);
    }
  }
}

CHECK_CASE("ijk", "with nothing to add every element is zero") {
  Draw draw;
  expect_product("matmul_ijk", kernel::matmul_ijk, whole_numbers(draw, {2, 0}),
                 whole_numbers(draw, {0, 3}),
                 "A sum of no products is 0, and out holds nothing useful before you write to it.");
}

CHECK_CASE("ijk", "a result without elements is left alone") {
  Draw draw;
  const char* idea = "No rows or no columns: there is nothing to write.";
  expect_product("matmul_ijk", kernel::matmul_ijk, whole_numbers(draw, {0, 3}),
                 whole_numbers(draw, {3, 2}), idea);
  expect_product("matmul_ijk", kernel::matmul_ijk, whole_numbers(draw, {2, 3}),
                 whole_numbers(draw, {3, 0}), idea);
}

// batch

CHECK_CASE("batch", "the last axis of a batch moves first") {
  const char* idea =
      "Number i is index (i / 2, i % 2) of a batch (3, 2). Each index number moves by its stride.";
  const std::int64_t expected[] = {0, 5, 100, 105, 200, 205};
  for (std::int64_t i = 0; i < 6; ++i) {
    expect_equal(call("batch_offset", kernel::batch_offset, i, Shape{3, 2}, Strides{100, 5}),
                 expected[i], idea);
  }
}

CHECK_CASE("batch", "a stretched axis does not move") {
  const char* idea = "Its stride is 0, so it adds 0. The axes beside it still count.";
  const std::int64_t down[] = {0, 0, 24, 24, 48, 48};
  const std::int64_t along[] = {0, 6, 0, 6, 0, 6};
  for (std::int64_t i = 0; i < 6; ++i) {
    expect_equal(call("batch_offset", kernel::batch_offset, i, Shape{3, 2}, Strides{24, 0}),
                 down[i], idea);
    expect_equal(call("batch_offset", kernel::batch_offset, i, Shape{3, 2}, Strides{0, 6}),
                 along[i], idea);
  }
}

CHECK_CASE("batch", "a batch without axes holds one matrix, at 0") {
  expect_equal(call("batch_offset", kernel::batch_offset, std::int64_t{0}, Shape{}, Strides{}), 0,
               "No axes: nothing moves.");
}

CHECK_CASE("batch", "every rank works") {
  Draw draw;
  for (const Shape& batch : random_shapes(draw, 20, 4)) {
    Strides strides;
    for (std::size_t axis = 0; axis < batch.size(); ++axis) {
      strides.push_back(draw.between(0, 50));
    }
    std::int64_t i = 0;
    for_each_index(batch, [&](const Index& index) {
      expect_equal(call("batch_offset", kernel::batch_offset, i, batch, strides),
                   place(index, strides),
                   "Take i modulo the extent of the last axis, divide, and go on to the left.");
      ++i;
    });
  }
}

CHECK_CASE("batch", "a far matrix keeps all the digits of its place") {
  expect_equal(call("batch_offset", kernel::batch_offset, std::int64_t{5}, Shape{3, 2},
                    Strides{3000000000, 7}),
               std::int64_t{6000000007}, "Add up in std::int64_t.");
}

CHECK_CASE("batch", "matmul meets every pair of matrices") {
  Draw draw;
  const char* idea = "Each matrix of the result has its own pair: look at where each pair begins.";
  expect_matmul(whole_numbers(draw, {2, 2, 3}), whole_numbers(draw, {2, 3, 2}), {2}, idea);
  expect_matmul(whole_numbers(draw, {3, 1, 2, 2}), whole_numbers(draw, {1, 2, 2, 3}), {3, 2}, idea);
  expect_matmul(whole_numbers(draw, {2, 3, 1, 2}, Layout::transposed),
                whole_numbers(draw, {2, 3, 2, 1}, Layout::sliced), {2, 3}, idea);
}

// ikj

CHECK_CASE("ikj", "the sums are the same in this order") {
  expect_product("matmul_ikj", kernel::matmul_ikj, left_example(), right_example(), sum_idea);
}

CHECK_CASE("ikj", "row lengths and column lengths are not mixed up") {
  Draw draw;
  for (const auto& [m, k, n] : uneven) {
    expect_product("matmul_ikj", kernel::matmul_ikj, whole_numbers(draw, {m, k}),
                   whole_numbers(draw, {k, n}),
                   "a has m rows of k, b has k rows of n, out has m rows of n.");
  }
}

CHECK_CASE("ikj", "a row of the result is cleared before anything is added") {
  Draw draw;
  expect_product("matmul_ikj", kernel::matmul_ikj, whole_numbers(draw, {2, 0}),
                 whole_numbers(draw, {0, 3}),
                 "New memory holds whatever was there before. Write 0 into the row first.");
}

CHECK_CASE("ikj", "a may be any view, and the rows of b may lie apart") {
  Draw draw;
  const Tensor wide = whole_numbers(draw, {3, 6});
  for (Layout layout : all_layouts) {
    expect_product("matmul_ikj", kernel::matmul_ikj, whole_numbers(draw, {2, 3}, layout),
                   wide.slice(1, 1, 5), stride_idea);
  }
}

CHECK_CASE("ikj", "zero times infinity is not skipped") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor a = laid_out({1, 2}, {0, 1}, Layout::contiguous);
  const Tensor b = laid_out({2, 2}, {infinity, 2, 3, 4}, Layout::contiguous);
  expect_product("matmul_ikj", kernel::matmul_ikj, a, b,
                 "0 times infinity is NaN. A product may not be left out because a factor is 0.");
}

// pack

CHECK_CASE("pack", "rows are laid side by side") {
  expect_packed(left_example(), 2,
                "First the first number of every row, then the second of every.");
}

CHECK_CASE("pack", "the lanes that are left hold zeros") {
  const char* idea = "With fewer rows than lanes, the other lanes are 0: new memory is not.";
  expect_packed(left_example(), 4, idea);
  expect_packed(laid_out({1, 2}, {5, 6}, Layout::contiguous), 3, idea);
}

CHECK_CASE("pack", "any number of lanes and columns works") {
  Draw draw;
  for (std::int64_t lanes : {1, 2, 4, 8}) {
    for (std::int64_t columns : {0, 1, 3, 5}) {
      const std::int64_t rows = draw.between(1, lanes);
      expect_packed(whole_numbers(draw, {rows, columns}), lanes,
                    "Number p of lane i goes to out[p * lanes + i].");
    }
  }
}

CHECK_CASE("pack", "a view is packed in the order in which it is seen") {
  Draw draw;
  for (Layout layout : all_layouts) {
    expect_packed(whole_numbers(draw, {3, 4}, layout), 4, stride_idea);
  }
}

// tile

CHECK_CASE("tile", "one number a lane gives a table of products") {
  const Tensor a = laid_out({1, 4}, {1, 2, 3, 4}, Layout::contiguous);
  const Tensor b = laid_out({1, 8}, {1, 10, 100, 1000, 10000, 2, 20, 200}, Layout::contiguous);
  expect_tile(a, b, "Row i, column j of the tile is number i of a times number j of b.");
}

CHECK_CASE("tile", "the tables of every p are added up") {
  Draw draw;
  for (std::int64_t k : {2, 3, 9}) {
    expect_tile(whole_numbers(draw, {k, 4}), whole_numbers(draw, {k, 8}),
                "For every p, the 4 numbers from a + 4 * p meet the 8 from b + 8 * p.");
  }
}

CHECK_CASE("tile", "with nothing to add all 32 sums are zero") {
  Draw draw;
  expect_tile(whole_numbers(draw, {0, 4}), whole_numbers(draw, {0, 8}),
              "The numbers of a new Tile are unset. Tile tile = {} sets them to 0.");
}

// tiled

CHECK_CASE("tiled", "whole tiles make up the result") {
  Draw draw;
  for (const auto& [m, k, n] :
       {Sizes{4, 3, 8}, Sizes{8, 3, 8}, Sizes{4, 2, 16}, Sizes{12, 5, 24}}) {
    expect_product(
        "matmul_tiled", kernel::matmul_tiled, whole_numbers(draw, {m, k}),
        whole_numbers(draw, {k, n}),
        "Element (r, c) of the tile at (i, j) belongs in row i + r, column j + c of out, "
        "and a row of out is n long.");
  }
}

CHECK_CASE("tiled", "the last rows need not fill a tile") {
  Draw draw;
  for (std::int64_t m = 1; m <= 11; ++m) {
    expect_product(
        "matmul_tiled", kernel::matmul_tiled, whole_numbers(draw, {m, 3}),
        whole_numbers(draw, {3, 8}),
        "The last tile has only m - i rows that exist: compute it too, and write those.");
  }
}

CHECK_CASE("tiled", "the last columns need not fill a tile") {
  Draw draw;
  for (std::int64_t n = 1; n <= 19; ++n) {
    expect_product("matmul_tiled", kernel::matmul_tiled, whole_numbers(draw, {4, 3}),
                   whole_numbers(draw, {3, n}),
                   "Of the last tile only `columns` columns exist: write no more than those.");
  }
}

CHECK_CASE("tiled", "both edges and every layout together") {
  Draw draw;
  for (Layout left : all_layouts) {
    for (Layout right : all_layouts) {
      const std::int64_t k = draw.between(0, 9);
      expect_product("matmul_tiled", kernel::matmul_tiled,
                     whole_numbers(draw, {draw.between(1, 9), k}, left),
                     whole_numbers(draw, {k, draw.between(1, 17)}, right),
                     "Packing has taken care of the strides. Are both edges cut off?");
    }
  }
}

CHECK_CASE("tiled", "matmul is right for large operands: vectors, views and batches") {
  Draw draw;
  const char* idea = "Each kernel is right alone; look at the tiles of a large product.";
  const Tensor x = whole_numbers(draw, {20, 30});
  const Tensor dy = whole_numbers(draw, {20, 10});
  expect_tensor(call("matmul", matmul, x.transpose(0, 1), dy), {30, 10},
                product(x.transpose(0, 1), dy), 0, 0, idea);
  expect_tensor(call("matmul", matmul, dy.transpose(0, 1), x), {10, 30},
                product(dy.transpose(0, 1), x), 0, 0, idea);
  expect_tensor(call("matmul", matmul, x.select(0, 3), x.transpose(0, 1)), {20},
                product(x.slice(0, 3, 4), x.transpose(0, 1)), 0, 0, idea);
  expect_matmul(whole_numbers(draw, {3, 1, 9, 8}), whole_numbers(draw, {1, 2, 8, 11}), {3, 2},
                idea);
  const Tensor batch = whole_numbers(draw, {2, 7, 10});
  expect_tensor(
      call("matmul", matmul, batch, x.slice(0, 0, 10)), {2, 7, 30},
      product(laid_out({14, 10}, values_of(batch), Layout::contiguous), x.slice(0, 0, 10)), 0, 0,
      idea);
}

// Predict, then measure

MEASURE("flops") {
  const Tensor x = ones({64, 784});
  const Tensor w = ones({784, 128});
  reset_counters();
  static_cast<void>(matmul(x, w));
  return static_cast<double>(counters().flops);
}

namespace {

double flops_a_byte(const Tensor& a, const Tensor& b) {
  reset_counters();
  static_cast<void>(matmul(a, b));
  const Counters work = counters();
  return static_cast<double>(work.flops) /
         static_cast<double>(work.bytes_read + work.bytes_written);
}

}  // namespace

MEASURE("intensity") {
  return flops_a_byte(ones({96, 96}), ones({96, 96}));
}

MEASURE("one-row") {
  return flops_a_byte(ones({1, 784}), ones({784, 128}));
}

MEASURE("packing-bytes") {
  const Tensor x = ones({64, 784});
  const Tensor w = ones({784, 128});
  const std::int64_t before = memory_stats().live_bytes;
  reset_peak_memory();
  const Tensor out = matmul(x, w);
  return static_cast<double>(memory_stats().peak_bytes - before - 4 * out.numel());
}
