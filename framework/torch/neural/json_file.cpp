#include "neural/json_file.hpp"

#include <fstream>
#include <sstream>

namespace espalier::neural {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw CheckpointError(path.string() + ": the file cannot be opened");
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
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

void write_json(const std::filesystem::path& path, const JsonFile::Json& json) {
  write_text(path, json.dump(2, ' ', false, JsonFile::Json::error_handler_t::replace) + "\n");
}

JsonFile::JsonFile(std::filesystem::path path) : path_(std::move(path)) {
  const std::string text = read_text(path_);
  root_ = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (root_.is_discarded()) throw CheckpointError(path_.string() + ": the file is not valid JSON");
}

bool JsonFile::has(std::string_view key) const {
  if (!root_.is_object()) return false;
  const auto found = root_.find(std::string(key));
  return found != root_.end() && !found->is_null();
}

void JsonFile::fail(std::string_view key, std::string_view what) const {
  throw CheckpointError(path_.string() + ": `" + std::string(key) + "` " + std::string(what));
}

}  // namespace espalier::neural
