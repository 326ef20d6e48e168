#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/counters.h"
#include "engine/data/loader.h"
#include "engine/memory.h"
#include "engine/ops/elementwise.h"
#include "tests/engine/check.h"

using namespace tt;
using namespace tt::data;

namespace {

using Numbers = std::vector<std::int64_t>;

// Example i has the data 10 i, 10 i + 1 and the target i.
std::shared_ptr<TensorDataset> numbered(std::int64_t size) {
  Tensor x = empty({size, 2});
  Tensor y = empty({size});
  for (std::int64_t i = 0; i < size; ++i) {
    x.at({i, 0}) = static_cast<float>(10 * i);
    x.at({i, 1}) = static_cast<float>(10 * i + 1);
    y.at({i}) = static_cast<float>(i);
  }
  return std::make_shared<TensorDataset>(x, y);
}

// The same without a get_batch of its own.
class Slow : public Dataset {
 public:
  explicit Slow(std::int64_t size) : all_(numbered(size)) {}
  std::int64_t size() const override { return all_->size(); }
  Example get(std::int64_t index) const override { return all_->get(index); }

 private:
  std::shared_ptr<TensorDataset> all_;
};

Numbers whole(const Tensor& target) {
  Numbers numbers;
  for (float each : target.to_vector()) {
    numbers.push_back(static_cast<std::int64_t>(each));
  }
  return numbers;
}

// The targets that an epoch gives, batch by batch.
std::vector<Numbers> epoch_of(DataLoader& loader) {
  std::vector<Numbers> batches;
  for (const Example& batch : loader) {
    batches.push_back(whole(batch.target));
  }
  return batches;
}

Numbers flat(const std::vector<Numbers>& batches) {
  Numbers all;
  for (const Numbers& each : batches) {
    all.insert(all.end(), each.begin(), each.end());
  }
  return all;
}

Numbers up_to(std::int64_t size) {
  Numbers numbers(static_cast<std::size_t>(size));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// The chi-square of orders of 4 numbers against 24 equally likely ones: 23 on average, and above 70
// about once in a million times.
double chi_square(const std::vector<Numbers>& orders) {
  std::map<Numbers, double> counts;
  for (const Numbers& each : orders) {
    counts[each] += 1;
  }
  const double expected = static_cast<double>(orders.size()) / 24;
  double total = (24 - static_cast<double>(counts.size())) * expected;
  for (const auto& [order, count] : counts) {
    total += (count - expected) * (count - expected) / expected;
  }
  return total;
}

Tensor pictures(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  return arange(1, static_cast<double>(n * c * h * w + 1)).reshape({n, c, h, w});
}

}  // namespace

TEST_CASE("gather_rows copies rows in order, from any layout") {
  const Tensor x = arange(12).reshape({4, 3});
  CHECK(gather_rows(x, {2, 0, 2}).to_vector() == std::vector<float>{6, 7, 8, 0, 1, 2, 6, 7, 8});
  CHECK(gather_rows(x.transpose(0, 1), {2}).to_vector() == std::vector<float>{2, 5, 8, 11});
  CHECK(gather_rows(arange(5), {4, 1}).sizes() == Shape{2});
  CHECK(gather_rows(x, {}).sizes() == Shape{0, 3});
  CHECK(gather_rows(zeros({3, 0, 2}), {1, 1}).sizes() == Shape{2, 0, 2});
  CHECK(gather_rows(arange(24).reshape({2, 3, 2, 2}), {1}).sizes() == Shape{1, 3, 2, 2});
  CHECK_REFUSES(gather_rows(x, {4}), "[gather_rows]");
  CHECK_REFUSES(gather_rows(x, {-1}), "[gather_rows]");
  CHECK_REFUSES(gather_rows(full({}, 1), {}), "[gather_rows]");
  CHECK_REFUSES(gather_rows(Tensor(), {0}), "[gather_rows]");
  CHECK_REFUSES(gather_rows(zeros({0, 2}), {0}), "[gather_rows]");
}

TEST_CASE("a batch shares no memory with its dataset") {
  const Tensor x = arange(6).reshape({3, 2});
  const TensorDataset dataset(x, arange(3));
  CHECK(dataset.get(1).data.is_alias_of(x));  // an example may
  const Example batch = dataset.get_batch({0, 1, 2});
  CHECK(!batch.data.is_alias_of(x));
  batch.data.select(0, 0).copy_(full({}, 99));
  CHECK(x.at({0, 0}) == 0);
}

TEST_CASE("gathering gives what collating gives, and copies each number once") {
  const auto fast = numbered(9);
  const Slow slow(9);
  const Numbers indices = {8, 0, 3, 3};
  reset_counters();
  const std::int64_t blocks = memory_stats().allocations;
  const Example a = fast->get_batch(indices);
  CHECK(memory_stats().allocations == blocks + 2);
  CHECK(counters().bytes_read == 4 * (4 * 2 + 4));
  CHECK(counters().bytes_written == 4 * (4 * 2 + 4));
  const Example b = slow.get_batch(indices);
  CHECK(a.data.sizes() == b.data.sizes());
  CHECK(a.target.sizes() == b.target.sizes());
  CHECK(a.data.to_vector() == b.data.to_vector());
  CHECK(a.target.to_vector() == b.target.to_vector());
}

TEST_CASE("collate stacks examples of one shape, and refuses the rest") {
  const Example batch = collate({{arange(6).reshape({2, 3}), full({}, 1)},
                                 {arange(6).reshape({3, 2}).transpose(0, 1), full({}, 2)}});
  CHECK(batch.data.sizes() == Shape{2, 2, 3});
  CHECK(batch.data.to_vector() == std::vector<float>{0, 1, 2, 3, 4, 5, 0, 2, 4, 1, 3, 5});
  CHECK(batch.target.sizes() == Shape{2});
  CHECK(batch.target.to_vector() == std::vector<float>{1, 2});
  CHECK_REFUSES(collate({}), "[collate]");
  CHECK_REFUSES(collate({{arange(2), full({}, 1)}, {arange(1), full({}, 1)}}), "example 1");
  CHECK_REFUSES(collate({{arange(2), full({}, 1)}, {arange(2), arange(1)}}), "example 1");
  CHECK_REFUSES(collate({{arange(2), Tensor()}}), "[collate]");
}

TEST_CASE("datasets refuse what is not in them") {
  const auto dataset = numbered(3);
  CHECK_REFUSES(dataset->get(3), "[get]");
  CHECK_REFUSES(dataset->get(-1), "[get]");
  CHECK_REFUSES(dataset->get_batch({3}), "index 3");
  CHECK_REFUSES(TensorDataset(arange(3), arange(4)), "[TensorDataset]");
  CHECK_REFUSES(TensorDataset(full({}, 1), full({}, 1)), "[TensorDataset]");
  CHECK_REFUSES(TensorDataset(Tensor(), arange(1)), "[TensorDataset]");
  CHECK_REFUSES(Subset(dataset, {0, 3}), "[Subset]");
  CHECK_REFUSES(Subset(nullptr, {}), "[Subset]");
  const Subset subset(dataset, {2});
  CHECK_REFUSES(subset.get(1), "[get]");
  CHECK_REFUSES(subset.get_batch({0, 1}), "[get_batch]");
}

TEST_CASE("a dataset may have no examples") {
  DataLoader loader(numbered(0), {.batch_size = 4, .shuffle = true});
  CHECK(loader.size() == 0);
  CHECK(!loader.next().has_value());
  CHECK(loader.state().epoch == 1);
}

TEST_CASE("a subset counts anew, also one of a subset") {
  const auto middle = std::make_shared<Subset>(numbered(10), Numbers{7, 5, 3, 1});
  const Subset inner(middle, {3, 0});
  CHECK(inner.size() == 2);
  CHECK(inner.get(0).target.item() == 1);
  CHECK(inner.get(1).target.item() == 7);
  CHECK(whole(inner.get_batch({1, 0, 1}).target) == Numbers{7, 1, 7});
}

TEST_CASE("each order of a shuffle is equally likely") {
  Generator generator(1);
  std::vector<Numbers> orders;
  for (int i = 0; i < 10000; ++i) {
    Numbers order = up_to(4);
    shuffle(order, generator);
    orders.push_back(order);
  }
  CHECK(chi_square(orders) < 70);
}

TEST_CASE("each order of an epoch is equally likely, over epochs and over seeds") {
  std::vector<Numbers> epochs;
  std::vector<Numbers> seeds;
  DataLoader loader(numbered(4), {.batch_size = 4, .shuffle = true, .seed = 5});
  for (std::uint64_t i = 0; i < 10000; ++i) {
    epochs.push_back(flat(epoch_of(loader)));
    DataLoader other(numbered(4), {.batch_size = 4, .shuffle = true, .seed = i});
    seeds.push_back(flat(epoch_of(other)));
  }
  CHECK(chi_square(epochs) < 70);
  CHECK(chi_square(seeds) < 70);
  // Neighbours know nothing of each other: in how many places two orders agree is 1 on average.
  double agree = 0;
  for (std::size_t i = 0; i + 1 < epochs.size(); ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      agree += epochs[i][k] == epochs[i + 1][k] ? 1 : 0;
    }
  }
  CHECK(std::fabs(agree / 9999 - 1) < 0.05);
}

