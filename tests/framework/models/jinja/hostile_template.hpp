#pragma once

#include <string_view>

namespace espalier::hostile {

/// Reads and renders a chat template from anywhere, or refuses it with TemplateError. All else ends the process, for a
/// fuzzer or a test to see: a rendering that is no UTF-8, that differs the second time, or in which what the input says
/// passes for the template's own.
void read_chat_template(std::string_view bytes);

}  // namespace espalier::hostile
