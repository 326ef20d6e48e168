#include "engine/nn/layers.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/autograd/engine.h"
#include "engine/counters.h"
#include "engine/memory.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/operators.h"
#include "engine/random.h"
#include "engine/record.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_layers.h"

using namespace tt;
using nn::Module;
using nn::NamedTensor;

namespace {

// The storage that make_golden_layers.py uses.
std::shared_ptr<Storage> golden_storage(std::int64_t size) {
  auto storage = std::make_shared<Storage>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    storage->data()[i] = static_cast<float>(7 * i % 11 - 5) / 2;
  }
  return storage;
}

// Sets parameter number k as make_golden_layers.py does.
void fill(const std::vector<Tensor>& parameters) {
  const NoGradGuard guard;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    std::vector<float> values(static_cast<std::size_t>(parameters[k].numel()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(static_cast<int>((5 * i + k) % 13) - 6) / 8;
    }
    Tensor(parameters[k]).copy_(from_vector(values, parameters[k].sizes()));
  }
}

void check_values(const Tensor& out, const std::vector<float>& expected) {
  const std::vector<float> found = out.to_vector();
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("element ", i);
    CHECK(std::fabs(found[i] - expected[i]) <= 1e-6F + 1e-6F * std::fabs(expected[i]));
  }
}

std::vector<std::string> names_of(const std::vector<NamedTensor>& list) {
  std::vector<std::string> names;
  for (const NamedTensor& each : list) {
    names.push_back(each.name);
  }
  return names;
}

// The root of the mean square, and the largest distance from 0.
double rms(const Tensor& x) {
  double total = 0;
  for (float each : x.to_vector()) {
    total += static_cast<double>(each) * each;
  }
  return std::sqrt(total / static_cast<double>(x.numel()));
}

double largest(const Tensor& x) {
  double most = 0;
  for (float each : x.to_vector()) {
    most = std::max(most, std::fabs(static_cast<double>(each)));
  }
  return most;
}

std::shared_ptr<Module> network(const std::string& name) {
  using std::make_shared;
  using namespace nn;
  using List = std::vector<std::shared_ptr<Module>>;
  if (name == "plain") {
    return make_shared<Sequential>(
        List{make_shared<Linear>(3, 4), make_shared<ReLU>(), make_shared<Linear>(4, 2)});
  }
  if (name == "nested") {
    auto inmost = make_shared<Sequential>(List{make_shared<Linear>(3, 2), make_shared<Sigmoid>()});
    auto inner = make_shared<Sequential>(List{make_shared<Tanh>(), inmost});
    return make_shared<Sequential>(List{make_shared<Linear>(3, 3, false), inner,
                                        make_shared<GELU>(), make_shared<Linear>(2, 1)});
  }
  if (name == "empty") {
    return make_shared<Sequential>(List{make_shared<Sequential>(), make_shared<ReLU>()});
  }
  if (name == "shared") {
    auto shared = make_shared<Linear>(3, 3);
    return make_shared<Sequential>(
        List{shared, make_shared<GELU>(GeluApproximation::tanh), shared});
  }
  throw std::logic_error("golden_layers.h names an unknown network: " + name);
}

// A module with one of everything.
struct Block : Module {
  Block() {
    scale = register_parameter("scale", ones({2}));
    steps = register_buffer("steps", zeros({}));
    linear = register_module("linear", std::make_shared<nn::Linear>(2, 2));
  }
  Tensor forward(const Tensor& x) override { return mul(linear->forward(x), scale); }

  Tensor scale;
  Tensor steps;
  std::shared_ptr<nn::Linear> linear;
};

struct Counting : Listener {
  Counting() { add_listener(*this); }
  ~Counting() override { remove_listener(*this); }
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;
  void operation(const Operation& operation) override { names.emplace_back(operation.name); }
  void in_place(const char* name, const Tensor&, const Tensor&) override {
    names.emplace_back(name);
  }
  void parameter(const char* name, Tensor&) override { parameters.emplace_back(name); }

