#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;

namespace {

/// Runs a line of shell in the workplace, with the program as $ESPALIER.
Finished shell(const Workplace& here, const std::string& line) {
  ::setenv("ESPALIER", ESPALIER_PROGRAM, 1);
  const std::string script = "cd '" + (here / "").string() + "' && ( " + line + " ) > shell.out 2> shell.err";
  const int status = std::system(("bash -c \"" + script + "\"").c_str());
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = text_of(here / "shell.out"),
          .err = text_of(here / "shell.err")};
}

/// Whether a text has what a terminal would obey: a control character other than a newline, or the same in C1.
bool commands(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n') || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return text.find("\xe2\x80\xae") != std::string::npos;
}

}  // namespace

TEST_CASE("what models, data and manifests say is shown on a terminal, never obeyed") {
  const Workplace here("hostile-texts");
  const std::string evil = "\\u001b]0;owned\\u0007\\u009b31m\\u202e\\u007f";
  std::ofstream(here / "two.jsonl") << R"({"question": "1+1?)" << evil << R"(", "answer": "2", "id": "a)" << evil
                                    << "\"}\n";
  std::ofstream(here / "study.toml") << R"(
title = ")" << evil << R"("
[models.voice]
type = "scripted"
rules = [{ when = "", replies = ["It is 2.)"
                                     << evil << R"("] }]
[agents."sol)" << evil << R"(ver"]
type = "language_model"
model = "voice"
[topology]
type = "chain"
roles = ["sol)" << evil << R"(ver"]
[datasets.two]
type = "jsonl"
file = "two.jsonl"
id = "id"
grader = { type = "exact" }
[stages.all]
do = "compare"
problems = { dataset = "two" }
[stages.all.arms]
"one)" << evil << R"(" = { search = { type = "single_pass" } }
"two)" << evil << "\\n"
                                     << R"(" = { search = { type = "vote", n = 2 } }
)";
  const Finished run = here.espalier({"run", "study.toml", "--output", "run"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(contains(run.out, "one\\x1b]0;owned\\x07\\u009b31m\\u202e\\u007f"));
  CHECK(contains(run.out, "owned\\x07\\u009b31m\\u202e\\u007f\\n "));  // a newline in a cell
  CHECK_FALSE(commands(run.out));
  CHECK_FALSE(commands(run.err));
  CHECK_FALSE(commands(text_of(here / "run/log.txt")));
  std::string id;
  for (const auto& record : espalier::study::read_json_lines(here / "run/all/records.jsonl")) id = record.at("id");
  CHECK(commands(id));  // records have every text as it was
  const Finished tree = here.espalier({"tree", "run", id, "--full"});
  CHECK(tree.code == 0);
  CHECK(contains(tree.out, "It is 2.\\x1b]0;owned"));
  CHECK_FALSE(commands(tree.out));
  const Finished wrong = here.espalier({"check", "study.toml\x1b[2J"});
  CHECK(contains(wrong.err, "study.toml\\x1b[2J:1:1: "));
  CHECK_FALSE(commands(wrong.err));
  CHECK_FALSE(commands(here.espalier({"tree", "run", "x\x1b[2J"}).err));
  CHECK_FALSE(commands(here.espalier({"\x1b[2J"}).err));
}

TEST_CASE("graded lines stay JSON of the same value") {
  const Workplace here("hostile-grades");
  const std::string line = R"({"prediction": "a\u202eb\u007fc\u0085", "reference": "x"})";
  const Finished graded = here.espalier({"grade", "--grader", "exact", "-"}, line + "\n");
  REQUIRE(graded.code == 0);
  CHECK_FALSE(commands(graded.out));
  const auto verdict = espalier::study::parse_json(graded.out, "stdout");
  CHECK(verdict.at("canonical").at(0).get<std::string>().find("\xe2\x80\xae") != std::string::npos);
}

TEST_CASE("a standard output that cannot be written is an error, a reader that has left is none to be told of") {
  const Workplace here("full");
  const Finished full = shell(here, "$ESPALIER plugins searches > /dev/full");
  CHECK(full.code == 1);
  CHECK(full.err == "espalier: standard output cannot be written: No space left on device\n");
  for (const char* words : {"--help", "--version", "describe searches/vote", "run --help"}) {
    CHECK(shell(here, "$ESPALIER " + std::string(words) + " > /dev/full").code == 1);
  }
  const Finished graded =
      shell(here,
            "yes '{\\\"prediction\\\": \\\"1\\\", \\\"reference\\\": \\\"1\\\"}' | head -n 200000 | "
            "$ESPALIER grade --grader number - > /dev/full");
  CHECK(graded.code == 1);
  CHECK(graded.err == "espalier: standard output cannot be written: No space left on device\n");
  const Finished left = shell(here, "$ESPALIER plugins | true");
  CHECK(left.code == 0);
  CHECK(left.err.empty());
  // Python and others start programs with the signal of a closed pipe ignored.
  const Finished ignored = shell(here, "trap '' PIPE; set -o pipefail; $ESPALIER plugins | true");
  CHECK(ignored.err.empty());
}

TEST_CASE("a standard output that is closed is an error, and no file takes its place") {
  const Workplace here("closed");
  const std::string arguments =
      " run " + source_file("tests/cli/stand_ins.toml") + " problems.limit=2 --output run --store store";
  const Finished closed = shell(here, "$ESPALIER" + arguments + " >&-");
  CHECK(closed.code == 1);
  CHECK_MESSAGE(contains(closed.err, "espalier: standard output cannot be written: Bad file descriptor\n"), closed.err);
  const Finished again = shell(here, "$ESPALIER" + arguments);  // what was kept can be read
  CHECK(again.code == 0);
  CHECK_MESSAGE(contains(again.out, "compare (from the store)"), again.out);
}
