#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.hpp"
#include "base/json.hpp"
#include "framework/models/jinja/hostile_template.hpp"
#include "support/corpus.hpp"

using namespace espalier;

TEST_CASE("chat templates keep their promises on what fuzzing found") {
  std::ifstream stream(ESPALIER_SOURCE_DIR "/tests/framework/models/jinja/corpus.txt");
  int lines = 0;
  for (std::string line; std::getline(stream, line); ++lines) {
    CAPTURE(line);
    CHECK_NOTHROW(hostile::read_chat_template(testing::corpus_bytes(line)));
  }
  CHECK_MESSAGE(lines > 0, "corpus.txt is missing or empty");
}

TEST_CASE("chat templates keep their promises on small templates, whole and cut off") {
  const auto snippets = base::read_json<base::Json>(ESPALIER_SOURCE_DIR "/tests/golden/jinja/snippets.json");
  for (std::size_t i = 0; i < snippets.size(); ++i) {
    const auto source = snippets[i][0].get<std::string>();
    CAPTURE(source);
    CHECK_NOTHROW(hostile::read_chat_template(source));
    CHECK_NOTHROW(hostile::read_chat_template(source.substr(0, source.size() * (i % 7) / 7)));
  }
  for (const auto& file : std::filesystem::directory_iterator(ESPALIER_SOURCE_DIR "/tests/golden/jinja/templates")) {
    CAPTURE(file.path().string());
    const std::string source = base::read_file(file.path());
    for (std::size_t end = 0; end < source.size(); end += 37) {
      CHECK_NOTHROW(hostile::read_chat_template(std::string_view(source).substr(0, end)));
    }
  }
}
