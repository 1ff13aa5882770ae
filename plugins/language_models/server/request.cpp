#include "server/request.hpp"

namespace espalier::server {
namespace {

constexpr std::uint64_t kLargestSeed = 0x7fffffff;  // what every server takes

base::OrderedJson messages_of(const Chat& chat) {
  base::OrderedJson messages = base::OrderedJson::array();
  for (const auto& [role, text] : chat.messages) messages.push_back({{"role", role_name(role)}, {"content", text}});
  return messages;
}

/// What the server will read, more or less: enough to tell which prompts begin alike.
std::string text_of(const Chat& chat) {
  std::string text;
  for (const auto& [role, said] : chat.messages) text += role_name(role) + (": " + said) + "\n";
  return text;
}

}  // namespace

const std::vector<std::string>& own_fields() {
  static const std::vector<std::string> fields = {
      "logprobs", "max_completion_tokens", "max_tokens", "messages", "model", "n", "prompt", "seed", "stop",
      "stream",   "temperature",           "top_p"};
  return fields;
}

int estimated_tokens(std::string_view text) { return static_cast<int>((text.size() + 3) / 4); }

http::Post write_request(const RequestFormat& format, const Request& request, int first, int count) {
  const Sampling& sampling = request.sampling;
  const bool chat = format.prompt == nullptr;
  http::Post post{.path = chat ? "/chat/completions" : "/completions",
                  .body = {},
                  .prompt = chat ? text_of(request.chat) : format.prompt->render(request.chat)};
  base::OrderedJson body{{"model", format.model}};
  if (chat) {
    body["messages"] = messages_of(request.chat);
  } else {
    body["prompt"] = post.prompt;
  }
  body["temperature"] = sampling.temperature;
  if (sampling.top_p < 1) body["top_p"] = sampling.top_p;
  if (sampling.top_k > 0) body["top_k"] = sampling.top_k;
  body[format.token_limit_field] = sampling.max_tokens;
  if (!sampling.stop.empty()) body["stop"] = sampling.stop;
  if (count > 1) body["n"] = count;
  if (!format.seed_field.empty()) {
    const Key key = request.key.child(static_cast<std::uint64_t>(first));
    body[format.seed_field] = draw_bits(key, 0) & kLargestSeed;
  }
  if (format.logprobs && chat) {
    body["logprobs"] = true;
    body["top_logprobs"] = 1;  // llama.cpp tells twenty of every token otherwise
  }
  if (format.logprobs && !chat) body["logprobs"] = 1;
  for (const auto& [name, value] : format.extra.items()) body[name] = value;
  post.body = body.dump(-1, ' ', false, base::OrderedJson::error_handler_t::replace);
  post.tokens = estimated_tokens(post.prompt) + std::int64_t{sampling.max_tokens} * count;
  return post;
}

}  // namespace espalier::server
