#include "command.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <iostream>
#include <sstream>

#include "host/nearest.hpp"
#include "host/printable.hpp"

namespace espalier::cli {
namespace {

bool takes_all(const std::string& name) { return name.ends_with("..."); }

std::string bare_name(const std::string& name) { return takes_all(name) ? name.substr(0, name.size() - 3) : name; }

po::options_description visible_options(const Command& command) {
  po::options_description options("options");
  for (const Option& option : command.options) {
    if (*option.value == '\0') {
      options.add_options()(option.name, option.help);
    } else if (option.repeated) {
      options.add_options()(option.name, po::value<std::vector<std::string>>()->value_name(option.value), option.help);
    } else {
      options.add_options()(option.name, po::value<std::string>()->value_name(option.value), option.help);
    }
  }
  options.add_options()("help,h", "show this page");
  return options;
}

}  // namespace

bool parse(const Command& command, const Arguments& arguments, po::variables_map& parsed) {
  po::options_description options = visible_options(command);
  po::positional_options_description positions;
  for (const auto& name : command.positional) {
    options.add_options()(bare_name(name).c_str(), po::value<std::vector<std::string>>());
    positions.add(bare_name(name).c_str(), takes_all(name) ? -1 : 1);
  }
  try {
    po::store(po::command_line_parser(arguments).options(options).positional(positions).run(), parsed);
    po::notify(parsed);
  } catch (const po::unknown_option& error) {
    std::vector<std::string> known;
    for (const Option& option : command.options) known.push_back("--" + std::string(option.name));
    throw UsageError("there is no option " + error.get_option_name() +
                     host::did_you_mean(error.get_option_name(), known));
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  if (!parsed.contains("help")) return true;
  std::cout << help_page(command);
  return false;
}

std::string help_page(const Command& command) {
  std::ostringstream page;
  page << "usage: " << command.usage << "\n\n" << command.summary << "\n";
  if (!command.details.empty()) page << "\n" << command.details << "\n";
  page << "\n" << visible_options(command);
  return page.str();
}

std::optional<std::string> option_of(const po::variables_map& arguments, const std::string& name) {
  if (!arguments.contains(name)) return std::nullopt;
  return arguments[name].as<std::string>();
}

std::vector<std::string> values_of(const po::variables_map& arguments, const std::string& name) {
  if (!arguments.contains(name)) return {};
  return arguments[name].as<std::vector<std::string>>();
}

std::string value_of(const po::variables_map& arguments, const std::string& name) {
  const auto values = values_of(arguments, name);
  if (values.empty()) throw UsageError(name + " is missing");
  return values.front();
}

void check_kind(const std::string& kind) {
  if (host::find_kind(kind) != nullptr) return;
  std::vector<std::string> kinds;
  for (const auto& known : kKinds) kinds.emplace_back(known.name);
  throw UsageError("there is no kind \"" + kind + "\"" + host::did_you_mean(kind, kinds) +
                   "; kinds: " + host::enumerate(kinds));
}

host::Catalog standard_catalog() {
  host::Catalog catalog = host::Catalog::standard();
  for (const auto& finding : catalog.writable_by_others())
    std::cerr << "warning: " << host::printable_line(finding) << "\n";
  return catalog;
}

void flush_output() {
  if (!std::cout.flush()) throw OutputError();
}

int terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
  return 100;
}

}  // namespace espalier::cli
