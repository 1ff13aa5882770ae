#pragma once

#include <string>
#include <vector>

#include "host/node.hpp"

namespace espalier::host {

/// One line of [sweep]: the key it varies and the values it takes.
struct SweepAxis {
  std::vector<std::string> segments;
  std::string name;              ///< its last segment, longer where two axes would read alike
  Position position;             ///< of the key
  const Node* values = nullptr;  ///< an array in a right manifest; lives in the root it was read from
};

/// The axes of a manifest, in file order.
std::vector<SweepAxis> sweep_axes(const Node& root);

/// Puts one value of an axis into a manifest, creating tables on the way. Returns false, changing nothing of worth,
/// when the way leads through something that is no table.
bool assign(Node& root, const SweepAxis& axis, const Node& value);

}  // namespace espalier::host
