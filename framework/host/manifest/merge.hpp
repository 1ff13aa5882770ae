#pragma once

#include "host/manifest/node.hpp"

namespace espalier::host {

/// Lays the members of table `patch` over those of table `base`, whether or not `patch` holds `type`: an include and
/// the table that includes it are one table. Members merge as `merge` (manifest.hpp) has it.
Node merge_members(const Node& base, const Node& patch);

}  // namespace espalier::host
