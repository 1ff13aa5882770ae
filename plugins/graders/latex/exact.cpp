#include "exact.hpp"

#include <utility>

#include "exact_functions.hpp"
#include "factors.hpp"
#include "fractions.hpp"

namespace espalier::latex {
namespace {

using boost::multiprecision::denominator;
using boost::multiprecision::numerator;

/// Largest size of an exponent that stays a number of its own.
constexpr int kLargestExponent = 1'000'000;

/// value ^ exponent for a number and an integer exponent, within the bounds.
Rational number_power(const Rational& value, const Integer& exponent) {
  if (value == 1 || exponent == 0) return 1;
  if (value == 0) return exponent > 0 ? Rational(0) : throw Inexact("a division by zero");
  if (value == -1) return exponent % 2 == 0 ? 1 : -1;
  const Integer size = abs(exponent);
  const std::size_t bits = std::max(msb(abs(numerator(value))), msb(denominator(value))) + 1;
  if (size > kMostBits || static_cast<std::size_t>(size) * bits > kMostBits) throw Inexact("a power is too large");
  const auto times = static_cast<unsigned>(size);
  const Rational power(pow(numerator(value), times), pow(denominator(value), times));
  return exponent > 0 ? power : Rational(1 / power);
}

Exact whole_power(const Exact& base, const Integer& exponent, Meter& meter) {
  if (abs(exponent) > kLargestExponent) throw Inexact("an exponent is too large");
  if (exponent < 0) return whole_power(inverse(base, meter), -exponent, meter);
  if (base.bottom.is_one() && base.top.terms().size() == 1) {
    const auto& [monomial, coefficient] = *base.top.terms().begin();
    Polynomial power(number_power(coefficient, exponent));
    for (const Factor& factor : monomial.factors())
      power = product(power, raised(factor.base, factor.exponent * Rational(exponent)), meter);
    return {power};
  }
  Exact power{Polynomial(Rational(1))};
  Exact square = base;
  for (Integer left = exponent; left > 0; left /= 2) {
    if (left % 2 == 1) power = product(power, square, meter);
    if (left > 1) square = product(square, square, meter);
  }
  return power;
}

/// sqrt(a + b) for rational a and b^2: with d = sqrt(a^2 - b^2) rational, it is sqrt((a+d)/2) + sign(b) sqrt((a-d)/2).
std::optional<Exact> denested(const Polynomial& base, Meter& meter) {
  if (base.terms().size() != 2) return std::nullopt;
  Rational a;
  Polynomial surd;
  for (const auto& [monomial, coefficient] : base.terms()) {
    if (monomial.is_one())
      a = coefficient;
    else
      surd = Polynomial(monomial, coefficient);
  }
  const auto square = product(surd, surd, meter).rational();
  if (a <= 0 || !square || *square <= 0) return std::nullopt;
  const auto root = exact_root(a * a - *square);
  if (!root) return std::nullopt;
  const Exact one = rational_power({Polynomial(Rational((a + *root) / 2))}, Rational(1, 2), false, meter);
  const Exact other = rational_power({Polynomial(Rational((a - *root) / 2))}, Rational(1, 2), false, meter);
  const bool negative = surd.terms().begin()->second < 0;
  return sum(one, negative ? Exact{scaled(other.top, -1)} : other, meter);
}

/// The power of one term as a product of powers of its factors, where that holds for all values of the variables.
std::optional<Exact> term_power(const Monomial& monomial, const Rational& coefficient, const Rational& exponent,
                                bool real, Meter& meter) {
  const Integer degree = denominator(exponent);
  Polynomial power(Rational(1));
  if (coefficient < 0) {  // sqrt(-c) = i sqrt(c), and the n-th root of -c is minus that of c for odd n
    const bool odd_root = real && degree % 2 == 1;
    if (!odd_root && (degree != 2 || !monomial.constant())) return std::nullopt;
    power = odd_root ? Polynomial(numerator(exponent) % 2 == 0 ? Rational(1) : Rational(-1))
                     : raised({Base::Kind::i, "i"}, Rational(numerator(exponent)));
  }
  int variables = 0;
  for (const Factor& factor : monomial.factors()) {
    const bool free = factor.base.kind >= Base::Kind::variable;
    variables += free;
    if (factor.base.kind == Base::Kind::i || (free && (factor.exponent != 1 || coefficient < 0 || variables > 1)))
      return std::nullopt;
    power = product(power, raised(factor.base, factor.exponent * exponent), meter);
  }
  const auto times_roots = [&](const Integer& number, const Rational& each) {
    for (const auto& [prime, times] : prime_factors(number))
      power = product(power, raised({Base::Kind::prime, prime.str()}, each * times), meter);
  };
  times_roots(abs(numerator(coefficient)), exponent);
  times_roots(denominator(coefficient), -exponent);
  return Exact{power};
}

Exact symbol(const std::string& name) {
  const Base::Kind kind = name == "pi"  ? Base::Kind::pi
                          : name == "e" ? Base::Kind::e
                          : name == "i" ? Base::Kind::i
                                        : Base::Kind::variable;
  return {Polynomial(Monomial(Base{kind, name}, 1), 1)};
}

Exact power(const Exact& base, const Exact& exponent, Meter& meter) {
  const auto number = exponent.rational();
  if (number) return rational_power(base, *number, false, meter);
  if (base.rational() == Rational(1)) return base;
  const bool euler = base.bottom.is_one() && base.top.terms() == symbol("e").top.terms();
  if (euler && exponent.bottom.is_one()) {
    // e^(i x) = cos x + i sin x
    const Exact i = symbol("i");
    const Exact angle{scaled(product(exponent.top, i.top, meter), -1)};
    if (const auto turn = exact_turn(angle, meter)) return sum(turn->first, product(i, turn->second, meter), meter);
  }
  return opaque('(' + spelled(base) + ")^(" + spelled(exponent) + ')');
}

}  // namespace

Exact rational_power(const Exact& base, const Rational& exponent, bool real, Meter& meter) {
  if (denominator(exponent) == 1) return whole_power(base, numerator(exponent), meter);
  if (base.top.is_zero()) return exponent > 0 ? base : throw Inexact("a division by zero");
  if (base.bottom.is_one()) {
    if (base.top.terms().size() == 1) {
      const auto& [monomial, coefficient] = *base.top.terms().begin();
      if (auto found = term_power(monomial, coefficient, exponent, real, meter)) return std::move(*found);
    } else if (denominator(exponent) == 2) {
      if (const auto root = denested(base.top, meter)) return whole_power(*root, numerator(exponent), meter);
    }
  }
  return opaque((real ? "root(" : "(") + spelled(base) + ")^(" + answers::canonical(exponent) + ')');
}

bool Exact::complete() const {
  return !top.opaque() && !bottom.opaque() && (bottom.is_one() || single_variable(*this).has_value());
}

std::optional<Rational> Exact::rational() const { return bottom.is_one() ? top.rational() : std::nullopt; }

Exact exact(const Node& formula, Meter& meter) {
  meter.charge(1);
  switch (formula.op) {
    case Op::number:
      return {Polynomial(bounded(formula.number))};
    case Op::symbol:
      return symbol(formula.name);
    case Op::sum:
    case Op::product: {
      Exact total = exact(formula.parts[0], meter);
      for (std::size_t k = 1; k < formula.parts.size(); ++k) {
        const Exact next = exact(formula.parts[k], meter);
        total = formula.op == Op::sum ? sum(total, next, meter) : product(total, next, meter);
      }
      return total;
    }
    case Op::power:
      return power(exact(formula.parts[0], meter), exact(formula.parts[1], meter), meter);
    case Op::root: {
      const auto degree = exact(formula.parts[1], meter).rational();
      if (!degree || *degree == 0) throw Inexact("a root of no number's degree");
      return rational_power(exact(formula.parts[0], meter), 1 / *degree, true, meter);
    }
    case Op::call: {
      std::vector<Exact> arguments;
      for (const Node& part : formula.parts) arguments.push_back(exact(part, meter));
      return exact_call(formula.name, arguments, meter);
    }
  }
  throw Inexact("an operation is not known");
}

std::string spelled(const Exact& value) {
  if (value.bottom.is_one()) return spelled(value.top);
  return '(' + spelled(value.top) + ")/(" + spelled(value.bottom) + ')';
}

}  // namespace espalier::latex
