#include "models/tokenizer/normaliser.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace espalier::models {

Normaliser::Normaliser(const JsonFile& file, const JsonFile::Json& description) {
  if (description.is_null()) return;
  const JsonFile source(file.path(), description);
  const auto type = source.require<std::string>("type");
  if (type == "NFC") {
    compose_ = true;
  } else if (type == "Sequence") {
    for (const auto& child : source.require<std::vector<JsonFile::Json>>("normalizers"))
      compose_ |= Normaliser(file, child).compose_;
  } else {
    file.fail("normalizer", "is of type \"" + type + "\"; known are NFC and Sequence");
  }
}

std::string Normaliser::apply(std::string_view text) const {
  return compose_ ? canonical_composition(text) : std::string(text);
}

std::string canonical_composition(std::string_view text) {
  // Below U+0300 (lead byte 0xCC) every text is in this form already.
  if (std::ranges::all_of(text, [](char byte) { return static_cast<unsigned char>(byte) < 0xCC; }))
    return std::string(text);
  utf8proc_uint8_t* composed = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &composed, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(composed, std::free);
  if (length < 0) throw std::invalid_argument(std::string("cannot be composed: ") + utf8proc_errmsg(length));
  return {reinterpret_cast<const char*>(composed), static_cast<std::size_t>(length)};
}

}  // namespace espalier::models
