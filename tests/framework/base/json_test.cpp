#include "base/json.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace espalier::base;

namespace {

std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

template <class Value = Json>
std::string complaint(const std::string& text, std::size_t line = 1) {
  try {
    static_cast<void>(parse_json<Value>(text, "f", line));
  } catch (const JsonError& error) {
    return error.what();
  }
  return "accepted";
}

using Seen = std::vector<std::string>;

Seen elements(const std::string& text, const std::string& list = "") {
  Seen seen;
  for_each_element(text, list, "f",
                   [&](Json&& value, std::size_t line) { seen.push_back(std::to_string(line) + ":" + value.dump()); });
  return seen;
}

std::string why_no_elements(const std::string& text, const std::string& list = "") {
  try {
    elements(text, list);
  } catch (const JsonError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("values are read as they stand, ordered ones with their keys in order") {
  const std::string text = R"({"b":[1,-2,1.5,"x",true,null,{}],"a":{"z":18446744073709551615,"y":[]}})";
  CHECK(parse_json<OrderedJson>(text, "f").dump() == text);
  CHECK(parse_json<Json>(text, "f") == Json::parse(text));
  CHECK(parse_json<Json>(" 7 ", "f") == 7);
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  many.back() = '}';
  CHECK(parse_json<OrderedJson>(many, "f").dump() == many);
}

TEST_CASE("nesting is bounded, however deep the text goes") {
  CHECK(complaint(repeated("[", 64) + repeated("]", 64)) == "accepted");
  const std::string deep = "f:1:65: is nested too deeply: more than 64 levels are not read";
  CHECK(complaint(repeated("[", 100'000)) == deep);
  CHECK(complaint<OrderedJson>(repeated("[", 65)) == deep);
  CHECK(complaint(repeated("{\"a\":", 100'000)).starts_with("f:1:321: is nested too deeply"));
  CHECK(complaint("\n\n " + repeated("[", 65), 8).starts_with("f:10:66: is nested too deeply"));
  CHECK(why_no_elements("[" + repeated("[", 100'000)).starts_with("f:1:66: is nested too deeply"));
  CHECK(why_no_elements("{\"x\":" + repeated("[", 100'000), "list").starts_with("f:1:69: is nested too deeply"));
}

TEST_CASE("a key that stands twice in an object is refused, in small objects and in large ones") {
  CHECK(complaint(R"({"a":1,"b":{"a":1},"a":2})") == "f:1:22: has the key \"a\" twice in one object");
  CHECK(complaint<OrderedJson>(R"({"a":1,"a":2})").ends_with("has the key \"a\" twice in one object"));
  std::string many = "{\"k0\":0";
  for (int i = 1; i < 50; ++i) many += ",\"k" + std::to_string(i) + "\":0";
  CHECK(complaint<OrderedJson>(many + "}") == "accepted");
  CHECK(complaint<OrderedJson>(many + ",\"k3\":1}").ends_with("has the key \"k3\" twice in one object"));
  CHECK(complaint<OrderedJson>(many + ",\"k49\":1}").ends_with("has the key \"k49\" twice in one object"));
}

TEST_CASE("what is no JSON is told with its place, shortly, and in words that are UTF-8") {
  CHECK(complaint("{\"a\": }") ==
        "f:1:7: is no JSON: syntax error while parsing value - unexpected '}'; expected '[', "
        "'{', or a literal");
  CHECK(complaint("[1,\n 1e999]", 3) == "f:4:2: is no JSON: number overflow parsing '1e999'");
  CHECK(complaint("[\"caf\xc3\xa9\", \"\xff\"]").starts_with("f:1:11: is no JSON: "));
  CHECK(complaint("[NaN]").starts_with("f:1:2: is no JSON: "));
  CHECK(complaint("").starts_with("f:1:1: is no JSON: "));
  CHECK(complaint("1 2").starts_with("f:1:3: is no JSON: "));
  const std::string long_one = complaint("[\"" + repeated("x", 1'000'000) + "\xff\"]");
  CHECK(long_one.size() < 300);
  CHECK(long_one.ends_with("..."));
}

TEST_CASE("elements are handed out one by one with their lines") {
  CHECK(elements("[\n {\"a\": 1},\n 5,\n[[2]]]") == Seen{"2:{\"a\":1}", "3:5", "4:[[2]]"});
  CHECK(elements("[]").empty());
  CHECK(elements("\n{\"a\": [1]}") == Seen{"1:{\"a\":[1]}"});
  const std::string document = R"({"x": [{"data": [7]}], "data": [1, {"data": [2]}], "y": {"data": [3]}, "z": 4})";
  CHECK(elements(document, "data") == Seen{"1:1", "1:{\"data\":[2]}"});
  CHECK(why_no_elements(document, "dada") == "f:1: has no list \"dada\"");
  CHECK(why_no_elements("{\"data\": 1}", "data") == "f:1: has no list \"data\"");
  CHECK(why_no_elements("{\"data\": [1], \"data\": [2]}", "data").ends_with("has the list \"data\" twice"));
  CHECK(why_no_elements("7") == "f:1: is neither a JSON array nor an object");
  CHECK(why_no_elements("[1,\n2").starts_with("f:2:2: is no JSON: "));
  CHECK_THROWS_AS(for_each_element("[1]", "", "f", [](Json&&, std::size_t) { throw std::logic_error("mine"); }),
                  std::logic_error);
}

TEST_CASE("numbers are kept digit by digit where they are wanted as written") {
  const std::string text =
      R"([12345678901234567890123, -98765432109876543210, 3.10, 1e5, 7, -7, 18446744073709551615])";
  const auto kept = parse_json<Json>(text, "f", 1, JsonNumbers::as_written);
  CHECK(kept.dump() == R"(["12345678901234567890123","-98765432109876543210","3.10","1e5",7,-7,18446744073709551615])");
  CHECK(parse_json<Json>(text, "f")[0].is_number_float());
  std::string seen;
  for_each_element(
      text, "", "f",
      [&](Json&& value, std::size_t) { seen += value.is_string() ? value.get<std::string>() + ";" : ""; },
      JsonNumbers::as_written);
  CHECK(seen == "12345678901234567890123;-98765432109876543210;3.10;1e5;");
}

TEST_CASE("lists that are handed out are not kept") {
  constexpr std::array<std::string_view, 2> lists{"model.vocab", "model.merges"};
  Seen seen;
  const auto read = [&](const std::string& text) {
    seen.clear();
    return parse_json(text, "f", lists,
                      [&](JsonPart&& part) {
                        seen.push_back(std::to_string(part.list) + ":" + part.name + "=" + part.value.dump());
                      })
        .dump();
  };
  CHECK(
      read(R"({"vocab":[1],"model":{"merges":["a b",["c",["d"]]],"x":{"vocab":{"y":2}},"vocab":{"a":1,"b":{"c":[]}}},)"
           R"("z":[{"model":{"vocab":[3]}}]})") ==
      R"({"model":{"merges":[],"vocab":{},"x":{"vocab":{"y":2}}},"vocab":[1],"z":[{"model":{"vocab":[3]}}]})");
  CHECK(seen == Seen{"1:=\"a b\"", "1:=[\"c\",[\"d\"]]", "0:a=1", "0:b={\"c\":[]}"});
  CHECK(read(R"({"model":{"vocab":7}})") == R"({"model":{"vocab":7}})");
  CHECK(seen.empty());
  CHECK_THROWS_WITH_AS(read(R"({"model":{"vocab":{"a":[1,]}}})"), doctest::Contains("f:1:27: is no JSON"), JsonError);
  CHECK_THROWS_WITH_AS(read("{\"model\":{\"vocab\":" + repeated("[", 100)), doctest::Contains("is nested too deeply"),
                       JsonError);
  CHECK_THROWS_WITH_AS(read(R"({"model":{"merges":[],"merges":[]}})"), doctest::Contains("\"merges\" twice"),
                       JsonError);
}
