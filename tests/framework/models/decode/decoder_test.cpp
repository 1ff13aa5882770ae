#include "models/decode/decoder.hpp"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include "golden.hpp"
#include "models/checkpoint/safetensors.hpp"
#include "models/device/row_kernels.hpp"
#include "ragged_batches.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

using Tokens = std::vector<std::int32_t>;

std::shared_ptr<const Weights> golden_weights(const std::string& name) {
  const auto folder = golden(name);
  return std::make_shared<Weights>(Weights::read(TensorFolder(folder), read_config(folder), at::kCPU, at::kFloat));
}

std::shared_ptr<const Weights> small_weights() {
  return std::make_shared<Weights>(Weights::draw(small_config(), Key{1, 2}, at::kCPU, at::kFloat));
}

Tokens random_tokens(Key key, int count, int vocabulary) {
  Random random(key);
  Tokens tokens;
  for (int i = 0; i < count; ++i) tokens.push_back(static_cast<std::int32_t>(random.between(0, vocabulary - 1)));
  return tokens;
}

// Logits after the last of `tokens`, read alone.
at::Tensor alone(const std::shared_ptr<const Weights>& weights, const Tokens& tokens) {
  Decoder decoder(weights);
  Sequence sequence(decoder.cache());
  const Feed feed{&sequence, tokens};
  const std::int64_t last = static_cast<std::int64_t>(tokens.size()) - 1;
  return decoder.logits(decoder.read({&feed, 1}), {&last, 1})[0];
}

struct Threads {
  explicit Threads(int count) : before(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before); }
  int before;
};

}  // namespace

TEST_CASE("logits are those of transformers, for every family") {
  for (const std::string& name : golden_models()) {
    CAPTURE(name);
    const auto expected = golden_json(name + "/expected.json");
    const TensorFolder tensors = TensorFolder::of_file(golden(name + "/expected.safetensors"));
    const auto tokens = expected.at("tokens").get<Tokens>();
    const auto rows = expected.at("rows").get<std::vector<std::int64_t>>();
    const auto weights = golden_weights(name);
    CHECK(weights->count() == expected.at("parameters").get<std::int64_t>());
    CHECK(weights->config.weights() == weights->count());
    Decoder decoder(weights);
    Sequence sequence(decoder.cache());
    const Feed feed{&sequence, tokens};
    const at::Tensor hidden = decoder.read({&feed, 1});
    CHECK(largest_difference(hidden[static_cast<std::int64_t>(tokens.size()) - 1], tensors.read("last_hidden")) < 1e-4);
    CHECK(largest_difference(decoder.logits(hidden, rows), tensors.read("logits")) < 1e-4);
  }
}

TEST_CASE("logits do not depend on neighbours, batch size or threads, bit for bit") {
  const auto weights = small_weights();
  const Tokens tokens = random_tokens({3, 4}, 45, 300);
  const at::Tensor reference = alone(weights, tokens);
  for (const int threads : {1, 2}) {
    const Threads guard(threads);
    for (const int batch : {1, 2, 16, 256}) {
      CAPTURE(threads);
      CAPTURE(batch);
      Decoder decoder(weights);
      std::vector<Sequence> sequences(static_cast<std::size_t>(batch), Sequence(decoder.cache()));
      std::vector<Tokens> texts;
      for (int i = 0; i < batch; ++i)
        texts.push_back(random_tokens({5, static_cast<std::uint64_t>(i)}, 1 + i % 70, 300));
      const std::size_t mine = static_cast<std::size_t>(batch) / 2;
      texts[mine] = tokens;
      std::vector<Feed> feeds;
      std::int64_t row = -1, total = 0;
      for (std::size_t i = 0; i < texts.size(); ++i) {
        feeds.push_back({&sequences[i], texts[i]});
        total += static_cast<std::int64_t>(texts[i].size());
        if (i == mine) row = total - 1;
      }
      CHECK(at::equal(decoder.logits(decoder.read(feeds), {&row, 1})[0], reference));
    }
  }
}

