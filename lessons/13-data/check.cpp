#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/data/loader.h"
#include "engine/data/points.h"
#include "engine/data/transforms.h"
#include "engine/memory.h"
#include "engine/random.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using namespace tt::data;
using tt::check::show;

using Numbers = std::vector<std::int64_t>;

Numbers up_to(std::int64_t size) {
  Numbers numbers;
  for (std::int64_t i = 0; i < size; ++i) {
    numbers.push_back(i);
  }
  return numbers;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Numbers whole(const Tensor& x) {
  Numbers numbers;
  for (float each : values_of(x)) {
    numbers.push_back(static_cast<std::int64_t>(each));
  }
  return numbers;
}

// The chi-square of orders of 4 numbers against 24 equally likely ones. For those it is 23 on
// average, and above 70 about once in a million times.
double chi_square(const std::map<Numbers, double>& counts, double orders) {
  double total = (24 - static_cast<double>(counts.size())) * orders / 24;
  for (const auto& [order, count] : counts) {
    total += (count - orders / 24) * (count - orders / 24) / (orders / 24);
  }
  return total;
}

// A dataset whose batches do not come from the student's code: example i has the data 10 i,
// 10 i + 1 and the target i. It notes what it was asked for.
struct Noted : Dataset {
  explicit Noted(std::int64_t examples) : count(examples) {}

  std::int64_t size() const override { return count; }
  Example get(std::int64_t index) const override {
    const auto i = static_cast<float>(index);
    return {laid_out({2}, {10 * i, 10 * i + 1}, Layout::contiguous),
            laid_out({}, {i}, Layout::contiguous)};
  }
  Example get_batch(const Numbers& indices) const override {
    std::vector<float> data;
    std::vector<float> targets;
    for (std::int64_t index : indices) {
      if (index < 0 || index >= count) {
        throw Failure{"A batch has numbers that stand in order_: it must not reach beyond the end.",
                      "a number from 0 to " + show(count - 1), show(index)};
      }
      const auto i = static_cast<float>(index);
      data.insert(data.end(), {10 * i, 10 * i + 1});
      targets.push_back(i);
    }
    asked.push_back(indices);
    const auto rows = static_cast<std::int64_t>(indices.size());
    return {laid_out({rows, 2}, data, Layout::contiguous),
            laid_out({rows}, targets, Layout::contiguous)};
  }

  std::int64_t count;
  mutable std::vector<Numbers> asked;
};

std::string written(std::int64_t examples, const DataLoaderOptions& options) {
  std::string all = "DataLoader of " + show(examples) + " examples, batch_size " +
                    show(options.batch_size) + ", seed " + std::to_string(options.seed);
  all += options.shuffle ? ", shuffle" : "";
  all += options.drop_last ? ", drop_last" : "";
  all += options.transform != nullptr ? ", with a transform" : "";
  return all + (options.augment ? ", augment" : "");
}

DataLoader loader_of(std::int64_t examples, const DataLoaderOptions& options) {
  current_call() = written(examples, options);
  return DataLoader(std::make_shared<Noted>(examples), options);
}

}  // namespace

// gather

namespace {

Tensor gather(const Tensor& x, const Numbers& indices) {
  return call("gather_rows", gather_rows, x, indices);
}

// The rows of x, which is contiguous, in double and without the engine.
std::vector<double> rows_of(const Tensor& x, const Numbers& indices) {
  const std::vector<float> values = values_of(x);
  const std::size_t width = values.size() / static_cast<std::size_t>(x.sizes()[0]);
  std::vector<double> rows;
  for (std::int64_t index : indices) {
    for (std::size_t k = 0; k < width; ++k) {
      rows.push_back(static_cast<double>(values[static_cast<std::size_t>(index) * width + k]));
    }
  }
  return rows;
}

}  // namespace

CHECK_CASE("gather", "row i of the result is the row that index i names") {
  const char* idea = "Row i comes from x at indices[i] times the width of a row.";
  const Tensor x = counting({5, 2});
  for (const Numbers& indices :
       {Numbers{3}, Numbers{3, 0}, Numbers{4, 4, 1}, Numbers{0, 1, 2}, Numbers{4, 3, 2, 1, 0, 2}}) {
    const Unchanged input{x};
    expect_tensor(gather(x, indices), {static_cast<std::int64_t>(indices.size()), 2},
                  rows_of(x, indices), 0, 0, idea);
    input.check();
  }
}

CHECK_CASE("gather", "a row may have any shape, and be a single number") {
  const char* idea = "A row has width numbers, whatever its axes are.";
  const Numbers indices = {2, 0};
  for (const Shape& shape :
       {Shape{3}, Shape{3, 1}, Shape{3, 4}, Shape{3, 2, 2}, Shape{3, 1, 2, 3}, Shape{3, 0, 2}}) {
    const Tensor x = counting(shape);
    Shape expected = shape;
    expected[0] = 2;
    expect_tensor(gather(x, indices), expected, rows_of(x, indices), 0, 0, idea);
  }
}

CHECK_CASE("gather", "without indices there are no rows") {
  expect_tensor(gather(counting({3, 2}), {}), {0, 2}, {}, 0, 0,
                "sizes has the number of indices in front already.");
}

CHECK_CASE("gather", "the rows may lie anywhere in memory") {
  for (const Layout layout : {Layout::transposed, Layout::sliced}) {
    const Tensor x = counting({4, 3}, layout);
    const Unchanged input{x};
    expect_tensor(gather(x, {3, 1, 2}), {3, 3}, rows_of(x, {3, 1, 2}), 0, 0,
                  "Copy from `from`: there the rows lie one behind the other.");
    input.check();
  }
}

