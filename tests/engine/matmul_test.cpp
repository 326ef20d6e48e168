#include "engine/ops/matmul.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/random.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_matmul.h"

using namespace tt;
using kernel::Matrix;

namespace {

// New memory holds NaN while this lives, so that a kernel cannot be lucky.
struct Poisoned {
  Poisoned() { poison_new_memory(true); }
  Poisoned(const Poisoned&) = delete;
  Poisoned& operator=(const Poisoned&) = delete;
  ~Poisoned() { poison_new_memory(false); }
};

// The storage that make_golden_matmul.py uses.
std::shared_ptr<Storage> golden_storage(std::int64_t size) {
  auto storage = std::make_shared<Storage>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    storage->data()[i] = static_cast<float>(7 * i % 11 - 5);
  }
  return storage;
}

Tensor shown(const golden::Operand& operand) {
  return Tensor(golden_storage(2000), operand.sizes, operand.strides, operand.offset);
}

Tensor random_normal(const Shape& sizes, std::uint64_t seed) {
  Tensor x = empty(sizes);
  Generator generator(seed);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr()[i] = generator.normal();
  }
  return x;
}

using Kernel = void (*)(float*, const Matrix&, const Matrix&, std::int64_t, std::int64_t,
                        std::int64_t);

struct NamedKernel {
  const char* name;
  Kernel kernel;
  bool any_column_stride;  // whether the columns of b may lie apart
};

const NamedKernel kernels[] = {
    {"ijk", kernel::matmul_ijk, true},
    {"ikj", kernel::matmul_ikj, false},
    {"tiled", kernel::matmul_tiled, true},
};

}  // namespace

TEST_CASE("matmul has PyTorch's shapes and values, for every rank and layout") {
  const Poisoned poisoned;
  for (const golden::MatmulCase& one : golden::matmul_cases) {
    CAPTURE(to_string(one.a.sizes));
    CAPTURE(to_string(one.a.strides));
    CAPTURE(to_string(one.b.sizes));
    CAPTURE(to_string(one.b.strides));
    const Tensor a = shown(one.a);
    const Tensor b = shown(one.b);
    const std::vector<float> before_a = a.to_vector();
    const std::vector<float> before_b = b.to_vector();
    const Tensor product = matmul(a, b);
    CHECK(product.sizes() == one.sizes);
    CHECK(product.is_contiguous());
    CHECK(product.to_vector() == one.values);
    CHECK(!product.is_alias_of(a));
    CHECK(a.to_vector() == before_a);
    CHECK(b.to_vector() == before_b);
  }
}

TEST_CASE("matmul refuses what PyTorch refuses") {
  for (const golden::MisfitCase& one : golden::misfit_cases) {
    CAPTURE(to_string(one.a));
    CAPTURE(to_string(one.b));
    CHECK_THROWS_AS(static_cast<void>(matmul(zeros(one.a), zeros(one.b))), std::invalid_argument);
  }
  CHECK_REFUSES(matmul(zeros({2, 3}), zeros({4, 5})),
                "[matmul] got shapes (2, 3) and (4, 5): the inner extents 3 and 4 must be equal");
  CHECK_REFUSES(matmul(zeros({}), zeros({3})), "both must have at least one axis");
  CHECK_REFUSES(matmul(zeros({2, 2, 3}), zeros({3, 3, 4})), "extents 2 and 3");
  CHECK_REFUSES(matmul(Tensor(), zeros({2, 2})), "[matmul] got an undefined tensor");
  CHECK_REFUSES(matmul(zeros({0}), Tensor()), "[matmul] got an undefined tensor");
}

TEST_CASE("mm, bmm and dot are matmul for one rank each") {
  const Tensor a = arange(6).view({2, 3});
  const Tensor b = arange(12).view({3, 4});
  CHECK(mm(a, b).to_vector() == matmul(a, b).to_vector());
  CHECK(mm(a, b).sizes() == Shape{2, 4});
  const Tensor s = arange(12).view({2, 3, 2});
  CHECK(bmm(s.transpose(1, 2), s).to_vector() == matmul(s.transpose(1, 2), s).to_vector());
  CHECK(dot(arange(4), arange(4)).item() == 14);
  CHECK(dot(arange(0), arange(0)).item() == 0);
  CHECK_REFUSES(mm(a, arange(3)), "[mm] got shapes (2, 3) and (3,): both must have 2 axes");
  CHECK_REFUSES(mm(Tensor(), a), "[mm] got");
  CHECK_REFUSES(bmm(s, zeros({1, 2, 3})), "[bmm] got shapes (2, 3, 2) and (1, 2, 3)");
  CHECK_REFUSES(bmm(a, b), "[bmm] got shapes (2, 3) and (3, 4): both must have 3 axes");
  CHECK_REFUSES(dot(a, b), "both must have 1 axis");
  CHECK_REFUSES(dot(arange(3), arange(4)), "the inner extents 3 and 4 must be equal");
}

