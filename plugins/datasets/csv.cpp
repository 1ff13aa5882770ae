#include <algorithm>
#include <espalier/kit/datasets/field_map.hpp>
#include <espalier/plugin.hpp>

namespace {

/// Problems from CSV tables (RFC 4180): a row is a problem, the first row names the columns.
class CsvTables final : public espalier::stored::MappedDataset {
 public:
  struct Params : espalier::stored::FieldMapParams {
    using espalier::stored::FieldMapParams::FieldMapParams;
    std::string separator = field("separator", ",", "The character between fields; a file ending in .tsv has tabs.");
    std::vector<std::string> columns = field("columns", std::vector<std::string>{},
                                             "Names of the columns of files without such a row; empty: the first row.");

    void validate() const {
      FieldMapParams::validate();
      if (separator.size() != 1 || separator == "\"" || separator == "\n" || separator == "\r")
        reject("separator", "must be one character, and neither a quote nor a line end");
      for (auto name = columns.begin(); name != columns.end(); ++name) {
        if (std::find(columns.begin(), name, *name) != name) reject("columns", "names \"" + *name + "\" twice");
      }
    }
  };

  explicit CsvTables(const Params& params)
      : MappedDataset(params, {.format = espalier::stored::Format::csv,
                               .separator = params.separator.front(),
                               .columns = params.columns}) {}
};

}  // namespace

ESPALIER_PLUGIN(CsvTables, "Problems from CSV tables, by a map of their columns.")
