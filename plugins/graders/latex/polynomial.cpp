#include "polynomial.hpp"

#include <algorithm>
#include <utility>

namespace espalier::latex {
namespace {

using boost::multiprecision::denominator;
using boost::multiprecision::numerator;

/// Steps that the product of two terms takes beside that of their coefficients, for each factor and for itself.
constexpr std::size_t kProductOfTerms = 4;

bool whole(const Rational& value) { return denominator(value) == 1; }

Integer floor_of(const Rational& value) {
  Integer quotient = numerator(value) / denominator(value);
  if (value < 0 && !whole(value)) --quotient;
  return quotient;
}

/// base ^ exponent for a prime and an integer exponent.
Rational prime_power(const Base& prime, const Integer& exponent) {
  if (boost::multiprecision::abs(exponent) > kMostBits) throw Inexact("a power is too large");
  const auto size = static_cast<unsigned>(boost::multiprecision::abs(exponent));
  const Integer base(prime.name);
  if (size * (boost::multiprecision::msb(base) + 1) > kMostBits) throw Inexact("a power is too large");
  const Integer value = boost::multiprecision::pow(base, size);
  return exponent < 0 ? Rational(Integer(1), value) : Rational(value);
}

/// Appends base^exponent to factors, in its normal form; whole powers of primes and of i go into the coefficient.
void append(std::vector<Factor>& factors, Rational& coefficient, const Base& base, const Rational& exponent) {
  if (base.kind == Base::Kind::prime) {
    const Integer whole_part = floor_of(exponent);
    if (whole_part != 0) coefficient *= prime_power(base, whole_part);
    if (const Rational rest = exponent - Rational(whole_part); rest != 0) factors.push_back({base, rest});
  } else if (base.kind == Base::Kind::i) {
    const int turns = static_cast<int>(((numerator(exponent) % 4) + 4) % 4);
    if (turns >= 2) coefficient = -coefficient;
    if (turns % 2 == 1) factors.push_back({base, 1});
  } else if (exponent != 0) {
    factors.push_back({base, exponent});
  }
}

std::string spelled(const Factor& factor) {
  if (factor.exponent == 1) return factor.base.name;
  const std::string base = factor.base.kind == Base::Kind::opaque ? '(' + factor.base.name + ')' : factor.base.name;
  const std::string exponent = answers::canonical(factor.exponent);
  return whole(factor.exponent) && factor.exponent > 0 ? base + '^' + exponent : base + "^(" + exponent + ')';
}

/// The factors of a monomial, square roots of primes gathered under one sign.
std::string spelled(const Monomial& monomial) {
  Integer under_root = 1;
  std::string text;
  const auto append_factor = [&](const std::string& factor) { text += (text.empty() ? "" : "*") + factor; };
  for (const Factor& factor : monomial.factors()) {
    if (factor.base.kind == Base::Kind::prime && factor.exponent == Rational(1, 2))
      under_root *= Integer(factor.base.name);
  }
  if (under_root != 1) append_factor("sqrt(" + under_root.str() + ')');
  for (const Factor& factor : monomial.factors()) {
    if (factor.base.kind != Base::Kind::prime || factor.exponent != Rational(1, 2)) append_factor(spelled(factor));
  }
  return text;
}

/// a * b and a + b; integers are spared the search for common divisors.
Rational times(const Rational& a, const Rational& b) {
  if (!whole(a) || !whole(b)) return a * b;
  return Rational(Integer(numerator(a) * numerator(b)));
}
Rational plus(const Rational& a, const Rational& b) {
  if (!whole(a) || !whole(b)) return a + b;
  return Rational(Integer(numerator(a) + numerator(b)));
}

}  // namespace

bool Monomial::constant() const {
  return std::all_of(factors_.begin(), factors_.end(),
                     [](const Factor& factor) { return factor.base.kind < Base::Kind::variable; });
}

bool Monomial::opaque() const {
  return std::any_of(factors_.begin(), factors_.end(),
                     [](const Factor& factor) { return factor.base.kind == Base::Kind::opaque; });
}

Rational Monomial::degree() const {
  Rational sum = 0;
  for (const Factor& factor : factors_) {
    if (factor.base.kind >= Base::Kind::variable) sum += factor.exponent;
  }
  return sum;
}

Rational Monomial::exponent(const Base& base) const {
  for (const Factor& factor : factors_) {
    if (factor.base == base) return factor.exponent;
  }
  return 0;
}

bool Monomial::operator<(const Monomial& other) const {
  if (const Rational mine = degree(), its = other.degree(); mine != its) return mine > its;
  // In a graded lexicographic order: variables count before constants, hence from the back.
  auto a = factors_.rbegin();
  auto b = other.factors_.rbegin();
  for (; a != factors_.rend() && b != other.factors_.rend(); ++a, ++b) {
    if (a->base != b->base) return a->base > b->base;
    if (a->exponent != b->exponent) return a->exponent > b->exponent;
  }
  return a != factors_.rend() && b == other.factors_.rend();
}

bool Monomial::operator==(const Monomial& other) const {
  return std::equal(factors_.begin(), factors_.end(), other.factors_.begin(), other.factors_.end(),
                    [](const Factor& a, const Factor& b) { return a.base == b.base && a.exponent == b.exponent; });
}

Polynomial::Polynomial(const Rational& value) { add(Monomial(), value); }

Polynomial::Polynomial(Monomial monomial, Rational coefficient) { add(std::move(monomial), std::move(coefficient)); }

std::optional<Rational> Polynomial::rational() const {
  if (terms_.empty()) return Rational(0);
  if (terms_.size() > 1 || !terms_.begin()->first.is_one()) return std::nullopt;
  return terms_.begin()->second;
}

bool Polynomial::is_one() const {
  return terms_.size() == 1 && terms_.begin()->first.is_one() && terms_.begin()->second == 1;
}

bool Polynomial::opaque() const {
  return std::any_of(terms_.begin(), terms_.end(), [](const auto& term) { return term.first.opaque(); });
}

bool Polynomial::constant() const {
  return std::all_of(terms_.begin(), terms_.end(), [](const auto& term) { return term.first.constant(); });
}

void Polynomial::add(const Monomial& monomial, const Rational& coefficient) {
  if (coefficient == 0) return;
  const auto [place, added] = terms_.try_emplace(monomial, coefficient);
  if (!added) {
    place->second = plus(place->second, coefficient);
    if (place->second == 0) {
      terms_.erase(place);
      return;
    }
  }
  bounded(place->second);
  if (terms_.size() > kMostTerms) throw Inexact("too many terms");
}

const Rational& bounded(const Rational& value) {
  const auto bits = [](const Integer& part) { return part == 0 ? 0 : msb(boost::multiprecision::abs(part)); };
  if (bits(numerator(value)) > kMostBits || bits(denominator(value)) > kMostBits)
    throw Inexact("a number is too large");
  return value;
}

std::size_t work(const Rational& value) {
  const auto limbs = [](const Integer& part) { return part == 0 ? 0 : msb(boost::multiprecision::abs(part)) / 64; };
  const std::size_t size = limbs(numerator(value)) + limbs(denominator(value));
  return 1 + size * size / 16;
}

Polynomial sum(const Polynomial& a, const Polynomial& b, Meter& meter) {
  Polynomial total = a;
  for (const auto& [monomial, coefficient] : b.terms()) {
    meter.charge(work(coefficient));
    total.add(monomial, coefficient);
  }
  return total;
}

Polynomial product(const Polynomial& a, const Polynomial& b, Meter& meter) {
  Polynomial total;
  for (const auto& [first, one] : a.terms()) {
    for (const auto& [second, other] : b.terms()) {
      const std::size_t factors = 1 + first.factors().size() + second.factors().size();
      meter.charge(kProductOfTerms * factors + std::max(work(one), work(other)));
      const auto [monomial, factor] = product(first, second);
      total.add(monomial, times(times(one, other), factor));
    }
  }
  return total;
}

Polynomial scaled(const Polynomial& a, const Rational& factor) {
  Polynomial total;
  for (const auto& [monomial, coefficient] : a.terms()) total.add(monomial, coefficient * factor);
  return total;
}

std::optional<Polynomial> quotient(const Polynomial& a, const Polynomial& b, Meter& meter) {
  if (b.is_zero()) return std::nullopt;
  const auto& [leading, coefficient] = *b.terms().begin();
  const auto [inverted, factor] = inverse(leading);
  Polynomial rest = a;
  Polynomial result;
  while (!rest.is_zero()) {
    const auto& [first, size] = *rest.terms().begin();
    const auto [monomial, extra] = product(first, inverted);
    // A negative exponent that the dividend does not have means that the leading terms do not divide.
    for (const Factor& each : monomial.factors()) {
      if (each.base.kind >= Base::Kind::variable && each.exponent < 0) return std::nullopt;
    }
    const Polynomial step(monomial, size * factor * extra / coefficient);
    result = sum(result, step, meter);
    rest = sum(rest, scaled(product(step, b, meter), -1), meter);
  }
  return result;
}

std::pair<Monomial, Rational> product(const Monomial& a, const Monomial& b) {
  std::vector<Factor> factors;
  Rational coefficient = 1;
  auto one = a.factors().begin();
  auto other = b.factors().begin();
  while (one != a.factors().end() || other != b.factors().end()) {
    if (other == b.factors().end() || (one != a.factors().end() && one->base < other->base)) {
      factors.push_back(*one++);
    } else if (one == a.factors().end() || other->base < one->base) {
      factors.push_back(*other++);
    } else {
      append(factors, coefficient, one->base, one->exponent + other->exponent);
      ++one;
      ++other;
    }
  }
  return {Monomial(std::move(factors)), std::move(coefficient)};
}

std::pair<Monomial, Rational> inverse(const Monomial& monomial) {
  std::vector<Factor> factors;
  Rational coefficient = 1;
  for (const Factor& factor : monomial.factors()) append(factors, coefficient, factor.base, -factor.exponent);
  return {Monomial(std::move(factors)), std::move(coefficient)};
}

std::string spelled(const Polynomial& polynomial) {
  std::string text;
  for (const auto& [monomial, coefficient] : polynomial.terms()) {
    const bool negative = coefficient < 0;
    text += text.empty() ? (negative ? "-" : "") : (negative ? " - " : " + ");
    const Rational size = boost::multiprecision::abs(coefficient);
    if (monomial.is_one() || size != 1) text += answers::canonical(size);
    if (!monomial.is_one()) text += (size != 1 ? "*" : "") + spelled(monomial);
  }
  return text.empty() ? "0" : text;
}

}  // namespace espalier::latex
