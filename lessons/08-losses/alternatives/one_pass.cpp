#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/nn/losses.h"
#include "engine/ops/reduce.h"
#include "engine/record.h"

namespace tt {

// Sums in one pass over a row, takes cases by sign, and walks by moving addresses.

namespace kernel {

// 3 and 5 -> 4.
double squared_error(float input, float target) {
  const double high = std::max(input, target);
  const double low = std::min(input, target);
  return high * high - 2 * high * low + low * low;
}

// 0.25 and 1 -> -log(0.25) = 1.386.  0.25 and 0 -> -log(0.75) = 0.288.  0 and 1 -> 100.
double binary_cross_entropy(float probability, float target) {
  if (std::isnan(probability) || probability < 0 || probability > 1) {
    throw std::invalid_argument("[binary_cross_entropy] got " + std::to_string(probability));
  }
  const double rest = 1 - static_cast<double>(probability);
  double loss = 0;
  if (target != 0) {
    loss += target * (probability > 0 ? std::min(100.0, -std::log(static_cast<double>(probability)))
                                      : 100.0);
  }
  if (target != 1) {
    loss += (1 - target) * (rest > 0 ? std::min(100.0, -std::log(rest)) : 100.0);
  }
  return loss;
}

// 0 and 1 -> log(2).  1000 and 0 -> 1000.  1000 and 1 -> 0.
double binary_cross_entropy_with_logits(float logit, float target) {
  if (logit < 0) {
    return std::log1p(std::exp(static_cast<double>(logit))) - static_cast<double>(logit) * target;
  }
  const double against = 1 - static_cast<double>(target);
  return std::log1p(std::exp(-static_cast<double>(logit))) + logit * against;
}

// 0 0 0 -> log(3).  1000 1000 -> 1000 + log(2).
double log_sum_exp(const Row& x, std::int64_t count) {
  // The sum so far is that of e^(number - largest so far): it shrinks when a larger one comes.
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0;
  const float* number = x.data;
  for (std::int64_t left = count; left > 0; --left, number += x.step) {
    const double next = *number;
    if (std::isnan(next)) {
      return next;
    }
    if (next > largest) {
      sum = std::isinf(next) ? 1 : sum * std::exp(largest - next) + 1;
      largest = next;
    } else if (!std::isinf(largest)) {
      sum += std::exp(next - largest);
    }
  }
  return std::isinf(largest) ? largest : largest + std::log(sum);
}

// 2 of 3 classes -> 2.  3 of 3, -1 and 1.5 are refused.
std::int64_t class_index(const char* op, float target, std::int64_t classes) {
  if (target >= 0 && target < static_cast<float>(classes)) {
    const auto index = static_cast<std::int64_t>(target);
    if (static_cast<float>(index) == target) {
      return index;
    }
  }
  throw std::invalid_argument("[" + std::string(op) + "] got target " + std::to_string(target));
}

// logits 2 1 0, target 0 -> log(e^2 + e^1 + e^0) - 2 = 0.408.
double cross_entropy_row(const Row& logits, std::int64_t classes, std::int64_t target) {
  const double own = logits.data[target * logits.step];
  const double all = log_sum_exp(logits, classes);
  return -(own - all);
}

// rows (1, 2), (3, 4) and (5, 6), targets 1, -100 and 0, loss -x[target] -> total -7, count 2.
Score score_rows(const char* op, RowLoss loss, const Batch& batch, std::int64_t ignore_index) {
  double total = 0;
  std::int64_t ignored = 0;
  const float* row = batch.x.data;
  const float* target = batch.target.data;
  for (std::int64_t left = batch.rows; left > 0; --left) {
    if (*target == static_cast<float>(ignore_index)) {
      ++ignored;
    } else {
      total += loss({row, batch.x.column_stride}, batch.classes,
                    class_index(op, *target, batch.classes));
    }
    row += batch.x.row_stride;
    target += batch.target.step;
  }
  return {total, batch.rows - ignored};
}

// logits 2 1 0, target 0.5 0.5 0 -> half of what class 0 costs, and half of what class 1 costs.
double soft_cross_entropy_row(const Row& logits, const Row& target, std::int64_t classes) {
  double shares = 0;
  double scores = 0;
  for (std::int64_t c = classes; c-- > 0;) {
    const double share = target.data[c * target.step];
    shares += share;
    scores += share * logits.data[c * logits.step];
  }
  return shares * log_sum_exp(logits, classes) - scores;
}

}  // namespace kernel

namespace {

using kernel::Offsets;
using kernel::Row;
using kernel::Score;
using kernel::Walk;

// Any function that scores `count` places side by side in a walk, the first of which lies at these
// offsets of the two inputs. As in `kernel::RowVisitor`, it exists elsewhere.
class Scorer {
 public:
  template <class Function>
  Scorer(const Function& function)
      : function_(&function),
        call_([](const void* object, std::int64_t input, std::int64_t target, std::int64_t count) {
          return (*static_cast<const Function*>(object))(input, target, count);
        }) {}

