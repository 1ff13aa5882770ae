#include "host/manifest/names.hpp"

#include <algorithm>
#include <cctype>

#include "host/content_hash.hpp"
#include "host/manifest/characters.hpp"

namespace espalier::host {
namespace {

constexpr std::size_t kMostBytes = 100;  // file systems allow 255; labels of sweeps are longer than their stage's name

}  // namespace

std::string folder_name_fault(std::string_view name) {
  if (name.empty()) return "must not be empty";
  if (name.size() > kMostBytes) return "must be at most " + std::to_string(kMostBytes) + " bytes long";
  if (name.front() == '.') return "must not begin with a dot";
  if (name.front() == ' ' || name.back() == ' ') return "must not begin or end with a blank";
  for (std::string_view rest = name; !rest.empty();) {
    const auto character = take_character(rest);
    if (character == U'/' || character == U'\\' || character == U'@')
      return std::string("must not contain ") + static_cast<char>(*character);
    if (character && invisible(*character)) return "must not contain control or other invisible characters";
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
