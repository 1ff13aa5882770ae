#include "numeric.hpp"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <cstdint>
#include <sstream>

namespace espalier::latex {
namespace {

/// Beyond these sizes digits are lost, or time.
constexpr double kLargestAngle = 1e12;
constexpr double kLargestExponent = 1e4;
constexpr double kLargestValue = 1e300;
/// Steps that one function takes, in fifty digits.
constexpr std::size_t kCall = 150;

const Real& pi() {
  static const Real value = boost::math::constants::pi<Real>();
  return value;
}

/// FNV-1a, mapped to (-3, 3) without a middle where functions are often special.
Real coordinate(std::string_view name, int point) {
  std::uint64_t hash = 1469598103934665603U + static_cast<std::uint64_t>(point) * 7919U;
  for (int round = 0; round < 4; ++round) {
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ (hash >> 29)) * 1099511628211U;
  }
  const Real size = Real(hash % 2'500'000'001U) / 1'000'000'000 + Real(1) / 3;
  return (hash >> 40) % 2 == 0 ? size : Real(-size);
}

bool finite(const Complex& value) {
  using boost::multiprecision::isfinite;
  return isfinite(value.real()) && isfinite(value.imag()) && abs(value.real()) < kLargestValue &&
         abs(value.imag()) < kLargestValue;
}

bool small(const Real& value) { return abs(value) < Real("1e-40"); }
bool real(const Complex& value) { return small(value.imag()); }

class Evaluation {
 public:
  Evaluation(int point, Meter& meter) : point_(point), meter_(meter) {}

  Complex of(const Node& node) {
    const Complex value = unchecked(node);
    if (!finite(value)) throw Inexact("a value is too large");
    return value;
  }

 private:
  Complex unchecked(const Node& node) {
    meter_.charge(1);
    switch (node.op) {
      case Op::number:
        return Real(numerator(node.number)) / Real(denominator(node.number));
      case Op::symbol:
        return symbol(node.name);
      case Op::sum: {
        Complex total = 0;
        for (const Node& part : node.parts) total += of(part);
        return total;
      }
      case Op::product: {
        Complex total = 1;
        for (const Node& part : node.parts) total *= of(part);
        return total;
      }
      case Op::power:
        return power(of(node.parts[0]), of(node.parts[1]));
      case Op::root:
        return root(of(node.parts[0]), of(node.parts[1]));
      case Op::call:
        return call(node);
    }
    throw Inexact("an operation is not known");
  }

  Complex symbol(const std::string& name) const {
    if (name == "pi") return pi();
    if (name == "e") return boost::math::constants::e<Real>();
    if (name == "i") return Complex(0, 1);
    if (name == "infty") throw Inexact("infinity has no value");
    return coordinate(name, point_);
  }

  Complex power(const Complex& base, const Complex& exponent) {
    if (exponent == Complex(-1)) return nonzero(base, [](const Complex& value) { return Complex(1 / value); });
    meter_.charge(kCall);
    if (real(exponent) && exponent.real() == floor(exponent.real()) && abs(exponent.real()) <= 64) {
      Complex product = 1;
      for (int k = static_cast<int>(abs(exponent.real())); k > 0; --k) product *= base;
      if (exponent.real() >= 0) return product;
      return nonzero(product, [](const Complex& value) { return Complex(1 / value); });
    }
    if (base == Complex(0))
      return real(exponent) && exponent.real() > 0 ? Complex(0) : throw Inexact("0 to that power");
    return exponential(Complex(exponent * log(base)));
  }

  Complex exponential(const Complex& value) {
    if (abs(value.real()) > kLargestExponent || abs(value.imag()) > kLargestAngle)
      throw Inexact("a power is too large");
    return exp(value);
  }

  Complex root(const Complex& base, const Complex& degree) {
    const bool odd = real(degree) && degree.real() == floor(degree.real()) && fmod(degree.real(), Real(2)) != 0;
    const Complex exponent = nonzero(degree, [](const Complex& value) { return Complex(1 / value); });
    if (odd && real(base) && base.real() < 0) return -power(-base, exponent);
    return power(base, exponent);
  }