TEST_CASE("a shuffle keeps whatever numbers it gets") {
  Generator generator(1);
  Numbers order = {5, -2, 5, 900};
  shuffle(order, generator);
  CHECK(sorted(order) == Numbers{-2, 5, 5, 900});
}

TEST_CASE("the engine's own shuffle is the same algorithm") {
  Numbers ours = up_to(100);
  Numbers given = up_to(100);
  Generator a(3);
  Generator b(3);
  shuffle(ours, a);
  b.shuffle(given);
  CHECK(ours == given);
}

TEST_CASE("random_split is disjoint and complete, and the seed decides") {
  const auto dataset = numbered(103);
  const auto parts = random_split(dataset, {80, 0, 23}, 4);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0]->size() == 80);
  CHECK(parts[1]->size() == 0);
  CHECK(parts[2]->size() == 23);
  Numbers all = parts[0]->indices();
  CHECK(all != up_to(80));
  all.insert(all.end(), parts[2]->indices().begin(), parts[2]->indices().end());
  CHECK(sorted(all) == up_to(103));
  CHECK(random_split(dataset, {80, 0, 23}, 4)[0]->indices() == parts[0]->indices());
  // The last part is no less mixed than the first.
  CHECK(parts[2]->indices() != sorted(parts[2]->indices()));
  CHECK(*std::min_element(parts[2]->indices().begin(), parts[2]->indices().end()) < 80);
  CHECK(random_split(dataset, {80, 0, 23}, 5)[0]->indices() != parts[0]->indices());
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK_REFUSES(random_split(dataset, {80, 22}), "[random_split]");
  CHECK_REFUSES(random_split(dataset, {80, 24}), "[random_split]");
  CHECK_REFUSES(random_split(dataset, {104, -1}), "[random_split]");
  CHECK_REFUSES(random_split(dataset, {most, most, 105}), "[random_split]");
  CHECK_REFUSES(random_split(nullptr, {}), "[random_split]");
}

