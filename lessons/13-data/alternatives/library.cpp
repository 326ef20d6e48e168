#include <algorithm>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "engine/data/loader.h"
#include "engine/error.h"
#include "engine/record.h"

namespace tt::data {

namespace {

void check_rows(const Tensor& x, const std::vector<std::int64_t>& indices) {
  check_defined("gather_rows", x);
  if (x.dim() == 0) {
    throw std::invalid_argument("[gather_rows] got a scalar: it must have rows");
  }
  for (std::int64_t index : indices) {
    if (index < 0 || index >= x.size(0)) {
      throw std::invalid_argument("[gather_rows] got index " + std::to_string(index) +
                                  " for shape " + to_string(x.sizes()) +
                                  ": it must name a row, from 0 to " +
                                  std::to_string(x.size(0) - 1));
    }
  }
}

}  // namespace

// x (5, 2), indices 3, 0, 3 -> (3, 2): rows 3, 0 and 3 of x.
Tensor gather_rows(const Tensor& x, const std::vector<std::int64_t>& indices) {
  check_rows(x, indices);
  const Silence silence;  // nothing here is recorded
  const Tensor rows = x.contiguous();
  [[maybe_unused]] const float* from = rows.data_ptr();
  Shape sizes = x.sizes();
  sizes[0] = 1;
  [[maybe_unused]] const std::int64_t width = numel(sizes);  // how many numbers a row has
  sizes[0] = static_cast<std::int64_t>(indices.size());
  const Tensor out = empty(sizes);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    out.select(0, static_cast<std::int64_t>(i)).copy_(rows.select(0, indices[i]));
  }
  return out;
}

// 0 1 2 3 -> 2 0 3 1, for example: each of the 24 orders is equally likely.
void shuffle(std::vector<std::int64_t>& order, Generator& generator) {
  generator.shuffle(order);
}

namespace {

void check_split(const std::shared_ptr<const Dataset>& dataset,
                 const std::vector<std::int64_t>& sizes) {
  if (dataset == nullptr) {
    throw std::invalid_argument("[random_split] got no dataset: the pointer must not be null");
  }
  std::int64_t left = dataset->size();
  for (std::int64_t size : sizes) {
    // Compared before it is subtracted, because a sum of sizes might not fit into 64 bits.
    left = size < 0 || size > left ? -1 : left - size;
    if (left < 0) {
      break;
    }
  }
  if (left != 0) {
    throw std::invalid_argument("[random_split] got sizes " + to_string(sizes) +
                                ": none may be negative, and they must add up to " +
                                std::to_string(dataset->size()));
  }
}

}  // namespace

// 5 examples, sizes 3, 2 -> the subsets 4, 0, 3 and 1, 2, for example.
std::vector<std::shared_ptr<Subset>> random_split(std::shared_ptr<const Dataset> dataset,
                                                  const std::vector<std::int64_t>& sizes,
                                                  std::uint64_t seed) {
  check_split(dataset, sizes);
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < dataset->size(); ++i) {
    order.push_back(i);
  }
  Generator generator(seed);
  generator.shuffle(order);
  std::vector<std::shared_ptr<Subset>> parts;
  // From the back: the last part takes the last numbers.
  for (std::size_t i = sizes.size(); i-- > 0;) {
    std::vector<std::int64_t> indices(order.end() - sizes[i], order.end());
    order.resize(order.size() - indices.size());
    parts.insert(parts.begin(), std::make_shared<Subset>(dataset, std::move(indices)));
  }
  return parts;
}

DataLoader::DataLoader(std::shared_ptr<const Dataset> dataset, DataLoaderOptions options)
    : dataset_(std::move(dataset)), options_(std::move(options)) {
  if (dataset_ == nullptr) {
    throw std::invalid_argument("[DataLoader] got no dataset: the pointer must not be null");
  }
  if (options_.batch_size < 1) {
    throw std::invalid_argument("[DataLoader] got batch_size " +
                                std::to_string(options_.batch_size) + ": it must be at least 1");
  }
  start_epoch(0);
}

// 10 examples in batches of 4 -> 3, or 2 with drop_last.
std::int64_t DataLoader::size() const {
  const std::int64_t whole = dataset_->size() / options_.batch_size;
  const bool remainder = dataset_->size() % options_.batch_size != 0;
  return remainder && !options_.drop_last ? whole + 1 : whole;
}

void DataLoader::set_epoch(std::int64_t epoch) {
  if (epoch < 0) {
    throw std::invalid_argument("[set_epoch] got " + std::to_string(epoch) +
                                ": it must not be negative");
  }
  start_epoch(epoch);
}

// Epoch 2 of 4 examples -> order_ 3 0 1 2, for example, and the same whenever epoch 2 begins.
void DataLoader::start_epoch(std::int64_t epoch) {
  generator_ = Generator(options_.seed, static_cast<std::uint64_t>(epoch));
  if (options_.shuffle) {
    order_ = generator_.randperm(dataset_->size());
  } else {
    order_.resize(static_cast<std::size_t>(dataset_->size()));
    std::iota(order_.begin(), order_.end(), 0);
  }
  std::tie(epoch_, position_) = std::pair(epoch, 0);
}

