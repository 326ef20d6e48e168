#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "engine/counters.h"
#include "engine/layout.h"
#include "engine/ops/reduce.h"
#include "engine/record.h"

namespace tt {

// Asks each axis whether it is named, sorts by choosing the largest, and carries a pair of steps.

namespace kernel {

// axes (0, -1) of rank 3 -> true, false, true.  No axes -> true, true, true.
std::vector<bool> reduced_axes(const std::vector<std::int64_t>& dims, std::int64_t rank) {
  std::vector<bool> reduced(static_cast<std::size_t>(rank));
  std::int64_t named = 0;
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    std::int64_t times = 0;
    for (std::int64_t dim : dims) {
      times += dim == axis || dim == axis - rank ? 1 : 0;
    }
    if (times > 1) {
      throw std::invalid_argument("[reduced_axes] got axis " + std::to_string(axis) + " " +
                                  std::to_string(times) + " times");
    }
    named += times;
    reduced[static_cast<std::size_t>(axis)] = times == 1 || dims.empty();
  }
  if (named != static_cast<std::int64_t>(dims.size())) {
    throw std::invalid_argument("[reduced_axes] got axes " + to_string(dims) + " for rank " +
                                std::to_string(rank));
  }
  return reduced;
}

// (2, 3, 4), axes 0 and 2 reduced -> (3,), or with keepdim (1, 3, 1).
Shape reduced_shape(const Shape& shape, const std::vector<bool>& reduced, bool keepdim) {
  Shape result = shape;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (reduced[axis] && keepdim) {
      result[axis] = 1;
    } else if (reduced[axis]) {
      result.erase(result.begin() + static_cast<std::ptrdiff_t>(axis));
    }
  }
  return result;
}

// shape (2, 3), strides (3, 1), kept (2, 1) -> the result has strides (1, 0), the tensor (3, 1).
Walk plan_reduction(const Shape& shape, const Strides& strides, const Shape& kept) {
  if (kept.size() > shape.size()) {
    throw std::invalid_argument("[plan_reduction] got too many axes: " + to_string(kept));
  }
  Strides result(shape.size(), 0);
  std::int64_t step = 1;
  for (std::size_t back = 1; back <= kept.size(); ++back) {
    const std::int64_t extent = kept[kept.size() - back];
    const std::int64_t wanted = shape[shape.size() - back];
    if (extent != wanted && extent != 1) {
      throw std::invalid_argument("[plan_reduction] got " + to_string(kept) + " for " +
                                  to_string(shape));
    }
    result[shape.size() - back] = extent == wanted ? step : 0;
    step *= extent > 0 ? extent : 1;
  }
  Walk walk;
  walk.shape = shape;
  walk.strides.push_back(result);
  walk.strides.push_back(strides);
  return walk;
}

// shape (2, 3), strides (1, 0) and (1, 2) -> shape (3, 2), strides (0, 1) and (2, 1).
Walk memory_order(const Walk& walk) {
  // Bubbles: two neighbours that stand wrong change places, until none do.
  Walk sorted = walk;
  const std::size_t last = walk.strides.size() - 1;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t axis = 1; axis < sorted.shape.size(); ++axis) {
      if (sorted.strides[last][axis - 1] < sorted.strides[last][axis]) {
        std::swap(sorted.shape[axis - 1], sorted.shape[axis]);
        for (Strides& strides : sorted.strides) {
          std::swap(strides[axis - 1], strides[axis]);
        }
        changed = true;
      }
    }
  }
  return sorted;
}

// Every element is added to the sum that it belongs to: sums[its place] += x[its place].
void sum_over(double* sums, std::int64_t results, const float* x, const Walk& walk) {
  for (std::int64_t i = 0; i < results; ++i) {
    sums[i] = 0;
  }
  for_each_row(walk, [&](const Offsets& offsets) {
    std::int64_t to = offsets[0];
    std::int64_t from = offsets[1];
    for (std::int64_t left = row_length(walk); left > 0; --left) {
      sums[to] += x[from];
      to += row_step(walk, 0);
      from += row_step(walk, 1);
    }
  });
}

// (2, 3, 4), axes 0 and 2 reduced -> 2 * 4 = 8.
std::int64_t reduced_count(const Shape& shape, const std::vector<bool>& reduced) {
  std::int64_t count = 1;
  const Shape all = shape;
  for (std::size_t axis = all.size(); axis-- > 0;) {
    if (reduced[axis]) {
      count = all[axis] * count;
    }
  }
  return count;
}

// The same walk as for a sum: best[its place] is the larger of itself and x[its place].
void max_over(float* best, std::int64_t results, const float* x, const Walk& walk) {
  std::vector<bool> seen(static_cast<std::size_t>(results));
  for_each_row(walk, [&](const Offsets& offsets) {
    for (std::int64_t i = 0; i < row_length(walk); ++i) {
      const std::int64_t to = offsets[0] + i * row_step(walk, 0);
      const float value = x[offsets[1] + i * row_step(walk, 1)];
      best[to] = seen[static_cast<std::size_t>(to)] ? larger(value, best[to]) : value;
      seen[static_cast<std::size_t>(to)] = true;
    }
  });
}

// 3 1 4 1 4 -> 2.  3 NaN 4 -> 1.
std::int64_t argmax_row(const Row& x, std::int64_t count) {
  std::int64_t best = count - 1;
  for (std::int64_t i = count - 1; i-- > 0;) {
    const float here = x.data[i * x.step];
    const float there = x.data[best * x.step];
    if (std::isnan(here) || here >= there) {
      best = i;
    }
  }
  return best;
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
  return out;
}

Tensor mean(const Tensor& x, const std::vector<std::int64_t>& dims, bool keepdim) {
  const Plan plan = tt::plan("mean", x, dims, keepdim);
  Tensor out = rounded(sums_of(x, plan), plan.sizes, static_cast<double>(count_of(x, dims)));
  count_work(x, out, 1);
  return out;
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  check_defined("sum_to", x);
  const Plan plan = {shape, walk_into(x, shape)};
  Tensor out = rounded(sums_of(x, plan), shape, 1);
  count_work(x, out, 1);
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
  return out;
}

}  // namespace tt
