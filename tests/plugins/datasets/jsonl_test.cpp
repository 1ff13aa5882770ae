#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <espalier/dataset.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/built_plugin.hpp"
#include "support/public_data.hpp"

using namespace espalier;
using espalier::testing::Settings;

namespace {

/// A file that lives as long as the test case.
class File {
 public:
  explicit File(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("espalier_jsonl_" + std::to_string(count++) + "_" + std::to_string(getpid()) + ".jsonl")) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::string path() const { return path_.string(); }

 private:
  inline static int count = 0;
  std::filesystem::path path_;
};

std::shared_ptr<Dataset> load(Settings settings) {
  settings.give("grader", testing::create<Grader>("number"));
  return testing::create<Dataset>("jsonl", settings);
}

/// The parameters of a file, with others beside it.
struct Given {
  Given(const char* name, const char* text) : key(name), value(std::string(text)) {}
  Given(const char* name, int number) : key(name), value(std::int64_t{number}) {}

  std::string key;
  Settings::Value value;
};

Settings of(const std::string& path, const std::vector<Given>& more = {}) {
  Settings settings;
  settings.set("file", path.c_str());
  for (const Given& given : more) settings.set(given.key, given.value);
  return settings;
}

std::string why_not(Settings settings) {
  try {
    load(std::move(settings));
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> questions(const Dataset& dataset, std::string_view split = "test") {
  std::vector<std::string> found;
  for (std::size_t index = 0; index < dataset.size(split); ++index)
    found.push_back(dataset.at(split, index).problem.question);
  return found;
}

std::string ten_lines() {
  std::string text;
  for (int number = 0; number < 10; ++number) {
    text += R"({"question": "q)" + std::to_string(number) + R"(", "answer": )" + std::to_string(number) + "}\n";
  }
  return text;
}

}  // namespace

TEST_CASE("jsonl: lines become problems, by the names of their fields") {
  const File file("{\"question\": \"1+1?\", \"answer\": \"2\"}\n\n{\"question\": \"h\u00e9?\", \"answer\": 3.0}\r\n");
  const auto dataset = load(of(file.path()));
  CHECK(dataset->splits() == std::vector<std::string>{"test"});
  REQUIRE(dataset->size("test") == 2);
  const Item item = dataset->at("test", 1);
  CHECK(item.problem.question == "h\u00e9?");
  CHECK(item.gold == "3.0");
  CHECK(item.problem.id.starts_with("q-"));
  CHECK(item.problem.id != dataset->at("test", 0).problem.id);
  CHECK_THROWS_AS(static_cast<void>(dataset->size("train")), std::invalid_argument);
}

TEST_CASE("jsonl: templates, markers, ids and attributes") {
  const File file(
      R"({"Body": "There are 3.", "Question": "How many?", "Answer": "so\n#### 1,003", "key": 7, "Type": "sum"})");
  Settings settings = of(file.path());
  settings.set("question", "{Body} {Question}")
      .set("answer", "Answer")
      .set("answer_after", "####")
      .set("id", "svamp-{key}");
  settings.set("attributes", std::vector<std::string>{"Type"});
  const Item item = load(std::move(settings))->at("test", 0);
  CHECK(item.problem.question == "There are 3. How many?");
  CHECK(item.gold == "1,003");
  CHECK(item.problem.id == "svamp-7");
  CHECK(item.problem.attributes.at("Type") == "sum");
}

TEST_CASE("jsonl: a pattern finds the gold answer") {
  const File file(R"({"question": "q", "answer": "A: 18 or so"})");
  const auto gold = [&](const char* pattern) {
    return load(of(file.path(), {{"answer_pattern", pattern}}))->at("test", 0).gold;
  };
  CHECK(gold("A: ([0-9]+)") == "18");
  CHECK(gold("[0-9]+") == "18");
  CHECK(why_not(of(file.path(), {{"answer_pattern", "B: ([0-9]+)"}}))
            .ends_with(":1: has a gold answer that answer_pattern does not match"));
}

TEST_CASE("jsonl: what is wrong is named with file and line") {
  const std::string good = "{\"question\": \"q\", \"answer\": \"1\"}\n";
  const auto complaint = [&](const std::string& line) {
    const File file(good + line);
    const std::string text = why_not(of(file.path()));
    REQUIRE(text.starts_with(file.path() + ":2:"));
    return text.substr(file.path().size() + 3);
  };
  CHECK(complaint("{\"question\": \"q\"").starts_with("17: is no JSON: "));
  CHECK(complaint("{\"question\": \"\xff\", \"answer\": 1}").starts_with("15: is no JSON: "));
  CHECK(complaint("[1]") == " is no JSON object");
  CHECK(complaint("{\"answer\": 1}") == " has no field \"question\"; it has: answer");
  CHECK(complaint("{\"question\": null, \"answer\": 1}") == " has a field \"question\" that is null");
  CHECK(complaint("{\"question\": \"q\", \"answer\": \"blue\"}") ==
        " has a gold answer that its grader cannot read: \"blue\"; correct it, or choose another grader");
  CHECK(complaint("{\"question\": \"q\", \"answer\": [1]}") ==
        " has a field \"answer\" that is neither a text nor a number");
  const File twice(R"({"question": "q", "answer": 1, "id": "a"})"
                   "\n"
                   R"({"question": "r", "answer": 1, "id": "a"})");
  CHECK(why_not(of(twice.path(), {{"id", "id"}})).ends_with(":2: has the id \"a\" of " + twice.path() + ":1"));
  CHECK(why_not(of("/no/such/file.jsonl")) == "/no/such/file.jsonl cannot be read: no such file");
}

TEST_CASE("jsonl: offset and limit cut a window") {
  const File file(ten_lines());
  CHECK(questions(*load(of(file.path(), {{"offset", 2}, {"limit", 3}}))) == std::vector<std::string>{"q2", "q3", "q4"});
  CHECK(questions(*load(of(file.path(), {{"offset", 8}, {"limit", 30}}))) == std::vector<std::string>{"q8", "q9"});
  CHECK(why_not(of(file.path(), {{"offset", 10}})).ends_with("offset passes over every problem: there are 10"));
}

TEST_CASE("jsonl: a seed shuffles, the same way each time, before the cut") {
  const File file(ten_lines());
  const auto order = questions(*load(of(file.path(), {{"shuffle", 1}})));
  CHECK(order == questions(*load(of(file.path(), {{"shuffle", 1}}))));
  CHECK(order != questions(*load(of(file.path(), {{"shuffle", 2}}))));
  CHECK(order != questions(*load(of(file.path()))));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == questions(*load(of(file.path()))));
  CHECK(questions(*load(of(file.path(), {{"shuffle", 1}, {"limit", 4}}))) ==
        std::vector<std::string>(order.begin(), order.begin() + 4));
}

TEST_CASE("jsonl: a file is cut into splits that do not meet") {
  const File file(ten_lines());
  Settings settings = of(file.path());
  settings.add("splits", "train").set("limit", 6);
  settings.add("splits", "test").set("offset", 6);
  const auto dataset = load(std::move(settings));
  CHECK(dataset->splits() == std::vector<std::string>{"train", "test"});
  CHECK(dataset->size("train") == 6);
  CHECK(questions(*dataset) == std::vector<std::string>{"q6", "q7", "q8", "q9"});

  Settings meeting = of(file.path());
  meeting.add("splits", "train").set("limit", 7);
  meeting.add("splits", "test").set("offset", 6);
  CHECK(why_not(std::move(meeting)).starts_with("splits.test: shares problems with splits.train"));
  Settings beyond = of(file.path());
  beyond.add("splits", "test").set("offset", 10);
  CHECK(why_not(std::move(beyond)).find("begins behind the 10 problems") != std::string::npos);
}

TEST_CASE("jsonl: maps that cannot be are refused before anything is read") {
  const auto rejections = [](const char* key, const char* value, const char* other = "", const char* other_value = "") {
    Settings settings = of("/no/such/file.jsonl");
    settings.set(key, value);
    if (*other != '\0') settings.set(other, other_value);
    testing::built_plugin("datasets", "jsonl").describe(settings);
    return settings.rejections().size();
  };
  CHECK(rejections("question", "{Body") == 1);
  CHECK(rejections("answer", "{}") == 1);
  CHECK(rejections("answer_pattern", "([0-9]+") == 1);
  CHECK(rejections("answer_pattern", "[0-9]+", "answer_after", "####") == 1);
  CHECK(rejections("question", "{Body} {Question}") == 0);
}

TEST_CASE("jsonl: GSM8K and SVAMP are read as they are") {
  if (const auto file = testing::public_data("gsm8k/test-first-660.jsonl")) {
    const auto gsm8k = load(of(file->string(), {{"answer_after", "####"}}));
    CHECK(gsm8k->size("test") == 660);
    CHECK(gsm8k->at("test", 0).gold == "18");
  }
  if (const auto file = testing::public_data("svamp/test.jsonl")) {
    const auto svamp =
        load(of(file->string(), {{"question", "{Body} {Question}"}, {"answer", "Answer"}, {"id", "ID"}}));
    CHECK(svamp->size("test") == 1000);
    CHECK(svamp->at("test", 0).problem.id == "chal-777");
    CHECK(svamp->at("test", 0).gold == "145.0");
  }
}
