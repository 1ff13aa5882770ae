#pragma once

#include <espalier/dataset.hpp>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::study {

/// A file of frozen problems that cannot be read, or that no longer fits its dataset.
class FrozenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The hash of what makes a problem this problem: 32 hexadecimal digits (XXH3, 128 bits) of its question, a line end
/// and its gold answer.
std::string content_of(const Problem& problem, std::string_view gold);

/// Which problems an experiment was about, by id and content: what `problems.json` in the folder of a stage says, and
/// what `problems = { frozen = FILE }` takes.
///
///     { "format": "espalier frozen problems 1", "lists": { "test": { "q-0a1b2c3d4e5f": "<content>", ... } } }
class FrozenProblems {
 public:
  /// The content of every problem of a list by its id.
  using List = std::map<std::string, std::string, std::less<>>;

  std::map<std::string, List, std::less<>> lists;

  /// The file's text, one problem per line.
  std::string text() const;
  /// Throws FrozenError when the file is no such file.
  static FrozenProblems read(const std::filesystem::path& file);

  /// Keeps the listed ones among `items`. Throws FrozenError: no such list, an item that is missing, one whose content
  /// has changed.
  std::vector<Item> select(std::string_view list, std::vector<Item> items) const;

 private:
  std::filesystem::path source_;
};

}  // namespace espalier::study
