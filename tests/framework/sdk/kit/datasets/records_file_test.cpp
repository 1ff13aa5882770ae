#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <espalier/kit/datasets/records_file.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "framework/host/temporary_folder.hpp"

using namespace espalier::stored;
using espalier::host::TemporaryFolder;

namespace {

/// "LINE:A" of every record with a field a.
std::vector<std::string> read(const std::filesystem::path& path, const FileFormat& format = {}) {
  std::vector<std::string> seen;
  Mistakes mistakes;
  const auto see = [&](const Record& record) {
    seen.push_back(std::to_string(record.place().line) + ":" + record.text("a"));
  };
  read_records(path, format, see, mistakes);
  mistakes.settle();
  return seen;
}

/// What is wrong with a text, without the file's name.
std::string why_not(const std::string& name, const std::string& text, const FileFormat& format = {}) {
  const TemporaryFolder folder;
  const auto file = folder.write(name, text);
  try {
    read(file, format);
  } catch (const std::runtime_error& error) {
    std::string all;
    std::istringstream lines(error.what());
    for (std::string line; std::getline(lines, line);) {
      const bool placed = line.starts_with(file.string() + ":");
      all += (all.empty() ? "" : "\n") + (placed ? line.substr(file.string().size() + 1) : line);
    }
    return all;
  }
  return "";
}

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("records know the line where they begin") {
  const TemporaryFolder folder;
  CHECK(read(folder.write("lines.jsonl", "\xEF\xBB\xBF{\"a\": 1}\r\n\n{\"a\": \"x\"}")) == Seen{"1:1", "3:x"});
  CHECK(read(folder.write("list.json", "[\n {\"a\": 1},\n {\"b\": [{\"a\": 9}],\n  \"a\": 2}\n]\n")) ==
        Seen{"2:1", "3:2"});
  CHECK(read(folder.write("table.csv", "b,a\r\n\"1\n2\",x\r\n\r\n3,\"y, \"\"z\"\"\"")) == Seen{"2:x", "5:y, \"z\""});
}

TEST_CASE("JSON Lines and documents are told apart by what they hold, whatever their name") {
  const TemporaryFolder folder;
  CHECK(read(folder.write("lines.json", "{\"a\": 1}\n{\"a\": 2}\n")) == Seen{"1:1", "2:2"});
  CHECK(read(folder.write("one.json", "{\n\"a\": 1}\n")) == Seen{"1:1"});
  CHECK(read(folder.write("list.txt", " [{\"a\": 1}]")) == Seen{"1:1"});
  CHECK(read(folder.write("empty.jsonl", "")).empty());
}

TEST_CASE("the list of a JSON document may have a name") {
  const TemporaryFolder folder;
  const auto file = folder.write(
      "d.json", "{\"other\": [{\"a\": 7}], \"data\": [\n{\"a\": 1},\n{\"a\": 2}], \"last\": [{\"a\": 8}]}");
  CHECK(read(file, {.format = Format::json, .list = "data"}) == Seen{"2:1", "3:2"});
  CHECK_THROWS_WITH_AS(read(file, {.format = Format::json, .list = "dada"}),
                       (file.string() + ":1: has no list \"dada\"").c_str(), std::runtime_error);
}

TEST_CASE("a folder is all its files, by path") {
  const TemporaryFolder folder;
  folder.write("b/2.json", "{\"a\": 3}");
  folder.write("a.csv", "a\n1\n2\n");
  folder.write("README.md", "no problems");
  CHECK(read(folder.path()) == Seen{"2:1", "3:2", "1:3"});
  CHECK(read(folder.path(), {.format = Format::json}) == Seen{"1:3"});
  CHECK_THROWS_AS(read(folder.path(), {.format = Format::json_lines}), std::runtime_error);
}

TEST_CASE("CSV tables may have no row of names, and tabs") {
  const TemporaryFolder folder;
  CHECK(read(folder.write("bare.csv", "1;2\n3;4\n"), {.separator = ';', .columns = {"b", "a"}}) == Seen{"1:2", "2:4"});
  CHECK(read(folder.write("tabs.tsv", "b\ta\n1,5\t2\n")) == Seen{"2:2"});
}

TEST_CASE("what is no record is named with its line") {
  CHECK(why_not("a.jsonl", "{\"a\": 1}\n{\"a\": \n").starts_with("2:7: is no JSON: syntax error"));
  CHECK(why_not("a.jsonl", "{\"a\": 1}\n[1]\n") == "2: is no JSON object");
  CHECK(why_not("a.jsonl", "{\"a\": \"\xff\"}\n{\"a\": 1}").starts_with("1:8: is no JSON: "));
  CHECK(why_not("a.json", "[\n{\"a\": 1},\n{\"a\": }]").starts_with("3:7: is no JSON: "));
  CHECK(why_not("a.json", "[\n{\"a\": 1e999}]") == "2:7: is no JSON: number overflow parsing '1e999'");
  CHECK(why_not("a.json", "[\n{\"a\": 1},\n 5]") == "3: is no JSON object");
  CHECK(why_not("a.json", "[\n[{\"a\": 1}]]") == "2: is no JSON object");
  CHECK(why_not("a.jsonl", "[{\"a\": 1}]", {.format = Format::json_lines}) ==
        "1: is one JSON document and no JSON Lines; the dataset type json reads it");
  CHECK(why_not("a.csv", "a,b\n1,2\n3\n") == "3: has 1 fields where there are 2 columns");
  CHECK(why_not("a.csv", "a,b\n\n\"1\n\n,2\n") == "3: has a quote that is never closed");
  CHECK(why_not("a.csv", "a\n\"1\"2\n").starts_with("2: has text behind the closing quote"));
  CHECK(why_not("a.csv", "a,b,a\n") == "1: names the column \"a\" twice");
}

TEST_CASE("a broken first line is told as one, and only a whole document as a document") {
  const FileFormat lines{.format = Format::json_lines};
  const std::string document = "1: is one JSON document and no JSON Lines; the dataset type json reads it";
  CHECK(why_not("a.jsonl", "{\n\"a\": 1}", lines) == document);
  for (const FileFormat& format : {lines, FileFormat{}}) {
    CHECK(why_not("a.jsonl", "{\"a\": 1\n{\"a\": 2}\n", format).starts_with("1:8: is no JSON: syntax error"));
    CHECK(why_not("a.jsonl", "{\"a\": \"\\d\"}\n{\"a\": 2}\n", format).starts_with("1:9: is no JSON: syntax error"));
    CHECK(why_not("a.jsonl", "[1]\n{\"a\": 2}\n", format) == "1: is no JSON object");
  }
}

TEST_CASE("mistakes are told together, the rest of the file being read all the same") {
  CHECK(why_not("a.jsonl", "{\"a\": \n[1]\n{\"a\": 1}\n7\n") ==
        "1:7: is no JSON: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal\n"
        "2: is no JSON object\n4: is no JSON object");
  CHECK(why_not("a.json", "[1,\n{\"a\": 1},\n2]") == "1: is no JSON object\n3: is no JSON object");
  CHECK(why_not("a.csv", "a,b\n1\n1,2\n1,2,3\n\"1\n") ==
        "2: has 1 fields where there are 2 columns\n4: has 3 fields where there are 2 columns\n"
        "5: has a quote that is never closed");
  std::string many;
  for (int line = 0; line < 30; ++line) many += "[]\n";
  const std::string told = why_not("a.jsonl", "{\"a\": 1}\n" + many);
  CHECK(std::count(told.begin(), told.end(), '\n') == 20);
  CHECK(told.ends_with("\n21: is no JSON object\nand 10 more such mistakes"));
}

TEST_CASE("texts that are no UTF-8 are refused in every format, with the character's place") {
  const std::string why = ": is no UTF-8; convert the file, or take the character out";
  CHECK(why_not("a.csv", "a,b\n1,caf\xe9\n1,2\n\"x\n\xc3\xa9\xff\",2\n") == "2:6" + why + "\n5:2" + why);
  CHECK(why_not("a.csv", "a\xff,b\n1,2\n") == "1:2" + why);
  CHECK(why_not("a.txt", "1\n\xff\n\n2\n3\n", {.format = Format::blocks, .columns = {"a", "b"}}) == "2:1" + why);
  CHECK(why_not("a.jsonl", "{\"a\": \"\xff\"}\n").starts_with("1:8: is no JSON: "));
}

TEST_CASE("what is nested too deeply, or is no regular file, is refused") {
  std::string deep(100'000, '[');
  CHECK(why_not("a.jsonl", "{\"a\": " + deep + "\n").starts_with("1:70: is nested too deeply"));
  CHECK(why_not("a.json", "[{\"a\": " + deep).starts_with("1:71: is nested too deeply"));
  const TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe.jsonl";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const std::filesystem::path& file : {pipe, std::filesystem::path("/dev/zero")}) {
    CHECK_THROWS_AS(read(file), std::runtime_error);
  }
}

TEST_CASE("a record tells which fields it has instead") {
  const Record record({{"b", 1}, {"list", {"x", 2}}, {"none", nullptr}}, {"f", 3});
  CHECK_THROWS_WITH_AS(record.text("a"), "has no field \"a\"; it has: b, list, none", std::invalid_argument);
  CHECK_THROWS_WITH_AS(record.text("none"), "has a field \"none\" that is null", std::invalid_argument);
  CHECK_THROWS_AS(record.text("list"), std::invalid_argument);
  CHECK(record.texts("list") == Seen{"x", "2"});
  CHECK(record.texts("b") == Seen{"1"});
  CHECK(!record.has("none"));
  CHECK(record.place().text() == "f:3");
}

TEST_CASE("ids made of content depend on nothing else") {
  CHECK(content_id("How many?") == content_id("How many?"));
  CHECK(content_id("How many?") != content_id("How many? "));
  CHECK(content_id("").size() == 14);
}

TEST_CASE("records: blocks of lines, with as many lines as there are names") {
  const FileFormat two{.format = Format::blocks, .columns = {"a", "b"}};
  const TemporaryFolder folder;
  CHECK(read(folder.write("t.txt", "\n1\nx\n\n \n2\ny\r\n"), two) == Seen{"2:1", "6:2"});
  CHECK(why_not("t.txt", "1\nx\n\n2\n", two) == "4: begins a block of 1 lines where there must be 2");
  CHECK(why_not("t.txt", "1\nx\ny\n", two) == "1: begins a block of 3 lines where there must be 2");
}