  std::vector<std::string> names;
  std::vector<std::string> parameters;
};

}  // namespace

TEST_CASE("linear gives what PyTorch gives, for every rank and every layout") {
  for (const golden::LinearCase& each : golden::linear_cases) {
    CAPTURE(to_string(each.sizes));
    CAPTURE(each.out_features);
    const std::int64_t in_features = each.sizes.back();
    nn::Linear layer(in_features, each.out_features, each.bias);
    fill(layer.parameters());
    const Tensor x(golden_storage(2 * numel(each.sizes) + 8), each.sizes, each.strides,
                   each.offset);
    const Tensor y = layer(x);
    CHECK(y.sizes() == each.result);
    check_values(y, each.values);
  }
}

TEST_CASE("Linear on (batch, time, features) keeps the leading axes: (2,10,128) -> (2,10,V)") {
  nn::Linear head(128, 65);
  const Tensor x = nn::init::normal_(empty({2, 10, 128}), 0, 1);
  const Tensor y = head(x);
  CHECK(y.sizes() == Shape{2, 10, 65});
  // Each place of each text by itself.
  for (std::int64_t batch = 0; batch < 2; ++batch) {
    for (std::int64_t time = 0; time < 10; ++time) {
      const Tensor alone = head(x.select(0, batch).select(0, time));
      CHECK(alone.sizes() == Shape{65});
      check_values(y.select(0, batch).select(0, time), alone.to_vector());
    }
  }
}

TEST_CASE("linear refuses what does not fit, and names it") {
  nn::Linear layer(5, 2);
  CHECK_REFUSES(layer(zeros({4, 3})), "[linear] got x of shape (4, 3)");
  CHECK_REFUSES(layer(zeros({4, 3})), "Linear, 5");
  CHECK_REFUSES(layer(zeros({5, 4})), "(5, 4)");
  CHECK_REFUSES(layer(zeros({1})), "(1,)");  // would broadcast
  CHECK_REFUSES(layer(zeros({})), "()");
  CHECK_REFUSES(layer(Tensor()), "[linear] got an undefined tensor");
  CHECK_REFUSES(nn::functional::linear(zeros({3}), zeros({3})), "weight of shape (3,)");
  CHECK_REFUSES(nn::functional::linear(zeros({3}), zeros({2, 3}), zeros({1})),
                "bias of shape (1,)");
  CHECK_REFUSES(nn::Linear(0, 2), "[Linear] got in_features 0");
  CHECK_REFUSES(nn::Linear(2, -1), "out_features -1");
}

TEST_CASE("linear counts 2 * rows * in * out operations, and one addition for each output") {
  nn::Linear with(30, 20);
  nn::Linear without(30, 20, false);
  const Tensor x = zeros({7, 30});
  reset_counters();
  with(x);
  CHECK(counters().flops == 2 * 7 * 30 * 20 + 7 * 20);
  reset_counters();
  without(x);
  CHECK(counters().flops == 2 * 7 * 30 * 20);
}

TEST_CASE("a new Linear begins with the bounds that PyTorch's has") {
  for (const golden::LinearBound& each : golden::linear_bounds) {
    CAPTURE(each.in_features);
    manual_seed(1);
    nn::Linear layer(each.in_features, 2000 / each.in_features + 100);
    CHECK(largest(layer.weight) <= each.weight * 1.000001);
    CHECK(largest(layer.weight) >= each.weight * 0.95);
    CHECK(largest(layer.bias) <= each.bias * 1.000001);
    CHECK(largest(layer.bias) >= each.bias * 0.95);
    CHECK(std::fabs(rms(layer.weight) * std::sqrt(3.0) / each.weight - 1) < 0.05);
  }
}

