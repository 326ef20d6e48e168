#include "engine/counters.h"

#include "engine/tensor.h"
#include "tests/engine/check.h"

using namespace tt;

TEST_CASE("each counter adds up on its own and a reset clears all") {
  reset_counters();
  count_flops(5);
  count_flops(7);
  count_bytes_read(100);
  count_bytes_written(10);
  CHECK(counters().flops == 12);
  CHECK(counters().bytes_read == 100);
  CHECK(counters().bytes_written == 10);
  reset_counters();
  CHECK(counters().flops == 0);
  CHECK(counters().bytes_read == 0);
  CHECK(counters().bytes_written == 0);
}

TEST_CASE("counters hold more than 32 bits") {
  reset_counters();
  count_flops(3000000000);
  count_flops(3000000000);
  CHECK(counters().flops == 6000000000);
  reset_counters();
}

TEST_CASE("a copy reads each source byte once and writes each target byte once") {
  const Tensor row = ones({3});
  Tensor target = zeros({2, 3});
  reset_counters();
  target.copy_(row);
  CHECK(counters().bytes_read == 12);
  CHECK(counters().bytes_written == 24);
  CHECK(counters().flops == 0);
}

TEST_CASE("a view moves no bytes") {
  const Tensor x = ones({4, 6});
  reset_counters();
  static_cast<void>(x.transpose(0, 1).slice(0, 1, 5, 2).expand({2, 2, 4}));
  CHECK(counters().bytes_read == 0);
  CHECK(counters().bytes_written == 0);
}
