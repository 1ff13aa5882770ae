#pragma once

#include <cstdint>
#include <espalier/kit/datasets/mistakes.hpp>
#include <espalier/kit/datasets/record.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace espalier::stored {

/// How records lie in a file.
enum class Format {
  recognised,  ///< CSV by the ending .csv or .tsv; else JSON Lines or one JSON document, whichever the content is
  json_lines,  ///< one JSON object per line; blank lines are passed over
  json,        ///< one document: an array of objects, or a single object
  csv,         ///< RFC 4180: quoted fields may hold separators, line ends and doubled quotes
  blocks,      ///< text files: a record is a block of lines with a blank one before and behind it, one field a line
};

struct FileFormat {
  Format format = Format::recognised;
  std::string list;                  ///< JSON: the field of the document that holds the array; empty: the document does
  char separator = ',';              ///< CSV; a tab in .tsv files
  std::vector<std::string> columns;  ///< names of the columns of CSV without a header row, or of the lines of a block
};

/// The most bytes of a file of problems, which is read whole: 1 GiB.
inline constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{1} << 30;

/// Calls `visit` with every record of a file, in order; of a folder, with those of all its files of the format (of a
/// recognised format: .jsonl, .ndjson, .json, .csv and .tsv), by path. What is no record, or no file that can be read,
/// goes into `mistakes` with its place, and the rest is read all the same. Exceptions of `visit` pass through.
void read_records(const std::filesystem::path& path, const FileFormat& format,
                  const std::function<void(const Record&)>& visit, Mistakes& mistakes);

}  // namespace espalier::stored
