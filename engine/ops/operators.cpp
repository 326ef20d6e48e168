#include "engine/ops/operators.h"

#include "engine/ops/elementwise.h"

namespace tt {

Tensor add(const Tensor& a, float b) {
  return add(a, full({}, b));
}
Tensor sub(const Tensor& a, float b) {
  return sub(a, full({}, b));
}
Tensor mul(const Tensor& a, float b) {
  return mul(a, full({}, b));
}
Tensor div(const Tensor& a, float b) {
  return div(a, full({}, b));
}
Tensor maximum(const Tensor& a, float b) {
  return maximum(a, full({}, b));
}
Tensor minimum(const Tensor& a, float b) {
  return minimum(a, full({}, b));
}
Tensor eq(const Tensor& a, float b) {
  return eq(a, full({}, b));
}
Tensor ne(const Tensor& a, float b) {
  return ne(a, full({}, b));
}
Tensor lt(const Tensor& a, float b) {
  return lt(a, full({}, b));
}
Tensor le(const Tensor& a, float b) {
  return le(a, full({}, b));
}
Tensor gt(const Tensor& a, float b) {
  return gt(a, full({}, b));
}
Tensor ge(const Tensor& a, float b) {
  return ge(a, full({}, b));
}
Tensor& mul_(Tensor& self, float other) {
  return mul_(self, full({}, other));
}

Tensor operator-(const Tensor& x) {
  return neg(x);
}
Tensor operator+(const Tensor& a, const Tensor& b) {
  return add(a, b);
}
Tensor operator+(const Tensor& a, float b) {
  return add(a, b);
}
Tensor operator+(float a, const Tensor& b) {
  return add(full({}, a), b);
}
Tensor operator-(const Tensor& a, const Tensor& b) {
  return sub(a, b);
}
Tensor operator-(const Tensor& a, float b) {
  return sub(a, b);
}
Tensor operator-(float a, const Tensor& b) {
  return sub(full({}, a), b);
}
Tensor operator*(const Tensor& a, const Tensor& b) {
  return mul(a, b);
}
Tensor operator*(const Tensor& a, float b) {
  return mul(a, b);
}
Tensor operator*(float a, const Tensor& b) {
  return mul(full({}, a), b);
}
Tensor operator/(const Tensor& a, const Tensor& b) {
  return div(a, b);
}
Tensor operator/(const Tensor& a, float b) {
  return div(a, b);
}
Tensor operator/(float a, const Tensor& b) {
  return div(full({}, a), b);
}

}  // namespace tt
