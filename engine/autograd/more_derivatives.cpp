#include "engine/autograd/more_derivatives.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/autograd/derivative.h"
#include "engine/autograd/derivatives.h"
#include "engine/counters.h"
#include "engine/layout.h"
#include "engine/nn/losses.h"
#include "engine/ops/activations.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"

namespace tt::autograd {

namespace {

using kernel::Offsets;
using kernel::root_2_by_pi;
using kernel::root_half;
using kernel::Walk;

// A new tensor with `function` of every element of `dout` and the element of `x`, which has its
// shape, at the same place: one walk, and nothing in between is kept. Counts `flops` an element.
template <class Function>
Tensor for_each(const Tensor& dout, const Tensor& x, std::int64_t flops, Function function) {
  Tensor dx = empty(dout.sizes());
  constexpr std::int64_t each = sizeof(float);
  count_flops(flops * dx.numel());
  count_bytes_read(each * (elements_reached(dout.sizes(), dout.strides()) +
                           elements_reached(x.sizes(), x.strides())));
  count_bytes_written(each * dx.numel());
  const Walk walk = kernel::merge_axes({dx.sizes(), {dx.strides(), dout.strides(), x.strides()}});
  const std::int64_t count = kernel::row_length(walk);
  const std::int64_t dout_step = kernel::row_step(walk, 1);
  const std::int64_t x_step = kernel::row_step(walk, 2);
  float* first_to = dx.data_ptr();
  const float* first_dout = dout.data_ptr();
  const float* first_x = x.data_ptr();
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    float* to = first_to + offsets[0];
    const float* from = first_dout + offsets[1];
    const float* at = first_x + offsets[2];
    if (dout_step == 1 && x_step == 1) {  // then the compiler can take several numbers at once
      for (std::int64_t i = 0; i < count; ++i) {
        to[i] = function(from[i], at[i]);
      }
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = function(from[i * dout_step], at[i * x_step]);
    }
  });
  return dx;
}

// Functions of one number: d is an element of dout, x of the input, y of the output.

Tensor neg_dx(const Recorded&, const Tensor& dout) {
  return neg(dout);
}
Tensor abs_dx(const Recorded& op, const Tensor& dout) {
  return for_each(dout, op.input(0), 1, [](float d, float x) {
    return d * static_cast<float>((x > 0) - (x < 0));  // 0 at the kink
  });
}
Tensor log_dx(const Recorded& op, const Tensor& dout) {
  return dout / op.input(0);
}
Tensor sqrt_dx(const Recorded& op, const Tensor& dout) {
  return for_each(dout, op.output(), 2, [](float d, float y) { return d / (2 * y); });
}
Tensor square_dx(const Recorded& op, const Tensor& dout) {
  return for_each(dout, op.input(0), 2, [](float d, float x) { return d * 2 * x; });
}
Tensor reciprocal_dx(const Recorded& op, const Tensor& dout) {
  return for_each(dout, op.output(), 3, [](float d, float y) { return -d * y * y; });
}
Tensor pow_dx(const Recorded& op, const Tensor& dout) {
  const auto exponent = static_cast<float>(op.attributes().number("exponent"));
  if (exponent == 0) {  // 1 everywhere, also where x to the power of -1 is infinite
    return zeros(op.shape(0));
  }
  return for_each(dout, op.input(0), 3, [exponent](float d, float x) {
    return d * (exponent * std::pow(x, exponent - 1));
  });
}
Tensor clamp_dx(const Recorded& op, const Tensor& dout) {
  const auto low = static_cast<float>(op.attributes().number("low"));
  const auto high = static_cast<float>(op.attributes().number("high"));
  return for_each(dout, op.input(0), 2, [low, high](float d, float x) {
    return x >= low && x <= high ? d : 0;  // the bounds themselves are inside
  });
}

// Functions of two: where the operands are equal, each gets half.

