#include <espalier/plugin.hpp>

// A descriptor that claims another SDK version or another build. Its functions end the process: nobody may call them.
namespace {

[[noreturn]] void trap() { __builtin_trap(); }

}  // namespace

extern "C" ESPALIER_API constinit const espalier::PluginDescriptor espalier_plugin = {
    FORGED_SDK,
    FORGED_BUILD,
    "agents",
    ESPALIER_PLUGIN_NAME,
    "Claims what is not so.",
    [](espalier::ParamSource&) { trap(); },
    [](espalier::ParamSource&) -> std::any { trap(); },
    [](espalier::ParamSource&) -> std::shared_ptr<void> { trap(); }};
