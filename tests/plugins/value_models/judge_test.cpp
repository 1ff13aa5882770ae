#include <doctest/doctest.h>

#include <cmath>
#include <espalier/bad_input.hpp>
#include <espalier/value_model.hpp>

#include "conformance/toy_episode.hpp"
#include "framework/sdk/kit/reward/byte_base_model.hpp"
#include "judge/verdict.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::judge::last_word;
using espalier::judge::rating;
using espalier::judge::whole_word;
using espalier::testing::create;
using espalier::testing::Settings;

namespace {

const Problem kProblem{.id = "p", .question = "How many {beads}?", .attributes = {}};

/// A reader and a solver in a row.
class Pair final : public Topology {
 public:
  const Graph& graph() const override { return graph_; }
  std::optional<Turn> next(const Problem&, const Transcript&) const override { return std::nullopt; }
  std::string answer(const Problem&, const Transcript&) const override { return {}; }

 private:
  Graph graph_{.nodes = {{"first", "reader"}, {"second", "solver"}}, .edges = {}};
};

State said(const std::vector<std::string>& texts) {
  static const Pair topology;
  Transcript transcript(Key{3, 4});
  for (const auto& text : texts) {
    Message message{.node = transcript.depth(), .text = text};
    transcript = transcript.extended(std::move(message), 0);
  }
  return {.problem = &kProblem, .topology = &topology, .transcript = transcript};
}

/// Replies in turn, whatever it is asked, and remembers the questions.
class Panel final : public LanguageModel {
 public:
  struct Reply {
    std::string text;
    std::vector<float> logprobs;
  };
  explicit Panel(std::vector<Reply> replies) : replies_(std::move(replies)) {}

  std::vector<Completion> generate(const Request& request) override {
    asked.push_back(request);
    std::vector<Completion> completions;
    for (int k = 0; k < request.count; ++k) {
      const Reply& reply = replies_[static_cast<std::size_t>(k) % replies_.size()];
      completions.push_back(
          {.text = reply.text, .tokens = std::vector<std::int32_t>(reply.logprobs.size()), .logprobs = reply.logprobs});
    }
    return completions;
  }
  int tokens(std::string_view) const override { return 1; }
  std::shared_ptr<BaseModel> base_model() override { return nullptr; }

  std::vector<Request> asked;

 private:
  std::vector<Reply> replies_;
};

Value judged(Settings& settings, const std::vector<Panel::Reply>& replies, const State& state) {
  settings.give("model", std::make_shared<Panel>(replies));
  return create<ValueModel>("judge", settings)->score(std::vector{state}).front();
}

std::vector<std::string> rejections(Settings settings) {
  testing::built_plugin(ValueModel::kind, "judge").describe(settings);
  return settings.rejections();
}

const espalier::judge::Words kWords{{"Yes", "right"}, {"No", "not right"}};

}  // namespace

TEST_CASE("the last word of a reply says it, and the longest of those that end there") {
  CHECK(last_word("Yes", kWords) == true);
  CHECK(last_word("no.", kWords) == false);
  CHECK(last_word("No, wait: 3 + 4 is 7, so YES", kWords) == true);
  CHECK(last_word("It is right", kWords) == true);
  CHECK(last_word("It is not right", kWords) == false);
  CHECK(last_word("nobody knows yesterday", kWords) == std::nullopt);
  CHECK(last_word("", kWords) == std::nullopt);
  CHECK(last_word("+ or -? +", {{"+"}, {"-"}}) == true);
}

TEST_CASE("a reply that is a word or begins one says it") {
  CHECK(whole_word(" yes\n", kWords) == true);
  CHECK(whole_word("N", {{"Yes"}, {"No"}}) == false);
  CHECK(whole_word("n", {{"Nice"}, {"No"}}) == std::nullopt);
  CHECK(whole_word("Yes.", kWords) == std::nullopt);
  CHECK(whole_word(" ", kWords) == std::nullopt);
}

TEST_CASE("a rating is the last number on the scale") {
  CHECK(rating("7", 0, 10) == 7.0);
  CHECK(rating("Of 3 beads, 2 are lost: 8.5", 0, 10) == 8.5);
  CHECK(rating("Score: 7/10", 0, 10) == 7.0);
  CHECK(rating("I give it 7 out of 10.", 0, 10) == 7.0);
  CHECK(rating("10", 0, 10) == 10.0);
  CHECK(rating("1/2", 0, 1) == 0.5);
  CHECK(rating("85%", 0, 100) == 85.0);
  CHECK(rating("85%", 0, 1) == 0.85);
  CHECK(rating("-3", -5, 5) == -3.0);
  CHECK(rating("11", 0, 10) == std::nullopt);
  CHECK(rating("-1", 0, 10) == std::nullopt);
  CHECK(rating("good", 0, 10) == std::nullopt);
}

TEST_CASE("votes are averaged; the deviation is that of their mean; what cannot be read counts as 0") {
  Settings settings;
  settings.set("answer", "word").set("votes", 4);
  const Value value = judged(settings, {{"Yes", {}}, {"well, no", {}}, {"Yes!", {}}, {"perhaps", {}}}, said({"a"}));
  CHECK(value.mean == doctest::Approx(0.25));
  CHECK(value.deviation == doctest::Approx(std::sqrt((2 * 0.5625 + 1.5625 + 0.0625) / 3 / 4)));
  Settings alone;
  alone.set("answer", "word");
  CHECK(judged(alone, {{"perhaps", {}}}, said({"a"})).mean == 0);
  CHECK(judged(alone, {{"no", {}}}, said({"a"})).mean == -1);
  CHECK(judged(alone, {{"no", {}}}, said({"a"})).deviation == 0);
  CHECK(judged(alone, {{"no", {}}}, said({})).mean == 0);
}

