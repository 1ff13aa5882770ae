#include "models/tokenizer/added_tokens.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "models/tokenizer/expression.hpp"

namespace espalier::models {
namespace {

char32_t first_character(std::string_view text) {
  std::size_t at = 0;
  return base::next_character(text, at);
}

char32_t last_character(std::string_view text) {
  std::size_t at = base::previous_character(text, text.size());
  return base::next_character(text, at);
}

bool within_word(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin > 0 && is_word_character(last_character(text.substr(0, begin)))) ||
         (end < text.size() && is_word_character(first_character(text.substr(end))));
}

std::size_t before_white_space(std::string_view text, std::size_t end) {
  while (end > 0 && is_white_space(last_character(text.substr(0, end)))) end = base::previous_character(text, end);
  return end;
}

std::size_t behind_white_space(std::string_view text, std::size_t begin) {
  while (begin < text.size()) {
    std::size_t at = begin;
    if (!is_white_space(base::next_character(text, at))) break;
    begin = at;
  }
  return begin;
}

}  // namespace

bool AddedToken::control() const {
  const auto framed = [&](std::string_view open, std::string_view close) {
    return text.size() > open.size() + close.size() && text.starts_with(open) && text.ends_with(close);
  };
  return special || framed("<|", "|>") || framed("<\uFF5C", "\uFF5C>");
}

AddedTokens::AddedTokens(const JsonFile& file, const std::vector<JsonFile::Json>& listed,
                         const Normaliser& normaliser) {
  for (const auto& entry : listed) {
    const JsonFile source(file.path(), entry);
    const bool special = source.get("special", false);
    tokens_.push_back({.id = source.require<std::int32_t>("id"),
                       .text = source.require<std::string>("content"),
                       .matched = {},
                       .special = special,
                       .normalised = source.get("normalized", !special),
                       .lstrip = source.get("lstrip", false),
                       .rstrip = source.get("rstrip", false),
                       .single_word = source.get("single_word", false)});
    if (tokens_.back().text.empty()) source.fail("content", "is empty");
  }
  std::ranges::sort(tokens_, {}, &AddedToken::id);
  // Of spellings that are equal once they are normalised, a special token's counts.
  for (const bool special : {true, false}) {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      AddedToken& token = tokens_[i];
      if (token.special != special) continue;
      if (!by_text_.emplace(token.text, i).second)
        file.fail("added_tokens", "has " + JsonFile::spelled(token.text) + " twice");
      if (!by_id_.emplace(token.id, i).second)
        file.fail("added_tokens", "gives " + JsonFile::spelled(token.text) + " the id " + std::to_string(token.id) +
                                      " of another token");
      MarkedText spelling;
      spelling.append(token.text, true);
      if (token.normalised) normaliser.apply(spelling);
      token.matched = std::move(spelling.text);
      (token.normalised ? normalised_ : raw_).add(token.matched, i);
    }
  }
  raw_.build();
  normalised_.build();
}

const AddedToken* AddedTokens::find(std::string_view text) const {
  const auto found = by_text_.find(text);
  return found == by_text_.end() ? nullptr : &tokens_[found->second];
}

const AddedToken* AddedTokens::find(std::int32_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &tokens_[found->second];
}

void AddedTokens::Matcher::add(std::string spelling, std::size_t token) {
  if (!spelling.empty()) entries_.push_back({std::move(spelling), token});
}

void AddedTokens::Matcher::build() {
  std::ranges::stable_sort(entries_, {}, &Entry::spelling);
  const auto repeated = std::ranges::unique(entries_, {}, &Entry::spelling);
  entries_.erase(repeated.begin(), repeated.end());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    auto& [begin, end] = by_first_[static_cast<unsigned char>(entries_[i].spelling.front())];
    if (begin == end) begin = i;
    end = i + 1;
  }
}

// Narrows the sorted spellings byte by byte to those that the text may go on to be.
const AddedTokens::Matcher::Entry* AddedTokens::Matcher::longest_at(std::string_view text, std::size_t at) const {
  auto [begin, end] = by_first_[static_cast<unsigned char>(text[at])];
  const Entry* longest = nullptr;
  for (std::size_t depth = 1; begin < end; ++depth) {
    if (entries_[begin].spelling.size() == depth) longest = &entries_[begin++];
    if (at + depth >= text.size()) break;
    const auto byte = [depth](const Entry& entry) { return static_cast<unsigned char>(entry.spelling[depth]); };
    const auto range = std::ranges::equal_range(entries_.begin() + static_cast<std::ptrdiff_t>(begin),
                                                entries_.begin() + static_cast<std::ptrdiff_t>(end),
                                                static_cast<unsigned char>(text[at + depth]), {}, byte);
    begin = static_cast<std::size_t>(range.begin() - entries_.begin());
    end = static_cast<std::size_t>(range.end() - entries_.begin());
  }
  return longest;
}

void AddedTokens::Matcher::cut(const MarkedText& marked, const std::vector<AddedToken>& tokens,
                               const Visit& visit) const {
  const std::string_view text = marked.text;
  std::size_t done = 0;
  for (std::size_t at = 0; at < text.size() && !entries_.empty();) {
    const Entry* const found = longest_at(text, at);
    if (found == nullptr) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    std::size_t end = at += found->spelling.size();
    const AddedToken& token = tokens[found->token];
    if (token.control() && !marked.marked(begin, end)) continue;
    if (token.single_word && within_word(text, begin, end)) continue;
    if (token.lstrip) begin = std::max(before_white_space(text, begin), done);
    if (token.rstrip) end = behind_white_space(text, end);
    if (done < begin) visit(nullptr, done, begin);
    visit(&token, begin, end);
    done = end;
  }
  if (done < text.size()) visit(nullptr, done, text.size());
}

}  // namespace espalier::models
