#include "engine/autograd/derivatives.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"

namespace tt::autograd {

// dout (2, 3), shape (3,) -> (3,): the sums of the columns.  shape (2, 3) -> dout itself.
Tensor unbroadcast(const Tensor& dout, const Shape& shape) {
  // BEGIN SOLUTION: unbroadcast: sum over the axes that were stretched, if there are any
  return dout.sizes() == shape ? dout : sum_to(dout, shape);
  // END SOLUTION
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
  // BEGIN SOLUTION: div: multiply dout by the derivative of a / b in b, then sum back
  const Tensor& a = op.input(0);
  const Tensor& b = op.input(1);
  return neg(unbroadcast(dout * a / b / b, op.shape(1)));
  // END SOLUTION
}

namespace {

// Worked code, to read: the derivative of exp is its own output.
Tensor exp_dx(const Recorded& op, const Tensor& dout) {
  return dout * op.output();
}

}  // namespace

// y = 0.5, dout = 4 -> 4 * (1 - 0.25) = 3.
Tensor tanh_dx(const Recorded& op, const Tensor& dout) {
  // BEGIN SOLUTION: tanh: multiply dout by the derivative, which the output tells
  return dout * (1 - square(op.output()));
  // END SOLUTION
}

// x (2, 3), dims (1), dout (2,) = 10 20 -> 10 10 10, 20 20 20.  If mean, a third of that.
Tensor spread(const Recorded& op, const Tensor& dout, bool mean) {
  // BEGIN SOLUTION: spread: give the reduced axes back to dout, and stretch them
  const Shape& shape = op.shape(0);
  const std::vector<bool> reduced = kernel::reduced_axes(op.attributes().integers("dims"),
                                                         static_cast<std::int64_t>(shape.size()));
  const auto count = static_cast<float>(kernel::reduced_count(shape, reduced));
  const Tensor share = mean ? dout / count : dout;
  return share.reshape(kernel::reduced_shape(shape, reduced, true)).expand(shape);
  // END SOLUTION
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
  // BEGIN SOLUTION: slice: begin with zeros, and write dout where the slice was taken
  const Attributes& asked = op.attributes();
  Tensor dx = zeros(op.shape(0));
  dx.slice(asked.integer("dim"), asked.integer("start"), asked.integer("end"),
           asked.integer("step"))
      .copy_(dout);
  return dx;
  // END SOLUTION
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
  // BEGIN SOLUTION: matmul: multiply dout by the other operand, turned, on the side where it stood
  const Tensor turned = other.transpose(-2, -1);
  return unbroadcast(input == 0 ? matmul(dout, turned) : matmul(turned, dout), shape);
  // END SOLUTION
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
  if (op.is_turned(1)) {
    // As the weight of a linear layer: made as it lies in memory, so that whoever adds it up walks
    // along and not across.
    const Tensor db = matmul_dx(0, {shape[1], shape[0]}, a.transpose(0, 1), all.transpose(0, 1));
    return db.transpose(0, 1);
  }
  return matmul_dx(1, shape, a, all).reshape(op.shape(1));
}

}  // namespace

// One row: y = 0.25 0.75, dout = 8 0 -> the mean of dout, weighted by y, is 2 -> 1.5 -1.5.
Tensor softmax_dx(const Recorded& op, const Tensor& dout) {
  // BEGIN SOLUTION: softmax: take off each row's mean of dout, weighted by the output, then multiply
  const Tensor& y = op.output();
  const Tensor mean = sum(dout * y, {op.attributes().integer("dim")}, true);
  return y * (dout - mean);
  // END SOLUTION
}

// logits 0 0 0 0, target 2, dout = 4 -> 1 1 -3 1.
void cross_entropy_row_dx(float* dx, const kernel::Row& logits, std::int64_t classes,
                          std::int64_t target, float dout) {
  // BEGIN SOLUTION: cross_entropy: the softmax of the row, less 1 at the target, all times dout
  kernel::softmax_row(dx, 1, logits, classes);
  dx[target] -= 1;
  for (std::int64_t c = 0; c < classes; ++c) {
    dx[c] *= dout;
  }
  // END SOLUTION
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
