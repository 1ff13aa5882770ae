#pragma once

#include <string>
#include <string_view>

namespace espalier::engine {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

/// Returns `text` with every maximal ill-formed part replaced by U+FFFD, as the Unicode standard recommends.
std::string to_utf8(std::string text);

}  // namespace espalier::engine
