#include <doctest/doctest.h>

#include "base/json.hpp"
#include "http/client.hpp"
#include "server/reply.hpp"

using namespace espalier;
using server::read_reply;

TEST_CASE("replies are read as each kind of server spells them") {
  const auto openai = read_reply(R"({"choices": [
      {"index": 1, "message": {"content": "b"}, "finish_reason": "length"},
      {"index": 0, "message": {"content": "a"}, "finish_reason": "stop", "logprobs": {"content": [{"logprob": -0.5}]}}],
      "usage": {"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}})");
  REQUIRE(openai.choices.size() == 2);
  CHECK(openai.choices[0].text == "a");
  CHECK(openai.choices[0].finish == Finish::stop);
  CHECK(openai.choices[0].logprobs == std::vector{-0.5F});
  CHECK(openai.choices[1].text == "b");
  CHECK(openai.choices[1].finish == Finish::length);
  CHECK_FALSE(openai.choices[1].logprobs);
  CHECK(openai.prompt_tokens == 7);
  CHECK(openai.cached_tokens == 4);
  CHECK(openai.completion_tokens == 2);

  const auto llama = read_reply(R"({"choices": [{"text": "a", "finish_reason": null}],
      "usage": {"prompt_tokens": 7, "completion_tokens": 2}, "timings": {"cache_n": 5}})");
  CHECK(llama.cached_tokens == 5);
  const auto vllm = read_reply(R"({"choices": [{"text": "ab", "logprobs": {"token_logprobs": [-1, 0.0]}}]})");
  CHECK(vllm.choices[0].logprobs == std::vector{-1.0F, 0.0F});
  CHECK_FALSE(vllm.prompt_tokens);
  const auto thinking = read_reply(R"({"choices": [{"message": {"content": null, "reasoning_content": "hm"}}]})");
  CHECK(thinking.choices[0].text.empty());
  const auto parts = read_reply(
      R"({"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"type": "x"}, {"text": "b"}]}}]})");
  CHECK(parts.choices[0].text == "ab");
}

TEST_CASE("what makes no sense is passed over, or the reply is unreadable") {
  for (const char* usage :
       {"null", "7", "[]", R"({"prompt_tokens": -1, "completion_tokens": 1e99})",
        R"({"prompt_tokens": "7", "completion_tokens": 2.5})", R"({"prompt_tokens": 99999999999})"}) {
    const auto reply = read_reply(R"({"choices": [{"text": "a"}], "usage": )" + std::string(usage) + "}");
    CHECK_FALSE(reply.prompt_tokens);
    CHECK_FALSE(reply.completion_tokens);
  }
  const auto more = read_reply(R"({"choices": [{"text": "a"}],
      "usage": {"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 9}}})");
  CHECK(more.cached_tokens == 3);
  for (const char* logprobs : {"[null]", R"(["x"])", "[0.5]", "[1e999]", "{}", "7"}) {
    try {
      const auto reply =
          read_reply(R"({"choices": [{"text": "a", "logprobs": {"token_logprobs": )" + std::string(logprobs) + "}}]}");
      CHECK_FALSE(reply.choices[0].logprobs);
    } catch (const http::Unreadable&) {  // 1e999 is no number of JSON's
    }
  }
  const std::string deep = std::string(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string("null"), std::string("{}"), std::string(R"({"choices": []})"),
        std::string(R"({"choices": {"text": "a"}})"), std::string(R"({"choices": [7]})"),
        std::string(R"({"choices": [{"message": {"content": 7}}]})"), std::string(R"({"choices": [{"text": null}]})"),
        std::string(R"({"choices": [{"text": "a"}])"), std::string("{\"choices\": [{\"text\": \"\xff\"}]}"),
        std::string(R"({"choices": [{"text": "a", "finish_reason": "abort"}]})"), deep, "{\"choices\": " + deep + "}",
        std::string("<html>Bad gateway</html>")}) {
    CHECK_THROWS_AS(static_cast<void>(read_reply(body)), http::Unreadable);
  }
  CHECK_THROWS_WITH(static_cast<void>(read_reply(R"({"error": {"message": "overloaded"}})")),
                    "the reply has no choices: overloaded");
}

TEST_CASE("indices that make no order leave the one they came in") {
  for (const char* indices : {"[0, 0]", "[1, 2]", "[-1, 0]", "[null, 0]"}) {
    const auto list = base::parse_json<base::Json>(indices, "indices");
    base::Json body{{"choices", {{{"index", list[0]}, {"text", "first"}}, {{"index", list[1]}, {"text", "second"}}}}};
    CHECK(read_reply(body.dump()).choices[0].text == "first");
  }
}
