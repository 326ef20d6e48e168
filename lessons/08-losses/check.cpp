#include "wasm/runner/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/counters.h"
#include "engine/nn/losses.h"
#include "wasm/runner/check_tensor.h"

namespace {

using namespace tt;
using namespace tt::check;
using kernel::Batch;
using kernel::Row;
using kernel::Score;
using tt::check::show;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr Reduction reductions[] = {Reduction::none, Reduction::mean, Reduction::sum};

std::string show(Reduction reduction) {
  return reduction == Reduction::none   ? "Reduction::none"
         : reduction == Reduction::mean ? "Reduction::mean"
                                        : "Reduction::sum";
}

std::string show(const std::vector<float>& values) {
  std::string text;
  for (float value : values) {
    text += (text.empty() ? "" : ", ") + show(value);
  }
  return "[" + text + "]";
}

/// Fails the test unless the two are equal up to `rtol`, or both NaN.
void expect_near(double actual, double expected, const char* idea, double rtol = 1e-6) {
  const bool near = std::isnan(expected) ? std::isnan(actual)
                                         : actual == expected || std::fabs(actual - expected) <=
                                                                     rtol * std::fabs(expected);
  expect(near, show(expected), show(actual), idea);
}

// Memory behind what a test looks at, so that a wrong step meets numbers that are wrong as well.
std::vector<float> padded(std::vector<float> memory) {
  memory.resize(memory.size() + 64, not_a_number);
  return memory;
}

Layout any_layout(Draw& draw) {
  return all_layouts[draw.between(0, 3)];
}

// What a batch must give, from the loss of each row that counts.

double total(const std::vector<double>& losses) {
  double sum = 0;
  for (double loss : losses) {
    sum += loss;
  }
  return sum;
}

/// `each` has a loss for every row, 0 for those that do not count.
void expect_reduced(const Tensor& actual, Reduction reduction, const Shape& shape,
                    const std::vector<double>& each, std::int64_t counted, const char* idea) {
  if (reduction == Reduction::none) {
    expect_tensor(actual, shape, each, 1e-5, 1e-6, idea);
    return;
  }
  const bool mean = reduction == Reduction::mean;
  expect_tensor(actual, {}, {total(each) / (mean ? static_cast<double>(counted) : 1)}, 1e-5, 1e-6,
                idea);
}

// Losses of pairs.

using PairLoss = double (*)(float, float);
using PublicPairs = Tensor (*)(const Tensor&, const Tensor&, Reduction);

void expect_pair(const char* name, PairLoss loss, float input, float target, double expected,
                 const char* idea) {
  expect_near(call(name, loss, input, target), expected, idea);
}

void expect_public_pairs(const char* name, PublicPairs loss, double (*reference)(double, double),
                         float low, float high, const char* idea) {
  Draw draw;
  for (const Shape& shape : random_shapes(draw, 20, 3)) {
    const Tensor x = random_tensor(draw, shape, any_layout(draw), low, high);
    const Tensor y = random_tensor(draw, shape, any_layout(draw), 0, 1);
    const std::vector<float> inputs = values_of(x);
    const std::vector<float> targets = values_of(y);
    std::vector<double> each;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      each.push_back(reference(static_cast<double>(inputs[i]), static_cast<double>(targets[i])));
    }
    const Unchanged unchanged{x, y};
    for (Reduction reduction : reductions) {
      current_call() =
          std::string(name) + "(" + show(x) + ", " + show(y) + ", " + show(reduction) + ")";
      expect_reduced(loss(x, y, reduction), reduction, shape, each,
                     static_cast<std::int64_t>(each.size()), idea);
    }
    unchanged.check();
  }
}

double squared(double x, double y) {
  return (x - y) * (x - y);
}

double entropy(double p, double t) {
  const double yes = t == 0 ? 0 : -t * std::max(std::log(p), -100.0);
  const double no = t == 1 ? 0 : -(1 - t) * std::max(std::log1p(-p), -100.0);
  return yes + no;
}

double entropy_of_logit(double x, double t) {
  return x > 0 ? (1 - t) * x + std::log1p(std::exp(-x)) : -t * x + std::log1p(std::exp(x));
}

// Losses of rows.

double reference_log_sum_exp(const std::vector<float>& row) {
  double largest = -std::numeric_limits<double>::infinity();
  for (float x : row) {
    largest = std::max(largest, static_cast<double>(x));
  }
  double sum = 0;
  for (float x : row) {
    sum += std::exp(static_cast<double>(x) - largest);
  }
  return largest + std::log(sum);
}

double reference_cross_entropy(const std::vector<float>& row, std::int64_t target) {
  return reference_log_sum_exp(row) - static_cast<double>(row[static_cast<std::size_t>(target)]);
}

double reference_nll(const std::vector<float>& row, std::int64_t target) {
  return -static_cast<double>(row[static_cast<std::size_t>(target)]);
}

