#pragma once

#include <string>

namespace tt::train {

// A checkpoint on a disk. (In a page there is no disk: it stores the bytes itself.)

/// Writes these bytes to a file. They are written to a file beside it first, `path` + ".tmp", which
/// takes its name when it is complete: so at every moment `path` is a whole file, the old one or
/// the new one. Throws `std::runtime_error`, and leaves the old one as it was, if it cannot be
/// written.
void write_file(const std::string& path, const std::string& bytes);

/// Gives the bytes of a file. Throws `std::runtime_error` if it cannot be read.
std::string read_file(const std::string& path);

}  // namespace tt::train
