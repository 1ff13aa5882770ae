#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/thousands.hpp>
#include <utility>

namespace espalier::answers {
namespace {

/// Blanks of LaTeX; \! takes some space away.
constexpr auto kBlanks = std::to_array<std::string_view>(
    {"~", "\\ ", "\\,", "\\;", "\\:", "\\>", "\\!", "\\thinspace ", "{\\,}", "{\\ }", "{\\;}", "{\\:}", "{~}", "{ }"});
constexpr auto kSigns = std::to_array<std::pair<std::string_view, Grouping>>({{"\\mathord{,}", Grouping::comma},
                                                                              {"\\text{,}", Grouping::comma},
                                                                              {"{,}", Grouping::comma},
                                                                              {",", Grouping::comma},
                                                                              {"'", Grouping::apostrophe},
                                                                              {"\u2019", Grouping::apostrophe}});

std::size_t latex_blank_at(std::string_view text) {
  const auto found =
      std::find_if(kBlanks.begin(), kBlanks.end(), [&](std::string_view blank) { return text.starts_with(blank); });
  return found != kBlanks.end() ? found->size() : 0;
}

/// A run of blanks, as long as somebody would write.
struct Blanks {
  std::size_t bytes = 0;
  bool latex = false;  ///< one of them at least is LaTeX's
};

Blanks blanks_at(std::string_view text) {
  constexpr int most = 4;
  Blanks run;
  for (int k = 0; k < most; ++k) {
    const std::string_view rest = text.substr(run.bytes);
    const std::size_t latex = latex_blank_at(rest);
    run.latex = run.latex || latex > 0;
    run.bytes += latex > 0 ? latex : blank_at(rest);
  }
  return run;
}

}  // namespace

std::size_t blank_at(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == ' ' || text[0] == '\t') return 1;
  if (text.starts_with("\u00a0")) return 2;
  if (text.starts_with("\u202f") || text.starts_with("\u205f") || text.starts_with("\u2060") ||
      text.starts_with("\u3000") || text.starts_with("\ufeff"))
    return 3;
  // U+2000 to U+200B: spaces by their widths, down to none.
  return text.size() > 2 && text.starts_with("\xe2\x80") && static_cast<unsigned char>(text[2]) <= 0x8b ? 3 : 0;
}

Separator separator_at(std::string_view text) {
  for (const auto& [sign, grouping] : kSigns) {
    if (!text.starts_with(sign)) continue;
    // A space behind a comma makes a list; "\!" and its kin say that none is meant.
    const Blanks behind = grouping == Grouping::comma ? blanks_at(text.substr(sign.size())) : Blanks();
    const std::size_t bytes = sign.size() + (behind.latex ? behind.bytes : 0);
    return {grouping, bytes, sign == "," && bytes == 1};
  }
  const Blanks run = blanks_at(text);
  const bool plain = run.bytes > 0 && text.substr(0, run.bytes).find_first_not_of(" \t") == std::string_view::npos;
  if (run.bytes == 0 || (plain && text.substr(0, run.bytes) != " ")) return {};
  return {Grouping::blank, run.bytes, plain};
}

std::string without_separators(std::string_view text) {
  std::string plain;
  const auto digits_at = [&](std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && digit(text[end])) ++end;
    return end - at;
  };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t run = digits_at(at);
    plain += text.substr(at, std::max<std::size_t>(run, 1));
    const bool grouped = run > 0 && run <= 3 && text[at] != '0' && (at == 0 || text[at - 1] != '.');
    at += std::max<std::size_t>(run, 1);
    for (Separator next; grouped && (next = separator_at(text.substr(at))).grouping != Grouping::none;) {
      if (digits_at(at + next.bytes) != 3) break;
      plain += text.substr(at + next.bytes, 3);
      at += next.bytes + 3;
    }
  }
  return plain;
}

}  // namespace espalier::answers
