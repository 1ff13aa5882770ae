#include "meaning.hpp"

#include <algorithm>
#include <espalier/kit/answers/ascii.hpp>
#include <optional>
#include <string>
#include <utility>

#include "numeric.hpp"
#include "ranges.hpp"
#include "relations.hpp"
#include "scalar.hpp"
#include "tokens.hpp"
#include "vocabulary.hpp"

namespace espalier::latex {
namespace {

bool separates(const Token& token) {
  return token.symbol(',') || token.symbol(';') || token.is(TokenKind::word, "and") || token.is(TokenKind::word, "or");
}

std::string operation(const Token& token) {
  if (token.symbol('=') || token.command("approx") || token.command("equiv")) return "=";
  if (token.symbol('<') || token.command("<")) return "<";
  if (token.symbol('>') || token.command(">")) return ">";
  if (token.command("le") || token.command("ge") || token.command("ne") || token.command("in")) return token.text;
  return {};
}

bool words_only(Tokens tokens) {
  return std::all_of(tokens.begin(), tokens.end(),
                     [](const Token& token) {
                       return token.kind == TokenKind::text || token.kind == TokenKind::word ||
                              token.kind == TokenKind::symbol;
                     }) &&
         std::any_of(tokens.begin(), tokens.end(), [](const Token& token) { return token.kind != TokenKind::symbol; });
}

Meaning unordered(std::vector<Meaning> parts, bool set) {
  std::sort(parts.begin(), parts.end(), [](const Meaning& a, const Meaning& b) { return a.canonical < b.canonical; });
  if (set) {
    const auto same = [](const Meaning& a, const Meaning& b) { return a.canonical == b.canonical; };
    parts.erase(std::unique(parts.begin(), parts.end(), same), parts.end());
  }
  if (parts.size() == 1) return std::move(parts[0]);
  Meaning meaning{.form = Meaning::Form::unordered};
  for (const Meaning& part : parts) meaning.canonical += (&part == &parts[0] ? "" : ", ") + part.canonical;
  meaning.canonical = '{' + meaning.canonical + '}';
  meaning.parts = std::move(parts);
  return meaning;
}

/// Reads what an answer says from ranges of its tokens: a list, its items, the sides of a relation, and what these are
/// made of.
class Reading {
 public:
  Reading(const Conventions& conventions, Meter& meter) : conventions_(conventions), meter_(meter) {}

  /// One or more answers: "1, -2", "x = 1 or x = 3", "x = 1, 3", "x < 1 or x > 2", "1/2 or 0.5".
  Meaning list(Tokens tokens) {
    if (auto known = named_set(tokens)) return std::move(*known);
    const auto separators = at_top_level(tokens, separates);
    const auto parts = split(tokens, separators);
    if (parts.empty()) throw Unreadable("there is no answer");
    if (parts.size() == 1) return item(parts[0]);
    std::vector<Meaning> meanings;
    for (const Tokens part : parts) flatten(item(part), meanings);
    carry_names(meanings);
    keep_different_names(meanings);
    const bool alternatives = std::all_of(separators.begin(), separators.end(),
                                          [&](std::size_t place) { return tokens[place].is(TokenKind::word, "or"); });
    const auto interval = [](const Meaning& part) {
      return part.form == Meaning::Form::ordered && part.label.size() == 2 && part.parts.size() == 2 &&
             (part.parts[0].canonical == "-infty" || part.parts[1].canonical == "infty");
    };
    Meaning meaning = unordered(std::move(meanings), alternatives);
    if (meaning.form != Meaning::Form::unordered) return meaning;
    if (std::all_of(meaning.parts.begin(), meaning.parts.end(), interval)) return united(std::move(meaning.parts));
    return meaning;
  }

 private:
  /// Adds the parts of "\pm 2" to a list one by one, under the name that both have.
  static void flatten(Meaning meaning, std::vector<Meaning>& list) {
    if (meaning.form == Meaning::Form::unordered && meaning.label == "pm") {
      for (Meaning& part : meaning.parts) {
        part.name = meaning.name;
        list.push_back(std::move(part));
      }
    } else {
      list.push_back(std::move(meaning));
    }
  }

  /// A name holds until the next one: "x = 3, 5" is "x = 3, x = 5". Not for what is no value.
  static void carry_names(std::vector<Meaning>& meanings) {
    for (std::size_t k = 1; k < meanings.size(); ++k) {
      const bool value = meanings[k].form != Meaning::Form::text && meanings[k].form != Meaning::Form::relation;
      if (meanings[k].name.empty() && value) meanings[k].name = meanings[k - 1].name;
    }
  }

