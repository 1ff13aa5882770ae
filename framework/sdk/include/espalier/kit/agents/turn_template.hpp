#pragma once

#include <algorithm>
#include <espalier/topology.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A text with places for what an agent sees at its turn:
///
///   {question}   the problem's question
///   {inbox}      all payloads, in the order of the inbox, joined by a separator
///   {from:NAME}  the payload of the node called NAME ("question" for the question); empty when it did not arrive
///   {role}       the role the agent speaks in
///
/// Braces that follow a letter or a backslash are left alone, so that LaTeX needs no escaping.
class TurnTemplate {
 public:
  TurnTemplate(std::string text, std::string separator) : text_(std::move(text)), separator_(std::move(separator)) {}

  /// Returns the text with all places filled, without white space at either end.
  std::string fill(const Problem& problem, const Turn& turn) const {
    std::string filled;
    std::string_view rest = text_;
    while (!rest.empty()) {
      const Piece piece = next_piece(rest);
      filled += rest.substr(0, piece.begin);
      if (piece.name.empty()) break;
      filled += value(piece.name, problem, turn);
      rest.remove_prefix(piece.end);
    }
    return trimmed(filled);
  }

  /// Returns the NAMEs of {from:NAME} in a text.
  static std::vector<std::string> senders(std::string_view text) {
    std::vector<std::string> names;
    while (true) {
      const Piece piece = next_piece(text);
      if (piece.name.empty()) return names;
      if (piece.name.starts_with(kFrom)) names.emplace_back(piece.name.substr(kFrom.size()));
      text.remove_prefix(piece.end);
    }
  }

  /// Returns the first place of a text that names nothing known, if there is one.
  static std::optional<std::string> unknown_place(std::string_view text) {
    while (true) {
      const Piece piece = next_piece(text);
      if (piece.name.empty()) return std::nullopt;
      if (!known(piece.name)) return std::string(piece.name);
      text.remove_prefix(piece.end);
    }
  }

 private:
  static constexpr std::string_view kFrom = "from:";

  /// The next "{name}" of a text; without one, an empty name and everything before `begin`.
  struct Piece {
    std::size_t begin;
    std::size_t end;
    std::string_view name;
  };

  static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  static Piece next_piece(std::string_view text) {
    for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
      if (open > 0 && (letter(text[open - 1]) || text[open - 1] == '\\')) continue;
      const std::size_t close = text.find_first_of("{}", open + 1);
      if (close == std::string_view::npos || text[close] == '{') continue;
      const std::string_view name = text.substr(open + 1, close - open - 1);
      if (name.starts_with(kFrom) || looks_like_a_name(name)) return {open, close + 1, name};
    }
    return {text.size(), text.size(), {}};
  }

  static bool looks_like_a_name(std::string_view name) {
    return name.size() > 1 && std::all_of(name.begin(), name.end(), [](char c) { return letter(c) || c == '_'; });
  }

  static bool known(std::string_view name) {
    return name == "question" || name == "inbox" || name == "role" ||
           (name.starts_with(kFrom) && name.size() > kFrom.size());
  }

  std::string value(std::string_view name, const Problem& problem, const Turn& turn) const {
    if (name == "question") return problem.question;
    if (name == "role") return turn.role;
    if (name == "inbox") return joined(turn);
    const std::string_view sender = name.substr(kFrom.size());
    for (const Delivery& delivery : turn.inbox) {
      if (delivery.name == sender) return delivery.text;
    }
    return {};
  }

  std::string joined(const Turn& turn) const {
    std::string all;
    for (const Delivery& delivery : turn.inbox) {
      if (&delivery != &turn.inbox.front()) all += separator_;
      all += delivery.text;
    }
    return all;
  }

  static std::string trimmed(const std::string& text) {
    constexpr std::string_view white = " \t\r\n";
    const std::size_t first = text.find_first_not_of(white);
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(white) - first + 1);
  }

  std::string text_;
  std::string separator_;
};

}  // namespace espalier
