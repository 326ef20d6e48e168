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

// Works with the library's algorithms, and walks each row from a pointer.

namespace {

using kernel::Offsets;
using kernel::Walk;

// Calls `visit` with the place in the result and the number, for every element.
template <class Number, class Visit>
void visit_all(Number* result, const float* x, const Walk& walk, Visit visit) {
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    Number* to = result + offsets[0];
    const float* from = x + offsets[1];
    const float* end = from + kernel::row_length(walk) * kernel::row_step(walk, 1);
    if (from == end) {
      for (std::int64_t i = 0; i < kernel::row_length(walk); ++i) {
        visit(to[i * kernel::row_step(walk, 0)], *from);
      }
    }
    while (from != end) {
      visit(*to, *from);
      to += kernel::row_step(walk, 0);
      from += kernel::row_step(walk, 1);
    }
  });
}

}  // namespace

namespace kernel {

// axes (0, -1) of rank 3 -> true, false, true.  No axes -> true, true, true.
std::vector<bool> reduced_axes(const std::vector<std::int64_t>& dims, std::int64_t rank) {
  std::vector<std::int64_t> axes(dims.size());
  std::transform(dims.begin(), dims.end(), axes.begin(),
                 [&](std::int64_t dim) { return normalize_axis(dim, rank); });
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    throw std::invalid_argument("[reduced_axes] got an axis twice: " + to_string(axes));
  }
  std::vector<bool> reduced;
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    reduced.push_back(axes.empty() || std::binary_search(axes.begin(), axes.end(), axis));
  }
  return reduced;
}

// (2, 3, 4), axes 0 and 2 reduced -> (3,), or with keepdim (1, 3, 1).
Shape reduced_shape(const Shape& shape, const std::vector<bool>& reduced, bool keepdim) {
  Shape kept(shape.size(), -1);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    kept[axis] = reduced[axis] ? (keepdim ? 1 : -1) : shape[axis];
  }
  kept.erase(std::remove(kept.begin(), kept.end(), -1), kept.end());
  return kept;
}

// shape (2, 3), strides (3, 1), kept (2, 1) -> the result has strides (1, 0), the tensor (3, 1).
Walk plan_reduction(const Shape& shape, const Strides& strides, const Shape& kept) {
  const Walk both = plan_walk({kept, shape}, {contiguous_strides(kept), strides});
  if (both.shape != shape) {
    throw std::invalid_argument("[plan_reduction] got a result of shape " + to_string(kept));
  }
  return both;
}

// shape (2, 3), strides (1, 0) and (1, 2) -> shape (3, 2), strides (0, 1) and (2, 1).
Walk memory_order(const Walk& walk) {
  // Each axis is inserted before the first one with a smaller stride.
  Walk sorted = {{}, std::vector<Strides>(walk.strides.size())};
  const Strides& steps = walk.strides[walk.strides.size() - 1];
  for (std::size_t axis = 0; axis < walk.shape.size(); ++axis) {
    std::size_t at = 0;
    while (at < sorted.shape.size() && sorted.strides.back()[at] >= steps[axis]) {
      ++at;
    }
    const auto place = static_cast<std::ptrdiff_t>(at);
    sorted.shape.insert(sorted.shape.begin() + place, walk.shape[axis]);
    for (std::size_t k = 0; k < walk.strides.size(); ++k) {
      sorted.strides[k].insert(sorted.strides[k].begin() + place, walk.strides[k][axis]);
    }
  }
  return sorted;
}

// Every element is added to the sum that it belongs to: sums[its place] += x[its place].
void sum_over(double* sums, std::int64_t results, const float* x, const Walk& walk) {
  std::fill(sums, sums + results, 0.0);
  visit_all(sums, x, walk, [](double& sum, float value) { sum = value + sum; });
}

// (2, 3, 4), axes 0 and 2 reduced -> 2 * 4 = 8.
std::int64_t reduced_count(const Shape& shape, const std::vector<bool>& reduced) {
  const Shape kept = reduced_shape(shape, reduced, false);
  if (numel(kept) > 0) {
    return numel(shape) / numel(kept);
  }
  Shape gone;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    gone.push_back(reduced[axis] ? shape[axis] : 1);
  }
  return numel(gone);
}

// The same walk as for a sum: best[its place] is the larger of itself and x[its place].
void max_over(float* best, std::int64_t results, const float* x, const Walk& walk) {
  std::fill(best, best + results, -HUGE_VALF);
  visit_all(best, x, walk, [](float& champion, float value) {
    if (!std::isnan(champion) && !(value <= champion)) {
      champion = value;
    }
  });
}

// 3 1 4 1 4 -> 2.  3 NaN 4 -> 1.
std::int64_t argmax_row(const Row& x, std::int64_t count) {
  std::vector<float> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = x.data[i * x.step];
    if (std::isnan(value)) {
      return i;
    }
    numbers.push_back(value);
  }
  return std::max_element(numbers.begin(), numbers.end()) - numbers.begin();
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
