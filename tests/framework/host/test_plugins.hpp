#pragma once

#include <filesystem>

#include "host/plugins/catalog.hpp"

namespace espalier::host {

/// Where the plugins of these tests are built: <kind>/<name>.so.
inline std::filesystem::path test_plugins() { return ESPALIER_TEST_PLUGINS; }

inline Catalog test_catalog() {
  Catalog catalog;
  catalog.add(test_plugins());
  return catalog;
}

}  // namespace espalier::host
