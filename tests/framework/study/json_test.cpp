#include "study/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "study/files.hpp"

using namespace espalier::study;

namespace {

std::filesystem::path fresh_folder() {
  const auto folder = std::filesystem::temp_directory_path() / "espalier-json-test";
  std::filesystem::remove_all(folder);
  return folder;
}

}  // namespace

TEST_CASE("numbers survive a round trip bit for bit") {
  for (const double number : {0.1, 1.0 / 3.0, 1e-300, -0.0, 123456789.123456789, std::numeric_limits<double>::min(),
                              std::nextafter(1.0, 2.0), std::numeric_limits<double>::max()}) {
    const double back = parse_json(to_text(Json(number)), "here").get<double>();
    CHECK(back == number);
    CHECK(std::signbit(back) == std::signbit(number));
  }
}

TEST_CASE("what JSON cannot say is refused, not written as null") {
  CHECK_THROWS_AS(to_text(Json{{"deep", {1.0, std::nan("")}}}), std::invalid_argument);
  CHECK_THROWS_AS(to_text(Json(std::numeric_limits<double>::infinity())), std::invalid_argument);
}

TEST_CASE("invalid UTF-8 becomes the replacement character") {
  CHECK(to_text(Json("a\xff\xfe"
                     "b")) ==
        "\"a\xef\xbf\xbd\xef\xbf\xbd"
        "b\"");
  CHECK(to_text(Json("caf\xc3\xa9")) == "\"caf\xc3\xa9\"");
}

TEST_CASE("keys keep the order they were written in") {
  CHECK(to_text(Json{{"zebra", 1}, {"ant", 2}}) == R"({"zebra":1,"ant":2})");
}

TEST_CASE("errors name the file, the line and the column, and nothing of the library") {
  const auto file = fresh_folder() / "lines.jsonl";
  write_file(file, "{\"a\": 1}\n\n{\"a\": }\n");
  try {
    read_json_lines(file);
    FAIL("must throw");
  } catch (const JsonError& error) {
    CHECK(std::string(error.what())
              .ends_with("lines.jsonl:3:7: is no JSON: syntax error while parsing value - "
                         "unexpected '}'; expected '[', '{', or a literal"));
  }
}

TEST_CASE("columns are counted in characters, lines from where the text begins, and huge numbers are no JSON") {
  const auto complaint = [](const std::string& text) {
    try {
      static_cast<void>(parse_json(text, "f", 10));
    } catch (const JsonError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(complaint("[\"caf\xc3\xa9\" 1]").starts_with("f:10:9: is no JSON: syntax error"));
  CHECK(complaint("[1,\n 2").starts_with("f:11:3: is no JSON: syntax error"));
  CHECK(complaint("").starts_with("f:10:1: is no JSON: syntax error"));
  CHECK(complaint("[1e999]") == "f:10:2: is no JSON: number overflow parsing '1e999'");
}

TEST_CASE("a file is replaced in one step and nothing is left behind") {
  const auto folder = fresh_folder();
  write_json(folder / "deeper" / "a.json", Json{{"x", 1}});
  write_json(folder / "deeper" / "a.json", Json{{"x", 2}});
  CHECK(read_json(folder / "deeper" / "a.json")["x"] == 2);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "deeper")) ++files;
  CHECK(files == 1);
  write_file(folder / "b.jsonl", "1\n\"two\"\n");
  CHECK(read_json_lines(folder / "b.jsonl") == std::vector<Json>{1, "two"});
}