TEST_CASE("logits do not depend on how a text is cut into feeds") {
  const auto weights = small_weights();
  const Tokens tokens = random_tokens({6, 7}, 60, 300);
  const at::Tensor reference = alone(weights, tokens);
  for (const std::size_t step : {1u, 7u, 16u, 33u}) {
    Decoder decoder(weights);
    Sequence sequence(decoder.cache());
    at::Tensor hidden;
    std::int64_t last = 0;
    for (std::size_t at = 0; at < tokens.size(); at += step) {
      const Feed feed{&sequence, std::span(tokens).subspan(at, std::min(step, tokens.size() - at))};
      hidden = decoder.read({&feed, 1});
      last = static_cast<std::int64_t>(feed.tokens.size()) - 1;
    }
    CHECK(at::equal(decoder.logits(hidden, {&last, 1})[0], reference));
  }
}

TEST_CASE("forks share what they read and differ after it; remembered prefixes change nothing") {
  const auto weights = small_weights();
  const Tokens prompt = random_tokens({8, 9}, 37, 300);
  Decoder decoder(weights);
  std::vector<Sequence> forks;
  {
    Sequence first(decoder.cache());
    const Feed feed{&first, prompt};
    decoder.read({&feed, 1});
    decoder.cache().remember(first);
    forks.assign(5, first);
  }
  std::vector<Tokens> endings;
  std::vector<Feed> feeds;
  std::vector<std::int64_t> rows;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < forks.size(); ++i)
    endings.push_back(random_tokens({10, i}, 3 + static_cast<int>(i), 300));
  for (std::size_t i = 0; i < forks.size(); ++i) {
    feeds.push_back({&forks[i], endings[i]});
    rows.push_back((total += static_cast<std::int64_t>(endings[i].size())) - 1);
  }
  const at::Tensor logits = decoder.logits(decoder.read(feeds), rows);
  for (std::size_t i = 0; i < forks.size(); ++i) {
    Tokens whole = prompt;
    whole.insert(whole.end(), endings[i].begin(), endings[i].end());
    const at::Tensor reference = alone(weights, whole);
    CHECK(at::equal(logits[static_cast<std::int64_t>(i)], reference));

    Sequence recalled = decoder.cache().recall(whole, static_cast<int>(whole.size()) - 1);
    CHECK(recalled.length() == std::ssize(prompt));
    const Feed rest{&recalled, std::span(whole).subspan(prompt.size())};
    const std::int64_t last = static_cast<std::int64_t>(rest.tokens.size()) - 1;
    CHECK(at::equal(decoder.logits(decoder.read({&rest, 1}), {&last, 1})[0], reference));
  }
  forks.clear();
  CHECK(decoder.cache().pages_in_use() == 3);  // what is remembered
  decoder.cache().forget();
  CHECK(decoder.cache().pages_in_use() == 0);
}

TEST_CASE("tensor arithmetic agrees with the CPU kernels on ragged batches") {
  for (const std::string& name : golden_models())
    for (const double off : ragged_differences(name, at::kCPU, at::kFloat)) CHECK(off < 1e-5);
}

