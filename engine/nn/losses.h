#pragma once

#include <cstdint>

#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/tensor.h"

namespace tt {

/// What becomes of the losses of a batch: each is given back by itself, or their mean, or their
/// sum.
enum class Reduction { none, mean, sum };

// A loss says how far predictions are from their targets: the smaller, the better.
// Every function here gives a new tensor and changes no input: a scalar, or for `Reduction::none`
// one number a loss. Losses are computed and added up in `double` and rounded once, at the end. The
// mean of no losses is NaN. A NaN among the predictions comes out, unless its row is ignored. All
// throw `std::invalid_argument` if an input is undefined or the shapes do not fit. As bytes read
// they count 4 for each element of an input that they need.

/// Gives (input - target) squared. Both have the same shape, any; so has the result without a
/// reduction. Counts three operations an element.
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean);

/// Gives -(t log p + (1 - t) log(1 - p)) for probabilities p of a yes and targets t: 1 for yes, 0
/// for no, or between. A logarithm below -100 counts as -100, so that the loss stays finite. Shapes
/// as `mse_loss`. Throws also if a probability is not from 0 to 1. Counts eight operations an
/// element.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target,
                            Reduction reduction = Reduction::mean);

/// Gives the same for p = sigmoid(logit), without computing p: right for logits of any size. Counts
/// eight operations an element.
/// Source: max(x, 0) - x t + log(1 + exp(-|x|)), as in
/// https://www.tensorflow.org/api_docs/python/tf/nn/sigmoid_cross_entropy_with_logits
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target,
                                        Reduction reduction = Reduction::mean);

// The next two score rows of classes. The classes are the last axis of the first input, and there
// is at least one: (C,), (N, C), (B, T, C) and so on. (PyTorch has them on axis 1: (B, C, T). Here
// a row of scores lies side by side, as a layer writes it.) The target has the other axes, (), (N,)
// or (B, T), and holds the index of the right class as a float; without a reduction the result has
// the same shape. Both throw if a target is not a whole number from 0 to C - 1. A row whose target
// is `ignore_index` is left out: its loss is 0, and the mean is over the other rows.

/// Gives -x[target] for each row x of logarithms of probabilities. Reads, and counts as read, one
/// number a row. Counts one operation a row.
Tensor nll_loss(const Tensor& log_probabilities, const Tensor& target,
                Reduction reduction = Reduction::mean, std::int64_t ignore_index = -100);

/// Gives -log(softmax(x)[target]) for each row x of logits, in one pass: no probability is kept.
/// The target may also have the shape of the logits and hold one probability a class: then gives
/// the sum of -target * log(softmax(x)), the mean is over the rows, and an `ignore_index` that is
/// not negative is refused. Counts four operations a logit, with probabilities six.
Tensor cross_entropy(const Tensor& logits, const Tensor& target,
                     Reduction reduction = Reduction::mean, std::int64_t ignore_index = -100);

namespace kernel {

/// Gives (input - target) squared.
double squared_error(float input, float target);

/// Gives -(t log p + (1 - t) log(1 - p)), with no logarithm below -100. Throws
/// `std::invalid_argument` unless the probability is from 0 to 1.
double binary_cross_entropy(float probability, float target);

/// Gives the same for p = sigmoid(logit). It is finite for every finite logit.
double binary_cross_entropy_with_logits(float logit, float target);

/// Gives log(e^x0 + e^x1 + ...) for `count` numbers, at least 1. It is finite if they are. If the
/// largest is infinite it is the result.
double log_sum_exp(const Row& x, std::int64_t count);

/// Gives the class that a target names. Throws `std::invalid_argument` in the name of `op` unless
/// it is a whole number from 0 to `classes` - 1.
std::int64_t class_index(const char* op, float target, std::int64_t classes);

/// Gives -log(softmax(logits)[target]), for a row of `classes` logits.
double cross_entropy_row(const Row& logits, std::int64_t classes, std::int64_t target);

/// Gives the sum of -target * log(softmax(logits)) over the classes of a row.
double soft_cross_entropy_row(const Row& logits, const Row& target, std::int64_t classes);

/// What some rows cost together, and how many of them count.
struct Score {
  double total = 0;
  std::int64_t count = 0;
};

/// A batch of `rows` rows with one number for each of `classes` classes: number c of row i lies at
/// `x.data[i * x.row_stride + c * x.column_stride]`. Number i of `target` names the class of row i.
struct Batch {
  Matrix x;
  Row target;
  std::int64_t rows;
  std::int64_t classes;
};

/// Says what one row costs if `target` is its class.
using RowLoss = double (*)(const Row& row, std::int64_t classes, std::int64_t target);

/// Gives what all rows cost together whose target is not `ignore_index`, and how many those are.
/// Throws as `class_index` for the other targets, in the name of `op`.
Score score_rows(const char* op, RowLoss loss, const Batch& batch, std::int64_t ignore_index);

}  // namespace kernel

}  // namespace tt
