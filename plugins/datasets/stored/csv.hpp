#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "stored/record.hpp"

namespace espalier::stored {

/// Calls `visit` with every row of a CSV text (RFC 4180), its fields being texts named by the first row, or by
/// `columns` where the text has no such row. Quoted fields may hold separators, line ends and doubled quotes. Throws
/// BadInput naming `file` and the line where the row begins: a quote that is not closed or closes too early,
/// a row of another length, a name met twice.
void read_csv(const std::filesystem::path& file, std::string_view text, char separator,
              const std::vector<std::string>& columns, const std::function<void(const Record&)>& visit);

}  // namespace espalier::stored
