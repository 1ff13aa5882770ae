#include <espalier/grader.hpp>
#include <fstream>
#include <iostream>

#include "command.hpp"
#include "host/workshop.hpp"
#include "study/json.hpp"
#include "study/run.hpp"
#include "study/table.hpp"

namespace espalier::cli {
namespace {

using study::Json;

void declare(po::options_description& options) {
  options.add_options()("grader", po::value<std::string>(), "plugin of kind graders, with its default parameters");
}

Json canonical(const std::optional<Answer>& answer) { return answer ? Json(answer->canonical) : Json(nullptr); }

/// One line's verdict; `where` names the line.
Json graded(const Grader& grader, const Json& line, const std::string& where) {
  for (const char* field : {"prediction", "reference"}) {
    if (!line.is_object() || !line.contains(field) || !line.at(field).is_string()) {
      throw std::runtime_error(where + ": the field \"" + field + "\" must be a string");
    }
  }
  const auto found = grader.extract(line.at("prediction").get<std::string>());
  const auto gold = grader.reference(line.at("reference").get<std::string>());
  Verdict verdict{.equal = false, .reason = "No answer was found in the prediction."};
  if (!gold) verdict.reason = "The reference cannot be read.";
  if (found && gold) verdict = grader.equal(*found, *gold);
  return {{"equal", verdict.equal},
          {"canonical", Json::array({canonical(found), canonical(gold)})},
          {"reason", verdict.reason}};
}

void grade_lines(const Grader& grader, std::istream& in, const std::string& name) {
  std::size_t equal = 0;
  std::size_t graded_lines = 0;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = name + ":" + std::to_string(number);
    const Json verdict = graded(grader, study::parse_json(line, where), where);
    equal += verdict.at("equal").get<bool>();
    ++graded_lines;
    std::cout << study::to_text(verdict) << "\n";
  }
  std::cerr << equal << " of " << graded_lines << " equal";
  if (graded_lines > 0)
    std::cerr << " (" << study::percent(static_cast<double>(equal) / static_cast<double>(graded_lines)) << " %)";
  std::cerr << "\n";
}

int run(const po::variables_map& arguments) {
  if (!arguments.contains("grader")) throw UsageError("--grader is missing");
  const std::string file = value_of(arguments, "FILE");
  host::Catalog catalog = host::Catalog::standard();
  host::Workshop workshop(host::Node(), catalog);
  host::Node table;
  table.set("type", host::Node(arguments["grader"].as<std::string>()));
  table.position = {.file = "--grader", .line = 1, .column = 1};
  host::assign_paths(table, "grader");
  const auto grader = workshop.create<Grader>(table);
  if (file == "-") {
    grade_lines(*grader, std::cin, "standard input");
    return study::kDone;
  }
  std::ifstream in(file);
  if (!in) throw UsageError(file + " cannot be read");
  grade_lines(*grader, in, file);
  return study::kDone;
}

}  // namespace

Command grade_command() {
  return {.name = "grade",
          .usage = "espalier grade --grader NAME FILE.jsonl|-",
          .summary = "Grades predictions against references, one JSON object per line.",
          .details =
              "Every line has the fields `prediction` and `reference`. For every line one is written:\n"
              "{\"equal\": true|false, \"canonical\": [prediction, reference], \"reason\": \"...\"}",
          .declare = declare,
          .positional = {"FILE"},
          .run = run};
}

}  // namespace espalier::cli
