#include "host/manifest/manifest.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <stdexcept>

#include "framework/host/temporary_folder.hpp"

using namespace espalier::host;

namespace {

/// What loading says, with the folder's name taken out.
std::string mistakes(const TemporaryFolder& folder, const std::filesystem::path& file,
                     std::vector<std::string> overrides = {}) {
  Diagnostics diagnostics;
  load_manifest(file, overrides, diagnostics);
  std::string text = diagnostics.text();
  const std::string name = folder.path().string() + "/";
  for (std::size_t at; (at = text.find(name)) != std::string::npos;) text.erase(at, name.size());
  return text;
}

Node loaded(const std::filesystem::path& file, std::vector<std::string> overrides = {}) {
  Diagnostics diagnostics;
  Node root = load_manifest(file, overrides, diagnostics);
  REQUIRE_MESSAGE(diagnostics.empty(), diagnostics.text());
  return root;
}

}  // namespace

TEST_CASE("an include is laid under its table, and keeps its own positions") {
  const TemporaryFolder folder;
  const auto part = folder.write("parts/part.toml", "x = 1\n\ny = 2\n");
  const auto file = folder.write("m.toml", "title = \"t\"\n[t]\ninclude = \"parts/part.toml\"\ny = 3\n");
  const Node root = loaded(file);
  CHECK(root.find("t")->find("include") == nullptr);
  CHECK(root.at("t.x")->integer() == 1);
  CHECK(root.at("t.y")->integer() == 3);
  CHECK(root.at("t.x")->position == Position{part.string(), 1, 5});
  CHECK(root.at("t.y")->position == Position{file.string(), 4, 5});
  CHECK(root.at("t.x")->path == "t.x");
}

TEST_CASE("later includes of an array win over earlier ones, and includes nest") {
  const TemporaryFolder folder;
  folder.write("a.toml", "x = \"a\"\ny = \"a\"\n");
  folder.write("deep/b.toml", "include = \"c.toml\"\nx = \"b\"\n");
  folder.write("deep/c.toml", "z = \"c\"\n");
  const Node root = loaded(folder.write("m.toml", "include = [\"a.toml\", \"deep/b.toml\"]\n"));
  CHECK(root.find("x")->text() == "b");
  CHECK(root.find("y")->text() == "a");
  CHECK(root.find("z")->text() == "c");
}

TEST_CASE("included graphs are found in the project's topologies") {
  const TemporaryFolder folder;
  const auto file = folder.write("m.toml", "[topology]\ninclude = \"reader_planner_solver_verifier.toml\"\n");
  CHECK(loaded(file).at("topology.nodes") != nullptr);
}

TEST_CASE("a missing include is reported where it is named, with the nearest file") {
  const TemporaryFolder folder;
  folder.write("casts/four.toml", "");
  const auto file = folder.write("m.toml", "[t]\ninclude = \"casts/for.toml\"\n");
  const std::string text = mistakes(folder, file);
  CHECK(text.starts_with("m.toml:2:11: include \"casts/for.toml\" was not found; looked in "));
  CHECK(text.ends_with("; did you mean casts/four.toml?\n"));
}

TEST_CASE("a circle of includes is reported with its way round") {
  const TemporaryFolder folder;
  folder.write("b.toml", "[u]\ninclude = \"a.toml\"\n");
  const auto file = folder.write("a.toml", "[t]\ninclude = \"b.toml\"\n");
  CHECK(mistakes(folder, file) == "b.toml:2:11: include goes round in a circle: a.toml -> b.toml -> a.toml\n");
}

TEST_CASE("a table whose include failed is known to be incomplete") {
  const TemporaryFolder folder;
  folder.write("bad.toml", "x = \n");
  const auto file = folder.write("m.toml", "[t]\ninclude = \"bad.toml\"\ny = 1\n[u]\n");
  Diagnostics diagnostics;
  const Node root = load_manifest(file, {}, diagnostics);
  CHECK(diagnostics.sorted().size() == 1);
  CHECK(root.find("t")->incomplete);
  CHECK(root.at("t.y") != nullptr);
  CHECK_FALSE(root.find("u")->incomplete);
}