Tensor maximum_da(const Recorded& op, const Tensor& dout) {
  const Tensor& a = op.input(0);
  const Tensor& b = op.input(1);
  return unbroadcast(dout * (1 - 0.5F * (lt(a, b) + le(a, b))), op.shape(0));
}
Tensor maximum_db(const Recorded& op, const Tensor& dout) {
  const Tensor& a = op.input(0);
  const Tensor& b = op.input(1);
  return unbroadcast(dout * (1 - 0.5F * (lt(b, a) + le(b, a))), op.shape(1));
}
Tensor minimum_da(const Recorded& op, const Tensor& dout) {
  const Tensor& a = op.input(0);
  const Tensor& b = op.input(1);
  return unbroadcast(dout * (1 - 0.5F * (lt(b, a) + le(b, a))), op.shape(0));
}
Tensor minimum_db(const Recorded& op, const Tensor& dout) {
  const Tensor& a = op.input(0);
  const Tensor& b = op.input(1);
  return unbroadcast(dout * (1 - 0.5F * (lt(a, b) + le(a, b))), op.shape(1));
}

Tensor where_da(const Recorded& op, const Tensor& dout) {
  return unbroadcast(where(op.input(0), dout, zeros({})), op.shape(1));
}
Tensor where_db(const Recorded& op, const Tensor& dout) {
  return unbroadcast(where(op.input(0), zeros({}), dout), op.shape(2));
}

// Reductions.

// What came out, or its gradient, with the reduced axes back, at extent 1.
Tensor with_reduced_axes(const Recorded& op, const Tensor& result) {
  const Shape& shape = op.shape(0);
  const std::vector<bool> reduced = kernel::reduced_axes(op.attributes().integers("dims"),
                                                         static_cast<std::int64_t>(shape.size()));
  return result.reshape(kernel::reduced_shape(shape, reduced, true));
}

Tensor var_dx(const Recorded& op, const Tensor& dout) {
  const Tensor& x = op.input(0);
  const std::vector<std::int64_t>& dims = op.attributes().integers("dims");
  const std::int64_t count =
      kernel::reduced_count(op.shape(0), kernel::reduced_axes(dims, x.dim()));
  const std::int64_t divisor = count - op.attributes().integer("unbiased");
  const Tensor share = with_reduced_axes(op, dout) * (2 / static_cast<float>(divisor));
  return (x - mean(x, dims, true)) * share;
}

// amax and amin: all elements that equal the result share its gradient.
Tensor extreme_dx(const Recorded& op, const Tensor& dout) {
  const Tensor won = eq(op.input(0), with_reduced_axes(op, op.output()));
  const Tensor winners = sum(won, op.attributes().integers("dims"), true);
  return won * (with_reduced_axes(op, dout) / winners);
}

Tensor sum_to_dx(const Recorded& op, const Tensor& dout) {
  return dout.expand(op.shape(0));
}

// Views and copies.

Tensor clone_dx(const Recorded&, const Tensor& dout) {
  return dout;
}

// The place of the last element that these strides reach, counted from the first.
std::int64_t last_place(const Shape& sizes, const Strides& strides) {
  std::int64_t last = 0;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    last += std::max<std::int64_t>(sizes[axis] - 1, 0) * strides[axis];
  }
  return last;
}

// Adds the elements of `x` to the places of `memory` that `to`, of the same shape, shows. Several
// may go to one place.
void add_into(Storage& memory, const Tensor& to, const Tensor& x) {
  const Walk walk = {x.sizes(), {to.strides(), x.strides()}};
  float* first_to = memory.data() + to.storage_offset();
  const float* first_from = x.data_ptr();
  const std::int64_t count = kernel::row_length(walk);
  kernel::for_each_row(walk, [&](const Offsets& offsets) {
    for (std::int64_t i = 0; i < count; ++i) {
      first_to[offsets[0] + i * kernel::row_step(walk, 0)] +=
          first_from[offsets[1] + i * kernel::row_step(walk, 1)];
    }
  });
}

// `as_strided` may show any element of the storage, several times or never, whatever its input
// showed. So the gradient is laid out as the storage is. Where the input shows one place several
// times, each of its elements gets an equal share.
Tensor as_strided_dx(const Recorded& op, const Tensor& dout) {
  const Tensor& x = op.input(0);
  const Shape& sizes = op.attributes().integers("sizes");
  const Strides& strides = op.attributes().integers("strides");
  const std::int64_t offset = op.attributes().integer("storage_offset");
  const std::int64_t size = 1 + std::max(offset + last_place(sizes, strides),
                                         x.storage_offset() + last_place(x.sizes(), x.strides()));
  const auto memory = std::make_shared<Storage>(size);
  const auto shown = std::make_shared<Storage>(size);
  std::fill_n(memory->data(), size, 0.0F);
  std::fill_n(shown->data(), size, 0.0F);
  add_into(*memory, Tensor(memory, sizes, strides, offset), dout);
  add_into(*shown, x, ones(x.sizes()));
  return Tensor(memory, x.sizes(), x.strides(), x.storage_offset()) /
         Tensor(shown, x.sizes(), x.strides(), x.storage_offset());
}

