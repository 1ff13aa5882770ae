#pragma once

#include <array>
#include <espalier/kit/answers/words.hpp>
#include <string_view>

/// All words and phrases by which graders understand prose. A wording that is read wrongly mostly lacks a word in one
/// of these lists; the capitals of the example are what a list has. Whoever adds one adds a case to the tests of the
/// grader that read it wrongly.
///
///     what is the answer (marked_answer.cpp)
///         kAnswerVerbs       "the answer BECOMES 5"
///         kCorrections       "the answer is not 3 BUT 4"
///         kTurns             "this is wrong, SO the answer is 4"
///     where it ends (asides.cpp, lists.cpp)
///         kAsides            "58, WHICH is 4 more than 54"          what follows a marked answer
///         kComparisonStarts  "58 stamps, WHICH IS 4 more than 54"   what follows the last number of a text
///         kComparedSentences "58 stamps. THAT IS 4 more than 54"
///         kComparatives      "58 stamps, which is 4 MORE than 54"
///         kConclusions       "30, which is less than 50, SO 4 days" ends an aside, and a list
///         kSteps             "\boxed{4} and doubling it GIVES \boxed{8}" ends a list
///     what is denied (denial.cpp, clauses.cpp)
///         kNegations         "it is NOT 3"
///         kHedges            "it COULD be 3"
///         kFaults            "3 is WRONG"
///         kRefusals          "the answer ISN'T 3"
///         kBeforeDenied      "not THE CORRECT ANSWER 3"
///         kVerdictVerbs      "3 WAS wrong"
///         kVerdicts          "3 is IMPOSSIBLE"
///         kDenials           "IF B holds", "we EXCLUDE B"           a clause with one chooses nothing
///         kComparisons       "rather C THAN B"
///         kJoints            "A fails, WHILE B fits"                begins a clause
///     which letter is chosen (letters.cpp, letter_claims.cpp, letter_forms.cpp)
///         kNouns             "OPTION B"
///         kAdverbs           "PROBABLY B"
///         kReasons           "B BECAUSE it fits"
///         kRemarks           "B, A safe choice"
///         kInstead           "B, NOT C"
///         kOpinions          "B, I THINK"
///         kJudgements        "B: WRONG"
///         kCopulas           "B CANNOT be right"
///         kLeads             "LEAVING B"
///         kChoices           "I PICK B"
///         kLinks             "I go WITH B"
///         kClaimVerbs        "B SEEMS right"
///         kClaimFillers      "B is OUR FINAL answer"
///         kPraises           "B is RIGHT"
///         kClaimNouns        "B is the ANSWER"
///         kIntroductions     "I am sure THAT B is right"
///
/// The forms themselves, such as "letter, dash, text", are functions of the files named.
namespace espalier::answers {

inline constexpr Words kAnswerVerbs({"is", "are", "was", "be", "equals", "becomes"});
inline constexpr auto kCorrections = std::to_array<std::string_view>(
    {" but rather ", " but ", ", it is ", ", it's ", "; it is ", "; it's ", ", rather "});
inline constexpr Words kTurns({"but", "so", "then", "thus", "hence"});

inline constexpr auto kAsides = std::to_array<std::string_view>(
    {" because ", " since ", " where ", ", which ", ", i.e.", ", that is", ", as ", ", so ", ", making ", ", compared ",
     ", up from ", ", down from ", " \u2014 ", " (because ", " (since ", " (which ", " (i.e.", " (that is"});
inline constexpr auto kComparisonStarts = std::to_array<std::string_view>(
    {", which is ", ", which are ", ", which was ", " which is ", ", i.e. ", ", that is ", ", or ", " ("});
inline constexpr auto kComparedSentences =
    std::to_array<std::string_view>({"That is ", "That's ", "This is ", "It is "});
inline constexpr Words kComparatives({"more", "less", "fewer", "greater", "higher", "lower", "larger", "smaller",
                                      "bigger", "longer", "shorter", "older", "younger", "times", "twice", "double",
                                      "triple", "half"});
inline constexpr Words kConclusions({"so", "thus", "hence", "therefore", "then", "answer"});
inline constexpr Words kSteps({"final",  "finally",  "which",    "that",      "get",    "gives",  "give",
                               "giving", "yields",   "yield",    "obtain",    "equals", "equal",  "becomes",
                               "total",  "result",   "means",    "not",       "add",    "adding", "make",
                               "makes",  "leads",    "simplify", "multiply",  "divide", "we",     "solving",
                               "taking", "doubling", "halving",  "simplifies"});

inline constexpr Words kNegations({"not", "never", "cannot", "neither", "nor"});
inline constexpr Words kHedges({"could", "might", "may"});
inline constexpr Words kFaults({"wrong", "incorrect", "false"});
inline constexpr Words kRefusals({"isn't", "aren't", "wasn't", "weren't", "ain't"});
inline constexpr Words kBeforeDenied({"a", "an", "the", "be", "is", "are", "was", "equal", "to", "option", "boxed",
                                      "exactly", "simply", "answer", "final", "correct", "think", "believe", "that"});
inline constexpr Words kVerdictVerbs({"is", "are", "was", "were"});
inline constexpr Words kVerdicts({"impossible", "too"});
inline constexpr Words kDenials({"none",      "invalid",    "maybe",       "perhaps",   "possibly",  "unlikely",
                                 "hardly",    "scarcely",   "too",         "if",        "whether",   "unless",
                                 "suppose",   "assume",     "assuming",    "eliminate", "exclude",   "reject",
                                 "discard",   "eliminated", "eliminates",  "excluded",  "excludes",  "rejected",
                                 "discarded", "avoid",      "eliminating", "excluding", "rejecting", "worst",
                                 "least",     "fails",      "failed"});
inline constexpr Words kComparisons({"than", "over", "instead", "unlike", "besides", "except", "without"});
inline constexpr Words kJoints({"and",     "but",   "so",       "because", "since",   "as",     "while",
                                "whereas", "which", "although", "though",  "hence",   "thus",   "therefore",
                                "then",    "if",    "however",  "making",  "leaving", "leaves", "leave"});

inline constexpr Words kNouns({"option", "choice", "letter", "answer"});
inline constexpr Words kAdverbs({"probably",  "clearly",     "most",      "likely",     "definitely",
                                 "certainly", "obviously",   "surely",    "simply",     "indeed",
                                 "therefore", "thus",        "hence",     "then",       "actually",
                                 "really",    "undoubtedly", "evidently", "apparently", "presumably",
                                 "only",      "just",        "still",     "almost",     "very"});
inline constexpr Words kReasons({"because", "since", "as"});
inline constexpr Words kRemarks({"a", "an", "the", "which"});
inline constexpr Words kInstead({"not", "rather", "instead", "over"});
inline constexpr Words kOpinions({"think", "believe", "guess", "say"});
inline constexpr Words kJudgements({"wrong", "incorrect", "invalid"});
inline constexpr Words kCopulas({"is",     "seems",    "looks", "appears", "must",  "should",   "was", "isn't",
                                 "wasn't", "can",      "can't", "cannot",  "could", "couldn't", "may", "might",
                                 "would",  "wouldn't", "does",  "doesn't", "fails", "never"});
inline constexpr Words kLeads({"so", "thus", "hence", "therefore", "is", "be", "it's", "that's", "leaves", "leaving",
                               "left", "say", "think", "believe", "guess", "matches", "corresponds"});
inline constexpr Words kChoices({"choose", "chose", "choosing", "chosen", "pick", "picked", "picking", "select",
                                 "selected", "selecting", "go", "going", "opt", "prefer", "lean", "leaning"});
inline constexpr Words kLinks({"with", "for", "to", "toward", "towards", "rather"});
inline constexpr Words kClaimVerbs({"is", "seems", "looks", "appears", "must", "should", "has"});
inline constexpr Words kClaimFillers({"the", "our", "my", "final", "single", "one"});
inline constexpr Words kPraises({"correct", "right", "best"});
inline constexpr Words kClaimNouns({"answer", "option", "choice", "letter", "one"});
inline constexpr Words kIntroductions({"and",     "but",      "so",    "while",     "because", "since", "as",
                                       "whereas", "that",     "think", "believe",   "say",     "see",   "know",
                                       "find",    "conclude", "sure",  "confident", "doubt",   "means", "statement"});

}  // namespace espalier::answers