TEST_CASE("two layers begin differently, and the same seed begins the same") {
  manual_seed(3);
  nn::Linear first(6, 5);
  nn::Linear second(6, 5);
  manual_seed(3);
  nn::Linear again(6, 5);
  manual_seed(4);
  nn::Linear other(6, 5);
  CHECK(first.weight.to_vector() == again.weight.to_vector());
  CHECK(first.bias.to_vector() == again.bias.to_vector());
  CHECK(first.weight.to_vector() != second.weight.to_vector());
  CHECK(first.weight.to_vector() != other.weight.to_vector());
  CHECK(first.bias.to_vector() != second.bias.to_vector());
}

TEST_CASE("initialisations have the spread that PyTorch's have") {
  using namespace nn::init;
  for (const golden::InitCase& each : golden::init_cases) {
    CAPTURE(to_string(each.sizes));
    CAPTURE(each.a);
    const Tensor sample = empty(each.sizes);
    const Fans fans = calculate_fan_in_and_fan_out(sample);
    CHECK(fans.in == each.fan_in);
    CHECK(fans.out == each.fan_out);
    // Many weights of this shape, so that the spread can be measured.
    manual_seed(2);
    const std::int64_t rounds = 1 + 20000 / sample.numel();
    double squares[4] = {};
    double most[2] = {};
    for (std::int64_t i = 0; i < rounds; ++i) {
      const Tensor drawn[] = {
          kaiming_uniform_(empty(each.sizes), each.a), xavier_uniform_(empty(each.sizes)),
          kaiming_normal_(empty(each.sizes), each.a), xavier_normal_(empty(each.sizes))};
      for (int k = 0; k < 4; ++k) {
        squares[k] += std::pow(rms(drawn[k]), 2) / static_cast<double>(rounds);
      }
      most[0] = std::max(most[0], largest(drawn[0]));
      most[1] = std::max(most[1], largest(drawn[1]));
    }
    CHECK(most[0] <= each.kaiming_bound * 1.000001);
    CHECK(most[0] >= each.kaiming_bound * 0.999);
    CHECK(most[1] <= each.xavier_bound * 1.000001);
    CHECK(most[1] >= each.xavier_bound * 0.999);
    CHECK(std::fabs(std::sqrt(squares[0]) / each.kaiming_stddev - 1) < 0.02);
    CHECK(std::fabs(std::sqrt(squares[1]) / each.xavier_stddev - 1) < 0.02);
    CHECK(std::fabs(std::sqrt(squares[2]) / each.kaiming_stddev - 1) < 0.02);
    CHECK(std::fabs(std::sqrt(squares[3]) / each.xavier_stddev - 1) < 0.02);
  }
}

TEST_CASE("initialisations fill any layout, tell the storage, and refuse nonsense") {
  using namespace nn::init;
  const Tensor base = full({3, 4}, 7);
  const Tensor column = base.slice(1, 1, 4, 2);
  const std::int64_t version = base.version();
  const Tensor given = uniform_(column, 0, 1);
  CHECK(given.is_alias_of(base));
  CHECK(base.version() > version);
  for (std::int64_t row = 0; row < 3; ++row) {
    CHECK(base.at({row, 0}) == 7);
    CHECK(base.at({row, 2}) == 7);
    CHECK(base.at({row, 1}) < 1);
    CHECK(base.at({row, 3}) < 1);
  }
  CHECK(zeros_(base).to_vector() == std::vector<float>(12, 0));
  CHECK(ones_(base).to_vector() == std::vector<float>(12, 1));
  CHECK(constant_(base, 3).to_vector() == std::vector<float>(12, 3));
  CHECK(kaiming_uniform_(empty({2, 0})).numel() == 0);
  CHECK(kaiming_normal_(empty({2, 0})).numel() == 0);
  CHECK(xavier_uniform_(empty({0, 0})).numel() == 0);
  CHECK(xavier_normal_(empty({0, 0})).numel() == 0);
  CHECK_REFUSES(kaiming_uniform_(zeros({3})),
                "[calculate_fan_in_and_fan_out] got a weight of shape (3,)");
  CHECK_REFUSES(xavier_normal_(Tensor()), "undefined");
  CHECK_REFUSES(uniform_(zeros({1}).expand({3}), 0, 1), "a place of its own");
  CHECK_REFUSES(uniform_(zeros({3}), 1, 1), "[uniform]");
  CHECK_REFUSES(normal_(zeros({3}), 0, -1), "[normal]");
  CHECK_REFUSES(zeros_(Tensor()), "[constant_] got an undefined tensor");
}

