#include "engine/record.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace tt {

Attribute::Attribute(const char* attribute, std::int64_t value)
    : name(attribute), integers{value} {}

Attribute::Attribute(const char* attribute, bool value) : name(attribute), integers{value} {}

Attribute::Attribute(const char* attribute, const std::vector<std::int64_t>& values)
    : name(attribute), integers(values) {}

Attribute::Attribute(const char* attribute, double value) : name(attribute), number(value) {}

Attribute::Attribute(const char* attribute, const Tensor& value) : name(attribute), tensor(value) {
  tensor.node_ = nullptr;
}

Attribute::Attribute(const Attribute& other) = default;

Attribute::~Attribute() = default;

Attributes::Attributes() = default;

Attributes::Attributes(std::initializer_list<Attribute> list) : list_(list) {}

Attributes::Attributes(const Attributes& other) = default;

Attributes& Attributes::operator=(const Attributes& other) = default;

Attributes::~Attributes() = default;

const Attribute& Attributes::find(const char* name) const {
  for (const Attribute& each : list_) {
    if (std::strcmp(each.name, name) == 0) {
      return each;
    }
  }
  throw std::invalid_argument(std::string("[attributes] got the name ") + name +
                              ": it must be one that was recorded");
}

std::int64_t Attributes::integer(const char* name) const {
  return find(name).integers.at(0);
}

const std::vector<std::int64_t>& Attributes::integers(const char* name) const {
  return find(name).integers;
}

double Attributes::number(const char* name) const {
  return find(name).number;
}

const Tensor& Attributes::tensor(const char* name) const {
  return find(name).tensor;
}

void check_defined(const char* op, const Tensor& x) {
  if (!x.defined()) {
    throw std::invalid_argument(std::string("[") + op +
                                "] got an undefined tensor: it must have a value");
  }
}

void Listener::in_place(const char*, const Tensor&, const Tensor&) {}

void Listener::parameter(const char*, Tensor&) {}

void Listener::contribution(const autograd::Node&, std::size_t, const Tensor&, const Tensor&) {}

namespace {

// Made when first used: autograd adds itself before `main` begins, in no certain order.
std::vector<Listener*>& listeners() {
  static std::vector<Listener*> all;
  return all;
}

int silences = 0;  // how many are alive

}  // namespace

void add_listener(Listener& listener) {
  listeners().push_back(&listener);
}

void remove_listener(Listener& listener) {
  std::vector<Listener*>& all = listeners();
  all.erase(std::remove(all.begin(), all.end(), &listener), all.end());
}

void record(const char* name, Inputs inputs, Tensor& output, const Attributes& attributes,
            const char* file) {
  if (silences > 0) {
    return;
  }
  for (Listener* listener : listeners()) {
    listener->operation({name, inputs, output, attributes, file});
  }
}

void record_in_place(const char* name, const Tensor& target, const Tensor& source) {
  if (silences > 0) {
    return;
  }
  for (Listener* listener : listeners()) {
    listener->in_place(name, target, source);
  }
}

void record_parameter(const char* name, Tensor& tensor) {
  for (Listener* listener : listeners()) {
    listener->parameter(name, tensor);
  }
}

void record_contribution(const autograd::Node& node, std::size_t input, const Tensor& dout,
                         const Tensor& dx) {
  for (Listener* listener : listeners()) {
    listener->contribution(node, input, dout, dx);
  }
}

Silence::Silence() {
  ++silences;
}

Silence::~Silence() {
  --silences;
}

}  // namespace tt
