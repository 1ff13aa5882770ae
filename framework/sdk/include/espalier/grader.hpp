#pragma once

#include <espalier/export.hpp>
#include <espalier/transcript.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace espalier {

/// An answer found in a text.
struct Answer {
  std::string text;       ///< as it stood
  std::string canonical;  ///< answers of one canonical form are equal; equal ones may have several
  std::string rule;       ///< how it was found: "last number", "final-answer phrase", ...
};

struct Verdict {
  bool equal = false;
  std::string reason;  ///< one sentence
};

/// Finds answers in free text and decides whether two are equal. Pure, thread-safe, never throws on any input.
class ESPALIER_API Grader {
 public:
  using Interface = Grader;
  static constexpr std::string_view kind = "graders";
  static constexpr std::string_view section = "graders";
  struct Facts {};

  virtual ~Grader();

  /// Finds the answer in a model's text.
  virtual std::optional<Answer> extract(std::string_view text) const = 0;
  /// Finds the answer to a problem, for graders that look at it, as for the texts of its options. Default: extract.
  virtual std::optional<Answer> answer_to(const Problem& problem, std::string_view text) const;
  /// Reads a gold answer as datasets hold it; nothing means the gold is unusable, which is an error at load.
  virtual std::optional<Answer> reference(std::string_view gold) const = 0;
  virtual Verdict equal(const Answer& answer, const Answer& gold) const = 0;
  /// Whether two answers, neither of them gold, have the same vote. Need not be transitive. Default: one canonical form,
  /// or equal whichever were the gold one.
  virtual bool agree(const Answer& one, const Answer& other) const;
};

}  // namespace espalier
