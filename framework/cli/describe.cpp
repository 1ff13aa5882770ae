#include <iostream>

#include "command.hpp"
#include "host/catalog.hpp"
#include "host/schema.hpp"
#include "study/run.hpp"

namespace espalier::cli {
namespace {

void declare(po::options_description& options) { options.add_options()("markdown", "write Markdown"); }

int run(const po::variables_map& arguments) {
  const std::string name = value_of(arguments, "KIND/NAME");
  const auto slash = name.find('/');
  if (slash == std::string::npos) throw UsageError("\"" + name + "\" is no KIND/NAME such as searches/mcts");
  host::Catalog catalog = host::Catalog::standard();
  const PluginDescriptor& plugin = *catalog.open(name.substr(0, slash), name.substr(slash + 1)).descriptor;
  const host::Schema schema = host::record_schema(plugin.describe);
  std::cout << (arguments.contains("markdown") ? host::describe_as_markdown(plugin, schema)
                                               : host::describe_for_terminal(plugin, schema, terminal_width()));
  return study::kDone;
}

}  // namespace

Command describe_command() {
  return {.name = "describe",
          .usage = "espalier describe KIND/NAME [--markdown]",
          .summary = "Shows a plugin's parameters, as its source declares them.",
          .declare = declare,
          .positional = {"KIND/NAME"},
          .run = run};
}

}  // namespace espalier::cli
