#include "host/names.hpp"

#include <algorithm>
#include <cctype>

#include "host/content_hash.hpp"

namespace espalier::host {
namespace {

constexpr std::size_t kMostBytes = 100;  // file systems allow 255; labels of sweeps are longer than their stage's name

/// Characters that show nothing or turn what follows round: C0, DEL, C1, zero-width ones, marks of direction, line and
/// paragraph separators, the byte-order mark. Manifests are valid UTF-8.
bool invisible(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t offset) {
    return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0u;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return true;
  if (byte(0) == 0xc2) return byte(1) < 0xa0;
  if (byte(0) == 0xe2 && byte(1) == 0x80)
    return (byte(2) >= 0x8b && byte(2) <= 0x8f) || (byte(2) >= 0xa8 && byte(2) <= 0xae);
  if (byte(0) == 0xe2 && byte(1) == 0x81) return byte(2) >= 0xa0 && byte(2) <= 0xaf;
  return byte(0) == 0xef && byte(1) == 0xbb && byte(2) == 0xbf;
}

}  // namespace

std::string folder_name_fault(std::string_view name) {
  if (name.empty()) return "must not be empty";
  if (name.size() > kMostBytes) return "must be at most " + std::to_string(kMostBytes) + " bytes long";
  if (name.front() == '.') return "must not begin with a dot";
  if (name.front() == ' ' || name.back() == ' ') return "must not begin or end with a blank";
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] == '/' || name[at] == '\\' || name[at] == '@') return std::string("must not contain ") + name[at];
    if (invisible(name, at)) return "must not contain control characters";
  }
  return "";
}

std::string folder_spelling(std::string_view text) {
  std::string spelled(text);
  std::ranges::replace_if(
      spelled,
      [](unsigned char c) {
        return c >= 0x80 ||
               (!std::isalnum(c) && std::string_view("._+-=@,").find(static_cast<char>(c)) == std::string_view::npos);
      },
      '_');
  if (spelled.size() <= kMostBytes) return spelled;
  const std::string hash = hash_text(text).substr(0, 8);
  return spelled.substr(0, kMostBytes - hash.size() - 1) + "-" + hash;
}

}  // namespace espalier::host
