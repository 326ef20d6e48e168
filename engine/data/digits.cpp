#include "engine/data/digits.h"

#include <stdexcept>
#include <utility>

#include "engine/error.h"

namespace tt::data {

namespace {

constexpr const char* magic = "ttdigits";
constexpr std::size_t header_bytes = 24;

std::size_t number_at(const std::string& bytes, std::size_t place) {
  std::size_t number = 0;
  for (std::size_t i = 4; i-- > 0;) {
    number = number * 256 + static_cast<std::uint8_t>(bytes[place + i]);
  }
  return number;
}

}  // namespace

ImageDataset::ImageDataset(std::vector<std::uint8_t> labels, std::vector<std::uint8_t> pixels,
                           std::int64_t height, std::int64_t width)
    : labels_(std::move(labels)), pixels_(std::move(pixels)), height_(height), width_(width) {
  if (height < 1 || width < 1 ||
      static_cast<std::int64_t>(pixels_.size()) != size() * height * width) {
    throw std::invalid_argument("[ImageDataset] got " + std::to_string(pixels_.size()) +
                                " pixels for " + std::to_string(size()) + " pictures of " +
                                std::to_string(height) + " rows and " + std::to_string(width) +
                                " columns: each needs one for each place");
  }
}

Example ImageDataset::get(std::int64_t index) const {
  const Example batch = get_batch({index});
  return {batch.data.select(0, 0), batch.target.select(0, 0)};
}

Example ImageDataset::get_batch(const std::vector<std::int64_t>& indices) const {
  const auto count = static_cast<std::int64_t>(indices.size());
  const std::int64_t area = height_ * width_;
  Tensor data = zeros({count, area});
  Tensor target = zeros({count});
  float* pixel = data.data_ptr();
  float* label = target.data_ptr();
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= size()) {
      throw std::invalid_argument("[ImageDataset] got index " + std::to_string(index) +
                                  ": it must be in [0, " + std::to_string(size()) + ")");
    }
    const std::uint8_t* from = pixels_.data() + index * area;
    for (std::int64_t i = 0; i < area; ++i) {
      *pixel++ = static_cast<float>(from[i]) / 255.0F;
    }
    *label++ = static_cast<float>(labels_[static_cast<std::size_t>(index)]);
  }
  return {data, target};
}

Digits read_digits(const std::string& bytes) {
  if (bytes.size() < header_bytes || bytes.compare(0, 8, magic) != 0) {
    throw std::invalid_argument("[read_digits] got " + std::to_string(bytes.size()) +
                                " bytes that do not begin as a file of digits does");
  }
  const std::size_t train = number_at(bytes, 8);
  const std::size_t test = number_at(bytes, 12);
  const std::size_t height = number_at(bytes, 16);
  const std::size_t width = number_at(bytes, 20);
  const std::size_t count = train + test;
  // Divided and not multiplied, because numbers of a broken file may be too large.
  const std::size_t room = bytes.size() - header_bytes;
  if (height == 0 || width == 0 || height > 4096 || width > 4096 ||
      room % (1 + height * width) != 0 || room / (1 + height * width) != count) {
    throw std::invalid_argument("[read_digits] got " + std::to_string(bytes.size()) +
                                " bytes, which is not what the file says it has");
  }
  const auto part = [&](std::size_t begin, std::size_t size) {
    const char* labels = bytes.data() + header_bytes + begin;
    const char* pixels = bytes.data() + header_bytes + count + begin * height * width;
    return std::make_shared<const ImageDataset>(
        std::vector<std::uint8_t>(labels, labels + size),
        std::vector<std::uint8_t>(pixels, pixels + size * height * width),
        static_cast<std::int64_t>(height), static_cast<std::int64_t>(width));
  };
  return {part(0, train), part(train, test)};
}

}  // namespace tt::data
