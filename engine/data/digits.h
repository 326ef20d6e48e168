#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/data/dataset.h"

namespace tt::data {

/// Grey pictures of one byte a pixel. As examples they are floats from 0 to 1: data (height *
/// width,), and target (), the class. In bytes they need a quarter of the memory.
class ImageDataset : public Dataset {
 public:
  /// Takes one label and `height * width` pixels a picture, row after row. Throws
  /// `std::invalid_argument` if their numbers do not fit.
  ImageDataset(std::vector<std::uint8_t> labels, std::vector<std::uint8_t> pixels,
               std::int64_t height, std::int64_t width);

  std::int64_t size() const override { return static_cast<std::int64_t>(labels_.size()); }
  Example get(std::int64_t index) const override;

  /// Gives data (n, height * width) and target (n,).
  Example get_batch(const std::vector<std::int64_t>& indices) const override;

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }

 private:
  std::vector<std::uint8_t> labels_;
  std::vector<std::uint8_t> pixels_;
  std::int64_t height_;
  std::int64_t width_;
};

/// Digits to learn from, and others to be asked about.
struct Digits {
  std::shared_ptr<const ImageDataset> train;
  std::shared_ptr<const ImageDataset> test;
};

/// Reads the file that `wasm/pack/digits.ts` writes. Throws `std::invalid_argument` if it is not
/// one.
///
///   place   bytes
///   0       8      "ttdigits"
///   8       16     how many to train with, how many to test with, height, width: 4 bytes each, the
///                  lowest first
///   24      n      the labels, from 0 to 9: those to train with come first
///   24 + n         the pixels, in the same order
Digits read_digits(const std::string& bytes);

}  // namespace tt::data
