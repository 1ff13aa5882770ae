#include <espalier/kit/datasets/field_map.hpp>
#include <espalier/plugin.hpp>

namespace {

/// Problems from JSON Lines: one JSON object per line, blank lines aside.
class JsonLines final : public espalier::stored::MappedDataset {
 public:
  using Params = espalier::stored::FieldMapParams;

  explicit JsonLines(const Params& params) : MappedDataset(params, {.format = espalier::stored::Format::json_lines}) {}
};

}  // namespace

ESPALIER_PLUGIN(JsonLines, "Problems from files with one JSON object per line, by a map of its fields.")
