#include "engine/optim/optimizers.h"

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
#include "engine/nn/layers.h"
#include "engine/nn/losses.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "engine/record.h"
#include "tests/engine/check.h"
#include "tests/engine/golden/golden_optimizers.h"

using namespace tt;
using nn::NamedTensor;

namespace {

// Parameters and gradients as in make_golden_optimizers.py.
Tensor golden_parameter(std::size_t k, const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(numel(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(static_cast<int>((5 * i + k) % 13) - 6) / 8;
  }
  return from_vector(values, shape).requires_grad_();
}

Tensor golden_gradient(std::size_t k, const Shape& shape, std::size_t t) {
  if (k == 1 && t >= 3 && t <= 5) {
    return {};
  }
  std::vector<float> values(static_cast<std::size_t>(numel(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(static_cast<int>((7 * i + 5 * t + 3 * k) % 11) - 5) / 4;
  }
  return from_vector(values, shape);
}

std::vector<Tensor> golden_parameters() {
  std::vector<Tensor> parameters;
  for (const Shape& shape : golden::optimizer_shapes) {
    parameters.push_back(golden_parameter(parameters.size(), shape));
  }
  return parameters;
}

void set_gradients(const std::vector<Tensor>& parameters, std::size_t t) {
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    parameters[k].node()->grad = golden_gradient(k, parameters[k].sizes(), t);
  }
}

std::unique_ptr<optim::Optimizer> golden_optimizer(const golden::OptimizerCase& each,
                                                   const std::vector<Tensor>& parameters) {
  const std::array<double, 2> betas = {each.beta1, each.beta2};
  if (each.kind == "SGD") {
    return std::make_unique<optim::SGD>(
        parameters, optim::SGDOptions{each.lr, each.momentum, each.weight_decay, each.nesterov});
  }
  if (each.kind == "Adam") {
    return std::make_unique<optim::Adam>(
        parameters, optim::AdamOptions{each.lr, betas, each.eps, each.weight_decay});
  }
  return std::make_unique<optim::AdamW>(
      parameters, optim::AdamWOptions{each.lr, betas, each.eps, each.weight_decay});
}

void check_all(const std::vector<Tensor>& actual, const std::vector<std::vector<float>>& expected) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t k = 0; k < actual.size(); ++k) {
    const std::vector<float> found = actual[k].to_vector();
    REQUIRE(found.size() == expected[k].size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      INFO("tensor ", k, ", element ", i);
      CHECK(std::fabs(found[i] - expected[k][i]) <= 1e-6F + 2e-6F * std::fabs(expected[k][i]));
    }
  }
}

std::vector<Tensor> moments_of(const optim::Optimizer& optimizer) {
  std::vector<Tensor> moments;
  for (const NamedTensor& each : optimizer.state_dict()) {
    if (each.name.find("step") == std::string::npos) {
      moments.push_back(each.tensor);
    }
  }
  return moments;
}

std::vector<std::string> names_of(const std::vector<NamedTensor>& list) {
  std::vector<std::string> names;
  for (const NamedTensor& each : list) {
    names.push_back(each.name + to_string(each.tensor.sizes()));
  }
  return names;
}

std::vector<std::vector<float>> values_of(const std::vector<Tensor>& tensors) {
  std::vector<std::vector<float>> values;
  for (const Tensor& each : tensors) {
    values.push_back(each.to_vector());
  }
  return values;
}

Tensor leaf(const Shape& shape, float value) {
  return full(shape, value).requires_grad_();
}

void set_grad(const Tensor& parameter, float value) {
  parameter.node()->grad = full(parameter.sizes(), value);
}

// Knows every option that an optimizer may be made with.
std::vector<std::unique_ptr<optim::Optimizer>> one_of_each(const std::vector<Tensor>& parameters) {
  std::vector<std::unique_ptr<optim::Optimizer>> all;
  all.push_back(std::make_unique<optim::SGD>(parameters, optim::SGDOptions{.lr = 0.1}));
  all.push_back(std::make_unique<optim::SGD>(
      parameters, optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1}));
  all.push_back(std::make_unique<optim::Adam>(parameters, optim::AdamOptions{.weight_decay = 0.1}));
  all.push_back(std::make_unique<optim::AdamW>(parameters));
  return all;
}

}  // namespace

