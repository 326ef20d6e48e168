#include "engine/train/checkpoint.h"

#include <cstring>
#include <stdexcept>

#include "engine/record.h"
#include "engine/shape.h"

// The envelope is in trainer.cpp: the lesson about training writes it.
namespace tt::train {

void put_number(std::string& bytes, std::uint64_t number, int count) {
  for (int i = 0; i < count; ++i) {
    bytes.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
  }
}

std::uint64_t get_number(const std::string& bytes, std::size_t place, int count) {
  std::uint64_t number = 0;
  for (int i = 0; i < count; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[place + static_cast<std::size_t>(i)]);
    number |= static_cast<std::uint64_t>(byte) << (8 * i);
  }
  return number;
}

namespace {

// `std::bit_cast` is younger than the standard library of Debian's Emscripten.
std::uint64_t bits_of(double number) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof(bits));
  return bits;
}

double number_of(std::uint64_t bits) {
  double number = 0;
  std::memcpy(&number, &bits, sizeof(number));
  return number;
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "the numbers of a tensor are copied as they lie");

void put(std::string& bytes, std::uint64_t number) {
  put_number(bytes, number, 8);
}

void put(std::string& bytes, std::int64_t number) {
  put_number(bytes, static_cast<std::uint64_t>(number), 8);
}

// Each tensor: its name, its axes, its extents, its numbers.
void put(std::string& bytes, const std::vector<nn::NamedTensor>& list) {
  put(bytes, static_cast<std::uint64_t>(list.size()));
  for (const nn::NamedTensor& each : list) {
    const Tensor x = each.tensor.contiguous();
    put(bytes, static_cast<std::uint64_t>(each.name.size()));
    bytes += each.name;
    put(bytes, x.dim());
    for (std::int64_t extent : x.sizes()) {
      put(bytes, extent);
    }
    if (x.numel() > 0) {
      bytes.append(reinterpret_cast<const char*>(x.data_ptr()),
                   static_cast<std::size_t>(x.numel()) * sizeof(float));
    }
  }
}

// Reads what `put` wrote, and refuses to read beyond the end.
class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}

  std::uint64_t number() {
    need(8);
    place_ += 8;
    return get_number(bytes_, place_ - 8, 8);
  }

  std::int64_t integer() { return static_cast<std::int64_t>(number()); }

  std::vector<nn::NamedTensor> tensors() {
    std::vector<nn::NamedTensor> list;
    for (std::uint64_t left = number(); left > 0; --left) {
      const std::string name = text(number());
      list.push_back({name, tensor()});
    }
    return list;
  }

  void end() const {
    if (place_ != bytes_.size()) {
      refuse();
    }
  }

 private:
  [[noreturn]] static void refuse() {
    throw std::invalid_argument(
        "[decode] got contents that are no snapshot: they must come from encode");
  }

  void need(std::uint64_t count) const {
    if (count > bytes_.size() - place_) {
      refuse();
    }
  }

  std::string text(std::uint64_t length) {
    need(length);
    place_ += static_cast<std::size_t>(length);
    return bytes_.substr(place_ - static_cast<std::size_t>(length),
                         static_cast<std::size_t>(length));
  }

  Tensor tensor() {
    const std::uint64_t axes = number();
    need(axes);  // each takes 8 bytes, so a count beyond the end is refused before it is stored
    Shape sizes;
    bool empty_axis = false;
    std::uint64_t count = 1;
    const std::uint64_t most = bytes_.size() / sizeof(float);
    for (std::uint64_t axis = 0; axis < axes; ++axis) {
      sizes.push_back(integer());
      if (sizes.back() < 0) {
        refuse();
      }
      const auto extent = static_cast<std::uint64_t>(sizes.back());
      empty_axis = empty_axis || extent == 0;
      // A product that is too large stays so, whatever follows, unless an extent is 0.
      count = extent != 0 && count > most / extent ? most + 1 : count * (extent == 0 ? 1 : extent);
    }
    count = empty_axis ? 0 : count;
    if (count > most) {
      refuse();
    }
    need(count * sizeof(float));
    Tensor x = empty(sizes);
    if (count > 0) {
      std::memcpy(x.data_ptr(), bytes_.data() + place_,
                  static_cast<std::size_t>(count) * sizeof(float));
    }
    place_ += static_cast<std::size_t>(count) * sizeof(float);
    return x;
  }

  const std::string& bytes_;
  std::size_t place_ = 0;
};

}  // namespace

std::string encode(const Snapshot& snapshot) {
  const Silence silence;  // nothing here is recorded
  std::string contents;
  put(contents, snapshot.net);
  put(contents, snapshot.optimizer);
  put(contents, bits_of(snapshot.lr));
  put(contents, snapshot.loader.epoch);
  put(contents, snapshot.loader.position);
  put(contents, snapshot.loader.generator.position);
  put(contents, snapshot.loader.generator.increment);
  put(contents, snapshot.generator.position);
  put(contents, snapshot.generator.increment);
  put(contents, snapshot.step);
  put(contents, snapshot.batches);
  put(contents, snapshot.examples);
  put(contents, snapshot.batches_per_epoch);
  return seal(contents);
}

Snapshot decode(const std::string& bytes) {
  const std::string contents = unseal(bytes);
  Reader reader(contents);
  Snapshot snapshot;
  snapshot.net = reader.tensors();
  snapshot.optimizer = reader.tensors();
  snapshot.lr = number_of(reader.number());
  snapshot.loader.epoch = reader.integer();
  snapshot.loader.position = reader.integer();
  snapshot.loader.generator.position = reader.number();
  snapshot.loader.generator.increment = reader.number();
  snapshot.generator.position = reader.number();
  snapshot.generator.increment = reader.number();
  snapshot.step = reader.integer();
  snapshot.batches = reader.integer();
  snapshot.examples = reader.integer();
  snapshot.batches_per_epoch = reader.integer();
  reader.end();
  return snapshot;
}

}  // namespace tt::train
