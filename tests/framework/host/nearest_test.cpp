#include "host/nearest.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace espalier::host;

namespace {
const std::vector<std::string> names = {"best_of", "beam", "mcts", "single_pass", "vote"};
}

TEST_CASE("the nearest name is found through the slips of a keyboard") {
  CHECK(nearest("mtcs", names) == "mcts");
  CHECK(nearest("Beam", names) == "beam");
  CHECK(nearest("singlepass", names) == "single_pass");
  CHECK(nearest("best-off", names) == "best_of");
}

TEST_CASE("nothing is suggested for a word that is far from all") {
  CHECK(nearest("exploration", names).empty());
  CHECK(nearest("xy", names).empty());
  CHECK(nearest("", names).empty());
  CHECK(did_you_mean("exploration", names).empty());
}

TEST_CASE("suggestions and lists read as parts of a sentence") {
  CHECK(did_you_mean("mtcs", names) == "; did you mean mcts?");
  CHECK(enumerate(std::vector<std::string>{"a", "b"}) == "a, b");
  CHECK(enumerate({}) == "none");
}