// Activations. Where an activation has a kink, its slope there is that on the left.

Tensor relu_dx(const Recorded& op, const Tensor& dout) {
  return for_each(dout, op.output(), 1, [](float d, float y) { return y <= 0 ? 0 : d; });
}
Tensor leaky_relu_dx(const Recorded& op, const Tensor& dout) {
  const auto slope = static_cast<float>(op.attributes().number("slope"));
  return for_each(dout, op.input(0), 2,
                  [slope](float d, float x) { return x <= 0 ? slope * d : d; });
}
Tensor sigmoid_dx(const Recorded& op, const Tensor& dout) {
  return for_each(dout, op.output(), 3, [](float d, float y) { return d * y * (1 - y); });
}
Tensor silu_dx(const Recorded& op, const Tensor& dout) {
  return for_each(dout, op.input(0), 8, [](float d, float x) {
    const float y = kernel::sigmoid(x);
    return d * y * (1 + x * (1 - y));
  });
}

constexpr float bell_height = 0.39894228F;  // 1 divided by the square root of 2 pi

// x times the share of a normal distribution below x: the share, plus x times the height there.
float gelu_slope(float x) {
  const float share = 0.5F * (1 + std::erf(x * root_half));
  return share + x * bell_height * std::exp(-0.5F * x * x);
}
float gelu_tanh_slope(float x) {
  const float t = std::tanh(root_2_by_pi * (x + 0.044715F * x * x * x));
  const float inner = root_2_by_pi * (1 + 3 * 0.044715F * x * x);
  return 0.5F * (1 + t) + 0.5F * x * (1 - t * t) * inner;
}
Tensor gelu_dx(const Recorded& op, const Tensor& dout) {
  if (op.attributes().integer("tanh") != 0) {
    return for_each(dout, op.input(0), 16, [](float d, float x) { return d * gelu_tanh_slope(x); });
  }
  return for_each(dout, op.input(0), 10, [](float d, float x) { return d * gelu_slope(x); });
}

Tensor log_softmax_dx(const Recorded& op, const Tensor& dout) {
  const Tensor all = sum(dout, {op.attributes().integer("dim")}, true);
  return dout - exp(op.output()) * all;
}

Tensor dropout_dx(const Recorded& op, const Tensor& dout) {
  return dout * op.attributes().tensor("mask");
}

// Losses. Each is a function of single numbers, or rows, before it is reduced.

Tensor share_of_pairs(const Recorded& op, const Tensor& dout) {
  return loss_share(op, dout, op.shape(0), numel(op.shape(0)));
}

Tensor mse_loss_dx(const Recorded& op, const Tensor& dout) {
  return (op.input(0) - op.input(1)) * share_of_pairs(op, dout * 2);
}
Tensor mse_loss_dtarget(const Recorded& op, const Tensor& dout) {
  return (op.input(1) - op.input(0)) * share_of_pairs(op, dout * 2);
}

// The slope at 0 and at 1 would be infinite. As in PyTorch, p * (1 - p) counts as 1e-12 there.
Tensor binary_cross_entropy_dx(const Recorded& op, const Tensor& dout) {
  const Tensor& p = op.input(0);
  const Tensor slope = (p - op.input(1)) / maximum(p * (1 - p), 1e-12F);
  return slope * share_of_pairs(op, dout);
}
Tensor binary_cross_entropy_dtarget(const Recorded& op, const Tensor& dout) {
  const Tensor& p = op.input(0);
  const Tensor slope = maximum(log(1 - p), -100) - maximum(log(p), -100);
  return slope * share_of_pairs(op, dout);
}

Tensor with_logits_dx(const Recorded& op, const Tensor& dout) {
  return (sigmoid(op.input(0)) - op.input(1)) * share_of_pairs(op, dout);
}
Tensor with_logits_dtarget(const Recorded& op, const Tensor& dout) {
  return neg(op.input(0)) * share_of_pairs(op, dout);
}