TEST_CASE("an epoch gives every example once, in size() batches") {
  for (const std::int64_t count : {0, 1, 5, 8, 9}) {
    for (const std::int64_t batch_size : {1, 2, 4, 8, 100}) {
      for (const bool shuffle : {false, true}) {
        for (const bool drop_last : {false, true}) {
          CAPTURE(count);
          CAPTURE(batch_size);
          DataLoader loader(numbered(count),
                            {.batch_size = batch_size, .shuffle = shuffle, .drop_last = drop_last});
          const std::vector<Numbers> batches = epoch_of(loader);
          CHECK(static_cast<std::int64_t>(batches.size()) == loader.size());
          const std::int64_t left = count % batch_size;
          for (std::size_t i = 0; i < batches.size(); ++i) {
            const bool last = i + 1 == batches.size() && left != 0 && !drop_last;
            CHECK(static_cast<std::int64_t>(batches[i].size()) == (last ? left : batch_size));
          }
          Numbers all = flat(batches);
          CHECK(static_cast<std::int64_t>(all.size()) == (drop_last ? count - left : count));
          if (!shuffle) {
            CHECK(all == up_to(static_cast<std::int64_t>(all.size())));
          }
          all = sorted(all);
          CHECK(std::unique(all.begin(), all.end()) == all.end());
        }
      }
    }
  }
}

