#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/autograd/derivatives.h"
#include "engine/counters.h"
#include "engine/error.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"

namespace tt::autograd {

// Walks numbers in plain loops, finds strides by hand, and turns whole products around.

// dout (2, 3), shape (3,) -> (3,): the sums of the columns.  shape (2, 3) -> dout itself.
Tensor unbroadcast(const Tensor& dout, const Shape& shape) {
  if (dout.sizes() == shape) {
    return dout;
  }
  // Walk over dout, and let the sums take part with stride 0 where the input was stretched.
  const Strides into = broadcast_strides(shape, contiguous_strides(shape), dout.sizes());
  std::vector<double> sums(static_cast<std::size_t>(numel(shape)));
  const kernel::Walk walk = {dout.sizes(), {into, dout.strides()}};
  const float* from = dout.data_ptr();
  kernel::for_each_row(walk, [&](const kernel::Offsets& offsets) {
    for (std::int64_t i = 0; i < kernel::row_length(walk); ++i) {
      sums[static_cast<std::size_t>(offsets[0] + i * kernel::row_step(walk, 0))] +=
          from[offsets[1] + i * kernel::row_step(walk, 1)];
    }
  });
  return from_vector(std::vector<float>(sums.begin(), sums.end()), shape);
}

namespace {

// Worked code, to read: addition. Neither value is needed, only the shapes.
Tensor add_da(const Recorded& op, const Tensor& dout) {
  return unbroadcast(dout, op.shape(0));
}
Tensor add_db(const Recorded& op, const Tensor& dout) {
  return unbroadcast(dout, op.shape(1));
}
Tensor sub_db(const Recorded& op, const Tensor& dout) {
  return neg(unbroadcast(dout, op.shape(1)));
}

// Worked code, to read: multiplication. The gradient of one operand takes the value of the other.
Tensor mul_da(const Recorded& op, const Tensor& dout) {
  return unbroadcast(dout * op.input(1), op.shape(0));
}
Tensor mul_db(const Recorded& op, const Tensor& dout) {
  return unbroadcast(dout * op.input(0), op.shape(1));
}

Tensor div_da(const Recorded& op, const Tensor& dout) {
  return unbroadcast(dout / op.input(1), op.shape(0));
}

}  // namespace

// a = 6, b = 2, dout = 10 -> -10 * 6 / 4 = -15.
Tensor div_db(const Recorded& op, const Tensor& dout) {
  const std::vector<float> a = op.input(0).expand(dout.sizes()).to_vector();
  const std::vector<float> b = op.input(1).expand(dout.sizes()).to_vector();
  std::vector<float> db = dout.to_vector();
  for (std::size_t i = 0; i < db.size(); ++i) {
    db[i] *= -a[i] / (b[i] * b[i]);
  }
  return unbroadcast(from_vector(db, dout.sizes()), op.shape(1));
}

namespace {

// Worked code, to read: the derivative of exp is its own output.
Tensor exp_dx(const Recorded& op, const Tensor& dout) {
  return dout * op.output();
}

}  // namespace

// y = 0.5, dout = 4 -> 4 * (1 - 0.25) = 3.
Tensor tanh_dx(const Recorded& op, const Tensor& dout) {
  const std::vector<float> y = op.output().to_vector();
  std::vector<float> dx = dout.to_vector();
  for (std::size_t i = 0; i < dx.size(); ++i) {
    dx[i] *= (1 - y[i]) * (1 + y[i]);
  }
  return from_vector(dx, dout.sizes());
}

// x (2, 3), dims (1), dout (2,) = 10 20 -> 10 10 10, 20 20 20.  If mean, a third of that.
Tensor spread(const Recorded& op, const Tensor& dout, bool mean) {
  const Shape& shape = op.shape(0);
  const std::vector<bool> reduced = kernel::reduced_axes(op.attributes().integers("dims"),
                                                         static_cast<std::int64_t>(shape.size()));
  Tensor from = dout;
  if (mean) {
    from = dout / static_cast<float>(kernel::reduced_count(shape, reduced));
  }
  // A reduced axis gets stride 0; the others keep the stride that they have in dout.
  const bool kept = from.dim() == static_cast<std::int64_t>(shape.size());
  Strides strides;
  std::size_t next = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    strides.push_back(reduced[axis] ? 0 : from.strides()[next]);
    next += kept || !reduced[axis] ? 1 : 0;
  }
  return from.as_strided(shape, strides, from.storage_offset());
}

