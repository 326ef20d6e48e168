#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "engine/record.h"
#include "engine/shape.h"
#include "engine/tensor.h"

namespace tt::autograd {

/// What an operation leaves behind for its derivatives: the shapes of its inputs, its attributes,
/// and those values that the derivatives asked for (see `Keep`). The tensors have no past.
class Recorded {
 public:
  Recorded();

  /// Keeps nothing.
  explicit Recorded(const char* name);

  /// Keeps everything.
  Recorded(const char* name, Inputs inputs, const Tensor& output,
           const Attributes& attributes = {});

  /// Keeps only the values that `keep` names.
  Recorded(const Operation& operation, unsigned keep);

  // Not inline, or every student's file would compile them again.
  Recorded(const Recorded& other);
  Recorded(Recorded&& other) noexcept;
  Recorded& operator=(const Recorded& other);
  Recorded& operator=(Recorded&& other) noexcept;
  ~Recorded();

  const char* name() const { return name_; }
  std::size_t inputs() const { return shapes_.size(); }
  const Shape& shape(std::size_t input) const { return shapes_[input]; }

  /// True if an input was a transposed matrix, whose columns lie one behind the other in memory.
  bool is_turned(std::size_t input) const { return (turned_ >> input & 1U) != 0; }

  /// Gives the value of an input or of the output. Throws `std::invalid_argument` if it was not
  /// kept or if it has been changed in place since.
  const Tensor& input(std::size_t input) const;
  const Tensor& output() const;

  /// Throws `std::invalid_argument` if a kept value has been changed in place since.
  void check_unchanged() const;

  const Attributes& attributes() const { return attributes_; }

  /// Gives what is kept, for those who count it. An undefined tensor stands for what is not.
  const std::vector<Tensor>& kept() const { return kept_; }

 private:
  const Tensor& value(std::size_t place, const std::string& what) const;

  const char* name_ = "";
  std::vector<Shape> shapes_;
  unsigned turned_ = 0;                 // bit i: input i is a transposed matrix
  std::vector<Tensor> kept_;            // the inputs, then the output
  std::vector<std::int64_t> versions_;  // of each kept tensor when it was kept; none if all are 0
  Attributes attributes_;
};

/// Gives the gradient of one input of an operation, from `dout`, the gradient of its output: the
/// vector-Jacobian product. It has the shape of the input.
using Derivative = Tensor (*)(const Recorded& op, const Tensor& dout);

/// The values that a derivative reads: one or more of these, joined by `|`.
enum Keep : unsigned {
  keep_nothing = 0,
  keep_input0 = 1,
  keep_input1 = 2,
  keep_input2 = 4,
  keep_output = 1U << 31,
};

/// The derivative in one input, and the values it reads. Without a function the operation is
/// constant in this input, as a comparison is.
struct Rule {
  Derivative derivative = nullptr;
  unsigned keep = keep_nothing;
};

/// Says how to differentiate the operation `name`: one rule for each of its inputs. Gives true, so
/// that it can be called before `main`:
///
///   const bool registered = register_derivatives("mul", {{mul_da, keep_input1}, ...});
bool register_derivatives(const char* name, std::initializer_list<Rule> rules);

/// Gives the rules of an operation. Throws `std::invalid_argument` if there are none, or if they
/// were given twice.
const std::vector<Rule>& derivatives_of(const char* name);

}  // namespace tt::autograd