TEST_CASE("optimizers move parameters where PyTorch moves them") {
  for (const golden::OptimizerCase& each : golden::optimizer_cases) {
    CAPTURE(each.kind);
    CAPTURE(each.lr);
    CAPTURE(each.momentum);
    CAPTURE(each.weight_decay);
    const std::vector<Tensor> parameters = golden_parameters();
    const auto optimizer = golden_optimizer(each, parameters);
    for (std::size_t t = 1; t <= 10; ++t) {
      set_gradients(parameters, t);
      if (t == 6) {
        optimizer->set_lr(each.lr / 2);
      }
      optimizer->step();
      if (t == 1) {
        check_all(parameters, each.after_1);
      }
    }
    check_all(parameters, each.after_10);
    check_all(moments_of(*optimizer), each.moments);
  }
}

TEST_CASE("a parameter may be any view, and what lies between its elements stays") {
  for (const golden::OptimizerCase& each : golden::optimizer_cases) {
    CAPTURE(each.kind);
    // (2, 3) as every second element of a transposed block, (4,) side by side, () in a block.
    std::vector<Tensor> blocks = {full({6, 4}, 99), full({6}, 99), full({2, 2}, 99),
                                  full({2, 2, 3}, 99), full({0}, 99)};
    std::vector<Tensor> views = {blocks[0].slice(0, 1, 6, 2).slice(1, 0, 3, 2).transpose(0, 1),
                                 blocks[1].slice(0, 1, 5), blocks[2].select(0, 1).select(0, 0),
                                 blocks[3].slice(2, 1, 3).slice(1, 0, 1), blocks[4]};
    for (std::size_t k = 0; k < views.size(); ++k) {
      REQUIRE(views[k].sizes() == golden::optimizer_shapes[k]);
      views[k].copy_(golden_parameter(k, views[k].sizes()).detach());
      views[k].requires_grad_();
    }
    const auto optimizer = golden_optimizer(each, views);
    for (std::size_t t = 1; t <= 10; ++t) {
      set_gradients(views, t);
      if (t == 6) {
        optimizer->set_lr(each.lr / 2);
      }
      optimizer->step();
    }
    check_all(views, each.after_10);
    check_all(moments_of(*optimizer), each.moments);
    std::int64_t untouched = 0;
    for (const Tensor& block : blocks) {
      for (float value : block.to_vector()) {
        untouched += value == 99 ? 1 : 0;
      }
    }
    CHECK(untouched == 18 + 2 + 3 + 8);
  }
}

TEST_CASE("a gradient may lie in memory as it likes") {
  const Tensor w = golden_parameter(0, {2, 3});
  const Tensor same = golden_parameter(0, {2, 3});
  const Tensor grad = golden_gradient(0, {2, 3}, 1);
  w.node()->grad = grad;
  same.node()->grad = grad.transpose(0, 1).clone().transpose(0, 1);
  REQUIRE(!same.grad().is_contiguous());
  optim::Adam({w}).step();
  optim::Adam({same}).step();
  CHECK(w.to_vector() == same.to_vector());

  // All elements of an expanded gradient are one.
  const Tensor spread = leaf({2, 3}, 1);
  spread.node()->grad = full({1, 3}, 2).expand({2, 3});
  optim::SGD({spread}, {.lr = 0.5}).step();
  CHECK(spread.to_vector() == std::vector<float>(6, 0));
}

TEST_CASE("Adam's first step is the learning rate, whatever the gradient") {
  for (float g : {1e-3F, 1.0F, 1000.0F, -1e-3F, -1000.0F}) {
    CAPTURE(g);
    const Tensor w = leaf({3}, 0);
    set_grad(w, g);
    optim::Adam({w}, {.lr = 0.01}).step();
    CHECK(w.to_vector()[1] == doctest::Approx(g > 0 ? -0.01 : 0.01).epsilon(2e-5));
  }
}

TEST_CASE("decoupled weight decay does not depend on the gradient, coupled does") {
  const Tensor coupled = leaf({1}, 1);
  const Tensor decoupled = leaf({1}, 1);
  optim::Adam adam({coupled}, {.lr = 0.1, .weight_decay = 0.5});
  optim::AdamW adamw({decoupled}, {.lr = 0.1, .weight_decay = 0.5});
  set_grad(coupled, 0);
  set_grad(decoupled, 0);
  adam.step();
  adamw.step();
  CHECK(coupled.item() == doctest::Approx(0.9));  // a whole lr: the decay is all there is
  CHECK(decoupled.item() == doctest::Approx(0.95));
}