TEST_CASE("includes are bounded in number and depth, and no pipe or device is read") {
  const TemporaryFolder folder;
  const auto complaint = [&](const std::string& file) {
    Diagnostics diagnostics;
    load_manifest(folder.path() / file, {}, diagnostics);
    return diagnostics.text();
  };
  for (int i = 0; i < 12; ++i) {  // 2^13 inclusions
    const std::string next = "bomb" + std::to_string(i + 1) + ".toml";
    folder.write("bomb" + std::to_string(i) + ".toml",
                 "[a]\ninclude = \"" + next + "\"\n[b]\ninclude = \"" + next + "\"\n");
  }
  folder.write("bomb12.toml", "x = 1\n");
  CHECK(complaint("bomb0.toml").find("is one too many: a manifest includes at most 256 files") != std::string::npos);
  for (int i = 0; i < 30; ++i) {
    folder.write("row" + std::to_string(i) + ".toml", "include = \"row" + std::to_string(i + 1) + ".toml\"\n");
  }
  CHECK(complaint("row0.toml").find("row16.toml:1:11: include \"row17.toml\" goes too deep") != std::string::npos);
  folder.write("large.toml", "# " + std::string(1 << 20, 'x'));
  CHECK(complaint("large.toml").find("at most 1 MiB are read here") != std::string::npos);
  REQUIRE(::mkfifo((folder.path() / "pipe.toml").c_str(), 0600) == 0);
  CHECK(complaint("pipe.toml").find(":1:1: cannot be read: it is a pipe and no regular file") != std::string::npos);
  CHECK(complaint("/dev/zero") == "/dev/zero:1:1: cannot be read: it is a device and no regular file\n");
}

TEST_CASE("what cannot be read is an error, not an exception") {
  const TemporaryFolder folder;
  CHECK(mistakes(folder, folder.path() / "no.toml") == "no.toml:1:1: cannot be read: no such file\n");
  CHECK(mistakes(folder, folder.write("m.toml", "include = 3\n")) ==
        "m.toml:1:11: include must be the name of a TOML file or an array of such names, got an integer\n");
}

TEST_CASE("overrides are TOML values, or bare strings") {
  const TemporaryFolder folder;
  const auto file = folder.write("m.toml", "[s.t]\nlimit = 3\nname = \"x\"\nsearch = { type = \"mcts\", n = 1 }\n");
  const Node root = loaded(file, {"s.t.limit=20", "s.t.name=reader planner", "s.t.list=[1, 2]", "s.t.search.n=2",
                                  "s.t.\"two words\".x=1e", "s.t.day=2024-01-01"});
  CHECK(root.at("s.t.limit")->integer() == 20);
  CHECK(root.at("s.t.name")->text() == "reader planner");
  CHECK(root.at("s.t.list[1]")->integer() == 2);
  CHECK(root.at("s.t.search") != nullptr);
  CHECK(root.at("s.t.search.type")->text() == "mcts");
  CHECK(root.at("s.t.search.n")->integer() == 2);
  CHECK(root.at("s.t.\"two words\".x")->text() == "1e");
  CHECK(root.at("s.t.day")->text() == "2024-01-01");
  CHECK(root.at("s.t.name")->position == Position{"command line", 2, 10});
}

TEST_CASE("what is no override is an error with its number") {
  const TemporaryFolder folder;
  const auto file = folder.write("m.toml", "");
  CHECK(mistakes(folder, file, {"a=1", "hello"}) ==
        "command line:2:1: \"hello\" is not an override; write key.path=value\n");
  CHECK(mistakes(folder, file, {"a b=1"})
            .starts_with("command line:1:1: \"a b=1\" is not an override: \"a b\" is no key path"));
}

TEST_CASE("a value stands alone") {
  CHECK(parse_value("[1, { a = \"b\" }]").at("[1].a")->text() == "b");
  CHECK_THROWS_AS(parse_value("1\nx = 2"), std::invalid_argument);
  CHECK_THROWS_AS(parse_value("nonsense"), std::invalid_argument);
}
