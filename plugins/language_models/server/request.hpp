#pragma once

#include <espalier/language_model.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "http/client.hpp"
#include "server/prompt_template.hpp"

namespace espalier::server {

/// How a server is asked: all that its answers depend on, beside the request.
struct RequestFormat {
  std::string model;
  std::shared_ptr<const PromptTemplate> prompt;  ///< of completions; null: chat completions
  bool logprobs = false;
  base::OrderedJson extra = base::OrderedJson::object();  ///< fields of every body, as they are
  std::string token_limit_field = "max_tokens";
  std::string seed_field = "seed";  ///< "": no seed is sent
};

/// Fields of a body that `extra` must not have, as the plugin needs them to be its own.
const std::vector<std::string>& own_fields();

/// Writes candidates first .. first + count - 1 of a request. The seed is a function of the request's key and `first`:
/// alone a candidate has one of its own, in one request with others they share that of the first. Throws what a prompt
/// template throws.
http::Post write_request(const RequestFormat& format, const Request& request, int first, int count);

/// An honest guess of a text's tokens, where nobody counts them: one for every four bytes begun.
int estimated_tokens(std::string_view text);

}  // namespace espalier::server
