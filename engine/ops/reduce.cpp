#include "engine/ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/record.h"

namespace tt {

namespace kernel {

// axes (0, -1) of rank 3 -> true, false, true.  No axes -> true, true, true.
std::vector<bool> reduced_axes(const std::vector<std::int64_t>& dims, std::int64_t rank) {
  // BEGIN SOLUTION: reduced_axes: mark every axis that is named, and refuse one that comes twice
  std::vector<bool> reduced(static_cast<std::size_t>(rank), dims.empty());
  for (std::int64_t dim : dims) {
    const auto axis = static_cast<std::size_t>(normalize_axis(dim, rank));
    if (reduced[axis]) {
      throw std::invalid_argument("[reduced_axes] got axes " + to_string(dims) + ": axis " +
                                  std::to_string(axis) + " must come only once");
    }
    reduced[axis] = true;
  }
  return reduced;
  // END SOLUTION
}

// (2, 3, 4), axes 0 and 2 reduced -> (3,), or with keepdim (1, 3, 1).
Shape reduced_shape(const Shape& shape, const std::vector<bool>& reduced, bool keepdim) {
  // BEGIN SOLUTION: reduced_shape: drop what is reduced, or keep it with extent 1
  Shape result;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (!reduced[axis]) {
      result.push_back(shape[axis]);
    } else if (keepdim) {
      result.push_back(1);
    }
  }
  return result;
  // END SOLUTION
}

// shape (2, 3), strides (3, 1), kept (2, 1) -> the result has strides (1, 0), the tensor (3, 1).
Walk plan_reduction(const Shape& shape, const Strides& strides, const Shape& kept) {
  // BEGIN SOLUTION: plan_reduction: read the result as if it were stretched to the tensor's shape
  return {shape, {broadcast_strides(kept, contiguous_strides(kept), shape), strides}};
  // END SOLUTION
}

// shape (2, 3), strides (1, 0) and (1, 2) -> shape (3, 2), strides (0, 1) and (2, 1).
Walk memory_order(const Walk& walk) {
  // BEGIN SOLUTION: memory_order: sort the axes by their stride in the last tensor, largest first
  std::vector<std::size_t> order(walk.shape.size());
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    order[axis] = axis;
  }
  const Strides& steps = walk.strides.back();
  sort_axes(order, [&](std::size_t a, std::size_t b) { return steps[a] > steps[b]; });
  Walk sorted = walk;
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    sorted.shape[axis] = walk.shape[order[axis]];
    for (std::size_t k = 0; k < walk.strides.size(); ++k) {
      sorted.strides[k][axis] = walk.strides[k][order[axis]];
    }
  }
  return sorted;
  // END SOLUTION
}

// Every element is added to the sum that it belongs to: sums[its place] += x[its place].
void sum_over(double* sums, std::int64_t results, const float* x, const Walk& walk) {
  // BEGIN SOLUTION: sum_over: clear the sums, then add every element to its own
  std::fill_n(sums, results, 0.0);
  const std::int64_t count = row_length(walk);
  const std::int64_t to_step = row_step(walk, 0);
  const std::int64_t from_step = row_step(walk, 1);
  for_each_row(walk, [&](const Offsets& offsets) {
    double* to = sums + offsets[0];
    const float* from = x + offsets[1];
    if (to_step == 0) {  // the whole row goes into one sum, which need not leave the processor
      double total = *to;
      for (std::int64_t i = 0; i < count; ++i) {
        total += from[i * from_step];
      }
      *to = total;
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      to[i * to_step] += from[i * from_step];
    }
  });
  // END SOLUTION
}

// (2, 3, 4), axes 0 and 2 reduced -> 2 * 4 = 8.
std::int64_t reduced_count(const Shape& shape, const std::vector<bool>& reduced) {
  // BEGIN SOLUTION: reduced_count: count the elements that go into one result
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    count *= reduced[axis] ? shape[axis] : 1;
  }
  return count;
  // END SOLUTION
}

// The same walk as for a sum: best[its place] is the larger of itself and x[its place].
void max_over(float* best, std::int64_t results, const float* x, const Walk& walk) {
  // BEGIN SOLUTION: max_over: begin below every number, then let every element try
  std::fill_n(best, results, -std::numeric_limits<float>::infinity());
  const std::int64_t count = row_length(walk);
  const std::int64_t to_step = row_step(walk, 0);
  const std::int64_t from_step = row_step(walk, 1);
  for_each_row(walk, [&](const Offsets& offsets) {
    float* to = best + offsets[0];
    const float* from = x + offsets[1];
    for (std::int64_t i = 0; i < count; ++i) {
      to[i * to_step] = larger(to[i * to_step], from[i * from_step]);
    }
  });
  // END SOLUTION
}

