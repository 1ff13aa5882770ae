#include <doctest/doctest.h>

#include <algorithm>
#include <espalier/dataset.hpp>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "framework/host/temporary_folder.hpp"
#include "multiple_choice/options.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using namespace espalier::choices;
using espalier::host::TemporaryFolder;
using espalier::testing::Settings;

namespace {

std::shared_ptr<Dataset> load(const std::filesystem::path& file, const char* layout, int seed = -2) {
  Settings settings;
  settings.set("file", file.c_str()).set("layout", layout);
  if (seed >= -1) settings.set("shuffle_options", seed);
  settings.give("grader", testing::create<Grader>("exact"));
  return testing::create<Dataset>("multiple_choice", settings);
}

Item only(const std::string& name, const std::string& text, const char* layout, int seed = -2) {
  const TemporaryFolder folder;
  return load(folder.write(name, text), layout, seed)->at("test", 0);
}

std::string why_not(const std::string& text, const char* layout) {
  try {
    static_cast<void>(only("x.jsonl", text, layout));
  } catch (const std::exception& error) {
    const std::string what = error.what();
    return what.substr(what.find(".jsonl:1: ") + 10);
  }
  return "";
}

/// The text of the option that the gold letter names.
std::string right_option(const Item& item) { return item.problem.attributes.at(item.gold); }

}  // namespace

TEST_CASE("MMLU: a list of choices and an index, or the publisher's tables") {
  const Item item = only(
      "m.jsonl",
      R"({"question": "Which is a fruit?", "subject": "food", "choices": ["chair", "pear", "sky", "ice"], "answer": 0})",
      "mmlu");
  CHECK(item.gold == "A");
  CHECK(item.problem.question == "Which is a fruit?\n\nA) chair\nB) pear\nC) sky\nD) ice");
  CHECK(item.problem.attributes.at("subject") == "food");
  CHECK(item.problem.attributes.at("B") == "pear");
  CHECK(item.problem.attributes.count("published") == 0);
  const Item row = only("high_school_food_test.csv", "\"Which, if any?\",chair,pear,sky,ice,B\n", "mmlu_csv");
  CHECK(row.gold == "B");
  CHECK(row.problem.attributes.at("subject") == "high_school_food");
}

TEST_CASE("LogiQA's text files: a block of lines is a problem") {
  const std::string first = "\nb\nAll men are mortal.\nWho is?\nA.Zeus.\nB.Socrates.\nC.Hera.\nD.Ares.\n";
  const std::string second = "\n\nd\r\nNone is.\nWho is not?\nA.One.\nB.Two.\nC.Three.\nD.All of the above.";
  const TemporaryFolder folder;
  const auto dataset = load(folder.write("Test.txt", first + second), "logiqa_text");
  REQUIRE(dataset->size("test") == 2);
  const Item item = dataset->at("test", 0);
  CHECK(item.gold == "B");
  CHECK(item.problem.question == "All men are mortal.\n\nWho is?\n\nA) Zeus.\nB) Socrates.\nC) Hera.\nD) Ares.");
  CHECK(right_option(dataset->at("test", 1)) == "All of the above.");
}

TEST_CASE("GPQA: the first option is right, so options are always shuffled") {
  const std::string header =
      "Record ID,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3\n";
  std::string rows;
  for (int i = 0; i < 200; ++i) rows += "rec" + std::to_string(i) + ",Which?,right,wrong,worse,worst\n";
  const TemporaryFolder folder;
  const auto dataset = load(folder.write("gpqa.csv", header + rows), "gpqa");
  std::map<std::string, int> golds;
  for (std::size_t i = 0; i < dataset->size("test"); ++i) {
    const Item item = dataset->at("test", i);
    CHECK(right_option(item) == "right");
    ++golds[item.gold];
  }
  for (const char* letter : {"A", "B", "C", "D"}) CHECK(golds[letter] > 25);
  CHECK(dataset->at("test", 7).problem.id == "rec7");
  CHECK_THROWS_AS(load(folder.path() / "gpqa.csv", "gpqa", -1), std::invalid_argument);
}

TEST_CASE("LogiQA and AQuA") {
  const Item old =
      only("l.jsonl",
           R"({"context": "All A are B.", "query": "Which follows?", "options": ["x", "y"], "correct_option": 1})",
           "logiqa");
  CHECK(old.problem.question == "All A are B.\n\nWhich follows?\n\nA) x\nB) y");
  CHECK(old.gold == "B");
  CHECK(only("l.txt", R"({"id": 3, "text": "T.", "question": "Q?", "options": ["x", "y"], "answer": 0})", "logiqa2")
            .gold == "A");
  const Item aqua = only(
      "a.json",
      R"({"question": "How much?", "options": ["A)21", "B)21.5", "C) 22"], "rationale": "r", "correct": "C"})", "aqua");
  CHECK(aqua.problem.question == "How much?\n\nA) 21\nB) 21.5\nC) 22");
  CHECK(aqua.gold == "C");
}

TEST_CASE("shuffled options follow their problem, seed by seed, and keep the right one") {
  const std::string line = R"({"question": "Which?", "choices": ["a1", "a2", "a3", "a4", "a5"], "answer": 2})";
  std::set<std::string> orders;
  for (int seed = 0; seed < 20; ++seed) {
    const Item item = only("m.jsonl", line, "mmlu", seed);
    CHECK(right_option(item) == "a3");
    const std::string published = item.problem.attributes.at("published");
    CHECK(published[static_cast<std::size_t>(item.gold[0] - 'A')] == 'C');
    CHECK(item.problem.id == only("m.jsonl", line, "mmlu").problem.id);
    orders.insert(published);
  }
  CHECK(orders.size() > 10);
  const std::string other = R"({"question": "Other?", "choices": ["x", "y"], "answer": 0})";
  const TemporaryFolder folder;
  const auto two = load(folder.write("m.jsonl", other + "\n" + line), "mmlu", 5);
  CHECK(two->at("test", 1).problem.question == only("m.jsonl", line, "mmlu", 5).problem.question);
}

TEST_CASE("options that speak of each other keep their places") {
  for (const char* text :
       {"All of the above", "none of the above", "Both A and C", "(A) and (B)", "B or C only", "Option D"}) {
    CAPTURE(text);
    CHECK(refer_to_each_other({"x", text}));
  }
  for (const char* text : {"A cat", "vitamin C", "I and II", "an answer", "f(x)"}) {
    CAPTURE(text);
    CHECK(!refer_to_each_other({"x", text}));
  }
  const Item item =
      only("m.jsonl", R"({"question": "Which?", "choices": ["a", "b", "all of the above"], "answer": 2})", "mmlu", 3);
  CHECK(item.gold == "C");
  CHECK(item.problem.attributes.count("published") == 0);
}

TEST_CASE("an answer that is no option is refused") {
  CHECK(index_of_letter("(c)", 3) == 2);
  CHECK_THROWS_AS(index_of_letter("D", 3), std::invalid_argument);
  CHECK_THROWS_AS(index_of_number("-1", 3), std::invalid_argument);
  CHECK(why_not(R"({"question": "q", "choices": ["a", "b"], "answer": 2})", "mmlu") ==
        "has the answer \"2\", which is none of its 2 options");
  CHECK(why_not(R"({"question": "q", "choices": ["a"], "answer": 0})", "mmlu") ==
        "has 1 options; there must be 2 to 26");
  CHECK(why_not(R"({"question": "q", "options": ["a", "b"], "answer": "E"})", "custom") ==
        "has the answer \"E\", which is none of its 2 options");
}
