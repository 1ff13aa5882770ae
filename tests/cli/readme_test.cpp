#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "cli/program.hpp"

using namespace espalier::tests;

TEST_CASE("the README shows the smallest agent as it is") {
  const std::string readme = text_of(source_file("README.md"));
  CHECK(contains(readme, "```cpp\n" + text_of(source_file("plugins/agents/echo.cpp")) + "```"));
  CHECK(contains(text_of(source_file("plugins/CMakeLists.txt")), "add_plugin(agents echo)"));
}

TEST_CASE("the README's commands are the program's") {
  const Workplace here("readme");
  const std::string readme = text_of(source_file("README.md"));
  for (const char* verb : {"run", "check", "plugins", "describe", "tree", "grade", "new", "conform", "doctor"}) {
    const std::string help = here.espalier({verb, "--help"}).out;
    const std::string usage = help.substr(7, help.find('\n') - 7);
    CHECK_MESSAGE(contains(readme, "    " + usage + "\n"), usage);
  }
}

TEST_CASE("the README's experiment is right, but for a checkpoint that may be missing") {
  const Workplace here("readme-manifest");
  const std::string readme = text_of(source_file("README.md"));
  const auto begin = readme.find("```toml\nseed") + 8;
  std::string manifest = readme.substr(begin, readme.find("```", begin) - begin);
  std::ofstream(here / "my.toml") << manifest;
  const Finished checked = here.espalier({"check", "my.toml"});
  if (contains(checked.err, "no language model plugin transformer")) return;  // a build without libtorch
  CHECK_MESSAGE(checked.code == 0, checked.err);
  CHECK_MESSAGE(checked.err.empty(), checked.err);  // its checkpoint is found, though not beside it
}

TEST_CASE("the guide's example of a grader is graded as it says") {
  const Workplace here("readme-graders");
  const std::string guide = text_of(source_file("experiments/README.md"));
  const std::string shell = "    $ echo '";
  REQUIRE(contains(guide, shell));
  const std::size_t begin = guide.find(shell) + shell.size();
  const std::string line = guide.substr(begin, guide.find('\'', begin) - begin);
  const Finished graded = here.espalier({"grade", "--grader", "math", "-"}, line);
  CHECK(contains(guide, "    " + graded.out + "    " + graded.err));
}

TEST_CASE("the author's guide names what the kit has") {
  const std::string guide = text_of(source_file("plugins/README.md"));
  std::istringstream lines(guide);
  int headers = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| kit/")) continue;
    const std::string header = line.substr(2, line.find(' ', 2) - 2);
    CHECK_MESSAGE(std::filesystem::exists(source_file("framework/sdk/include/espalier/" + header)), header);
    ++headers;
  }
  CHECK(headers > 10);
}
