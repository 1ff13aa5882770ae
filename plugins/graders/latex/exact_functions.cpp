#include "exact_functions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "factors.hpp"
#include "fractions.hpp"

namespace espalier::latex {
namespace {

using boost::multiprecision::denominator;
using boost::multiprecision::numerator;

constexpr int kLargestFactorial = 800;

std::optional<int> small_integer(const std::optional<Rational>& value) {
  if (!value || denominator(*value) != 1 || *value < 0 || *value > kLargestFactorial) return std::nullopt;
  return static_cast<int>(numerator(*value));
}

std::optional<Exact> factorial(const Exact& argument) {
  const auto n = small_integer(argument.rational());
  if (!n) return std::nullopt;
  Integer value = 1;
  for (int k = 2; k <= *n; ++k) value *= k;
  return Exact{Polynomial(bounded(Rational(value)))};
}

std::optional<Exact> binomial(const Exact& top, const Exact& bottom) {
  const auto n = small_integer(top.rational());
  const auto k = small_integer(bottom.rational());
  if (!n || !k) return std::nullopt;
  Integer value = *k <= *n ? 1 : 0;
  for (int j = 1; j <= *k && value != 0; ++j) value = value * (*n - j + 1) / j;
  return Exact{Polynomial(bounded(Rational(value)))};
}

std::optional<Exact> rounded(std::string_view function, const Exact& argument) {
  const auto value = argument.rational();
  if (!value) return std::nullopt;
  Integer down = numerator(*value) / denominator(*value);
  if (Rational(down) > *value) --down;
  const bool up = function == "ceil" && Rational(down) != *value;
  return Exact{Polynomial(Rational(up ? down + 1 : down))};
}

/// |c m| = |c| m for one real term of positive factors.
std::optional<Exact> absolute(const Exact& argument) {
  const Polynomial& top = argument.top;
  if (!argument.bottom.is_one() || top.terms().size() > 1) return std::nullopt;
  if (top.is_zero()) return argument;
  const auto& [monomial, coefficient] = *top.terms().begin();
  if (!monomial.constant() || monomial.exponent({Base::Kind::i, "i"}) != 0) return std::nullopt;
  return Exact{Polynomial(monomial, boost::multiprecision::abs(coefficient))};
}

/// The exponents of primes in a positive rational number.
std::vector<std::pair<Integer, int>> prime_exponents(const Rational& value) {
  auto exponents = prime_factors(numerator(value));
  for (const auto& [prime, times] : prime_factors(denominator(value))) exponents.emplace_back(prime, -times);
  std::sort(exponents.begin(), exponents.end());
  return exponents;
}

/// log of a to base b is p/q when a^q = b^p: the exponents of all primes stand in that ratio.
std::optional<Exact> logarithm(const Exact& argument, const Exact& base) {
  const auto a = argument.rational();
  const auto b = base.rational();
  if (!a || !b || *a <= 0 || *b <= 0 || *b == 1) return std::nullopt;
  if (*a == 1) return Exact{};
  const auto above = prime_exponents(*a);
  const auto below = prime_exponents(*b);
  if (above.size() != below.size()) return std::nullopt;
  // Divided, as the constructor from two integers refuses a negative denominator.
  const Rational ratio = Rational(above[0].second) / Rational(below[0].second);
  for (std::size_t k = 0; k < above.size(); ++k) {
    if (above[k].first != below[k].first || ratio * below[k].second != above[k].second) return std::nullopt;
  }
  return Exact{Polynomial(ratio)};
}

/// ln e^k = k.
std::optional<Exact> natural_logarithm(const Exact& argument) {
  if (argument.rational() == Rational(1)) return Exact{};
  if (!argument.bottom.is_one() || argument.top.terms().size() != 1) return std::nullopt;
  const auto& [monomial, coefficient] = *argument.top.terms().begin();
  if (coefficient != 1 || monomial.factors().size() != 1 || monomial.factors()[0].base.kind != Base::Kind::e)
    return std::nullopt;
  return Exact{Polynomial(monomial.factors()[0].exponent)};
}

Polynomial surd(int under_root, const Rational& coefficient, Meter& meter) {
  return scaled(rational_power({Polynomial(Rational(under_root))}, Rational(1, 2), true, meter).top, coefficient);
}

/// sin(k pi / 12).
Exact sine(int k, Meter& meter) {
  k = ((k % 24) + 24) % 24;
  if (k >= 12) return {scaled(sine(k - 12, meter).top, -1)};
  if (k > 6) k = 12 - k;
  switch (k) {
    case 0:
      return {};
    case 1:
      return {sum(surd(6, Rational(1, 4), meter), surd(2, Rational(-1, 4), meter), meter)};
    case 2:
      return {Polynomial(Rational(1, 2))};
    case 3:
      return {surd(2, Rational(1, 2), meter)};
    case 4:
      return {surd(3, Rational(1, 2), meter)};
    case 5:
      return {sum(surd(6, Rational(1, 4), meter), surd(2, Rational(1, 4), meter), meter)};
    default:
      return {Polynomial(Rational(1))};
  }
}

Exact trigonometric(std::string_view function, int k, Meter& meter) {
  const Exact sin = sine(k, meter);
  const Exact cos = sine(k + 6, meter);
  if (function == "sin") return sin;
  if (function == "cos") return cos;
  if (function == "tan") return product(sin, inverse(cos, meter), meter);
  if (function == "cot") return product(cos, inverse(sin, meter), meter);
  return inverse(function == "sec" ? cos : sin, meter);
}

/// k for an argument of k pi / 12.
std::optional<int> twelfths(const Exact& argument) {
  if (argument.top.is_zero()) return 0;
  if (!argument.bottom.is_one() || argument.top.terms().size() != 1) return std::nullopt;
  const auto& [monomial, coefficient] = *argument.top.terms().begin();
  const Rational k = coefficient * 12;
  if (!(monomial == Monomial(Base{Base::Kind::pi, "pi"}, 1)) || denominator(k) != 1) return std::nullopt;
  return static_cast<int>(numerator(k) % 24);
}

Exact twelfth_of_pi(int k) { return {Polynomial(Monomial(Base{Base::Kind::pi, "pi"}, 1), Rational(k, 12))}; }

/// The inverse function among the multiples of pi/12 in its range.
std::optional<Exact> inverse_trigonometric(std::string_view function, const Exact& argument, Meter& meter) {
  const std::string_view inner = function.substr(3);
  if (inner != "sin" && inner != "cos" && inner != "tan") return std::nullopt;
  if (!argument.constant()) return std::nullopt;
  const int first = inner == "cos" ? 0 : inner == "sin" ? -6 : -5;
  const int last = inner == "cos" ? 12 : -first;
  for (int k = first; k <= last; ++k) {
    if (trigonometric(inner, k, meter).top.terms() == argument.top.terms()) return twelfth_of_pi(k);
  }
  return std::nullopt;
}

std::optional<Exact> found(std::string_view function, const std::vector<Exact>& arguments, Meter& meter) {
  const Exact& first = arguments[0];
  if (function == "!") return factorial(first);
  if (function == "abs") return absolute(first);
  if (function == "floor" || function == "ceil") return rounded(function, first);
  if (function == "binom") return binomial(first, arguments[1]);
  if (function == "log") return logarithm(first, arguments[1]);
  if (function == "ln") return natural_logarithm(first);
  if (function.starts_with("arc")) return inverse_trigonometric(function, first, meter);
  constexpr auto circular = std::to_array<std::string_view>({"sin", "cos", "tan", "cot", "sec", "csc"});
  if (std::find(circular.begin(), circular.end(), function) != circular.end()) {
    if (const auto k = twelfths(first)) return trigonometric(function, *k, meter);
  }
  return std::nullopt;
}

}  // namespace

Exact exact_call(std::string_view function, const std::vector<Exact>& arguments, Meter& meter) {
  if (auto value = found(function, arguments, meter)) return std::move(*value);
  std::string spelling = std::string(function) + '(';
  for (const Exact& argument : arguments) spelling += (&argument == &arguments[0] ? "" : ", ") + spelled(argument);
  return opaque(spelling + ')');
}

std::optional<std::pair<Exact, Exact>> exact_turn(const Exact& angle, Meter& meter) {
  const auto k = twelfths(angle);
  if (!k) return std::nullopt;
  return std::pair{sine(*k + 6, meter), sine(*k, meter)};
}

}  // namespace espalier::latex