CHECK_CASE("gather", "the result has memory of its own") {
  const char* idea = "A batch is written to. Make a new tensor, also for rows that are neighbours.";
  const Tensor x = counting({4, 2});
  for (const Numbers& indices : {Numbers{1}, Numbers{1, 2}, Numbers{0, 1, 2, 3}}) {
    const Tensor out = gather(x, indices);
    expect(!out.is_alias_of(x), "a storage of its own", "the storage of x", idea);
  }
}

CHECK_CASE("gather", "the next result leaves this one as it was") {
  const Tensor x = counting({4, 2});
  const Tensor first = gather(x, {0, 1});
  const Tensor second = gather(x, {3, 2});
  current_call() = "gather_rows of rows 0 and 1, then of rows 3 and 2: the first result";
  expect_tensor(first, {2, 2}, {0, 1, 2, 3}, 0, 0,
                "Make a new tensor at every call: somebody may still hold the last one.");
  expect(!first.is_alias_of(second), "two storages", "one", "Make a new tensor at every call.");
}

CHECK_CASE("gather", "each number is copied once, into one block of memory") {
  const Tensor x = counting({50, 8});
  current_call() = "gather_rows of 20 rows of 8 numbers";
  reset_peak_memory();
  const std::int64_t before = memory_stats().live_bytes;
  const Memory memory;
  const Tensor out = gather_rows(x, Numbers(20, 7));
  const char* idea = "The result is the only tensor that you make: copy straight into it.";
  expect(memory.blocks() == 1, "one block of memory asked for", show(memory.blocks()), idea);
  expect(memory_stats().peak_bytes - before == 20 * 8 * 4, "640 bytes in use at most",
         show(memory_stats().peak_bytes - before), idea);
}

// shuffle

namespace {

Numbers shuffled(Numbers order, Generator& generator) {
  current_call() = "shuffle of " + show(order);
  shuffle(order, generator);
  return order;
}

}  // namespace

CHECK_CASE("shuffle", "every number is still there, as often as before") {
  const char* idea = "Swap two numbers; then none can get lost or come twice.";
  Generator generator(1);
  for (const Numbers& order : {Numbers{5}, Numbers{5, 6}, Numbers{9, 7, 7, 3}, up_to(10),
                               Numbers{-4, 100, 20, 20, 20, 3}}) {
    for (int i = 0; i < 20; ++i) {
      const Numbers actual = shuffled(order, generator);
      expect(sorted(actual) == sorted(order), "the numbers of " + show(order), show(actual), idea);
    }
  }
}

CHECK_CASE("shuffle", "no numbers stay no numbers") {
  Generator generator(1);
  expect_equal(shuffled({}, generator), Numbers{}, "With no place there is nothing to draw.");
}

CHECK_CASE("shuffle", "each of the 24 orders of four numbers comes equally often") {
  constexpr int times = 10000;
  Generator generator(2);
  std::map<Numbers, double> counts;
  for (int i = 0; i < times; ++i) {
    ++counts[shuffled({0, 1, 2, 3}, generator)];
  }
  const auto [least, most] = std::minmax_element(
      counts.begin(), counts.end(), [](auto& a, auto& b) { return a.second < b.second; });
  const std::string actual = std::to_string(counts.size()) + " orders; " + show(least->first) +
                             " came " + show(least->second) + " times, " + show(most->first) + " " +
                             show(most->second) + " times";
  current_call() = "shuffle of (0, 1, 2, 3), 10000 times";
  expect(chi_square(counts, times) < 70, "24 orders, each about 417 times", actual,
         "For the last place draw among all numbers, for the place before among those that are "
         "left, and so on: 4 * 3 * 2 ways. A number may also stay where it is.");
}

CHECK_CASE("shuffle", "the generator decides, and each shuffle is another one") {
  Generator generator(3);
  Generator same(3);
  const Numbers first = shuffled(up_to(30), generator);
  manual_seed(77);
  expect_equal(shuffled(up_to(30), same), first, "Draw from the generator you were given.");
  expect(shuffled(up_to(30), generator) != first, "another order at the second call",
         "the same order", "Draw from the generator you were given, not from a copy of it.");
}

// split

namespace {

std::vector<Numbers> split(std::int64_t examples, const Numbers& sizes, std::uint64_t seed) {
  current_call() = "random_split of " + show(examples) + " examples into " + show(sizes) +
                   ", seed " + std::to_string(seed);
  std::vector<Numbers> parts;
  for (const auto& part : random_split(std::make_shared<Noted>(examples), sizes, seed)) {
    expect(part != nullptr, "a Subset for each size", "a null pointer",
           "std::make_shared<Subset>(dataset, indices) makes one.");
    parts.push_back(part->indices());
  }
  return parts;
}

std::string show_parts(const std::vector<Numbers>& parts) {
  std::string all;
  for (const Numbers& each : parts) {
    all += (all.empty() ? "" : " and ") + show(each);
  }
  return all.empty() ? "no parts" : all;
}

}  // namespace

