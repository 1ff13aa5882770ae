#include <espalier/kit/datasets/boxed.hpp>
#include <espalier/kit/datasets/stored_dataset.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>
#include <string_view>

namespace {

using espalier::stored::Draft;
using espalier::stored::Record;

/// MATH (Hendrycks et al., "Measuring mathematical problem solving with the MATH dataset", 2021) in its published
/// layouts: the archive's folders of one JSON file per problem (`problem`, `level`, `type`, `solution`), or records
/// that also give `answer`, `subject` and `unique_id`, as MATH-500 does.
///
/// The gold answer is `answer` where there is one, else what the last box of the solution holds, its braces matched.
/// Attributes: level ("1" to "5"; a few published problems have "?") and type ("Algebra", "Number Theory", ...). Ids
/// are `unique_id`, or in a folder the path that MATH-500 gives the same problem: "test/precalculus/807.json".
class Math final : public espalier::stored::StoredDataset {
 public:
  struct Params : espalier::stored::StoredParams {
    using espalier::stored::StoredParams::StoredParams;
    std::shared_ptr<espalier::Grader> grader =
        plugin<espalier::Grader>("grader", "Reads gold answers and judges others by them.", "math");
  };

  explicit Math(const Params& params) : StoredDataset(params, {}, params.grader, read) {}

 private:
  static Draft read(const Record& record) {
    espalier::Problem problem{.id = id(record), .question = record.text("problem"), .attributes = {}};
    if (record.has("level")) problem.attributes["level"] = level(record.text("level"));
    for (const char* name : {"type", "subject"}) {
      if (record.has(name)) problem.attributes["type"] = record.text(name);
    }
    return {{std::move(problem), gold(record)}, ""};
  }

  static std::string gold(const Record& record) {
    if (record.has("answer")) return record.text("answer");
    auto found = espalier::stored::last_boxed(record.text("solution"));
    if (!found) throw std::invalid_argument("has no field \"answer\", and no \\boxed{...} in its solution");
    return *std::move(found);
  }

  static std::string level(std::string text) {
    constexpr std::string_view word = "Level ";
    if (text.starts_with(word)) text.erase(0, word.size());
    return text;
  }

  static std::string id(const Record& record) {
    if (record.has("unique_id")) return record.text("unique_id");
    const std::filesystem::path& file = record.place().file;
    const std::filesystem::path type = file.parent_path();
    if (!one_of_many(file, type)) return "";
    return (type.parent_path().filename() / type.filename() / file.filename()).generic_string();
  }

  /// Whether a file is one problem of the archive: <split>/<type>/<number>.json.
  static bool one_of_many(const std::filesystem::path& file, const std::filesystem::path& type) {
    return file.extension() == ".json" && !file.stem().empty() && type.has_filename() &&
           type.parent_path().has_filename() &&
           file.stem().string().find_first_not_of("0123456789") == std::string::npos;
  }
};

}  // namespace

ESPALIER_PLUGIN(Math, "MATH and MATH-500: competition problems, the gold answer boxed in the published solution.")
