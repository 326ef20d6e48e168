#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <vector>

#include "engine/tensor.h"

namespace tt {

/// One more thing to know about an operation than its inputs: a name, and whole numbers, a number
/// or a tensor, which is kept without its past. (What could be inline is not: every operation makes
/// some, and every student's file would compile it again.)
struct Attribute {
  Attribute(const char* name, std::int64_t value);
  Attribute(const char* name, bool value);
  Attribute(const char* name, const std::vector<std::int64_t>& values);
  Attribute(const char* name, double value);
  Attribute(const char* name, const Tensor& value);
  Attribute(const Attribute& other);
  ~Attribute();

  const char* name;
  std::vector<std::int64_t> integers;
  double number = 0;
  Tensor tensor;
};

/// The attributes of one operation. The four functions throw `std::invalid_argument` if there is
/// none of that name.
class Attributes {
 public:
  Attributes();
  Attributes(std::initializer_list<Attribute> list);
  Attributes(const Attributes& other);
  Attributes& operator=(const Attributes& other);
  ~Attributes();

  std::int64_t integer(const char* name) const;
  const std::vector<std::int64_t>& integers(const char* name) const;
  double number(const char* name) const;
  const Tensor& tensor(const char* name) const;

  const std::vector<Attribute>& list() const { return list_; }

 private:
  const Attribute& find(const char* name) const;

  std::vector<Attribute> list_;
};

/// Throws `std::invalid_argument` in the name of `op` if `x` is undefined.
void check_defined(const char* op, const Tensor& x);

/// The tensors that an operation reads, by reference.
using Inputs = std::initializer_list<std::reference_wrapper<const Tensor>>;

/// An operation that has been done.
struct Operation {
  const char* name;
  Inputs inputs;
  Tensor& output;
  const Attributes& attributes;
  const char* file;  // the source file that did it, as the compiler names it
};

/// Somebody who wants to know what the engine does: autograd, which must remember it, or a trace,
/// which shows it.
class Listener {
 public:
  virtual ~Listener() = default;

  /// Is called after every operation.
  virtual void operation(const Operation& operation) = 0;

  /// Is called before the elements of `target` are set from those of `source`. May throw, and then
  /// nothing is changed.
  virtual void in_place(const char* name, const Tensor& target, const Tensor& source);

  /// Is called when a layer makes a tensor that is to be learned.
  virtual void parameter(const char* name, Tensor& tensor);

  /// Is called in a backward pass, after `dx` was computed from `dout`, the gradient of the output
  /// of `node`: it is what one input of the operation gets from it.
  virtual void contribution(const autograd::Node& node, std::size_t input, const Tensor& dout,
                            const Tensor& dx);
};

/// From now on calls `listener`, after those that were added before. It must live until it is
/// removed.
void add_listener(Listener& listener);
void remove_listener(Listener& listener);

/// Tells every listener about an operation that was just done, unless it is a part of another one
/// (see `Silence`). The last line of every operation. Without listeners it does nothing.
void record(const char* name, Inputs inputs, Tensor& output, const Attributes& attributes = {},
            const char* file = __builtin_FILE());

/// Tells every listener that the elements of `target` are about to be changed from those of
/// `source`. A listener may refuse by throwing.
void record_in_place(const char* name, const Tensor& target, const Tensor& source);

/// Tells every listener that this tensor is to be learned.
void record_parameter(const char* name, Tensor& tensor);

/// Tells every listener what an input of an operation gets in a backward pass.
void record_contribution(const autograd::Node& node, std::size_t input, const Tensor& dout,
                         const Tensor& dx);

/// While one lives, nothing is recorded: for an operation that is made of other ones.
class Silence {
 public:
  Silence();
  ~Silence();
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
};

}  // namespace tt