TEST_CASE("passes of single tokens that are recorded by shape give what they give otherwise") {
  struct Again final : CapturedGraph {
    std::function<at::Tensor()> work;
    at::Tensor replay() override { return work(); }
  };
  int recorded = 0;
  // Stands for a GPU's: the work itself is done again.
  const GraphCapture capture = [&](const std::function<at::Tensor()>& work) {
    auto again = std::make_unique<Again>();
    again->work = work;
    again->replay();
    ++recorded;
    return again;
  };
  const auto weights = small_weights();
  Decoder plain(weights), graph(weights, nullptr, CacheLimits{}, PageLayout::rows, capture);
  std::vector<Sequence> plain_sequences(40, Sequence(plain.cache())), sequences(40, Sequence(graph.cache()));
  for (int step = 0; step < 30; ++step) {
    std::vector<Tokens> texts;
    std::vector<Feed> plain_feeds, feeds;
    std::vector<std::int64_t> rows;
    std::int64_t total = 0;
    // Prompts join over ten steps, among those that go on.
    const std::size_t open = std::min<std::size_t>(40, 4 + 4 * static_cast<std::size_t>(step));
    for (std::size_t i = 0; i < open; ++i) {
      const std::uint64_t number = 100 * static_cast<std::uint64_t>(step) + i;
      texts.push_back(random_tokens({7, number}, sequences[i].length() == 0 ? 1 + static_cast<int>(i * 3) : 1, 300));
    }
    for (std::size_t i = 0; i < open; ++i) {
      plain_feeds.push_back({&plain_sequences[i], texts[i]});
      feeds.push_back({&sequences[i], texts[i]});
      rows.push_back((total += std::ssize(texts[i])) - 1);
    }
    const at::Tensor expected = plain.logits(plain.read(plain_feeds), rows);
    CHECK(largest_difference(graph.logits(graph.read(feeds), rows), expected) < 1e-4);
  }
  CHECK(recorded > 1);
  CHECK(recorded < 20);
  // Where the cache has moved, nothing that was recorded before is done again.
  const auto step = [&] {
    const Tokens token = {5};
    const Feed feed{&sequences[0], token};
    graph.read({&feed, 1});
  };
  step();
  const int before = recorded;
  step();
  CHECK(recorded == before);
  const int capacity = graph.cache().capacity();
  Sequence other(graph.cache());
  while (graph.cache().capacity() == capacity) other.append(Tokens(kPage, 1));
  step();
  CHECK(recorded == before + 1);
}

TEST_CASE("what a broken batch left in a page does not spoil who has it next") {
  const auto weights = small_weights();
  const auto broken =
      std::make_shared<Weights>(weights->mapped([](const at::Tensor& tensor) { return tensor.clone(); }));
  Decoder decoder(broken, nullptr, CacheLimits{}, PageLayout::rows, {}),
      fresh(weights, nullptr, CacheLimits{}, PageLayout::rows, {});
  const auto last_logits = [](Decoder& scoring_head, const Tokens& tokens) {
    Sequence sequence(scoring_head.cache());
    const Feed feed{&sequence, tokens};
    const std::int64_t last = std::ssize(tokens) - 1;
    return scoring_head.logits(scoring_head.read({&feed, 1}), {&last, 1});
  };
  broken->layers[0].attention_norm.fill_(NAN);
  CHECK(last_logits(decoder, random_tokens({1, 2}, 32, 300)).isnan().any().item<bool>());
  broken->layers[0].attention_norm.copy_(weights->layers[0].attention_norm);
  decoder.forget();
  const Tokens tokens = random_tokens({3, 4}, 20, 300);
  CHECK(at::equal(last_logits(decoder, tokens), last_logits(fresh, tokens)));
}

TEST_CASE("fresh weights come from the key alone, and survive being written and read") {
  const auto weights = small_weights();
  const TemporaryFolder folder;
  weights->save(folder.path());
  write_config(folder.path(), weights->config);
  const ModelConfig config = read_config(folder.path());
  const Weights again = Weights::read(TensorFolder(folder.path()), config, at::kCPU, at::kFloat);
  const Weights drawn = Weights::draw(config, Key{1, 2}, at::kCPU, at::kFloat);
  const auto names = weights->named();
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(at::equal(names[i].second, again.named()[i].second));
    CHECK(at::equal(names[i].second, drawn.named()[i].second));
  }
  CHECK_FALSE(at::equal(Weights::draw(config, Key{1, 3}, at::kCPU, at::kFloat).embedding, weights->embedding));
}