TEST_CASE("a parameter without a gradient stays, and so does what is remembered about it") {
  const Tensor a = leaf({2}, 1);
  const Tensor b = leaf({3}, 1);
  for (const auto& optimizer : one_of_each({a, b})) {
    a.node()->grad = full({2}, 1);
    b.node()->grad = Tensor();
    optimizer->step();
    for (const NamedTensor& each : optimizer->state_dict()) {
      CHECK(each.name[0] == '0');
    }
    b.node()->grad = full({3}, 1);
    optimizer->step();
    a.node()->grad = Tensor();
    const std::vector<float> before = a.to_vector();
    const auto state = optimizer->state_dict();
    std::vector<std::vector<float>> old;
    for (const NamedTensor& each : state) {
      old.push_back(each.tensor.to_vector());
    }
    optimizer->step();
    CHECK(a.to_vector() == before);
    const auto now = optimizer->state_dict();
    REQUIRE(names_of(now) == names_of(state));
    for (std::size_t i = 0; i < now.size(); ++i) {
      CAPTURE(now[i].name);
      if (now[i].name[0] == '0') {
        CHECK(now[i].tensor.to_vector() == old[i]);
      } else if (now[i].name == "1.step") {
        CHECK(now[i].tensor.item() == 2);
      }
    }
  }
}

TEST_CASE("a saved state continues bit by bit") {
  for (const golden::OptimizerCase& each : golden::optimizer_cases) {
    CAPTURE(each.kind);
    const std::vector<Tensor> parameters = golden_parameters();
    const auto whole = golden_optimizer(each, parameters);
    for (std::size_t t = 1; t <= 4; ++t) {
      set_gradients(parameters, t);
      whole->step();
    }
    // A checkpoint: copies of the numbers, under their names.
    std::vector<Tensor> again;
    for (const Tensor& parameter : parameters) {
      again.push_back(parameter.detach().clone().requires_grad_());
    }
    std::vector<NamedTensor> saved;
    for (const NamedTensor& entry : whole->state_dict()) {
      saved.push_back({entry.name, entry.tensor.clone()});
    }
    const auto rest = golden_optimizer(each, again);
    rest->load_state_dict(saved);
    CHECK(names_of(rest->state_dict()) == names_of(saved));
    for (std::size_t t = 5; t <= 10; ++t) {
      set_gradients(parameters, t);
      set_gradients(again, t);
      whole->step();
      rest->step();
    }
    CHECK(values_of(parameters) == values_of(again));
    CHECK(values_of(moments_of(*whole)) == values_of(moments_of(*rest)));
  }
}

TEST_CASE("the names of a state are PyTorch's, after the number of the parameter") {
  const Tensor a = leaf({2, 3}, 1);
  const Tensor b = leaf({4}, 1);
  const auto all = one_of_each({a, b});
  for (const auto& optimizer : all) {
    CHECK(optimizer->state_dict().empty());
    set_grad(b, 1);
    optimizer->step();
  }
  using Names = std::vector<std::string>;
  CHECK(names_of(all[0]->state_dict()) == Names{"1.step()"});
  CHECK(names_of(all[1]->state_dict()) == Names{"1.step()", "1.momentum_buffer(4,)"});
  CHECK(names_of(all[2]->state_dict()) == Names{"1.step()", "1.exp_avg(4,)", "1.exp_avg_sq(4,)"});
  CHECK(names_of(all[3]->state_dict()) == names_of(all[2]->state_dict()));
  set_grad(a, 1);
  all[2]->step();
  CHECK(names_of(all[2]->state_dict()) == Names{"0.step()", "0.exp_avg(2, 3)", "0.exp_avg_sq(2, 3)",
                                                "1.step()", "1.exp_avg(4,)", "1.exp_avg_sq(4,)"});
}

