#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/autograd/derivative.h"
#include "engine/autograd/more_derivatives.h"
#include "engine/ops/elementwise.h"
#include "engine/shape.h"
#include "engine/tensor.h"

// How to differentiate every operation up to the losses. `dout` is always the gradient of what the
// operation gave, and has its shape. What comes back is the gradient of one of its inputs, and has
// that input's shape: the vector-Jacobian product. It may be a view of `dout`, or `dout` itself.

namespace tt::autograd {

/// Sums `dout` back to `shape`, which was broadcast to the shape of `dout`: an element that was
/// read in many places gets what came back from all of them. Gives `dout` itself if it has this
/// shape already. Throws `std::invalid_argument` if `shape` does not broadcast to that of `dout`.
Tensor unbroadcast(const Tensor& dout, const Shape& shape);

/// div: the gradient of b in a / b, from both values.
Tensor div_db(const Recorded& op, const Tensor& dout);

/// tanh: the gradient of its input, from its output.
Tensor tanh_dx(const Recorded& op, const Tensor& dout);

/// sum and mean: hands each element of `dout` back to all the elements that went into it, or if
/// `mean`, its equal share to each of them. `op` has the attribute `dims`, the axes that were
/// reduced, and `dout` has them with extent 1 or not at all. Gives a view where no share is
/// computed.
Tensor spread(const Recorded& op, const Tensor& dout, bool mean);

/// slice: 0 where nothing was taken, and `dout` where it was. `op` has the arguments of
/// `Tensor::slice` as attributes: `dim`, `start`, `end` and `step`.
Tensor slice_dx(const Recorded& op, const Tensor& dout);

/// matmul: the gradient of operand number `input`, 0 on the left or 1 on the right, of a product of
/// matrices. `other` is the operand on the other side, and `shape` the shape of the one that the
/// gradient is for. Neither is a vector, but both may have batch axes, which were broadcast.
Tensor matmul_dx(std::size_t input, const Shape& shape, const Tensor& other, const Tensor& dout);

/// softmax: the gradient of its input, from its output. `op` has the attribute `dim`.
Tensor softmax_dx(const Recorded& op, const Tensor& dout);

/// cross_entropy: sets `dx[c]`, for each class c of one row of logits, to the gradient of its
/// logit. `target` is the right class, and `dout` the gradient of this row's own loss.
void cross_entropy_row_dx(float* dx, const kernel::Row& logits, std::int64_t classes,
                          std::int64_t target, float dout);

}  // namespace tt::autograd
