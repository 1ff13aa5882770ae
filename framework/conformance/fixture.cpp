#include "conformance/fixture.hpp"

#include <any>
#include <espalier/runtime.hpp>
#include <map>

namespace espalier::conformance {
namespace {

/// A backend as agents hold it, stepped where it is asked.
class Direct final : public LanguageModel {
 public:
  explicit Direct(std::shared_ptr<Backend> backend) : backend_(std::move(backend)) {}
  std::vector<Completion> generate(const Request& request) override {
    return std::get<std::vector<Completion>>(await(*backend_, request).result);
  }
  int tokens(std::string_view text) const override { return backend_->tokens(text); }
  std::shared_ptr<BaseModel> base_model() override { return backend_->base_model(); }

 private:
  std::shared_ptr<Backend> backend_;
};

host::FactoryHooks hooks(std::shared_ptr<Backend>& last) {
  host::FactoryHooks hooks;
  hooks.adapt = [&last](const host::Created& created) -> std::shared_ptr<void> {
    if (created.kind != LanguageModel::kind) return created.object;
    last = std::static_pointer_cast<Backend>(created.object);
    return std::static_pointer_cast<LanguageModel>(std::make_shared<Direct>(last));
  };
  return hooks;
}

}  // namespace

host::Node stand_in_for(std::string_view kind) {
  static const std::map<std::string_view, std::string_view> types = {
      {Agent::kind, "echo"},         {Topology::kind, "chain"},         {Search::kind, "single_pass"},
      {ValueModel::kind, "uniform"}, {LanguageModel::kind, "scripted"}, {Dataset::kind, "word_problems"},
      {Grader::kind, "exact"}};
  host::Node table;
  table.set("type", host::Node(types.at(kind)));
  return table;
}

Fixture::Fixture(host::Catalog& catalog, const host::Plugin& plugin, host::Node parameters,
                 std::vector<std::string> golds)
    : plugin_(plugin),
      schema_(host::record_schema(plugin)),
      parameters_(std::move(parameters)),
      golds_(std::move(golds)),
      factory_(host::Node(), catalog, {}, hooks(backend_)) {
  parameters_.set("type", host::Node(plugin.descriptor->name));
  for (const auto& field : schema_.fields) {
    const bool child = field.info.type == ParamType::plugin && field.info.required;
    if (child && parameters_.find(field.info.key) == nullptr)
      parameters_.set(field.info.key, stand_in_for(field.info.kind));
  }
}

bool Fixture::takes(std::string_view key, std::string_view kind) const {
  const auto* field = schema_.find(key);
  return field != nullptr && field->info.type == ParamType::plugin && field->info.kind == kind;
}

std::vector<std::string> Fixture::missing() const {
  std::vector<std::string> keys;
  for (const auto& field : schema_.fields) {
    if (field.info.required && parameters_.find(field.info.key) == nullptr) keys.push_back(field.info.key);
  }
  return keys;
}

host::Node Fixture::reference(const host::Node& patch) const {
  host::Node table = parameters_;
  for (const auto& member : patch.members()) table.set(member.key, member.value);
  host::assign_paths(table);  // messages name keys by their path
  return table;
}

std::string Fixture::faults(const host::Node& reference) {
  host::DryPass pass;
  static_cast<void>(factory_.check_plugin(reference, kind(), pass));
  return pass.diagnostics.failed() ? pass.diagnostics.text() : "";
}

std::shared_ptr<Backend> Fixture::create_backend(const host::Node& patch) {
  static_cast<void>(create<LanguageModel>(patch));
  return backend_;
}

Backend::Facts Fixture::backend_facts() { return std::any_cast<Backend::Facts>(factory_.facts(reference(), kind())); }

}  // namespace espalier::conformance
