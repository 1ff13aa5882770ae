#include <sstream>

#include "host/manifest/bounds.hpp"
#include "host/nearest.hpp"
#include "host/plugins/schema.hpp"
#include "host/wording.hpp"

namespace espalier::host {
namespace {

std::string type_text(const FieldInfo& info) {
  switch (info.type) {
    case ParamType::boolean:
      return "boolean";
    case ParamType::integer:
      return "integer";
    case ParamType::real:
      return "number";
    case ParamType::text:
      return "string";
    case ParamType::integers:
      return "integers";
    case ParamType::reals:
      return "numbers";
    case ParamType::texts:
      return "strings";
    case ParamType::file:
      return "path";
    case ParamType::dictionary:
      return "table of strings";
    case ParamType::free_table:
      return "table of anything";
    case ParamType::table:
      return "table";
    case ParamType::tables:
      return "tables by name, or array of tables";
    default:
      break;
  }
  const std::string child = singular(info.kind);
  return info.type == ParamType::plugin ? child : child + "s by name, or array of them";
}

/// "integer in [1, 512], default 40".
std::string facts_text(const FieldInfo& info) {
  std::string text = type_text(info);
  if (!info.choices.empty()) {
    std::vector<std::string> quoted;
    for (const auto& choice : info.choices) quoted.push_back(quote(choice));
    text = "one of " + enumerate(quoted);
  }
  if (info.bounds) text.append(" ").append(bounds_text(*info.bounds));
  if (info.required) {
    text += ", required";
  } else if (info.fallback.empty()) {
    text += ", optional";
  } else {
    text += ", default " + info.fallback;
  }
  if (info.ambient) text += ", may stand in [engine]";
  return text;
}

bool has_default_worth_saying(const FieldInfo& info) {
  return info.type != ParamType::table && info.type != ParamType::tables && info.type != ParamType::dictionary &&
         info.type != ParamType::free_table && info.type != ParamType::plugins;
}

std::string summary_of(const FieldInfo& info) {
  return has_default_worth_saying(info) ? facts_text(info) : type_text(info);
}

/// Breaks a text into lines of at most `width` columns, each after `indent` blanks.
std::string wrapped(std::string_view text, int indent, int width) {
  std::istringstream words{std::string(text)};
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  std::string lines;
  std::string line = margin;
  for (std::string word; words >> word;) {
    const bool fresh = line.size() == margin.size();
    if (!fresh && line.size() + 1 + word.size() > static_cast<std::size_t>(width)) {
      lines += line + '\n';
      line = margin + word;
    } else {
      line += (fresh ? "" : " ") + word;
    }
  }
  return lines + line + '\n';
}

void write_fields(const std::vector<SchemaField>& fields, int indent, int width, std::string& page) {
  for (const auto& field : fields) {
    page +=
        std::string(static_cast<std::size_t>(indent), ' ') + field.info.key + "  (" + summary_of(field.info) + ")\n";
    page += wrapped(field.info.help, indent + 4, width);
    write_fields(field.nested, indent + 4, width, page);
  }
}

std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void write_rows(const std::vector<SchemaField>& fields, const std::string& prefix, std::string& page) {
  for (const auto& field : fields) {
    const FieldInfo& info = field.info;
    const std::string key = prefix + info.key;
    page += "| `" + key + "` | " + cell(summary_of(info)) + " | " + cell(info.help) + " |\n";
    write_rows(field.nested, key + (info.type == ParamType::tables ? ".NAME." : "."), page);
  }
}

}  // namespace

std::string describe_for_terminal(const std::string& name, std::string_view summary, const Schema& schema, int width) {
  std::string page = name + "\n" + wrapped(summary, 0, width);
  page += schema.fields.empty() ? "\nNo parameters.\n" : "\nParameters:\n";
  write_fields(schema.fields, 2, width, page);
  return page;
}

std::string describe_as_markdown(const std::string& name, std::string_view summary, const Schema& schema) {
  std::string page = "## " + name + "\n\n" + std::string(summary) + "\n";
  if (schema.fields.empty()) return page + "\nNo parameters.\n";
  page += "\n| parameter | takes | meaning |\n|---|---|---|\n";
  write_rows(schema.fields, "", page);
  return page;
}

}  // namespace espalier::host