TEST_CASE("numbers are drawn out from their scale to [-1, 1]") {
  Settings settings;
  settings.set("answer", "number").set("lowest", 1).set("highest", 5);
  CHECK(judged(settings, {{"4", {}}}, said({"a"})).mean == doctest::Approx(0.5));
  CHECK(judged(settings, {{"1", {}}}, said({"a"})).mean == doctest::Approx(-1));
  CHECK(judged(settings, {{"6", {}}}, said({"a"})).mean == 0);
}

TEST_CASE("the probability of a drawn reply is its yes, or what its no leaves") {
  const auto log = [](double probability) { return static_cast<float>(std::log(probability)); };
  Settings settings;
  CHECK(judged(settings, {{"Yes", {log(0.9)}}}, said({"a"})).mean == doctest::Approx(0.8));
  CHECK(judged(settings, {{"No", {log(0.9)}}}, said({"a"})).mean == doctest::Approx(-0.8));
  CHECK(judged(settings, {{"Perhaps", {log(0.9)}}}, said({"a"})).mean == 0);
  settings.set("votes", 2);
  const Value both = judged(settings, {{"Yes", {log(0.7)}}, {"No", {log(0.3)}}}, said({"a"}));
  CHECK(both.mean == doctest::Approx(0.4));
  CHECK(both.deviation == doctest::Approx(0).epsilon(1e-6));
  CHECK_THROWS_WITH_AS(judged(settings, {{"Yes", {}}}, said({"a"})),
                       doctest::Contains("gives no log-probabilities, which answer = \"probability\" reads"), BadInput);
}

TEST_CASE("of weights in this process both probabilities are read, and the prompt is charged once") {
  auto base_model = std::make_shared<testing::ByteBaseModel>();
  Settings settings;
  settings.give("model", std::make_shared<testing::Mute>(base_model))
      .set("template", "{message}")
      .set("yes", std::vector<std::string>{"Y", "++"})
      .set("no", std::vector<std::string>{"N"});
  const auto model = create<ValueModel>("judge", settings);
  const double mean = model->score(std::vector{said({"abc"})}).front().mean;
  const auto& seen = base_model->scoring_head->seen;
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].tokens == base_model->encode("abc\nY"));
  CHECK(seen[1].at == std::vector<std::int32_t>{4, 5});
  CHECK(seen[0].known == 0);
  CHECK(seen[2].known == 4);
  const auto chance = [&](const std::string& word) {
    const ModelInput* const found = &*std::ranges::find(seen, base_model->encode("abc\n" + word), &ModelInput::tokens);
    double sum = 0;
    for (const float logprob : base_model->scoring_head->rows({found, 1})) sum += static_cast<double>(logprob);
    return std::exp(sum);
  };
  const double yes = chance("Y") + chance("++");
  CHECK(mean == doctest::Approx(2 * yes / (yes + chance("N")) - 1));
  CHECK(mean != doctest::Approx(0));
}

TEST_CASE("a judge is shown what its template names") {
  auto panel = std::make_shared<Panel>(std::vector<Panel::Reply>{{"Yes", {}}});
  Settings settings;
  settings.give("model", panel)
      .set("answer", "word")
      .set("system", "You judge a {role}.")
      .set("template", "{question}|{conversation}|{message}|{from:first}|{from:second}|{from:third}|{{}}");
  const auto model = create<ValueModel>("judge", settings);
  model->score(std::vector{said({"given {a}", "so b"}), said({"given {a}"}), said({"given {a}", "so b"})});
  REQUIRE(panel->asked.size() == 3);
  const auto& chat = panel->asked[0].chat.messages;
  REQUIRE(chat.size() == 2);
  CHECK(chat[0].text == "You judge a solver.");
  CHECK(chat[1].text == "How many {beads}?|reader: given {a}\n\nsolver: so b|so b|given {a}|so b||{}");
  CHECK(panel->asked[1].chat.messages[1].text == "How many {beads}?|reader: given {a}|given {a}|given {a}|||{}");
  CHECK(panel->asked[0].key == panel->asked[2].key);
  CHECK(panel->asked[0].key != panel->asked[1].key);
}

TEST_CASE("what a judge cannot be asked is refused before anything runs") {
  Settings settings;
  settings.set("template", "{question} {answer}").set("system", "a {").set("votes", 3).set("temperature", 0);
  auto found = rejections(std::move(settings));
  REQUIRE(found.size() == 3);
  CHECK(found[0].starts_with("system: has a { at line 1, column 3"));
  CHECK(found[1].starts_with("template: has {answer} at line 1, column 12, which is no place; known: {conversation}"));
  CHECK(found[2].starts_with("temperature: must be above 0 where there are several votes"));
  Settings words;
  words.set("yes", std::vector<std::string>{}).set("no", std::vector<std::string>{"No", "Nope", ""});
  found = rejections(std::move(words));
  REQUIRE(found.size() == 2);
  CHECK(found[0] == "yes: must hold at least one word");
  CHECK(found[1].starts_with("no: holds \"No\", with which another word begins"));
  Settings scale;
  scale.set("answer", "number").set("lowest", 3).set("highest", 3);
  CHECK(rejections(std::move(scale)) == std::vector<std::string>{"highest: must be above `lowest`"});
  CHECK(rejections({}).empty());
}
