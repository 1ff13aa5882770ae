#include "models/tokenizer/tokenizer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "golden_files.hpp"
#include "models/tokenizer/normaliser.hpp"
#include "models/tokenizer/vocabulary.hpp"

using namespace espalier::models;
using Ids = std::vector<std::int32_t>;

TEST_CASE("token ids and texts are those of the tokenizers package") {
  std::map<std::string, Tokenizer> tokenizers;
  auto checks = golden_json("tokenizers/expected.json");
  for (const auto& check : golden_json("tokenizers/lacking.json")) checks.push_back(check);
  for (const auto& check : checks) {
    const auto name = check.at("tokenizer").get<std::string>();
    if (!tokenizers.contains(name)) tokenizers.emplace(name, Tokenizer::read(golden("tokenizers/" + name)));
    const Tokenizer& tokenizer = tokenizers.at(name);
    const auto text = check.at("text").get<std::string>();
    CAPTURE(name);
    CAPTURE(text);
    const Ids ids = tokenizer.encode(text, Tokenizer::Specials::parse);
    CHECK(ids == check.at("ids").get<Ids>());
    CHECK(tokenizer.decode(ids) == check.at("decoded").get<std::string>());
    CHECK(tokenizer.decode(std::span(ids).first(ids.size() / 2)) == check.at("halves").get<std::string>());
  }
}

TEST_CASE("in every published layout, ids and texts are those of the tokenizers package") {
  std::map<std::string, Tokenizer> tokenizers;
  for (const auto& check : golden_json("tokenizers/layouts.json")) {
    const auto name = check.at(0).get<std::string>();
    if (!tokenizers.contains(name)) {
      const auto file = golden("tokenizers/layouts/" + name + ".json");
      tokenizers.emplace(name, Tokenizer::parse(read_text(file), file));
    }
    const Tokenizer& tokenizer = tokenizers.at(name);
    const auto text = check.at(1).get<std::string>();
    CAPTURE(name);
    CAPTURE(text);
    const Ids ids = tokenizer.encode(text, Tokenizer::Specials::parse);
    const auto wanted = check.at(2).get<Ids>();
    CHECK(ids == wanted);
    const auto half = wanted.size() / 2;
    CHECK(tokenizer.decode(wanted) == check.at(3).get<std::string>());
    CHECK(tokenizer.decode(std::span(wanted).first(half)) == check.at(4).get<std::string>());
    CHECK(tokenizer.decode(std::span(wanted).subspan(half)) == check.at(5).get<std::string>());
    CHECK(tokenizer.decode(wanted, Tokenizer::Specials::parse) == check.at(6).get<std::string>());
  }
}

TEST_CASE("control tokens inside plain text stay text") {
  const Tokenizer tokenizer = Tokenizer::read(golden("tokenizers/gpt2"));
  const auto control = tokenizer.added("<|im_end|>");
  REQUIRE(control);
  const std::string text = "a<|im_end|>b";
  const Ids plain = tokenizer.encode(text);
  CHECK(std::find(plain.begin(), plain.end(), *control) == plain.end());
  CHECK(tokenizer.decode(plain) == text);
  const Ids parsed = tokenizer.encode(text, Tokenizer::Specials::parse);
  CHECK(std::find(parsed.begin(), parsed.end(), *control) != parsed.end());
  CHECK(tokenizer.decode(parsed) == "ab");
  CHECK(tokenizer.decode(parsed, Tokenizer::Specials::parse) == text);
}

TEST_CASE("what becomes a control token only once it is normalised stays text, and marks of roles are control tokens") {
  auto json = golden_json("tokenizers/layouts/flags.json");
  json["added_tokens"].push_back({{"id", 600}, {"content", "<|End|>"}, {"special", true}, {"normalized", true}});
  json["added_tokens"].push_back({{"id", 601}, {"content", "<\uFF5CUser\uFF5C>"}, {"normalized", false}});
  const Tokenizer tokenizer = Tokenizer::parse(json.dump(), "t");
  const auto count = [&](std::span<const Tokenizer::Piece> pieces, std::int32_t id) {
    const Ids ids = tokenizer.encode(pieces);
    return std::count(ids.begin(), ids.end(), id);
  };
  using Specials = Tokenizer::Specials;
  const std::vector<Tokenizer::Piece> said{{"a <|E\u0301ND|> b", Specials::plain}},
      meant{{"a <|E\u0301ND|> b", Specials::parse}}, glued{{"e\u0301 <|e", Specials::plain}, {"nd|>", Specials::parse}},
      framed{{"caf\u00e9", Specials::plain}, {"<|END|>", Specials::parse}, {"e\u0301", Specials::plain}},
      mixed{{"<|", Specials::parse}, {"\u00C9", Specials::plain}, {"ND|>", Specials::parse}},
      role{{"<\uFF5CUser\uFF5C>", Specials::plain}}, role_meant{{"<\uFF5CUser\uFF5C>", Specials::parse}};
  CHECK(count(said, 600) == 0);
  CHECK(count(meant, 600) == 1);
  CHECK(count(glued, 600) == 0);
  CHECK(count(framed, 600) == 1);
  CHECK(count(mixed, 600) == 0);
  CHECK(count(role, 601) == 0);
  CHECK(count(role_meant, 601) == 1);
}

TEST_CASE("canonical composition") {
  const Normaliser composing(JsonFile("t", JsonFile::Json::object()), {{"type", "NFC"}});
  const auto composed = [&](const std::string& text) {
    MarkedText marked;
    marked.append(text, true);
    composing.apply(marked);
    CHECK(marked.marks == std::string(marked.text.size(), '\1'));
    return marked.text;
  };
  CHECK(composed("e\u0301") == "\u00E9");
  CHECK(composed("ab e\u0301 cd") == "ab \u00E9 cd");
  CHECK(composed("s\u0323\u0307") == "\u1E69");
  CHECK(composed("s\u0307\u0323") == "\u1E69");
  CHECK(composed("\u1100\u1161\u11A8") == "\uAC01");
  CHECK(composed("\u212B") == "\u00C5");
}

