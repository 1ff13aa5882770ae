#include <doctest/doctest.h>

#include <espalier/topology.hpp>

#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::Settings;

namespace {

Transcript said(const Transcript& before, int node, std::string text) {
  Message message;
  message.node = node;
  message.text = std::move(text);
  return before.extended(std::move(message), 0);
}

}  // namespace

TEST_CASE("a chain hands on what was said last") {
  Settings settings;
  settings.set("roles", std::vector<std::string>{"reader", "solver", "reader"}).set("question", "first");
  const auto chain = testing::create<Topology>("chain", settings);
  CHECK(chain->graph().nodes[2].name == "reader2");
  CHECK(chain->graph().nodes[2].role == "reader");
  const Problem problem{.id = "p", .question = "q", .attributes = {}};
  auto transcript = said(Transcript(), 0, "read");
  const auto turn = chain->next(problem, transcript);
  REQUIRE(turn);
  CHECK(turn->role == "solver");
  REQUIRE(turn->inbox.size() == 1);
  CHECK(turn->inbox[0].name == "reader");
  CHECK(turn->inbox[0].text == "read");
  transcript = said(said(transcript, 1, "solved"), 2, "checked");
  CHECK_FALSE(chain->next(problem, transcript));
  CHECK(chain->answer(problem, transcript) == "checked");

  const auto all = testing::create<Topology>("chain", [] {
    Settings given;
    given.set("roles", std::vector<std::string>{"a", "b"});
    return given;
  }());
  CHECK(all->next(problem, said(Transcript(), 0, "x"))->inbox.front().text == "q");
}