  /// In "x = 1, y = 2" the names say which is which; in "x = 1 or x = 2" they say nothing.
  static void keep_different_names(std::vector<Meaning>& meanings) {
    const bool same = std::all_of(meanings.begin(), meanings.end(),
                                  [&](const Meaning& meaning) { return meaning.name == meanings[0].name; });
    if (same) return;
    for (Meaning& meaning : meanings) {
      if (meaning.name.empty()) continue;
      Meaning equation{.form = Meaning::Form::relation};
      equation.label = meaning.name;
      equation.canonical = meaning.name + " = " + meaning.canonical;
      equation.parts.push_back(std::move(meaning));
      meaning = std::move(equation);
    }
  }

  Meaning item(Tokens tokens) {
    while (!tokens.empty() && (tokens.back().symbol('.') || tokens.back().symbol(':')))
      tokens = tokens.first(tokens.size() - 1);
    if (tokens.empty()) throw Unreadable("an answer is missing");
    if (labelled(tokens)) {
      Meaning meaning = item(tokens.subspan(2));
      meaning.name = text(tokens.first(1)).canonical;
      return meaning;
    }
    if (const Tokens exact = before_approximation(tokens); exact.size() < tokens.size()) return item(exact);
    const auto places = at_top_level(tokens, [](const Token& token) { return !operation(token).empty(); });
    if (places.empty()) return side(tokens);
    std::vector<std::string> operations;
    std::vector<Side> sides;
    std::size_t begin = 0;
    for (std::size_t k = 0; k <= places.size(); ++k) {
      const std::size_t end = k < places.size() ? places[k] : tokens.size();
      const Tokens part = tokens.subspan(begin, end - begin);
      if (part.empty() && k > 0 && k < places.size()) {  // "<=" and ">=" written with two signs
        join(operations.back(), operation(tokens[end]));
      } else {
        if (part.empty() || sides.size() > 8) return text(tokens);
        sides.push_back({side(part), names(part), text(part).canonical});
        if (k < places.size()) operations.push_back(operation(tokens[end]));
      }
      begin = end + 1;
    }
    return related(std::move(sides), operations, conventions_, meter_);
  }

  /// "x: 3", "Roots: 3".
  static bool labelled(Tokens tokens) {
    return tokens.size() > 2 && tokens[1].symbol(':') && tokens[2].kind == TokenKind::number &&
           (tokens[0].kind == TokenKind::letter || tokens[0].kind == TokenKind::word);
  }

  /// "1/3" of "1/3 \approx 0.33"; all of it where what is approximated is a name, or nothing is.
  static Tokens before_approximation(Tokens tokens) {
    const auto places = at_top_level(tokens, [](const Token& token) { return token.command("approx"); });
    if (places.empty() || places[0] == 0) return tokens;
    const Tokens exact = tokens.first(places[0]);
    const auto equals = at_top_level(exact, [](const Token& token) { return token.symbol('='); });
    const Tokens last = equals.empty() ? exact : exact.subspan(equals.back() + 1);
    return last.empty() || names(last) ? tokens : exact;
  }

  static void join(std::string& first, const std::string& second) {
    if (second != "=") return;
    if (first == "<") first = "le";
    if (first == ">") first = "ge";
  }

  /// Whether what stands before an equals sign is a name: x, x_1, f(x), f^{-1}(x), (x, y), \angle ABC, words.
  static bool names(Tokens tokens) {
    if (words_only(tokens)) return true;
    if (tokens[0].symbol('(')) {
      return std::all_of(tokens.begin(), tokens.end(), [](const Token& token) {
        return token.kind == TokenKind::letter || token.symbol('(') || token.symbol(')') || token.symbol(',');
      });
    }
    const bool decorated = tokens[0].kind == TokenKind::command && is_decoration(tokens[0].text);
    const bool greek = tokens[0].kind == TokenKind::command && !is_function(tokens[0].text) && tokens.size() == 1;
    if (decorated || greek) return true;
    if (tokens[0].kind != TokenKind::letter) return false;
    if (tokens.size() == 1 || tokens[1].symbol('_')) return true;
    const auto open = std::find_if(tokens.begin(), tokens.end(), [](const Token& token) { return token.symbol('('); });
    const bool function =
        tokens.back().symbol(')') && (open == tokens.begin() + 1 || tokens[1].symbol('^')) &&
        std::none_of(open, tokens.end(), [](const Token& token) { return token.symbol('+') || token.symbol('-'); });
    return function;
  }

