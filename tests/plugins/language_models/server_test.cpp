#include <doctest/doctest.h>

#include <cstdlib>
#include <espalier/bad_input.hpp>
#include <espalier/language_model.hpp>
#include <espalier/machine_failure.hpp>
#include <espalier/runtime.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "conformance/conformance.hpp"
#include "support/built_plugin.hpp"
#include "support/model_server.hpp"

using namespace espalier;
using testing::Asked;
using testing::Fault;
using testing::ModelServer;
using testing::Settings;
using Kind = testing::Fault::Kind;

namespace {

Settings settings_for(const ModelServer& server) {
  Settings settings;
  settings.set("model", "small").set("url", server.url().c_str()).set("retries", 1);
  return settings;
}

std::shared_ptr<Backend> create(Settings settings) { return testing::create<Backend>("server", settings); }

Request request(int count = 1, int first = 0) {
  Request made;
  made.chat.messages = {{ChatMessage::Role::system, "be brief"}, {ChatMessage::Role::user, "what is 3 + 4?"}};
  made.sampling = {.temperature = 0.7, .top_p = 0.9, .top_k = 20, .max_tokens = 64, .stop = {"END"}};
  made.key = Key{1, 2};
  made.first = first;
  made.count = count;
  return made;
}

std::vector<Completion> ask(Backend& backend, const Request& work) {
  return std::get<std::vector<Completion>>(await(backend, work).result);
}

std::vector<std::string> texts(const std::vector<Completion>& completions) {
  std::vector<std::string> all;
  for (const auto& one : completions) all.push_back(one.text);
  return all;
}

ModelServer::Faults always(Fault fault) {
  return [=](int, const Asked&) { return fault; };
}

}  // namespace

TEST_CASE("a request is spelled as servers want it, and what they count is kept") {
  ModelServer server;
  auto settings = settings_for(server);
  settings.set("extra", R"({"min_p": 0.05, "chat_template_kwargs": {"a": 1}})").set("logprobs", true);
  settings.enter("template_variables", "enable_thinking", "false");
  const auto completion = ask(*create(std::move(settings)), request()).front();
  const auto asked = server.asked().at(0);
  CHECK(asked.path == "/v1/chat/completions");
  const base::Json& body = asked.body;
  CHECK(body.at("model") == "small");
  CHECK(body.at("messages").dump() ==
        R"([{"content":"be brief","role":"system"},{"content":"what is 3 + 4?","role":"user"}])");
  CHECK(body.at("temperature") == 0.7);
  CHECK(body.at("top_p") == 0.9);
  CHECK(body.at("top_k") == 20);
  CHECK(body.at("max_tokens") == 64);
  CHECK(body.at("stop") == base::Json{"END"});
  CHECK(body.at("min_p") == 0.05);
  CHECK(body.at("chat_template_kwargs").dump() == R"({"a":1,"enable_thinking":false})");
  CHECK(body.at("seed").get<std::int64_t>() <= 0x7fffffff);
  CHECK_FALSE(body.contains("n"));
  CHECK(completion.finish == Finish::stop);
  CHECK(completion.tokens.empty());
  CHECK(completion.generated() > 3);
  CHECK(std::ssize(completion.logprobs) == completion.generated());
  CHECK(completion.prompt_tokens == 9);
  CHECK(completion.usage == Usage{9, 0, completion.generated()});
}

TEST_CASE("a candidate is a function of key and number, and seeds differ") {
  ModelServer server;
  const auto backend = create(settings_for(server));
  const auto all = texts(ask(*backend, request(6)));
  CHECK(std::set(all.begin(), all.end()).size() > 3);
  for (int k = 0; k < 6; ++k) CHECK(texts(ask(*backend, request(1, k))).front() == all[static_cast<std::size_t>(k)]);
  CHECK(server.count() == 12);
}

TEST_CASE("candidates in one request are as many, in order, and their tokens add up") {
  ModelServer server;
  auto settings = settings_for(server);
  settings.set("n_per_request", 4);
  const auto backend = create(std::move(settings));
  const auto all = ask(*backend, request(6));
  CHECK(server.count() == 2);
  CHECK(texts(ask(*backend, request(2, 4))) == std::vector{all[4].text, all[5].text});
  CHECK(all[0].usage.input == 9);
  CHECK(all[1].usage.input == 0);
  CHECK(all[0].usage.cached + all[4].usage.cached == 9);  // whichever came second
  CHECK(all[1].prompt_tokens == 9);
}

TEST_CASE("servers that give one at a time are asked for the rest apart") {
  ModelServer ignoring(always({.kind = Kind::one}));
  ModelServer refusing([](int, const Asked& asked) {
    return asked.body.contains("n") ? Fault{.kind = Kind::status, .status = 422, .text = "n"} : Fault{};
  });
  for (ModelServer* const server : {&ignoring, &refusing}) {
    auto settings = settings_for(*server);
    settings.set("n_per_request", 4);
    const auto backend = create(std::move(settings));
    CHECK(ask(*backend, request(4)).size() == 4);
    const int before = server->count();
    CHECK(ask(*backend, request(4)).size() == 4);
    CHECK(server->count() == before + 4);
  }
}