TEST_CASE("networks have the names, shapes and values that PyTorch's have") {
  for (const golden::NetworkCase& each : golden::network_cases) {
    CAPTURE(each.name);
    const std::shared_ptr<Module> net = network(each.name);
    const std::vector<NamedTensor> listed = net->named_parameters();
    REQUIRE(listed.size() == each.parameters.size());
    for (std::size_t i = 0; i < listed.size(); ++i) {
      CHECK(listed[i].name == each.parameters[i].first);
      CHECK(listed[i].tensor.sizes() == each.parameters[i].second);
    }
    fill(net->parameters());
    const Tensor x(golden_storage(6), {2, 3}, {3, 1}, 0);
    check_values(net->forward(x), each.values);
  }
}

TEST_CASE("parameters share their numbers with the module, and are to be learned") {
  Block block;
  CHECK(names_of(block.named_parameters()) ==
        std::vector<std::string>{"scale", "linear.weight", "linear.bias"});
  CHECK(names_of(block.named_buffers()) == std::vector<std::string>{"steps"});
  CHECK(names_of(block.state_dict()) ==
        std::vector<std::string>{"scale", "linear.weight", "linear.bias", "steps"});
  for (const Tensor& each : block.parameters()) {
    CHECK(each.requires_grad());
  }
  CHECK(block.scale.requires_grad());
  CHECK(block.linear->weight.node() == block.parameters()[1].node());
  CHECK_FALSE(block.steps.requires_grad());

  fill(block.parameters());
  const Tensor x = from_vector({1, 2}, {1, 2});
  const float before = block(x).at({0, 0});
  {
    const NoGradGuard guard;
    Tensor first = block.parameters()[0];
    mul_(first, 2.0F);
  }
  CHECK(block(x).at({0, 0}) == 2 * before);
}

TEST_CASE("a tensor that two modules share comes once, views of one storage each") {
  struct Tied : Module {
    Tied() {
      const Tensor flat = zeros({6});
      first = register_parameter("first", flat.slice(0, 0, 3));
      second = register_parameter("second", flat.slice(0, 3, 6));
      head = register_module("head", std::make_shared<nn::Linear>(3, 2, false));
      register_parameter("tied", head->weight);
      register_module("twin", head);
    }
    Tensor forward(const Tensor& x) override { return x; }
    Tensor first;
    Tensor second;
    std::shared_ptr<nn::Linear> head;
  };
  Tied tied;
  CHECK(names_of(tied.named_parameters()) == std::vector<std::string>{"first", "second", "tied"});
  CHECK(tied.named_children().size() == 2);
}

