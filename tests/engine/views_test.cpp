// The views of engine/tensor: what they show, what they share, and what they refuse.
#include <limits>

#include "engine/memory.h"
#include "engine/tensor.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden.h"

using namespace tt;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

// 0, 1, 2, ... in this shape.
Tensor counting(const Shape& shape) {
  return arange(static_cast<double>(numel(shape))).view(shape);
}

Tensor apply(const golden::Op& op, const Tensor& x) {
  const std::string name = op.name;
  const std::vector<std::int64_t> args = op.args;
  if (name == "transpose") {
    return x.transpose(args.at(0), args.at(1));
  }
  if (name == "permute") {
    return x.permute(args);
  }
  if (name == "slice") {
    return x.slice(args.at(0), args.at(1), args.at(2), args.at(3));
  }
  if (name == "select") {
    return x.select(args.at(0), args.at(1));
  }
  if (name == "expand") {
    return x.expand(args);
  }
  if (name == "view") {
    return x.view(args);
  }
  throw std::logic_error("golden.h names an unknown view: " + name);
}

}  // namespace

TEST_CASE("chains of views have PyTorch's shape, strides, offset and values") {
  for (const golden::ViewCase& one : golden::view_cases) {
    const Tensor first = counting(one.base);
    Tensor x = first;
    std::string chain = to_string(one.base);
    for (const golden::Op& op : one.ops) {
      x = apply(op, x);
      chain += std::string(" ") + op.name + to_string(op.args);
    }
    CAPTURE(chain);
    CHECK(x.sizes() == Shape(one.sizes));
    CHECK(x.strides() == Strides(one.strides));
    CHECK(x.storage_offset() == one.offset);
    CHECK(x.is_contiguous() == one.contiguous);
    CHECK(x.to_vector() == std::vector<float>(one.values));
    CHECK(x.is_alias_of(first));
  }
}

TEST_CASE("as_strided shows what PyTorch shows and refuses what lies outside") {
  const Tensor x = arange(24);
  for (const golden::StridedCase& one : golden::strided_cases) {
    CAPTURE(to_string(one.sizes));
    CAPTURE(to_string(one.strides));
    CAPTURE(one.offset);
    if (one.fits) {
      CHECK(x.as_strided(one.sizes, one.strides, one.offset).to_vector() ==
            std::vector<float>(one.values));
    } else {
      CHECK_REFUSES(x.as_strided(one.sizes, one.strides, one.offset), "must stay in [0, 24)");
    }
  }
  CHECK_REFUSES(x.as_strided({2}, {-1}, 4), "[as_strided] got shape (2,), strides (-1,)");
  CHECK_REFUSES(x.as_strided({2}, {1, 1}, 0), "must have the same rank");
  CHECK_REFUSES(x.as_strided({-1}, {1}, 0), "every extent must be 0 or more");
}

TEST_CASE("every view shares the storage and writes through") {
  Tensor x = counting({2, 3, 4});
  const std::vector<Tensor> views = {
      x.transpose(0, 2),  x.permute({2, 0, 1}), x.slice(1, 1, 3),       x.select(2, 3),
      x.view({4, 6}),     x.reshape({-1}),      x.expand({5, 2, 3, 4}), x.as_strided({3}, {2}, 5),
      x.slice(2, 0, 4, 3)};
  for (Tensor view : views) {
    CAPTURE(to_string(view.sizes()));
    CHECK(view.is_alias_of(x));
    Index last;
    for (std::int64_t extent : view.sizes()) {
      last.push_back(extent - 1);
    }
    const std::vector<float> before = x.to_vector();
    view.at(last) = -1;
    int changed = 0;
    const std::vector<float> after = x.to_vector();
    for (std::size_t i = 0; i < before.size(); ++i) {
      changed += before[i] != after[i] ? 1 : 0;
    }
    CHECK(changed == 1);
    view.at(last) = 7;
    x.copy_(counting({2, 3, 4}));
    CHECK(view.at(last) != 7);
  }
}

