#include <iostream>

#include "command.hpp"
#include "host/nearest.hpp"
#include "host/printable.hpp"
#include "manifests.hpp"
#include "study/run/run.hpp"

namespace espalier::cli {
namespace {

/// What is to be said of a manifest in which nothing wrong was found.
std::string verdict(const host::Catalog& catalog) {
  if (catalog.loading() == host::Loading::when_asked) return " is right";
  const std::vector<std::string> closed(catalog.closed().begin(), catalog.closed().end());
  return " is right as far as can be seen without plugins; unchecked: [engine], data, roles, and the parameters of " +
         host::enumerate(closed);
}

int run(const po::variables_map& arguments) {
  const auto manifests = values_of(arguments, "MANIFEST");
  if (manifests.empty()) throw UsageError("MANIFEST is missing");
  for (const auto& manifest : manifests) {
    if (is_override(manifest)) throw UsageError(manifest + " is no file, and only `espalier run` takes key=value");
  }
  const auto loading = arguments.contains("no-plugins") ? host::Loading::never : host::Loading::when_asked;
  int worst = study::kDone;
  for (const auto& manifest : manifests) {
    host::Catalog catalog = host::Catalog::standard(loading);
    const host::Diagnostics diagnostics = diagnose(manifest, {}, catalog);
    std::cerr << diagnostics.text();
    if (diagnostics.failed()) {
      worst = study::kMistaken;
    } else {
      std::cout << host::printable_line(manifest) << verdict(catalog) << "\n";
    }
  }
  return worst;
}

}  // namespace

Command check_command() {
  return {
      .name = "check",
      .usage = "espalier check MANIFEST... [--no-plugins]",
      .summary = "Shows every mistake in manifests, with its position, without running anything.",
      .details =
          "Plugins are code: what is asked for, also by `plugins = [...]` of a manifest, is loaded to check its\n"
          "parameters. --no-plugins loads nothing, for manifests of others; it finds mistakes of syntax, includes,\n"
          "names, the keys of stages and the sweep, and says what it could not check.",
      .options = {{"no-plugins", "", "load no plugin library"}},
      .positional = {"MANIFEST..."},
      .run = run};
}

}  // namespace espalier::cli
