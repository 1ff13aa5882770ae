#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace espalier::host {

/// 32 hexadecimal digits of XXH3 (128 bits).
std::string hash_text(std::string_view text);

/// The hash of a file's content, or of a folder's relative paths and contents. Remembered for the process by path, size
/// and modification time. Thread-safe. Throws std::filesystem::filesystem_error.
std::string hash_content(const std::filesystem::path& path);

}  // namespace espalier::host
