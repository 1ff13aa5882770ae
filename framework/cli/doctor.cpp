#include <dlfcn.h>

#include <cstdlib>
#include <espalier/build.hpp>
#include <espalier/random.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <thread>

#include "command.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/plugins/catalog.hpp"
#include "host/plugins/folders.hpp"
#include "study/run/environment.hpp"
#include "study/run/run.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;

/// The findings of one call: lines for standard output, and whether something that is needed is missing.
class Report {
 public:
  void good(const std::string& what, const std::string& finding) { line("  ", what, finding); }
  void note(const std::string& what, const std::string& finding) { line("- ", what, finding); }
  void missing(const std::string& what, const std::string& finding) {
    line("! ", what, finding);
    complete_ = false;
  }
  bool complete() const { return complete_; }

 private:
  static void line(const char* mark, const std::string& what, const std::string& finding) {
    std::cout << mark << what << std::string(what.size() < 14 ? 14 - what.size() : 1, ' ') << finding << "\n";
  }
  bool complete_ = true;
};

/// A program of that name on the PATH.
std::optional<fs::path> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string folders = path != nullptr ? path : "";
  folders += ':';
  for (std::size_t begin = 0, end = 0; (end = folders.find(':', begin)) != std::string::npos; begin = end + 1) {
    const fs::path candidate = fs::path(folders.substr(begin, end - begin)) / name;
    std::error_code unreadable;
    if (fs::is_regular_file(candidate, unreadable)) return candidate;
  }
  return std::nullopt;
}

void examine_tools(Report& report) {
  for (const char* tool : {"c++", "cmake"}) {
    if (const auto found = find_program(tool)) {
      report.good(tool, found->string());
    } else {
      report.note(tool, std::string("not found: needed to build plugins of your own; apt-get install ") +
                            (std::string_view(tool) == "c++" ? "g++" : "cmake"));
    }
  }
}

host::Catalog catalog_as_far_as_it_is_there(Report& report) {
  try {
    return host::Catalog::standard();
  } catch (const host::PluginError& error) {
    report.missing("plugins in", error.what());
    return host::Catalog::own();
  }
}

void examine_plugins(Report& report, host::Catalog& catalog) {
  for (const auto& place : catalog.places()) report.good("plugins in", place.string());
  for (const auto& finding : catalog.writable_by_others()) report.note("plugins", finding);
  for (const auto& lack : catalog.without_plugins()) report.missing("plugins in", lack);
  std::size_t usable = 0;
  for (const auto& entry : catalog.entries()) {
    try {
      catalog.open(entry.kind, entry.name);
      ++usable;
    } catch (const host::PluginError& error) {
      report.missing(entry.kind + "/" + entry.name, error.what());
    }
  }
  if (usable == 0) {
    report.missing("plugins", "none: build the project, or set ESPALIER_PLUGIN_PATH to folders with <kind>/<name>.so");
  } else {
    report.good("plugins", std::to_string(usable) + " can be used");
  }
}

void examine_torch(Report& report, const host::Catalog& catalog) {
  if (!catalog.contains("language_models", "transformer")) {
    report.note("libtorch",
                "this build has none: ./bootstrap.sh build gets it (or configure with -DESPALIER_TORCH=ON)");
    return;
  }
  report.good("libtorch", study::torch_version() + ", used by language_models/transformer");
  Dl_info sdk{};
  if (dladdr(reinterpret_cast<void*>(&draw_uniform), &sdk) != 0 &&
      !fs::exists(fs::path(sdk.dli_fname).parent_path() / "libespalier_cuda.so"))
    report.note("libespalier_cuda", "this build has none, for want of CUDA's headers: a GPU will be slower");
}

/// What the driver says of its devices; looked up without CUDA, which need not be installed.
void examine_devices(Report& report) {
  std::size_t devices = 0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/proc/driver/nvidia/gpus", none)) {
    std::ifstream in(entry.path() / "information");
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("Model:")) continue;
      report.good("CUDA device", line.substr(line.find_first_not_of(" \t", 6)));
      ++devices;
    }
  }
  if (devices == 0) report.note("CUDA device", "none: models run on the processor");
}

int run(const po::variables_map&) {
  Report report;
  report.good("espalier", std::string(kVersion) + ", built with " + kBuildFingerprint);
  report.good("processor",
              study::processor_name() + ", " + std::to_string(std::thread::hardware_concurrency()) + " threads");
  host::Catalog catalog = catalog_as_far_as_it_is_there(report);
  examine_devices(report);
  examine_torch(report, catalog);
  examine_tools(report);
  examine_plugins(report, catalog);
  if (const fs::path share = host::share_folder(); share.empty()) {
    report.missing("share folder", "not found: topologies and experiments cannot be included by name; install again");
  } else {
    report.good("share folder", share.string());
  }
  std::cout << (report.complete() ? "nothing is missing\n" : "lines with ! say what is missing\n");
  return report.complete() ? study::kDone : study::kFailed;
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .usage = "espalier doctor",
          .summary = "Says what this installation has, what is missing, and how to get it.",
          .positional = {},
          .run = run};
}

}  // namespace espalier::cli
