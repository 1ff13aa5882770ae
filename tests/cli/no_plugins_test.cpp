#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "cli/program.hpp"

using namespace espalier::tests;

namespace fs = std::filesystem;

namespace {

/// A plugin folder with a library that cannot be loaded: whoever loads it, says so.
void write_broken_plugin(const Workplace& here) {
  fs::create_directories(here / "mine/searches");
  std::ofstream(here / "mine/searches/broken.so") << "no library";
  std::ofstream(here / "loose.so") << "no library either";
}

constexpr const char* kStudy = R"(plugins = ["mine", "loose.so"]
[agents.solver]
type = "echo"
[topology]
type = "chain"
roles = ["solver"]
[datasets.words]
type = "word_problems"
[stages.one]
do = "solve"
problems = { dataset = "words" }
search = { type = "broken" }
[stages.two]
like = "one"
search = { type = "loose" }
)";

}  // namespace

TEST_CASE("a manifest can be looked at without loading a plugin") {
  const Workplace here("no-plugins");
  write_broken_plugin(here);
  std::ofstream(here / "study.toml") << kStudy;
  const Finished loading = here.espalier({"check", "study.toml"});
  CHECK(loading.code == 2);
  CHECK_MESSAGE(contains(loading.err, "cannot be loaded"), loading.err);
  const Finished looking = here.espalier({"check", "study.toml", "--no-plugins"});
  CHECK_MESSAGE(looking.code == 0, looking.err);
  CHECK(looking.out ==
        "study.toml is right as far as can be seen without plugins; unchecked: [engine], data, roles, and the "
        "parameters of agents/echo, datasets/word_problems, searches/broken, searches/loose, topologies/chain\n");
}

TEST_CASE("without plugins, mistakes in what no plugin reads are found") {
  const Workplace here("no-plugins-mistakes");
  write_broken_plugin(here);
  const auto refused = [&](const std::string& more, const std::string& words) {
    std::ofstream(here / "study.toml") << kStudy << more;
    const Finished run = here.espalier({"check", "--no-plugins", "study.toml"});
    CHECK(run.code == 2);
    CHECK_MESSAGE(contains(run.err, words), run.err);
  };
  refused("[", "study.toml:16:2: ");
  refused("[stages.three]\ninclude = \"nowhere.toml\"\n", "include \"nowhere.toml\" was not found");
  refused("[stages.three]\nlike = \"one\"\nsearch = { type = \"brokne\" }\n", "did you mean broken?");
  refused("[stages.three]\nlike = \"one\"\nproblems.limti = 3\n", "did you mean limit?");
  refused("[stages.three]\nlike = \"three\"\n", "goes round in a circle");
  refused("[stages.three]\nlike = \"one\"\nbudget.calls = -1\n", "stages.three.budget.calls must be");
  refused("[sweep]\n\"stages.oen.limit\" = [1]\n", "there is no stages.oen; did you mean one?");
  refused("[stagse]\n", "did you mean stages?");
}

TEST_CASE("plugins that others may write to are warned of, wherever they are named") {
  const Workplace here("writable_by_others");
  fs::create_directories(here / "mine/searches");
  fs::copy_file(ESPALIER_BINARY_DIR "/plugins/searches/vote.so", here / "mine/searches/my_vote.so");
  const std::string folder = (here / "mine/searches").string();
  const std::string warning = "warning: plugins in mine are code that runs as you, and others may write to " + folder +
                              " (mode 777); chmod go-w " + folder + "\n";
  std::ofstream(here / "study.toml") << "plugins = [\"mine\"]\n[stages]\n";
  REQUIRE(::chmod(folder.c_str(), 0777) == 0);
  const Finished checked = here.espalier({"check", "study.toml"});
  CHECK_MESSAGE(contains(checked.err, "study.toml:1:12: " + warning), checked.err);
  ::setenv("ESPALIER_PLUGIN_PATH", "mine", 1);
  const Finished listed = here.espalier({"plugins", "agents"});
  const Finished described = here.espalier({"describe", "agents/echo"});
  const Finished examined = here.espalier({"doctor"});
  const Finished run = here.espalier({"run", source_file("tests/cli/stand_ins.toml"), "--dry-run"});
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  const Finished mended = here.espalier({"plugins", "agents"});
  ::unsetenv("ESPALIER_PLUGIN_PATH");
  for (const Finished& one : {listed, described, run}) {
    CHECK(one.code == 0);
    CHECK_MESSAGE(contains(one.err, warning), one.err);
  }
  CHECK_MESSAGE(contains(examined.out, "others may write to " + folder), examined.out);
  CHECK(mended.err.empty());
}
