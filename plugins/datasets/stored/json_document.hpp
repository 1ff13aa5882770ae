#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "stored/record.hpp"

namespace espalier::stored {

/// Calls `visit` with every object of the array that is the document `text`, or that its field `list` holds when one
/// is named; with the document itself when it is an object and no list is named. Records know the line they begin in.
/// Throws BadInput naming `file` and line.
void read_json_document(const std::filesystem::path& file, std::string_view text, std::string_view list,
                        const std::function<void(const Record&)>& visit);

}  // namespace espalier::stored