void expect_log_sum_exp(const std::vector<float>& memory, std::int64_t step, std::int64_t count,
                        double expected, const char* idea, double rtol = 1e-6) {
  current_call() = "log_sum_exp({" + (memory.size() > 12 ? "memory" : show(memory)) + ", " +
                   show(step) + "}, " + show(count) + ")";
  expect_near(kernel::log_sum_exp({padded(memory).data(), step}, count), expected, idea, rtol);
}

void expect_class(float target, std::int64_t classes, std::int64_t expected, const char* idea) {
  current_call() = "class_index(\"cross_entropy\", " + show(target) + ", " + show(classes) + ")";
  expect_equal(kernel::class_index("cross_entropy", target, classes), expected, idea);
}

void expect_no_class(std::initializer_list<const char*> parts, const char* op, float target,
                     std::int64_t classes, const char* idea) {
  expect_refusal(parts, idea, [&] {
    current_call() =
        "class_index(" + show(std::string(op)) + ", " + show(target) + ", " + show(classes) + ")";
    return kernel::class_index(op, target, classes);
  });
}

void expect_row(const std::vector<float>& memory, std::int64_t step, std::int64_t classes,
                std::int64_t target, double expected, const char* idea, double rtol = 1e-6) {
  current_call() = "cross_entropy_row({" + show(memory) + ", " + show(step) + "}, " +
                   show(classes) + ", " + show(target) + ")";
  expect_near(kernel::cross_entropy_row({padded(memory).data(), step}, classes, target), expected,
              idea, rtol);
}

void expect_soft_row(const std::vector<float>& logits, std::int64_t step,
                     const std::vector<float>& target, std::int64_t target_step,
                     std::int64_t classes, double expected, const char* idea) {
  current_call() = "soft_cross_entropy_row({" + show(logits) + ", " + show(step) + "}, {" +
                   show(target) + ", " + show(target_step) + "}, " + show(classes) + ")";
  expect_near(kernel::soft_cross_entropy_row({padded(logits).data(), step},
                                             {padded(target).data(), target_step}, classes),
              expected, idea);
}

/// A loss that is easy to check: the number at the target.
double picked(const Row& row, std::int64_t, std::int64_t target) {
  return static_cast<double>(row.data[target * row.step]);
}

std::string show(const Score& score) {
  return "total " + show(score.total) + ", count " + show(score.count);
}

/// Where the rows and the targets of a batch lie.
struct Lying {
  std::int64_t row_stride;
  std::int64_t column_stride;
  std::int64_t target_step;
};

void expect_score(const std::vector<float>& x, const std::vector<float>& target, std::int64_t rows,
                  std::int64_t classes, const Lying& lying, std::int64_t ignore_index,
                  const Score& expected, const char* idea) {
  current_call() = "score_rows(\"cross_entropy\", a loss that gives the number at the target, " +
                   show(rows) + " rows of " + show(classes) + " classes in " + show(x) +
                   " with strides " + show(Strides{lying.row_stride, lying.column_stride}) +
                   ", targets in " + show(target) + " with step " + show(lying.target_step) +
                   ", ignore_index " + show(ignore_index) + ")";
  const std::vector<float> numbers = padded(x);
  const std::vector<float> targets = padded(target);
  const Batch batch = {{numbers.data(), lying.row_stride, lying.column_stride},
                       {targets.data(), lying.target_step},
                       rows,
                       classes};
  const Score actual = kernel::score_rows("cross_entropy", picked, batch, ignore_index);
  expect(actual.total == expected.total && actual.count == expected.count, show(expected),
         show(actual), idea);
}

/// One random case: rows of scores, and the class of each.
struct Scored {
  Tensor x;
  Tensor target;
  std::int64_t ignore_index;
  Shape rows;
  std::vector<std::vector<float>> values;  // of each row
};

