#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "base/file.hpp"
#include "base/json.hpp"
#include "framework/models/jinja/a_date.hpp"
#include "models/jinja/template.hpp"

using namespace espalier;
using base::OrderedJson;

namespace {

const std::string kFolder = ESPALIER_SOURCE_DIR "/tests/golden/jinja/";

OrderedJson golden(const std::string& name) { return base::read_json<OrderedJson>(kFolder + name); }

jinja::Variables variables_of(const OrderedJson& object) {
  jinja::Variables variables;
  for (const auto& [name, value] : object.items()) variables.emplace_back(name, jinja::Value::from_json(value, true));
  return variables;
}

struct Answer {
  std::optional<std::string> text;  ///< nothing where it fails
  std::optional<std::string> refusal;
  std::string why;
};

Answer render(const std::string& source, const jinja::Variables& variables) {
  try {
    return {jinja::Template::parse(source).render(variables, {.date = testing::a_date()}).text(), {}, {}};
  } catch (const jinja::TemplateError& error) {
    return {{}, error.refusal(), error.what()};
  }
}

std::string shown(const std::optional<std::string>& text, const std::string& why) {
  return text ? "\"" + *text + "\"" : "(" + why + ")";
}

}  // namespace

TEST_CASE("small templates render as with jinja2") {
  const jinja::Variables variables = variables_of(golden("variables.json"));
  for (const auto& snippet : golden("snippets.json")) {
    const auto source = snippet[0].get<std::string>();
    const Answer answer = render(source, variables);
    const auto text = snippet[1].is_null() ? std::nullopt : std::optional(snippet[1].get<std::string>());
    CHECK_MESSAGE(answer.text == text, source << " renders to " << shown(answer.text, answer.why) << ", jinja2 says "
                                              << shown(text, "it fails"));
  }
}

TEST_CASE("chat templates render conversations as with jinja2") {
  const OrderedJson conversations = golden("conversations.json");
  for (const auto& chat : golden("chats.json")) {
    CAPTURE(chat.dump().substr(0, 120));
    const auto source = base::read_file(kFolder + "templates/" + chat["template"].get<std::string>() + ".jinja");
    OrderedJson given = {{"messages", conversations.at(chat["conversation"].get<std::string>())},
                         {"tools", nullptr},
                         {"documents", nullptr},
                         {"add_generation_prompt", chat["add_generation_prompt"]},
                         {"bos_token", "<s>"},
                         {"eos_token", "</s>"}};
    if (chat.contains("extra")) given.update(chat["extra"]);
    const Answer answer = render(source, variables_of(given));
    CAPTURE(answer.why);
    if (chat.contains("text")) {
      CHECK(answer.text == chat["text"].get<std::string>());
    } else {
      CHECK(!answer.text);
      CHECK(answer.refusal.has_value() == chat.contains("refusal"));
      if (answer.refusal && chat.contains("refusal")) CHECK(*answer.refusal == chat["refusal"].get<std::string>());
    }
  }
}