TEST_CASE("a module refuses names that it cannot tell apart, and what cannot be a child") {
  Block block;
  CHECK_REFUSES(block.register_parameter("scale", zeros({1})),
                "[register_parameter] got the name \"scale\"");
  CHECK_REFUSES(block.register_parameter("steps", zeros({1})), "steps");
  CHECK_REFUSES(block.register_buffer("linear", zeros({1})), "[register_buffer]");
  CHECK_REFUSES(block.register_module("scale", std::make_shared<nn::ReLU>()), "[register_module]");
  CHECK_REFUSES(block.register_parameter("", zeros({1})), "not empty");
  CHECK_REFUSES(block.register_parameter("a.b", zeros({1})), "dot");
  CHECK_REFUSES(block.register_parameter("new", Tensor()), "undefined");
  CHECK_REFUSES(block.register_buffer("new", Tensor()), "undefined");
  CHECK_REFUSES(block.register_module("new", std::shared_ptr<nn::ReLU>()), "got nothing");
  CHECK(block.state_dict().size() == 4);

  auto outer = std::make_shared<nn::Sequential>();
  auto inner = std::make_shared<nn::Sequential>();
  outer->push_back(inner);
  CHECK_REFUSES(outer->push_back(outer), "got a whole");
  CHECK_REFUSES(inner->push_back(outer), "got a whole");
  outer->push_back(inner);  // the same child twice is no cycle
  CHECK(outer->named_children().size() == 2);
}

TEST_CASE("modules give their memory back") {
  const std::int64_t before = memory_stats().live_bytes;
  {
    const std::shared_ptr<Module> net = network("nested");
    net->forward(zeros({2, 3}));
    CHECK(memory_stats().live_bytes - before >= 4 * (9 + 6 + 2 + 2 + 1));
  }
  CHECK(memory_stats().live_bytes == before);
}

TEST_CASE("a state goes to another network of the same form, and only whole") {
  manual_seed(5);
  const std::shared_ptr<Module> from = network("nested");
  const std::shared_ptr<Module> to = network("nested");
  const Tensor x = from_vector({1, -2, 0.5F, 3, 0, -1}, {2, 3});
  const std::vector<Tensor> handles = to->parameters();
  CHECK(to->forward(x).to_vector() != from->forward(x).to_vector());
  std::vector<NamedTensor> saved;
  for (const NamedTensor& each : from->state_dict()) {
    const NoGradGuard guard;
    saved.insert(saved.begin(), {each.name, each.tensor.clone()});  // names decide, not the order
  }
  to->load_state_dict(saved);
  CHECK(to->forward(x).to_vector() == from->forward(x).to_vector());
  for (std::size_t i = 0; i < handles.size(); ++i) {
    CHECK(handles[i].to_vector() == from->parameters()[i].to_vector());  // copied in place
    CHECK_FALSE(handles[i].is_alias_of(from->parameters()[i]));
  }

  const std::vector<float> kept = to->forward(x).to_vector();
  for (NamedTensor& each : saved) {
    each.tensor.fill_(9);
  }
  const auto refused = [&](const std::vector<NamedTensor>& list, const std::string& part) {
    CHECK_REFUSES(to->load_state_dict(list), part);
    CHECK(to->forward(x).to_vector() == kept);
  };
  for (std::size_t i = 0; i < saved.size(); ++i) {
    std::vector<NamedTensor> list = saved;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    refused(list, "[load_state_dict] got 4 tensors");
    list = saved;
    list[i].name = "other";
    refused(list, "got nothing for \"" + saved[i].name);
    list = saved;
    list[i].tensor = zeros({1});  // would broadcast
    if (saved[i].tensor.sizes() != Shape{1}) {
      refused(list, saved[i].name);
    }
  }
  saved.push_back({"extra", zeros({1})});
  refused(saved, "got 6 tensors");
}

TEST_CASE("a state has buffers too") {
  Block block;
  Block other;
  block.steps.fill_(7);
  block.scale = Tensor();  // the module keeps its own
  other.load_state_dict(block.state_dict());
  CHECK(other.steps.item() == 7);
}

TEST_CASE("train and eval reach every child") {
  const std::shared_ptr<Module> net = network("nested");
  const auto all = [](const Module& module, bool on, const auto& self) -> bool {
    bool same = module.is_training() == on;
    for (const nn::NamedModule& child : module.named_children()) {
      same = same && self(*child.module, on, self);
    }
    return same;
  };
  CHECK(all(*net, true, all));
  net->eval();
  CHECK(all(*net, false, all));
  net->train();
  CHECK(all(*net, true, all));
  net->train(false);
  CHECK(all(*net, false, all));
}

