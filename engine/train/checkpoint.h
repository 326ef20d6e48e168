#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/loader.h"
#include "engine/nn/module.h"
#include "engine/random.h"

namespace tt::train {

/// Everything that decides what a training does next, as it is between two steps. Its tensors have
/// memory of their own. What the program says itself is not in it: the shape of the network, the
/// dataset, and all options.
struct Snapshot {
  std::vector<nn::NamedTensor> net;        // parameters and buffers: `Module::state_dict`
  std::vector<nn::NamedTensor> optimizer;  // `Optimizer::state_dict`
  double lr = 0;                           // the learning rate of the last step
  data::LoaderState loader;
  Generator::State generator;  // of `default_generator`, from which dropout draws
  std::int64_t step = 0;       // how many steps have been done: the place in the schedule
  std::int64_t batches = 0;    // how many batches this epoch has given

  // What it can be continued with: a loader of so many examples, in so many batches an epoch.
  std::int64_t examples = 0;
  std::int64_t batches_per_epoch = 0;
};

/// Gives the bytes of a checkpoint. They are the same on every machine.
std::string encode(const Snapshot& snapshot);

/// Gives the snapshot that was encoded. Throws `std::invalid_argument` as `unseal`, or if what is
/// inside is no snapshot; it asks for no more memory than there are bytes.
Snapshot decode(const std::string& bytes);

// The envelope of a checkpoint: 24 bytes before its contents. Numbers begin with their lowest byte.
//
//   place   bytes
//   0       8      `magic`: says that this is a checkpoint
//   8       4      `format_version`
//   12      4      `checksum` of the contents
//   16      8      how many bytes the contents have
//   24             the contents

inline constexpr const char* magic = "tinytrch";
inline constexpr std::uint64_t format_version = 1;
inline constexpr std::size_t envelope_bytes = 24;

/// Gives the CRC-32 of these bytes, the one of zip files and PNG pictures. No change within 32
/// neighbouring bits goes unnoticed, and of the others one in 2^32.
/// Source: RFC 1952, https://www.rfc-editor.org/rfc/rfc1952, section 8
std::uint64_t checksum(const std::string& bytes);

/// Puts contents into an envelope.
std::string seal(const std::string& contents);

/// Takes them out again. Throws `std::invalid_argument` if the bytes do not begin with `magic`, if
/// they are too short or too long, if the version is another one, or if the checksum is not that of
/// the contents.
std::string unseal(const std::string& bytes);

/// Appends a number as `count` bytes, the lowest first.
void put_number(std::string& bytes, std::uint64_t number, int count);

/// Reads one that begins at `place`. There must be so many bytes.
std::uint64_t get_number(const std::string& bytes, std::size_t place, int count);

}  // namespace tt::train
