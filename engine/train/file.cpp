#include "engine/train/file.h"

#include <cstdio>
#include <stdexcept>

namespace tt::train {

void write_file(const std::string& path, const std::string& bytes) {
  const std::string beside = path + ".tmp";
  std::FILE* file = std::fopen(beside.c_str(), "wb");
  bool whole = file != nullptr;
  if (file != nullptr) {
    whole = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    // What the system could not write may show only now.
    whole = std::fclose(file) == 0 && whole;
    whole = whole && std::rename(beside.c_str(), path.c_str()) == 0;
    if (!whole) {
      std::remove(beside.c_str());
    }
  }
  if (!whole) {
    throw std::runtime_error("[write_file] got \"" + path + "\": it must be possible to write " +
                             std::to_string(bytes.size()) + " bytes there");
  }
}

std::string read_file(const std::string& path) {
  std::string bytes;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  bool whole = file != nullptr;
  if (file != nullptr) {
    char part[4096];
    std::size_t count = 0;
    while ((count = std::fread(part, 1, sizeof(part), file)) > 0) {
      bytes.append(part, count);
    }
    whole = std::ferror(file) == 0;
    std::fclose(file);
  }
  if (!whole) {
    throw std::runtime_error("[read_file] got \"" + path + "\": it must be a file to read");
  }
  return bytes;
}

}  // namespace tt::train
