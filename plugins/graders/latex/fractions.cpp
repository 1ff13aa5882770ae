#include "fractions.hpp"

#include <algorithm>
#include <utility>

namespace espalier::latex {
namespace {

using boost::multiprecision::denominator;
using boost::multiprecision::numerator;

constexpr std::size_t kLongestSpelling = 2'000;
/// Highest degree for which common factors are looked for.
constexpr int kHighestDegree = 60;

/// A square root, or i, that occurs in a polynomial in which nothing else does.
std::optional<Base> irrational_base(const Polynomial& polynomial) {
  std::optional<Base> found;
  for (const auto& [monomial, coefficient] : polynomial.terms()) {
    for (const Factor& factor : monomial.factors()) {
      const bool root = factor.base.kind == Base::Kind::prime && factor.exponent == Rational(1, 2);
      if (!root && factor.base.kind != Base::Kind::i) return std::nullopt;
      found = factor.base;
    }
  }
  return found;
}

/// With bottom = A + B s, s^2 rational: top / bottom = top (A - B s) / (A^2 - B^2 s^2), once for every s.
void rationalise(Exact& value, Meter& meter) {
  while (value.bottom.terms().size() > 1) {
    const auto base = irrational_base(value.bottom);
    if (!base) return;
    Polynomial conjugate;
    for (const auto& [monomial, coefficient] : value.bottom.terms())
      conjugate.add(monomial, monomial.exponent(*base) == 0 ? coefficient : Rational(-coefficient));
    value.top = product(value.top, conjugate, meter);
    value.bottom = product(value.bottom, conjugate, meter);
  }
}

/// Coefficients from the constant one up.
using Dense = std::vector<Rational>;

Dense dense(const Polynomial& polynomial, const Base& variable, const Rational& lowest) {
  Dense coefficients;
  for (const auto& [monomial, coefficient] : polynomial.terms()) {
    const Rational place = monomial.exponent(variable) - lowest;
    if (place > kHighestDegree) throw Inexact("a degree is too high");
    const auto index = static_cast<std::size_t>(numerator(place));
    if (coefficients.size() <= index) coefficients.resize(index + 1);
    coefficients[index] = coefficient;
  }
  return coefficients;
}

Polynomial sparse(const Dense& coefficients, const Base& variable, const Rational& lowest) {
  Polynomial polynomial;
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    const Rational exponent = lowest + static_cast<int>(k);
    polynomial.add(exponent == 0 ? Monomial() : Monomial(variable, exponent), coefficients[k]);
  }
  return polynomial;
}

/// Divides a by b in place: a becomes the remainder, the quotient is returned.
Dense divide(Dense& a, const Dense& b, Meter& meter) {
  Dense quotient(a.size() >= b.size() ? a.size() - b.size() + 1 : 0);
  while (a.size() >= b.size()) {
    const std::size_t shift = a.size() - b.size();
    quotient[shift] = bounded(Rational(a.back() / b.back()));
    for (std::size_t k = 0; k < b.size(); ++k) {
      meter.charge(work(a[k + shift]));
      a[k + shift] -= quotient[shift] * b[k];
    }
    while (!a.empty() && a.back() == 0) a.pop_back();
  }
  return quotient;
}

void cancel_common_factor(Exact& value, const Base& variable, Meter& meter) {
  const auto lowest = [&](const Polynomial& polynomial) {
    Rational least = polynomial.terms().begin()->first.exponent(variable);
    for (const auto& [monomial, coefficient] : polynomial.terms()) least = std::min(least, monomial.exponent(variable));
    return least;
  };
  const Rational top_shift = lowest(value.top);
  const Rational bottom_shift = lowest(value.bottom);
  Dense top = dense(value.top, variable, top_shift);
  Dense bottom = dense(value.bottom, variable, bottom_shift);
  Dense a = top;
  Dense b = bottom;
  while (!b.empty()) {
    divide(a, b, meter);
    std::swap(a, b);
  }
  top = divide(top, a, meter);
  bottom = divide(bottom, a, meter);
  value.top = sparse(top, variable, top_shift - bottom_shift);
  value.bottom = sparse(bottom, variable, 0);
}

Exact reduced(Exact value, Meter& meter) {
  if (value.bottom.is_one()) return value;
  if (value.bottom.is_zero()) throw Inexact("a division by zero");
  if (value.top.is_zero()) return {};
  rationalise(value, meter);
  if (value.bottom.terms().size() > 1) {
    if (auto whole = quotient(value.top, value.bottom, meter)) return {std::move(*whole)};
    if (const auto variable = single_variable(value)) cancel_common_factor(value, *variable, meter);
  }
  if (value.bottom.terms().size() == 1) {
    const auto [monomial, factor] = inverse(value.bottom.terms().begin()->first);
    const Rational coefficient = factor / value.bottom.terms().begin()->second;
    return {product(value.top, Polynomial(monomial, coefficient), meter)};
  }
  const Rational leading = 1 / value.bottom.terms().begin()->second;
  return {scaled(value.top, leading), scaled(value.bottom, leading)};
}

}  // namespace

Exact sum(const Exact& a, const Exact& b, Meter& meter) {
  if (a.bottom.is_one() && b.bottom.is_one()) return {sum(a.top, b.top, meter)};
  return reduced({sum(product(a.top, b.bottom, meter), product(b.top, a.bottom, meter), meter),
                  product(a.bottom, b.bottom, meter)},
                 meter);
}

Exact product(const Exact& a, const Exact& b, Meter& meter) {
  return reduced({product(a.top, b.top, meter), product(a.bottom, b.bottom, meter)}, meter);
}

Exact inverse(const Exact& value, Meter& meter) { return reduced({value.bottom, value.top}, meter); }

Polynomial raised(const Base& base, const Rational& exponent) {
  if (exponent == 0) return Polynomial(Rational(1));
  if (base.kind != Base::Kind::prime && base.kind != Base::Kind::i) return {Monomial(base, exponent), 1};
  // Through the product of two powers, which brings exponents of numbers into their range.
  const auto [monomial, coefficient] = product(Monomial(base, exponent - 1), Monomial(base, 1));
  return {monomial, coefficient};
}

Exact opaque(std::string spelling) {
  if (spelling.size() > kLongestSpelling) throw Inexact("a formula is too long");
  return {Polynomial(Monomial(Base{Base::Kind::opaque, std::move(spelling)}, 1), 1)};
}

std::optional<Rational> exact_root(const Rational& square) {
  if (square < 0) return std::nullopt;
  const Integer top = sqrt(numerator(square));
  const Integer bottom = sqrt(denominator(square));
  if (top * top != numerator(square) || bottom * bottom != denominator(square)) return std::nullopt;
  return Rational(top, bottom);
}

std::optional<Base> single_variable(const Exact& value) {
  std::optional<Base> found;
  for (const Polynomial* polynomial : {&value.top, &value.bottom}) {
    for (const auto& [monomial, coefficient] : polynomial->terms()) {
      if (monomial.is_one()) continue;
      const Factor& factor = monomial.factors().front();
      const bool fits = monomial.factors().size() == 1 && denominator(factor.exponent) == 1 &&
                        factor.base.kind >= Base::Kind::pi && factor.base.kind != Base::Kind::opaque;
      if (!fits || (found && *found != factor.base)) return std::nullopt;
      found = factor.base;
    }
  }
  return found;
}

}  // namespace espalier::latex
