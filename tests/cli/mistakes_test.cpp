#include <doctest/doctest.h>

#include <cstdlib>

#include "cli/program.hpp"

using namespace espalier::tests;

TEST_CASE("mistakes on the command line name what was meant") {
  const Workplace here("command-line");
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& words) {
    const Finished run = here.espalier(arguments);
    CHECK(run.code == 2);
    CHECK_MESSAGE(contains(run.err, words), run.err);
  };
  refused({"plugin"}, "there is no verb \"plugin\"; did you mean plugins?");
  refused({"plugins", "agent"}, "there is no kind \"agent\"; did you mean agents?");
  refused({"new", "search", "mine"}, "there is no kind \"search\"; did you mean searches?");
  refused({"new", "graders", "number"}, "there is graders/number already, ");
  refused({"new", "graders", "number"}, "/graders/number.so, and two of one name cannot be told apart; choose another");
  refused({"check", "seed=3"}, "seed=3 is no file, and only `espalier run` takes key=value");
  refused({"describe", "mcts"}, "\"mcts\" is no KIND/NAME such as searches/mcts");
  refused({"describe", "uniform"}, "\"uniform\" is no KIND/NAME such as value_models/uniform");
  refused({"describe", "search/mcts"}, "there is no kind \"search\"; did you mean searches?");
  refused({"describe", "searches/mcst"}, "there is no search plugin mcst; did you mean mcts?");
  const std::string plugins = ESPALIER_BINARY_DIR "/plugins/";
  refused({"conform", plugins + "agents/echo.so", "--gold", "1"}, "gold answers are for graders; agents/echo from ");
  CHECK(here.espalier({"conform", plugins + "graders/number.so", "--gold", "1", "--gold=-7"}).code == 0);
  refused({"run", "--dry-rn", "x.toml"}, "there is no option --dry-rn; did you mean --dry-run?");
  refused({"run", "x.toml", "--store"}, "'--store' is missing");
  refused({"run", source_file("tests/cli/stand_ins.toml"), "problems.limit"},
          "there is no file problems.limit; if it is a key of the manifest, override it as in problems.limit=20");
  refused({"run", "missing.toml"}, "missing.toml:1:1: cannot be read: no such file");
  refused({"help", "rnu"}, "there is no verb \"rnu\"; did you mean run?");
}

TEST_CASE("a new grader is shown how its gold answers reach the conformance suite") {
  const Workplace here("new-grader");
  REQUIRE(here.espalier({"new", "graders", "dated"}).code == 0);
  CHECK(contains(text_of(here / "dated/CMakeLists.txt"), "add_plugin(graders dated GOLDS \"Monday\""));
  CHECK(
      contains(text_of(here / "dated/README.md"), "espalier conform build/plugins/graders/dated.so --gold \"Monday\""));
  REQUIRE(here.espalier({"new", "agents", "plain"}).code == 0);
  CHECK(contains(text_of(here / "plain/CMakeLists.txt"), "add_plugin(agents plain)\n"));
  CHECK(!contains(text_of(here / "plain/README.md"), "GOLDS"));
}

TEST_CASE("of several manifests none is run before all are right") {
  const Workplace here("several");
  const Finished run = here.espalier({"run", source_file("tests/cli/stand_ins.toml"), "missing.toml"});
  CHECK(run.code == 2);
  CHECK_MESSAGE(run.err.starts_with("missing.toml:1:1: cannot be read: no such file"), run.err);
  CHECK(run.out.empty());
  CHECK(!std::filesystem::exists(here / "runs"));
}

TEST_CASE("a plugin path without plugins is told, with the folder that was meant") {
  const Workplace here("barren");
  std::filesystem::create_directories(here / "mine/graders");
  ::setenv("ESPALIER_PLUGIN_PATH", "mine/graders", 1);
  const Finished doctor = here.espalier({"doctor"});
  const Finished plugins = here.espalier({"plugins"});
  const Finished unknown = here.espalier({"describe", "graders/mine"});
  ::setenv("ESPALIER_PLUGIN_PATH", "nowhere", 1);
  const Finished nowhere = here.espalier({"plugins"});
  ::unsetenv("ESPALIER_PLUGIN_PATH");
  const std::string lack = "mine/graders has no plugin KIND/NAME.so such as agents/echo.so; name the folder above it\n";
  CHECK(unknown.code == 2);
  CHECK_MESSAGE(contains(unknown.err, ", mine/graders; " + lack.substr(0, lack.size() - 1)), unknown.err);
  CHECK(nowhere.code == 1);
  CHECK_MESSAGE(contains(nowhere.err, "ESPALIER_PLUGIN_PATH: nowhere is neither a folder"), nowhere.err);
  CHECK(doctor.code == 1);
  CHECK_MESSAGE(contains(doctor.out, "! plugins in    " + lack), doctor.out);
  CHECK(plugins.code == 0);
  CHECK_MESSAGE(plugins.err == "warning: " + lack, plugins.err);
}

TEST_CASE("doctor says what is wrong with the plugin path, and what there is without it") {
  const Workplace here("doctor");
  ::setenv("ESPALIER_PLUGIN_PATH", "nowhere", 1);
  const Finished doctor = here.espalier({"doctor"});
  const Finished plugins = here.espalier({"plugins"});
  ::unsetenv("ESPALIER_PLUGIN_PATH");
  CHECK(doctor.code == 1);
  CHECK_MESSAGE(contains(doctor.out, "! plugins in    ESPALIER_PLUGIN_PATH: nowhere is neither"), doctor.out);
  CHECK_MESSAGE(contains(doctor.out, " can be used"), doctor.out);
  CHECK(plugins.code == 1);
  CHECK_MESSAGE(contains(plugins.err, "ESPALIER_PLUGIN_PATH: nowhere is neither"), plugins.err);
}
