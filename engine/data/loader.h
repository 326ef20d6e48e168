#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/data/points.h"
#include "engine/data/transforms.h"
#include "engine/random.h"

namespace tt::data {

/// What a `DataLoader` does with its dataset.
struct DataLoaderOptions {
  std::int64_t batch_size = 1;
  bool shuffle = false;    // another order in each epoch, instead of that of the dataset
  bool drop_last = false;  // an epoch ends before a batch that would be smaller
  std::uint64_t seed = 0;  // decides about all orders and all that transforms leave to chance
  std::shared_ptr<const Transform> transform =
      nullptr;           // is applied to each batch, if there is one
  bool augment = false;  // the transform may leave something to chance: for training only
};

/// All that a loader must remember to go on from where it is. The order is not part of it: seed and
/// epoch decide about it.
struct LoaderState {
  std::int64_t epoch = 0;
  std::int64_t position = 0;   // how many examples this epoch has given
  Generator::State generator;  // what the transforms draw from next
  bool operator==(const LoaderState&) const = default;
};

/// Gives the examples of a dataset batch by batch, epoch after epoch: in one epoch each example
/// once. What an epoch gives depends on the seed and on its number alone. Every batch has memory of
/// its own, and no gradient.
///
///   DataLoader loader(dataset, {.batch_size = 32, .shuffle = true});
///   for (const Example& batch : loader) { ... }
class DataLoader {
 public:
  /// Stands at the beginning of epoch 0. Throws `std::invalid_argument` if there is no dataset or
  /// `batch_size` is below 1.
  explicit DataLoader(std::shared_ptr<const Dataset> dataset, DataLoaderOptions options = {});

  /// How many batches a whole epoch has. The last one may be smaller than the others.
  std::int64_t size() const;

  /// Gives the next batch of this epoch. After the last one gives nothing, once, and then stands at
  /// the beginning of the next epoch.
  std::optional<Example> next();

  /// Goes to the beginning of an epoch. Throws `std::invalid_argument` if its number is negative.
  void set_epoch(std::int64_t epoch);

  /// The numbers of all examples, in the order of this epoch.
  const std::vector<std::int64_t>& order() const { return order_; }

  /// Gives what `set_state` needs to go on from here.
  LoaderState state() const { return {epoch_, position_, generator_.state()}; }

  /// Goes to where another loader was when it gave this state, which had the same dataset and
  /// options: from here on, both give the same bits. Throws `std::invalid_argument`, and stays
  /// where it is, if the epoch is negative, the position not in this dataset, or the generator's
  /// state not one.
  void set_state(const LoaderState& state);

  // For loops: from where the loader stands to the end of the epoch.
  struct End {};
  class Iterator {
   public:
    explicit Iterator(DataLoader& loader) : loader_(&loader), batch_(loader.next()) {}
    const Example& operator*() const { return *batch_; }
    const Example* operator->() const { return &*batch_; }
    Iterator& operator++() {
      batch_.reset();  // before the next one is made, so that there are never two
      batch_ = loader_->next();
      return *this;
    }
    bool operator==(End) const { return !batch_.has_value(); }

   private:
    DataLoader* loader_;
    std::optional<Example> batch_;
  };
  Iterator begin() { return Iterator(*this); }
  End end() const { return {}; }

 private:
  void start_epoch(std::int64_t epoch);

  std::shared_ptr<const Dataset> dataset_;
  DataLoaderOptions options_;
  std::vector<std::int64_t> order_;
  std::int64_t epoch_ = 0;
  std::int64_t position_ = 0;
  Generator generator_;
};

}  // namespace tt::data
