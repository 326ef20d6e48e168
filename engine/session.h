#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/tensor.h"
#include "engine/trace.h"

namespace tt {

/// What else an operation needs than tensors: axes, sizes and flags as whole numbers, and numbers.
struct Arguments {
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;
};

/// A running engine for somebody who cannot call C++: tensors have numbers, operations have names,
/// and a trace says what happened. Numbers of tensors begin at 1 and are those of the trace. Every
/// function throws `std::invalid_argument` for a number or a name that there is not, or when the
/// trace is full, and what the engine throws.
class Session {
 public:
  explicit Session(TraceLimits limits = {});
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Makes a tensor with these values, row after row.
  virtual std::uint32_t tensor(const Shape& shape, const std::vector<float>& values,
                               bool requires_grad, const std::string& name);

  /// Does one operation. Its name is that of the function in C++, and its arguments come in the
  /// order of that function: `sum` takes keepdim and then the axes, `slice` takes dim, start, end
  /// and step, `pow` takes the exponent.
  virtual std::uint32_t apply(const std::string& name, const std::vector<std::uint32_t>& inputs,
                              const Arguments& arguments);

  /// Sets the elements of a tensor that was made by `tensor`. What was computed from it before
  /// stays as it was.
  virtual void set(std::uint32_t tensor, const std::vector<float>& values);

  /// Does `backward` from a tensor, with a seed of its shape, or number 0 for none.
  virtual void backward(std::uint32_t tensor, std::uint32_t seed, bool retain_graph);

  /// Subtracts `rate` times its gradient from every tensor that has one: a step of gradient
  /// descent. What was computed before stays as it was.
  virtual void descend(double rate);

  /// Sets all gradients to 0.
  virtual void zero_grad();

  Shape shape(std::uint32_t tensor) const;
  virtual std::vector<float> values(std::uint32_t tensor) const;

  /// Gives the gradient of a leaf, row after row; none has one before `backward` has reached it.
  virtual bool has_grad(std::uint32_t tensor) const;
  virtual std::vector<float> grad(std::uint32_t tensor) const;

  /// Gives the trace so far: see docs/trace.md.
  const std::vector<std::uint8_t>& trace() { return trace_.bytes(); }

  /// Forgets every tensor and the trace.
  virtual void clear();

  /// Gives the names of all operations, in order.
  static std::vector<std::string> operations();

 protected:
  /// Gives the number of a tensor of the trace. Throws if the trace is full.
  std::uint32_t number_of(const Tensor& x) const;

  Trace trace_;
};

}  // namespace tt
