#include <cstddef>
#include <cstdint>

#include "hostile/readers.hpp"

/// The entry point of libFuzzer, for the reader that the build names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  espalier::hostile::ESPALIER_READER({reinterpret_cast<const char*>(data), size});
  return 0;
}