CHECK_CASE("split", "each part has its size, and every example is in exactly one part") {
  for (const Numbers& sizes : {Numbers{3, 2}, Numbers{5}, Numbers{1, 1, 3}, Numbers{0, 5, 0}}) {
    const std::vector<Numbers> parts = split(5, sizes, 4);
    const std::string actual = show_parts(parts);
    expect(parts.size() == sizes.size(), std::to_string(sizes.size()) + " parts", actual,
           "Make one Subset for each size.");
    Numbers all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      expect(static_cast<std::int64_t>(parts[i].size()) == sizes[i],
             "parts of the sizes " + show(sizes), actual, "Part i has sizes[i] of the numbers.");
      all.insert(all.end(), parts[i].begin(), parts[i].end());
    }
    expect(sorted(all) == up_to(5), "each of the numbers 0 to 4 in one part", actual,
           "Each part begins where the one before it ended.");
  }
}

CHECK_CASE("split", "chance decides who comes into which part") {
  constexpr int times = 2000;
  std::vector<double> counts(5, 0);
  for (std::uint64_t seed = 0; seed < times; ++seed) {
    const std::vector<Numbers> parts = split(5, {3, 2}, seed);
    for (std::int64_t number : parts.at(1)) {
      ++counts.at(static_cast<std::size_t>(number));
    }
  }
  current_call() = "random_split of 5 examples into (3, 2), for 2000 seeds";
  for (std::size_t i = 0; i < 5; ++i) {
    expect(std::fabs(counts[i] - 800) < 5 * std::sqrt(2000 * 0.4 * 0.6),
           "example " + std::to_string(i) + " in the second part about 800 times",
           show(counts[i]) + " times", "Shuffle all numbers before you deal them out.");
  }
}

CHECK_CASE("split", "the same seed gives the same parts, another seed gives others") {
  const std::vector<Numbers> first = split(40, {30, 10}, 9);
  manual_seed(5);
  const std::vector<Numbers> again = split(40, {30, 10}, 9);
  expect(again == first, show_parts(first), show_parts(again), "Draw from `generator` only.");
  expect(split(40, {30, 10}, 10) != first, "other parts for seed 10", "the same parts",
         "Draw from `generator`: it was made from the seed.");
}

CHECK_CASE("split", "statistics of the training part know nothing of the test part") {
  Tensor x = counting({10, 1});
  const auto dataset = std::make_shared<TensorDataset>(x, counting({10}));
  current_call() = "channel_statistics of the training part, for changed test examples";
  const auto parts = random_split(dataset, {7, 3}, 2);
  const float before = channel_statistics(*parts.at(0)).mean.at(0);
  for (std::int64_t number : parts.at(1)->indices()) {
    x.data_ptr()[number] = 1000;
  }
  expect_equal(channel_statistics(*parts.at(0)).mean.at(0), before,
               "No example may be in both parts: what is tested on must be new.");
}

// epoch

CHECK_CASE("epoch", "without shuffling the order is that of the dataset, in every epoch") {
  DataLoader loader = loader_of(6, {.batch_size = 4});
  const char* idea =
      "Fill order_ anew with 0, 1, 2, ..., and shuffle it only if options_.shuffle says so.";
  expect_equal(loader.order(), up_to(6), idea);
  loader.set_epoch(3);
  expect_equal(loader.order(), up_to(6), idea);
  DataLoader none = loader_of(0, {.batch_size = 4});
  expect_equal(none.order(), Numbers{}, idea);
}

CHECK_CASE("epoch", "with shuffling every number comes once, in another order each epoch") {
  DataLoader loader = loader_of(30, {.batch_size = 4, .shuffle = true, .seed = 1});
  std::set<Numbers> orders;
  for (std::int64_t epoch = 0; epoch < 8; ++epoch) {
    loader.set_epoch(epoch);
    const Numbers order = loader.order();
    expect(sorted(order) == up_to(30), "each of the numbers 0 to 29 once", show(order),
           "Fill order_ with 0, 1, 2, ... anew, then shuffle it.");
    expect(order != up_to(30), "another order than 0, 1, 2, ...", show(order),
           "Shuffle order_ if options_.shuffle says so.");
    current_call() = "the orders of epoch 0 to " + show(epoch);
    expect(orders.insert(order).second, "orders that all differ", "two that are the same",
           "The number of the epoch must decide too: it is the stream of the generator.");
  }
}

CHECK_CASE("epoch", "an epoch is the same whatever came before it") {
  const DataLoaderOptions options{.batch_size = 4, .shuffle = true, .seed = 6};
  const char* idea =
      "Seed generator_ anew and fill order_ anew: seed and epoch decide, and not what was before.";
  DataLoader direct = loader_of(20, options);
  direct.set_epoch(3);
  DataLoader slow = loader_of(20, options);
  for (const std::int64_t epoch : {0, 1, 7, 3}) {
    slow.set_epoch(epoch);
  }
  current_call() = written(20, options) + ": epoch 3, directly and after epochs 0, 1 and 7";
  expect_equal(slow.order(), direct.order(), idea);
  expect(slow.state() == direct.state(), "the same state", "another state", idea);
  slow.set_epoch(3);
  expect_equal(slow.order(), direct.order(), idea);
}

CHECK_CASE("epoch", "it notes which epoch it is, and begins at position 0") {
  DataLoader loader = loader_of(5, {.batch_size = 2, .shuffle = true});
  for (const std::int64_t epoch : {0, 4, 1}) {
    loader.set_epoch(epoch);
    current_call() = "state() after set_epoch(" + show(epoch) + ")";
    expect_equal(loader.state().epoch, epoch, "Set epoch_.");
    expect_equal(loader.state().position, 0, "Set position_ to 0.");
  }
}

