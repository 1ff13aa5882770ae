#include <algorithm>
#include <iostream>

#include "command.hpp"
#include "host/nearest.hpp"
#include "host/plugins/schema.hpp"
#include "study/run/run.hpp"
#include "study/stages/stage.hpp"
#include "study/tables/legend.hpp"

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

void show(const std::string& name, std::string_view summary, const host::Schema& schema, bool markdown) {
  std::cout << (markdown ? host::describe_as_markdown(name, summary, schema)
                         : host::describe_for_terminal(name, summary, schema, terminal_width()));
}

/// Shows the keys of a kind of stage, in every form it may have.
void show_stage(const std::string& name, bool markdown) {
  std::vector<std::string> known;
  for (const auto& kind : study::stage_kinds()) {
    known.push_back(kind.name);
    if (kind.name != name) continue;
    for (const auto& form : kind.forms) {
      if (&form != &kind.forms.front()) std::cout << "\n";
      show("stages/" + name + (form.name.empty() ? "" : ", " + form.name), form.summary,
           host::record_schema(form.describe), markdown);
    }
    return;
  }
  throw UsageError("no stage does \"" + name + "\"" + host::did_you_mean(name, known) +
                   "; known: " + host::enumerate(known));
}

/// Shows what stages print and write: all of it, or one part.
void show_columns(const std::string& part, bool markdown) {
  std::vector<std::string> known;
  std::vector<const study::Legend*> shown;
  for (const study::Legend* legend : study::legends()) {
    if (known.empty() || known.back() != legend->part) known.emplace_back(legend->part);
    if (part.empty() || part == legend->part) shown.push_back(legend);
  }
  if (shown.empty())
    throw UsageError("there are no columns/" + part + host::did_you_mean(part, known) +
                     "; known: " + host::enumerate(known));
  std::cout << study::describe_legends(shown, markdown, terminal_width());
}

int run(const po::variables_map& arguments) {
  constexpr std::string_view stages = "stages/";
  constexpr std::string_view columns = "columns";
  const std::string name = value_of(arguments, "KIND/NAME");
  const bool markdown = arguments.contains("markdown");
  if (name == columns || name.starts_with(std::string(columns) + "/")) {
    show_columns(name.substr(std::min(name.size(), columns.size() + 1)), markdown);
    return study::kDone;
  }
  if (name.starts_with(stages)) {
    show_stage(name.substr(stages.size()), markdown);
    return study::kDone;
  }
  host::Catalog catalog = standard_catalog();
  const host::Plugin& plugin = named_plugin(catalog, name);
  show(std::string(plugin.descriptor->kind) + "/" + std::string(plugin.descriptor->name), plugin.descriptor->summary,
       host::record_schema(plugin), markdown);
  return study::kDone;
}

}  // namespace

Command describe_command() {
  return {.name = "describe",
          .usage = "espalier describe KIND/NAME|columns [--markdown]",
          .summary =
              "Shows the parameters of a plugin or a kind of stage (stages/compare), or what tables and files hold "
              "(columns).",
          .details =
              "`columns` explains every column of every table and every field of the files that stages write;\n"
              "columns/arms or columns/records.jsonl only these.",
          .options = {{"markdown", "", "write Markdown"}},
          .positional = {"KIND/NAME"},
          .run = run};
}

}  // namespace espalier::cli