TEST_CASE("a transpose of a rectangle reads columns as rows") {
  const Tensor x = counting({2, 3}).transpose(0, 1);
  CHECK(x.sizes() == Shape{3, 2});
  CHECK(x.strides() == Strides{1, 3});
  CHECK(x.to_vector() == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(x.transpose(-1, -2).is_contiguous());
  CHECK_REFUSES(x.transpose(0, 2), "axis 2 for rank 2");
  CHECK_REFUSES(x.transpose(-3, 0), "axis -3 for rank 2");
  CHECK_REFUSES(full({}, 1).transpose(0, 0), "rank 0");
}

TEST_CASE("permute names the old axis of each new one") {
  const Tensor x = counting({2, 3, 4});
  const Tensor y = x.permute({2, 0, 1});
  CHECK(y.sizes() == Shape{4, 2, 3});
  CHECK(y.strides() == Strides{1, 12, 4});
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t j = 0; j < 3; ++j) {
      for (std::int64_t k = 0; k < 4; ++k) {
        CHECK(y.at({k, i, j}) == x.at({i, j, k}));
      }
    }
  }
  CHECK(full({}, 1).permute({}).item() == 1);
}

TEST_CASE("permute refuses axes that are missing, repeated or out of range") {
  const Tensor x = counting({2, 3});
  CHECK_REFUSES(x.permute({0}), "[permute] got axes (0,) for shape (2, 3)");
  CHECK_REFUSES(x.permute({0, 0}), "[permute] got axes (0, 0): axis 0 must come exactly once");
  CHECK_REFUSES(x.permute({1, -1}), "axis 1 must come exactly once");
  CHECK_REFUSES(x.permute({0, 1, 1}), "every axis must come exactly once");
  CHECK_REFUSES(x.permute({0, 1, 2}), "every axis must come exactly once");
  CHECK_REFUSES(x.permute({0, 2}), "axis 2 for rank 2");
  CHECK_REFUSES(x.permute({}), "every axis must come exactly once");
}

TEST_CASE("slices keep what Python keeps") {
  for (const golden::SliceCase& one : golden::slice_cases) {
    CAPTURE(one.extent);
    CAPTURE(one.start);
    CAPTURE(one.end);
    CAPTURE(one.step);
    const Tensor y = counting({one.extent}).slice(0, one.start, one.end, one.step);
    CHECK(y.to_vector() == std::vector<float>(one.values));
    CHECK(y.storage_offset() == one.offset);
  }
}

