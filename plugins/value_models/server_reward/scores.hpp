#pragma once

#include <string_view>
#include <vector>

namespace espalier::server_reward {

/// The outputs of one text, a row for every position that the server scored: one for the whole text, or one for every
/// step mark or token.
using Rows = std::vector<std::vector<double>>;

/// Reads the reply to a text that was to be scored, as vLLM's /classify (`data[0].probs`) and /pooling (`data[0].data`)
/// and SGLang's /classify (`[0].embedding`) spell it. All rows are as wide, none is empty, all numbers are finite. Throws
/// http::Unreadable.
Rows read_scores(std::string_view body);

}  // namespace espalier::server_reward
