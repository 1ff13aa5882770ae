#include "engine/record.hpp"

#include <algorithm>

namespace espalier::engine {

const NodeRecord* EpisodeRecord::find(std::string_view path) const {
  const auto found = std::ranges::find(nodes, path, &NodeRecord::path);
  return found == nodes.end() ? nullptr : &*found;
}

}  // namespace espalier::engine
