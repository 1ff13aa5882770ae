#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/manifest/diagnostics.hpp"
#include "host/plugins/catalog.hpp"

namespace espalier::cli {

/// Whether a positional argument is "key=value" rather than a file.
bool is_override(const std::string& argument);

/// What is wrong with a manifest, as far as can be seen with the plugins that `catalog` loads.
host::Diagnostics diagnose(const std::filesystem::path& manifest, const std::vector<std::string>& overrides,
                           host::Catalog& catalog);

}  // namespace espalier::cli