  Score operator()(std::int64_t input, std::int64_t target, std::int64_t count) const {
    return call_(function_, input, target, count);
  }

 private:
  const void* function_;
  Score (*call_)(const void* object, std::int64_t input, std::int64_t target, std::int64_t count);
};

// Worked code, to read: every loss goes through here. The walk's tensors are the result without a
// reduction, the input and the target.
Tensor reduced(const Walk& walk, const Shape& sizes, Reduction reduction, const Scorer& score) {
  const std::int64_t length = kernel::row_length(walk);
  if (reduction == Reduction::none) {
    Tensor out = empty(sizes);
    float* to = out.data_ptr();
    kernel::for_each_row(walk, [&](const Offsets& offsets) {
      for (std::int64_t i = 0; i < length; ++i) {
        const Score one = score(offsets[1] + i * kernel::row_step(walk, 1),
                                offsets[2] + i * kernel::row_step(walk, 2), 1);
        to[offsets[0] + i * kernel::row_step(walk, 0)] = static_cast<float>(one.total);
      }
    });
    return out;
  }
  Score all;
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    const Score part = score(offsets[1], offsets[2], length);
    all.total += part.total;
    all.count += part.count;
  });
  const double divisor = reduction == Reduction::mean ? static_cast<double>(all.count) : 1;
  Tensor out = empty({});
  *out.data_ptr() = static_cast<float>(all.total / divisor);
  return out;
}

void count_work(std::int64_t flops, std::int64_t elements_read, const Tensor& out) {
  constexpr std::int64_t each = sizeof(float);
  count_flops(flops);
  count_bytes_read(each * elements_read);
  count_bytes_written(each * out.numel());
}

std::int64_t reached(const Tensor& x) {
  return elements_reached(x.sizes(), x.strides());
}

// Says what one number costs beside its target.
using PairLoss = double (*)(float input, float target);

// Worked code, to read: the losses of single numbers, each beside its target.
Tensor score_pairs(const char* op, PairLoss loss, const Tensor& input, const Tensor& target,
                   Reduction reduction, std::int64_t flops_per_element) {
  check_defined(op, input);
  check_defined(op, target);
  if (input.sizes() != target.sizes()) {
    throw std::invalid_argument(std::string("[") + op + "] got shapes " + to_string(input.sizes()) +
                                " and " + to_string(target.sizes()) +
                                ": input and target must have the same shape");
  }
  const Walk walk = kernel::merge_axes(
      {input.sizes(), {contiguous_strides(input.sizes()), input.strides(), target.strides()}});
  const std::int64_t input_step = kernel::row_step(walk, 1);
  const std::int64_t target_step = kernel::row_step(walk, 2);
  const float* inputs = input.data_ptr();
  const float* targets = target.data_ptr();
  Tensor out = reduced(walk, input.sizes(), reduction,
                       [=](std::int64_t from, std::int64_t beside, std::int64_t count) {
                         Score score = {0, count};
                         for (std::int64_t i = 0; i < count; ++i) {
                           score.total += loss(inputs[from + i * input_step],
                                               targets[beside + i * target_step]);
                         }
                         return score;
                       });
  count_work(flops_per_element * input.numel(), reached(input) + reached(target), out);
  return out;
}

Shape without_last(const Shape& list) {
  return Shape(list.begin(), list.end() - 1);
}

void check_classes(const char* op, const Tensor& x) {
  check_defined(op, x);
  if (x.dim() == 0 || x.sizes().back() == 0) {
    throw std::invalid_argument(std::string("[") + op + "] got shape " + to_string(x.sizes()) +
                                ": the last axis must be the classes, at least one");
  }
}

// Worked code, to read: the losses of rows, each beside the index of its class.
Tensor score_classes(const char* op, kernel::RowLoss loss, const Tensor& x, const Tensor& target,
                     Reduction reduction, std::int64_t ignore_index) {
  const Shape rows = without_last(x.sizes());
  const Walk walk = kernel::merge_axes(
      {rows, {contiguous_strides(rows), without_last(x.strides()), target.strides()}});
  const float* scores = x.data_ptr();
  const float* targets = target.data_ptr();
  return reduced(
      walk, rows, reduction, [&](std::int64_t row, std::int64_t beside, std::int64_t count) {
        return kernel::score_rows(op, loss,
                                  {{scores + row, kernel::row_step(walk, 1), x.strides().back()},
                                   {targets + beside, kernel::row_step(walk, 2)},
                                   count,
                                   x.sizes().back()},
                                  ignore_index);
      });
}