std::vector<Scored> random_cases(Draw& draw, int count) {
  std::vector<Scored> cases;
  for (const Shape& rows : random_shapes(draw, count, 3, 3)) {
    Scored one;
    one.rows = rows;
    const std::int64_t classes = draw.between(1, 5);
    Shape shape = rows;
    shape.push_back(classes);
    one.x = random_tensor(draw, shape, any_layout(draw), -4, 4);
    one.ignore_index = draw.between(0, 1) == 0 ? -100 : draw.between(0, classes - 1);
    std::vector<float> target;
    for (std::int64_t i = 0; i < count_of(rows); ++i) {
      const std::int64_t index =
          draw.between(0, 3) == 0 ? one.ignore_index : draw.between(0, classes - 1);
      target.push_back(static_cast<float>(index));
    }
    one.target = laid_out(rows, target, any_layout(draw));
    const std::vector<float> all = values_of(one.x);
    for (std::size_t i = 0; i < all.size(); i += static_cast<std::size_t>(classes)) {
      one.values.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(i),
                              all.begin() + static_cast<std::ptrdiff_t>(i) + classes);
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

using PublicClasses = Tensor (*)(const Tensor&, const Tensor&, Reduction, std::int64_t);

void expect_public_classes(const char* name, PublicClasses loss,
                           double (*reference)(const std::vector<float>&, std::int64_t),
                           const char* idea) {
  Draw draw;
  for (const Scored& one : random_cases(draw, 25)) {
    const std::vector<float> targets = values_of(one.target);
    std::vector<double> each;
    std::int64_t counted = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto target = static_cast<std::int64_t>(targets[i]);
      const bool counts = target != one.ignore_index;
      each.push_back(counts ? reference(one.values[i], target) : 0);
      counted += counts ? 1 : 0;
    }
    const Unchanged unchanged{one.x, one.target};
    for (Reduction reduction : reductions) {
      current_call() = std::string(name) + "(" + show(one.x) + ", " + show(one.target) + ", " +
                       show(reduction) + ", " + show(one.ignore_index) + ")";
      expect_reduced(loss(one.x, one.target, reduction, one.ignore_index), reduction, one.rows,
                     each, counted, idea);
    }
    unchanged.check();
  }
}

Tensor mean_of(const Tensor& logits, const Tensor& target) {
  current_call() = "cross_entropy(" + show(logits) + ", " + show(target) + ")";
  return cross_entropy(logits, target);
}

}  // namespace

// squared_error

CHECK_CASE("squared_error", "the distance is squared") {
  const char* idea = "Take one from the other, and multiply the difference by itself.";
  expect_pair("squared_error", kernel::squared_error, 3, 5, 4, idea);
  expect_pair("squared_error", kernel::squared_error, 1.5F, -2, 12.25, idea);
  expect_pair("squared_error", kernel::squared_error, 0.25F, 0, 0.0625, idea);
}

CHECK_CASE("squared_error", "too much costs the same as too little") {
  const char* idea = "A square has no sign: 2 above and 2 below are as far away.";
  expect_pair("squared_error", kernel::squared_error, 5, 3, 4, idea);
  expect_pair("squared_error", kernel::squared_error, -2, 1.5F, 12.25, idea);
  expect_pair("squared_error", kernel::squared_error, -3, -3, 0, "A hit costs nothing.");
}

CHECK_CASE("squared_error", "a large distance does not overflow") {
  expect_pair("squared_error", kernel::squared_error, 3e25F, 0,
              static_cast<double>(3e25F) * static_cast<double>(3e25F),
              "Floats end at 3.4e38. Keep the difference in a double before you square it.");
}

CHECK_CASE("squared_error", "mse_loss is right for any shape, strides and reduction") {
  expect_public_pairs("mse_loss", mse_loss, squared, -4, 4,
                      "Every number is compared with the target at its own index.");
}

// binary_cross_entropy

CHECK_CASE("binary_cross_entropy", "a yes costs minus the logarithm of its probability") {
  const char* idea = "With target 1 only log(p) is left, with a minus before it.";
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0.25F, 1, std::log(4.0), idea);
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0.75F, 1, std::log(4.0 / 3),
              idea);
}

CHECK_CASE("binary_cross_entropy", "a no costs minus the logarithm of the rest") {
  const char* idea = "The probability of a no is 1 - p. With target 0 only log(1 - p) is left.";
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0.25F, 0, std::log(4.0 / 3),
              idea);
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0.75F, 0, std::log(4.0), idea);
}

CHECK_CASE("binary_cross_entropy", "a target between is weighed") {
  const char* idea = "t times the cost of a yes, and 1 - t times the cost of a no.";
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0.25F, 0.25F,
              0.25 * std::log(4.0) + 0.75 * std::log(4.0 / 3), idea);
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0.5F, 0.75F, std::log(2.0),
              idea);
}

CHECK_CASE("binary_cross_entropy", "a logarithm below -100 counts as -100") {
  const char* idea = "Each of the two logarithms is kept at -100 or above, before it is weighed.";
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0, 1, 100, idea);
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 1, 0, 100, idea);
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0, 0.25F, 25, idea);
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 1e-20F, 1,
              -std::log(static_cast<double>(1e-20F)), "log(1e-20) is -46, which is above -100.");
}

CHECK_CASE("binary_cross_entropy", "certain and right costs nothing") {
  const char* idea =
      "0 times minus infinity is NaN. If the logarithm is -100 instead, 0 times it is 0.";
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 1, 1, 0, idea);
  expect_pair("binary_cross_entropy", kernel::binary_cross_entropy, 0, 0, 0, idea);
}