TEST_CASE("a wrong state is refused and changes nothing") {
  const Tensor a = leaf({2, 3}, 1);
  const Tensor b = leaf({4}, 1);
  optim::Adam adam({a, b});
  set_grad(a, 2);
  set_grad(b, 3);
  adam.step();
  adam.step();
  const std::vector<NamedTensor> right = adam.state_dict();
  const auto changed = [&](std::size_t i, const std::string& name, const Tensor& tensor) {
    std::vector<NamedTensor> list = right;
    list[i] = {name, tensor};
    return list;
  };
  const auto without = [&](std::size_t i) {
    std::vector<NamedTensor> list = right;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    return list;
  };
  const auto check = [&](const std::vector<NamedTensor>& wrong, const char* part) {
    CHECK_REFUSES(adam.load_state_dict(wrong), part);
    const auto now = adam.state_dict();
    REQUIRE(names_of(now) == names_of(right));
    for (std::size_t i = 0; i < now.size(); ++i) {
      CHECK(now[i].tensor.to_vector() == right[i].tensor.to_vector());
    }
  };
  check(without(1), "\"0.exp_avg\" of shape (2, 3)");
  check(without(5), "\"1.exp_avg_sq\" of shape (4,)");
  check(without(3), "[load_state_dict] got 5 tensors");  // moments of nobody
  check(changed(4, "1.exp_avg", full({2, 3}, 1)), "\"1.exp_avg\" of shape (4,)");
  check(changed(4, "1.exp_avg", full({1, 4}, 1)), "\"1.exp_avg\" of shape (4,)");
  check(changed(4, "1.momentum_buffer", full({4}, 1)), "\"1.exp_avg\"");
  for (float step : {0.0F, -1.0F, 1.5F, std::numeric_limits<float>::quiet_NaN(),
                     std::numeric_limits<float>::infinity(), 1e30F}) {
    check(changed(3, "1.step", full({}, step)), "\"1.step\": it must be one whole number");
  }
  check(changed(3, "1.step", full({2}, 1)), "shape (2,)");
  CHECK_REFUSES(optim::steps_of({"0.step", Tensor()}), "got nothing for \"0.step\"");
  std::vector<NamedTensor> more = right;
  more.push_back({"2.step", full({}, 1)});
  check(more, "[load_state_dict] got 7 tensors");
  more.back() = {"0.max_exp_avg_sq", full({2, 3}, 1)};
  check(more, "[load_state_dict] got 7 tensors");
  more.back() = right[0];  // a name that comes twice
  check(more, "[load_state_dict] got 7 tensors");

  // A state of other rules: they remember something else.
  optim::SGD sgd({a, b}, {.lr = 0.1, .momentum = 0.9});
  CHECK_REFUSES(sgd.load_state_dict(right), "\"0.momentum_buffer\"");
}

TEST_CASE("a loaded state is a copy, and replaces all that was remembered") {
  const Tensor a = leaf({2}, 1);
  const Tensor b = leaf({2}, 1);
  optim::Adam first({a});
  optim::Adam second({b});
  set_grad(a, 1);
  set_grad(b, 5);
  first.step();
  second.step();
  second.load_state_dict(first.state_dict());
  const float before = first.state_dict()[1].tensor.to_vector()[0];
  CHECK(second.state_dict()[1].tensor.to_vector()[0] == before);
  second.step();
  CHECK(first.state_dict()[1].tensor.to_vector()[0] == before);
  second.load_state_dict({});
  CHECK(second.state_dict().empty());
}

TEST_CASE("an optimizer keeps the gradients that it finds") {
  const Tensor w = leaf({2}, 1);
  mul(w, w).backward(ones({2}));
  optim::SGD sgd({w}, {.lr = 0.25});
  CHECK(w.grad().to_vector() == std::vector<float>{2, 2});
  sgd.step();
  CHECK(w.to_vector() == std::vector<float>{0.5, 0.5});
  CHECK(w.grad().to_vector() == std::vector<float>{2, 2});
}

TEST_CASE("a new learning rate is used from the next step on") {
  const Tensor w = leaf({}, 1);
  optim::SGD sgd({w}, {.lr = 0.25});
  CHECK(sgd.lr() == 0.25);
  set_grad(w, 1);
  sgd.step();
  CHECK(w.item() == 0.75F);
  sgd.set_lr(0.5);
  CHECK(sgd.lr() == 0.5);
  CHECK(w.item() == 0.75F);
  sgd.step();
  CHECK(w.item() == 0.25F);
  sgd.set_lr(0);
  sgd.step();
  CHECK(w.item() == 0.25F);
  CHECK_REFUSES(sgd.set_lr(-1), "[Optimizer] got lr = -1");
  CHECK_REFUSES(sgd.set_lr(std::nan("")), "finite");
  CHECK(sgd.lr() == 0);
}

