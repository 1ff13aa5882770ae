#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "hostile/readers.hpp"

using namespace espalier::hostile;

namespace {

/// The bytes of a line of corpora/*.txt, as corpus.py writes them.
std::string unescaped(std::string_view line) {
  std::string bytes;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] != '\\') {
      bytes += line[at];
    } else if (line.substr(at, 2) == "\\x") {
      bytes += static_cast<char>(std::stoi(std::string(line.substr(at + 2, 2)), nullptr, 16));
      at += 3;
    } else {
      bytes += line[++at];
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("readers keep their promises on what fuzzing found") {
  const std::pair<const char*, void (*)(std::string_view)> readers[] = {
      {"config", read_config},         {"csv", read_csv},         {"json", read_json},
      {"json_lines", read_json_lines}, {"lessons", read_lessons}, {"manifest", read_manifest},
      {"records", read_records},       {"reward", read_reward},   {"safetensors", read_safetensors},
      {"tokenizer", read_tokenizer}};
  for (const auto& [name, read] : readers) {
    std::ifstream stream(std::string(ESPALIER_SOURCE_DIR "/tests/hostile/corpora/") + name + ".txt");
    int lines = 0;
    for (std::string line; std::getline(stream, line); ++lines) {
      CAPTURE(name);
      CAPTURE(line);
      CHECK_NOTHROW(read(unescaped(line)));
    }
    CHECK_MESSAGE(lines > 0, name << ".txt is missing or empty");
  }
}
