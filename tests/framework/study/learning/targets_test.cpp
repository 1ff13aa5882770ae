#include "study/learning/targets.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <set>

#include "host/compose/factory.hpp"
#include "host/manifest/manifest.hpp"
#include "study/files.hpp"
#include "study/json.hpp"
#include "study/learning/group_split.hpp"
#include "study/learning/trl.hpp"

using namespace espalier;
using namespace espalier::study;

namespace {

TargetParams params_of(const std::string& toml) {
  host::Catalog catalog;
  host::Factory factory(host::Node(), catalog);
  host::Diagnostics diagnostics;
  host::DryPass pass;
  return factory.check<TargetParams>(host::parse_manifest(toml, "test.toml", diagnostics), pass).params;
}

Json node(const std::string& path, const std::string& name, const std::string& text, bool terminal) {
  Json json = {{"path", path}, {"node", name}, {"role", name}, {"text", text}};
  if (terminal) json["terminal"] = true;
  return json;
}

/// Two messages deep: below "0" all is right, below "1" half; "2.0" was drawn and graded, never visited.
Json record() {
  Json json = {{"id", "p"}, {"seed", 3}, {"question", "How many?"}, {"nodes", Json::array()}};
  for (const std::string first : {"0", "1", "2"}) {
    json["nodes"].push_back(node(first, "step 1", "first " + first, false));
    for (const std::string second : {"0", "1"}) {
      json["nodes"].push_back(node(first + "." + second, "step 2", "second " + first + second, true));
    }
  }
  for (const auto& [leaf, value] : std::vector<std::pair<std::string, double>>{
           {"0.0", 1.0}, {"0.1", 1.0}, {"0.0", 1.0}, {"1.0", 1.0}, {"1.1", -1.0}, {"2.1", -1.0}}) {
    json["simulations"].push_back({{"leaf", leaf}, {"value", value}});
  }
  json["ranked"] = {{{"path", "2.0"}, {"score", 0.0}, {"correct", true}},
                    {{"path", "0.0"}, {"score", 0.0}, {"correct", true}}};
  return json;
}

struct Recorded {
  Recorded() {
    const auto file = std::filesystem::temp_directory_path() / "espalier-targets-records.jsonl";
    write_file(file, to_text(record()) + "\n" + R"({"id":"failed","error":"why"})" + "\n");
    trees = read_trees(file, *topology);
  }
  std::unique_ptr<Topology> topology = step_list();
  std::vector<SearchTree> trees;
  const SearchTree& tree() const { return trees.at(0); }
};

std::string text_of(const SearchTree& tree, std::size_t node) { return tree.nodes[node].transcript.last().text; }

}  // namespace

TEST_CASE("a record becomes a tree with the returns of its simulations") {
  const Recorded recorded;
  REQUIRE(recorded.trees.size() == 1);
  const SearchTree& tree = recorded.tree();
  CHECK(tree.visits == 6);
  CHECK(tree.mean() == doctest::Approx(2.0 / 6));
  std::map<std::string, const TreeNode*> nodes;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) nodes[text_of(tree, i)] = &tree.nodes[i];
  CHECK(nodes.at("first 0")->visits == 3);
  CHECK(nodes.at("first 0")->mean() == 1.0);
  CHECK(nodes.at("first 1")->mean() == 0.0);
  CHECK(nodes.at("first 1")->successes == 1);
  CHECK(nodes.at("second 00")->visits == 2);
  // Graded where it was drawn, without a simulation of the states above it.
  CHECK(nodes.at("second 20")->visits == 1);
  CHECK(nodes.at("second 20")->mean() == 1.0);
  CHECK(nodes.at("first 2")->visits == 1);
  CHECK(nodes.at("second 20")->transcript.depth() == 2);
  CHECK(nodes.at("second 20")->terminal);
}

TEST_CASE("a line that is no record is named") {
  const auto file = std::filesystem::temp_directory_path() / "espalier-targets-bad.jsonl";
  write_file(file, to_text(record()) + "\n" + R"({"id":"x","simulations":[]})" + "\n");
  CHECK_THROWS_WITH_AS(
      read_trees(file, *step_list()),
      doctest::Contains("espalier-targets-bad.jsonl:2: no record of a search tree: `question` is missing"), JsonError);
}

