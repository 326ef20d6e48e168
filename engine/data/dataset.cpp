#include "engine/data/dataset.h"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/autograd/engine.h"
#include "engine/counters.h"
#include "engine/record.h"

namespace tt::data {

namespace {

void check_index(const char* op, std::int64_t index, std::int64_t size) {
  if (index < 0 || index >= size) {
    throw std::invalid_argument(std::string("[") + op + "] got index " + std::to_string(index) +
                                ": it must be one of the " + std::to_string(size) + " examples");
  }
}

void check_dataset(const char* op, const std::shared_ptr<const Dataset>& dataset) {
  if (dataset == nullptr) {
    throw std::invalid_argument(std::string("[") + op +
                                "] got no dataset: the pointer must not be null");
  }
}

// (...) in each of n examples -> (n, ...).
Tensor stack(const std::vector<Example>& examples, Tensor Example::*part) {
  const Tensor& first = examples.front().*part;
  check_defined("collate", first);
  Shape sizes = first.sizes();
  sizes.insert(sizes.begin(), static_cast<std::int64_t>(examples.size()));
  Tensor out = empty(sizes);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Tensor& each = examples[i].*part;
    check_defined("collate", each);
    if (each.sizes() != first.sizes()) {
      throw std::invalid_argument(
          "[collate] got shape " + to_string(each.sizes()) + " in example " + std::to_string(i) +
          " and " + to_string(first.sizes()) + " in the first: all must have one shape");
    }
    out.select(0, static_cast<std::int64_t>(i)).copy_(each);
  }
  return out;
}

}  // namespace

Dataset::~Dataset() = default;

Example Dataset::get_batch(const std::vector<std::int64_t>& indices) const {
  std::vector<Example> examples;
  for (std::int64_t index : indices) {
    examples.push_back(get(index));
  }
  return collate(examples);
}

Example collate(const std::vector<Example>& examples) {
  if (examples.empty()) {
    throw std::invalid_argument("[collate] got no examples: there must be at least one");
  }
  const Silence silence;  // a batch has no past
  return {stack(examples, &Example::data), stack(examples, &Example::target)};
}

TensorDataset::TensorDataset(const Tensor& x, const Tensor& y) {
  check_defined("TensorDataset", x);
  check_defined("TensorDataset", y);
  if (x.dim() == 0 || y.dim() == 0 || x.size(0) != y.size(0)) {
    throw std::invalid_argument("[TensorDataset] got x of shape " + to_string(x.sizes()) +
                                " and y of shape " + to_string(y.sizes()) +
                                ": both must have one row for each example");
  }
  const Silence silence;
  x_ = x.detach().contiguous();
  y_ = y.detach().contiguous();
}

std::int64_t TensorDataset::size() const {
  return x_.size(0);
}

Example TensorDataset::get(std::int64_t index) const {
  check_index("get", index, size());
  const Silence silence;
  return {x_.select(0, index), y_.select(0, index)};
}

Example TensorDataset::get_batch(const std::vector<std::int64_t>& indices) const {
  const Example batch{gather_rows(x_, indices), gather_rows(y_, indices)};
  const std::int64_t bytes =
      static_cast<std::int64_t>(sizeof(float)) * (batch.data.numel() + batch.target.numel());
  count_bytes_read(bytes);
  count_bytes_written(bytes);
  return batch;
}

Subset::Subset(std::shared_ptr<const Dataset> dataset, std::vector<std::int64_t> indices)
    : dataset_(std::move(dataset)), indices_(std::move(indices)) {
  check_dataset("Subset", dataset_);
  for (std::int64_t index : indices_) {
    check_index("Subset", index, dataset_->size());
  }
}

std::int64_t Subset::size() const {
  return static_cast<std::int64_t>(indices_.size());
}

Example Subset::get(std::int64_t index) const {
  check_index("get", index, size());
  return dataset_->get(indices_[static_cast<std::size_t>(index)]);
}

Example Subset::get_batch(const std::vector<std::int64_t>& indices) const {
  std::vector<std::int64_t> there;
  for (std::int64_t index : indices) {
    check_index("get_batch", index, size());
    there.push_back(indices_[static_cast<std::size_t>(index)]);
  }
  return dataset_->get_batch(there);
}

}  // namespace tt::data