namespace {

Tensor sum_dx(const Recorded& op, const Tensor& dout) {
  return spread(op, dout, false);
}
Tensor mean_dx(const Recorded& op, const Tensor& dout) {
  return spread(op, dout, true);
}

// Worked code, to read: views. What was moved is moved back.
Tensor reshape_dx(const Recorded& op, const Tensor& dout) {
  return dout.reshape(op.shape(0));
}
Tensor transpose_dx(const Recorded& op, const Tensor& dout) {
  return dout.transpose(op.attributes().integer("dim0"), op.attributes().integer("dim1"));
}
Tensor expand_dx(const Recorded& op, const Tensor& dout) {
  return unbroadcast(dout, op.shape(0));
}

// dims (2, 0, 1): axis 0 of out was axis 2 of x. So axis 2 of dx is axis 0 of dout.
Tensor permute_dx(const Recorded& op, const Tensor& dout) {
  const std::vector<std::int64_t>& dims = op.attributes().integers("dims");
  std::vector<std::int64_t> back(dims.size());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    back[static_cast<std::size_t>(normalize_axis(dims[i], dout.dim()))] =
        static_cast<std::int64_t>(i);
  }
  return dout.permute(back);
}

}  // namespace

// x (5,), start 1, end 5, step 2, dout = 10 20 -> 0 10 0 20 0.
Tensor slice_dx(const Recorded& op, const Tensor& dout) {
  // Slice the numbers of the indices to see which of them were taken.
  const std::int64_t dim = op.attributes().integer("dim");
  Tensor dx = zeros(op.shape(0));
  const Tensor numbers = arange(static_cast<double>(dx.size(dim)));
  const std::vector<float> taken =
      numbers
          .slice(0, op.attributes().integer("start"), op.attributes().integer("end"),
                 op.attributes().integer("step"))
          .to_vector();
  for (std::size_t i = 0; i < taken.size(); ++i) {
    dx.select(dim, static_cast<std::int64_t>(taken[i]))
        .copy_(dout.select(dim, static_cast<std::int64_t>(i)));
  }
  return dx;
}

namespace {

Tensor select_dx(const Recorded& op, const Tensor& dout) {
  Tensor dx = zeros(op.shape(0));
  dx.select(op.attributes().integer("dim"), op.attributes().integer("index")).copy_(dout);
  return dx;
}

}  // namespace

// a (2, 3), b (3, 4), dout (2, 4): da (2, 3) is made of dout and b, db (3, 4) of a and dout.
Tensor matmul_dx(std::size_t input, const Shape& shape, const Tensor& other, const Tensor& dout) {
  // Everything turned: what was on the left comes to stand on the right.
  const Tensor turned = dout.transpose(-2, -1);
  const Tensor result = input == 0 ? matmul(other, turned) : matmul(turned, other);
  return unbroadcast(result.transpose(-2, -1), shape);
}

namespace {

// Worked code, to read: in a product, a vector on the left is a row, and one on the right a column.
// (3,) -> (1, 3), or (3, 1).
Shape as_matrix(Shape shape, std::size_t input) {
  if (shape.size() == 1) {
    shape.insert(input == 0 ? shape.begin() : shape.end(), 1);
  }
  return shape;
}

// The gradient of the product with the axes that such a row or column would have left in it.
Tensor with_all_axes(const Recorded& op, const Tensor& dout) {
  Shape shape = dout.sizes();
  if (op.shape(1).size() == 1) {
    shape.push_back(1);
  }
  if (op.shape(0).size() == 1) {
    shape.insert(shape.end() - 1, 1);
  }
  return dout.reshape(shape);
}

// (5, 2, 3) -> (10, 3).
Tensor as_rows(const Tensor& x) {
  std::int64_t rows = 1;
  for (std::size_t axis = 0; axis + 1 < x.sizes().size(); ++axis) {
    rows *= x.sizes()[axis];
  }
  return x.reshape({rows, x.size(-1)});
}

Tensor matmul_da(const Recorded& op, const Tensor& dout) {
  const Tensor b = op.input(1).reshape(as_matrix(op.shape(1), 1));
  const Tensor da = matmul_dx(0, as_matrix(op.shape(0), 0), b, with_all_axes(op, dout));
  return da.reshape(op.shape(0));
}

Tensor matmul_db(const Recorded& op, const Tensor& dout) {
  Tensor a = op.input(0).reshape(as_matrix(op.shape(0), 0));
  Tensor all = with_all_axes(op, dout);
  const Shape shape = as_matrix(op.shape(1), 1);
  if (shape.size() == 2) {  // every matrix of the batch met the same b: put all rows into one
    a = as_rows(a);
    all = as_rows(all);
  }
  return matmul_dx(1, shape, a, all).reshape(op.shape(1));
}

}  // namespace

// One row: y = 0.25 0.75, dout = 8 0 -> the mean of dout, weighted by y, is 2 -> 1.5 -1.5.
Tensor softmax_dx(const Recorded& op, const Tensor& dout) {
  // Row by row, with the axis of the softmax moved to the end.
  const std::int64_t dim = op.attributes().integer("dim");
  const Tensor y = op.output().transpose(dim, -1);
  const std::int64_t length = y.size(-1);
  const std::vector<float> shares = y.to_vector();
  std::vector<float> dx = dout.transpose(dim, -1).to_vector();
  const auto count = static_cast<std::int64_t>(dx.size());
  for (std::int64_t row = 0; row < count; row += length) {
    double mean = 0;
    for (std::int64_t i = row; i < row + length; ++i) {
      mean += dx[i] * shares[i];
    }
    for (std::int64_t i = row; i < row + length; ++i) {
      dx[i] = static_cast<float>(shares[i] * (dx[i] - mean));
    }
  }
  return from_vector(dx, y.sizes()).transpose(dim, -1);
}