TEST_CASE("every visited state is labelled, and weighs the same however many trajectories share it") {
  const Recorded recorded;
  const TrainingExamples examples =
      examples_of(recorded.tree(), *recorded.topology, params_of("trajectories = 0\npairs = 0"), {});
  REQUIRE(examples.trajectories.size() == 6);
  CHECK(examples.preferences.empty());
  std::map<std::string, double> weights;
  for (const auto& path : examples.trajectories) {
    const auto messages = path.end.transcript.messages();
    REQUIRE(path.labels.size() == messages.size());
    CHECK(path.end.terminal());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      REQUIRE(path.labels[i]);
      weights[messages[i]->text] += path.labels[i]->weight;
    }
  }
  CHECK(weights.size() == 9);
  for (const auto& [text, weight] : weights) CHECK(weight == doctest::Approx(1.0));
}

TEST_CASE("trajectories are drawn by key, labels need their visits") {
  const Recorded recorded;
  const auto draw = [&](const std::string& toml, Key key) {
    std::set<std::string> ends;
    for (const auto& path : examples_of(recorded.tree(), *recorded.topology, params_of(toml), key).trajectories) {
      ends.insert(path.end.transcript.last().text);
    }
    return ends;
  };
  CHECK(draw("trajectories = 2\npairs = 0", {1, 1}).size() == 2);
  CHECK(draw("trajectories = 2\npairs = 0", {1, 1}) == draw("trajectories = 2\npairs = 0", {1, 1}));
  std::set<std::set<std::string>> drawn;
  for (std::uint64_t key = 0; key < 20; ++key) drawn.insert(draw("trajectories = 2\npairs = 0", {key, 0}));
  CHECK(drawn.size() > 3);
  const TrainingExamples strict =
      examples_of(recorded.tree(), *recorded.topology, params_of("trajectories = 0\nmin_visits = 2"), {});
  for (const auto& path : strict.trajectories) {
    for (const auto& label : path.labels) CHECK((!label || label->visits >= 2));
  }
}

TEST_CASE("balanced pairs take depths in turn, the widest gap first") {
  const Recorded recorded;
  const SearchTree& tree = recorded.tree();
  const auto pairs = balanced_pairs(tree, params_of("pairs = 3\nmargin = 0.1"));
  REQUIRE(pairs.size() == 3);
  std::vector<int> depths;
  for (const auto& pair : pairs) {
    depths.push_back(tree.nodes[pair.preferred].transcript.depth());
    CHECK(tree.nodes[pair.preferred].parent == tree.nodes[pair.other].parent);
    CHECK(tree.nodes[pair.preferred].mean() > tree.nodes[pair.other].mean());
  }
  CHECK(depths == std::vector<int>{1, 2, 1});
  CHECK(text_of(tree, pairs[0].preferred) == "first 0");
  CHECK(text_of(tree, pairs[0].other) == "first 2");
}

TEST_CASE("pairs refer to trajectories through both states") {
  const Recorded recorded;
  const TrainingExamples examples = examples_of(recorded.tree(), *recorded.topology,
                                                params_of("trajectories = 1\npairs = 100\nmargin = 0.1"), {5, 5});
  CHECK(examples.trajectories.size() > 1);
  REQUIRE(!examples.preferences.empty());
  for (const auto& pair : examples.preferences) {
    const auto texts = [&](std::size_t path) { return examples.trajectories[path].end.transcript.messages(); };
    const auto depth = static_cast<std::size_t>(pair.depth);
    REQUIRE(texts(pair.preferred).size() >= depth);
    REQUIRE(texts(pair.other).size() >= depth);
    CHECK(texts(pair.preferred)[depth - 1]->text != texts(pair.other)[depth - 1]->text);
    if (depth == 2) CHECK(texts(pair.preferred)[0]->text == texts(pair.other)[0]->text);
  }
}

