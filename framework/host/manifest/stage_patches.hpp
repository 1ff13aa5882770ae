#pragma once

#include "host/manifest/diagnostics.hpp"
#include "host/manifest/node.hpp"

namespace espalier::host {

/// A stage with the key `like` is a patch on the stage of that name: it has what the other has, with its own keys laid
/// over it as `merge` does, and may be patched in turn. Returns the manifest with every such stage written out, under
/// its own paths; values keep the positions where they were written. A `like` that leads nowhere, or round in a circle,
/// is an error, and its stage incomplete.
Node with_whole_stages(Node root, Diagnostics& diagnostics);

}  // namespace espalier::host
