#pragma once

#include <espalier/plugin.hpp>
#include <string>
#include <vector>

#include "host/plugins/catalog.hpp"

namespace espalier::host {

/// A parameter and, where it is a table or tables, the parameters inside.
struct SchemaField {
  FieldInfo info;
  std::vector<SchemaField> nested;
};

/// All parameters of one plugin or parameter struct, in the order of its source.
struct Schema {
  std::vector<SchemaField> fields;

  const SchemaField* find(std::string_view key) const;
};

/// Listens to a plugin's `describe`. Throws PluginError when that throws anything.
Schema record_schema(const Plugin& plugin);
/// Listens to whatever reads parameters and drops them.
Schema record_schema(void (*describe)(ParamSource&));

/// A help page for a terminal of `width` columns. `name`: of what has these parameters, such as "searches/mcts".
std::string describe_for_terminal(const std::string& name, std::string_view summary, const Schema& schema,
                                  int width = 100);
/// The same as Markdown: a heading, the summary and a table.
std::string describe_as_markdown(const std::string& name, std::string_view summary, const Schema& schema);

}  // namespace espalier::host
