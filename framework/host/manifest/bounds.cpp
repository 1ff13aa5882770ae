#include "host/manifest/bounds.hpp"

#include <cmath>

namespace espalier::host {
namespace {

constexpr double kUnreachable = 1e15;

std::string number(double value) {
  const bool whole = std::floor(value) == value && std::abs(value) < kUnreachable;
  return whole ? spell(static_cast<std::int64_t>(value)) : spell(value);
}

}  // namespace

std::string bounds_text(const Bounds& bounds) {
  if (bounds.high >= kUnreachable) return "at least " + number(bounds.low);
  if (bounds.low <= -kUnreachable) return "at most " + number(bounds.high);
  return "in [" + number(bounds.low) + ", " + number(bounds.high) + "]";
}

bool within(const Bounds& bounds, double value) { return value >= bounds.low && value <= bounds.high; }

}  // namespace espalier::host