CHECK_CASE("epoch", "another seed gives other orders, in all epochs") {
  std::map<Numbers, std::string> orders;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    DataLoader loader = loader_of(30, {.batch_size = 4, .shuffle = true, .seed = seed});
    for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
      loader.set_epoch(epoch);
      const std::string name = "seed " + std::to_string(seed) + ", epoch " + show(epoch);
      const auto [earlier, is_new] = orders.insert({loader.order(), name});
      expect(is_new, "an order of its own for " + name, "the order of " + earlier->second,
             "Give both to generator_.seed(seed, stream), and do not add them.");
    }
  }
}

CHECK_CASE("epoch", "what transforms draw begins anew with the epoch too") {
  const char* idea = "Seed generator_ in every epoch, whether it is used for the order or not.";
  DataLoader plain = loader_of(5, {.batch_size = 2, .seed = 3});
  const Generator::State first = plain.state().generator;
  plain.set_epoch(1);
  expect(!(plain.state().generator == first), "another state of the generator in epoch 1",
         "the same", idea);
  DataLoader other = loader_of(5, {.batch_size = 2, .seed = 4});
  expect(!(other.state().generator == first), "another state of the generator for seed 4",
         "the same", idea);
}

// next

namespace {

// The targets of the batches of one epoch. Fails if data and targets are not those of one example.
std::vector<Numbers> epoch_of(DataLoader& loader) {
  std::vector<Numbers> batches;
  while (std::optional<Example> batch = loader.next()) {
    const Numbers data = whole(batch->data);
    const Numbers targets = whole(batch->target);
    batches.push_back(targets);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      expect(data.size() == 2 * targets.size() && data[2 * i] == 10 * targets[i],
             "the data of example " + show(targets[i]) + " in row " + std::to_string(i),
             show(batch->data),
             "Ask the dataset once for each batch: data and targets must come by the same "
             "indices.");
    }
    expect(batches.size() <= 100, "an end of the epoch", "batches without end",
           "Move position_ on by the size of the batch.");
  }
  return batches;
}

std::string show_batches(const std::vector<Numbers>& batches) {
  std::string all;
  for (const Numbers& each : batches) {
    all += (all.empty() ? "" : ", ") + show(each);
  }
  return all.empty() ? "no batches" : all;
}

// `order`, cut into batches.
std::vector<Numbers> cut(const Numbers& order, const DataLoaderOptions& options) {
  std::vector<Numbers> batches;
  for (std::int64_t number : order) {
    if (batches.empty() || static_cast<std::int64_t>(batches.back().size()) == options.batch_size) {
      batches.emplace_back();
    }
    batches.back().push_back(number);
  }
  if (options.drop_last && !batches.empty() &&
      static_cast<std::int64_t>(batches.back().size()) < options.batch_size) {
    batches.pop_back();
  }
  return batches;
}

void expect_epoch(std::int64_t examples, const DataLoaderOptions& options, const char* idea) {
  DataLoader loader = loader_of(examples, options);
  const std::vector<Numbers> expected = cut(loader.order(), options);
  const std::vector<Numbers> actual = epoch_of(loader);
  expect(actual == expected, "the targets " + show_batches(expected), show_batches(actual), idea);
  expect_equal(static_cast<std::int64_t>(actual.size()), loader.size(), idea);
}

// Adds 100 to what it gets, notes whether anything may be left to chance, and draws.
struct Spy : Transform {
  Tensor apply(const Tensor& batch, Generator* chance) const override {
    std::vector<float> values = values_of(batch);
    for (float& each : values) {
      each += 100;
    }
    drawn.push_back(chance == nullptr ? -1 : static_cast<std::int64_t>(chance->next_u32()));
    return laid_out(batch.sizes(), values, Layout::contiguous);
  }
  mutable std::vector<std::int64_t> drawn;
};

}  // namespace

CHECK_CASE("next", "batches follow the order of the epoch, data and targets together") {
  const char* idea = "Batch k has the numbers order_[position_] and those behind it.";
  expect_epoch(6, {.batch_size = 2}, idea);
  expect_epoch(6, {.batch_size = 3, .shuffle = true, .seed = 1}, idea);
  expect_epoch(12, {.batch_size = 1, .shuffle = true, .seed = 2}, idea);
  expect_epoch(4, {.batch_size = 4, .shuffle = true, .seed = 3}, idea);
}

// Before the tests of what follows the last batch: there, a position beyond the end asks for a
// batch of a size below 0, and all that can be said is that there is no memory for it.
CHECK_CASE("next", "the position says how many examples were given") {
  DataLoader loader = loader_of(7, {.batch_size = 3});
  std::int64_t expected = 0;
  for (int call = 0; call < 3; ++call) {
    const std::optional<Example> batch = loader.next();
    if (!batch.has_value()) {
      break;  // "the last batch has what is left" says more about that
    }
    expected += batch->target.numel();
    current_call() = "state().position of a loader of 7 examples, after a batch of " +
                     show(batch->target.numel());
    expect_equal(loader.state().position, expected,
                 "Add the size of this batch to position_: the last one may be smaller than "
                 "options_.batch_size.");
  }
}

CHECK_CASE("next", "the last batch has what is left") {
  const char* idea = "A batch ends at the end of order_, even if it is not full.";
  expect_epoch(7, {.batch_size = 3}, idea);
  expect_epoch(5, {.batch_size = 4, .shuffle = true}, idea);
  expect_epoch(3, {.batch_size = 100}, idea);
  expect_epoch(0, {.batch_size = 2}, idea);
}

