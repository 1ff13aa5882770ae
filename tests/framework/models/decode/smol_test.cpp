#include <doctest/doctest.h>

#include <filesystem>

#include "golden.hpp"
#include "models/decode/model.hpp"

using namespace espalier::models;

namespace {

/// The model that `./bootstrap.sh smol` fetches; empty, with a message in the test's output, where it was not.
std::filesystem::path smol() {
  auto file = std::filesystem::path(ESPALIER_SOURCE_DIR) / ".models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
  if (std::filesystem::exists(file)) return file;
  MESSAGE("skipped: there is no " << file.string() << "; ./bootstrap.sh smol fetches it");
  return {};
}

}  // namespace

TEST_CASE("SmolLM2 is read from its GGUF file, and from the folder that it is saved to") {
  const auto file = smol();
  if (file.empty()) return;
  const auto model = Model::read(file, {});
  // What llama.cpp's llama-tokenize and its server say.
  CHECK(model->tokenizer().encode("12345 apples, 3.5kg") ==
        std::vector<std::int32_t>{33, 34, 35, 36, 37, 13855, 28, 216, 35, 30, 37, 11372});
  using Role = espalier::ChatMessage::Role;
  const espalier::Chat chat{{{Role::user, "What is 2+3?"}}};
  const auto prompt = model->chat().render(chat, model->tokenizer());
  const TemporaryFolder folder;
  model->save(folder.path());
  const auto saved = Model::read(folder.path(), {});
  CHECK(saved->chat().render(chat, saved->tokenizer()) == prompt);
  const auto ours = model->weights().named(), theirs = saved->weights().named();
  REQUIRE(ours.size() == theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) CHECK(at::equal(ours[i].second, theirs[i].second));
}
