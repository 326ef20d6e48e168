// The standard headers that a unit may use without waiting: they are compiled once, into the
// precompiled header that every compilation in the page starts from.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

// What units do all the time, done once here: the templates it needs are then instantiated in the
// precompiled header, and their machine code is in `std.o`, instead of in every unit.
namespace tt_std {

template <class Number>
void use_vector(std::vector<Number>& a, const std::vector<Number>& b, std::size_t count) {
  std::vector<Number> listed{a[0], b[0]};
  std::vector<Number> sized(count);
  std::vector<Number> filled(count, b[0]);
  std::vector<Number> copied(b);
  std::vector<Number> moved(std::move(copied));
  std::vector<Number> ranged(b.begin(), b.end());
  a = b;
  a = std::move(moved);
  a = {b[0], b[1]};
  a.push_back(b.at(0));
  a.push_back(Number{1});
  a.emplace_back(b.front());
  a.resize(count);
  a.resize(count, b.back());
  a.reserve(b.size());
  a.assign(count, b[0]);
  a.assign(b.begin(), b.end());
  a.insert(a.begin(), b[0]);
  a.insert(a.begin(), Number{1});
  a.insert(a.end(), b.begin(), b.end());
  a.erase(a.begin());
  a.erase(a.begin(), a.end());
  a.pop_back();
  a.swap(listed);
  a.at(0) = a.front() + a.back() + *a.data() + *b.data();
  std::swap(a[0], a[1]);
  std::swap(a, sized);
  for (Number& number : a) {
    number += a.empty() || b.empty() ? b[0] : *b.rbegin();
  }
  for (const Number& number : b) {
    a.back() += number + *(b.end() - 1) + *(b.begin() + 1);
  }
  a.clear();
  if (a == b || a != filled) {
    a = std::vector<Number>(b.rbegin(), b.rend());
  }
}

template <class Number>
void use_algorithms(std::vector<Number>& a, const std::vector<Number>& b) {
  std::reverse(a.begin(), a.end());
  std::fill(a.begin(), a.end(), b[0]);
  std::copy(b.begin(), b.end(), a.begin());
  std::iota(a.begin(), a.end(), Number{0});
  a[0] = std::accumulate(b.begin(), b.end(), Number{0}) + *std::find(b.begin(), b.end(), a[0]) +
         *std::max_element(b.begin(), b.end()) + std::max(a[0], b[0]) + std::min(a[0], b[0]);
}

inline void use_vectors(std::vector<std::int64_t>& a, std::vector<float>& b, std::size_t count) {
  use_vector(a, a, count);
  use_vector(b, b, count);
  use_algorithms(a, a);
  use_algorithms(b, b);
}

// Shapes of several tensors, a number that may be left out, and what is kept for each axis.
inline void use_lists(const std::vector<std::int64_t>& a, std::optional<std::int64_t> axis) {
  std::vector<std::vector<std::int64_t>> listed{a, a};
  std::vector<std::vector<std::int64_t>> sized(a.size());
  std::vector<std::vector<std::int64_t>> filled(a.size(), a);
  std::vector<std::vector<std::int64_t>> copied(listed);
  std::vector<std::vector<std::int64_t>> moved(std::move(copied));
  listed = filled;
  listed = std::move(moved);
  listed.push_back(a);
  listed.push_back(std::vector<std::int64_t>(a.begin() + 1, a.end() - 1));
  listed.emplace_back(listed[0].begin(), listed[0].end());
  listed.reserve(a.size());
  listed.at(0) = listed.empty() ? listed.front() : listed.back();
  for (std::vector<std::int64_t>& each : sized) {
    each[0] = static_cast<std::int64_t>(listed.size());
  }
  for (const std::vector<std::int64_t>& each : filled) {
    axis = axis.has_value() && axis ? *axis + each[0] : axis.value_or(1);
  }
  if (axis == std::nullopt) {
    axis = a[0] + axis.value();
  }
  std::vector<bool> seen(a.size());
  std::vector<bool> wanted(a.size(), true);
  std::vector<double> sums(a.size());
  std::vector<double> ones(a.size(), 1.0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    seen[i] = !wanted[i] || sums[i] == ones[i];
    sums[i] += ones.at(i) + static_cast<double>(seen.size() + sums.size());
  }
}

inline void use_strings(std::string& a, const std::string& b, std::size_t count) {
  std::string copied(b);
  std::string moved(std::move(copied));
  std::string repeated(count, 'x');
  std::vector<std::string> all{a, b};
  all.push_back(a);
  all.push_back(a + "x");
  all.emplace_back("x");
  for (const std::string& each : all) {
    a += each;
  }
  a = b;
  a = "x";
  a = std::move(moved);
  a += "x";
  a += 'x';
  a += b + "x" + a + 'x';
  a += "x" + std::to_string(count) + "x" + a.substr(1);
  a = "x" + a + ("x" + b) + (b + 'x') + ('x' + b);
  a.append(b).append("x").push_back(a.back());
  a += std::to_string(1) + std::to_string(1L) + std::to_string(std::int64_t{1}) +
       std::to_string(count) + std::to_string(1.0F) + std::to_string(1.0) + b.substr(1, 2);
  if (a.empty() || a == b || a == "x" || a != "x" || a.find("x") == b.find('x')) {
    a[0] = b[a.size()] == *b.c_str() ? b.front() : *a.begin();
  }
}

inline void use_exceptions(const std::string& text, int which) {
  switch (which) {
    case 0:
      throw std::invalid_argument(text + "x");
    case 1:
      throw std::invalid_argument("x");
    case 2:
      throw std::out_of_range(text + "x");
    case 3:
      throw std::runtime_error(text + "x");
    default:
      throw std::logic_error(text + "x");
  }
}

}  // namespace tt_std
