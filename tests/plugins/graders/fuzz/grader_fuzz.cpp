#include <cstddef>
#include <cstdint>
#include <espalier/plugin.hpp>
#include <memory>
#include <string_view>

#include "plugins/graders/grader_properties.hpp"
#include "support/settings.hpp"

// The descriptor of the one grader that this program is linked with.
extern "C" const espalier::PluginDescriptor espalier_plugin;

/// The entry point of libFuzzer. A promise that is broken ends the program, which libFuzzer reports with the input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto grader = [] {
    espalier::testing::Settings defaults;
    return std::static_pointer_cast<espalier::Grader>(espalier_plugin.create(defaults));
  }();
  espalier::testing::hold_to_promises(*grader, {reinterpret_cast<const char*>(data), size});
  return 0;
}
