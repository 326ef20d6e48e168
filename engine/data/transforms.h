#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/random.h"
#include "engine/tensor.h"

namespace tt {

namespace data {

/// Something that is done to the data of each batch.
class Transform {
 public:
  virtual ~Transform();

  /// Gives what becomes of `batch`, which has the axes (N, C, ...): N examples, each with C
  /// channels. Never changes `batch` itself. A transform that leaves something to chance draws it
  /// from `chance`, anew for each example; where `chance` is null, nothing may be left to it.
  /// Records nothing. Throws `std::invalid_argument` if the batch has not the axes it needs.
  virtual Tensor apply(const Tensor& batch, Generator* chance) const = 0;
};

/// Transforms one behind the other.
class Compose : public Transform {
 public:
  /// Throws `std::invalid_argument` if one of them is null.
  explicit Compose(std::vector<std::shared_ptr<const Transform>> transforms);
  Tensor apply(const Tensor& batch, Generator* chance) const override;

 private:
  std::vector<std::shared_ptr<const Transform>> transforms_;
};

/// The mean of each channel, and the root of its mean squared distance from it.
struct ChannelStatistics {
  std::vector<float> mean;
  std::vector<float> stddev;
};

/// Looks at every example of `dataset`, whose data have the axes (C, ...), and at nothing else. A
/// channel in which all numbers are equal gets the deviation 1, so that one can divide by it. Sums
/// in `double`, twice over: first for the means. Throws `std::invalid_argument` if there are no
/// numbers, or the examples have no axis or not the same shape.
ChannelStatistics channel_statistics(const Dataset& dataset);

/// Subtracts from each channel its mean, and divides by its deviation: (N, C, ...) to the same.
class Normalize : public Transform {
 public:
  /// Throws `std::invalid_argument` if there are no channels, or unless there is a finite mean and
  /// a finite deviation above 0 for each.
  explicit Normalize(ChannelStatistics statistics);
  Tensor apply(const Tensor& batch, Generator* chance) const override;

 private:
  ChannelStatistics statistics_;
};

/// Turns each picture over, left to right, with probability `p`: (N, C, H, W) to the same. Without
/// chance it turns none.
class RandomHorizontalFlip : public Transform {
 public:
  /// Throws `std::invalid_argument` unless `p` is in [0, 1].
  explicit RandomHorizontalFlip(double p = 0.5);
  Tensor apply(const Tensor& batch, Generator* chance) const override;

 private:
  double p_;
};

/// Cuts a window out of each picture, after putting `padding` rows and columns of zeros around it:
/// (N, C, H, W) to (N, C, height, width). Each place of the window is equally likely. Without
/// chance it is the middle; between two middles, the upper and the left one.
class RandomCrop : public Transform {
 public:
  /// Throws `std::invalid_argument` if the window has an extent below 1 or `padding` is negative.
  RandomCrop(std::int64_t height, std::int64_t width, std::int64_t padding = 0);

  /// Throws `std::invalid_argument` also if the window is larger than the padded pictures.
  Tensor apply(const Tensor& batch, Generator* chance) const override;

 private:
  std::int64_t height_;
  std::int64_t width_;
  std::int64_t padding_;
};

}  // namespace data

namespace kernel {

/// Fills picture `n` of `out` (N, C, h, w) with a window of picture `n` of `pictures` (N, C, H, W).
/// The upper left corner of the window lies at row `top` and column `left` of that picture, which
/// may be outside: what lies outside is 0. Both are contiguous.
void copy_window(Tensor& out, const Tensor& pictures, std::int64_t n, std::int64_t top,
                 std::int64_t left);

}  // namespace kernel

}  // namespace tt