  Meaning side(Tokens tokens) {
    const auto unions = at_top_level(tokens, [](const Token& token) { return token.command("cup"); });
    if (unions.empty()) return single(tokens);
    std::vector<Meaning> parts;
    for (const Tokens part : split(tokens, unions)) parts.push_back(single(part));
    return united(std::move(parts));
  }

  static Meaning united(std::vector<Meaning> parts) {
    Meaning meaning = unordered(std::move(parts), true);
    if (meaning.form != Meaning::Form::unordered) return meaning;
    meaning.form = Meaning::Form::choice_of;
    meaning.canonical.clear();
    for (const Meaning& part : meaning.parts)
      meaning.canonical += (&part == &meaning.parts[0] ? "" : " U ") + part.canonical;
    return meaning;
  }

  Meaning single(Tokens tokens) {
    if (tokens.empty()) throw Unreadable("a part is missing");
    if (enclosed(tokens)) {
      if (tokens[0].kind == TokenKind::begin) return environment(tokens);
      const Tokens inside = tokens.subspan(1, tokens.size() - 2);
      if (tokens[0].command("{")) return set(inside);
      const auto commas =
          at_top_level(inside, [](const Token& token) { return token.symbol(',') || token.symbol(';'); });
      if (!commas.empty()) return bracketed(tokens, split(inside, commas));
      if (!inside.empty() && (tokens[0].symbol('{') || words_only(inside) || enclosed(inside))) return deeper(inside);
    }
    if (tokens.size() == 1 && tokens[0].kind == TokenKind::text) return inner_text(tokens);
    if (tokens.size() == 1 && tokens[0].command("emptyset")) return set({});
    if (tokens.size() == 4 && tokens[0].command("mathbb") && tokens[2].is(TokenKind::letter, "R")) return reals();
    return value(tokens);
  }

  Meaning deeper(Tokens tokens) {
    if (++depth_ > kDeepest) throw Unreadable("nested too deeply");
    Meaning meaning = list(tokens);
    --depth_;
    return meaning;
  }

  /// A set that is said in words.
  std::optional<Meaning> named_set(Tokens tokens) {
    constexpr std::size_t longest = 24;
    std::string words;
    for (const Token& token : tokens) {
      if (words.size() > longest) return std::nullopt;
      for (const char c : token.text) {
        if (!answers::blank(c)) words += answers::lower(c);
      }
    }
    if (words.ends_with('.')) words.pop_back();
    if (words == "nosolution" || words == "nosolutions" || words == "norealsolutions" || words == "emptyset")
      return set({});
    if (words == "allrealnumbers" || words == "allreals") return reals();
    return std::nullopt;
  }

  static Meaning reals() {
    Meaning meaning{.form = Meaning::Form::text};
    meaning.canonical = "(-infty, infty)";
    return meaning;
  }

  /// \text{...} alone: what stands in it is read as if it stood there without \text, when it is a value, a number with
  /// its unit, or a list of letters.
  Meaning inner_text(Tokens tokens) {
    const auto inside = latex::tokens(tokens[0].text);
    if (inside.empty()) return text(tokens);
    const auto is = [](TokenKind kind) { return [kind](const Token& token) { return token.kind == kind; }; };
    const auto letters = std::count_if(inside.begin(), inside.end(), is(TokenKind::letter));
    const bool quantity = inside[0].kind == TokenKind::number && inside.size() > 1 &&
                          std::all_of(inside.begin() + 1, inside.end(), is(TokenKind::word));
    const bool plain = std::all_of(inside.begin(), inside.end(), [](const Token& token) {
      return token.kind == TokenKind::number || token.kind == TokenKind::symbol || token.kind == TokenKind::letter;
    });
    const bool letter_list =
        std::all_of(inside.begin(), inside.end(),
                    [](const Token& token) { return token.kind == TokenKind::letter || separates(token); }) &&
        std::adjacent_find(inside.begin(), inside.end(), [](const Token& a, const Token& b) {
          return a.kind == TokenKind::letter && b.kind == TokenKind::letter;
        }) == inside.end();
    return quantity || letter_list || (plain && letters <= 1) ? deeper(inside) : text(tokens);
  }

