#include <espalier/kit/datasets/field_map.hpp>
#include <espalier/plugin.hpp>

namespace {

/// Problems from JSON documents: an array of objects, or in a folder of files one object each.
class JsonDocuments final : public espalier::stored::MappedDataset {
 public:
  struct Params : espalier::stored::FieldMapParams {
    using espalier::stored::FieldMapParams::FieldMapParams;
    std::string list = field("list", "", "The field of the document that holds the array; empty: the document is it.");
  };

  explicit JsonDocuments(const Params& params)
      : MappedDataset(params, {.format = espalier::stored::Format::json, .list = params.list}) {}
};

}  // namespace

ESPALIER_PLUGIN(JsonDocuments, "Problems from JSON documents that hold an array of objects, by a map of their fields.")
