#pragma once

#include <espalier/language_model.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::server {

/// One text a server answered with.
struct Choice {
  std::string text;
  Finish finish = Finish::stop;
  std::optional<std::vector<float>> logprobs;  ///< of its tokens; absent where the server tells none
};

/// What a server answered to one request, as far as it makes sense.
struct Reply {
  std::vector<Choice> choices;  ///< in candidate order
  std::optional<int> prompt_tokens;
  std::optional<int> cached_tokens;      ///< of those, what it had in its cache
  std::optional<int> completion_tokens;  ///< of all choices
};

/// Reads the body of a reply to chat completions or to completions, as OpenAI, vLLM, SGLang, llama.cpp and transformers
/// serve spell them. Text that a model was thinking is passed over. Counts that cannot be are passed over. Throws
/// http::Unreadable.
Reply read_reply(std::string_view body);

}  // namespace espalier::server