TEST_CASE("data and targets stay together") {
  for (const bool fast : {true, false}) {
    const std::shared_ptr<const Dataset> dataset =
        fast ? std::shared_ptr<const Dataset>(numbered(37)) : std::make_shared<Slow>(37);
    DataLoader loader(dataset, {.batch_size = 8, .shuffle = true, .seed = 2});
    for (const Example& batch : loader) {
      for (std::int64_t i = 0; i < batch.target.size(0); ++i) {
        CHECK(batch.data.at({i, 0}) == 10 * batch.target.at({i}));
        CHECK(batch.data.at({i, 1}) == 10 * batch.target.at({i}) + 1);
      }
    }
  }
}

TEST_CASE("every epoch has another order, and the seed decides about all of them") {
  DataLoader loader(numbered(50), {.batch_size = 7, .shuffle = true, .seed = 3});
  DataLoader same(numbered(50), {.batch_size = 50, .shuffle = true, .seed = 3});
  DataLoader other(numbered(50), {.batch_size = 7, .shuffle = true, .seed = 4});
  std::vector<Numbers> orders;
  for (int epoch = 0; epoch < 4; ++epoch) {
    CHECK(loader.state().epoch == epoch);
    const Numbers order = flat(epoch_of(loader));
    CHECK(flat(epoch_of(same)) == order);
    CHECK(flat(epoch_of(other)) != order);
    for (const Numbers& earlier : orders) {
      CHECK(order != earlier);
    }
    orders.push_back(order);
  }
  loader.set_epoch(2);
  CHECK(flat(epoch_of(loader)) == orders[2]);
  loader.next();
  loader.set_epoch(1);  // in the middle of an epoch
  CHECK(flat(epoch_of(loader)) == orders[1]);
  CHECK_REFUSES(loader.set_epoch(-1), "[set_epoch]");
  loader.set_epoch(1);
  other.set_epoch(0);
  CHECK(loader.order() != other.order());  // seed 3, epoch 1 and seed 4, epoch 0
  DataLoader plain(numbered(50), {.batch_size = 7, .seed = 3});
  const Generator::State first = plain.state().generator;
  plain.set_epoch(2);
  CHECK(plain.order() == up_to(50));
  CHECK(!(plain.state().generator == first));
}

TEST_CASE("a batch stays as it is when the next one comes, and costs its own bytes only") {
  DataLoader loader(numbered(10), {.batch_size = 4});
  const Example first = *loader.next();
  const Example second = *loader.next();
  CHECK(whole(first.target) == Numbers{0, 1, 2, 3});
  CHECK(whole(second.target) == Numbers{4, 5, 6, 7});
  DataLoader another(numbered(10), {.batch_size = 4});
  const std::int64_t before = memory_stats().live_bytes;
  reset_peak_memory();
  for (const Example& batch : another) {
    CHECK(memory_stats().live_bytes == before + 4 * (batch.data.numel() + batch.target.numel()));
  }
  CHECK(memory_stats().peak_bytes == before + 4 * (8 + 4));
  CHECK(memory_stats().live_bytes == before);
}

TEST_CASE("a batch has no gradient , whatever its dataset has") {
  Tensor x = arange(8).reshape({4, 2});
  x.requires_grad_();
  const auto fast = std::make_shared<TensorDataset>(mul(x, full({}, 2)), arange(4));
  struct Own : Dataset {
    Tensor x;
    std::int64_t size() const override { return x.size(0); }
    Example get(std::int64_t index) const override {
      return {x.select(0, index), full({}, static_cast<float>(index))};
    }
  };
  const auto own = std::make_shared<Own>();
  own->x = mul(x, full({}, 2));
  DataLoader a(fast, {.batch_size = 2});
  DataLoader b(own, {.batch_size = 2});
  for (const Example& batch : a) {
    CHECK(!batch.data.requires_grad());
    CHECK(batch.data.is_leaf());
  }
  for (const Example& batch : b) {
    CHECK(!batch.data.requires_grad());
  }
}