CHECK_CASE("next", "with drop_last a batch that is not full is not given") {
  const char* idea = "With drop_last the epoch is over when fewer than batch_size are left.";
  expect_epoch(7, {.batch_size = 3, .drop_last = true}, idea);
  expect_epoch(6, {.batch_size = 3, .drop_last = true}, idea);
  expect_epoch(9, {.batch_size = 4, .shuffle = true, .drop_last = true}, idea);
  expect_epoch(3, {.batch_size = 100, .drop_last = true}, idea);
}

CHECK_CASE("next", "after the last batch comes nothing, once, and then the next epoch") {
  for (const bool drop_last : {false, true}) {
    const DataLoaderOptions options{.batch_size = 4, .shuffle = true, .drop_last = drop_last};
    DataLoader loader = loader_of(10, options);
    DataLoader direct = loader_of(10, options);
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
      current_call() = written(10, options) + ", epoch " + show(epoch);
      expect_equal(loader.state().epoch, epoch,
                   "At the end of an epoch, start_epoch of the next one.");
      direct.set_epoch(epoch);
      const std::vector<Numbers> expected = cut(direct.order(), options);
      const std::vector<Numbers> actual = epoch_of(loader);
      expect(actual == expected, "the targets " + show_batches(expected), show_batches(actual),
             "At the end of an epoch, start_epoch of the next one.");
    }
  }
}

CHECK_CASE("next", "a batch is its own: later ones leave it as it is, and so does the dataset") {
  const char* idea = "Give what get_batch gives: it is a new tensor each time.";
  Tensor x = counting({8, 2});
  const auto dataset = std::make_shared<TensorDataset>(x, counting({8}));
  DataLoader loader(dataset, {.batch_size = 4});
  current_call() = "two batches of 4, one after the other";
  const std::optional<Example> first = loader.next();
  const std::optional<Example> second = loader.next();
  expect(first.has_value() && second.has_value(), "two batches", "fewer", idea);
  expect_tensor(first->data, {4, 2}, {0, 1, 2, 3, 4, 5, 6, 7}, 0, 0, idea);
  expect_tensor(second->data, {4, 2}, {8, 9, 10, 11, 12, 13, 14, 15}, 0, 0, idea);
  expect(!first->data.is_alias_of(x) && !first->data.is_alias_of(second->data),
         "a storage for each batch", "a shared one", idea);
}

CHECK_CASE("next", "the transform is applied to the data, and to the data only") {
  const auto spy = std::make_shared<Spy>();
  DataLoader loader = loader_of(3, {.batch_size = 2, .transform = spy});
  const std::optional<Example> batch = loader.next();
  const char* idea = "batch.data becomes what options_.transform->apply makes of it.";
  expect(batch.has_value(), "a batch", "nothing", idea);
  expect_tensor(batch->data, {2, 2}, {100, 101, 110, 111}, 0, 0, idea);
  expect_tensor(batch->target, {2}, {0, 1}, 0, 0, idea);
  expect_equal(static_cast<std::int64_t>(spy->drawn.size()), 1, "Apply it once.");
}

CHECK_CASE("next", "nothing is left to chance unless the loader is to augment") {
  for (const bool shuffle : {false, true}) {
    const auto spy = std::make_shared<Spy>();
    DataLoader loader =
        loader_of(6, {.batch_size = 2, .shuffle = shuffle, .transform = spy, .augment = false});
    loader.next();
    loader.next();
    expect_equal(spy->drawn, Numbers(2, -1),
                 "For evaluation, hand nullptr to the transform: options_.augment decides.");
  }
}

CHECK_CASE("next", "to augment, the transform draws from the loader's own generator") {
  const DataLoaderOptions options{.batch_size = 2, .seed = 3, .augment = true};
  std::vector<Numbers> drawn;
  for (int run = 0; run < 2; ++run) {
    const auto spy = std::make_shared<Spy>();
    DataLoaderOptions with = options;
    with.transform = spy;
    DataLoader loader = loader_of(10, with);
    manual_seed(static_cast<std::uint64_t>(run));
    for (int i = 0; i < 5; ++i) {
      const Generator::State before = loader.state().generator;
      loader.next();
      expect(!(loader.state().generator == before), "generator_ moved on by the draw",
             "generator_ as it was", "Hand the address of generator_ itself to the transform.");
    }
    drawn.push_back(spy->drawn);
  }
  expect(std::set<std::int64_t>(drawn[0].begin(), drawn[0].end()).size() == 5,
         "another number for each batch", show(drawn[0]),
         "Hand the address of generator_ itself to the transform.");
  expect(drawn[0] == drawn[1], "the same numbers for the same seed",
         show(drawn[0]) + " and " + show(drawn[1]),
         "Hand the address of generator_ itself to the transform.");
}

// resume