CHECK_CASE("binary_cross_entropy", "what is no probability is refused") {
  const char* idea = "A probability is at least 0 and at most 1. NaN is neither.";
  expect_refused({"[binary_cross_entropy]", "1.5"}, idea, "binary_cross_entropy",
                 kernel::binary_cross_entropy, 1.5F, 1.0F);
  expect_refused({"[binary_cross_entropy]", "-0.25"}, idea, "binary_cross_entropy",
                 kernel::binary_cross_entropy, -0.25F, 0.0F);
  expect_refused({"[binary_cross_entropy]"}, idea, "binary_cross_entropy",
                 kernel::binary_cross_entropy, not_a_number, 1.0F);
}

CHECK_CASE("binary_cross_entropy", "binary_cross_entropy is right for any shape and reduction") {
  expect_public_pairs("binary_cross_entropy", binary_cross_entropy, entropy, 0, 1,
                      "-(t log p + (1 - t) log(1 - p)), for every number.");
}

// binary_cross_entropy_with_logits

constexpr const char* with_logits = "binary_cross_entropy_with_logits";

CHECK_CASE("binary_cross_entropy_with_logits", "a logit of 0 is as good as a coin") {
  const char* idea = "sigmoid(0) is one half, and -log(1/2) is 0.693, whatever the target.";
  for (float target : {0.0F, 1.0F, 0.25F}) {
    expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, 0, target, std::log(2.0),
                idea);
  }
}

CHECK_CASE("binary_cross_entropy_with_logits", "it is the loss of the sigmoid") {
  const char* idea = "max(x, 0) - x t + log(1 + exp(-|x|)).";
  for (float x : {2.0F, -2.0F, 0.5F, -5.0F}) {
    for (float target : {0.0F, 1.0F, 0.25F}) {
      const double p = 1 / (1 + std::exp(-static_cast<double>(x)));
      expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, x, target,
                  entropy(p, static_cast<double>(target)), idea);
    }
  }
}

CHECK_CASE("binary_cross_entropy_with_logits", "sure and wrong costs the logit") {
  const char* idea =
      "exp of a large number is infinite, and a sigmoid of 0 has no logarithm. Raise e only to "
      "minus the absolute value.";
  expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, 1000, 0, 1000, idea);
  expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, -1000, 1, 1000, idea);
  expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, 1e4F, 0.25F, 7500, idea);
  expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, 3e38F, 0,
              static_cast<double>(3e38F), idea);
}

CHECK_CASE("binary_cross_entropy_with_logits", "sure and right costs nearly nothing") {
  expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, 1000, 1, 0,
              "The two large terms cancel, and the logarithm of 1 is 0.");
  const char* idea = "1 + e^-40 is 1 in a double. std::log1p(y) is log(1 + y) without adding.";
  expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, -40, 0, std::exp(-40.0), idea);
  expect_pair(with_logits, kernel::binary_cross_entropy_with_logits, -80, 0, std::exp(-80.0), idea);
}

CHECK_CASE("binary_cross_entropy_with_logits", "it is right for any shape and reduction") {
  expect_public_pairs(with_logits, binary_cross_entropy_with_logits, entropy_of_logit, -9, 9,
                      "max(x, 0) - x t + log(1 + exp(-|x|)), for every number.");
}

// log_sum_exp

CHECK_CASE("log_sum_exp", "the powers are added, then comes the logarithm") {
  const char* idea = "log(e^x0 + e^x1 + ...): one number for the whole row.";
  expect_log_sum_exp({0, 0, 0}, 1, 3, std::log(3.0), idea);
  expect_log_sum_exp({2, 1, 0}, 1, 3, reference_log_sum_exp({2, 1, 0}), idea);
  expect_log_sum_exp({-1, 3, 0.5F}, 1, 3, reference_log_sum_exp({-1, 3, 0.5F}), idea);
}

CHECK_CASE("log_sum_exp", "one number by itself is the result") {
  const char* idea = "log(e^x) is x.";
  expect_log_sum_exp({5}, 1, 1, 5, idea);
  expect_log_sum_exp({-7.25F}, 1, 1, -7.25, idea);
}

CHECK_CASE("log_sum_exp", "large numbers do not overflow") {
  const char* idea = "e^1000 is infinite. Subtract the largest number first, wherever it stands.";
  expect_log_sum_exp({1000, 1000}, 1, 2, 1000 + std::log(2.0), idea);
  expect_log_sum_exp({0, 1000}, 1, 2, 1000, idea);
  expect_log_sum_exp({1000, 0, -1000}, 1, 3, 1000, idea);
}

CHECK_CASE("log_sum_exp", "numbers far below 0 do not vanish") {
  const char* idea = "e^-1000 is 0, and log(0) minus infinity. The largest is one of the numbers.";
  expect_log_sum_exp({-1000, -1000}, 1, 2, -1000 + std::log(2.0), idea);
  expect_log_sum_exp({-200, -201}, 1, 2, reference_log_sum_exp({-200, -201}), idea);
}

