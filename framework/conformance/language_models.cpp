#include <cmath>
#include <espalier/runtime.hpp>
#include <map>

#include "base/utf8.hpp"
#include "conformance/suites.hpp"

namespace espalier::conformance {
namespace {

constexpr float kTolerance = 1e-4F;

Request request(std::string text, int first, int count) {
  Request made;
  made.chat.messages = {{ChatMessage::Role::user, std::move(text)}};
  made.sampling.max_tokens = 12;
  made.key = Key{21, 4};
  made.first = first;
  made.count = count;
  return made;
}

const std::vector<std::string> kPrompts = {"What is 2 + 3?", "A",
                                           "Ann has 3 pears , 4 plums and 1 fig ; how many fruits ?"};

std::vector<Completion> ask(Backend& backend, const Request& work) {
  return std::get<std::vector<Completion>>(await(backend, work).result);
}

/// Steps until `count` pieces of work are finished; by ticket.
std::map<Ticket, Finished> run(Backend& backend, std::size_t count) {
  std::map<Ticket, Finished> by_ticket;
  for (int idle = 0; by_ticket.size() < count; ++idle) {
    expect(idle < 10'000,
           "after 10,000 steps " + std::to_string(count - by_ticket.size()) + " requests are not answered");
    std::vector<Finished> finished;
    backend.step(finished);
    if (finished.empty()) static_cast<void>(backend.wait(std::chrono::seconds(1)));
    for (auto& one : finished) by_ticket.emplace(one.ticket, std::move(one));
  }
  return by_ticket;
}

void expect_same(const Completion& one, const Completion& other, const std::string& what) {
  expect(one.text == other.text && one.tokens == other.tokens && one.finish == other.finish, what + ": texts differ");
  for (std::size_t i = 0; i < one.logprobs.size(); ++i) {
    expect(std::abs(one.logprobs[i] - other.logprobs.at(i)) <= kTolerance, what + ": log-probabilities differ");
  }
}

void expect_sound(const Completion& completion, const Sampling& sampling) {
  expect(base::is_utf8(completion.text), "a text is no valid UTF-8");
  expect(completion.tokens.empty() || completion.tokens.size() == completion.logprobs.size(),
         "tokens and log-probabilities differ in number");
  for (const float logprob : completion.logprobs)
    expect(std::isfinite(logprob) && logprob < kTolerance, "a log-probability is above 0");
  expect(completion.generated() <= sampling.max_tokens, "the token limit was exceeded");
  if (completion.finish == Finish::length) {
    expect(completion.generated() == sampling.max_tokens, "it claims to have met the token limit");
  }
  expect(completion.prompt_tokens > 0, "the prompt has no tokens");
}

void check_sampling(Backend& backend, Report& report) {
  report.property("keeps to token limits and stop texts", [&] {
    for (const int limit : {1, 2, 12}) {
      Request limited = request(kPrompts[0], 0, 4);
      limited.sampling.max_tokens = limit;
      for (const auto& completion : ask(backend, limited)) expect_sound(completion, limited.sampling);
    }
    Request stopped = request(kPrompts[0], 0, 4);
    const std::string whole = ask(backend, stopped).front().text;
    if (whole.empty()) return;
    stopped.sampling.stop = {whole.substr(whole.size() / 2, 1)};
    for (const auto& completion : ask(backend, stopped)) {
      expect(completion.text.find(stopped.sampling.stop.front()) == std::string::npos, "a stop text is in the answer");
    }
  });
  report.property("at temperature 0 all candidates are the same", [&] {
    Request cold = request(kPrompts[2], 0, 4);
    cold.sampling.temperature = 0;
    const auto all = ask(backend, cold);
    for (const auto& completion : all) expect_same(completion, all.front(), "a candidate");
  });
}

void check_batches(Backend& backend, Report& report) {
  report.property("candidate k alone is candidate k in a batch", [&] {
    const auto all = ask(backend, request(kPrompts[2], 0, 6));
    expect(all.size() == 6, "asked for 6 candidates, got " + std::to_string(all.size()));
    for (int k = 0; k < 6; ++k) {
      expect_same(ask(backend, request(kPrompts[2], k, 1)).front(), all[static_cast<std::size_t>(k)],
                  "candidate " + std::to_string(k));
    }
  });
  report.property("what is answered does not depend on what shares the batch", [&] {
    Ticket ticket = 0;
    for (const auto& prompt : kPrompts)
      expect(backend.admit(++ticket, request(prompt, 0, 2)), "an idle model refused work");
    const auto together = run(backend, kPrompts.size());
    ticket = 0;
    for (const auto& prompt : kPrompts) {
      const auto* answers = std::get_if<std::vector<Completion>>(&together.at(++ticket).result);
      expect(answers != nullptr, "a request in a batch failed");
      const auto alone = ask(backend, request(prompt, 0, 2));
      for (std::size_t k = 0; k < alone.size(); ++k)
        expect_same(answers->at(k), alone[k], "prompt " + std::to_string(ticket));
    }
  });
  report.property("work that is dropped is not answered, and holds nothing up", [&] {
    expect(backend.admit(101, request(kPrompts[0], 0, 1)) && backend.admit(102, request(kPrompts[1], 0, 1)),
           "an idle model refused work");
    backend.drop(101);
    expect(run(backend, 1).contains(102), "the dropped request was answered");
  });
}

}  // namespace

void check_language_model(Fixture& fixture, Report& report) {
  const auto backend = fixture.create_backend();
  if (const auto* untrained = dynamic_cast<const Untrained*>(backend.get());
      untrained != nullptr && untrained->untrained()) {
    report.skipped("behaviour", "there are no weights; give a checkpoint with --with FILE");
    return;
  }
  report.property("answers every prompt soundly", [&] {
    for (const auto& prompt : kPrompts) {
      const Request work = request(prompt, 0, 3);
      for (const auto& completion : ask(*backend, work)) expect_sound(completion, work.sampling);
    }
  });
  check_sampling(*backend, report);
  check_batches(*backend, report);
  report.property("two models made alike answer alike", [&] {
    expect_same(ask(*fixture.create_backend(), request(kPrompts[2], 1, 1)).front(),
                ask(*backend, request(kPrompts[2], 1, 1)).front(), "they");
  });
  report.property("counts the tokens of a text", [&] {
    expect(backend->tokens("") == 0, "the empty text has tokens");
    expect(backend->tokens("take 1") > 0, "a text has none");
    expect(backend->tokens("take 1 from 3") >= backend->tokens("take 1"), "a longer text has fewer");
  });
  report.property("has a base model when its facts say so", [&] {
    expect(fixture.backend_facts().base_model == (backend->base_model() != nullptr), "facts and object disagree");
  });
}

}  // namespace espalier::conformance