// 3 1 4 1 4 -> 2.  3 NaN 4 -> 1.
std::int64_t argmax_row(const Row& x, std::int64_t count) {
  // BEGIN SOLUTION: argmax_row: keep the index of the first one that nothing exceeds
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < count; ++i) {
    const float champion = x.data[best * x.step];
    const float challenger = x.data[i * x.step];
    if (challenger > champion || (std::isnan(challenger) && !std::isnan(champion))) {
      best = i;
    }
  }
  return best;
  // END SOLUTION
}

}  // namespace kernel

namespace {

using kernel::Offsets;
using kernel::Walk;

// What every reduction needs to know before it begins.
struct Plan {
  Shape sizes;  // of the result
  Walk walk;    // over the result and x
};

// The walk into a result of the shape `kept`, which broadcasts to that of x.
Walk walk_into(const Tensor& x, const Shape& kept) {
  const Walk walk = kernel::plan_reduction(x.sizes(), x.strides(), kept);
  return kernel::merge_axes(kernel::memory_order(walk));
}

Plan plan(const char* op, const Tensor& x, const std::vector<std::int64_t>& dims, bool keepdim) {
  check_defined(op, x);
  const std::vector<bool> reduced = kernel::reduced_axes(dims, x.dim());
  return {kernel::reduced_shape(x.sizes(), reduced, keepdim),
          walk_into(x, kernel::reduced_shape(x.sizes(), reduced, true))};
}

// How many elements of x go into each result.
std::int64_t count_of(const Tensor& x, const std::vector<std::int64_t>& dims) {
  return kernel::reduced_count(x.sizes(), kernel::reduced_axes(dims, x.dim()));
}

void count_work(const Tensor& x, const Tensor& out, std::int64_t flops_per_element) {
  constexpr std::int64_t each = sizeof(float);
  count_flops(flops_per_element * x.numel());
  count_bytes_read(each * elements_reached(x.sizes(), x.strides()));
  count_bytes_written(each * out.numel());
}

// The sums in `double`, as many as the result has elements.
std::vector<double> sums_of(const Tensor& x, const Plan& plan) {
  std::vector<double> sums(static_cast<std::size_t>(numel(plan.sizes)));
  kernel::sum_over(sums.data(), numel(plan.sizes), x.data_ptr(), plan.walk);
  return sums;
}

// A new tensor with the sums, divided by `divisor` and only then rounded.
Tensor rounded(const std::vector<double>& sums, const Shape& sizes, double divisor) {
  Tensor out = empty(sizes);
  std::transform(sums.begin(), sums.end(), out.data_ptr(),
                 [=](double value) { return static_cast<float>(value / divisor); });
  return out;
}

}  // namespace

Tensor sum(const Tensor& x, const std::vector<std::int64_t>& dims, bool keepdim) {
  const Plan plan = tt::plan("sum", x, dims, keepdim);
  Tensor out = rounded(sums_of(x, plan), plan.sizes, 1);
  count_work(x, out, 1);
  record("sum", {x}, out, {{"dims", dims}, {"keepdim", keepdim}});
  return out;
}

Tensor mean(const Tensor& x, const std::vector<std::int64_t>& dims, bool keepdim) {
  const Plan plan = tt::plan("mean", x, dims, keepdim);
  Tensor out = rounded(sums_of(x, plan), plan.sizes, static_cast<double>(count_of(x, dims)));
  count_work(x, out, 1);
  record("mean", {x}, out, {{"dims", dims}, {"keepdim", keepdim}});
  return out;
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  check_defined("sum_to", x);
  const Plan plan = {shape, walk_into(x, shape)};
  Tensor out = rounded(sums_of(x, plan), shape, 1);
  count_work(x, out, 1);
  record("sum_to", {x}, out);
  return out;
}