CHECK_CASE("log_sum_exp", "digits behind the point survive beside ten thousand") {
  expect_log_sum_exp({1e4F, 1e4F}, 1, 2, 1e4 + std::log(2.0),
                     "Floats near 10,000 are 0.001 apart. Add the two parts in double.", 1e-11);
}

CHECK_CASE("log_sum_exp", "numbers that lie apart are found by their step") {
  const char* idea = "Number i is x.data[i * x.step].";
  expect_log_sum_exp({2, 90, 1, 90, 0}, 2, 3, reference_log_sum_exp({2, 1, 0}), idea);
  expect_log_sum_exp({-3, 90, 90, 1}, 3, 2, reference_log_sum_exp({-3, 1}), idea);
  expect_log_sum_exp({0, 7, 5, 7, 900}, 2, 3, 900, idea);
  expect_log_sum_exp({4, 90}, 0, 5, 4 + std::log(5.0), "With step 0 one number counts five times.");
}

CHECK_CASE("log_sum_exp", "many small powers are all counted") {
  std::vector<float> row(200000, -16);
  row[0] = 0;
  expect_log_sum_exp(row, 1, 200000, std::log1p(199999 * std::exp(-16.0)),
                     "Beside 1, a float loses what is below 0.00000006. Add up in double.", 1e-4);
}

CHECK_CASE("log_sum_exp", "an infinite largest number is the result") {
  const char* idea =
      "Infinity minus infinity is NaN, so an infinite largest is given back at once.";
  expect_log_sum_exp({-infinity, -infinity}, 1, 2, -static_cast<double>(infinity), idea);
  expect_log_sum_exp({1, infinity}, 1, 2, static_cast<double>(infinity), idea);
  expect_log_sum_exp({-infinity, 2}, 1, 2, 2, "A power of minus infinity is 0: it adds nothing.");
  expect_log_sum_exp({1, not_a_number, 2}, 1, 3, static_cast<double>(not_a_number),
                     "NaN goes in, so NaN comes out.");
}

// class_index

CHECK_CASE("class_index", "a whole number below the number of classes is that class") {
  const char* idea = "The classes are numbered from 0.";
  expect_class(0, 3, 0, idea);
  expect_class(2, 3, 2, idea);
  expect_class(0, 1, 0, idea);
  expect_class(50256, 50257, 50256, idea);
}

CHECK_CASE("class_index", "a number that is too large is refused") {
  const char* idea = "With 3 classes the last one is number 2.";
  expect_no_class({"[cross_entropy]", "3"}, "cross_entropy", 3, 3, idea);
  expect_no_class({"[cross_entropy]", "10"}, "cross_entropy", 10, 3, idea);
  expect_no_class({"[cross_entropy]"}, "cross_entropy", 1e30F, 3, idea);
  expect_no_class({"[cross_entropy]"}, "cross_entropy", infinity, 3, idea);
}

CHECK_CASE("class_index", "a negative number is refused") {
  const char* idea = "Classes are not counted from the back.";
  expect_no_class({"[cross_entropy]", "-1"}, "cross_entropy", -1, 3, idea);
  expect_no_class({"[cross_entropy]", "-100"}, "cross_entropy", -100, 3, idea);
}

CHECK_CASE("class_index", "a number that is not whole is refused") {
  const char* idea = "1.5 is between two classes. Look before you turn it into a whole number.";
  expect_no_class({"[cross_entropy]", "1.5"}, "cross_entropy", 1.5F, 3, idea);
  expect_no_class({"[cross_entropy]", "0.25"}, "cross_entropy", 0.25F, 3, idea);
  expect_no_class({"[cross_entropy]", "-0.5"}, "cross_entropy", -0.5F, 3, idea);
  expect_no_class(
      {"[cross_entropy]"}, "cross_entropy", not_a_number, 3,
      "NaN is not equal to its own floor, and every other comparison with it is false.");
}

CHECK_CASE("class_index", "the refusal names the operation that was called") {
  expect_no_class({"[nll_loss]", "7"}, "nll_loss", 7, 3,
                  "`op` is the name of the operation: it belongs in the square brackets.");
}

// cross_entropy_row

CHECK_CASE("cross_entropy_row", "each class costs what its score lies below the log-sum-exp") {
  const char* idea = "-log(softmax(x)[target]) is log_sum_exp(x) - x[target].";
  expect_row({2, 1, 0}, 1, 3, 0, reference_cross_entropy({2, 1, 0}, 0), idea);
  expect_row({2, 1, 0}, 1, 3, 1, reference_cross_entropy({2, 1, 0}, 1), idea);
  expect_row({2, 1, 0}, 1, 3, 2, reference_cross_entropy({2, 1, 0}, 2), idea);
  expect_row({3, 1, 1}, 1, 3, 1, reference_cross_entropy({3, 1, 1}, 1), idea);
}

