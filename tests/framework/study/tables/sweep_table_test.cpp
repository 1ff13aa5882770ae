#include "study/tables/sweep_table.hpp"

#include <doctest/doctest.h>

using namespace espalier;
using namespace espalier::study;

namespace {

Json arm(const char* name, double accuracy, bool oracle = false) {
  return {{"name", name},         {"oracle", oracle},
          {"accuracy", accuracy}, {"ci95", {accuracy - 0.1, accuracy + 0.1}},
          {"agent_calls", 12},    {"generated_tokens", 345},
          {"scorer_tokens", 0}};
}

Json summary(const char* stage, const Json& point, const char* hash, const Json& more) {
  Json json = {{"stage", stage}, {"hash", hash}, {"point", point}};
  json.update(more);
  return json;
}

}  // namespace

TEST_CASE("the points of a sweep know their values") {
  host::Diagnostics diagnostics;
  const auto root = host::parse_manifest(
      "[s]\nn = 1\n[sweep]\n\"s.n\" = [10, 2.5]\n\"s.t\" = [{ type = \"mcts\" }, \"a b\"]\n"
      "\"s.f\" = [true]\n\"s.l\" = [[1, 2]]\n",
      "m.toml", diagnostics);
  REQUIRE(diagnostics.text() == "");
  std::string points;
  for (const auto& point : host::sweep_points(root)) points += to_text(point_json(point)) + "\n";
  CHECK(points == R"({"n":10,"t":"mcts","f":true,"l":"_1_2__"}
{"n":10,"t":"a b","f":true,"l":"_1_2__"}
{"n":2.5,"t":"mcts","f":true,"l":"_1_2__"}
{"n":2.5,"t":"a b","f":true,"l":"_1_2__"}
)");
}

TEST_CASE("a sweep has one table per stage that it varies, arms together") {
  const Json few = {{"arms", {arm("Vote", 0.4), arm("Oracle", 0.9, true)}}};
  const Json many = {{"arms", {arm("Vote", 0.5), arm("Oracle", 1.0, true)}}};
  const std::string text = sweep_tables({summary("same", {{"calls", 20}, {"keep", 3}}, "h0", few),
                                         summary("compare", {{"calls", 20}, {"keep", 3}}, "h1", few),
                                         summary("same", {{"calls", 40}, {"keep", 3}}, "h0", few),
                                         summary("compare", {{"calls", 40}, {"keep", 3}}, "h2", many)});
  CHECK(text ==
        "\ncompare over calls\n"
        "arm              calls  accuracy           95 %  calls  written  scored\n"
        "-----------------------------------------------------------------------\n"
        "Vote                20      40.0   30.0 .. 50.0     12      345       0\n"
        "Vote                40      50.0   40.0 .. 60.0     12      345       0\n"
        "Oracle [oracle]     20      90.0  80.0 .. 100.0     12      345       0\n"
        "Oracle [oracle]     40     100.0  90.0 .. 110.0     12      345       0\n");
}

TEST_CASE("fits are compared on what was held out; a figure that there is none of is a dash") {
  const auto value = [](double rmse, const Json& within) {
    return Json{{"held_out", {{"rmse", rmse}, {"auc", 0.75}, {"auc_within", within}, {"brier", 0.2}}},
                {"best_step", 30}};
  };
  CHECK(sweep_tables({summary("fit", {{"loss", "bce"}}, "h1", value(0.5, 0.625)),
                      summary("fit", {{"loss", "huber"}}, "h2", value(0.25, nullptr))}) ==
        "\nfit over loss\n"
        " loss   RMSE    AUC  AUC within  Brier  best step\n"
        "-------------------------------------------------\n"
        "  bce  0.500  0.750       0.625  0.200         30\n"
        "huber  0.250  0.750           -  0.200         30\n");
  CHECK(sweep_tables({summary("words", {{"lr", 0.1}}, "h1", {{"held_out_loss", 1.5}, {"best_step", 3}}),
                      summary("words", {{"lr", 0.2}}, "h2", {{"held_out_loss", 1.25}, {"best_step", 4}})}) ==
        "\nwords over lr\n"
        " lr  held-out loss  best step\n"
        "-----------------------------\n"
        "0.1          1.500          3\n"
        "0.2          1.250          4\n");
}

TEST_CASE("without a sweep there is no such table") {
  CHECK(sweep_tables({Json{{"stage", "one"}, {"hash", "h"}, {"arms", {arm("a", 1)}}}}).empty());
  CHECK(sweep_tables({}).empty());
}
