#pragma once

#include <espalier/kit/datasets/mistakes.hpp>
#include <espalier/kit/datasets/record.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::stored {

/// Calls `visit` with every row of a CSV text (RFC 4180), its fields being texts named by the first row, or by
/// `columns` where the text has no such row. Quoted fields may hold separators, line ends and doubled quotes. Into
/// `mistakes`, with `file` and the line where the row begins, go rows of another length or that are no UTF-8, and, as
/// the last one of the text, a quote that is not closed or closes too early, or a name met twice.
void read_csv(const std::filesystem::path& file, std::string_view text, char separator,
              const std::vector<std::string>& columns, const std::function<void(const Record&)>& visit,
              Mistakes& mistakes);

}  // namespace espalier::stored