namespace {

// What a loader gives in so many calls: targets, and what was drawn for them.
std::vector<Numbers> given(DataLoader& loader, int calls) {
  std::vector<Numbers> all;
  for (int i = 0; i < calls; ++i) {
    const std::optional<Example> batch = loader.next();
    all.push_back(batch.has_value() ? whole(batch->target) : Numbers{-1});
    if (batch.has_value()) {
      const Numbers data = whole(batch->data);
      all.back().insert(all.back().end(), data.begin(), data.end());
    }
  }
  return all;
}

// Adds a random number below 1000 to all numbers of a batch.
struct Moved : Transform {
  Tensor apply(const Tensor& batch, Generator* chance) const override {
    const auto by = static_cast<float>(chance == nullptr ? 0 : chance->randint(0, 1000));
    std::vector<float> values = values_of(batch);
    for (float& each : values) {
      each += by;
    }
    return laid_out(batch.sizes(), values, Layout::contiguous);
  }
};

void expect_resumed(const DataLoaderOptions& options, const char* idea) {
  // After 7 calls it stands in epoch 1: 4 batches and a nothing are an epoch.
  for (int calls = 0; calls < 8; ++calls) {
    DataLoader uninterrupted = loader_of(10, options);
    given(uninterrupted, calls);
    const LoaderState state = uninterrupted.state();
    DataLoader resumed = loader_of(10, options);
    given(resumed, 2);
    resumed.set_state(state);
    current_call() = written(10, options) + ": set_state to epoch " + show(state.epoch) +
                     ", position " + show(state.position);
    const std::vector<Numbers> expected = given(uninterrupted, 7);
    const std::vector<Numbers> actual = given(resumed, 7);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expect(
          actual[i] == expected[i],
          "for call " + std::to_string(i + 1) + " of next: targets and data " + show(expected[i]),
          show(actual[i]), idea);
    }
  }
}

}  // namespace

CHECK_CASE("resume", "a loader goes on with the batches that the other one would have given") {
  const char* idea = "The order belongs to the epoch: start_epoch makes it. Then set position_.";
  expect_resumed({.batch_size = 3}, idea);
  expect_resumed({.batch_size = 3, .shuffle = true, .seed = 5}, idea);
}

CHECK_CASE("resume", "what transforms draw goes on as well") {
  expect_resumed({.batch_size = 3,
                  .shuffle = true,
                  .seed = 5,
                  .transform = std::make_shared<Moved>(),
                  .augment = true},
                 "Set the state of generator_ last: start_epoch seeds it anew.");
}

CHECK_CASE("resume", "the state it was sent to is the state it has") {
  DataLoader loader = loader_of(10, {.batch_size = 3, .shuffle = true, .seed = 5});
  Generator generator(42);
  for (const auto& [epoch, position] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 0}, {2, 4}, {2, 10}, {1, 3}}) {
    const LoaderState state{epoch, position, generator.state()};
    generator.next_u32();
    loader.set_state(state);
    const LoaderState actual = loader.state();
    current_call() =
        "state() after set_state to epoch " + show(epoch) + ", position " + show(position);
    expect_equal(actual.epoch, epoch, "start_epoch notes the epoch.");
    expect_equal(actual.position, position, "Set position_ after start_epoch, which sets it to 0.");
    expect(actual.generator == state.generator, "the generator's state that was given",
           "another one", "Set the state of generator_ after start_epoch, which seeds it.");
  }
}

CHECK_CASE("resume", "it may go back in its own epoch") {
  DataLoader loader = loader_of(10, {.batch_size = 3, .shuffle = true, .seed = 7});
  given(loader, 6);
  const LoaderState state = loader.state();
  const std::vector<Numbers> expected = given(loader, 3);
  loader.set_state(state);
  current_call() = "set_state to two batches ago";
  const std::vector<Numbers> actual = given(loader, 3);
  expect(actual == expected, show_batches(expected), show_batches(actual),
         "Begin the epoch of the state again, whatever this loader did before.");
}

// normalize

namespace {

Normalize normalizer(const std::vector<float>& mean, const std::vector<float>& stddev,
                     const Tensor& batch) {
  current_call() =
      "Normalize with " + std::to_string(mean.size()) + " channels, apply to a " + show(batch);
  return Normalize({mean, stddev});
}

}  // namespace

CHECK_CASE("normalize", "each number loses the mean of its channel and is divided") {
  const char* idea = "(number - mean[channel]) / stddev[channel]";
  const Tensor points = laid_out({2, 2}, {3, 10, 5, 30}, Layout::contiguous);
  expect_tensor(normalizer({1, 20}, {2, 10}, points).apply(points, nullptr), {2, 2}, {1, -1, 2, 1},
                1e-6, 1e-6, idea);
  const Tensor one = laid_out({3, 1}, {1, 2, 3}, Layout::contiguous);
  expect_tensor(normalizer({2}, {0.5}, one).apply(one, nullptr), {3, 1}, {-2, 0, 2}, 1e-6, 1e-6,
                idea);
}

CHECK_CASE("normalize", "the channel is axis 1, whatever follows") {
  Draw draw;
  const std::vector<float> mean = {1, -2, 30};
  const std::vector<float> stddev = {2, 0.5, 10};
  for (const Shape& shape :
       {Shape{1, 3, 4}, Shape{2, 3, 2}, Shape{4, 3, 1, 2}, Shape{2, 3, 5, 2}, Shape{0, 3, 2}}) {
    for (const Layout layout : {Layout::contiguous, Layout::transposed, Layout::sliced}) {
      const Tensor x = random_tensor(draw, shape, layout);
      const Unchanged input{x};
      std::vector<double> expected;
      for_each_index(shape, [&](const Index& index) {
        const auto c = static_cast<std::size_t>(index[1]);
        const float value = x.data_ptr()[place(index, x.strides())];
        expected.push_back((static_cast<double>(value) - mean[c]) / stddev[c]);
      });
      expect_tensor(normalizer(mean, stddev, x).apply(x, nullptr), shape, expected, 1e-5, 1e-6,
                    "A line of `width` numbers belongs to one channel, the next line to the next "
                    "one, and after the last channel comes the first one of the next example.");
      input.check();
    }
  }
}

