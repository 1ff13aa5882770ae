#pragma once

#include "host/manifest/diagnostics.hpp"
#include "host/manifest/node.hpp"
#include "host/plugins/catalog.hpp"

namespace espalier::study {

/// Looks into the data of a manifest that `check_manifest` found right, without loading weights: problems that cannot
/// be selected, mistakes in their files, graders that fail their check. Every value of the sweep is tried once. Of
/// files that are missing nothing is said where `diagnostics` warns of them already.
void check_data(const host::Node& root, host::Catalog& catalog, host::Diagnostics& diagnostics);

}  // namespace espalier::study
