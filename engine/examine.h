#pragma once

#include <string>
#include <vector>

#include "engine/experiment.h"

namespace tt {

/// Something that must be true of a network that has been trained.
struct Finding {
  std::string fact;
  bool holds = false;
  std::string detail;  // the numbers that were looked at
};

/// Looks whether the engine has really done what its results say, independently of how good they
/// are: nothing here reads a loss or an accuracy that the engine's own code has computed, other
/// than to compare it. What is asked about a step is asked of a second experiment with the same
/// options, which stands at its beginning. Something that throws does not hold.
///
///   every parameter has moved since the beginning
///   the scores depend on the examples
///   the loss is the one of its definition, computed again in `double`
///   the gradient is the slope of that loss, measured along it by a central difference
///   the trainer reports the loss of the batch it has used
///   a short step makes the loss of its own batch smaller
std::vector<Finding> examine(Experiment& trained, const data::Digits& digits = {});

}  // namespace tt