// Worked code, to read: the losses of rows, each beside the probabilities of its classes.
Tensor score_probabilities(const Tensor& x, const Tensor& target, Reduction reduction) {
  const Shape rows = without_last(x.sizes());
  const Walk walk = kernel::merge_axes(
      {rows,
       {contiguous_strides(rows), without_last(x.strides()), without_last(target.strides())}});
  const float* logits = x.data_ptr();
  const float* targets = target.data_ptr();
  return reduced(
      walk, rows, reduction, [&](std::int64_t row, std::int64_t beside, std::int64_t count) {
        Score score = {0, count};
        for (std::int64_t i = 0; i < count; ++i) {
          score.total += kernel::soft_cross_entropy_row(
              {logits + row + i * kernel::row_step(walk, 1), x.strides().back()},
              {targets + beside + i * kernel::row_step(walk, 2), target.strides().back()},
              x.sizes().back());
        }
        return score;
      });
}

double nll_row(const Row& log_probabilities, std::int64_t, std::int64_t target) {
  return -log_probabilities.data[target * log_probabilities.step];
}

}  // namespace

// The last line of each says what was done: see engine/record.h.

Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  Tensor out = score_pairs("mse_loss", kernel::squared_error, input, target, reduction, 3);
  record("mse_loss", {input, target}, out, {{"reduction", static_cast<std::int64_t>(reduction)}});
  return out;
}

Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target, Reduction reduction) {
  Tensor out = score_pairs("binary_cross_entropy", kernel::binary_cross_entropy, probability,
                           target, reduction, 8);
  record("binary_cross_entropy", {probability, target}, out,
         {{"reduction", static_cast<std::int64_t>(reduction)}});
  return out;
}

Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target,
                                        Reduction reduction) {
  Tensor out = score_pairs("binary_cross_entropy_with_logits",
                           kernel::binary_cross_entropy_with_logits, logits, target, reduction, 8);
  record("binary_cross_entropy_with_logits", {logits, target}, out,
         {{"reduction", static_cast<std::int64_t>(reduction)}});
  return out;
}

Tensor nll_loss(const Tensor& log_probabilities, const Tensor& target, Reduction reduction,
                std::int64_t ignore_index) {
  check_classes("nll_loss", log_probabilities);
  check_defined("nll_loss", target);
  if (target.sizes() != without_last(log_probabilities.sizes())) {
    throw std::invalid_argument("[nll_loss] got shapes " + to_string(log_probabilities.sizes()) +
                                " and " + to_string(target.sizes()) +
                                ": the target must have shape " +
                                to_string(without_last(log_probabilities.sizes())));
  }
  Tensor out =
      score_classes("nll_loss", nll_row, log_probabilities, target, reduction, ignore_index);
  count_work(target.numel(), target.numel() + reached(target), out);
  record("nll_loss", {log_probabilities, target}, out,
         {{"reduction", static_cast<std::int64_t>(reduction)}, {"ignore_index", ignore_index}});
  return out;
}

Tensor cross_entropy(const Tensor& logits, const Tensor& target, Reduction reduction,
                     std::int64_t ignore_index) {
  check_classes("cross_entropy", logits);
  check_defined("cross_entropy", target);
  const bool probabilities = target.sizes() == logits.sizes();
  const Shape rows = without_last(logits.sizes());
  if (!probabilities && target.sizes() != rows) {
    throw std::invalid_argument(
        "[cross_entropy] got shapes " + to_string(logits.sizes()) + " and " +
        to_string(target.sizes()) + ": the target must have shape " + to_string(rows) +
        ", one class a row, or " + to_string(logits.sizes()) + ", one probability a class");
  }
  if (probabilities && ignore_index >= 0) {
    throw std::invalid_argument("[cross_entropy] got ignore_index " + std::to_string(ignore_index) +
                                " and targets that are probabilities: it must be negative, for "
                                "only a class index can be ignored");
  }
  Tensor out = probabilities ? score_probabilities(logits, target, reduction)
                             : score_classes("cross_entropy", kernel::cross_entropy_row, logits,
                                             target, reduction, ignore_index);
  count_work((probabilities ? 6 : 4) * logits.numel(), reached(logits) + reached(target), out);
  record("cross_entropy", {logits, target}, out,
         {{"reduction", static_cast<std::int64_t>(reduction)}, {"ignore_index", ignore_index}});
  return out;
}

}  // namespace tt
