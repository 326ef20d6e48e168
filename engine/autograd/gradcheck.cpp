#include "engine/autograd/gradcheck.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <stdexcept>

#include "engine/autograd/engine.h"
#include "engine/random.h"
#include "engine/shape.h"

namespace tt::autograd {

namespace {

using Function = std::function<Tensor(const std::vector<Tensor>&)>;

std::string written(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  bool equal = a.size() == b.size();
  for (std::size_t i = 0; equal && i < a.size(); ++i) {
    equal = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
  }
  return equal;
}

// A number for each element of the output, by which it is multiplied before all are added up. Not
// 1: the sum of a softmax is always 1, so its gradient is 0 however wrong the derivative is.
Tensor random_direction(const Shape& shape) {
  Generator generator(5);
  Tensor direction = empty(shape);
  for (std::int64_t i = 0; i < direction.numel(); ++i) {
    direction.data_ptr()[i] = generator.normal();
  }
  return direction;
}

double loss(const Function& function, const std::vector<Tensor>& inputs,
            const std::vector<float>& direction) {
  const std::vector<float> output = function(inputs).to_vector();
  if (output.size() != direction.size()) {
    throw std::invalid_argument(
        "[gradcheck] got " + std::to_string(output.size()) + " numbers out of the function, and " +
        std::to_string(direction.size()) + " before: it must always give the same shape");
  }
  double sum = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    sum += static_cast<double>(output[i]) * static_cast<double>(direction[i]);
  }
  return sum;
}

// How fast the loss grows with one number: it is moved up and down, and then put back.
double quotient(const Function& function, const std::vector<Tensor>& inputs,
                const std::vector<float>& direction, float& number, double step) {
  const float before = number;
  const auto above = static_cast<float>(static_cast<double>(before) + step);
  const auto below = static_cast<float>(static_cast<double>(before) - step);
  number = above;
  const double high = loss(function, inputs, direction);
  number = below;
  const double low = loss(function, inputs, direction);
  number = before;
  return (high - low) / (static_cast<double>(above) - static_cast<double>(below));
}

bool close(double gradient, double expected, const GradcheckOptions& options) {
  return std::fabs(gradient - expected) <= options.atol + options.rtol * std::fabs(expected);
}

// Element 5 of shape (2, 3) -> (1, 2).
Index index_of(std::int64_t number, const Shape& shape) {
  Index index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = number % shape[axis];
    number /= shape[axis];
  }
  return index;
}

}  // namespace

// 1. One backward pass gives the gradient of every input.
// 2. Each number of each input is moved alone, and the loss computed anew, without a graph.
Gradcheck gradcheck(const Function& function, const std::vector<Tensor>& inputs,
                    const GradcheckOptions& options) {
  std::vector<Tensor> leaves;
  for (const Tensor& input : inputs) {
    leaves.push_back(input.detach().clone().requires_grad_());
  }
  const Tensor output = function(leaves);
  const Tensor direction = random_direction(output.sizes());
  const std::vector<float> before = output.to_vector();
  if (output.requires_grad()) {
    output.backward(direction);
  }

  const NoGradGuard no_grad;
  if (!same(function(leaves).to_vector(), before)) {
    return {false, "two calls with the same inputs gave different outputs: nothing can be said"};
  }
  const std::vector<float> weights = direction.to_vector();
  for (std::size_t which = 0; which < leaves.size(); ++which) {
    Tensor& leaf = leaves[which];
    const bool reached = leaf.grad().defined();
    const std::vector<float> gradient = (reached ? leaf.grad() : zeros(leaf.sizes())).to_vector();
    std::string first;
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < leaf.numel(); ++i) {
      const auto found = static_cast<double>(gradient[i]);
      const double expected = quotient(function, leaves, weights, leaf.data_ptr()[i], options.step);
      if (!close(found, expected, options) && wrong++ == 0) {
        first = to_string(index_of(i, leaf.sizes())) + " is " + written(found) +
                ", and the difference quotient " + written(expected);
      }
    }
    if (wrong > 0) {
      return {false, "input " + std::to_string(which) + " of shape " + to_string(leaf.sizes()) +
                         (reached ? ": the gradient at " : ": no gradient came; the one at ") +
                         first + " (" + std::to_string(wrong) + " of " +
                         std::to_string(leaf.numel()) + " elements are wrong)"};
    }
  }
  return {};
}

}  // namespace tt::autograd
