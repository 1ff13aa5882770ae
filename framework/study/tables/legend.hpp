#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "study/json.hpp"
#include "study/tables/table.hpp"

namespace espalier::study {

struct Legend;

/// A column of a printed table, or a field of a JSON object that is written. One without an explanation does not
/// compile.
struct Term {
  std::string_view name;
  std::string_view takes;         ///< type, unit and range
  std::string_view meaning;       ///< with when it is empty, marked or not there
  const Legend* parts = nullptr;  ///< what the objects in it hold
  bool by_name = false;           ///< those are kept under names that come from data

  consteval Term(std::string_view term, std::string_view holds, std::string_view says)
      : name(term), takes(holds), meaning(says) {
    if (name.empty() || takes.empty() || meaning.empty()) throw std::logic_error("a term without an explanation");
  }
  /// The term of an object, or of an array of objects.
  consteval Term of(const Legend& legend) const {
    Term term = *this;
    term.parts = &legend;
    return term;
  }
  /// The term of objects by name.
  consteval Term named(const Legend& legend) const {
    Term term = of(legend);
    term.by_name = true;
    return term;
  }
};

/// The explanation of one table or JSON object: the only place where its names stand. Who prints or writes takes them
/// from here (`headings`, `object`, `field`), and `espalier describe columns` shows it.
struct Legend {
  std::string_view part;  ///< how `describe columns/PART` calls it; several may be one part
  std::string_view title;
  std::span<const Term> terms;
  bool extends = false;  ///< whether it has the terms of `base` too, before its own
  const Legend* base = nullptr;

  consteval Legend(std::string_view of_part, std::string_view of_title, std::span<const Term> of_terms)
      : part(of_part), title(of_title), terms(of_terms) {}
  consteval Legend(std::string_view of_part, std::string_view of_title, std::span<const Term> of_terms,
                   const Legend& extended)
      : part(of_part), title(of_title), terms(of_terms), extends(true), base(&extended) {}

  constexpr const Term* find(std::string_view name) const {
    for (const Term& term : terms) {
      if (term.name == name) return &term;
    }
    return extends ? base->find(name) : nullptr;
  }
  /// Whether it has the term. Compares no pointers: with GCC's sanitizers that is no constant.
  constexpr bool explains(std::string_view name) const {
    return std::ranges::find(terms, name, &Term::name) != terms.end() || (extends && base->explains(name));
  }
};

/// A name that `legend` explains; another one does not compile.
template <const Legend& legend>
struct Explained {
  std::string_view name;
  consteval Explained(const char* text) : name(text) {
    if (!legend.explains(name)) throw std::logic_error("no legend explains this name");
  }
};

/// Columns of a table: those of text are aligned to the left. The name KEY stands for all of `keys`.
template <const Legend& legend>
std::vector<Table::Column> headings(const std::vector<Explained<legend>>& names,
                                    const std::vector<std::string>& keys = {}) {
  std::vector<Table::Column> columns;
  for (const auto& one : names) {
    if (one.name == "KEY") {
      for (const auto& key : keys) columns.push_back({key});
      continue;
    }
    const bool text = legend.find(one.name)->takes == "text";
    columns.push_back({std::string(one.name), text ? Table::Align::left : Table::Align::right});
  }
  return columns;
}

/// A field of an object to be written, made where there is none.
template <const Legend& legend>
Json& field(Json& object, Explained<legend> name) {
  return object[std::string(name.name)];
}

template <const Legend& legend>
struct Entry {
  Explained<legend> name;
  Json value;
};

/// A JSON object of these fields, in this order.
template <const Legend& legend>
Json object(std::initializer_list<Entry<legend>> entries) {
  Json made = Json::object();
  for (const auto& entry : entries) made[std::string(entry.name.name)] = entry.value;
  return made;
}

/// All that is printed and written, tables first.
std::span<const Legend* const> legends();

/// Shows legends for a terminal of `width` columns, or as Markdown. What an object holds is shown where it first
/// stands.
std::string describe_legends(std::span<const Legend* const> shown, bool markdown, int width);

}  // namespace espalier::study
