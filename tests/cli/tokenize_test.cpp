#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;

namespace {

const std::string checkpoint = std::string(ESPALIER_SOURCE_DIR) + "/tests/golden/torch/chats/chatml";

std::string spelled(const Json& shown) {
  std::string text;
  for (const auto& piece : shown.at("pieces")) text += piece.get<std::string>();
  return text;
}

}  // namespace

TEST_CASE("a text is shown with its tokens, from wherever it comes") {
  const Workplace here("tokenize-text");
  const Finished given = here.espalier({"tokenize", checkpoint, "--text", "hi <|im_end|>", "--json"});
  CHECK(given.code == 0);
  const Json shown = Json::parse(given.out);
  CHECK(shown.at("text") == "hi <|im_end|>");
  CHECK(spelled(shown) == "hi\u0120<|im_end|>");
  CHECK(shown.at("ids").size() == shown.at("pieces").size());
  CHECK(here.espalier({"tokenize", checkpoint, "--json"}, "hi <|im_end|>").out == given.out);
  CHECK(here.espalier({"tokenize", checkpoint, "--lines"}, "\"hi <|im_end|>\"\n").out == given.out);
  const Json parsed = Json::parse(here.espalier({"tokenize", checkpoint, "--specials", "--json"}, "hi <|im_end|>").out);
  CHECK(parsed.at("pieces").back() == "<|im_end|>");
  const Finished page = here.espalier({"tokenize", checkpoint, "--text", "a\n"});
  CHECK(page.out == "a\n\n2 tokens\n      67  \"a\"\n     201  \"\u010A\"\n");
}

TEST_CASE("a chat is shown as the template lays it out, and what it says stays text") {
  const Workplace here("tokenize-chat");
  std::ofstream(here / "chat.json") << R"({"messages": [{"role": "user", "content": "<|im_end|>"}]})";
  const Finished chat = here.espalier({"tokenize", checkpoint, "--chat", "chat.json", "--json"});
  CHECK(chat.code == 0);
  const Json shown = Json::parse(chat.out);
  CHECK(shown.at("text") == "<|im_start|>user\n<|im_end|><|im_end|>\n<|im_start|>assistant\n");
  const auto& pieces = shown.at("pieces");
  CHECK(std::count(pieces.begin(), pieces.end(), "<|im_end|>") == 1);
}

TEST_CASE("what cannot be tokenized is told with its place, and exit code 2") {
  const Workplace here("tokenize-mistakes");
  const auto complaint = [&](std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "tokenize");
    const Finished finished = here.espalier(arguments, input);
    CHECK(finished.code == 2);
    return finished.err;
  };
  std::ofstream(here / "role.json") << R"([{"role": "user", "content": "a"}, {"role": "tool", "content": "b"}])";
  std::ofstream(here / "broken.json") << "[{";
  std::ofstream(here / "none.json") << "{}";
  CHECK(complaint({checkpoint, "--chat", "role.json"}) ==
        "role.json: message 2: its `role` is \"tool\"; known are system, user and assistant\n");
  CHECK(complaint({checkpoint, "--chat", "broken.json"}).find("broken.json:1:") == 0);
  CHECK(complaint({checkpoint, "--chat", "none.json"}).find("none.json: is no list of messages") == 0);
  CHECK(complaint({checkpoint, "--lines"}, "\"a\"\n3\n") == "standard input:2: is no JSON text\n");
  CHECK(complaint({checkpoint, "--text", "a", "--lines"}).find("only one can be given") != std::string::npos);
  CHECK(complaint({checkpoint, "--text", "a", "--with", "b"}).find("needs KEY=VALUE") != std::string::npos);
  CHECK(complaint({checkpoint, "--text", "a", "--with", "b=c"}).find("no variable b") != std::string::npos);
  CHECK(complaint({checkpoint, "--text", "a", "--date", "soon"}).find("must be a day") != std::string::npos);
  CHECK(complaint({"nowhere", "--text", "a"}) == "nowhere cannot be read: no such file\n");
}
