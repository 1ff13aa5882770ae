#include "host/compose/node_source.hpp"

#include <doctest/doctest.h>

#include "framework/host/temporary_folder.hpp"
#include "framework/host/test_plugins.hpp"
#include "host/content_hash.hpp"
#include "host/manifest/manifest.hpp"

using namespace espalier::host;

namespace {

struct Checked {
  std::string mistakes;
  Resolution resolution;
};

/// Checks one table as the test's search plugin.
Checked check_probe(std::string_view text, bool for_run = false) {
  Catalog catalog = test_catalog();
  Diagnostics diagnostics;
  const Node root = parse_manifest(text, "m.toml", diagnostics);
  DryPass pass{.diagnostics = {}, .for_run = for_run};
  Factory factory(root, catalog);
  auto resolution = factory.check_plugin(*root.find("s"), "searches", pass);
  diagnostics.add(pass.diagnostics);
  return {diagnostics.text(), std::move(resolution)};
}

std::string mistakes(std::string_view text) { return check_probe(text).mistakes; }

}  // namespace

TEST_CASE("a right table has no mistakes, and every default is filled in") {
  const auto checked = check_probe("[s]\ntype = \"probe\"\nsimulations = 7\nexploration = 2\n");
  CHECK(checked.mistakes.empty());
  const Node& effective = checked.resolution.effective;
  CHECK(effective.find("type")->text() == "probe");
  CHECK(effective.find("simulations")->integer() == 7);
  CHECK(effective.find("exploration")->real() == 2.0);
  CHECK(effective.find("keep")->boolean());
  CHECK(effective.at("limits.depth")->integer() == 4);
  CHECK(effective.at("widths[1]")->integer() == 2);
  CHECK(effective.at("value.type")->text() == "constant");
  CHECK(effective.at("value.mean")->real() == 0.0);
  CHECK(effective.find("horizon") == nullptr);
  CHECK(effective.find("device")->text() == "auto");
}

TEST_CASE("wrong types, values out of bounds and unknown choices are found together") {
  CHECK(
      mistakes(
          "[s]\ntype = \"probe\"\nsimulations = 0\nexploration = \"much\"\nkeep = 1\nrule = \"visit\"\nhorizon = 1.5\n"
          "widths = [1, 10, true]\nwords = \"one\"\nprompts = { a = [1] }\nlimits = { depth = 65, dept = 1 }\n") ==
      "m.toml:3:15: s.simulations must be in [1, 100000], got 0\n"
      "m.toml:4:15: s.exploration must be a number, got a string\n"
      "m.toml:5:8: s.keep must be a boolean, got an integer\n"
      "m.toml:6:8: s.rule must be one of value, visits; got \"visit\"; did you mean visits?\n"
      "m.toml:7:11: s.horizon must be an integer, got a number\n"
      "m.toml:8:14: s.widths[1] must be in [1, 9], got 10\n"
      "m.toml:8:18: s.widths[2] must be an integer, got a boolean\n"
      "m.toml:9:9: s.words must be an array of strings, got a string\n"
      "m.toml:10:17: s.prompts.a must be a string, a whole number, true or false, got an array\n"
      "m.toml:11:20: s.limits.depth must be in [1, 64], got 65\n"
      "m.toml:11:24: s.limits.dept is not known here; did you mean depth?; known: depth\n");
}

TEST_CASE("a default that follows from other parameters keeps its bounds, or is an error that says what to do") {
  struct Derived : espalier::Params {
    using espalier::Params::Params;
    int passes = field("passes", 3, "How many.", espalier::between(1, 1000));
    int patience = field("patience", 10 * passes, "How long.", espalier::between(1, 100));
    std::vector<double> shares =
        field("shares", std::vector<double>{0.5, 0.1 * passes}, "How much.", espalier::between(0, 1));
    int threads = setting("threads", passes / 2, "How fast.", espalier::between(1, 64));
  };
  const auto mistakes_of = [](std::string_view text) {
    Catalog catalog = test_catalog();
    Diagnostics diagnostics;
    const Node root = parse_manifest(text, "m.toml", diagnostics);
    DryPass pass;
    Factory factory(root, catalog);
    static_cast<void>(factory.check<Derived>(*root.find("s"), pass));
    return pass.diagnostics.text();
  };
  CHECK(mistakes_of("[s]\n").empty());
  CHECK(mistakes_of("[s]\npasses = 10\n").empty());
  CHECK(
      mistakes_of("[s]\npasses = 11\n") ==
      "m.toml:1:1: s.patience must be in [1, 100], and follows from the rest as 110: set it, or what it follows from\n"
      "m.toml:1:1: s.shares must be in [0, 1], and follows from the rest as [0.5, 1.1]: set it, or what it follows "
      "from\n");
  CHECK(mistakes_of("[s]\npasses = 11\npatience = 5\nshares = [1]\n").empty());
  CHECK(mistakes_of("[engine]\nthreads = 2\n[s]\npasses = 1\n").empty());
  CHECK(mistakes_of("[s]\npasses = 1\n") ==
        "m.toml:1:1: s.threads must be in [1, 64], and follows from the rest as 0: set it, or what it follows from\n");
}

