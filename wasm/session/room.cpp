#include "wasm/session/room.h"

namespace tt::room {

namespace {

std::vector<std::uint8_t> kept;        // a result that we own
const std::uint8_t* result = nullptr;  // where the last result lies
std::size_t result_size = 0;

}  // namespace

std::vector<std::uint8_t>& room() {
  static std::vector<std::uint8_t> bytes;
  return bytes;
}

void show(const std::uint8_t* bytes, std::size_t size) {
  result = bytes;
  result_size = size;
}

void keep(const void* bytes, std::size_t size) {
  kept.resize(size);
  if (size > 0) {
    std::memcpy(kept.data(), bytes, size);
  }
  show(kept.data(), size);
}

std::int32_t give(const std::string& text) {
  keep(text.data(), text.size());
  return static_cast<std::int32_t>(text.size());
}

std::int32_t fail(const std::string& message) {
  give(message);
  return -1;
}

}  // namespace tt::room

extern "C" {

/// Gives the address of room for so many bytes of arguments.
std::uint8_t* TT_EXPORT(tt_room)(std::int32_t bytes) {
  tt::room::room().resize(static_cast<std::size_t>(bytes));
  return tt::room::room().data();
}

/// Where the last result lies, and how many bytes it has.
const std::uint8_t* TT_EXPORT(tt_result)() {
  return tt::room::result;
}
std::int32_t TT_EXPORT(tt_result_size)() {
  return static_cast<std::int32_t>(tt::room::result_size);
}
}
