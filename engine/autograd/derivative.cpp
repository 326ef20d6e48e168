#include "engine/autograd/derivative.h"

#include <functional>
#include <map>
#include <stdexcept>

namespace tt::autograd {

Recorded::Recorded() = default;
Recorded::Recorded(const char* name) : name_(name) {}
Recorded::Recorded(const Recorded& other) = default;
Recorded::Recorded(Recorded&& other) noexcept = default;
Recorded& Recorded::operator=(const Recorded& other) = default;
Recorded& Recorded::operator=(Recorded&& other) noexcept = default;
Recorded::~Recorded() = default;

Recorded::Recorded(const char* name, Inputs inputs, const Tensor& output,
                   const Attributes& attributes)
    : Recorded(Operation{name, inputs, const_cast<Tensor&>(output), attributes, ""}, ~0U) {}

Recorded::Recorded(const Operation& operation, unsigned keep)
    : name_(operation.name), attributes_(operation.attributes) {
  shapes_.reserve(operation.inputs.size());
  for (const Tensor& input : operation.inputs) {
    if (input.dim() == 2 && input.strides()[0] == 1 && input.strides()[1] == input.size(0) &&
        input.size(0) > 1) {
      turned_ |= 1U << shapes_.size();
    }
    shapes_.push_back(input.sizes());
  }
  if (keep == keep_nothing) {
    return;
  }
  kept_.resize(shapes_.size() + 1);
  const auto hold = [&](std::size_t place, const Tensor& x) {
    kept_[place] = x;
    kept_[place].node_ = nullptr;
    if (x.version() != 0) {
      versions_.resize(kept_.size());
      versions_[place] = x.version();
    }
  };
  std::size_t place = 0;
  for (const Tensor& input : operation.inputs) {
    if ((keep >> place & 1U) != 0) {
      hold(place, input);
    }
    ++place;
  }
  if ((keep & keep_output) != 0) {
    hold(place, operation.output);
  }
}

const Tensor& Recorded::value(std::size_t place, const std::string& what) const {
  if (place >= kept_.size() || !kept_[place].defined()) {
    throw std::invalid_argument(std::string("[") + name_ + "] its derivative reads " + what +
                                ", which was not kept: its rule must name it");
  }
  return kept_[place];
}

const Tensor& Recorded::input(std::size_t input) const {
  return value(input, "input " + std::to_string(input));
}

const Tensor& Recorded::output() const {
  return value(shapes_.size(), "the output");
}

void Recorded::check_unchanged() const {
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const std::int64_t then = versions_.empty() ? 0 : versions_[i];
    if (kept_[i].defined() && kept_[i].version() != then) {
      const std::string what =
          i < shapes_.size() ? "input " + std::to_string(i) : std::string("the output");
      throw std::invalid_argument(std::string("[") + name_ + "] " + what + " of shape " +
                                  to_string(kept_[i].sizes()) +
                                  " was changed in place after the operation: its derivative "
                                  "needs the old values, so compute the result again");
    }
  }
}

namespace {

struct Entry {
  std::vector<Rule> rules;
  bool twice = false;
};

// Made when first used: every unit registers its operations before `main` begins, in no certain
// order.
// Looked into at every operation, without making a string.
std::map<std::string, Entry, std::less<>>& registry() {
  static std::map<std::string, Entry, std::less<>> all;
  return all;
}

}  // namespace

bool register_derivatives(const char* name, std::initializer_list<Rule> rules) {
  const auto [place, fresh] = registry().try_emplace(name);
  place->second.twice = !fresh;
  place->second.rules = rules;
  return true;
}

const std::vector<Rule>& derivatives_of(const char* name) {
  const auto found = registry().find(name);
  if (found == registry().end()) {
    throw std::invalid_argument(std::string("[") + name +
                                "] got an input that requires a gradient, but has no derivative: "
                                "it must be registered, or the input detached");
  }
  if (found->second.twice) {
    throw std::invalid_argument(std::string("[") + name +
                                "] got two derivatives: it must be registered once");
  }
  return found->second.rules;
}

}  // namespace tt::autograd