TEST_CASE("the official miner crowds out late agents") {
  const Recorded recorded;
  const SearchTree& tree = recorded.tree();
  // Three children of the question: the lowest one against the two others; then depth first.
  const auto two = compat_pairs(tree, params_of("pairs = 2"));
  REQUIRE(two.size() == 2);
  for (const auto& pair : two) CHECK(tree.nodes[pair.preferred].transcript.depth() == 1);
  CHECK(text_of(tree, two[0].preferred) == "first 0");
  CHECK(text_of(tree, two[0].other) == "first 2");
  CHECK(compat_pairs(tree, params_of("pairs = 8")).size() == 4);
}

TEST_CASE("exported training examples come back as the trees they are from") {
  const Recorded recorded;
  const auto folder = std::filesystem::temp_directory_path() / "espalier-targets-export";
  const std::vector<TrainingExamples> examples{
      examples_of(recorded.tree(), *recorded.topology, params_of("trajectories = 0\npairs = 100\nmargin = 0.1"), {})};
  export_examples(folder, recorded.trees, examples);
  const auto again = import_trees(folder / "points.jsonl");
  REQUIRE(again.size() == 1);
  std::map<std::string, std::tuple<int, int, double>> before, after;
  for (std::size_t i = 0; i < recorded.tree().nodes.size(); ++i) {
    const TreeNode& one = recorded.tree().nodes[i];
    before[text_of(recorded.tree(), i)] = {one.visits, one.successes, one.mean()};
  }
  for (std::size_t i = 0; i < again[0].nodes.size(); ++i) {
    const TreeNode& one = again[0].nodes[i];
    after[text_of(again[0], i)] = {one.visits, one.successes, one.mean()};
  }
  CHECK(before == after);
  const auto pairs = import_trees(folder / "pairs.jsonl");
  REQUIRE(pairs.size() == 1);
  CHECK(!balanced_pairs(pairs[0], params_of("pairs = 100")).empty());
}

TEST_CASE("exported labels are true and false, the values beside them, and end where values are not known") {
  const Recorded recorded;
  const auto folder = std::filesystem::temp_directory_path() / "espalier-targets-classes";
  std::vector<TrainingExamples> examples{
      examples_of(recorded.tree(), *recorded.topology, params_of("trajectories = 0\npairs = 0"), {})};
  auto& trajectories = examples[0].trajectories;
  REQUIRE(trajectories.size() > 2);
  REQUIRE(trajectories[0].labels.size() == 2);
  trajectories[0].labels[1].reset();
  trajectories[1].labels[0].reset();
  export_examples(folder, recorded.trees, examples);
  const auto lines = read_json_lines(folder / "points.jsonl");
  CHECK(lines.size() == trajectories.size() - 1);
  CHECK(lines[0].at("completions").size() == 1);
  std::set<bool> classes;
  for (const auto& line : lines) {
    CHECK(line.at("labels").size() == line.at("completions").size());
    CHECK(line.at("labels").size() == line.at("values").size());
    for (std::size_t i = 0; i < line.at("labels").size(); ++i) {
      CHECK(line.at("labels")[i].get<bool>() == (line.at("values")[i].get<double>() > 0));
      classes.insert(line.at("labels")[i].get<bool>());
    }
  }
  CHECK(classes.size() == 2);
}

TEST_CASE("files that TRL and its datasets write are read") {
  const auto read = [](const std::string& name) {
    const auto trees = import_trees(std::filesystem::path(ESPALIER_SOURCE_DIR) / "tests/golden/trl" / name);
    REQUIRE(trees.size() == 1);
    CHECK(trees[0].problem->question == "Ben has 3 beads. Mia has 4 more. How many have they together?");
    std::map<std::string, double> means;
    for (std::size_t i = 0; i < trees[0].nodes.size(); ++i) means[text_of(trees[0], i)] = trees[0].nodes[i].mean();
    return means;
  };
  CHECK(read("stepwise.jsonl") ==
        std::map<std::string, double>{{"Mia has 7 beads.", 1.0}, {"Together 10.", 1.0}, {"Together 7.", -1.0}});
  for (const char* name : {"preferences.jsonl", "chats.jsonl", "implicit_prompts.jsonl"}) {
    CAPTURE(name);
    CHECK(read(name) == std::map<std::string, double>{{"Together 10.", 1.0}, {"Together 7.", -1.0}});
  }
}

