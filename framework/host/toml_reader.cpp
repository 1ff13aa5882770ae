#include "host/toml_reader.hpp"

#define TOML_ENABLE_UNRELEASED_FEATURES 1  // inline tables over several lines
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "base/text_place.hpp"

namespace espalier::host {
namespace {

std::string too_deep() {
  return "is nested too deeply: more than " + std::to_string(kMostDepth) + " levels are not read";
}

/// Looks through a document for nesting that toml++, which recurses into it, must not see: brackets in brackets and the
/// parts of dotted keys.
class NestingScan {
 public:
  NestingScan(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  /// Throws ManifestError.
  void run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else {
        count(c);
        ++at_;
      }
    }
  }

 private:
  void count(char c) {
    if (c == '.' && ++dots_ > kMostDepth) fail();
    if (std::string_view("=,\n[]{}").find(c) != std::string_view::npos) dots_ = 0;
    if ((c == '[' || c == '{') && ++open_ > kMostDepth) fail();
    if ((c == ']' || c == '}') && open_ > 0) --open_;
  }

  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool long_one = text_.substr(at_, 3) == three;
    at_ += long_one ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      if (quote == '"' && text_[at_] == '\\') {
        ++at_;
      } else if (long_one ? text_.substr(at_, 3) == three : text_[at_] == quote || text_[at_] == '\n') {
        break;
      }
    }
    at_ = std::min(at_ + (long_one ? 3 : 1), text_.size());
  }

  [[noreturn]] void fail() const {
    const base::TextPlace place = base::place_of(text_, at_);
    throw ManifestError({name_, static_cast<int>(place.line), static_cast<int>(place.column)}, too_deep());
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t open_ = 0;
  std::size_t dots_ = 0;
};

/// Turns toml++'s tree into nodes. That tree forgets positions when copied and iterates tables alphabetically, so it is
/// only ever read in place, and the order of the file is restored from the keys' positions.
class Converter {
 public:
  Converter(const std::string& name, Diagnostics& diagnostics) : name_(name), diagnostics_(diagnostics) {}

  Node table(const toml::table& source) { return table(source, {name_, 1, 1}); }

 private:
  Node table(const toml::table& source, const Position& where) {
    Node node;
    if (source.size() > kMostKeys) {
      diagnostics_.error(
          where, "has " + std::to_string(source.size()) + " keys; a table has at most " + std::to_string(kMostKeys));
      node.incomplete = true;
      return node;
    }
    for (const auto& [key, value] : source) {
      const Position position = at(key.source(), {name_, 1, 1});
      node.members().push_back({std::string(key.str()), position, convert(value, position)});
    }
    std::ranges::sort(node.members(), {}, &Node::Member::position);
    return node;
  }

  Position at(const toml::source_region& region, const Position& otherwise) const {
    if (region.begin.line == 0) return otherwise;
    return {name_, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
  }

  Node convert(const toml::node& source, const Position& key) {
    const Position position = at(source.source(), key);
    const bool nests = source.is_table() || source.is_array();
    Node node = nests && depth_ == kMostDepth ? unusable(position, too_deep()) : below(source, position);
    node.position = position;
    return node;
  }

  Node below(const toml::node& source, const Position& position) {
    ++depth_;
    Node node = content(source, position);
    --depth_;
    return node;
  }

  Node unusable(const Position& position, std::string why) {
    diagnostics_.error(position, std::move(why));
    Node node("");
    node.incomplete = true;
    return node;
  }

  Node content(const toml::node& source, const Position& position) {
    if (const auto* nested = source.as_table()) return table(*nested, position);
    if (const auto* array = source.as_array()) {
      Node node = Node::array();
      for (std::size_t i = 0; i < array->size(); ++i) node.elements().push_back(convert((*array)[i], position));
      return node;
    }
    if (const auto* text = source.as_string()) return Node(text->get());
    if (const auto* integer = source.as_integer()) return Node(integer->get());
    if (const auto* real = source.as_floating_point()) return Node(real->get());
    if (const auto* boolean = source.as_boolean()) return Node(boolean->get());
    return unusable(position, "dates and times are written as strings here: put quotes around it");
  }

  const std::string& name_;
  Diagnostics& diagnostics_;
  std::size_t depth_ = 0;
};

/// "Error while parsing key-value pair: ..." becomes "syntax error in key-value pair: ...".
std::string syntax_error(std::string description) {
  static constexpr std::string_view opening = "Error while parsing ";
  if (description.starts_with(opening)) return "syntax error in " + description.substr(opening.size());
  return "syntax error: " + description;
}

}  // namespace

Node read_toml(std::string_view text, const std::string& name, Diagnostics& diagnostics) {
  NestingScan(text, name).run();
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
