#include "engine/data/transforms.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/record.h"

namespace tt {

namespace data {

Transform::~Transform() = default;

Compose::Compose(std::vector<std::shared_ptr<const Transform>> transforms)
    : transforms_(std::move(transforms)) {
  for (const auto& each : transforms_) {
    if (each == nullptr) {
      throw std::invalid_argument("[Compose] got no transform: the pointer must not be null");
    }
  }
}

Tensor Compose::apply(const Tensor& batch, Generator* chance) const {
  Tensor out = batch;
  for (const auto& each : transforms_) {
    out = each->apply(out, chance);
  }
  return out;
}

namespace {

// The numbers of one example, row after row; in all they must have the same shape.
std::vector<float> numbers_of(const Dataset& dataset, std::int64_t index, const Shape& sizes) {
  const Tensor data = dataset.get(index).data;
  if (data.sizes() != sizes) {
    throw std::invalid_argument("[channel_statistics] got shape " + to_string(data.sizes()) +
                                " in example " + std::to_string(index) + ": it must be " +
                                to_string(sizes) + ", as in the first");
  }
  return data.to_vector();
}

// Adds what `value` makes of each number to the sum of its channel.
template <class Value>
std::vector<double> channel_sums(const Dataset& dataset, const Shape& sizes, Value value) {
  const auto channels = static_cast<std::size_t>(sizes[0]);
  std::vector<double> sums(channels, 0);
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const std::vector<float> numbers = numbers_of(dataset, i, sizes);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      const std::size_t channel = k / (numbers.size() / channels);
      sums[channel] += value(channel, static_cast<double>(numbers[k]));
    }
  }
  return sums;
}

}  // namespace

ChannelStatistics channel_statistics(const Dataset& dataset) {
  const Silence silence;
  const Shape sizes = dataset.size() == 0 ? Shape{} : dataset.get(0).data.sizes();
  const std::int64_t per_example = sizes.empty() ? 0 : numel(sizes);
  if (per_example == 0) {
    throw std::invalid_argument("[channel_statistics] got " + std::to_string(dataset.size()) +
                                " examples of shape " + to_string(sizes) +
                                ": there must be numbers, and an axis of channels");
  }
  const double count = static_cast<double>(dataset.size() * (per_example / sizes[0]));
  std::vector<double> means = channel_sums(dataset, sizes, [](std::size_t, double x) { return x; });
  for (double& mean : means) {
    mean /= count;
  }
  const std::vector<double> squares = channel_sums(
      dataset, sizes,
      [&](std::size_t channel, double x) { return (x - means[channel]) * (x - means[channel]); });
  ChannelStatistics statistics;
  for (std::size_t c = 0; c < means.size(); ++c) {
    const auto stddev = static_cast<float>(std::sqrt(squares[c] / count));
    statistics.mean.push_back(static_cast<float>(means[c]));
    statistics.stddev.push_back(stddev == 0 ? 1 : stddev);
  }
  return statistics;
}

Normalize::Normalize(ChannelStatistics statistics) : statistics_(std::move(statistics)) {
  const std::vector<float>& mean = statistics_.mean;
  const std::vector<float>& stddev = statistics_.stddev;
  bool fits = !mean.empty() && mean.size() == stddev.size();
  for (std::size_t c = 0; fits && c < mean.size(); ++c) {
    fits = std::isfinite(mean[c]) && std::isfinite(stddev[c]) && stddev[c] > 0;
  }
  if (!fits) {
    throw std::invalid_argument("[Normalize] got " + std::to_string(mean.size()) + " means and " +
                                std::to_string(stddev.size()) +
                                " deviations: there must be one of each for every channel, finite, "
                                "and the deviation above 0");
  }
}

RandomHorizontalFlip::RandomHorizontalFlip(double p) : p_(p) {
  if (!(p >= 0 && p <= 1)) {
    throw std::invalid_argument("[RandomHorizontalFlip] got p = " + std::to_string(p) +
                                ": it must be a probability, from 0 to 1");
  }
}

RandomCrop::RandomCrop(std::int64_t height, std::int64_t width, std::int64_t padding)
    : height_(height), width_(width), padding_(padding) {
  if (height < 1 || width < 1 || padding < 0) {
    throw std::invalid_argument("[RandomCrop] got a window of " + to_string({height, width}) +
                                " and padding " + std::to_string(padding) +
                                ": the extents must be at least 1, the padding at least 0");
  }
}

}  // namespace data

namespace kernel {

// Rows of the window that lie outside stay 0; of the others, the part that lies inside is copied.
void copy_window(Tensor& out, const Tensor& pictures, std::int64_t n, std::int64_t top,
                 std::int64_t left) {
  const std::int64_t channels = pictures.size(1);
  const std::int64_t height = pictures.size(2);
  const std::int64_t width = pictures.size(3);
  const std::int64_t rows = out.size(2);
  const std::int64_t columns = out.size(3);
  const std::int64_t begin = std::clamp<std::int64_t>(-left, 0, columns);
  const std::int64_t end = std::clamp<std::int64_t>(width - left, begin, columns);
  float* to = out.data_ptr() + n * channels * rows * columns;
  const float* from = pictures.data_ptr() + n * channels * height * width;
  std::fill_n(to, channels * rows * columns, 0.0F);
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t row = 0; row < rows; ++row) {
      if (top + row >= 0 && top + row < height && begin < end) {
        const float* line = from + (c * height + top + row) * width + left;
        std::copy(line + begin, line + end, to + (c * rows + row) * columns + begin);
      }
    }
  }
}

}  // namespace kernel

}  // namespace tt
