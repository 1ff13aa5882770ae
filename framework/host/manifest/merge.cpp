#include "host/manifest/merge.hpp"

#include "host/manifest/manifest.hpp"

namespace espalier::host {

Node merge_members(const Node& base, const Node& patch) {
  Node merged = base;
  merged.position = patch.position;
  merged.path = patch.path;
  merged.incomplete = base.incomplete || patch.incomplete;
  for (const auto& [key, position, value] : patch.members()) {
    const Node* below = base.find(key);
    merged.set(key, below ? merge(*below, value) : value);
    for (auto& member : merged.members()) {
      if (member.key == key) member.position = position;
    }
  }
  return merged;
}

Node merge(const Node& base, const Node& patch) {
  if (!base.is_table() || !patch.is_table() || patch.find("type")) return patch;
  return merge_members(base, patch);
}

}  // namespace espalier::host
