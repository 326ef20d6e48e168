#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/counters.h"
#include "engine/record.h"
#include "engine/tensor.h"

namespace tt {

/// How much a trace may hold. What comes after that is counted, and not kept.
struct TraceLimits {
  std::size_t bytes = 16 << 20;
  std::size_t tensors = 20'000;
};

/// Writes down what the engine does while this lives: every operation with its shapes, values and
/// costs, and in a backward pass every contribution. It holds a handle of every tensor it has seen,
/// so that each keeps its number, until `clear`.
///
/// The format is described in docs/trace.md.
class Trace : public Listener {
 public:
  /// The version of the format. It grows when a record changes its meaning.
  static constexpr std::uint32_t version = 2;

  explicit Trace(TraceLimits limits = {});
  ~Trace() override;
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// Writes down a tensor that was not made by an operation, and gives its number. One that is
  /// known keeps its number, and the name is lost.
  std::uint32_t add(const Tensor& x, const std::string& name = "");

  /// Gives the number of a tensor, or 0 if it is not known.
  std::uint32_t find(const Tensor& x) const;

  /// Gives the tensor of a number. Throws `std::invalid_argument` if there is none.
  const Tensor& tensor(std::uint32_t number) const;

  /// Gives every tensor: number n is at n - 1.
  const std::vector<Tensor>& tensors() const { return tensors_; }

  /// True once something did not fit.
  bool full() const { return full_; }

  /// Does `x.backward(seed, retain_graph)`, and writes down that it began, what arrived where, and
  /// the gradients that the leaves of the graph have afterwards.
  void backward(const Tensor& x, const Tensor& seed, bool retain_graph);

  /// Write down, of tensors with a number: that a backward pass begins; that everything has
  /// arrived at one, and its sum; what an input of an operation gets from it; what a leaf has after
  /// the pass; and what the elements of one were changed to.
  void begin_backward(std::uint32_t tensor);
  void arrival(std::uint32_t tensor, const Tensor& sum);
  void contribution(std::uint32_t from, std::uint32_t to, std::size_t input, const Tensor& dx);
  void gradient(std::uint32_t tensor, const Tensor& grad);
  void changed(std::uint32_t tensor, const Tensor& x);

  /// Writes down a sentence that ends what was going on, such as the message of an error.
  void error(const std::string& message);

  /// Gives everything so far.
  const std::vector<std::uint8_t>& bytes();

  /// Forgets everything and begins again.
  void clear();

  void operation(const Operation& operation) override;
  void parameter(const char* name, Tensor& tensor) override;
  void contribution(const autograd::Node& node, std::size_t input, const Tensor& dout,
                    const Tensor& dx) override;

 private:
  class Record;

  bool take(const Record& record);
  std::uint32_t text(const std::string& words);
  std::uint32_t remember(const Tensor& x);
  Counters work_since_last();

  TraceLimits limits_;
  std::vector<std::uint8_t> bytes_;
  std::vector<Tensor> tensors_;  // tensor number n is at n - 1
  std::unordered_map<const autograd::Node*, std::uint32_t> by_node_;
  std::map<std::pair<const float*, std::pair<Shape, Strides>>, std::uint32_t> by_place_;
  std::unordered_map<std::string, std::uint32_t> texts_;
  std::unordered_set<const autograd::Node*> arrived_;  // in the backward pass that runs
  Counters last_;
  bool full_ = false;          // a record did not fit, so neither may those that follow
  std::size_t end_ = 0;        // of the records that did, in `bytes_`
  std::uint32_t dropped_ = 0;  // how many did not
};

}  // namespace tt
