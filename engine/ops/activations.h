#pragma once

#include <cstdint>

#include "engine/ops/elementwise.h"
#include "engine/tensor.h"

namespace tt {

// Every function here gives a new, contiguous tensor of the shape of its input, which stays as it
// was. A NaN that goes in comes out. All throw `std::invalid_argument` if the tensor is undefined.
// Each counts as bytes read 4 for each element that it reaches (one that is read again through a
// stride of 0 counts once) and as bytes written 4 an element. How many operations it counts for
// each element is said below; one exp, tanh or erf is one operation.

/// Gives every element, but 0 where it is negative. Counts 1 operation.
Tensor relu(const Tensor& x);

/// Gives every element, but `slope` times as much where it is negative. Counts 2 operations.
Tensor leaky_relu(const Tensor& x, float slope = 0.01F);

/// Gives 1 / (1 + exp(-x)), between 0 and 1, without ever computing an infinity. Counts 4
/// operations.
Tensor sigmoid(const Tensor& x);

/// Gives x * sigmoid(x). Counts 5 operations.
Tensor silu(const Tensor& x);

/// Gives the hyperbolic tangent, between -1 and 1. Counts 1 operation.
Tensor tanh(const Tensor& x);

/// Which formula `gelu` computes.
enum class GeluApproximation {
  none,  // with the error function, erf
  tanh,  // with tanh; differs from the other one in the fourth digit
};

/// Gives x times the share of a normal distribution that lies below x. Minus infinity gives NaN, as
/// in PyTorch. Counts 5 operations, 9 with `GeluApproximation::tanh`.
/// Source: Hendrycks and Gimpel, Gaussian Error Linear Units, https://arxiv.org/abs/1606.08415
Tensor gelu(const Tensor& x, GeluApproximation approximate = GeluApproximation::none);

/// Gives exp(x) divided by the sum of exp(x) along the axis `dim`, so that every row along it sums
/// to 1. A row that is minus infinity everywhere gives NaN, as in PyTorch. Throws
/// `std::invalid_argument` also if there is no such axis. Counts 5 operations.
Tensor softmax(const Tensor& x, std::int64_t dim);

/// Gives the logarithm of `softmax`, also where softmax itself is so small that it rounds to 0.
/// Throws as `softmax`. Counts 6 operations, and does not count the one logarithm of each row.
Tensor log_softmax(const Tensor& x, std::int64_t dim);

namespace kernel {

/// Gives the activation of one number: see the functions of the same names above.
float relu(float x);
float sigmoid(float x);

/// The square root of 1/2, and that of 2 divided by pi.
inline constexpr float root_half = 0.70710678F;
inline constexpr float root_2_by_pi = 0.79788456F;

/// Gives x times the share of a normal distribution that lies below x: exactly, and by the formula
/// with tanh.
float gelu(float x);
float gelu_tanh(float x);

/// Gives the same walk with axis `axis`, in [0, rank), moved behind all the others, which keep
/// their order: so that the rows of the walk are those along this axis.
Walk axis_last(const Walk& walk, std::int64_t axis);

/// Sets `out[i * out_step]` to the softmax of number i of the row `x`, for every i in [0, count).
/// `count` is at least 1, and `out` does not overlap the row.
void softmax_row(float* out, std::int64_t out_step, const Row& x, std::int64_t count);

/// The same for the logarithm of the softmax.
void log_softmax_row(float* out, std::int64_t out_step, const Row& x, std::int64_t count);

}  // namespace kernel

}  // namespace tt