TEST_CASE("dropout drops p of the numbers, and divides the others by 1 - p") {
  manual_seed(6);
  const Tensor x = full({100, 100}, 3);
  for (double p : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    CAPTURE(p);
    const Tensor y = nn::functional::dropout(x, p);
    double total = 0;
    double dropped = 0;
    for (float each : y.to_vector()) {
      const bool kept = each != 0;
      dropped += kept ? 0 : 1;
      total += each;
      if (kept) {
        CHECK(each == doctest::Approx(3 / (1 - p)));
      }
    }
    CHECK(std::fabs(dropped - 10000 * p) <= 4 * std::sqrt(10000 * p * (1 - p)));
    if (p < 1) {
      const double sigma = 3 * std::sqrt(p / (1 - p) / 10000);  // of the mean
      CHECK(std::fabs(total / 10000 - 3) <= 4 * sigma + 1e-6);
    }
    CHECK(x.to_vector() == std::vector<float>(10000, 3));
  }
}

TEST_CASE("dropout draws anew at every call, from the engine's own generator") {
  const Tensor x = ones({64});
  manual_seed(7);
  const std::vector<float> first = nn::functional::dropout(x).to_vector();
  const std::vector<float> second = nn::functional::dropout(x).to_vector();
  manual_seed(7);
  CHECK(first != second);
  CHECK(nn::functional::dropout(x).to_vector() == first);
}

TEST_CASE("dropout is for training only") {
  nn::Dropout dropout(0.5);
  const Tensor x = ones({64});
  CHECK(dropout(x).to_vector() != x.to_vector());
  dropout.eval();
  const Generator::State before = default_generator().state();
  CHECK(dropout(x).is_alias_of(x));
  CHECK(default_generator().state() == before);
  dropout.train();
  CHECK(dropout(x).to_vector() != x.to_vector());
  CHECK(dropout.parameters().empty());
}

TEST_CASE("dropout refuses what is no probability") {
  for (double p : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_REFUSES(nn::Dropout(p), "[dropout] got p");
    CHECK_REFUSES(nn::functional::dropout(zeros({2}), p), "[dropout] got p");
    CHECK_REFUSES(nn::functional::dropout(zeros({2}), p, false), "[dropout] got p");
  }
  CHECK_REFUSES(nn::functional::dropout(Tensor()), "[dropout] got an undefined tensor");
}

TEST_CASE("dropout says what it did: once, with its mask") {
  const Tensor x = from_vector({1, 2, 3, 4, 5, 6}, {3, 2}).transpose(0, 1);
  struct Keep : Listener {
    Keep() { add_listener(*this); }
    ~Keep() override { remove_listener(*this); }
    Keep(const Keep&) = delete;
    Keep& operator=(const Keep&) = delete;
    void operation(const Operation& operation) override {
      names.emplace_back(operation.name);
      mask = operation.attributes.tensor("mask");
    }
    std::vector<std::string> names;
    Tensor mask;
  } keep;
  const Tensor y = nn::functional::dropout(x, 0.5);
  remove_listener(keep);
  CHECK(keep.names == std::vector<std::string>{"dropout"});
  CHECK(keep.mask.sizes() == Shape{2, 3});
  CHECK(mul(x, keep.mask).to_vector() == y.to_vector());
}

TEST_CASE("a layer is recorded by its parts, and its beginning not at all") {
  Counting listener;
  nn::Linear layer(3, 2);
  CHECK(listener.names.empty());
  CHECK(listener.parameters == std::vector<std::string>{"weight", "bias"});
  layer(zeros({4, 3}));
  CHECK(listener.names == std::vector<std::string>{"transpose", "matmul", "add"});
  listener.names.clear();
  layer.load_state_dict(layer.state_dict());
  CHECK(listener.names.empty());
}
