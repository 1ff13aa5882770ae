#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "limits.hpp"
#include "node.hpp"

namespace espalier::latex {

/// What a factor of a monomial is a power of.
struct Base {
  enum class Kind {
    prime,     ///< a prime number, in decimal digits; its exponent lies in (0, 1)
    i,         ///< the imaginary unit; its exponent is 1
    pi,        ///
    e,         ///
    variable,  ///
    opaque     ///< a formula that has no normal form of its own, by its spelling
  };
  Kind kind;
  std::string name;

  auto operator<=>(const Base& other) const {
    if (const auto order = kind <=> other.kind; order != 0) return order;
    if (kind == Kind::prime && name.size() != other.name.size()) return name.size() <=> other.name.size();
    return name <=> other.name;
  }
  bool operator==(const Base&) const = default;
};

struct Factor {
  Base base;
  Rational exponent;  ///< never 0
};

/// A product of powers of different bases, in their order. No factors: 1.
class Monomial {
 public:
  Monomial() = default;
  Monomial(const Base& base, const Rational& exponent) { factors_.push_back({base, exponent}); }
  explicit Monomial(std::vector<Factor> factors) : factors_(std::move(factors)) {}

  const std::vector<Factor>& factors() const { return factors_; }
  bool is_one() const { return factors_.empty(); }
  /// Whether all factors are numbers: radicals, i, pi or e.
  bool constant() const;
  bool opaque() const;
  /// Sum of the exponents of variables.
  Rational degree() const;
  Rational exponent(const Base& base) const;

  /// Higher degrees first, then in alphabetical order, so that a polynomial begins with its leading term.
  bool operator<(const Monomial& other) const;
  bool operator==(const Monomial& other) const;

 private:
  std::vector<Factor> factors_;
};

/// A sum of rational multiples of different monomials. Equal polynomials are equal maps, and since radicals of primes,
/// powers of pi and of variables are linearly independent over the rationals, numbers and functions that have such a
/// form are equal only when their forms are. (That pi and e are independent of each other is assumed.)
class Polynomial {
 public:
  using Terms = std::map<Monomial, Rational>;

  Polynomial() = default;  ///< 0
  explicit Polynomial(const Rational& value);
  Polynomial(Monomial monomial, Rational coefficient);

  const Terms& terms() const { return terms_; }
  bool is_zero() const { return terms_.empty(); }
  /// The value of a polynomial without any factors.
  std::optional<Rational> rational() const;
  bool is_one() const;
  bool opaque() const;
  bool constant() const;

  /// Adds coefficient * monomial; throws Inexact beyond kMostTerms or kMostBits.
  void add(const Monomial& monomial, const Rational& coefficient);

 private:
  Terms terms_;
};

/// Throws Inexact when a number has more than kMostBits bits.
const Rational& bounded(const Rational& value);

/// What one multiplication by a number counts as: common divisors take time quadratic in its length.
std::size_t work(const Rational& value);

Polynomial sum(const Polynomial& a, const Polynomial& b, Meter& meter);
Polynomial product(const Polynomial& a, const Polynomial& b, Meter& meter);
Polynomial scaled(const Polynomial& a, const Rational& factor);

/// a / b when b divides a, by division of leading terms; nothing when it leaves a remainder.
std::optional<Polynomial> quotient(const Polynomial& a, const Polynomial& b, Meter& meter);

/// The product of two monomials as coefficient and monomial: sqrt(2) * sqrt(6) = 2 * sqrt(3), i * i = -1.
std::pair<Monomial, Rational> product(const Monomial& a, const Monomial& b);
/// 1 / monomial.
std::pair<Monomial, Rational> inverse(const Monomial& monomial);

/// Spells a polynomial from its leading term on: "3*x^2 - sqrt(2)*x + 1/3".
std::string spelled(const Polynomial& polynomial);

}  // namespace espalier::latex
