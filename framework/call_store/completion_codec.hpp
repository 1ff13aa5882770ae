#pragma once

#include <espalier/language_model.hpp>
#include <string>
#include <string_view>

namespace espalier::engine {

/// Packs a completion for the call store:
///
///     byte format (2) | byte finish | prompt tokens | input | cached | output | text length | text |
///     token count | tokens | count of log-probabilities | log-probabilities
///
/// Counts and tokens are LEB128 varints (tokens zigzagged), log-probabilities are little-endian float32. Format 1, which
/// stores of older versions hold, lacks input, cached and output, and the count of log-probabilities: as many as tokens.
std::string encode_completion(const Completion& completion);

/// Unpacks it; throws std::invalid_argument when the bytes are not of this form.
Completion decode_completion(std::string_view bytes);

}  // namespace espalier::engine
