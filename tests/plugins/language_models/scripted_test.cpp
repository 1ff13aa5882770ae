#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <espalier/language_model.hpp>
#include <espalier/runtime.hpp>

#include "support/built_plugin.hpp"

using namespace espalier;
using espalier::testing::Settings;

namespace {

std::shared_ptr<Backend> coin() {
  Settings settings;
  auto& sums = settings.add("rules")
                   .set("when", "(\\d+) \\+ (\\d+)")
                   .set("replies", std::vector<std::string>{"$1 plus $2 is odd", "$0"});
  sums.set("weights", std::vector<double>{1, 3});
  settings.add("rules").set("replies", std::vector<std::string>{"I do not know"});
  return testing::create<Backend>("scripted", settings);
}

Request request(std::string text, int count = 1) {
  Request made;
  made.chat.messages = {{ChatMessage::Role::system, "two words"}, {ChatMessage::Role::user, std::move(text)}};
  made.key = Key{1, 2};
  made.count = count;
  return made;
}

std::vector<Completion> ask(Backend& backend, const Request& work) {
  return std::get<std::vector<Completion>>(await(backend, work).result);
}

}  // namespace

TEST_CASE("the first rule that matches answers, its groups filled in, drawn by weight") {
  const auto backend = coin();
  const auto all = ask(*backend, request("what is 3 + 4?", 2000));
  int odd = 0;
  for (const auto& completion : all) {
    const bool first = completion.text == "3 plus 4 is odd";
    odd += first ? 1 : 0;
    CHECK((first || completion.text == "3 + 4"));
    CHECK(completion.prompt_tokens == 7);
  }
  CHECK(odd > 420);  // 500 expected, standard deviation 19
  CHECK(odd < 580);
  CHECK(ask(*backend, request("hello")).front().text == "I do not know");
}

TEST_CASE("temperature sharpens and flattens the weights") {
  const auto backend = coin();
  const auto odd = [&](double temperature) {
    Request work = request("3 + 4", 2000);
    work.sampling.temperature = temperature;
    const auto all = ask(*backend, work);
    return std::count_if(all.begin(), all.end(), [](const Completion& one) { return one.text == "3 plus 4 is odd"; });
  };
  CHECK(odd(0) == 0);
  CHECK(odd(0.5) > 140);  // 1 : 9, so 200 expected, standard deviation 13
  CHECK(odd(0.5) < 260);
  CHECK(odd(100) > 900);
}

TEST_CASE("log-probabilities add up to that of the reply") {
  const auto backend = coin();
  for (const auto& completion : ask(*backend, request("3 + 4", 8))) {
    const double chance = completion.text == "3 + 4" ? 0.75 : 0.25;
    double sum = 0;
    for (const float logprob : completion.logprobs) sum += static_cast<double>(logprob);
    CHECK(completion.tokens.size() == completion.logprobs.size());
    CHECK(sum == doctest::Approx(std::log(chance)));
  }
}

TEST_CASE("a candidate alone is the candidate in a batch") {
  const auto backend = coin();
  const auto all = ask(*backend, request("3 + 4", 20));
  for (int k = 0; k < 20; ++k) {
    Request one = request("3 + 4");
    one.first = k;
    CHECK(ask(*backend, one).front().text == all[static_cast<std::size_t>(k)].text);
  }
}

TEST_CASE("token limit and stop texts cut the reply") {
  const auto backend = coin();
  Request limited = request("hello");
  limited.sampling.max_tokens = 2;
  CHECK(ask(*backend, limited).front().text == "I do");
  CHECK(ask(*backend, limited).front().finish == Finish::length);
  limited.sampling.stop = {"do"};
  CHECK(ask(*backend, limited).front().text == "I ");
  CHECK(ask(*backend, limited).front().finish == Finish::stop);
  CHECK(backend->tokens("I do not know") == 4);
}

TEST_CASE("a prompt that no rule matches fails its request only") {
  Settings settings;
  settings.add("rules").set("when", "^x");
  const auto backend = testing::create<Backend>("scripted", settings);
  CHECK_THROWS_WITH(ask(*backend, request("hello")), "no rule matches the last message: hello");
  CHECK(ask(*backend, request("xyz")).front().text == "x");
}

TEST_CASE("work dropped before a step is not answered") {
  const auto backend = coin();
  REQUIRE(backend->admit(1, request("a")));
  REQUIRE(backend->admit(2, request("b")));
  backend->drop(1);
  std::vector<Finished> finished;
  backend->step(finished);
  REQUIRE(finished.size() == 1);
  CHECK(finished[0].ticket == 2);
}