TEST_CASE("zero_grad fills in place and makes no gradient") {
  const Tensor w = leaf({2}, 3);
  const Tensor other = leaf({2}, 3);
  const Tensor stranger = leaf({2}, 3);
  mul(w, stranger).backward(ones({2}));
  const Tensor held = w.grad();
  optim::SGD sgd({w, other});
  sgd.zero_grad();
  CHECK(held.to_vector() == std::vector<float>{0, 0});
  CHECK(w.grad().is_alias_of(held));
  CHECK(!other.grad().defined());
  CHECK(stranger.grad().to_vector() == std::vector<float>{3, 3});
  w.node()->grad = full({1}, 7).expand({2}).clone();
  sgd.zero_grad();
  CHECK(w.grad().to_vector() == std::vector<float>{0, 0});
}

TEST_CASE("a step leaves no graph, is not recorded, and counts as a change") {
  struct Counting : Listener {
    Counting() { add_listener(*this); }
    ~Counting() override { remove_listener(*this); }
    void operation(const Operation&) override { ++operations; }
    void in_place(const char* name, const Tensor&, const Tensor&) override {
      names.emplace_back(name);
    }
    int operations = 0;
    std::vector<std::string> names;
  };
  const Tensor w = leaf({2, 3}, 1);
  const auto all = one_of_each({w});
  const Counting counting;
  for (const auto& optimizer : all) {
    set_grad(w, 1);
    const std::int64_t version = w.version();
    const auto node = w.node();
    optimizer->step();
    CHECK(w.version() == version + 1);
    CHECK(w.node() == node);
    CHECK(w.is_leaf());
    CHECK(grad_enabled());
  }
  CHECK(counting.operations == 0);
  CHECK(counting.names == std::vector<std::string>{"SGD", "SGD", "Adam", "AdamW"});

  // So a graph that still needs the weight notices.
  const Tensor y = square(w);
  all[0]->step();
  CHECK_REFUSES(y.backward(ones({2, 3})), "square");
}

TEST_CASE("only the first step asks for memory, 0, 4 or 8 bytes a number") {
  const std::int64_t bytes[] = {0, 4, 8, 8};
  const Tensor a = leaf({20, 30}, 1);
  const Tensor b = leaf({7}, 1);
  set_grad(a, 1);
  set_grad(b, 1);
  const auto all = one_of_each({a, b});
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    const std::int64_t live = memory_stats().live_bytes;
    all[i]->step();
    CHECK(memory_stats().live_bytes - live == bytes[i] * 607);
    const std::int64_t allocations = memory_stats().allocations;
    for (int step = 0; step < 5; ++step) {
      all[i]->step();
    }
    CHECK(memory_stats().allocations == allocations);
  }
}

TEST_CASE("the work of a step is counted") {
  const Tensor w = leaf({5, 3}, 1);
  set_grad(w, 1);
  const std::int64_t flops[] = {4, 6, 15, 14};
  const std::int64_t read[] = {8, 12, 16, 16};
  const auto all = one_of_each({w});
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    all[i]->step();
    reset_counters();
    all[i]->step();
    CHECK(counters().flops == flops[i] * 15);
    CHECK(counters().bytes_read == read[i] * 15);
    CHECK(counters().bytes_written == (read[i] - 4) * 15);
  }
}

TEST_CASE("parameters that cannot be moved are refused") {
  const Tensor w = leaf({2}, 1);
  CHECK_REFUSES(optim::SGD({}), "[Optimizer] got no parameters");
  CHECK_REFUSES(optim::SGD({w, Tensor()}), "parameter 1: it must be defined");
  CHECK_REFUSES(optim::SGD({full({2}, 1)}), "parameter 0 of shape (2,): it must be one that req");
  CHECK_REFUSES(optim::SGD({w, mul(w, w)}), "it must be a leaf");
  CHECK_REFUSES(optim::Adam({w, leaf({3}, 1), w}), "as parameter 0 and as parameter 2");
  CHECK_REFUSES(optim::Adam({w, w.detach().requires_grad_()}), "it must come once");
  Tensor stretched = full({1}, 1).expand({3});
  stretched.requires_grad_();
  CHECK_REFUSES(optim::AdamW({stretched}), "place of their own");
  // Two views of one storage are two parameters.
  Tensor block = full({2, 2}, 1);
  Tensor row0 = block.select(0, 0);
  Tensor row1 = block.select(0, 1);
  optim::SGD both({row0.requires_grad_(), row1.requires_grad_()}, {.lr = 1});
  set_grad(row1, 1);
  both.step();
  CHECK(block.to_vector() == std::vector<float>{1, 1, 0, 0});
  CHECK(both.parameters().size() == 2);
}