CHECK_CASE("normalize", "what becomes of an example does not depend on the rest of its batch") {
  const char* idea =
      "Use mean and stddev as they were given. They come from the training part, once; a batch has "
      "others.";
  const Normalize normalize({{1, 2}, {3, 4}});
  const Tensor alone = laid_out({1, 2}, {7, 10}, Layout::contiguous);
  const Tensor with = laid_out({3, 2}, {7, 10, 500, -500, 0, 0}, Layout::contiguous);
  current_call() = "Normalize of an example alone, and in a batch of 3";
  expect_tensor(normalize.apply(alone, nullptr), {1, 2}, {2, 2}, 1e-6, 1e-6, idea);
  expect_tensor(normalize.apply(with, nullptr).select(0, 0), {2}, {2, 2}, 1e-6, 1e-6, idea);
}

CHECK_CASE("normalize", "the batch it gets stays as it is") {
  const Tensor x = counting({2, 2, 3});
  const Unchanged input{x};
  const Tensor out = normalizer({1, 2}, {3, 4}, x).apply(x, nullptr);
  input.check("Write to `to`, never to the batch: it may be the dataset's own memory.");
  expect(!out.is_alias_of(x), "a storage of its own", "the storage of the batch",
         "Return the tensor that `to` points into.");
}

// crop

namespace {

// Element (c, row, column) of picture n with zeros around it.
float padded(const Tensor& x, std::int64_t padding, const Index& index) {
  const std::int64_t row = index[2] - padding;
  const std::int64_t column = index[3] - padding;
  if (row < 0 || row >= x.sizes()[2] || column < 0 || column >= x.sizes()[3]) {
    return 0;
  }
  return x.data_ptr()[place({index[0], index[1], row, column}, x.strides())];
}

// Where the window of picture n stands in the padded picture, or nothing if it is no window of it.
std::optional<std::pair<std::int64_t, std::int64_t>> window(const Tensor& out, const Tensor& x,
                                                            std::int64_t padding, std::int64_t n) {
  const std::int64_t down = x.sizes()[2] + 2 * padding - out.sizes()[2];
  const std::int64_t right = x.sizes()[3] + 2 * padding - out.sizes()[3];
  for (std::int64_t top = 0; top <= down; ++top) {
    for (std::int64_t left = 0; left <= right; ++left) {
      bool same = true;
      for_each_index({1, out.sizes()[1], out.sizes()[2], out.sizes()[3]}, [&](const Index& index) {
        same = same && out.data_ptr()[place({n, index[1], index[2], index[3]}, out.strides())] ==
                           padded(x, padding, {n, index[1], top + index[2], left + index[3]});
      });
      if (same) {
        return std::pair(top, left);
      }
    }
  }
  return std::nullopt;
}

// 1, 2, 3, ...: no number comes twice, and none is 0.
Tensor pictures(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(count_of(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i + 1);
  }
  return laid_out(shape, values, Layout::contiguous);
}

struct Crop {
  Shape pictures;
  std::int64_t height;
  std::int64_t width;
  std::int64_t padding;
};

Tensor crop(const Crop& of, const Tensor& x, Generator* chance) {
  current_call() = "RandomCrop(" + show(of.height) + ", " + show(of.width) + ", padding " +
                   show(of.padding) + ") of pictures of shape " + show(of.pictures) +
                   (chance == nullptr ? ", without chance" : "");
  return RandomCrop(of.height, of.width, of.padding).apply(x, chance);
}

using Places = std::map<std::pair<std::int64_t, std::int64_t>, double>;

// How often the windows stand where.
Places places(const Crop& of, Generator& generator) {
  const Tensor x = pictures(of.pictures);
  const Unchanged input{x};
  const Tensor out = crop(of, x, &generator);
  const Shape shape = {of.pictures[0], of.pictures[1], of.height, of.width};
  expect(out.sizes() == shape, "shape " + show(shape), "shape " + show(out.sizes()),
         "Return `out`.");
  input.check();
  Places counts;
  for (std::int64_t n = 0; n < of.pictures[0]; ++n) {
    const auto found = window(out, x, of.padding, n);
    if (!found) {
      const auto part = [&](const Tensor& all) {
        return "picture " + show(n) + ": " +
               show(laid_out(
                   {all.sizes()[1], all.sizes()[2], all.sizes()[3]},
                   [&] {
                     std::vector<float> values;
                     for_each_index({1, all.sizes()[1], all.sizes()[2], all.sizes()[3]},
                                    [&](Index index) {
                                      index[0] = n;
                                      values.push_back(all.data_ptr()[place(index, all.strides())]);
                                    });
                     return values;
                   }(),
                   Layout::contiguous));
      };
      throw Failure{
          "The window must lie inside the padded picture. In the picture itself its corner is "
          "padding_ rows and columns before that.",
          "a window of " + part(x), part(out)};
    }
    ++counts[*found];
  }
  return counts;
}

}  // namespace

CHECK_CASE("crop", "the result is a window of the padded picture, in all its channels") {
  Generator generator(seed());
  for (const Crop& of :
       {Crop{{3, 1, 4, 5}, 2, 3, 0}, Crop{{3, 2, 5, 3}, 4, 1, 0}, Crop{{3, 2, 2, 3}, 2, 3, 1},
        Crop{{20, 2, 2, 4}, 3, 4, 2}, Crop{{3, 1, 3, 3}, 3, 3, 0}, Crop{{0, 1, 3, 3}, 2, 2, 0}}) {
    places(of, generator);
  }
}

