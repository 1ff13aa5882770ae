#include <algorithm>
#include <espalier/grader.hpp>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/asides.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/thousands.hpp>
#include <espalier/plugin.hpp>
#include <utility>

namespace {

using espalier::Answer;
using espalier::Verdict;

/// Compares answers as texts: letters, names, words.
///
/// The answer is the marked one (see marked_answer.hpp), else the last line that is not blank. Runs of blanks, Unicode's
/// among them, become one space, quotes around the text and punctuation after it are dropped, and case is folded (ASCII) unless it
/// matters.
class ExactGrader final : public espalier::Grader {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    bool case_sensitive = field("case_sensitive", false, "Whether upper and lower case differ.");
  };

  explicit ExactGrader(const Params& params) : case_sensitive_(params.case_sensitive) {}

  std::optional<Answer> extract(std::string_view text) const override {
    for (const auto& marked : espalier::answers::marked_answers(text)) {
      if (auto found = answer(espalier::answers::without_aside(marked.text), marked.rule)) return found;
    }
    text = espalier::answers::trimmed(text);
    const std::size_t line_end = text.rfind('\n');
    return answer(line_end == std::string_view::npos ? text : text.substr(line_end + 1), "last line");
  }

  std::optional<Answer> reference(std::string_view gold) const override { return answer(gold, "whole text"); }

  Verdict equal(const Answer& answer, const Answer& gold) const override {
    const bool same = answer.canonical == gold.canonical;
    return {same, '"' + answer.canonical + (same ? "\" is \"" : "\" is not \"") + gold.canonical + '"'};
  }

 private:
  std::optional<Answer> answer(std::string_view text, std::string_view rule) const {
    std::string spelling = canonical(text);
    if (spelling.empty()) return std::nullopt;
    return Answer{std::string(espalier::answers::trimmed(text)), std::move(spelling), std::string(rule)};
  }

  std::string canonical(std::string_view text) const {
    constexpr std::string_view around = " \t\r\n\"'`*.,;!?";
    const std::size_t begin = text.find_first_not_of(" \t\r\n\"'`*");
    if (begin == std::string_view::npos) return {};
    const std::size_t last = text.find_last_not_of(around);
    if (last == std::string_view::npos || last < begin) return std::string(espalier::answers::trimmed(text));
    text = text.substr(begin, last + 1 - begin);
    std::string spelling;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t blank = text[at] == '\n' || text[at] == '\r' ? 1 : espalier::answers::blank_at(text.substr(at));
      if (blank == 0)
        spelling += case_sensitive_ ? text[at] : espalier::answers::lower(text[at]);
      else if (!spelling.ends_with(' '))
        spelling += ' ';
      at += std::max<std::size_t>(blank, 1);
    }
    return spelling;
  }

  bool case_sensitive_;
};

}  // namespace

ESPALIER_PLUGIN(ExactGrader, "Compares answers as texts, blanks and outer punctuation aside.")