TEST_CASE("what cannot be a loader is refused") {
  CHECK_REFUSES(DataLoader(numbered(3), {.batch_size = 0}), "[DataLoader]");
  CHECK_REFUSES(DataLoader(numbered(3), {.batch_size = -2}), "[DataLoader]");
  CHECK_REFUSES(DataLoader(nullptr), "[DataLoader]");
}

TEST_CASE("a loader goes on from any state bit by bit") {
  const auto dataset = std::make_shared<TensorDataset>(pictures(11, 2, 4, 5), arange(11));
  const auto transform = std::make_shared<Compose>(std::vector<std::shared_ptr<const Transform>>{
      std::make_shared<RandomHorizontalFlip>(), std::make_shared<RandomCrop>(4, 5, 2)});
  const DataLoaderOptions options{
      .batch_size = 3, .shuffle = true, .seed = 8, .transform = transform, .augment = true};
  // Where one stands that has been asked so often: in epoch 0, at its end, in epoch 1, in 2.
  for (int asked = 0; asked < 14; ++asked) {
    CAPTURE(asked);
    DataLoader whole_run(dataset, options);
    for (int i = 0; i < asked; ++i) {
      whole_run.next();
    }
    const LoaderState state = whole_run.state();
    DataLoader resumed(dataset, options);
    resumed.next();
    resumed.set_state(state);
    CHECK(resumed.state() == state);
    for (int i = 0; i < 12; ++i) {
      const std::optional<Example> wanted = whole_run.next();
      const std::optional<Example> found = resumed.next();
      REQUIRE(wanted.has_value() == found.has_value());
      if (wanted.has_value()) {
        CHECK(wanted->data.to_vector() == found->data.to_vector());
        CHECK(wanted->target.to_vector() == found->target.to_vector());
      }
    }
  }
}

TEST_CASE("a state that cannot be is refused, and the loader stays where it is") {
  DataLoader loader(numbered(10), {.batch_size = 4, .shuffle = true});
  loader.next();
  const LoaderState before = loader.state();
  for (LoaderState wrong : {LoaderState{-1, 0, {}}, LoaderState{0, -1, {}}, LoaderState{0, 11, {}},
                            LoaderState{0, 0, {0, 2}}}) {
    CHECK_REFUSES(loader.set_state(wrong), "[set_state]");
    CHECK(loader.state() == before);
  }
}

TEST_CASE("statistics are those of the examples that the dataset shows") {
  // Channel 0: 1, 3 and 5, 7; channel 1: always 4.
  const Tensor x = from_vector({1, 3, 4, 4, 5, 7, 4, 4, 1000, 2000, -1000, -2000}, {3, 2, 2});
  const auto all = std::make_shared<TensorDataset>(x, arange(3));
  const ChannelStatistics train = channel_statistics(Subset(all, {0, 1}));
  CHECK(train.mean == std::vector<float>{4, 4});
  CHECK(train.stddev[0] == doctest::Approx(std::sqrt(5.0)));
  CHECK(train.stddev[1] == 1);
  CHECK(channel_statistics(*all).mean[0] > 500);
  CHECK_REFUSES(channel_statistics(Subset(all, {})), "[channel_statistics]");
  CHECK_REFUSES(channel_statistics(TensorDataset(arange(3), arange(3))), "[channel_statistics]");
  CHECK_REFUSES(channel_statistics(TensorDataset(zeros({3, 0}), arange(3))),
                "[channel_statistics]");
}

TEST_CASE("statistics keep their digits far from 0") {
  Tensor x = empty({1000, 1});
  for (std::int64_t i = 0; i < 1000; ++i) {
    x.at({i, 0}) = 100000 + static_cast<float>(i % 2);
  }
  const ChannelStatistics statistics = channel_statistics(TensorDataset(x, arange(1000)));
  CHECK(statistics.mean[0] == doctest::Approx(100000.5));
  CHECK(statistics.stddev[0] == 0.5F);
}