// Only the number that was read gets something: what its row's loss gets, with the sign turned.
Tensor nll_loss_dx(const Recorded& op, const Tensor& dout) {
  const Tensor target = op.input(1).contiguous();
  const auto ignored = static_cast<float>(op.attributes().integer("ignore_index"));
  const float* classes_of = target.data_ptr();
  const std::int64_t rows = target.numel();
  const std::int64_t classes = op.shape(0).back();
  const std::int64_t count = rows - std::count(classes_of, classes_of + rows, ignored);
  const Tensor share = loss_share(op, dout, op.shape(1), count).contiguous();
  Tensor dx = zeros(op.shape(0));
  for (std::int64_t i = 0; i < rows; ++i) {
    if (classes_of[i] != ignored) {
      dx.data_ptr()[i * classes + static_cast<std::int64_t>(classes_of[i])] = -share.data_ptr()[i];
    }
  }
  constexpr std::int64_t each = sizeof(float);
  count_bytes_read(each * 2 * rows);
  count_bytes_written(each * dx.numel());
  return dx;
}

// A comparison is flat wherever it has a slope: nothing comes back through it.
const bool registered =
    register_derivatives("neg", {{neg_dx}}) &&
    register_derivatives("abs", {{abs_dx, keep_input0}}) &&
    register_derivatives("log", {{log_dx, keep_input0}}) &&
    register_derivatives("sqrt", {{sqrt_dx, keep_output}}) &&
    register_derivatives("square", {{square_dx, keep_input0}}) &&
    register_derivatives("reciprocal", {{reciprocal_dx, keep_output}}) &&
    register_derivatives("pow", {{pow_dx, keep_input0}}) &&
    register_derivatives("clamp", {{clamp_dx, keep_input0}}) &&
    register_derivatives("maximum", {{maximum_da, keep_input0 | keep_input1},
                                     {maximum_db, keep_input0 | keep_input1}}) &&
    register_derivatives("minimum", {{minimum_da, keep_input0 | keep_input1},
                                     {minimum_db, keep_input0 | keep_input1}}) &&
    register_derivatives("where", {{}, {where_da, keep_input0}, {where_db, keep_input0}}) &&
    register_derivatives("eq", {{}, {}}) && register_derivatives("ne", {{}, {}}) &&
    register_derivatives("lt", {{}, {}}) && register_derivatives("le", {{}, {}}) &&
    register_derivatives("argmax", {{}}) && register_derivatives("var", {{var_dx, keep_input0}}) &&
    register_derivatives("amax", {{extreme_dx, keep_input0 | keep_output}}) &&
    register_derivatives("amin", {{extreme_dx, keep_input0 | keep_output}}) &&
    register_derivatives("sum_to", {{sum_to_dx}}) && register_derivatives("clone", {{clone_dx}}) &&
    register_derivatives("as_strided", {{as_strided_dx, keep_input0}}) &&
    register_derivatives("relu", {{relu_dx, keep_output}}) &&
    register_derivatives("leaky_relu", {{leaky_relu_dx, keep_input0}}) &&
    register_derivatives("sigmoid", {{sigmoid_dx, keep_output}}) &&
    register_derivatives("silu", {{silu_dx, keep_input0}}) &&
    register_derivatives("gelu", {{gelu_dx, keep_input0}}) &&
    register_derivatives("log_softmax", {{log_softmax_dx, keep_output}}) &&
    register_derivatives("dropout", {{dropout_dx}}) &&
    register_derivatives("mse_loss", {{mse_loss_dx, keep_input0 | keep_input1},
                                      {mse_loss_dtarget, keep_input0 | keep_input1}}) &&
    register_derivatives("binary_cross_entropy",
                         {{binary_cross_entropy_dx, keep_input0 | keep_input1},
                          {binary_cross_entropy_dtarget, keep_input0}}) &&
    register_derivatives(
        "binary_cross_entropy_with_logits",
        {{with_logits_dx, keep_input0 | keep_input1}, {with_logits_dtarget, keep_input0}}) &&
    register_derivatives("nll_loss", {{nll_loss_dx, keep_input1}, {}});

}  // namespace

Tensor loss_share(const Recorded& op, const Tensor& dout, const Shape& each, std::int64_t count) {
  const auto reduction = static_cast<Reduction>(op.attributes().integer("reduction"));
  if (reduction == Reduction::mean) {
    return (dout / static_cast<float>(count)).expand(each);
  }
  return reduction == Reduction::sum ? dout.expand(each) : dout;
}

}  // namespace tt::autograd
