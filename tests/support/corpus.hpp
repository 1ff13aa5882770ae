#pragma once

#include <string>
#include <string_view>

namespace espalier::testing {

/// The bytes of a line of a corpus of fuzzing, as plugins/graders/fuzz/corpus.py writes them.
inline std::string corpus_bytes(std::string_view line) {
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

}  // namespace espalier::testing