TEST_CASE("values beside labels count, and are values") {
  const auto file = std::filesystem::temp_directory_path() / "espalier-targets-values.jsonl";
  write_file(file, R"({"prompt":"q","completions":["a"],"labels":[true],"values":[0.25]})"
                   "\n");
  CHECK(import_trees(file).at(0).nodes[0].mean() == 0.25);
  for (const char* value : {"1.5", "null", "true"}) {
    write_file(file, R"({"prompt":"q","completions":["a"],"labels":[true],"values":[)" + std::string(value) + "]}\n");
    CHECK_THROWS_WITH_AS(import_trees(file), doctest::Contains("values.jsonl:1: has `values` that are not numbers"),
                         JsonError);
  }
}

TEST_CASE("lines of other tools are read: true and false labels, no counts; mistakes name their line") {
  const auto file = std::filesystem::temp_directory_path() / "espalier-targets-foreign.jsonl";
  write_file(file, R"({"prompt":"q","completions":["a","b"],"labels":[true,false]})"
                   "\n");
  const auto trees = import_trees(file);
  REQUIRE(trees.at(0).nodes.size() == 2);
  CHECK(trees[0].nodes[0].mean() == 1.0);
  CHECK(trees[0].nodes[1].mean() == -1.0);
  write_file(file, "\n{\"prompt\":\"q\",\"completions\":[\"a\"],\"labels\":[2.0]}\n");
  CHECK_THROWS_WITH_AS(import_trees(file), doctest::Contains("foreign.jsonl:2: has a label outside [-1, 1]"),
                       JsonError);
}

TEST_CASE("counts of imported labels are counts") {
  const auto file = std::filesystem::temp_directory_path() / "espalier-targets-counts.jsonl";
  const auto complaint = [&](const std::string& counts) {
    write_file(file, R"({"prompt":"q","completions":["a"],"labels":[1.0],)" + counts + "}\n");
    try {
      import_trees(file);
    } catch (const JsonError& error) {
      const std::string what = error.what();
      return what.substr(what.find(":1: ") + 4);
    }
    return std::string("read");
  };
  CHECK(complaint(R"("visits":[3],"successes":[2])") == "read");
  CHECK(complaint(R"("visits":[-2147483648])") == "has `visits` that are not whole numbers in [1, 1000000000]");
  CHECK(complaint(R"("visits":[1.5])") == "has `visits` that are not whole numbers in [1, 1000000000]");
  CHECK(complaint(R"("visits":[3],"successes":[4])") == "has `successes` that are not whole numbers in [0, 3]");
}

TEST_CASE("lines that contradict each other are averaged; a state that an export repeats counts once") {
  const auto file = std::filesystem::temp_directory_path() / "espalier-targets-contrary.jsonl";
  const auto line = [](const std::string& rest) { return R"({"prompt":"q","completions":["a","b"],)" + rest + "}\n"; };
  const auto states = [&] {
    std::vector<std::pair<int, double>> found;
    const auto trees = import_trees(file);
    for (const auto& node : trees.at(0).nodes) found.emplace_back(node.visits, node.mean());
    return found;
  };
  using States = std::vector<std::pair<int, double>>;
  write_file(file, line(R"("labels":[true,true])") + line(R"("labels":[true,false])"));
  CHECK(states() == States{{2, 1.0}, {2, 0.0}});
  write_file(file, line(R"("labels":[1,1])") + line(R"("labels":[0,1])") + line(R"("labels":[0,null])") +
                       line(R"("labels":[0,1])"));
  CHECK(states() == States{{4, -0.5}, {3, 1.0}});
  const std::string counted = R"("labels":[0.5,1.0],"visits":[4,2],"successes":[3,2])";
  write_file(file, line(counted) + line(counted));
  CHECK(states() == States{{4, 0.5}, {2, 1.0}});
  write_file(file, line(counted) + line(R"("labels":[-0.5,1.0],"visits":[4,2],"successes":[1,2])"));
  CHECK(states() == States{{8, 0.0}, {2, 1.0}});
  const std::string many = R"("labels":[1.0,1.0],"visits":[1000000000,1])";
  write_file(file, line(many) + line(R"("labels":[1.0,1.0])"));
  CHECK_THROWS_WITH_AS(import_trees(file), doctest::Contains("contrary.jsonl:2: brings a state to more than"),
                       JsonError);
}

