#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/autograd/scalar.h"
#include "engine/session.h"

namespace tt {

/// A session on single numbers: the engine of engine/autograd/scalar.h does the work, so every
/// tensor has the shape (). Its trace is that of any other session. In a backward pass it shows the
/// nodes in the order of `scalar::backward_order`, what each of them adds to its inputs, and at the
/// end the gradients that `scalar::backward` gives the leaves. There are no seeds, and a graph may
/// always be walked again.
class ScalarSession : public Session {
 public:
  using Session::Session;

  std::uint32_t tensor(const Shape& shape, const std::vector<float>& values, bool requires_grad,
                       const std::string& name) override;
  std::uint32_t apply(const std::string& name, const std::vector<std::uint32_t>& inputs,
                      const Arguments& arguments) override;
  void set(std::uint32_t tensor, const std::vector<float>& values) override;
  void backward(std::uint32_t tensor, std::uint32_t seed, bool retain_graph) override;
  void descend(double rate) override;
  void zero_grad() override;
  std::vector<float> values(std::uint32_t tensor) const override;
  bool has_grad(std::uint32_t tensor) const override;
  std::vector<float> grad(std::uint32_t tensor) const override;
  void clear() override;

 private:
  struct Number {
    scalar::Value value;
    std::vector<std::uint32_t> inputs;  // the numbers of those that have a node, in order
    bool is_reached;                    // a backward pass has come here
  };

  Number& number(std::uint32_t tensor);
  const Number& number(std::uint32_t tensor) const;
  std::uint32_t keep(scalar::Value value, std::vector<std::uint32_t> inputs);
  void show_walk(std::uint32_t root);

  std::vector<Number> numbers_;  // number n is at n - 1
  std::unordered_map<const scalar::ValueNode*, std::uint32_t> by_node_;
};

}  // namespace tt