TEST_CASE("Normalize makes mean 0 and deviation 1 of what its statistics come from") {
  Tensor x = empty({50, 3, 4});
  Generator generator(1);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr()[i] = generator.normal(5, static_cast<float>(1 + i / 4 % 3));
  }
  const std::vector<float> before = x.to_vector();
  const Normalize normalize(channel_statistics(TensorDataset(x, arange(50))));
  const Tensor out = normalize.apply(x.transpose(0, 2).contiguous().transpose(0, 2), nullptr);
  CHECK(x.to_vector() == before);
  const ChannelStatistics after = channel_statistics(TensorDataset(out, arange(50)));
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(std::fabs(after.mean[c]) < 1e-6F);
    CHECK(std::fabs(after.stddev[c] - 1) < 1e-6F);
  }
  const Tensor same = normalize.apply(x, nullptr);
  CHECK(x.to_vector() == before);
  CHECK(!same.is_alias_of(x));
  CHECK(normalize.apply(zeros({0, 3, 4}), nullptr).sizes() == Shape{0, 3, 4});
  CHECK_REFUSES(normalize.apply(zeros({2, 4, 3}), nullptr), "[Normalize]");
  CHECK_REFUSES(normalize.apply(zeros({3}), nullptr), "[Normalize]");
  CHECK_REFUSES(Normalize({{}, {}}), "[Normalize]");
  CHECK_REFUSES(Normalize({{0, 0}, {1}}), "[Normalize]");
  CHECK_REFUSES(Normalize({{0}, {0}}), "[Normalize]");
  CHECK_REFUSES(Normalize({{NAN}, {1}}), "[Normalize]");
}

TEST_CASE("a flip turns about p of the pictures, all channels of one together") {
  const Tensor x = pictures(4000, 2, 2, 3);
  const Tensor source = x.clone();
  Generator generator(1);
  for (const double p : {0.0, 0.3, 1.0}) {
    const Tensor out = RandomHorizontalFlip(p).apply(x, &generator);
    double turned = 0;
    for (std::int64_t n = 0; n < 4000; ++n) {
      const bool is_turned = out.at({n, 0, 0, 0}) != x.at({n, 0, 0, 0});
      turned += is_turned ? 1 : 0;
      for (std::int64_t c = 0; c < 2; ++c) {
        for (std::int64_t h = 0; h < 2; ++h) {
          for (std::int64_t w = 0; w < 3; ++w) {
            REQUIRE(out.at({n, c, h, w}) == x.at({n, c, h, is_turned ? 2 - w : w}));
          }
        }
      }
    }
    CHECK(std::fabs(turned - 4000 * p) <= 5 * std::sqrt(4000 * p * (1 - p)));
  }
  CHECK(RandomHorizontalFlip(1).apply(x, nullptr).to_vector() == source.to_vector());
  CHECK(x.to_vector() == source.to_vector());
  CHECK_REFUSES(RandomHorizontalFlip(1.5), "[RandomHorizontalFlip]");
  CHECK_REFUSES(RandomHorizontalFlip().apply(zeros({2, 3, 4}), nullptr), "[RandomHorizontalFlip]");
}

TEST_CASE("a crop is a window of the padded picture, and every place comes equally often") {
  constexpr std::int64_t count = 6000;
  const Tensor x = pictures(count, 2, 3, 4);
  const std::vector<float> before = x.to_vector();
  const RandomCrop crop(4, 3, 1);  // at 2 rows by 4 columns
  Generator generator(2);
  const Tensor out = crop.apply(x, &generator);
  CHECK(x.to_vector() == before);
  REQUIRE(out.sizes() == Shape{count, 2, 4, 3});
  const auto padded = [&](std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
    return h < 1 || h > 3 || w < 1 || w > 4 ? 0.0F : x.at({n, c, h - 1, w - 1});
  };
  std::array<double, 8> places{};
  for (std::int64_t n = 0; n < count; ++n) {
    int fits = 0;
    for (std::int64_t place = 0; place < 8; ++place) {
      bool same = true;
      for (std::int64_t i = 0; i < 24 && same; ++i) {
        const std::int64_t c = i / 12;
        const std::int64_t h = i / 3 % 4;
        const std::int64_t w = i % 3;
        same = out.at({n, c, h, w}) == padded(n, c, place / 4 + h, place % 4 + w);
      }
      fits += same ? 1 : 0;
      places[static_cast<std::size_t>(place)] += same ? 1 : 0;
    }
    REQUIRE(fits == 1);
  }
  for (double each : places) {
    CHECK(std::fabs(each - 750) < 5 * std::sqrt(750.0));
  }
}