TEST_CASE("what is no record of a search tree is refused with its line") {
  const auto file = std::filesystem::temp_directory_path() / "espalier-targets-damaged.jsonl";
  const auto topology = step_list();
  const auto complaint = [&](const std::string& pointer, const Json& value) {
    Json damaged = record();
    damaged[Json::json_pointer(pointer)] = value;
    write_file(file, to_text(damaged) + "\n");
    try {
      read_trees(file, *topology);
    } catch (const JsonError& error) {
      const std::string what = error.what();
      const std::string begin = file.string() + ":1: no record of a search tree: ";
      return what.starts_with(begin) ? what.substr(begin.size()) : what;
    }
    return std::string("read");
  };
  CHECK(complaint("/seed", 3) == "read");
  CHECK(complaint("/seed", 1e300) == "`seed` has the wrong type: 1e+300");
  CHECK(complaint("/nodes/1/path", "0") == "has the path \"0\" twice");
  CHECK(complaint("/nodes/1/path", "0.-1") == "\"0.-1\" is the path of no message");
  CHECK(complaint("/nodes/1/path", "0.1x") == "\"0.1x\" is the path of no message");
  CHECK(complaint("/nodes/1/path", "") == "\"\" is the path of no message");
  CHECK(complaint("/simulations/0/value", "nan") == "`value` has the wrong type: \"nan\"");
  Json twice = record();
  for (int i = 0; i < 2; ++i) twice["simulations"][i]["value"] = 1e308;
  CHECK(complaint("/simulations", twice["simulations"]) == "has values too large to be added");
}

TEST_CASE("whole labels 1 and 0 say right and wrong; values have a point, and a file has one of the two") {
  const auto file = std::filesystem::temp_directory_path() / "espalier-targets-whole.jsonl";
  const auto line = [](const std::string& text, const std::string& labels) {
    return R"({"prompt":"q","completions":[")" + text + R"("],"labels":[)" + labels + "]}\n";
  };
  const auto means = [&] {
    std::vector<double> found;
    const auto trees = import_trees(file);
    for (const auto& node : trees.at(0).nodes) found.push_back(node.mean());
    return found;
  };
  write_file(file, line("a", "1") + line("b", "0"));
  CHECK(means() == std::vector<double>{1.0, -1.0});
  CHECK(import_trees(file).at(0).nodes[1].successes == 0);
  write_file(file, line("a", "1.0") + line("b", "0.0") + line("c", "-0.5") + line("d", "1"));
  CHECK(means() == std::vector<double>{1.0, 0.0, -0.5, 1.0});
  write_file(file, line("a", "1") + line("b", "-1"));
  CHECK(means() == std::vector<double>{1.0, -1.0});
  for (const char* value : {"0.5", "-1"}) {
    write_file(file, line("a", "0") + line("b", value));
    CHECK_THROWS_WITH_AS(import_trees(file), doctest::Contains("whole.jsonl:2: has labels of two kinds"), JsonError);
    write_file(file, line("a", value) + line("b", "0"));
    CHECK_THROWS_WITH_AS(import_trees(file), doctest::Contains("whole.jsonl:2: has labels of two kinds"), JsonError);
  }
  write_file(file, line("a", "2"));
  CHECK_THROWS_WITH_AS(import_trees(file), doctest::Contains("whole.jsonl:1: has a label outside"), JsonError);
}

TEST_CASE("a split keeps equal questions together, whatever else there is") {
  const GroupSplit split(0.25, {1, 2});
  int held_out = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string question = "Question  " + std::to_string(i) + "?";
    held_out += split.is_held_out(question);
    CHECK(split.is_held_out(question) == split.is_held_out(" question " + std::to_string(i) + "?\n"));
  }
  CHECK(held_out > 420);
  CHECK(held_out < 580);
}