CHECK_CASE("crop", "every place comes, the first and the last as often as the others") {
  Generator generator(4);
  for (const Crop& of : {Crop{{1200, 1, 2, 3}, 1, 2, 0}, Crop{{1200, 1, 1, 2}, 1, 1, 0},
                         Crop{{1200, 1, 1, 2}, 3, 2, 1}, Crop{{1200, 1, 2, 1}, 1, 1, 0}}) {
    const std::int64_t down = of.pictures[2] + 2 * of.padding - of.height;
    const std::int64_t right = of.pictures[3] + 2 * of.padding - of.width;
    const Places counts = places(of, generator);
    const double expected = 1200 / static_cast<double>((down + 1) * (right + 1));
    for (std::int64_t top = 0; top <= down; ++top) {
      for (std::int64_t left = 0; left <= right; ++left) {
        const auto found = counts.find({top, left});
        const double count = found == counts.end() ? 0 : found->second;
        expect(std::fabs(count - expected) < 5 * std::sqrt(expected),
               "the place " + show(top) + ", " + show(left) + " about " + show(expected) + " times",
               show(count) + " times",
               "A window that can move by `down` rows can stand at down + 1 places, and "
               "randint(low, high) never gives high.");
      }
    }
  }
}

CHECK_CASE("crop", "each picture of a batch is cut at a place of its own") {
  Generator generator(5);
  const Places counts = places({{12, 1, 6, 6}, 3, 3, 0}, generator);
  expect(counts.size() > 3, "several places", show(static_cast<std::int64_t>(counts.size())),
         "Draw inside the loop, once for each picture.");
}

CHECK_CASE("crop", "without chance the window is in the middle") {
  for (const Crop& of : {Crop{{2, 1, 4, 5}, 2, 3, 0}, Crop{{2, 2, 3, 4}, 3, 4, 2},
                         Crop{{1, 1, 6, 3}, 2, 1, 1}, Crop{{1, 1, 4, 6}, 3, 5, 0}}) {
    const Tensor x = pictures(of.pictures);
    const Tensor out = crop(of, x, nullptr);
    const std::int64_t top = (of.pictures[2] + 2 * of.padding - of.height) / 2;
    const std::int64_t left = (of.pictures[3] + 2 * of.padding - of.width) / 2;
    std::vector<double> expected;
    for_each_index({of.pictures[0], of.pictures[1], of.height, of.width}, [&](const Index& index) {
      expected.push_back(static_cast<double>(
          padded(x, of.padding, {index[0], index[1], top + index[2], left + index[3]})));
    });
    expect_tensor(out, {of.pictures[0], of.pictures[1], of.height, of.width}, expected, 0, 0,
                  "Where chance is null, the corner is at down / 2 and right / 2.");
  }
}

CHECK_CASE("crop", "the same state of the generator cuts the same windows") {
  const Crop of{{8, 1, 6, 6}, 3, 3, 1};
  const Tensor x = pictures(of.pictures);
  Generator first(6);
  Generator second(6);
  const Tensor wanted = crop(of, x, &first);
  manual_seed(8);
  const Tensor found = crop(of, x, &second);
  const char* idea = "Draw from chance, and from nothing else.";
  expect(values_of(found) == values_of(wanted), "the same windows", "other windows", idea);
  expect(values_of(crop(of, x, &first)) != values_of(wanted), "other windows at the next call",
         "the same windows", idea);
}

// What the student measures.

namespace {

// 256 pictures of 28 by 28 numbers.
std::shared_ptr<TensorDataset> digits() {
  return std::make_shared<TensorDataset>(zeros({256, 1, 28, 28}), zeros({256}));
}

}  // namespace

MEASURE("batch-bytes") {
  const auto dataset = digits();
  DataLoader loader(dataset, {.batch_size = 64, .shuffle = true});
  const Memory memory;
  const std::optional<Example> batch = loader.next();
  return static_cast<double>(memory.live());
}

MEASURE("peak-bytes") {
  const auto dataset = digits();
  const auto steps = std::make_shared<Compose>(std::vector<std::shared_ptr<const Transform>>{
      std::make_shared<Normalize>(ChannelStatistics{{0.5F}, {0.25F}}),
      std::make_shared<RandomCrop>(28, 28, 4)});
  DataLoader loader(dataset,
                    {.batch_size = 64, .shuffle = true, .transform = steps, .augment = true});
  const std::int64_t before = memory_stats().live_bytes;
  reset_peak_memory();
  const std::optional<Example> batch = loader.next();
  return static_cast<double>(memory_stats().peak_bytes - before);
}

MEASURE("pairs-kept") {
  const Example set = moons(1000);
  Generator generator(1);
  Numbers x_order = up_to(1000);
  Numbers y_order = up_to(1000);
  shuffle(x_order, generator);
  shuffle(y_order, generator);
  double kept = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const float* target = set.target.data_ptr();
    kept += target[x_order[i]] == target[y_order[i]] ? 1 : 0;
  }
  return kept / 10;
}

MEASURE("seen") {
  // Draws with replacement, made of the student's shuffle: the first of each order.
  Generator generator(1);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 500; ++i) {
    Numbers order = up_to(500);
    shuffle(order, generator);
    seen.insert(order[0]);
  }
  return static_cast<double>(seen.size()) / 5;
}
