#include "conformance/conformance.hpp"

#include <map>

#include "conformance/suites.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/manifest/manifest.hpp"

namespace espalier::conformance {
namespace {

host::Node parameters_from(const std::filesystem::path& file) {
  host::Diagnostics diagnostics;
  host::Node parameters = host::load_manifest(file, {}, diagnostics);
  if (diagnostics.failed()) throw host::ManifestError(std::move(diagnostics));
  return parameters;
}

}  // namespace

int conform(const Subject& subject, std::ostream& out) {
  using Suite = void (*)(Fixture&, Report&);
  static const std::map<std::string_view, Suite> suites = {
      {Agent::kind, check_agent},           {Dataset::kind, check_dataset},
      {Grader::kind, check_grader},         {LanguageModel::kind, check_language_model},
      {Search::kind, check_search},         {Topology::kind, check_topology},
      {ValueModel::kind, check_value_model}};

  auto catalog = host::Catalog::standard();
  const host::Plugin& plugin = catalog.prefer(subject.library);
  out << plugin.descriptor->kind << '/' << plugin.descriptor->name << " (" << plugin.file.string() << ")\n";
  if (!subject.golds.empty() && plugin.descriptor->kind != Grader::kind) {
    throw host::ManifestError(host::Position{}, "gold answers are for graders; " + plugin.text() + " is none");
  }
  Fixture fixture(catalog, plugin, subject.with ? parameters_from(*subject.with) : host::Node(), subject.golds);
  Report report(out);
  if (check_parameters(fixture, report)) suites.at(fixture.kind())(fixture, report);
  return report.failures();
}

}  // namespace espalier::conformance
