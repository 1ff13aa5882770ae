#include "models/files/json_file.hpp"

#include <fstream>

namespace espalier::models {

std::string read_text(const std::filesystem::path& path) {
  try {
    return base::read_file(path);
  } catch (const base::FileError& error) {
    throw CheckpointError(error.what());
  }
}

JsonFile::Json parse_json(std::string_view text, const std::string& name) {
  try {
    return base::parse_json<JsonFile::Json>(text, name);
  } catch (const base::JsonError& error) {
    throw CheckpointError(error.what());
  }
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path temporary = path;
  temporary += ".part";
  {
    std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream.flush();
    if (!stream) throw CheckpointError(path.string() + ": the file cannot be written");
  }
  std::filesystem::rename(temporary, path);
}

void write_json(const std::filesystem::path& path, const base::OrderedJson& json) {
  write_text(path, json.dump(2, ' ', false, base::OrderedJson::error_handler_t::replace) + "\n");
}

JsonFile::JsonFile(std::filesystem::path path)
    : path_(std::move(path)), root_(parse_json(read_text(path_), path_.string())) {}

bool JsonFile::has(std::string_view key) const {
  if (!root_.is_object()) return false;
  const auto found = root_.find(std::string(key));
  return found != root_.end() && !found->is_null();
}

void JsonFile::fail(std::string_view key, std::string_view what) const {
  throw CheckpointError(path_.string() + ": `" + std::string(key) + "` " + std::string(what));
}

std::string JsonFile::spelled(const Json& value) {
  constexpr std::size_t most = 80;
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() <= most ? text : text.substr(0, most) + "...";
}

}  // namespace espalier::models
