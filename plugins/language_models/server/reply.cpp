#include "server/reply.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/json_value.hpp"
#include "http/client.hpp"

namespace espalier::server {
namespace {

using base::Json;

constexpr int kMostTokens = 1'000'000'000;

/// The member `key`, or null: also where `json` is no object.
const Json* find(const Json& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

const Json* find(const Json* json, const char* key) { return json == nullptr ? nullptr : find(*json, key); }

std::optional<int> count(const Json* json, const char* key) {
  const Json* value = find(json, key);
  const auto number = value == nullptr ? std::nullopt : base::as<int>(*value);
  return number && *number >= 0 && *number <= kMostTokens ? number : std::nullopt;
}

/// A text, or the texts of an array of parts.
std::string text_of(const Json& content) {
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) throw http::Unreadable("the content of a message is neither a text nor a list of parts");
  std::string text;
  for (const Json& part : content) {
    if (const Json* piece = find(part, "text"); piece != nullptr && piece->is_string())
      text += piece->get<std::string>();
  }
  return text;
}

std::string text_of_choice(const Json& choice) {
  if (const Json* message = find(choice, "message")) {
    const Json* content = find(message, "content");
    return content == nullptr ? std::string() : text_of(*content);  // all of it may have been thinking
  }
  const Json* text = find(choice, "text");
  if (text == nullptr || !text->is_string()) throw http::Unreadable("a choice has neither a message nor a text");
  return text->get<std::string>();
}

Finish finish_of(const Json& choice) {
  const Json* reason = find(choice, "finish_reason");
  if (reason == nullptr || !reason->is_string()) return Finish::stop;
  const auto& text = reason->get_ref<const std::string&>();
  if (text == "abort" || text == "error") throw http::Unreadable("the server gave a request up");
  return text == "length" || text == "max_tokens" ? Finish::length : Finish::stop;
}

/// Nothing where one of them is no log-probability.
std::optional<std::vector<float>> logprobs_of(const Json& choice) {
  const Json* logprobs = find(choice, "logprobs");
  const Json* content = find(logprobs, "content");
  const Json* list = content != nullptr ? content : find(logprobs, "token_logprobs");
  if (list == nullptr || !list->is_array()) return std::nullopt;
  std::vector<float> numbers;
  numbers.reserve(list->size());
  for (const Json& element : *list) {
    const Json* value = content != nullptr ? find(element, "logprob") : &element;
    const auto number = value == nullptr ? std::nullopt : base::as<double>(*value);
    if (!number || !std::isfinite(*number) || *number > 0.01) return std::nullopt;
    numbers.push_back(static_cast<float>(std::min(*number, 0.0)));
  }
  return numbers;
}

/// Puts choices into the order of their indices, where these make one.
std::vector<Choice> in_order(std::vector<std::pair<std::optional<int>, Choice>> numbered) {
  std::set<int> indices;
  const bool sound =
      std::ranges::all_of(numbered, [&](const auto& one) { return one.first && indices.insert(*one.first).second; });
  if (sound) std::ranges::sort(numbered, {}, [](const auto& one) { return *one.first; });
  std::vector<Choice> choices;
  for (auto& [index, choice] : numbered) choices.push_back(std::move(choice));
  return choices;
}

Json parsed(std::string_view body) {
  try {
    return base::parse_json<Json>(body, "reply");
  } catch (const base::JsonError& error) {
    throw http::Unreadable(error.what());
  }
}

}  // namespace

Reply read_reply(std::string_view body) {
  const Json json = parsed(body);
  const Json* choices = find(json, "choices");
  if (choices == nullptr || !choices->is_array() || choices->empty())
    throw http::Unreadable("the reply has no choices: " + http::told_reason(std::string(body)));
  Reply reply;
  std::vector<std::pair<std::optional<int>, Choice>> numbered;
  for (const Json& choice : *choices) {
    numbered.emplace_back(count(&choice, "index"),
                          Choice{text_of_choice(choice), finish_of(choice), logprobs_of(choice)});
  }
  reply.choices = in_order(std::move(numbered));
  const Json* usage = find(json, "usage");
  reply.prompt_tokens = count(usage, "prompt_tokens");
  reply.completion_tokens = count(usage, "completion_tokens");
  reply.cached_tokens = count(find(usage, "prompt_tokens_details"), "cached_tokens");
  if (!reply.cached_tokens) reply.cached_tokens = count(usage, "prompt_cache_hit_tokens");  // DeepSeek
  if (!reply.cached_tokens) reply.cached_tokens = count(find(json, "timings"), "cache_n");  // llama.cpp
  if (reply.cached_tokens && reply.prompt_tokens)
    reply.cached_tokens = std::min(*reply.cached_tokens, *reply.prompt_tokens);
  return reply;
}

}  // namespace espalier::server
