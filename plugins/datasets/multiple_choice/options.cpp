#include "options.hpp"

#include <cctype>
#include <charconv>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "base/regex.hpp"

namespace espalier::choices {
namespace {

/// What follows the option's own letter and its punctuation; the whole text when it does not begin so.
std::string_view behind_letter(std::string_view text, char letter) {
  std::string_view rest = text;
  const bool opened = rest.starts_with('(');
  if (opened) rest.remove_prefix(1);
  if (!rest.starts_with(letter)) return text;
  rest.remove_prefix(1);
  if (rest.empty() || std::string_view(opened ? ")" : ").:").find(rest.front()) == std::string_view::npos) return text;
  rest.remove_prefix(1);
  return rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
}

std::invalid_argument no_option(std::string_view text, std::size_t count) {
  return std::invalid_argument("has the answer \"" + std::string(text) + "\", which is none of its " +
                               std::to_string(count) + " options");
}

}  // namespace

char letter_of(std::size_t index) { return static_cast<char>('A' + index); }

void drop_letters(std::vector<std::string>& texts) {
  std::vector<std::string> bare;
  for (std::size_t i = 0; i < texts.size() && i < kMostOptions; ++i) {
    const std::string_view rest = behind_letter(texts[i], letter_of(i));
    if (rest.size() == texts[i].size()) return;
    bare.emplace_back(rest);
  }
  if (bare.size() == texts.size()) texts = std::move(bare);
}

std::size_t index_of_letter(std::string_view text, std::size_t count) {
  std::string_view bare = text;
  if (bare.starts_with('(')) bare.remove_prefix(1);
  if (bare.ends_with(')')) bare.remove_suffix(1);
  if (bare.size() == 1 && std::isalpha(static_cast<unsigned char>(bare[0])) != 0) {
    const auto index = static_cast<std::size_t>(std::toupper(static_cast<unsigned char>(bare[0])) - 'A');
    if (index < count) return index;
  }
  throw no_option(text, count);
}

std::size_t index_of_number(std::string_view text, std::size_t count) {
  std::size_t index = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), index);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || index >= count) throw no_option(text, count);
  return index;
}

bool refer_to_each_other(const std::vector<std::string>& texts) {
  static const base::Regex reference(
      "(?i:\\b(above|below)\\b)"
      "|\\([A-Z]\\)"
      "|\\b[A-Z]\\b\\)?,?\\s*(and|or|nor|&|but)\\s+(both\\s+|not\\s+)?\\(?[A-Z]\\b"
      "|(?i:options?|choices?|answers?)\\s+\\(?[A-Z]\\b");
  for (const std::string& text : texts) {
    if (reference.found_in(text)) return true;
  }
  return false;
}

std::string shuffle(Options& options, Key key) {
  std::vector<std::size_t> order(options.texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(key);
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(left) - 1))]);
  }
  Options shuffled;
  std::string letters;
  for (const std::size_t old : order) {
    if (old == options.right) shuffled.right = shuffled.texts.size();
    shuffled.texts.push_back(std::move(options.texts[old]));
    letters += letter_of(old);
  }
  options = std::move(shuffled);
  return letters;
}

std::string listing(const std::vector<std::string>& texts) {
  std::string lines;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    lines += (i == 0 ? "" : "\n");
    lines += letter_of(i);
    lines += ") " + texts[i];
  }
  return lines;
}

}  // namespace espalier::choices
