#include "manifests.hpp"

#include "host/manifest/manifest.hpp"
#include "study/run/data_check.hpp"
#include "study/run/run_plan.hpp"

namespace espalier::cli {

bool is_override(const std::string& argument) {
  return argument.find('=') != std::string::npos && !std::filesystem::exists(argument);
}

host::Diagnostics diagnose(const std::filesystem::path& manifest, const std::vector<std::string>& overrides,
                           host::Catalog& catalog) {
  host::Diagnostics diagnostics;
  const host::Node root = host::load_manifest(manifest, overrides, diagnostics);
  host::check_manifest(root, catalog, study::manifest_rules(), diagnostics);
  if (!diagnostics.failed() && catalog.loading() == host::Loading::when_asked)
    study::check_data(root, catalog, diagnostics);
  return diagnostics;
}

}  // namespace espalier::cli