CHECK_CASE("cross_entropy_row", "equal scores cost the logarithm of the number of classes") {
  const char* idea = "Each of C classes has the probability 1/C, and -log(1/C) is log(C).";
  expect_row({0, 0, 0}, 1, 3, 1, std::log(3.0), idea);
  expect_row(std::vector<float>(10, -4), 1, 10, 9, std::log(10.0), idea);
  expect_row({7}, 1, 1, 0, 0, "With a single class there is nothing to be wrong about.");
}

CHECK_CASE("cross_entropy_row", "scores of ten thousand give a finite loss") {
  const char* idea =
      "The softmax of the target rounds to 0, and log(0) is minus infinity. Never compute the "
      "softmax: subtract.";
  expect_row({1e4F, -1e4F}, 1, 2, 1, 20000, idea);
  expect_row({1e4F, 1e4F}, 1, 2, 0, std::log(2.0), idea);
  expect_row({-1e4F, -1e4F}, 1, 2, 1, std::log(2.0), idea);
  expect_row({1e4F, -1e4F}, 1, 2, 0, 0, idea);
}

CHECK_CASE("cross_entropy_row", "a small loss survives large scores") {
  expect_row({1e4F, 9993}, 1, 2, 0, std::log1p(std::exp(-7.0)),
             "Floats near 10,000 are 0.001 apart. Subtract in double.", 1e-5);
}

CHECK_CASE("cross_entropy_row", "scores that lie apart are found by their step") {
  const char* idea = "The score of the target is logits.data[target * logits.step].";
  expect_row({2, 90, 1, 90, 0}, 2, 3, 1, reference_cross_entropy({2, 1, 0}, 1), idea);
  expect_row({2, 90, 1, 90, 0}, 2, 3, 2, reference_cross_entropy({2, 1, 0}, 2), idea);
}

// score_rows

CHECK_CASE("score_rows", "the losses of the rows are added up and counted") {
  const char* idea = "Call `loss` for each row with the class of that row, and add what it gives.";
  expect_score({1, 2, 3, 40, 50, 60}, {0, 2}, 2, 3, {3, 1, 1}, -100, {61, 2}, idea);
  expect_score({1, 2, 3, 40, 50, 60}, {1, 1}, 2, 3, {3, 1, 1}, -100, {52, 2}, idea);
  expect_score({7}, {0}, 1, 1, {1, 1, 1}, -100, {7, 1}, idea);
}

CHECK_CASE("score_rows", "rows, scores and targets lie at their strides") {
  const char* idea =
      "Row i begins row_stride * i further on, its scores are column_stride apart, and target i "
      "is target.data[i * target.step].";
  expect_score({1, 40, 2, 50, 3, 60}, {0, 2}, 2, 3, {1, 2, 1}, -100, {61, 2}, idea);
  expect_score({1, 2, 3, 9, 40, 50, 60, 9}, {0, 9, 2}, 2, 3, {4, 1, 2}, -100, {61, 2}, idea);
  expect_score({1, 2, 3}, {2}, 4, 3, {0, 1, 0}, -100, {12, 4}, "A step of 0 stays where it is.");
}

CHECK_CASE("score_rows", "an ignored row costs nothing and does not count") {
  const char* idea =
      "A row whose target is ignore_index adds neither to the total nor to the count, and the rows "
      "after it go on.";
  expect_score({1, 2, 3, 40, 50, 60, 7, 8, 9}, {0, -100, 1}, 3, 3, {3, 1, 1}, -100, {9, 2}, idea);
  expect_score({1, 2, 3, 40, 50, 60}, {-100, 1}, 2, 3, {3, 1, 1}, -100, {50, 1}, idea);
  expect_score({1, 2, 3, 40, 50, 60}, {-100, -100}, 2, 3, {3, 1, 1}, -100, {0, 0}, idea);
}

CHECK_CASE("score_rows", "any index can be the ignored one") {
  const char* idea =
      "Compare the target with ignore_index, not with -100, and before anything else.";
  expect_score({1, 2, 3, 40, 50, 60}, {0, 1}, 2, 3, {3, 1, 1}, 0, {50, 1}, idea);
  expect_score({1, 2, 3, 40, 50, 60}, {7, 1}, 2, 3, {3, 1, 1}, 7, {50, 1}, idea);
}

