#pragma once

#include <cstddef>
#include <espalier/dataset.hpp>
#include <espalier/grader.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "study/json.hpp"

namespace espalier::study {

/// How a grader stood the test of the gold answers it is going to judge by.
struct GraderCheck {
  std::string grader;          ///< its plugin; empty: not known
  std::string build;           ///< hash of the plugin's library
  std::size_t golds = 0;       ///< gold answers that were read and equal themselves: all that were selected
  std::size_t altered = 0;     ///< changed gold answers that were told from the gold ones
  std::size_t unreadable = 0;  ///< changed gold answers that the grader does not read at all
  std::size_t accepted = 0;    ///< changed gold answers that were taken for the gold ones
  std::optional<std::string> first_accepted;  ///< which was the first of these
};

/// A grader and a gold answer that do not go together; names the problem.
class GraderCheckFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A gold answer changed into a wrong one.
struct Alteration {
  std::string text;
  std::string_view how;  ///< "the other sign", "another digit", "one element less", "another option", "another word"
};

/// Changes a gold answer in every way that surely makes it wrong: the first number's sign (unless it is 0, an exponent,
/// an index or under a plus-minus) and first digit, the last element after a comma (unless it groups thousands), the
/// option's letter where it is one, a word where there is no digit. May be none.
std::vector<Alteration> alterations(std::string_view gold);

/// Lets `grader` judge gold answers: each must be read and equal itself, else GraderCheckFailed is thrown. Altered ones
/// are judged for 256 items at most, spread evenly; what is accepted of them is counted.
GraderCheck check_grader(const Grader& grader, std::span<const Item> items);

/// As in summary.json (kGrading).
Json grader_check_json(const GraderCheck& check);

}  // namespace espalier::study
