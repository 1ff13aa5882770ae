#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <espalier/language_model.hpp>
#include <espalier/runtime.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "call_store/call_store.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::engine::CallStore;
using espalier::testing::Settings;

namespace {

Request request(int first, int count) {
  Request made;
  made.chat.messages = {{ChatMessage::Role::user, "what is recorded?"}};
  made.key = Key{1, 2};
  made.first = first;
  made.count = count;
  return made;
}

/// A store with candidates 0 to 3 of one request by the model "abc", and another model.
struct Recording {
  Recording() {
    std::string name = (std::filesystem::temp_directory_path() / "espalier-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    folder = name;
    CallStore store(folder);
    const auto model = store.model("abc", "models.policy");
    for (int k = 0; k < 4; ++k) {
      Completion completion{.text = "answer ", .tokens = {k, 7}, .logprobs = {-0.25F, -1.0F}, .prompt_tokens = 5};
      completion.text.append(std::to_string(k));
      store.put(model, engine::call_key("abc", request(0, 1), k), completion);
    }
    store.model("def", "models.judge");
    store.model("ghi", "models.judge");
    store.commit();
  }
  ~Recording() { std::filesystem::remove_all(folder); }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  std::shared_ptr<Backend> open(const std::string& model) const {
    Settings settings;
    settings.set("model", model);
    settings.set("store", folder.string());
    return testing::create<Backend>("recorded", settings);
  }

  std::filesystem::path folder;
};

std::string failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("recorded calls are replayed as they were, by identity or description") {
  const Recording recording;
  for (const char* name : {"abc", "models.policy"}) {
    const auto backend = recording.open(name);
    const auto answers = std::get<std::vector<Completion>>(await(*backend, request(1, 3)).result);
    REQUIRE(answers.size() == 3);
    CHECK(answers[0].text == "answer 1");
    CHECK(answers[2].tokens == std::vector<std::int32_t>{3, 7});
    CHECK(answers[2].logprobs == std::vector<float>{-0.25F, -1.0F});
    CHECK(answers[2].prompt_tokens == 5);
  }
}

TEST_CASE("a call that was not recorded is an error naming it") {
  const Recording recording;
  const auto backend = recording.open("abc");
  const std::string error = failure([&] { await(*backend, request(2, 3)); });
  CHECK(contains(error, "holds no candidate 4 of 'models.policy' for the chat ending in \"what is recorded?\""));
  CHECK(contains(error, recording.folder.string()));
  Request warmer = request(0, 1);
  warmer.sampling.temperature = 0.5;
  CHECK(contains(failure([&] { await(*backend, warmer); }), "temperature 0.5"));
  CHECK(contains(failure([&] { await(*backend, ScoringWork{}); }), "cannot be read by a head"));
  CHECK(failure([&] { await(*backend, request(0, 4)); }).empty());
}

TEST_CASE("a model that is not there, or is there twice, is an error listing the recorded ones") {
  const Recording recording;
  const std::string unknown = failure([&] { recording.open("xyz"); });
  CHECK(contains(unknown, "has no model 'xyz'"));
  CHECK(contains(unknown, "abc  models.policy, 4 calls"));
  CHECK(contains(failure([&] { recording.open("models.judge"); }), "has several models 'models.judge'"));
}
