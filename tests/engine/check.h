#pragma once

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

/// Checks that `expression` throws `std::invalid_argument` and that its message holds `part`.
#define CHECK_REFUSES(expression, part)                                            \
  do {                                                                             \
    std::string message = "(nothing was thrown)";                                  \
    try {                                                                          \
      static_cast<void>(expression);                                               \
    } catch (const std::invalid_argument& error) {                                 \
      message = error.what();                                                      \
    }                                                                              \
    const std::string wanted = part;                                               \
    INFO("in the message '", message, "'");                                        \
    CHECK_MESSAGE(message.find(wanted) != std::string::npos, "no '", wanted, "'"); \
  } while (false)
