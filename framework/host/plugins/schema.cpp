#include "host/plugins/schema.hpp"

#include <algorithm>
#include <deque>

#include "base/thrown.hpp"
#include "host/manifest/diagnostics.hpp"

namespace espalier::host {
namespace {

/// Listens: answers every read with nothing and every child with null, so that all initialisers run with their
/// defaults.
class Recorder final : public ParamSource {
 public:
  std::vector<SchemaField> fields() const {
    std::vector<SchemaField> recorded;
    for (const auto& [info, nested] : declared_) {
      recorded.push_back({info, nested ? nested->fields() : std::vector<SchemaField>{}});
    }
    return recorded;
  }

  void declare(const FieldInfo& info) override { declared_.push_back({info, nullptr}); }

  std::optional<bool> boolean(std::string_view) override { return std::nullopt; }
  std::optional<std::int64_t> integer(std::string_view) override { return std::nullopt; }
  std::optional<double> real(std::string_view) override { return std::nullopt; }
  std::optional<std::string> text(std::string_view) override { return std::nullopt; }
  std::optional<std::vector<std::int64_t>> integers(std::string_view) override { return std::nullopt; }
  std::optional<std::vector<double>> reals(std::string_view) override { return std::nullopt; }
  std::optional<std::vector<std::string>> texts(std::string_view) override { return std::nullopt; }
  std::optional<std::filesystem::path> file(std::string_view) override { return std::nullopt; }
  std::vector<std::pair<std::string, std::string>> dictionary(std::string_view) override { return {}; }

  std::optional<std::string> free_table(std::string_view) override { return std::nullopt; }

  ParamSource& table(std::string_view key) override { return nested(key); }
  std::vector<std::pair<std::string, ParamSource*>> tables(std::string_view key) override {
    return {{"NAME", &nested(key)}};  // one table of the kind, so that its parameters are heard
  }
  std::shared_ptr<void> child(std::string_view) override { return nullptr; }
  std::vector<std::pair<std::string, std::shared_ptr<void>>> children(std::string_view) override { return {}; }

  void reject(std::string_view, std::string) override {}  // nothing was said, so nothing can be wrong

 private:
  struct Declared {
    FieldInfo info;
    std::unique_ptr<Recorder> nested;
  };

  Recorder& nested(std::string_view key) {
    const auto declared = std::ranges::find(declared_, key, [](const Declared& field) { return field.info.key; });
    declared->nested = std::make_unique<Recorder>();
    return *declared->nested;
  }

  std::deque<Declared> declared_;
};

}  // namespace

const SchemaField* Schema::find(std::string_view key) const {
  const auto found = std::ranges::find(fields, key, [](const SchemaField& field) { return field.info.key; });
  return found == fields.end() ? nullptr : &*found;
}

Schema record_schema(void (*describe)(ParamSource&)) {
  Recorder recorder;
  describe(recorder);
  return {recorder.fields()};
}

Schema record_schema(const Plugin& plugin) {
  try {
    return record_schema(plugin.descriptor->describe);
  } catch (...) {
    throw PluginError(plugin.text() + " failed to list its parameters: " + base::thrown_text());
  }
}

}  // namespace espalier::host
