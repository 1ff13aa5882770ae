#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <espalier/grader.hpp>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "base/line_reader.hpp"
#include "command.hpp"
#include "host/compose/factory.hpp"
#include "host/manifest/manifest.hpp"
#include "host/nearest.hpp"
#include "study/json.hpp"
#include "study/run/run.hpp"
#include "study/tables/table.hpp"

namespace espalier::cli {
namespace {

using study::Json;

/// A line that cannot be graded. Exit code 2.
class LineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What came of the lines so far.
struct Count {
  std::size_t lines = 0;
  std::size_t equal = 0;
  std::size_t without_answer = 0;
  std::size_t without_reference = 0;
};

std::string names_of(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return host::enumerate(names);
}

std::string text_of(const Json& line, const std::string& field) {
  if (!line.is_object()) throw LineError("is no JSON object");
  const auto found = line.find(field);
  if (found == line.end()) throw LineError("has no field \"" + field + "\"; it has: " + names_of(line));
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number()) return found->dump();
  throw LineError("the field \"" + field + "\" must be a text or a number");
}

/// What is known of the problem: the options' texts, where the line has any.
Problem problem_of(const Json& line) {
  Problem problem;
  const auto options = line.find("options");
  if (options == line.end()) return problem;
  constexpr std::size_t most = 26;
  const bool texts = options->is_array() && options->size() <= most &&
                     std::ranges::all_of(*options, [](const Json& option) { return option.is_string(); });
  if (!texts) throw LineError("the field \"options\" must be a list of at most 26 texts");
  char letter = 'A';
  for (const Json& option : *options) problem.attributes[std::string(1, letter++)] = option.get<std::string>();
  return problem;
}

/// Whether a reference is the letter of an option that the line does not list.
bool beyond_options(const Problem& problem, const std::string& letter) {
  return !problem.attributes.empty() && letter.size() == 1 && letter[0] >= 'A' && letter[0] <= 'Z' &&
         !problem.attributes.contains(letter);
}

Json canonical(const std::optional<Answer>& answer) { return answer ? Json(answer->canonical) : Json(nullptr); }

/// One line's verdict as a line of JSON.
std::string graded(const Grader& grader, const Json& line, Count& count) {
  const std::string prediction = text_of(line, "prediction");
  const Problem problem = problem_of(line);
  const auto found = grader.answer_to(problem, prediction);
  auto gold = grader.reference(text_of(line, "reference"));
  Verdict verdict{.equal = false, .reason = "No answer was found in the prediction."};
  if (!gold) verdict.reason = "The reference cannot be read.";
  if (gold && beyond_options(problem, gold->canonical)) {
    verdict.reason = "The reference is the letter of none of the options.";
    gold.reset();
  }
  if (found && gold) verdict = grader.equal(*found, *gold);
  ++count.lines;
  count.equal += verdict.equal;
  count.without_answer += !found;
  count.without_reference += !gold;
  return study::to_text({{"equal", verdict.equal},
                         {"canonical", Json::array({canonical(found), canonical(gold)})},
                         {"reason", verdict.reason}});
}

void show(const Count& count) {
  std::cerr << count.equal << " of " << count.lines << " equal";
  if (count.lines > 0)
    std::cerr << " (" << study::percent(static_cast<double>(count.equal) / static_cast<double>(count.lines)) << " %)";
  if (count.without_answer > 0) std::cerr << "; no answer was found in " << count.without_answer;
  if (count.without_reference > 0) std::cerr << "; the reference cannot be read in " << count.without_reference;
  std::cerr << "\n";
}

/// Grades line by line. What was graded before a line that cannot be is on standard output, and counted, all the same.
int grade_lines(const Grader& grader, int descriptor, const std::string& name) {
  Count count;
  std::size_t number = 0;
  std::string mistake;
  try {
    base::LineReader lines(descriptor, flush_output);
    while (const auto line = lines.next()) {
      ++number;
      if (line->find_first_not_of(" \t\r") == std::string_view::npos) continue;
      std::cout << graded(grader, base::parse_json<Json>(*line, name, number, base::JsonNumbers::as_written), count)
                << '\n';
    }
  } catch (const LineError& error) {
    mistake = name + ":" + std::to_string(number) + ": " + error.what();
  } catch (const base::LineTooLong& error) {
    mistake = name + ":" + std::to_string(number + 1) + ": " + error.what();
  } catch (const study::JsonError& error) {
    mistake = error.what();
  }
  flush_output();
  show(count);
  if (mistake.empty()) return study::kDone;
  std::cerr << mistake << "\n";
  return study::kMistaken;
}

/// The grader's table: its type, and the parameters given.
host::Node table_of(const std::string& type, const std::vector<std::string>& given) {
  host::Node table;
  for (const std::string& one : given) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos) {
      host::Diagnostics diagnostics;
      table = host::merge(table, host::load_manifest(one, {}, diagnostics));
      if (diagnostics.failed()) throw host::ManifestError(std::move(diagnostics));
      continue;
    }
    const std::string text = one.substr(equals + 1);
    host::Node value(text);
    try {
      value = host::parse_value(text);
    } catch (const std::invalid_argument&) {  // a bare word is a text
    }
    value.position = {.file = "--with " + one, .line = 1, .column = 1};
    table.set(one.substr(0, equals), std::move(value));
  }
  table.set("type", host::Node(type)).position = {.file = "--grader", .line = 1, .column = 1};
  table.position = {.file = "--grader", .line = 1, .column = 1};
  host::assign_paths(table, "grader");
  return table;
}

/// An open file, or standard input for "-".
class Input {
 public:
  explicit Input(const std::string& file)
      : descriptor_(file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0 || std::filesystem::is_directory(file)) throw UsageError(file + " cannot be read");
  }
  ~Input() {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

int run(const po::variables_map& arguments) {
  const auto type = option_of(arguments, "grader");
  if (!type) throw UsageError("--grader is missing");
  const std::string file = value_of(arguments, "FILE");
  host::Catalog catalog = standard_catalog();
  host::Factory factory(host::Node(), catalog);
  const auto grader = factory.create<Grader>(table_of(*type, values_of(arguments, "with")));
  const Input input(file);
  return grade_lines(*grader, input.descriptor(), file == "-" ? "standard input" : file);
}

}  // namespace

Command grade_command() {
  return {.name = "grade",
          .usage = "espalier grade --grader NAME FILE.jsonl|- [--with P.toml|KEY=VALUE]...",
          .summary = "Grades predictions against references, one JSON object per line.",
          .details =
              "Every line has the fields `prediction` and `reference`; for `choice`, `options` may list the texts of "
              "A, B,\n"
              "and so on. For every line one is written:\n"
              "{\"equal\": true|false, \"canonical\": [prediction, reference], \"reason\": \"...\"}\n"
              "Standard error tells how many were equal. A line that cannot be read ends it, with exit code 2.",
          .options = {{"grader", "NAME", "plugin of kind graders"},
                      {"with", "P.toml|KEY=VALUE", "its parameters: a TOML file, or one of them", true}},
          .positional = {"FILE"},
          .run = run};
}

}  // namespace espalier::cli