TEST_CASE("every kernel gives the exact product for every remainder of rows and columns") {
  const Poisoned poisoned;
  const std::shared_ptr<Storage> numbers = golden_storage(1000);
  for (const NamedKernel& each : kernels) {
    for (std::int64_t m = 0; m <= 9; ++m) {
      for (std::int64_t n = 0; n <= 17; ++n) {
        for (std::int64_t k : {0, 1, 2, 7}) {
          for (bool turned : {false, true}) {
            const Matrix a = turned ? Matrix{numbers->data(), 1, m} : Matrix{numbers->data(), k, 1};
            const bool turned_b = turned && each.any_column_stride;
            const Matrix b = turned_b ? Matrix{numbers->data() + 3, 1, k + 1}
                                      : Matrix{numbers->data() + 3, n + 2, 1};
            // One more at either end, which must stay as it is.
            std::vector<float> out(static_cast<std::size_t>(m * n + 2), 1000);
            each.kernel(out.data() + 1, a, b, m, k, n);
            std::vector<float> expected = {1000};
            for (std::int64_t i = 0; i < m; ++i) {
              for (std::int64_t j = 0; j < n; ++j) {
                float sum = 0;
                for (std::int64_t p = 0; p < k; ++p) {
                  sum += a.data[i * a.row_stride + p * a.column_stride] *
                         b.data[p * b.row_stride + j * b.column_stride];
                }
                expected.push_back(sum);
              }
            }
            expected.push_back(1000);
            INFO(each.name, " of ", m, " x ", k, " x ", n, turned ? ", turned" : "");
            CHECK(out == expected);
          }
        }
      }
    }
  }
}

TEST_CASE("matmul is close to the product in double precision") {
  const std::int64_t m = 21;
  const std::int64_t k = 300;
  const std::int64_t n = 19;
  const Tensor a = random_normal({m, k}, 1);
  const Tensor b = random_normal({n, k}, 2);
  const Tensor product = matmul(a, b.transpose(0, 1));
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = 0;
      double sizes = 0;
      for (std::int64_t p = 0; p < k; ++p) {
        const double term = static_cast<double>(a.at({i, p})) * static_cast<double>(b.at({j, p}));
        sum += term;
        sizes += std::fabs(term);
      }
      CHECK(std::fabs(static_cast<double>(product.at({i, j})) - sum) <= 1e-6 * sizes);
    }
  }
}

TEST_CASE("not a number and infinity reach exactly the elements they belong to") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  for (std::int64_t size : {3, 12}) {  // for the small and for the tiled kernel
    Tensor a = zeros({size, size});
    Tensor b = zeros({size, size});
    a.at({1, 2}) = nan;
    b.at({0, 1}) = inf;  // zero times infinity is not a number either
    const Tensor product = matmul(a, b);
    for (std::int64_t i = 0; i < size; ++i) {
      for (std::int64_t j = 0; j < size; ++j) {
        CAPTURE(i);
        CAPTURE(j);
        CHECK(std::isnan(product.at({i, j})) == (i == 1 || j == 1));
      }
    }
  }
}

TEST_CASE("a product of m x k and k x n counts 2mkn operations and each operand once") {
  for (const NamedKernel& each : kernels) {
    CAPTURE(each.name);
    const std::vector<float> numbers(1000, 1);
    std::vector<float> out(1000);
    reset_counters();
    each.kernel(out.data(), {numbers.data(), 11, 1}, {numbers.data(), 13, 1}, 5, 11, 13);
    CHECK(counters().flops == 2 * 5 * 11 * 13);
    CHECK(counters().bytes_read == 4 * (5 * 11 + 11 * 13));
    CHECK(counters().bytes_written == 4 * 5 * 13);
  }
  const Tensor square = ones({48, 48});
  reset_counters();
  static_cast<void>(matmul(square, square));
  const Counters work = counters();
  CHECK(work.flops == 2 * 48 * 48 * 48);
  CHECK(work.flops == 8 * (work.bytes_read + work.bytes_written));  // n / 6 operations a byte
}

TEST_CASE("a batch of rows meets one matrix as one product") {
  const Tensor a = ones({6, 5, 7});
  const Tensor b = ones({7, 9});
  reset_counters();
  CHECK(matmul(a, b).to_vector() == std::vector<float>(6 * 5 * 9, 7));
  CHECK(counters().bytes_read == 4 * (30 * 7 + 7 * 9));
  const Tensor gaps = a.slice(1, 0, 4);  // the rows of a batch no longer follow on each other
  reset_counters();
  CHECK(matmul(gaps, b).to_vector() == std::vector<float>(6 * 4 * 9, 7));
  CHECK(counters().bytes_read == 6 * 4 * (4 * 7 + 7 * 9));
}

TEST_CASE("a large product takes room for one packed operand and 8 columns, and gives it back") {
  const Tensor a = ones({10, 50}).transpose(0, 1);
  const Tensor b = ones({10, 20});
  const std::int64_t before = memory_stats().live_bytes;
  reset_peak_memory();
  const Tensor product = matmul(a, b);
  const std::int64_t result = 4 * 50 * 20;
  CHECK(memory_stats().peak_bytes - before == result + 4 * (52 * 10 + 8 * 10));
  CHECK(memory_stats().live_bytes - before == result);
}
