#include "latex/polynomial.hpp"

#include <doctest/doctest.h>

using namespace espalier::latex;

namespace {

const Base kX{Base::Kind::variable, "x"};
const Base kY{Base::Kind::variable, "y"};

Polynomial power(const Base& base, const Rational& exponent) { return {Monomial(base, exponent), 1}; }

Polynomial plus(const Polynomial& a, const Polynomial& b) {
  Meter meter;
  return sum(a, b, meter);
}

Polynomial times(const Polynomial& a, const Polynomial& b) {
  Meter meter;
  return product(a, b, meter);
}

const Polynomial kOne{Rational(1)};

}  // namespace

TEST_CASE("polynomial: sums and products are in one order, and what cancels is gone") {
  const Polynomial x = power(kX, 1);
  const Polynomial y = power(kY, 1);
  CHECK(spelled(plus(x, y)) == spelled(plus(y, x)));
  CHECK(spelled(times(plus(x, kOne), plus(x, scaled(kOne, -1)))) == "x^2 - 1");
  CHECK(plus(x, scaled(x, -1)).is_zero());
  CHECK(spelled(Polynomial()) == "0");
  CHECK(times(x, y).terms() == times(y, x).terms());
}

TEST_CASE("polynomial: roots of primes multiply to their primes, and i to -1") {
  const Polynomial root = power({Base::Kind::prime, "2"}, Rational(1, 2));
  CHECK(times(root, root).rational() == Rational(2));
  const Polynomial i = power({Base::Kind::i, "i"}, 1);
  CHECK(times(i, i).rational() == Rational(-1));
  CHECK(spelled(times(root, power({Base::Kind::prime, "3"}, Rational(1, 2)))) == "sqrt(6)");
}

TEST_CASE("polynomial: division leaves nothing, or is none") {
  Meter meter;
  const Polynomial x = power(kX, 1);
  const Polynomial square = times(plus(x, kOne), plus(x, kOne));
  const auto half = quotient(square, plus(x, kOne), meter);
  REQUIRE(half);
  CHECK(half->terms() == plus(x, kOne).terms());
  CHECK_FALSE(quotient(square, plus(x, scaled(kOne, 2)), meter));
  CHECK_FALSE(quotient(square, Polynomial(), meter));
}

TEST_CASE("polynomial: the inverse of a monomial has a rational denominator") {
  const auto [monomial, coefficient] = inverse(Monomial({Base::Kind::prime, "2"}, Rational(1, 2)));
  CHECK(spelled(Polynomial(monomial, coefficient)) == "0.5*sqrt(2)");
}

TEST_CASE("polynomial: numbers, terms and steps are bounded") {
  CHECK_THROWS_AS(bounded(Rational(Integer(Integer(1) << 9'000))), Inexact);
  CHECK_NOTHROW(bounded(Rational(Integer(Integer(1) << 8'000))));
  Polynomial many;
  const auto add_all = [&] {
    for (int k = 1; k <= 400; ++k) many.add(Monomial(kX, k), 1);
  };
  CHECK_THROWS_AS(add_all(), Inexact);
  Meter meter;
  CHECK_THROWS_AS(meter.charge(1'000'000), Inexact);
}
