#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <utility>

#include "command.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/plugins/catalog.hpp"
#include "host/plugins/folders.hpp"
#include "study/files.hpp"
#include "study/json.hpp"
#include "study/run/run.hpp"
#include "templates.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;

void replace_all(std::string& text, std::string_view placeholder, std::string_view value) {
  for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + value.size())) {
    text.replace(at, placeholder.size(), value);
  }
}

/// "MajorityVote" for "majority_vote".
std::string class_name(std::string_view name) {
  std::string spelled;
  bool upper = true;
  for (const char letter : name) {
    if (letter == '_') {
      upper = true;
    } else {
      spelled += upper && letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
      upper = false;
    }
  }
  return spelled;
}

void check_name(const std::string& name) {
  const bool right = !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
                     std::all_of(name.begin(), name.end(), [](char letter) {
                       return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
                     });
  if (!right) throw UsageError("\"" + name + "\" is no name for a plugin: small letters, digits and _, a letter first");
}

/// Throws UsageError where a plugin of that kind and name is there: the two would collide once both are found.
void check_free(const std::string& kind, const std::string& name) {
  host::Catalog catalog = host::Catalog::own();
  try {
    catalog = host::Catalog::standard();
  } catch (const host::PluginError&) {  // a plugin path that is not there yet is no hindrance
  }
  for (const auto& entry : catalog.entries(kind)) {
    if (entry.name != name) continue;
    throw UsageError("there is " + kind + "/" + name + " already, " + entry.files.front().string() +
                     ", and two of one name cannot be told apart; choose another name");
  }
}

/// The lines of a manifest that use a plugin of each kind.
constexpr std::pair<std::string_view, std::string_view> kUses[] = {
    {"agents", "[agents.solver]\n    type = \"@NAME@\""},
    {"datasets", "[datasets.problems]\n    type = \"@NAME@\""},
    {"graders", "[datasets.problems]\n    grader = { type = \"@NAME@\" }"},
    {"language_models", "[models.policy]\n    type = \"@NAME@\""},
    {"searches", "search = { type = \"@NAME@\" }"},
    {"topologies", "[topology]\n    type = \"@NAME@\""},
    {"value_models", "search = { type = \"beam\", value = { type = \"@NAME@\" } }"}};

std::string_view use_of(std::string_view kind) {
  const auto known =
      std::find_if(std::begin(kUses), std::end(kUses), [&](const auto& use) { return use.first == kind; });
  return known->second;
}

/// What only graders need: golds for their conformance test.
constexpr std::string_view kGolds = " GOLDS \"Monday\" \"a blue whale\"";
constexpr std::string_view kAboutGolds = R"(
The suite tries a grader on sample texts (numbers, letters, words) and on the gold answers behind GOLDS in `CMakeLists.txt`:
write some of your grader's kind there, such as "2021-05-03" for one that reads dates. By hand that is

    espalier conform build/plugins/@KIND@/@NAME@.so --gold "Monday" --gold "a blue whale"
)";

/// Where CMake finds the SDK: the prefix this program was installed into.
std::string install_prefix() {
  const fs::path prefix = host::executable().parent_path().parent_path();
  return fs::exists(prefix / "include/espalier/plugin.hpp") ? prefix.string() : "PREFIX";
}

int run(const po::variables_map& arguments) {
  const std::string kind = value_of(arguments, "KIND");
  const std::string name = value_of(arguments, "NAME");
  check_kind(kind);
  check_name(name);
  check_free(kind, name);
  const auto given = values_of(arguments, "DIR");
  const fs::path folder = given.empty() ? fs::path(name) : fs::path(given.front());
  if (fs::exists(folder) && !fs::is_empty(folder))
    throw UsageError(folder.string() + " is there already and not empty");

  const std::pair<std::string, fs::path> files[] = {{kind + ".cpp", folder / (name + ".cpp")},
                                                    {"CMakeLists.txt", folder / "CMakeLists.txt"},
                                                    {"README.md", folder / "README.md"}};
  for (const auto& [source, target] : files) {
    std::string text(plugin_template(source));
    replace_all(text, "@USE@", use_of(kind));
    replace_all(text, "@GOLDS@", kind == Grader::kind ? kGolds : "");
    replace_all(text, "@ABOUT_GOLDS@", kind == Grader::kind ? kAboutGolds : "");
    replace_all(text, "@KIND@", kind);
    replace_all(text, "@NAME@", name);
    replace_all(text, "@CLASS@", class_name(name));
    replace_all(text, "@PREFIX@", install_prefix());
    study::write_file(target, text);
  }
  std::cout << folder.string() << ": " << name << ".cpp, CMakeLists.txt, README.md; begin with README.md\n";
  return study::kDone;
}

}  // namespace

Command new_command() {
  return {.name = "new",
          .usage = "espalier new KIND NAME [DIR]",
          .summary = "Writes a folder with a new plugin that builds and conforms as it is: DIR, or ./NAME.",
          .positional = {"KIND", "NAME", "DIR"},
          .run = run};
}

}  // namespace espalier::cli
