#include "conformance/suites.hpp"

namespace espalier::conformance {
namespace {

/// Answers as people and models write them, and what neither would.
const std::vector<std::string>& corpus() {
  static const std::vector<std::string> texts = {"42",
                                                 "42.0",
                                                 "-42",
                                                 "42 apples",
                                                 "$1,234.50",
                                                 "1234.5",
                                                 "1,234",
                                                 "3/4",
                                                 "0.75",
                                                 "75%",
                                                 "1e3",
                                                 "1000",
                                                 "+7",
                                                 "7.",
                                                 ".5",
                                                 "B",
                                                 "(B)",
                                                 "b",
                                                 "The answer is (C).",
                                                 "Final answer: 12",
                                                 "Answer: -3",
                                                 "#### 18",
                                                 "\\boxed{7}",
                                                 "\\boxed{\\frac{1}{2}}",
                                                 "So 3 + 4 = 7, thus 7",
                                                 "no number at all",
                                                 "infinity",
                                                 "nan",
                                                 "NaN",
                                                 "1/0",
                                                 "0/0",
                                                 "--5",
                                                 "1.2.3",
                                                 "1,2,3",
                                                 "answer:",
                                                 "The answer is",
                                                 "\\boxed{",
                                                 "\\boxed{{{{",
                                                 "((((((((((",
                                                 "9999999999999999999999999999999999999999",
                                                 "1e999999",
                                                 "-1e-999999",
                                                 "0x1F",
                                                 "\u22125",
                                                 "\xD9\xA3",
                                                 "\xC2\xBD",
                                                 "\xFF\xFE",
                                                 "\xC3",
                                                 "a\xC3\x28",
                                                 std::string("\0 5", 3),
                                                 " ",
                                                 "",
                                                 "\n\n\t"};
  static const std::vector<std::string> all = [] {
    auto grown = texts;
    grown.push_back(std::string(20'000, '9'));
    grown.push_back(std::string(20'000, '('));
    grown.push_back(std::string(20'000, '-') + "1");
    std::string sums;
    for (int i = 0; i < 5'000; ++i) sums += "1 + 1 = 2, ";
    grown.push_back(sums);
    return grown;
  }();
  return all;
}

std::string shown(const Answer& answer) { return quote(answer.text.substr(0, 40)); }

/// All answers the grader finds in `texts`, as a model's and as gold.
std::vector<Answer> answers(const Grader& grader, const std::vector<std::string>& texts) {
  std::vector<Answer> found;
  for (const auto& text : texts) {
    if (auto answer = grader.extract(text)) found.push_back(std::move(*answer));
    if (auto answer = grader.reference(text)) found.push_back(std::move(*answer));
  }
  return found;
}

}  // namespace

void check_grader(Fixture& fixture, Report& report) {
  const auto grader = fixture.create<Grader>();
  std::vector<std::string> texts = corpus();
  texts.insert(texts.end(), fixture.golds().begin(), fixture.golds().end());
  report.property("reads anything without throwing, the same way every time", [&] {
    for (const auto& text : texts) {
      for (const auto& read : {&Grader::extract, &Grader::reference}) {
        const auto one = (grader.get()->*read)(text);
        const auto other = (grader.get()->*read)(text);
        expect(one.has_value() == other.has_value(), "an answer comes and goes");
        if (one)
          expect(one->text == other->text && one->canonical == other->canonical,
                 "two readings of " + shown(*one) + " differ");
        if (one) expect(!one->canonical.empty(), "the canonical form of " + shown(*one) + " is empty");
      }
    }
  });
  report.property("reads the answer to a problem with options without throwing", [&] {
    Problem problem;
    for (std::size_t i = 0; i < corpus().size() && i < 26; ++i)
      problem.attributes[{static_cast<char>('A' + i)}] = corpus()[i];
    for (const auto& text : texts) {
      const auto one = grader->answer_to(problem, text);
      const auto other = grader->answer_to(problem, text);
      expect(one.has_value() == other.has_value() && (!one || one->canonical == other->canonical),
             "two readings of " + quote(text.substr(0, 40)) + " differ");
    }
  });
  if (!fixture.golds().empty()) {
    report.property("reads the gold answers it was given", [&] {
      for (const auto& gold : fixture.golds())
        expect(grader->reference(gold).has_value(), "it cannot read " + quote(gold.substr(0, 40)));
    });
  }
  std::vector<Answer> all;
  report.property("finds some gold answer in plain words, numbers, letters or what it was given", [&] {
    all = answers(*grader, texts);
    expect(!all.empty(), "it finds none; where it reads another kind, such as dates, give some with --gold 2021-05-03");
  });
  if (all.empty()) {
    report.skipped("verdicts", "there is no answer to be judged");
    return;
  }
  report.property("every answer equals itself", [&] {
    for (const auto& answer : all) expect(grader->equal(answer, answer).equal, shown(answer) + " does not");
  });
  // Not the other way round: graders may be more lenient towards a gold answer than votes are among themselves.
  report.property("answers of one canonical form are equal, whichever is the gold one", [&] {
    for (const auto& one : all) {
      for (const auto& other : all) {
        if (one.canonical != other.canonical) continue;
        expect(grader->equal(one, other).equal, shown(one) + " and " + shown(other) + " differ");
      }
    }
  });
  report.property("verdicts give their reason in a sentence", [&] {
    for (const auto& answer : all)
      expect(!grader->equal(answer, all.front()).reason.empty(), "that on " + shown(answer) + " does not");
  });
}

}  // namespace espalier::conformance
