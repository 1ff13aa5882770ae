#include <doctest/doctest.h>

#include <espalier/dataset.hpp>
#include <espalier/kit/datasets/boxed.hpp>
#include <map>
#include <stdexcept>
#include <string>

#include "framework/host/temporary_folder.hpp"
#include "support/built_plugin.hpp"
#include "support/public_data.hpp"

using namespace espalier;
using espalier::host::TemporaryFolder;
using espalier::stored::last_boxed;
using espalier::testing::Settings;

namespace {

std::shared_ptr<Dataset> load(const char* type, Settings settings, const char* grader = "number") {
  settings.give("grader", testing::create<Grader>(grader));
  return testing::create<Dataset>(type, settings);
}

Settings of(const std::filesystem::path& file) {
  Settings settings;
  settings.set("file", file.c_str());
  return settings;
}

std::string why_not(const char* type, Settings settings) {
  try {
    load(type, std::move(settings));
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("gsm8k: the gold number stands behind ####") {
  const TemporaryFolder folder;
  const auto file = folder.write("g.jsonl", R"({"question": "1+1?", "answer": "It is #### not 3.\n#### 1,002 "})");
  const Item item = load("gsm8k", of(file))->at("test", 0);
  CHECK(item.gold == "1,002");
  CHECK(item.problem.id.starts_with("q-"));
  const auto bad = folder.write(
      "bad.jsonl", "{\"question\": \"q\", \"answer\": \"#### 1\"}\n{\"question\": \"r\", \"answer\": \"2\"}");
  CHECK(why_not("gsm8k", of(bad)) == bad.string() + ":2: has no \"####\" in its answer");
}

TEST_CASE("splits may have files of their own, and an id does not depend on the file") {
  const TemporaryFolder folder;
  const auto train = folder.write(
      "train.jsonl", "{\"question\": \"a?\", \"answer\": \"#### 1\"}\n{\"question\": \"b?\", \"answer\": \"#### 2\"}");
  const auto test = folder.write("test.jsonl", R"({"question": "c?", "answer": "#### 3"})");
  Settings settings;
  settings.add("splits", "train").set("file", train.c_str());
  settings.add("splits", "test").set("file", test.c_str());
  const auto dataset = load("gsm8k", std::move(settings));
  CHECK(dataset->splits() == std::vector<std::string>{"train", "test"});
  CHECK(dataset->size("train") == 2);
  CHECK(dataset->at("test", 0).problem.id == load("gsm8k", of(test))->at("test", 0).problem.id);
}

TEST_CASE("every split must have a file, before anything is read") {
  const auto rejections = [](Settings settings) {
    testing::built_plugin("datasets", "gsm8k").describe(settings);
    return settings.rejections();
  };
  using Rejections = std::vector<std::string>;
  CHECK(rejections(Settings()) == Rejections{"file: is missing; give it, or a file for every one of `splits`"});
  Settings lacking;
  lacking.add("splits", "train").set("limit", 3);
  CHECK(rejections(std::move(lacking)) == Rejections{"splits.train: has no file, and neither has the dataset"});
  Settings twice;
  twice.add("splits", "train").set("file", "a.jsonl");
  twice.add("splits", "test").set("file", "a.jsonl");
  CHECK(rejections(std::move(twice)).size() == 1);
  Settings apart;
  apart.add("splits", "train").set("file", "a.jsonl");
  apart.add("splits", "test").set("file", "b.jsonl");
  CHECK(rejections(std::move(apart)).empty());
}

TEST_CASE("mawps: the usual field names, and questions that stand twice") {
  const TemporaryFolder folder;
  const auto own = folder.write(
      "own.json", R"([{"sQuestion": "a ?", "lSolutions": [2.5]}, {"sQuestion": "a ?", "lSolutions": [2.5]}])");
  const auto dataset = load("mawps", of(own));
  CHECK(dataset->at("test", 0).gold == "2.5");
  CHECK(dataset->at("test", 1).problem.id == dataset->at("test", 0).problem.id + "-2");
  CHECK(load("mawps", of(folder.write("i.jsonl", R"({"input": "a ?", "target": 3.0})")))->at("test", 0).gold == "3.0");
  CHECK(why_not("mawps", of(folder.write("two.json", R"([{"sQuestion": "a ?", "lSolutions": [1, 2]}])")))
            .ends_with(":1: has 2 solutions where one is wanted"));
  CHECK(why_not("mawps", of(folder.write("odd.json", R"([{"q": "a ?", "s": 1}])"))).find("none of these pairs") !=
        std::string::npos);
}

TEST_CASE("svamp: body and question are joined as they stand") {
  const TemporaryFolder folder;
  const auto file = folder.write(
      "s.json",
      R"([{"ID": "chal-1", "Body": "If 2 of 3 go", "Question": "How many stay?", "Answer": 1.0, "Type": "Subtraction"}])");
  const Item item = load("svamp", of(file))->at("test", 0);
  CHECK(item.problem.id == "chal-1");
  CHECK(item.problem.question == "If 2 of 3 go How many stay?");
  CHECK(item.problem.attributes.at("type") == "Subtraction");
}

TEST_CASE("a last box that is cut off is no answer, and neither is the one before it") {
  for (const char* text : {"$\\fbox{3}$, not \\boxed{4", "\\boxed{3}, \\boxed", "\\boxed{3} \\boxed{\\frac{1}{2}",
                           "\\boxed 5", "\\boxed{1} \\fbox{\\}"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(last_boxed(text), "has a last \\boxed{...} that is cut off", std::invalid_argument);
  }
}

TEST_CASE("the last box of a solution is its answer") {
  CHECK(last_boxed("$\\boxed{1}$ or $\\boxed{\\frac{1}{\\sqrt{2}}}$.") == "\\frac{1}{\\sqrt{2}}");
  CHECK(last_boxed("\\boxed{ \\{1, 2\\} }") == "\\{1, 2\\}");
  CHECK(last_boxed("$\\boxed{4}$, that is \\fbox{3}") == "3");
  CHECK(last_boxed("$x = \\boxed 5$ units, $y$") == "5");
  CHECK(last_boxed("$\\boxed\n{7}$") == "7");
  CHECK(!last_boxed("no box, \\boxedx{5}"));
}

TEST_CASE("math: the archive's folders and MATH-500's lines agree on ids, levels and types") {
  const TemporaryFolder folder;
  folder.write("MATH/test/algebra/1.json",
               R"({"problem": "p", "level": "Level 3", "type": "Algebra", "solution": "so $\\boxed{4}$"})");
  folder.write("MATH/test/geometry/2.json",
               R"({"problem": "r", "level": "Level 1", "type": "Geometry", "solution": "so $\\boxed{5}$"})");
  const auto lines = folder.write(
      "math500.jsonl",
      R"({"problem": "p", "level": 3, "subject": "Algebra", "unique_id": "test/algebra/1.json", "solution": "$\\boxed{9}$", "answer": "4"})");
  const auto archive = load("math", of(folder.path() / "MATH/test"));
  REQUIRE(archive->size("test") == 2);
  const Item one = archive->at("test", 0);
  const Item same = load("math", of(lines))->at("test", 0);
  CHECK(one.problem.id == "test/algebra/1.json");
  CHECK(same.problem.id == one.problem.id);
  CHECK(same.gold == "4");
  CHECK(one.gold == "4");
  CHECK(same.problem.attributes == one.problem.attributes);
  CHECK(one.problem.attributes == std::map<std::string, std::string>{{"level", "3"}, {"type", "Algebra"}});

  Settings easy = of(folder.path() / "MATH/test");
  easy.enter("where", "level", "1|2");
  CHECK(why_not("math", std::move(easy)).find("no problem has the level \"2\"; there are: \"1\", \"3\"") !=
        std::string::npos);
  Settings geometry = of(folder.path() / "MATH/test");
  geometry.enter("where", "type", "Geometry");
  CHECK(load("math", std::move(geometry))->at("test", 0).gold == "5");
  const auto boxless = folder.write("x.jsonl", R"({"problem": "p", "solution": "four"})");
  CHECK(why_not("math", of(boxless)).ends_with(":1: has no field \"answer\", and no \\boxed{...} in its solution"));
}

TEST_CASE("published files are read whole, every gold answer with them") {
  const auto count = [](const char* type, const char* name, const char* grader = "number") {
    const auto file = testing::public_data(name);
    return file ? load(type, of(*file), grader)->size("test") : 0;
  };
  const std::map<std::string, std::pair<const char*, std::size_t>> files = {
      {"gsm8k/train.jsonl", {"gsm8k", 7473}},     {"gsm8k/test-first-660.jsonl", {"gsm8k", 660}},
      {"svamp/test.jsonl", {"svamp", 1000}},      {"mawps/addsub.jsonl", {"mawps", 395}},
      {"mawps/multiarith.jsonl", {"mawps", 600}}, {"mawps/singleeq.jsonl", {"mawps", 508}},
      {"mawps/singleop.jsonl", {"mawps", 562}}};
  for (const auto& [name, expected] : files) {
    CAPTURE(name);
    const std::size_t found = count(expected.first, name.c_str());
    CHECK((found == 0 || found == expected.second));
  }
  if (const auto file = testing::public_data("math500/test-first-250.jsonl")) {
    const auto math = load("math", of(*file), "exact");
    REQUIRE(math->size("test") == 250);
    CHECK(math->at("test", 0).problem.id == "test/precalculus/807.json");
  }
}
