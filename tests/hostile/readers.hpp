#pragma once

#include <string_view>

namespace espalier::hostile {

// What a program does with bytes from anywhere: read them, or refuse them with the error that the reader
// promises. All else ends the process, for a fuzzer or a test to see.
void read_manifest(std::string_view bytes);
void read_json(std::string_view bytes);
void read_json_lines(std::string_view bytes);
void read_csv(std::string_view bytes);
void read_safetensors(std::string_view bytes);
/// A GGUF file: its tensors, and the config.json and tokenizer that its metadata make.
void read_gguf(std::string_view bytes);
void read_tokenizer(std::string_view bytes);
void read_config(std::string_view bytes);
/// What a server of a language model answers.
void read_server_reply(std::string_view bytes);
void read_reward(std::string_view bytes);
/// The records of a stage, as fits and `espalier tree` read them.
void read_records(std::string_view bytes);
/// Lines of other tools, as fits import them.
void read_examples(std::string_view bytes);

}  // namespace espalier::hostile