// order_ 2 0 3 1, batches of 3 -> examples 2, 0 and 3, then example 1, then nothing.
std::optional<Example> DataLoader::next() {
  const Silence silence;  // a batch has no past
  const std::int64_t left = dataset_->size() - position_;
  if (left < (options_.drop_last ? options_.batch_size : 1)) {
    set_epoch(epoch_ + 1);
    return std::nullopt;
  }
  const std::int64_t end = std::min(position_ + options_.batch_size, dataset_->size());
  Example batch = dataset_->get_batch({order_.begin() + position_, order_.begin() + end});
  position_ = end;
  if (const Transform* transform = options_.transform.get()) {
    batch = {transform->apply(batch.data, options_.augment ? &generator_ : nullptr), batch.target};
  }
  return batch;
}

namespace {

void check_state(const LoaderState& state, std::int64_t examples) {
  if (state.epoch < 0 || state.position < 0 || state.position > examples) {
    throw std::invalid_argument("[set_state] got epoch " + std::to_string(state.epoch) +
                                " and position " + std::to_string(state.position) +
                                ": neither may be negative, and there are " +
                                std::to_string(examples) + " examples");
  }
  Generator().set_state(state.generator);  // throws if it is none
}

}  // namespace

// Epoch 2, position 8 -> what the loader gives next is the third batch of 4 in epoch 2.
void DataLoader::set_state(const LoaderState& state) {
  check_state(state, dataset_->size());
  start_epoch(state.epoch);
  generator_.set_state(state.generator);
  position_ = state.position;
}

namespace {

// A batch of pictures, row after row.
Tensor pictures_of(const char* op, const Tensor& batch) {
  check_defined(op, batch);
  if (batch.dim() != 4) {
    throw std::invalid_argument(std::string("[") + op + "] got a batch of shape " +
                                to_string(batch.sizes()) + ": it must have the axes (N, C, H, W)");
  }
  return batch.contiguous();
}

}  // namespace

// Worked code: a transform of pictures. 1 2 3 becomes 3 2 1 in every row of a picture whose coin
// says so.
Tensor RandomHorizontalFlip::apply(const Tensor& batch, Generator* chance) const {
  const Silence silence;
  const Tensor pictures = pictures_of("RandomHorizontalFlip", batch);
  Tensor out = pictures.clone();
  const std::int64_t width = out.size(3);
  const std::int64_t rows = out.size(1) * out.size(2);  // of one picture, all channels together
  for (std::int64_t n = 0; n < out.size(0); ++n) {
    if (chance != nullptr && chance->uniform() < p_) {
      for (std::int64_t row = n * rows; row < (n + 1) * rows; ++row) {
        std::reverse(out.data_ptr() + row * width, out.data_ptr() + (row + 1) * width);
      }
    }
  }
  return out;
}

// batch (2, 3, 4): 2 examples, 3 channels, 4 numbers each. Number 1 of channel 2 of example 0 is
// the 9th, counted from 0: (0 * 3 + 2) * 4 + 1.
Tensor Normalize::apply(const Tensor& batch, Generator* /*chance*/) const {
  check_defined("Normalize", batch);
  const Silence silence;
  [[maybe_unused]] const std::vector<float>& mean = statistics_.mean;
  [[maybe_unused]] const std::vector<float>& stddev = statistics_.stddev;
  const auto channels = static_cast<std::int64_t>(mean.size());
  if (batch.dim() < 2 || batch.size(1) != channels) {
    throw std::invalid_argument("[Normalize] got a batch of shape " + to_string(batch.sizes()) +
                                ": its axis 1 must have " + std::to_string(channels) + " channels");
  }
  const Tensor x = batch.contiguous();
  Tensor out = empty(x.sizes());
  [[maybe_unused]] const float* from = x.data_ptr();
  [[maybe_unused]] float* to = out.data_ptr();
  const std::int64_t lines = x.size(0) * channels;  // one for each channel of each example
  [[maybe_unused]] const std::int64_t width = lines == 0 ? 0 : x.numel() / lines;
  for (std::int64_t line = 0; line < lines; ++line) {
    const auto c = static_cast<std::size_t>(line % channels);
    std::transform(from + line * width, from + (line + 1) * width, to + line * width,
                   [&](float value) { return (value - mean[c]) / stddev[c]; });
  }
  return out;
}

// Pictures of (4, 5), padding 1, windows of (3, 3): the window can stand at 4 rows by 5 columns.
Tensor RandomCrop::apply(const Tensor& batch, Generator* chance) const {
  const Silence silence;
  const Tensor pictures = pictures_of("RandomCrop", batch);
  // How far the window can move down and to the right.
  const std::int64_t down = pictures.size(2) + 2 * padding_ - height_;
  const std::int64_t right = pictures.size(3) + 2 * padding_ - width_;
  if (down < 0 || right < 0) {
    throw std::invalid_argument("[RandomCrop] got a batch of shape " + to_string(batch.sizes()) +
                                " and padding " + std::to_string(padding_) +
                                ": it must be as large as the window, " +
                                to_string({height_, width_}));
  }
  Tensor out = empty({pictures.size(0), pictures.size(1), height_, width_});
  const auto place = [&](std::int64_t room) {
    return (chance == nullptr ? room / 2 : chance->randint(0, room + 1)) - padding_;
  };
  std::int64_t n = 0;
  while (n < out.size(0)) {
    const std::int64_t top = place(down);
    kernel::copy_window(out, pictures, n++, top, place(right));
  }
  return out;
}

}  // namespace tt::data