// logits 0 0 0 0, target 2, dout = 4 -> 1 1 -3 1.
void cross_entropy_row_dx(float* dx, const kernel::Row& logits, std::int64_t classes,
                          std::int64_t target, float dout) {
  float largest = logits.data[0];
  for (std::int64_t c = 1; c < classes; ++c) {
    largest = std::max(largest, logits.data[c * logits.step]);
  }
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    sum += std::exp(logits.data[c * logits.step] - largest);
  }
  for (std::int64_t c = 0; c < classes; ++c) {
    const double share = std::exp(logits.data[c * logits.step] - largest) / sum;
    dx[c] = static_cast<float>((c == target ? share - 1 : share) * dout);
  }
}

namespace {

// Worked code, to read: the targets are indices of classes, one a row. A row that was ignored gets
// 0, and has no part in the mean.
Tensor class_index_dx(const Recorded& op, const Tensor& dout) {
  const Tensor logits = as_rows(op.input(0));
  const Tensor target = op.input(1).contiguous();
  const auto ignored = static_cast<float>(op.attributes().integer("ignore_index"));
  const float* classes_of = target.data_ptr();
  const std::int64_t rows = logits.size(0);
  const std::int64_t classes = logits.size(1);
  const std::int64_t count = rows - std::count(classes_of, classes_of + rows, ignored);
  const Tensor share = loss_share(op, dout, op.shape(1), count).contiguous();
  Tensor dx = empty(op.shape(0));
  for (std::int64_t i = 0; i < rows; ++i) {
    float* to = dx.data_ptr() + i * classes;
    if (classes_of[i] == ignored) {
      std::fill_n(to, classes, 0.0F);
    } else {
      const kernel::Row row = {logits.data_ptr() + i * logits.strides()[0], logits.strides()[1]};
      cross_entropy_row_dx(to, row, classes, static_cast<std::int64_t>(classes_of[i]),
                           share.data_ptr()[i]);
    }
  }
  constexpr std::int64_t each = sizeof(float);
  count_flops(6 * dx.numel());
  count_bytes_read(each * (dx.numel() + 2 * rows));
  count_bytes_written(each * dx.numel());
  return dx;
}

// (4, 2) -> (4, 1): what each row's loss gets, beside the row's probabilities.
Tensor row_share(const Recorded& op, const Tensor& dout) {
  Shape rows = op.shape(0);
  rows.pop_back();
  const Tensor share = loss_share(op, dout, rows, numel(rows));
  rows.push_back(1);
  return share.reshape(rows);
}

Tensor cross_entropy_dx(const Recorded& op, const Tensor& dout) {
  if (op.shape(1) != op.shape(0)) {
    return class_index_dx(op, dout);
  }
  const Tensor& target = op.input(1);  // probabilities, whose sum is 1, or nearly so
  const Tensor y = softmax(op.input(0), -1) * sum(target, {-1}, true);
  return (y - target) * row_share(op, dout);
}

Tensor cross_entropy_dtarget(const Recorded& op, const Tensor& dout) {
  if (op.shape(1) != op.shape(0)) {
    return zeros(op.shape(1));  // the index of a class does not move by a little
  }
  return neg(log_softmax(op.input(0), -1)) * row_share(op, dout);
}

// What each operation needs to keep: add nothing, mul the other value, exp what it gave.
const bool registered =
    register_derivatives("add", {{add_da}, {add_db}}) &&
    register_derivatives("sub", {{add_da}, {sub_db}}) &&
    register_derivatives("mul", {{mul_da, keep_input1}, {mul_db, keep_input0}}) &&
    register_derivatives("div", {{div_da, keep_input1}, {div_db, keep_input0 | keep_input1}}) &&
    register_derivatives("exp", {{exp_dx, keep_output}}) &&
    register_derivatives("tanh", {{tanh_dx, keep_output}}) &&
    register_derivatives("sum", {{sum_dx}}) && register_derivatives("mean", {{mean_dx}}) &&
    register_derivatives("view", {{reshape_dx}}) &&
    register_derivatives("reshape", {{reshape_dx}}) &&
    register_derivatives("transpose", {{transpose_dx}}) &&
    register_derivatives("permute", {{permute_dx}}) &&
    register_derivatives("expand", {{expand_dx}}) && register_derivatives("slice", {{slice_dx}}) &&
    register_derivatives("select", {{select_dx}}) &&
    register_derivatives("matmul", {{matmul_da, keep_input1}, {matmul_db, keep_input0}}) &&
    register_derivatives("softmax", {{softmax_dx, keep_output}}) &&
    register_derivatives("cross_entropy", {{cross_entropy_dx, keep_input0 | keep_input1},
                                           {cross_entropy_dtarget, keep_input0}});

}  // namespace

}  // namespace tt::autograd