TEST_CASE("options that make no sense are refused") {
  const std::vector<Tensor> w = {leaf({2}, 1)};
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_REFUSES(optim::SGD(w, {.lr = -0.1}), "[Optimizer] got lr = -0.1");
  CHECK_REFUSES(optim::SGD(w, {.lr = infinity}), "[Optimizer] got lr = inf");
  CHECK_REFUSES(optim::SGD(w, {.momentum = -0.1}), "[SGD] got momentum = -0.1");
  CHECK_REFUSES(optim::SGD(w, {.weight_decay = -1}), "[SGD] got weight_decay = -1");
  CHECK_REFUSES(optim::SGD(w, {.nesterov = true}), "[SGD] got nesterov and no momentum");
  CHECK_REFUSES(optim::Adam(w, {.betas = {1, 0.9}}), "[Adam] got betas[0] = 1");
  CHECK_REFUSES(optim::Adam(w, {.betas = {0.9, -0.1}}), "[Adam] got betas[1] = -0.1");
  CHECK_REFUSES(optim::Adam(w, {.eps = -1}), "[Adam] got eps = -1");
  CHECK_REFUSES(optim::AdamW(w, {.weight_decay = -1}), "[AdamW] got weight_decay = -1");
  CHECK_REFUSES(optim::AdamW(w, {.lr = std::nan("")}), "[Optimizer] got lr = nan");
}

TEST_CASE("a gradient of another shape is refused") {
  const Tensor w = leaf({2, 3}, 1);
  w.node()->grad = full({3, 2}, 1);
  CHECK_REFUSES(optim::SGD({w}).step(), "[SGD] got a gradient or a moment that is no (2, 3)");
  CHECK(w.to_vector() == std::vector<float>(6, 1));
}

TEST_CASE("on a bowl of curvature L, SGD converges below 2 / L and diverges above") {
  const auto after = [](double lr) {
    const Tensor w = leaf({}, 1);
    optim::SGD sgd({w}, {.lr = lr});
    for (int i = 0; i < 50; ++i) {
      sgd.zero_grad();
      (square(w) * 5).backward();  // curvature 10
      sgd.step();
    }
    return std::fabs(w.item());
  };
  CHECK(after(0.1) == 0);
  CHECK(after(0.19) == doctest::Approx(std::pow(0.9, 50)).epsilon(1e-4));
  CHECK(after(0.21) == doctest::Approx(std::pow(1.1, 50)).epsilon(1e-4));
}

TEST_CASE("a network learns with each of them") {
  using Make = std::unique_ptr<optim::Optimizer> (*)(const std::vector<Tensor>&);
  const Make makers[] = {
      [](const std::vector<Tensor>& w) -> std::unique_ptr<optim::Optimizer> {
        return std::make_unique<optim::SGD>(w, optim::SGDOptions{.lr = 0.2});
      },
      [](const std::vector<Tensor>& w) -> std::unique_ptr<optim::Optimizer> {
        return std::make_unique<optim::SGD>(
            w, optim::SGDOptions{.lr = 0.05, .momentum = 0.9, .nesterov = true});
      },
      [](const std::vector<Tensor>& w) -> std::unique_ptr<optim::Optimizer> {
        return std::make_unique<optim::Adam>(w, optim::AdamOptions{.lr = 0.05});
      },
      [](const std::vector<Tensor>& w) -> std::unique_ptr<optim::Optimizer> {
        return std::make_unique<optim::AdamW>(w, optim::AdamWOptions{.lr = 0.05});
      },
  };
  const Tensor x = from_vector({0, 0, 0, 1, 1, 0, 1, 1}, {4, 2});
  const Tensor target = from_vector({0, 1, 1, 0}, {4, 1});
  for (const Make& make : makers) {
    CAPTURE(&make - makers);
    manual_seed(3);
    nn::Sequential net({std::make_shared<nn::Linear>(2, 16), std::make_shared<nn::Tanh>(),
                        std::make_shared<nn::Linear>(16, 1)});
    const auto optimizer = make(net.parameters());
    float last = 1;
    for (int i = 0; i < 1000; ++i) {
      const Tensor loss = mse_loss(net(x), target);
      optimizer->zero_grad();
      loss.backward();
      optimizer->step();
      last = loss.item();
    }
    CHECK(last < 1e-3);
  }
}
