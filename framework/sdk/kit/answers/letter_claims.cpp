#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/letter_claims.hpp>
#include <espalier/kit/answers/marked_answer.hpp>
#include <espalier/kit/answers/wordings.hpp>
#include <string>

namespace espalier::answers {
Lead behind_sign(std::string_view text, std::size_t at, Lead lead) {
  if (text[at] == ':' && at > 0 && lead == Lead::kNone) return Lead::kLabels;
  return one_of(text[at], " ,:*_([{\"'`$\n\\") ? lead : Lead::kNone;
}

Lead behind_word(std::string_view word, Lead lead, bool behind_denial) {
  if (word.size() == 1) return Lead::kNone;
  const std::string small = folded(word);
  if (kLeads.contain(small) || (small == "but" && behind_denial)) return Lead::kConcludes;
  if (kChoices.contain(small)) return Lead::kChooses;
  if (small == "to" && lead == Lead::kChooses) return Lead::kNone;  // "go to B"
  return kAdverbs.contain(small) || kNouns.contain(small) || kLinks.contain(small) ? lead : Lead::kNone;
}

bool called_correct(std::string_view rest) {
  static constexpr Words to_be({"to", "be"});
  constexpr std::size_t reach = 100;
  constexpr int adjectives = 2;
  rest = rest.substr(0, reach);
  while (!rest.empty() && one_of(rest[0], " )]}*_\"'`$")) rest.remove_prefix(1);
  if (const std::size_t end = rest.find(") "); rest.starts_with('(') && end != std::string_view::npos)
    rest.remove_prefix(end + 2);  // "C (Paris) is"
  if (!skip_word(rest, kClaimVerbs)) return false;
  while (skip_word(rest, to_be) || skip_word(rest, kAdverbs)) {
  }
  const bool definite = first_word(rest) == "the";
  while (skip_word(rest, kClaimFillers) || skip_word(rest, kAdverbs)) {
  }
  while (!rest.empty() && one_of(rest[0], "*_\"'`")) rest.remove_prefix(1);
  for (int further = 0; further <= adjectives; ++further) {
    const std::string_view head = first_word(rest);
    const bool noun = kClaimNouns.contain(head) && (further > 0 || head == "answer");
    if (noun || kPraises.contain(head)) {
      rest.remove_prefix(head.size());
      if (!rest.empty() && rest[0] == '-') return false;
      if (noun || head == "correct") return true;
      // "The right" and "the best" of something else, or a place: "C is right of B".
      while (!rest.empty() && one_of(rest[0], " *_\"'`")) rest.remove_prefix(1);
      return rest.empty() || !letter(rest[0]) || kClaimNouns.contain(first_word(rest));
    }
    if (!definite || head.empty() || !rest.substr(head.size()).starts_with(' ')) return false;
    rest = trimmed(rest.substr(head.size()));
  }
  return false;
}

bool introduces(std::string_view word) {
  const std::string small = folded(word);
  return kIntroductions.contain(small) || kAdverbs.contain(small) || kNouns.contain(small);
}

}  // namespace espalier::answers
