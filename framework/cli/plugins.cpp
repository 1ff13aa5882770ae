#include <iostream>

#include "command.hpp"
#include "host/manifest/diagnostics.hpp"
#include "study/run/run.hpp"
#include "study/tables/table.hpp"

namespace espalier::cli {
namespace {

int run(const po::variables_map& arguments) {
  const auto kinds = values_of(arguments, "KIND");
  const std::string kind = kinds.empty() ? "" : kinds.front();
  if (!kind.empty()) check_kind(kind);
  host::Catalog catalog = standard_catalog();
  study::Table table(
      {{"kind", study::Table::Align::left}, {"name", study::Table::Align::left}, {"", study::Table::Align::left}});
  for (const auto& lack : catalog.without_plugins()) std::cerr << "warning: " << lack << "\n";
  int worst = study::kDone;
  for (const auto& entry : catalog.entries(kind)) {
    try {
      table.add({entry.kind, entry.name, std::string(catalog.open(entry.kind, entry.name).descriptor->summary)});
    } catch (const host::PluginError& error) {
      table.add({entry.kind, entry.name, "cannot be used"});
      std::cerr << error.what() << "\n";
      worst = study::kFailed;
    }
  }
  std::cout << table.text();
  return worst;
}

}  // namespace

Command plugins_command() {
  return {.name = "plugins",
          .usage = "espalier plugins [KIND]",
          .summary = "Lists the plugins there are.",
          .details = "Plugins are those of this build, then those in the folders of ESPALIER_PLUGIN_PATH.",
          .positional = {"KIND"},
          .run = run};
}

}  // namespace espalier::cli
