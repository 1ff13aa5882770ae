#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "host/manifest/diagnostics.hpp"
#include "host/manifest/node.hpp"

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

/// Visits manifests without [sweep] in which every value of every axis stands once, the others at their first: mistakes
/// in a value do not depend on the others' values. The first one has every axis at its first. Every axis must list a
/// value.
void for_each_trial(const Node& root, std::span<const SweepAxis> axes, const std::function<void(const Node&)>& visit);

}  // namespace espalier::host
