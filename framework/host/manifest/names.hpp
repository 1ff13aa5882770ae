#pragma once

#include <string>
#include <string_view>

namespace espalier::host {

/// Why a name that a manifest gives cannot name a folder below a run's: the end of a sentence, such as "must not
/// contain
/// /". Empty when it can: such a name is one component of a path, visible, printable, and at most 100 bytes long.
std::string folder_name_fault(std::string_view name);

/// Any text as part of a folder's name: what is no letter, digit or one of . _ + - = @ , becomes _ and what is longer
/// than 100 bytes is cut and told from others by a hash.
std::string folder_spelling(std::string_view text);

}  // namespace espalier::host