TEST_CASE("an unknown key: the nearest and what is known") {
  CHECK(mistakes("[s]\ntype = \"probe\"\nsimulatoins = 3\n") ==
        "m.toml:3:1: s.simulatoins is not known here; did you mean simulations?; known: device, edges, exploration, "
        "horizon, "
        "keep, limits, notes, prompts, rule, simulations, type, value, widths, words\n");
}

TEST_CASE("a missing key is reported at its table, with its meaning") {
  CHECK(mistakes("[s]\ntype = \"probe\"\nedges = [{ from = \"a\" }, { to = \"b\" }]\n") ==
        "m.toml:3:26: s.edges[1].from is missing: Where it starts.\n");
}

TEST_CASE("what a plugin rejects is reported at the value, or the nearest table above it") {
  CHECK(mistakes("[s]\ntype = \"probe\"\nedges = [{ from = \"a\", to = \"a\" }, { from = \"end\" }]\n") ==
        "m.toml:3:29: s.edges[0].to is where the edge starts\n"
        "m.toml:3:36: s.edges[1].to is where the edge starts\n");
}

TEST_CASE("tables under names are read like arrays of them") {
  const auto checked =
      check_probe("[s]\ntype = \"probe\"\n[s.edges.first]\nfrom = \"a\"\n[s.edges.second]\nfrom = \"b\"\n");
  CHECK(checked.mistakes.empty());
  CHECK(checked.resolution.effective.at("edges.second.to")->text() == "end");
}

TEST_CASE("a setting is taken from [engine] and never determines results") {
  const auto plain = check_probe("[s]\ntype = \"probe\"\n");
  const auto set = check_probe("[engine]\ndevice = \"cuda\"\n[s]\ntype = \"probe\"\n");
  const auto own = check_probe("[engine]\ndevice = \"cuda\"\n[s]\ntype = \"probe\"\ndevice = \"cpu\"\n");
  CHECK(set.resolution.effective.find("device")->text() == "cuda");
  CHECK(own.resolution.effective.find("device")->text() == "cpu");
  CHECK(set.resolution.hash() == plain.resolution.hash());
  CHECK(mistakes("[engine]\ndevice = 3\n[s]\ntype = \"probe\"\n") ==
        "m.toml:2:10: engine.device must be a string, got an integer\n");
}

TEST_CASE("what is said and what is the default hash alike; what is different does not") {
  const std::string plain = check_probe("[s]\ntype = \"probe\"\n").resolution.hash();
  CHECK(check_probe("[s]\ntype = \"probe\"\nkeep = true\nsimulations = 40\nvalue = { type = \"constant\" }\n")
            .resolution.hash() == plain);
  CHECK(check_probe("[s]\ntype = \"probe\"\nexploration = 1.6\n").resolution.hash() != plain);
  CHECK(check_probe("[s]\ntype = \"probe\"\nvalue = { type = \"constant\", mean = 1 }\n").resolution.hash() != plain);
}

TEST_CASE("a file counts by its content; a missing one is a warning before a run and an error in it") {
  const TemporaryFolder folder;
  const auto one = folder.write("one.txt", "content").string();
  const auto two = folder.write("two.txt", "content").string();
  const auto table = [](const std::string& file) { return "[s]\ntype = \"probe\"\nnotes = \"" + file + "\"\n"; };
  CHECK(check_probe(table(one), true).resolution.hash() == check_probe(table(two), true).resolution.hash());
  CHECK(check_probe(table(one), true).resolution.determining.at("notes.content")->text() == hash_text("content"));
  CHECK(check_probe(table("/no/such"), false).mistakes ==
        "m.toml:3:9: warning: s.notes names /no/such, which does not exist yet\n");
  CHECK(check_probe(table("/no/such"), true).mistakes == "m.toml:3:9: s.notes names /no/such, which does not exist\n");
}

TEST_CASE("paths are meant from the file that names them") {
  const TemporaryFolder folder;
  folder.write("deep/notes.txt", "content");
  folder.write("deep/part.toml", "notes = \"notes.txt\"\n");
  const auto file = folder.write("m.toml", "[s]\ntype = \"probe\"\ninclude = \"deep/part.toml\"\n");
  Catalog catalog = test_catalog();
  Diagnostics diagnostics;
  const Node root = load_manifest(file, {}, diagnostics);
  DryPass pass;
  const auto resolution = Factory(root, catalog).check_plugin(*root.find("s"), "searches", pass);
  CHECK(pass.diagnostics.text().empty());
  CHECK(resolution.effective.find("notes")->text() == (folder.path() / "deep/notes.txt").string());
}

TEST_CASE("what a failed include may have held is not missed") {
  const TemporaryFolder folder;
  const auto file = folder.write("m.toml", "[s]\ntype = \"probe\"\nedges = [{ include = \"none.toml\" }]\n");
  Catalog catalog = test_catalog();
  Diagnostics diagnostics;
  const Node root = load_manifest(file, {}, diagnostics);
  CHECK(diagnostics.sorted().size() == 1);
  DryPass pass;
  static_cast<void>(Factory(root, catalog).check_plugin(*root.find("s"), "searches", pass));
  CHECK(pass.diagnostics.text().empty());
}

TEST_CASE("a value that could not be read is one mistake, not two") {
  CHECK(mistakes("[s]\ntype = \"probe\"\nsimulations = 2024-01-01\n") ==
        "m.toml:3:15: dates and times are written as strings here: put quotes around it\n");
}
