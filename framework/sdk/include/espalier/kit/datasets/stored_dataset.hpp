#pragma once

#include <cstdint>
#include <espalier/dataset.hpp>
#include <espalier/kit/datasets/narrowing.hpp>
#include <espalier/kit/datasets/record.hpp>
#include <espalier/kit/datasets/records_file.hpp>
#include <espalier/params.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier::stored {

/// One split: a file of its own, or a part of the dataset's.
struct SplitParams : Params {
  using Params::Params;
  std::optional<std::filesystem::path> file = maybe_file("file", "Its file or folder; absent: the dataset's.");
  int offset = field("offset", 0, "Problems to pass over.", between(0, 1e9));
  std::optional<int> limit = maybe<int>("limit", "Most problems to take; absent: all that follow.", between(1, 1e9));
};

/// What every dataset that is read from files takes.
struct StoredParams : Params {
  using Params::Params;
  std::optional<std::filesystem::path> path =
      maybe_file("file", "The file of problems, or a folder of such files; absent: every split names its own.");
  std::string split = field("split", "test", "What the one split is called when `splits` is absent.");
  std::vector<Named<SplitParams>> splits = tables<SplitParams>(
      "splits", "Splits, by name: each a file, or a part of the dataset's file by offset and limit.");
  std::vector<Named<std::string>> where =
      dictionary("where", "Keeps problems by their attributes: name = \"value\", or \"one value|another\".");
  SampleParams sample = table<SampleParams>("sample", "Keeps a sample of every file's problems, in their order.");
  std::optional<std::int64_t> shuffle = maybe<std::int64_t>(
      "shuffle", "Puts every file's problems in an order drawn from this seed; absent: as they lie.");
  int offset = field("offset", 0, "Problems of every file to pass over.", between(0, 1e9));
  std::optional<int> limit =
      maybe<int>("limit", "Most problems of every file to take; absent: all that follow.", between(1, 1e9));

  void validate() const;
};

/// An item made of a record.
struct Draft {
  Item item;             ///< an empty id stands for one that is derived
  std::string identity;  ///< what it is derived from: all that makes the problem this one; empty: the question
};

/// Makes a draft of a record. Throws std::invalid_argument, the end of a sentence that begins with the record's place.
using ReadDraft = std::function<Draft(const Record&)>;

/// Problems from files.
///
/// All files are read and checked when the dataset is made: a text that is not of its format, a missing field, an id
/// met twice, or a gold answer that the grader cannot read is an error naming file and line, never a problem silently
/// left out; the first twenty of a file are told together. Then come, for every file on its own and in this order:
/// conditions, sample, shuffling, offset and limit, and the cut into splits.
///
/// Ids are as given by the publisher, or derived from the question. A question that published data hold twice counts
/// twice: its second copy, in the order of splits and files, gets "-2" behind the derived id, the third "-3".
class StoredDataset : public Dataset {
 public:
  static Facts facts(const StoredParams& params);

  std::vector<std::string> splits() const override;
  std::size_t size(std::string_view split) const override { return find(split).size(); }
  Item at(std::string_view split, std::size_t index) const override { return find(split)[index]; }
  std::shared_ptr<Grader> grader() const override { return grader_; }

 protected:
  /// Reads everything; `read` is not kept.
  StoredDataset(const StoredParams& params, const FileFormat& format, std::shared_ptr<Grader> grader,
                const ReadDraft& read);

 private:
  class Loader;

  void cut(const std::string& name, const SplitParams& split, const std::filesystem::path& file);
  std::span<const Item> find(std::string_view split) const;

  std::shared_ptr<Grader> grader_;
  std::map<std::filesystem::path, std::vector<Item>> files_;
  std::vector<std::pair<std::string, std::span<const Item>>> splits_;
};

}  // namespace espalier::stored
