#include "models/device/memory.hpp"

#include <doctest/doctest.h>

#include <espalier/machine_failure.hpp>
#include <espalier/runtime.hpp>
#include <map>

#include "fresh_model.hpp"
#include "models/attention/kv_cache.hpp"
#include "models/device/row_kernels.hpp"
#include "models/scoring/scoring_head.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

/// Memory for a cache of the small model: none beyond its first pages.
CacheLimits nothing_left() {
  return {.free_memory = [] { return std::optional(0.0); }};
}

std::shared_ptr<TransformerBackend> crowded_backend(CacheLimits cache) {
  BackendSpec spec = fresh_spec();
  spec.cache = std::move(cache);
  return fresh_backend(std::move(spec));
}

KvCache small_cache(CacheLimits limits) {
  return KvCache(small_config(), PageLayout::transposed, at::kCPU, at::kFloat, std::move(limits));
}

std::map<Ticket, std::vector<Completion>> all_of(Backend& backend, const std::vector<Request>& requests) {
  std::map<Ticket, std::vector<Completion>> done;
  for (std::size_t i = 0; i < requests.size(); ++i) REQUIRE(backend.admit(i, requests[i]));
  while (done.size() < requests.size()) {
    std::vector<Finished> finished;
    backend.step(finished);
    for (auto& one : finished) done.emplace(one.ticket, std::get<std::vector<Completion>>(std::move(one.result)));
  }
  return done;
}

}  // namespace

TEST_CASE("what torch finds no memory for is a failure of the machine; other errors pass") {
  CHECK_THROWS_AS(with_memory([] { return at::empty({std::int64_t{1} << 50}); }), MachineFailure);
  CHECK_THROWS_AS(with_memory([] { return at::zeros({2}).view({3}); }), c10::Error);
  CHECK(with_memory([] { return 3; }) == 3);
  CHECK(free_memory(at::kCPU).value_or(1) > 0);
}

TEST_CASE("a cache without memory forgets what it remembers, and then says so") {
  KvCache cache = small_cache(nothing_left());
  const int pages = cache.capacity();
  const std::vector<std::int32_t> tokens(static_cast<std::size_t>(kPage) * 10, 7);
  {
    Sequence read(cache);
    CHECK(read.pages_for(kPage + 1) == 2);
    read.append(tokens);
    cache.remember(read);
  }
  CHECK(cache.pages_in_use() == 10);
  Sequence other(cache);
  CHECK(cache.reserve(pages - 10));
  CHECK(cache.pages_in_use() == 10);
  CHECK(cache.reserve(pages - 4));
  CHECK(cache.pages_in_use() == 4);
  CHECK_FALSE(cache.reserve(pages + 1));
  CHECK(cache.capacity() == pages);
  const std::vector<std::int32_t> all(static_cast<std::size_t>(kPage) * static_cast<std::size_t>(pages), 8);
  other.append(all);
  CHECK_THROWS_WITH_AS(other.append(std::vector<std::int32_t>{1}),
                       doctest::Contains("no memory for more keys and values"), MachineFailure);
}

TEST_CASE("a cache takes no more than there is, but as much") {
  double left = 0.0;
  KvCache cache = small_cache({.free_memory = [&] { return std::optional(left); }});
  const int first = cache.capacity();
  const double page = 2.0 * small_config().layers * small_config().kv_width() * kPage * sizeof(float);
  left = page * (first + 8);  // not for twice as many pages, beside the copy of a tensor and a fifth for all else
  CHECK(cache.reserve(first + 4));
  CHECK(cache.capacity() > first);
  CHECK(cache.capacity() < 2 * first);
}

TEST_CASE("requests wait and give way where memory is short, and nobody sees it") {
  std::vector<Request> requests;
  for (int i = 0; i < 24; ++i)
    requests.push_back(ask("Ben has " + std::to_string(i) + " beads ; Mia has more than Ben",
                           {.temperature = 1.0, .max_tokens = 40 + 9 * (i % 7)}, 0, 3));
  auto roomy = crowded_backend({});
  const auto wanted = all_of(*roomy, requests);
  CHECK(roomy->model().decoder().cache().capacity() > 64);
  auto crowded = crowded_backend(nothing_left());
  const auto found = all_of(*crowded, requests);
  CHECK(crowded->model().decoder().cache().capacity() == 64);
  for (const auto& [ticket, completions] : wanted) {
    for (std::size_t k = 0; k < completions.size(); ++k) {
      CHECK(found.at(ticket)[k].tokens == completions[k].tokens);
      CHECK(found.at(ticket)[k].logprobs == completions[k].logprobs);
    }
  }
}

TEST_CASE("a batch of inputs without memory is read in parts, and only one that does not fit fails") {
  auto backend = crowded_backend(nothing_left());
  const auto base_model = backend->base_model();
  auto scoring_head = base_model->attach({.token_logprob = true});
  auto& cache = backend->model().decoder().cache();
  const auto read = [&](int tokens, std::int32_t token) {
    return ScoringWork{scoring_head.get(), {whole(std::vector<std::int32_t>(static_cast<std::size_t>(tokens), token))}};
  };
  std::vector<Finished> finished;
  const int many = 20 * kPage;  // four of them need more than the 64 pages that there are
  for (Ticket ticket = 0; ticket < 4; ++ticket)
    REQUIRE(backend->admit(ticket, read(many, static_cast<std::int32_t>(ticket) + 1)));
  backend->step(finished);
  REQUIRE(finished.size() == 4);
  for (const Finished& one : finished) CHECK(std::holds_alternative<std::vector<float>>(one.result));

  Sequence holder(cache);  // what another request holds
  holder.append(std::vector<std::int32_t>(static_cast<std::size_t>(50 * kPage), 3));
  finished.clear();
  REQUIRE(backend->admit(10, read(many, 5)));
  REQUIRE(backend->admit(11, read(2 * kPage, 6)));
  backend->step(finished);
  REQUIRE(finished.size() == 2);
  for (const Finished& one : finished)
    CHECK(std::holds_alternative<std::exception_ptr>(one.result) == (one.ticket == 10));
}
