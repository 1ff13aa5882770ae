#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/diagnostics.hpp"
#include "host/node.hpp"

namespace espalier::host {

/// One line of [sweep]: the key it varies and the values it takes.
struct SweepAxis {
  std::vector<std::string> segments;
  std::string name;              ///< its last segment, longer where two axes would read alike
  Position position;             ///< of the key
  const Node* values = nullptr;  ///< an array in a right manifest; lives in the root it was read from
};

/// The most experiments of one manifest.
inline constexpr std::size_t kMostSweepPoints = 1'000;
/// The most keys that it varies.
inline constexpr std::size_t kMostSweepAxes = 64;

/// Takes [sweep] out, with an error, where it spans more than that; nothing of the grid is built to see it.
void bound_sweep(Node& root, Diagnostics& diagnostics);

/// The axes of a manifest, in file order.
std::vector<SweepAxis> sweep_axes(const Node& root);

/// Puts one value of an axis into a manifest, creating tables on the way. Returns false, changing nothing of worth,
/// when the way leads through something that is no table.
bool assign(Node& root, const SweepAxis& axis, const Node& value);

}  // namespace espalier::host
