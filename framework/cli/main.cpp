#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <espalier/build.hpp>
#include <iostream>

#include "base/thrown.hpp"
#include "command.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/nearest.hpp"
#include "host/printable.hpp"
#include "study/run/run.hpp"

namespace {

using espalier::cli::Command;
using espalier::host::printable_line;

std::string overview() {
  std::string text =
      "usage: espalier VERB ...\n\n"
      "Experiments with teams of language-model agents guided by process rewards.\n\n";
  for (const auto& command : espalier::cli::commands()) {
    text += "  " + std::string(command.name) + std::string(10 - command.name.size(), ' ') +
            std::string(command.summary) + "\n";
  }
  return text +
         "\n`espalier VERB --help` says more about a verb.\n"
         "Exit codes: 0 done, 1 a run that failed or was stopped, or output that could not be written,\n"
         "2 a mistake in a manifest, in its data or on the command line.\n";
}

int run_verb(const Command& command, const espalier::cli::Arguments& arguments) {
  try {
    espalier::cli::po::variables_map parsed;
    if (!espalier::cli::parse(command, arguments, parsed)) return espalier::study::kDone;
    return command.run(parsed);
  } catch (const espalier::cli::UsageError& error) {
    std::cerr << "espalier " << command.name << ": " << printable_line(error.what()) << "; see `espalier "
              << command.name << " --help`\n";
    return espalier::study::kMistaken;
  } catch (const espalier::host::ManifestError& error) {
    std::cerr << error.diagnostics().text();
    return espalier::study::kMistaken;
  } catch (const espalier::cli::OutputError&) {  // said once, by `main`
    return espalier::study::kFailed;
  } catch (...) {
    std::cerr << "espalier " << command.name << ": " << printable_line(espalier::base::thrown_text()) << "\n";
    return espalier::study::kFailed;
  }
}

/// A standard stream that was closed is opened on nothing, the wrong way round, so that using it fails: else the first
/// file to be opened would get its number, and all that is printed.
void hold_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    static_cast<void>(::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

int obey(const espalier::cli::Arguments& arguments) {
  if (arguments.empty()) {
    std::cerr << overview();
    return espalier::study::kMistaken;
  }
  if (arguments[0] == "help" && arguments.size() > 1) return obey({arguments[1], "--help"});
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    std::cout << overview();
    return espalier::study::kDone;
  }
  if (arguments[0] == "--version") {
    std::cout << "espalier " << espalier::kVersion << " (" << espalier::kBuildFingerprint << ")\n";
    return espalier::study::kDone;
  }
  const auto all = espalier::cli::commands();
  const auto command =
      std::find_if(all.begin(), all.end(), [&](const Command& one) { return one.name == arguments[0]; });
  if (command == all.end()) {
    std::vector<std::string> verbs;
    for (const Command& known : all) verbs.emplace_back(known.name);
    std::cerr << "espalier: there is no verb \"" << printable_line(arguments[0]) << "\""
              << espalier::host::did_you_mean(arguments[0], verbs) << "; see `espalier --help`\n";
    return espalier::study::kMistaken;
  }
  return run_verb(*command, {arguments.begin() + 1, arguments.end()});
}

}  // namespace

int main(int count, char** values) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of who writes it, told like a full disk
  hold_standard_streams();
  const espalier::host::PrintableOutput out(std::cout, STDOUT_FILENO);
  const espalier::host::PrintableOutput err(std::cerr, STDERR_FILENO);
  const int code = obey({values + std::min(count, 1), values + count});
  std::cout.flush();
  if (out.failure() == 0) return code;
  // A reader that has left, as in `| head`, knows that it has.
  if (out.failure() != EPIPE)
    std::cerr << "espalier: standard output cannot be written: " << std::strerror(out.failure()) << "\n";
  return std::max(code, espalier::study::kFailed);
}
