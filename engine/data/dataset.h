#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/random.h"
#include "engine/tensor.h"

namespace tt::data {

/// One example and what should come out for it, or a batch of them: then both have one axis more,
/// in front.
struct Example {
  Tensor data;
  Tensor target;
};

/// Examples with the numbers 0 to `size()` - 1.
class Dataset {
 public:
  virtual ~Dataset();

  /// How many examples there are.
  virtual std::int64_t size() const = 0;

  /// Gives example number `index`. Its tensors may show the dataset's own memory. Throws
  /// `std::invalid_argument` if there is no such example.
  virtual Example get(std::int64_t index) const = 0;

  /// Gives the examples of these numbers, in this order, as a batch of its own: it shares no memory
  /// with the dataset. Here it is what `collate` makes of what `get` gives. Throws as these two.
  virtual Example get_batch(const std::vector<std::int64_t>& indices) const;
};

/// Copies examples into one batch: data (...) and target (...) of n examples become (n, ...) each.
/// Throws `std::invalid_argument` if there are none, if a tensor is undefined, or if the shapes are
/// not the same in all.
Example collate(const std::vector<Example>& examples);

/// Copies rows of `x` in the order of `indices`: x (N, ...) and n indices give a new contiguous
/// tensor (n, ...), without a gradient. Throws `std::invalid_argument` if `x` is undefined or a
/// scalar, or if an index is not in [0, N).
Tensor gather_rows(const Tensor& x, const std::vector<std::int64_t>& indices);

/// Examples that lie in two tensors: example i is row i of both. Shares the memory of those that
/// are contiguous, and copies the others once. Its examples have no past and no gradient.
class TensorDataset : public Dataset {
 public:
  /// Takes x (N, ...) and y (N, ...). Throws `std::invalid_argument` if one is undefined or a
  /// scalar, or if their N differ.
  TensorDataset(const Tensor& x, const Tensor& y);

  std::int64_t size() const override;
  Example get(std::int64_t index) const override;

  /// Gathers both tensors by the same indices. Counts 4 bytes read and 4 written an element.
  Example get_batch(const std::vector<std::int64_t>& indices) const override;

 private:
  Tensor x_;
  Tensor y_;
};

/// Some of the examples of another dataset: number i here is number `indices[i]` there. No example
/// is copied.
class Subset : public Dataset {
 public:
  /// Throws `std::invalid_argument` if there is no dataset or it has no such example.
  Subset(std::shared_ptr<const Dataset> dataset, std::vector<std::int64_t> indices);

  std::int64_t size() const override;
  Example get(std::int64_t index) const override;
  Example get_batch(const std::vector<std::int64_t>& indices) const override;

  /// The number that each example has in the other dataset.
  const std::vector<std::int64_t>& indices() const { return indices_; }

 private:
  std::shared_ptr<const Dataset> dataset_;
  std::vector<std::int64_t> indices_;
};

/// Puts the numbers into a random order, each order equally likely. Draws only from `generator`.
/// Source: R. Durstenfeld, "Algorithm 235: Random permutation", CACM 7(7), 1964.
void shuffle(std::vector<std::int64_t>& order, Generator& generator);

/// Deals the examples of `dataset` out at random to parts of these sizes: each example to exactly
/// one part. The same seed gives the same parts. Throws `std::invalid_argument` if there is no
/// dataset, if a size is negative, or if the sizes do not add up to that of the dataset.
std::vector<std::shared_ptr<Subset>> random_split(std::shared_ptr<const Dataset> dataset,
                                                  const std::vector<std::int64_t>& sizes,
                                                  std::uint64_t seed = 0);

}  // namespace tt::data
