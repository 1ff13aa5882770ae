#include "host/plugins/catalog.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "framework/host/temporary_folder.hpp"
#include "framework/host/test_plugins.hpp"
#include "host/content_hash.hpp"
#include "host/manifest/diagnostics.hpp"

using namespace espalier::host;

namespace {

std::filesystem::path copy_of_constant(const TemporaryFolder& folder, const std::filesystem::path& to) {
  std::filesystem::create_directories((folder.path() / to).parent_path());
  std::filesystem::copy_file(test_plugins() / "value_models/constant.so", folder.path() / to);
  return folder.path() / to;
}

std::string refusal(Catalog& catalog, std::string_view kind, std::string_view name) {
  try {
    catalog.open(kind, name);
  } catch (const PluginError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a catalog lists what lies in its folders, by kind and name") {
  const Catalog catalog = test_catalog();
  CHECK(catalog.contains("searches", "probe"));
  CHECK_FALSE(catalog.contains("searches", "constant"));
  const auto values = catalog.entries("value_models");
  REQUIRE(values.size() == 2);
  CHECK(values[0].name == "constant");
  CHECK(values[1].name == "sum");
  CHECK(catalog.entries().size() == 5);
  CHECK(catalog.entries().front().kind == "agents");
}

TEST_CASE("opening gives the descriptor and the hash of the library") {
  Catalog catalog = test_catalog();
  const Plugin& plugin = catalog.open("searches", "probe");
  CHECK(plugin.descriptor->name == "probe");
  CHECK(plugin.build_id == hash_content(test_plugins() / "searches/probe.so"));
  CHECK(&catalog.open("searches", "probe") == &plugin);
}

TEST_CASE("an unknown plugin: the nearest, the list, and where it was looked for") {
  Catalog catalog = test_catalog();
  CHECK(refusal(catalog, "value_models", "constnat") ==
        "there is no value model plugin constnat; did you mean constant?; known: constant, sum; looked in: " +
            test_plugins().string());
}

TEST_CASE("two libraries for one name are refused, both named; one library seen twice is not") {
  const TemporaryFolder folder;
  const auto copy = copy_of_constant(folder, "value_models/constant.so");
  Catalog catalog = test_catalog();
  catalog.add(test_plugins());
  CHECK(catalog.open("value_models", "constant").file == test_plugins() / "value_models/constant.so");
  catalog.add(folder.path());
  const std::string why = refusal(catalog, "value_models", "constant");
  CHECK(why.find((test_plugins() / "value_models/constant.so").string()) != std::string::npos);
  CHECK(why.find(copy.string()) != std::string::npos);
}

TEST_CASE("a plugin's folder is its kind and its file its name") {
  const TemporaryFolder folder;
  copy_of_constant(folder, "searches/constant.so");
  copy_of_constant(folder, "value_models/other.so");
  Catalog catalog;
  catalog.add(folder.path());
  CHECK(refusal(catalog, "searches", "constant").find("calls itself value_models/constant") != std::string::npos);
  CHECK(refusal(catalog, "value_models", "other").find("calls itself value_models/constant") != std::string::npos);
}

TEST_CASE("a single library may lie anywhere") {
  const TemporaryFolder folder;
  const auto file = copy_of_constant(folder, "built/constant.so");
  Catalog catalog;
  catalog.add(file);
  CHECK(catalog.open("value_models", "constant").file == file);
}

TEST_CASE("what is no plugin is refused with the reason") {
  const TemporaryFolder folder;
  folder.write("searches/text.so", "not a library");
  Catalog catalog;
  catalog.add(folder.path());
  CHECK(refusal(catalog, "searches", "text")
            .starts_with("cannot be loaded: " + (folder.path() / "searches/text.so").string()));
  CHECK_THROWS_AS(catalog.add(folder.path() / "nowhere"), PluginError);
}

TEST_CASE("ESPALIER_PLUGIN_PATH adds folders after the program's own") {
  const TemporaryFolder folder;
  ::setenv("ESPALIER_PLUGIN_PATH", (test_plugins().string() + ":" + folder.path().string()).c_str(), 1);
  Catalog catalog = Catalog::standard();
  ::unsetenv("ESPALIER_PLUGIN_PATH");
  CHECK(catalog.contains("searches", "probe"));
  CHECK(catalog.places().back() == folder.path());
}
