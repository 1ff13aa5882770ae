#include <cstddef>
#include <cstdint>

#include "framework/models/jinja/hostile_template.hpp"

/// The entry point of libFuzzer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  espalier::hostile::read_chat_template({reinterpret_cast<const char*>(data), size});
  return 0;
}