CHECK_CASE("score_rows", "a target that is neither a class nor ignored is refused") {
  const char* idea = "Your class_index refuses it, in the name of `op`.";
  const auto score = [](const char* op, float target, std::int64_t ignore_index) {
    current_call() = "score_rows(\"" + std::string(op) + "\", ...) with target " + show(target) +
                     ", 3 classes and ignore_index " + show(ignore_index);
    const float row[] = {1, 2, 3};
    return kernel::score_rows(op, picked, {{row, 3, 1}, {&target, 1}, 1, 3}, ignore_index);
  };
  expect_refusal({"[nll_loss]", "3"}, idea, [&] { return show(score("nll_loss", 3, -100)); });
  expect_refusal({"[cross_entropy]", "-100"}, idea,
                 [&] { return show(score("cross_entropy", -100, -1)); });
  expect_refusal({"[cross_entropy]", "-2"}, idea,
                 [&] { return show(score("cross_entropy", -2, -100)); });
}

CHECK_CASE("score_rows", "no rows cost nothing") {
  expect_score({}, {}, 0, 3, {3, 1, 1}, -100, {0, 0}, "An empty batch has a total of 0.");
}

CHECK_CASE("score_rows", "a million losses keep their digits") {
  const float row[] = {0.1F};
  const float target[] = {0};
  current_call() = "score_rows of a million rows that cost 0.1 each";
  const Score score =
      kernel::score_rows("cross_entropy", picked, {{row, 0, 1}, {target, 0}, 1000000, 1}, -100);
  expect_near(
      score.total, 1e6 * static_cast<double>(0.1F),
      "A float that has reached 100,000 loses most of each tenth. Keep the total in double.", 1e-9);
}

CHECK_CASE("score_rows", "the same batch twice has the same mean") {
  const Tensor logits = from_vector({2, 1, 0, -1, 3, 0}, {2, 3});
  const Tensor target = from_vector({0, 2}, {2});
  const double expected =
      (reference_cross_entropy({2, 1, 0}, 0) + reference_cross_entropy({-1, 3, 0}, 2)) / 2;
  const char* idea = "The mean is over the rows: not over the classes, and not over the numbers.";
  expect_tensor(mean_of(logits, target), {}, {expected}, 1e-6, 0, idea);
  expect_tensor(mean_of(logits.expand({2, 2, 3}), target.expand({2, 2})), {}, {expected}, 1e-6, 0,
                idea);
}

CHECK_CASE("score_rows", "a batch of texts is one long batch of rows") {
  Draw draw;
  // Each text is the first 3 rows of 5, so the two do not lie side by side.
  const Tensor logits = random_tensor(draw, {2, 5, 4}).slice(1, 0, 3);
  const std::vector<float> classes = {0, 3, 1, 2, 2, 0};
  const std::vector<float> values = values_of(logits);
  double expected = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto row = values.begin() + static_cast<std::ptrdiff_t>(4 * i);
    expected += reference_cross_entropy({row, row + 4}, static_cast<std::int64_t>(classes[i])) / 6;
  }
  const char* idea = "(B, T, C) with (B, T) are B times T rows of C scores.";
  expect_tensor(mean_of(from_vector(values, {6, 4}), from_vector(classes, {6})), {}, {expected},
                1e-5, 0, idea);
  expect_tensor(mean_of(logits, from_vector(classes, {2, 3})), {}, {expected}, 1e-5, 0, idea);
}

CHECK_CASE("score_rows", "cross_entropy is right for any shape, strides and reduction") {
  expect_public_classes("cross_entropy", cross_entropy, reference_cross_entropy,
                        "Each row is scored with its own class; ignored rows cost 0 and do not "
                        "count in the mean.");
}

CHECK_CASE("score_rows", "nll_loss is right for any shape, strides and reduction") {
  expect_public_classes("nll_loss", nll_loss, reference_nll,
                        "Minus the number at the target of each row that counts.");
}

// soft_cross_entropy_row

CHECK_CASE("soft_cross_entropy_row", "each class costs its share of what it would cost alone") {
  const char* idea = "For every class: its share times (log_sum_exp - its score). Add them.";
  expect_soft_row(
      {2, 1, 0}, 1, {0.5F, 0.5F, 0}, 1, 3,
      0.5 * reference_cross_entropy({2, 1, 0}, 0) + 0.5 * reference_cross_entropy({2, 1, 0}, 1),
      idea);
  expect_soft_row({2, 1, 0}, 1, {0.125F, 0.25F, 0.625F}, 1, 3,
                  0.125 * reference_cross_entropy({2, 1, 0}, 0) +
                      0.25 * reference_cross_entropy({2, 1, 0}, 1) +
                      0.625 * reference_cross_entropy({2, 1, 0}, 2),
                  idea);
}

CHECK_CASE("soft_cross_entropy_row", "a whole share on one class is the same as its index") {
  const char* idea = "With shares 0, 1, 0 only class 1 is left.";
  expect_soft_row({2, 1, 0}, 1, {0, 1, 0}, 1, 3, reference_cross_entropy({2, 1, 0}, 1), idea);
  expect_soft_row({2, 1, 0}, 1, {0, 0, 1}, 1, 3, reference_cross_entropy({2, 1, 0}, 2), idea);
}