TEST_CASE("a slice runs to the end unless told, on any axis") {
  const Tensor x = counting({3, 4});
  CHECK(x.slice(0).sizes() == Shape{3, 4});
  CHECK(x.slice(0, 1).to_vector() == std::vector<float>{4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(x.slice(-1, -2).to_vector() == std::vector<float>{2, 3, 6, 7, 10, 11});
  CHECK(x.slice(1, 0, slice_end, 3).to_vector() == std::vector<float>{0, 3, 4, 7, 8, 11});
  CHECK(x.slice(1, 3, 1).sizes() == Shape{3, 0});
}

TEST_CASE("slices of slices add up") {
  const Tensor x = counting({20}).slice(0, 2, 18, 3).slice(0, 1, 5, 2);
  CHECK(x.to_vector() == std::vector<float>{5, 11});
  CHECK(x.storage_offset() == 5);
  CHECK(x.strides() == Strides{6});
}

TEST_CASE("a slice with extreme numbers neither overflows nor leaves its axis") {
  const Tensor x = counting({3, 2});
  CHECK(x.slice(0, least, most, most).to_vector() == std::vector<float>{0, 1});
  CHECK(x.slice(0, least, most).sizes() == Shape{3, 2});
  CHECK(x.slice(0, most, least).sizes() == Shape{0, 2});
  CHECK(x.slice(0, -1, most, most).to_vector() == std::vector<float>{4, 5});
}

TEST_CASE("a slice refuses a step that is not positive, and a scalar") {
  const Tensor x = counting({3});
  CHECK_REFUSES(x.slice(0, 0, 3, 0), "[slice] got step 0: it must be positive");
  CHECK_REFUSES(x.slice(0, 3, 0, -1), "[slice] got step -1");
  CHECK_REFUSES(x.slice(1), "axis 1 for rank 1");
  CHECK_REFUSES(full({}, 1).slice(0), "rank 0");
}

TEST_CASE("select drops the axis it picks from") {
  const Tensor x = counting({2, 3});
  CHECK(x.select(0, 1).to_vector() == std::vector<float>{3, 4, 5});
  CHECK(x.select(1, -1).to_vector() == std::vector<float>{2, 5});
  CHECK(x.select(0, 1).select(0, 2).item() == 5);
  CHECK_REFUSES(x.select(0, 2), "[select] got index 2 on axis 0 of shape (2, 3)");
  CHECK_REFUSES(x.select(-1, -4), "it must be in [-3, 3)");
  CHECK_REFUSES(x.select(2, 0), "axis 2 for rank 2");
  CHECK_REFUSES(zeros({0}).select(0, 0), "it must be in [0, 0)");
}

TEST_CASE("expand repeats without memory") {
  const std::int64_t before = memory_stats().live_bytes;
  const Tensor bias = zeros({768});
  const Tensor all = bias.expand({32, 512, 768});
  CHECK(memory_stats().live_bytes - before == 768 * 4);
  CHECK(all.numel() == 32 * 512 * 768);
  CHECK(all.strides() == Strides{0, 0, 1});
}

TEST_CASE("expand keeps an axis given as -1 and refuses what does not broadcast") {
  const Tensor x = counting({3, 1});
  CHECK(x.expand({2, -1, 4}).sizes() == Shape{2, 3, 4});
  CHECK(x.expand({-1, -1}).strides() == Strides{1, 1});
  CHECK(x.expand({3, 0}).numel() == 0);
  CHECK_REFUSES(x.expand({2, 1}), "extent 3 must be 1 or 2");
  CHECK_REFUSES(x.expand({1}), "must not have more axes");
  CHECK_REFUSES(x.expand({-1, 3, 1}), "every extent must be 0 or more");
  CHECK_REFUSES(x.expand({3, -2}), "every extent must be 0 or more");
  CHECK_REFUSES(full({1}, 1).expand({1LL << 40, 1LL << 40}), "must fit into 64 bits");
}

TEST_CASE("view and reshape decide as PyTorch decides") {
  for (const golden::ReshapeCase& one : golden::reshape_cases) {
    CAPTURE(to_string(one.sizes));
    CAPTURE(to_string(one.strides));
    CAPTURE(to_string(one.wanted));
    const Tensor x = arange(200).as_strided(one.sizes, one.strides, 0);
    if (!one.reshape) {
      CHECK_REFUSES(x.reshape(one.wanted), "[reshape] got shape");
      CHECK_REFUSES(x.view(one.wanted), "[view] got shape");
      continue;
    }
    const Tensor y = x.reshape(one.wanted);
    CHECK(y.sizes() == Shape(one.result));
    CHECK(y.strides() == Strides(one.result_strides));
    CHECK(y.to_vector() == std::vector<float>(one.values));
    CHECK(y.is_alias_of(x) == one.view);
    if (one.view) {
      CHECK(x.view(one.wanted).strides() == Strides(one.result_strides));
      CHECK(x.view(one.wanted).is_alias_of(x));
    } else {
      CHECK_REFUSES(x.view(one.wanted), "reshape copies");
    }
  }
}

TEST_CASE("an extent of -1 is what is left over") {
  const Tensor x = counting({2, 3, 4});
  CHECK(x.reshape({-1}).sizes() == Shape{24});
  CHECK(x.reshape({4, -1}).sizes() == Shape{4, 6});
  CHECK(x.reshape({-1, 1, 12}).sizes() == Shape{2, 1, 12});
  CHECK(x.view({24, -1}).sizes() == Shape{24, 1});
  CHECK(zeros({0, 3}).reshape({-1, 3}).sizes() == Shape{0, 3});
  CHECK(full({}, 2).reshape({-1}).sizes() == Shape{1});
}

TEST_CASE("an extent of -1 that has no single answer is refused") {
  const Tensor x = counting({7});
  CHECK_REFUSES(x.reshape({2, -1}), "[reshape] got shape (2, -1) for 7 elements");
  CHECK_REFUSES(x.reshape({-1, -1}), "[reshape] got shape");
  CHECK_REFUSES(x.reshape({-2, -1}), "[reshape] got shape");
  CHECK_REFUSES(x.reshape({0, -1}), "it must hold exactly as many");
  CHECK_REFUSES(zeros({0}).reshape({0, -1}), "it must hold exactly as many");
  CHECK_REFUSES(x.reshape({8}), "[reshape] got shape (8,) for 7 elements");
  CHECK_REFUSES(x.reshape({1LL << 40, 1LL << 40}), "must fit into 64 bits");
  CHECK_REFUSES(x.reshape({1LL << 40, 1LL << 40, -1}), "must fit into 64 bits");
}

TEST_CASE("reshaping a transposed tensor copies in the order that is read") {
  const Tensor x = counting({2, 3});
  const Tensor flat = x.transpose(0, 1).reshape({6});
  CHECK(flat.to_vector() == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK_FALSE(flat.is_alias_of(x));
}
