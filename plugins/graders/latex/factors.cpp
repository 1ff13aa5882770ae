#include "factors.hpp"

#include <boost/multiprecision/miller_rabin.hpp>
#include <random>

#include "limits.hpp"

namespace espalier::latex {
namespace {

constexpr unsigned kLargestTrial = 2'000;
/// Trial division of longer numbers would be slow and hardly ever useful.
constexpr unsigned kMostFactoredBits = 512;

/// Miller-Rabin with bases from a fixed stream: the same verdict everywhere.
bool is_prime(const Integer& value) {
  std::mt19937 bases(1);
  return boost::multiprecision::miller_rabin_test(value, 12, bases);
}

}  // namespace

std::vector<std::pair<Integer, int>> prime_factors(Integer value) {
  if (value > 1 && msb(value) > kMostFactoredBits) throw Inexact("a number is too large to be factored");
  std::vector<std::pair<Integer, int>> factors;
  for (unsigned trial = 2; trial <= kLargestTrial && value > 1; trial += trial == 2 ? 1 : 2) {
    if (Integer(trial) * trial > value) break;
    int times = 0;
    for (; value % trial == 0; ++times) value /= trial;
    if (times > 0) factors.emplace_back(trial, times);
  }
  if (value == 1) return factors;
  const Integer root = sqrt(value);
  const bool square = root * root == value;
  const Integer& rest = square ? root : value;
  if (rest > Integer(kLargestTrial) * kLargestTrial && !is_prime(rest)) throw Inexact("a number cannot be factored");
  factors.emplace_back(rest, square ? 2 : 1);
  return factors;
}

}  // namespace espalier::latex
