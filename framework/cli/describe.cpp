#include <iostream>

#include "command.hpp"
#include "host/catalog.hpp"
#include "host/nearest.hpp"
#include "host/schema.hpp"
#include "study/run.hpp"

namespace espalier::cli {
namespace {

/// The plugin called "KIND/NAME". Throws UsageError where there is none.
const host::Plugin& named_plugin(host::Catalog& catalog, const std::string& full_name) {
  const auto slash = full_name.find('/');
  if (slash == std::string::npos) {
    std::vector<std::string> likely;
    for (const auto& entry : catalog.entries()) {
      if (entry.name == full_name) likely.push_back(entry.kind + "/" + entry.name);
    }
    throw UsageError("\"" + full_name + "\" is no KIND/NAME such as " +
                     (likely.empty() ? "searches/mcts" : host::enumerate(likely)));
  }
  const std::string kind = full_name.substr(0, slash);
  const std::string name = full_name.substr(slash + 1);
  check_kind(kind);
  if (!catalog.contains(kind, name)) throw UsageError(catalog.unknown(kind, name));
  return catalog.open(kind, name);
}

int run(const po::variables_map& arguments) {
  host::Catalog catalog = host::Catalog::standard();
  const host::Plugin& plugin = named_plugin(catalog, value_of(arguments, "KIND/NAME"));
  const host::Schema schema = host::record_schema(plugin);
  std::cout << (arguments.contains("markdown")
                    ? host::describe_as_markdown(*plugin.descriptor, schema)
                    : host::describe_for_terminal(*plugin.descriptor, schema, terminal_width()));
  return study::kDone;
}

}  // namespace

Command describe_command() {
  return {.name = "describe",
          .usage = "espalier describe KIND/NAME [--markdown]",
          .summary = "Shows a plugin's parameters, as its source declares them.",
          .options = {{"markdown", "", "write Markdown"}},
          .positional = {"KIND/NAME"},
          .run = run};
}

}  // namespace espalier::cli
