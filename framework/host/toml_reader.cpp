#include "host/toml_reader.hpp"

#define TOML_ENABLE_UNRELEASED_FEATURES 1  // inline tables over several lines
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>

namespace espalier::host {
namespace {

/// Turns toml++'s tree into nodes. That tree forgets positions when copied and iterates tables alphabetically, so it is
/// only ever read in place, and the order of the file is restored from the keys' positions.
class Converter {
 public:
  Converter(const std::string& name, Diagnostics& diagnostics) : name_(name), diagnostics_(diagnostics) {}

  Node table(const toml::table& source) {
    Node node;
    for (const auto& [key, value] : source) {
      const Position position = at(key.source(), {name_, 1, 1});
      node.members().push_back({std::string(key.str()), position, convert(value, position)});
    }
    std::ranges::sort(node.members(), {}, &Node::Member::position);
    return node;
  }

 private:
  Position at(const toml::source_region& region, const Position& otherwise) const {
    if (region.begin.line == 0) return otherwise;
    return {name_, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
  }

  Node convert(const toml::node& source, const Position& key) {
    const Position position = at(source.source(), key);
    Node node = content(source, position);
    node.position = position;
    return node;
  }

  Node content(const toml::node& source, const Position& position) {
    if (const auto* nested = source.as_table()) return table(*nested);
    if (const auto* array = source.as_array()) {
      Node node = Node::array();
      for (std::size_t i = 0; i < array->size(); ++i) node.elements().push_back(convert((*array)[i], position));
      return node;
    }
    if (const auto* text = source.as_string()) return Node(text->get());
    if (const auto* integer = source.as_integer()) return Node(integer->get());
    if (const auto* real = source.as_floating_point()) return Node(real->get());
    if (const auto* boolean = source.as_boolean()) return Node(boolean->get());
    diagnostics_.error(position, "dates and times are written as strings here: put quotes around it");
    Node unusable("");
    unusable.incomplete = true;
    return unusable;
  }

  const std::string& name_;
  Diagnostics& diagnostics_;
};

/// "Error while parsing key-value pair: ..." becomes "syntax error in key-value pair: ...".
std::string syntax_error(std::string description) {
  static constexpr std::string_view opening = "Error while parsing ";
  if (description.starts_with(opening)) return "syntax error in " + description.substr(opening.size());
  return "syntax error: " + description;
}

}  // namespace

Node read_toml(std::string_view text, const std::string& name, Diagnostics& diagnostics) {
  try {
    const toml::table parsed = toml::parse(text, name);
    Node root = Converter(name, diagnostics).table(parsed);
    root.position = {name, 1, 1};
    return root;
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    throw ManifestError({name, static_cast<int>(begin.line), static_cast<int>(begin.column)},
                        syntax_error(std::string(error.description())));
  }
}

}  // namespace espalier::host