  Meaning bracketed(Tokens tokens, const std::vector<Tokens>& parts) {
    std::vector<Meaning> meanings;
    for (const Tokens part : parts) meanings.push_back(deeper(part));
    if (tokens[0].symbol('{')) return unordered(std::move(meanings), false);
    // Two parts may be the ends of an interval; more are a tuple, in whatever brackets.
    const bool pair = parts.size() == 2 && tokens[0].kind == TokenKind::symbol;
    return ordered(pair ? tokens[0].text + tokens.back().text : "()", std::move(meanings));
  }

  /// {1, 2}, or {x | x > 3}: what stands behind the bar.
  Meaning set(Tokens inside) {
    Meaning empty{.form = Meaning::Form::unordered};
    empty.canonical = "{}";
    if (inside.empty()) return empty;
    const auto bars = at_top_level(
        inside, [](const Token& token) { return token.symbol('|') || token.command("|") || token.symbol(':'); });
    if (bars.size() == 1 && bars[0] > 0 && bars[0] + 1 < inside.size()) return deeper(inside.subspan(bars[0] + 1));
    std::vector<Meaning> meanings;
    for (const Tokens part : split(inside, at_top_level(inside, separates))) flatten(deeper(part), meanings);
    return unordered(std::move(meanings), true);
  }

  /// A matrix, row by row; a column is the same as a tuple.
  Meaning environment(Tokens tokens) {
    const std::string& name = tokens[0].text;
    if (name.find("matrix") == std::string::npos && name != "array") return text(tokens);
    Tokens inside = tokens.subspan(1, tokens.size() - 2);
    if (name == "array" && !inside.empty() && inside[0].symbol('{')) {
      const auto columns = at_top_level(inside, [](const Token& token) { return token.symbol('}'); });
      if (!columns.empty()) inside = inside.subspan(columns[0] + 1);
    }
    std::vector<Meaning> entries;
    const auto rows = split(inside, at_top_level(inside, [](const Token& token) { return token.command("\\"); }));
    std::size_t columns = 0;
    for (const Tokens row : rows) {
      const auto cells = split(row, at_top_level(row, [](const Token& token) { return token.symbol('&'); }));
      if (columns != 0 && cells.size() != columns) throw Unreadable("the rows of a matrix differ in length");
      columns = cells.size();
      for (const Tokens cell : cells) entries.push_back(deeper(cell));
      if (entries.size() > kMostParts) throw Unreadable("too many parts");
    }
    if (columns <= 1) return ordered("()", std::move(entries));
    Meaning meaning = ordered("()", std::move(entries));
    const std::string_view kind = name.ends_with("vmatrix") || name.ends_with("Vmatrix") ? "determinant " : "";
    meaning.label = std::string(kind) + std::to_string(rows.size()) + 'x' + std::to_string(columns);
    meaning.canonical = meaning.label + ' ' + meaning.canonical;
    return meaning;
  }

  /// A ratio, a value, the two values of plus-minus; else a text.
  Meaning value(Tokens tokens) {
    try {
      const auto colons = at_top_level(tokens, [](const Token& token) { return token.symbol(':'); });
      if (!colons.empty()) {
        std::vector<Meaning> parts;
        for (const Tokens part : split(tokens, colons)) {
          if (std::any_of(part.begin(), part.end(), [](const Token& token) {
                return token.kind == TokenKind::text || token.kind == TokenKind::word;
              }))
            return text(tokens);
          parts.push_back(quantity(part, conventions_, meter_));
        }
        return ordered(":", std::move(parts));
      }
      Meaning meaning = quantity(tokens, conventions_, meter_);
      return has_sign(meaning.formula) ? both_signs(meaning) : meaning;
    } catch (const Unreadable&) {
      return text(tokens);
    }
  }

  Meaning both_signs(const Meaning& meaning) {
    std::vector<Meaning> values;
    for (const int sign : {1, -1}) {
      values.push_back(scalar(with_sign(meaning.formula, sign), meter_));
      values.back().power = meaning.power;
      values.back().unit = meaning.unit;
    }
    Meaning both = unordered(std::move(values), true);
    if (both.form == Meaning::Form::unordered) both.label = "pm";
    return both;
  }

  const Conventions& conventions_;
  Meter& meter_;
  int depth_ = 0;
};

}  // namespace

std::optional<Meaning> read(std::string_view source, const Conventions& conventions) try {
  if (source.size() > kLongestAnswer) return std::nullopt;
  const auto all = tokens(source);
  Meter meter;
  Meaning meaning = Reading(conventions, meter).list(all);
  if (meaning.canonical.empty()) return std::nullopt;
  return meaning;
} catch (const Unreadable&) {
  return std::nullopt;
}

}  // namespace espalier::latex