  template <class Function>
  static Complex nonzero(const Complex& value, Function function) {
    if (small(value.real()) && small(value.imag())) throw Inexact("a division by zero");
    return function(value);
  }

  Complex call(const Node& node) {
    meter_.charge(kCall);
    const std::string& name = node.name;
    const Complex x = of(node.parts[0]);
    if (name == "abs") return Complex(abs(x));
    if (name == "floor" || name == "ceil") {
      if (!real(x)) throw Inexact("a complex number cannot be rounded");
      return Complex(name == "floor" ? floor(x.real()) : ceil(x.real()));
    }
    if (name == "ln") return nonzero(x, [](const Complex& value) { return Complex(log(value)); });
    if (name == "log") {
      const Complex base = of(node.parts[1]);
      if (base == Complex(0) || base == Complex(1)) throw Inexact("no logarithm has this base");
      return nonzero(x, [&](const Complex& value) { return Complex(log(value) / log(base)); });
    }
    if (name.starts_with("arc")) return inverse_circular(name.substr(3), x);
    if (abs(x.real()) > kLargestAngle || abs(x.imag()) > kLargestExponent) throw Inexact("an angle is too large");
    return circular(name, x);
  }

  static Complex circular(std::string_view name, const Complex& x) {
    const auto inverse = [](const Complex& value) { return Complex(1 / value); };
    if (name == "sin") return sin(x);
    if (name == "cos") return cos(x);
    if (name == "tan") return nonzero(cos(x), [&](const Complex& cosine) { return Complex(sin(x) / cosine); });
    if (name == "cot") return nonzero(sin(x), [&](const Complex& sine) { return Complex(cos(x) / sine); });
    if (name == "sec") return nonzero(cos(x), inverse);
    if (name == "csc") return nonzero(sin(x), inverse);
    if (abs(x.real()) > kLargestExponent) throw Inexact("an argument is too large");
    if (name == "sinh") return sinh(x);
    if (name == "cosh") return cosh(x);
    if (name == "tanh") return nonzero(cosh(x), [&](const Complex& cosine) { return Complex(sinh(x) / cosine); });
    if (name == "coth") return nonzero(sinh(x), [&](const Complex& sine) { return Complex(cosh(x) / sine); });
    throw Inexact("a function is not known");
  }

  static Complex inverse_circular(std::string_view name, const Complex& x) {
    if (name == "tan") return atan(x);
    if (name == "cot") return nonzero(x, [](const Complex& value) { return Complex(atan(Complex(1 / value))); });
    if (name == "sin") return asin(x);
    if (name == "cos") return acos(x);
    return nonzero(x, [&](const Complex& value) {
      const Complex inverse = 1 / value;
      return name == "sec" ? Complex(acos(inverse)) : Complex(asin(inverse));
    });
  }

  int point_;
  Meter& meter_;
};

}  // namespace

std::optional<Complex> value_at(const Node& formula, int point, Meter& meter) try {
  return Evaluation(point, meter).of(formula);
} catch (const std::exception&) {  // Inexact, or what Boost throws outside of a function's domain
  return std::nullopt;
}

bool is_constant(const Node& formula) {
  if (formula.op == Op::symbol)
    return formula.name == "pi" || formula.name == "e" || formula.name == "i" || formula.name == "infty";
  return std::all_of(formula.parts.begin(), formula.parts.end(), is_constant);
}

bool agree(const Complex& a, const Complex& b) {
  const Real size = std::max<Real>(abs(a), abs(b));
  return abs(Complex(a - b)) <= Real("1e-30") * std::max<Real>(size, Real("1e-5"));
}

std::string spelled(const Complex& value) {
  const auto part = [](const Real& number, const Real& size) {
    if (abs(number) <= Real("1e-30") * std::max<Real>(size, Real("1e-5"))) return std::string("0");
    std::ostringstream text;
    text.precision(20);
    text << number;
    return text.str();
  };
  const Real size = abs(value);
  const std::string imaginary = part(value.imag(), size);
  return part(value.real(), size) + (imaginary == "0" ? "" : " + " + imaginary + 'i');
}

}  // namespace espalier::latex