TEST_CASE("without chance a crop is the middle") {
  const Tensor x = pictures(1, 1, 4, 5);
  CHECK(RandomCrop(2, 3).apply(x, nullptr).to_vector() == std::vector<float>{7, 8, 9, 12, 13, 14});
  CHECK(RandomCrop(4, 5, 3).apply(x, nullptr).to_vector() == x.to_vector());
  CHECK(RandomCrop(4, 4).apply(x, nullptr).at({0, 0, 0, 0}) == 1);  // rounded to the left
  CHECK(RandomCrop(6, 7, 1).apply(x, nullptr).at({0, 0, 1, 1}) == 1);
  CHECK_REFUSES(RandomCrop(7, 5, 1).apply(x, nullptr), "[RandomCrop]");
  CHECK_REFUSES(RandomCrop(4, 8, 1).apply(x, nullptr), "[RandomCrop]");
  CHECK_REFUSES(RandomCrop(0, 1), "[RandomCrop]");
  CHECK_REFUSES(RandomCrop(1, 1, -1), "[RandomCrop]");
}

TEST_CASE("a window far outside the picture is empty") {
  const Tensor x = pictures(1, 1, 2, 2);
  for (const std::int64_t place : {-5, -3, 2, 7}) {
    Tensor out = full({1, 1, 3, 3}, 9);
    kernel::copy_window(out, x, 0, place, 0);
    CHECK(out.to_vector() == std::vector<float>(9, 0));
    out = full({1, 1, 3, 3}, 9);
    kernel::copy_window(out, x, 0, 0, place);
    CHECK(out.to_vector() == std::vector<float>(9, 0));
  }
}

TEST_CASE("a loader leaves nothing to chance unless it is told to augment") {
  const auto dataset = std::make_shared<TensorDataset>(pictures(4, 1, 3, 3), arange(4));
  const auto flip = std::make_shared<RandomHorizontalFlip>(1);
  DataLoader evaluation(dataset, {.batch_size = 4, .transform = flip});
  DataLoader training(dataset, {.batch_size = 4, .transform = flip, .augment = true});
  DataLoader shuffled(dataset, {.batch_size = 4, .shuffle = true, .transform = flip});
  for (const Example& batch : shuffled) {
    for (std::int64_t i = 0; i < 4; ++i) {
      CHECK(batch.data.at({i, 0, 0, 0}) == 9 * batch.target.at({i}) + 1);
    }
  }
  const Generator::State before = training.state().generator;
  training.next();
  CHECK(!(training.state().generator == before));
  training.set_epoch(0);
  CHECK(evaluation.next()->data.at({0, 0, 0, 0}) == 1);
  CHECK(training.next()->data.at({0, 0, 0, 0}) == 3);
  CHECK(dataset->get(0).data.at({0, 0, 0}) == 1);
  CHECK_REFUSES(Compose({nullptr}), "[Compose]");
}

TEST_CASE("Compose goes from the first to the last") {
  const auto normalize = std::make_shared<Normalize>(ChannelStatistics{.mean = {1}, .stddev = {1}});
  const auto crop = std::make_shared<RandomCrop>(3, 3, 1);
  const Tensor x = full({1, 1, 1, 1}, 5);
  CHECK(Compose({normalize, crop}).apply(x, nullptr).at({0, 0, 0, 0}) == 0);
  CHECK(Compose({crop, normalize}).apply(x, nullptr).at({0, 0, 0, 0}) == -1);
  CHECK(Compose({}).apply(x, nullptr).is_alias_of(x));
}