TEST_CASE("completions are given what the template renders") {
  ModelServer server;
  const auto file = std::filesystem::path(ESPALIER_BINARY_DIR) / "tests" / "prompt.jinja";
  std::ofstream(file) << "{{ mood }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>";
  auto settings = settings_for(server);
  settings.set("api", "completions").set("chat_template", file.c_str()).set("logprobs", true);
  settings.enter("template_variables", "mood", "calm ");
  const auto completion = ask(*create(std::move(settings)), request()).front();
  CHECK(server.asked().at(0).path == "/v1/completions");
  CHECK(server.asked().at(0).body.at("prompt") == "calm <system>be brief<user>what is 3 + 4?<assistant>");
  CHECK(std::ssize(completion.logprobs) == completion.generated());
}

TEST_CASE("tokens that nobody counts are guessed, log-probabilities that nobody tells are missed") {
  ModelServer uncounted(always({.kind = Kind::uncounted}));
  const auto completion = ask(*create(settings_for(uncounted)), request()).front();
  CHECK(completion.prompt_tokens == 2 + 4);
  CHECK(completion.generated() == static_cast<int>((completion.text.size() + 3) / 4));
  ModelServer silent(always({.kind = Kind::status, .text = R"({"choices": [{"message": {"content": "7"}}]})"}));
  auto settings = settings_for(silent);
  CHECK(ask(*create(settings_for(silent)), request()).front().text == "7");
  settings.set("logprobs", true);
  CHECK_THROWS_WITH_AS(ask(*create(std::move(settings)), request()),
                       "the server tells no log-probabilities, which logprobs = true asks for: set it to false",
                       MachineFailure);
}

TEST_CASE("a request that failed for good does not disturb its neighbours") {
  ModelServer server([](int, const Asked& asked) {
    const bool bad = asked.body.dump().find("bad") != std::string::npos;
    return bad ? Fault{.kind = Kind::status, .status = 400, .text = "no"} : Fault{};
  });
  const auto backend = create(settings_for(server));
  Request bad = request(3);
  bad.chat.messages.back().text = "bad";
  CHECK(backend->admit(1, bad));
  CHECK(backend->admit(2, request(3)));
  std::map<Ticket, bool> failed;
  while (failed.size() < 2) {
    std::vector<Finished> finished;
    backend->step(finished);
    if (finished.empty()) CHECK(backend->wait(std::chrono::seconds(1)));
    for (const auto& one : finished) failed[one.ticket] = std::holds_alternative<std::exception_ptr>(one.result);
  }
  CHECK(failed == std::map<Ticket, bool>{{1, true}, {2, false}});
  std::vector<Finished> finished;
  backend->step(finished);
  CHECK(finished.empty());
}

TEST_CASE("prices make money, and money has a limit") {
  ModelServer server;
  auto settings = settings_for(server);
  static_cast<Settings&>(settings.table("prices"))
      .set("input", Settings::Value(1.0))
      .set("output", Settings::Value(10.0))
      .set("cached_input", Settings::Value(0.5));
  settings.set("spend_limit", Settings::Value(1e-5));
  const auto backend = create(std::move(settings));
  CHECK(backend->price({1'000'000, 400'000, 100'000}) == doctest::Approx(0.6 + 0.2 + 1.0));
  CHECK_NOTHROW(ask(*backend, request()));
  CHECK_THROWS_AS(ask(*backend, request()), MachineFailure);
  CHECK(server.count() == 1);
}

TEST_CASE("parameters that cannot be are told") {
  const auto rejected = [](const std::function<void(Settings&)>& change) {
    Settings settings;
    settings.set("model", "small").set("url", "http://localhost:1/v1");
    change(settings);
    testing::built_plugin("language_models", "server").describe(settings);
    if (const auto rejections = settings.rejections(); !rejections.empty()) return rejections.front();
    try {
      create(std::move(settings));
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto with = [&](const char* key, Settings::Value value) {
    return rejected([&](Settings& settings) { settings.set(key, std::move(value)); });
  };
  CHECK(with("url", std::string("localhost:8000")) == "url: must begin with http:// or https://");
  CHECK(with("url", std::string("https://me:secret@host/v1")).starts_with("url: must hold no name or password"));
  CHECK(with("url", std::string("http:///v1")) == "url: names no host");
  CHECK(with("url", std::string("http://host/v1?key=1")) == "url: must end with a path, such as /v1");
  CHECK(with("url", std::string()) == "has no url: where its server is, such as http://localhost:8000/v1");
  CHECK(with("urls", std::vector<std::string>{"http://a"}) == "urls: cannot be given together with `url`");
  CHECK(with("key_environment", std::string("sk-123")).starts_with("key_environment: must be the name"));
  CHECK(with("key_environment", std::string("NOT_SET_ANYWHERE")) ==
        "key_environment: there is no variable NOT_SET_ANYWHERE in the environment");
  CHECK(with("api", std::string("completions")).starts_with("api: = \"completions\" needs a chat_template"));
  CHECK(with("extra", std::string(R"({"stream": true})")).starts_with("extra.stream: cannot be set here"));
  CHECK(with("spend_limit", 1.0) == "spend_limit: needs prices: without any nothing is ever spent");
  CHECK(with("date", std::string("tomorrow")) == "date: must be a day such as \"2026-11-28\", got \"tomorrow\"");
}

TEST_CASE("a server's model stands the tests of every language model") {
  ModelServer server;
  const auto file = std::filesystem::path(ESPALIER_BINARY_DIR) / "tests" / "server.toml";
  std::ofstream(file) << "model = \"small\"\nlogprobs = true\nurl = \"" << server.url() << "\"\n";
  std::ostringstream out;
  conformance::Subject subject;
  subject.library = ESPALIER_BINARY_DIR "/plugins/language_models/server.so";
  subject.with = file;
  CHECK_MESSAGE(conformance::conform(subject, out) == 0, out.str());
}
