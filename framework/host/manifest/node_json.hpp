#pragma once

#include "base/json.hpp"
#include "host/manifest/node.hpp"

namespace espalier::host {

/// A node as JSON, keys in their order.
base::OrderedJson to_json(const Node& node);

}  // namespace espalier::host
