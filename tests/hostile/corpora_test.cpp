#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "hostile/readers.hpp"
#include "support/corpus.hpp"

using namespace espalier::hostile;

TEST_CASE("readers keep their promises on what fuzzing found") {
  const std::pair<const char*, void (*)(std::string_view)> readers[] = {{"config", read_config},
                                                                        {"csv", read_csv},
                                                                        {"gguf", read_gguf},
                                                                        {"json", read_json},
                                                                        {"json_lines", read_json_lines},
                                                                        {"examples", read_examples},
                                                                        {"manifest", read_manifest},
                                                                        {"records", read_records},
                                                                        {"reward", read_reward},
                                                                        {"safetensors", read_safetensors},
                                                                        {"server_reply", read_server_reply},
                                                                        {"tokenizer", read_tokenizer}};
  for (const auto& [name, read] : readers) {
    std::ifstream stream(std::string(ESPALIER_SOURCE_DIR "/tests/hostile/corpora/") + name + ".txt");
    int lines = 0;
    for (std::string line; std::getline(stream, line); ++lines) {
      CAPTURE(name);
      CAPTURE(line);
      CHECK_NOTHROW(read(espalier::testing::corpus_bytes(line)));
    }
    CHECK_MESSAGE(lines > 0, name << ".txt is missing or empty");
  }
}