CHECK_CASE("soft_cross_entropy_row", "the shares need not add up to 1") {
  const char* idea = "Weigh (log_sum_exp - score) for each class; do not take log_sum_exp once.";
  expect_soft_row({2, 1, 0}, 1, {0.5F, 0, 0}, 1, 3, 0.5 * reference_cross_entropy({2, 1, 0}, 0),
                  idea);
  expect_soft_row({2, 1, 0}, 1, {0, 2, 1}, 1, 3,
                  2 * reference_cross_entropy({2, 1, 0}, 1) + reference_cross_entropy({2, 1, 0}, 2),
                  idea);
  expect_soft_row({2, 1, 0}, 1, {0, 0, 0}, 1, 3, 0, idea);
}

CHECK_CASE("soft_cross_entropy_row", "scores of ten thousand stay finite with shares") {
  expect_soft_row({1e4F, -1e4F}, 1, {0.5F, 0.5F}, 1, 2, 10000,
                  "No softmax and no logarithm of it: only differences.");
}

CHECK_CASE("soft_cross_entropy_row", "scores and shares that lie apart are found by their steps") {
  const char* idea = "Each row has a step of its own.";
  expect_soft_row({2, 90, 1, 90, 0}, 2, {0.5F, 7, 7, 0.25F, 7, 7, 0.25F}, 3, 3,
                  0.5 * reference_cross_entropy({2, 1, 0}, 0) +
                      0.25 * reference_cross_entropy({2, 1, 0}, 1) +
                      0.25 * reference_cross_entropy({2, 1, 0}, 2),
                  idea);
}

CHECK_CASE("soft_cross_entropy_row", "cross_entropy takes shares of any shape and strides") {
  Draw draw;
  for (const Scored& one : random_cases(draw, 20)) {
    const Tensor target = random_tensor(draw, one.x.sizes(), any_layout(draw), 0, 1);
    const std::vector<float> shares = values_of(target);
    std::vector<double> each;
    std::size_t next = 0;
    for (const std::vector<float>& row : one.values) {
      double loss = 0;
      for (std::size_t c = 0; c < row.size(); ++c) {
        loss += static_cast<double>(shares[next++]) *
                reference_cross_entropy(row, static_cast<std::int64_t>(c));
      }
      each.push_back(loss);
    }
    const Unchanged unchanged{one.x, target};
    for (Reduction reduction : reductions) {
      current_call() =
          "cross_entropy(" + show(one.x) + ", " + show(target) + ", " + show(reduction) + ")";
      expect_reduced(cross_entropy(one.x, target, reduction), reduction, one.rows, each,
                     static_cast<std::int64_t>(each.size()),
                     "The mean is over the rows; a row's loss is the sum over its classes.");
    }
    unchanged.check();
  }
}

// What the student measures. 512 words of a text, and a score for each of 50,257 that may be next.

namespace {

constexpr std::int64_t words = 512;
constexpr std::int64_t vocabulary = 50257;

/// Scores of that shape that take 4 bytes instead of 103 million: all are the same number.
Tensor scores() {
  return zeros({1, 1}).expand({words, vocabulary});
}

}  // namespace

MEASURE("uniform-loss") {
  const double loss =
      static_cast<double>(cross_entropy(zeros({1}).expand({vocabulary}), zeros({})).data_ptr()[0]);
  return std::round(loss * 100) / 100;
}

MEASURE("logits-bytes") {
  const Memory memory;
  const Tensor logits = empty({words, vocabulary});
  return static_cast<double>(memory.live());
}

MEASURE("gathered-bytes") {
  const Tensor target = zeros({words});
  reset_counters();
  static_cast<void>(nll_loss(scores(), target));
  return static_cast<double>(counters().bytes_read - 4 * words);
}

MEASURE("asked-bytes") {
  const Tensor logits = scores().slice(0, 0, 16);  // 16 rows show it as well as 512
  const Tensor target = zeros({16});
  reset_peak_memory();
  const std::int64_t before = memory_stats().live_bytes;
  static_cast<void>(cross_entropy(logits, target));
  return static_cast<double>(memory_stats().peak_bytes - before);
}

MEASURE("float-error") {
  constexpr std::int64_t rows = 1000000;
  const Tensor logits = zeros({1, 1}).expand({rows, 10});
  const Tensor target = zeros({1}).expand({rows});
  const double wanted =
      static_cast<double>(cross_entropy(logits, target, Reduction::sum).data_ptr()[0]);
  const float each = cross_entropy(logits.select(0, 0), target.select(0, 0)).data_ptr()[0];
  volatile float carried = 0;  // volatile: really a float after each addition
  for (std::int64_t i = 0; i < rows; ++i) {
    carried = carried + each;
  }
  return std::round(wanted - static_cast<double>(carried));
}
