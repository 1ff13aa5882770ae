#include "host/content_hash.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace espalier::host {
namespace {

namespace fs = std::filesystem;

std::string hexadecimal(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string hash_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> block(1 << 20);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0) {
    XXH3_128bits_update(state.get(), block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (!stream.eof()) {
    throw fs::filesystem_error("cannot be read", file, std::make_error_code(std::errc::io_error));
  }
  return hexadecimal(XXH3_128bits_digest(state.get()));
}

struct Stamp {
  std::uintmax_t size;
  fs::file_time_type time;

  bool operator==(const Stamp&) const = default;
};

class Memory {
 public:
  std::string file(const fs::path& path) {
    const Stamp stamp = {fs::file_size(path), fs::last_write_time(path)};
    const std::string name = fs::weakly_canonical(path).string();
    {
      const std::lock_guard lock(mutex_);
      const auto known = hashes_.find(name);
      if (known != hashes_.end() && known->second.first == stamp) return known->second.second;
    }
    std::string hash = hash_file(path);
    const std::lock_guard lock(mutex_);
    hashes_[name] = {stamp, hash};
    return hash;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::pair<Stamp, std::string>> hashes_;
};

Memory& memory() {
  static Memory remembered;
  return remembered;
}

}  // namespace

std::string hash_text(std::string_view text) { return hexadecimal(XXH3_128bits(text.data(), text.size())); }

std::string hash_content(const fs::path& path) {
  if (!fs::is_directory(path)) return memory().file(path);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::string listing;
  for (const auto& file : files) listing += file.lexically_relative(path).string() + '\n' + memory().file(file) + '\n';
  return hash_text(listing);
}

}  // namespace espalier::host
