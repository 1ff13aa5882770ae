#include <espalier/grader.hpp>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/plugin.hpp>
#include <utility>

namespace {

using espalier::Answer;
using espalier::Verdict;

/// Compares answers as texts: letters, names, words.
///
/// The answer is the marked one (see marked_answer.hpp), else the last line that is not blank. Runs of blanks become
/// one space, quotes around the text and punctuation after it are dropped, and case is folded (ASCII) unless it
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
      if (auto found = answer(marked.text, marked.rule)) return found;
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
    std::string spelling;
    spelling.reserve(last + 1 - begin);
    for (const char c : text.substr(begin, last + 1 - begin)) {
      if (!espalier::answers::blank(c))
        spelling += case_sensitive_ ? c : espalier::answers::lower(c);
      else if (spelling.back() != ' ')
        spelling += ' ';
    }
    return spelling;
  }

  bool case_sensitive_;
};

}  // namespace

ESPALIER_PLUGIN(ExactGrader, "Compares answers as texts, blanks and outer punctuation aside.")