// Worked code, to read: the means first, then a second walk that adds up the squared distances.
Tensor var(const Tensor& x, const std::vector<std::int64_t>& dims, bool unbiased, bool keepdim) {
  const Plan plan = tt::plan("var", x, dims, keepdim);
  std::vector<double> means = sums_of(x, plan);
  const std::int64_t terms = count_of(x, dims);
  for (double& each : means) {
    each /= static_cast<double>(terms);
  }
  std::vector<double> squares(means.size());
  const std::int64_t count = kernel::row_length(plan.walk);
  const std::int64_t to_step = kernel::row_step(plan.walk, 0);
  const std::int64_t from_step = kernel::row_step(plan.walk, 1);
  const float* first = x.data_ptr();
  kernel::for_each_row(plan.walk, [&](const Offsets& offsets) {
    const double* mean = means.data() + offsets[0];
    double* to = squares.data() + offsets[0];
    const float* from = first + offsets[1];
    for (std::int64_t i = 0; i < count; ++i) {
      const double distance = from[i * from_step] - mean[i * to_step];
      to[i * to_step] += distance * distance;
    }
  });
  const std::int64_t divisor = std::max<std::int64_t>(terms - (unbiased ? 1 : 0), 0);
  Tensor out = rounded(squares, plan.sizes, static_cast<double>(divisor));
  count_work(x, out, 4);
  record("var", {x}, out, {{"dims", dims}, {"unbiased", unbiased}, {"keepdim", keepdim}});
  return out;
}

namespace {

void check_any(const char* op, const Tensor& x, std::int64_t count) {
  if (count == 0) {
    throw std::invalid_argument(std::string("[") + op + "] got shape " + to_string(x.sizes()) +
                                ": every result must have at least one element to choose from");
  }
}

}  // namespace

Tensor amax(const Tensor& x, const std::vector<std::int64_t>& dims, bool keepdim) {
  const Plan plan = tt::plan("amax", x, dims, keepdim);
  check_any("amax", x, count_of(x, dims));
  Tensor out = empty(plan.sizes);
  kernel::max_over(out.data_ptr(), out.numel(), x.data_ptr(), plan.walk);
  count_work(x, out, 1);
  record("amax", {x}, out, {{"dims", dims}, {"keepdim", keepdim}});
  return out;
}

// Worked code, to read: the smallest is the largest of the numbers with their signs turned.
Tensor amin(const Tensor& x, const std::vector<std::int64_t>& dims, bool keepdim) {
  const Plan plan = tt::plan("amin", x, dims, keepdim);
  check_any("amin", x, count_of(x, dims));
  Tensor out = full(plan.sizes, std::numeric_limits<float>::infinity());
  const std::int64_t count = kernel::row_length(plan.walk);
  const std::int64_t to_step = kernel::row_step(plan.walk, 0);
  const std::int64_t from_step = kernel::row_step(plan.walk, 1);
  float* best = out.data_ptr();
  const float* first = x.data_ptr();
  kernel::for_each_row(plan.walk, [&](const Offsets& offsets) {
    float* to = best + offsets[0];
    const float* from = first + offsets[1];
    for (std::int64_t i = 0; i < count; ++i) {
      to[i * to_step] = -kernel::larger(-to[i * to_step], -from[i * from_step]);
    }
  });
  count_work(x, out, 1);
  record("amin", {x}, out, {{"dims", dims}, {"keepdim", keepdim}});
  return out;
}

Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim) {
  check_defined("argmax", x);
  const std::vector<bool> reduced = kernel::reduced_axes(dim ? Shape{*dim} : Shape{}, x.dim());
  const std::int64_t extent = kernel::reduced_count(x.sizes(), reduced);
  check_any("argmax", x, extent);
  // Without an axis, all elements stand in one row. With one, each of the other indices has a row.
  const Tensor rows = dim ? x : x.contiguous().view({extent});
  const std::int64_t axis = dim.value_or(0);
  const std::int64_t step = rows.strides()[normalize_axis(axis, rows.dim())];
  const Tensor heads = rows.select(axis, 0);
  const Walk walk = {heads.sizes(), {contiguous_strides(heads.sizes()), heads.strides()}};
  Tensor out = empty(kernel::reduced_shape(x.sizes(), reduced, keepdim));
  float* to = out.data_ptr();
  const float* from = heads.data_ptr();
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    for (std::int64_t i = 0; i < kernel::row_length(walk); ++i) {
      const float* row = from + offsets[1] + i * kernel::row_step(walk, 1);
      to[offsets[0] + i] = static_cast<float>(kernel::argmax_row({row, step}, extent));
    }
  });
  count_work(x, out, 1);
  record("argmax", {x}, out);
  return out;
}

}  // namespace tt