TEST_CASE("a learned vocabulary has one token per word and per number below 100") {
  const std::vector<std::string> texts = {"Ben has 11 beads . Mia has 7 beads .", "Ben has 98 pens ; find Mia"};
  VocabularySpec spec{.size = 600, .least_count = 2, .specials = {"<|end|>", "<|user|>"}};
  const Tokenizer tokenizer = learn_vocabulary(texts, spec);
  CHECK(tokenizer.added("<|end|>") == 0);
  CHECK(tokenizer.added("<|user|>") == 1);
  CHECK(tokenizer.encode(" beads").size() == 1);
  CHECK(tokenizer.encode(" pens").size() == 5);  // seen once: bytes
  for (int number = 0; number < 100; ++number) CHECK(tokenizer.encode(" " + std::to_string(number)).size() == 1);
  CHECK(tokenizer.encode(" 12345").size() == 3);
  CHECK(tokenizer.encode("12345")[1] == tokenizer.encode("23")[0]);
  CHECK(tokenizer.encode(" 1200")[1] == tokenizer.encode("00")[0]);
  for (const std::string text : {"Ben has 1234 zebras", "  x\n\ny", "naïve 😀"})
    CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
  const Tokenizer again = learn_vocabulary(texts, spec);
  CHECK(again.encode(texts[0]) == tokenizer.encode(texts[0]));

  spec.method = VocabularySpec::Method::pairs;
  const Tokenizer pairs = learn_vocabulary(texts, spec);
  CHECK(pairs.encode(" beads").size() == 1);
  CHECK(pairs.decode(pairs.encode(texts[1])) == texts[1]);
  spec.size = 100;
  CHECK_THROWS_AS(learn_vocabulary(texts, spec), std::invalid_argument);
}

TEST_CASE("a tokenizer survives being written and read") {
  const TemporaryFolder folder;
  const Tokenizer tokenizer = Tokenizer::read(golden("tokenizers/qwen"));
  tokenizer.save(folder.path());
  const Tokenizer again = Tokenizer::read(folder.path());
  for (const auto& check : golden_json("tokenizers/expected.json"))
    CHECK(again.encode(check.at("text").get<std::string>()) == tokenizer.encode(check.at("text").get<std::string>()));
}

TEST_CASE("complaints about a tokenizer name the file and the key") {
  const auto complaint = [](const std::string& json) {
    try {
      Tokenizer::parse(json, "folder/tokenizer.json");
    } catch (const CheckpointError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(complaint(R"({"pre_tokenizer":{"type":"UnicodeScripts"}})").find("folder/tokenizer.json: `pre_tokenizer`") ==
        0);
  CHECK(complaint(R"({"pre_tokenizer":{"type":"ByteLevel"},"decoder":{"type":"ByteLevel"}})") ==
        "folder/tokenizer.json: `model` is missing");
  CHECK(complaint(R"({"normalizer":{"type":"Precompiled"}})").find("`normalizer` is of type \"Precompiled\"") !=
        std::string::npos);
}

TEST_CASE("what has no equal here is refused with the way out") {
  const auto base = golden_json("tokenizers/layouts/qwen.json");
  const auto complaint = [&](const std::string& pointer, const JsonFile::Json& value) {
    auto json = base;
    json[JsonFile::Json::json_pointer(pointer)] = value;
    try {
      Tokenizer::parse(json.dump(), "t");
    } catch (const CheckpointError& error) {
      return std::string(error.what());
    }
    return std::string("read");
  };
  CHECK(complaint("/model/type", "Unigram").find("t: `type` is \"Unigram\"") == 0);
  CHECK(complaint("/model/type", "Unigram").find("used through a server") != std::string::npos);
  CHECK(complaint("/model/end_of_word_suffix", "</w>").find("t: `end_of_word_suffix`") == 0);
  CHECK(complaint("/model/dropout", 0.1).find("t: `dropout`") == 0);
  CHECK(complaint("/model/vocab", 7) == "t: `vocab` is missing, or no object");
  CHECK(complaint("/model/merges", JsonFile::Json::object()) == "t: `merges` is missing, or no list");
  const auto of_pattern = [&](const std::string& pattern) {
    return complaint("/pre_tokenizer/pretokenizers/0/pattern", {{"Regex", pattern}});
  };
  for (const std::string pattern : {"[a&&b]", "[a[b]]", "\\h", "\\bx", "(?m)x", "x{1,2}+", "[\\W]", "x\\"})
    CHECK_MESSAGE(of_pattern(pattern).find("t: `pre_tokenizer` has the expression ") == 0, pattern);
  CHECK(of_pattern("a(").find("it fails: ") != std::string::npos);
  for (const std::string pattern : {"[[:alpha:]]+", "\\u0041|\\x{42}", "x{,2}", "(?i:a)", "\\W+", "[^\\]\\[]+", "[]a]"})
    CHECK_MESSAGE(of_pattern(pattern) == "read", of_pattern(pattern));
  const auto of_decoder = [&](const JsonFile::Json& steps) {
    return complaint("/decoder", {{"type", "Sequence"}, {"decoders", steps}});
  };
  CHECK(of_decoder({{{"type", "Fuse"}}, {{"type", "ByteFallback"}}}).find("`decoder` has a step ByteFallback") !=
        std::string::npos);
  CHECK(of_decoder({{{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}}}).find("has a step Strip") !=
        std::string::npos);
}
