#include "host/manifest/toml_reader.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace espalier::host;

namespace {

std::string complaint(const std::string& text) {
  Diagnostics diagnostics;
  try {
    read_toml(text, "m.toml", diagnostics);
  } catch (const ManifestError& error) {
    return error.what();
  }
  return diagnostics.text();
}

}  // namespace

TEST_CASE("tables keep the order of the file, and everything its position") {
  Diagnostics diagnostics;
  const Node root = read_toml("zebra = 1\n[b]\nx = [1,\n  2]\n[a]\ny = { k = true }\n", "m.toml", diagnostics);
  CHECK(diagnostics.empty());
  REQUIRE(root.members().size() == 3);
  CHECK(root.members()[0].key == "zebra");
  CHECK(root.members()[1].key == "b");
  CHECK(root.members()[2].key == "a");
  CHECK(root.members()[1].position == Position{"m.toml", 2, 2});
  CHECK(root.at("b.x[1]")->position == Position{"m.toml", 4, 3});
  CHECK(root.at("a.y.k")->position == Position{"m.toml", 6, 11});
}

TEST_CASE("inline tables may span lines") {
  Diagnostics diagnostics;
  const Node root = read_toml("a = {\n  b = 1,\n  c = 2,\n}\n", "m.toml", diagnostics);
  CHECK(root.at("a.c")->integer() == 2);
}

TEST_CASE("a syntax error has its position") {
  Diagnostics diagnostics;
  try {
    read_toml("a = 1\nb = \n", "m.toml", diagnostics);
    FAIL("accepted");
  } catch (const ManifestError& error) {
    const auto found = error.diagnostics().sorted();
    REQUIRE(found.size() == 1);
    CHECK(found[0].position.line == 2);
    CHECK(found[0].message.starts_with("syntax error in key-value pair: "));
  }
}

TEST_CASE("what is nested too deeply is refused before it is read, and dots and brackets of texts do not count") {
  const auto repeated = [](const std::string& part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  const std::string why = "is nested too deeply: more than 64 levels are not read";
  CHECK(complaint("x = 1\n[a" + repeated(".a", 10'000) + "]\nb = 1\n") == "m.toml:2:131: " + why);
  CHECK(complaint("a" + repeated(".a", 250'000) + " = 1\n") == "m.toml:1:130: " + why);
  CHECK(complaint("a = " + repeated("[", 10'000)) == "m.toml:1:69: " + why);
  CHECK(complaint("a = " + repeated("{ a = ", 10'000)) == "m.toml:1:389: " + why);
  CHECK(complaint("[a" + repeated(".a", 50) + "]\na" + repeated(".a", 50) + " = 1\n").ends_with(why + "\n"));
  CHECK(complaint("a = " + repeated("[", 64) + repeated("]", 64)) == "");
  const std::string noise = repeated("[.{", 100);
  CHECK(complaint("a = \"" + noise + "\\\"" + noise + "\" # " + noise + "\nb = '" + noise + "'\nc = \"\"\"\n\" " +
                  noise + "\"\"\"\nd = '''" + noise + "'''\n") == "");
  std::string keys;
  for (int i = 0; i <= 10'000; ++i) keys += "k" + std::to_string(i) + " = 1\n";
  CHECK(complaint("[t]\n" + keys).ends_with("has 10001 keys; a table has at most 10000\n"));
}

TEST_CASE("letters beyond ASCII may be anywhere, also where blanks may be") {
  CHECK(complaint("\xef\xbb\xbf\xc3\xa9 = '\xc3\xa9' # \xc3\xa9\n") == "");
  CHECK(complaint("a = \"\"\"\\\n  \xc3\xa9\"\"\"\n") == "");
  CHECK(complaint("a = [1, \xef\xba\xbf]\n").starts_with("m.toml:1:9: syntax error"));
}

TEST_CASE("a dot is no key") { CHECK(complaint("[.b = 0\n").starts_with("m.toml:1:2: syntax error")); }

TEST_CASE("dates are refused with a way out") {
  Diagnostics diagnostics;
  read_toml("when = 2024-01-01\n", "m.toml", diagnostics);
  CHECK(diagnostics.text() == "m.toml:1:8: dates and times are written as strings here: put quotes around it\n");
}
