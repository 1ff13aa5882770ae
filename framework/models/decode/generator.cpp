#include "models/decode/generator.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace espalier::models {
namespace {

// Where the first stopping text begins that does not end before `from`; npos where there is none.
std::size_t first_stop(const Sampling& sampling, std::string_view text, std::size_t from) {
  std::size_t first = std::string::npos;
  for (const auto& stop : sampling.stop)
    if (!stop.empty()) first = std::min(first, text.find(stop, from - std::min(from, stop.size() - 1)));
  return first;
}

}  // namespace

struct Generator::Candidate {
  Job* job;
  Key key;
  Sequence sequence;
  Completion completion;
  std::string bytes;
  std::set<std::int32_t> seen;  // only with a repetition penalty
  bool done = false;
};

struct Generator::Job {
  Ticket ticket;
  Request request;
  std::vector<std::int32_t> prompt;
  std::optional<Sequence> sequence;  // of the prompt, while it is being read
  std::vector<std::unique_ptr<Candidate>> candidates;
  bool started = false;
  std::exception_ptr error;
};

Generator::Generator(Model& model, const BatchLimits& limits) : model_(model), limits_(limits) {}
Generator::~Generator() = default;

bool Generator::admit(Ticket ticket, const Request& request) {
  if (jobs_.size() >= 4 * static_cast<std::size_t>(limits_.candidates)) return false;
  auto job = std::make_unique<Job>();
  job->ticket = ticket;
  job->request = request;
  try {
    job->prompt = model_.chat().render(request.chat, model_.tokenizer());
    const auto longest = static_cast<std::size_t>(model_.config().context());
    if (job->prompt.empty()) throw std::invalid_argument("the chat is empty");
    if (job->prompt.size() >= longest)
      throw std::length_error("the prompt has " + std::to_string(job->prompt.size()) +
                              " tokens, but the model's context holds " + std::to_string(longest));
  } catch (...) {
    job->error = std::current_exception();
  }
  jobs_.push_back(std::move(job));
  return true;
}

void Generator::drop(Ticket ticket) {
  std::erase_if(running_, [&](const Candidate* candidate) { return candidate->job->ticket == ticket; });
  std::erase_if(jobs_, [&](const auto& job) { return job->ticket == ticket; });
}

// The running candidates that take part in a step, oldest first.
std::vector<Generator::Candidate*> Generator::next_to_draw() const {
  return {running_.begin(), running_.begin() + std::min<std::ptrdiff_t>(limits_.candidates, std::ssize(running_))};
}

int Generator::pages_of_next_step() const {
  int pages = 0;
  for (const Candidate* candidate : next_to_draw()) pages += candidate->sequence.pages_for(1);
  return pages;
}

// Sees to it that the running candidates find pages for their next tokens, at the cost of the youngest.
void Generator::give_way() {
  KvCache& cache = model_.decoder().cache();
  while (!running_.empty() && running_.back()->job != running_.front()->job && !cache.reserve(pages_of_next_step())) {
    restart(*running_.back()->job);
    crowded_ = true;  // or else it would come back at once, to give way again
  }
}

// Takes back all that was done for a request. Its draws are keyed, so that nobody sees it but the clock.
void Generator::restart(Job& job) {
  std::erase_if(running_, [&](const Candidate* candidate) { return candidate->job == &job; });
  job.candidates.clear();
  job.started = false;
}

// Chooses prompts for this step: as many as still find room and pages beside the running candidates.
bool Generator::read_prompts(std::vector<Feed>& feeds, std::vector<Job*>& prompts) {
  int room = limits_.candidates - static_cast<int>(running_.size());
  int tokens = 0;
  KvCache& cache = model_.decoder().cache();
  int pages = pages_of_next_step();
  for (const auto& job : jobs_) {
    if (job->started || job->error) continue;
    const bool alone = running_.empty() && feeds.empty();
    if (crowded_ && !alone) break;
    if (room <= 0 || (tokens > 0 && tokens >= limits_.prompt_tokens)) break;
    // The last token is always read, for its logits.
    job->sequence = cache.recall(job->prompt, static_cast<int>(job->prompt.size()) - 1);
    const auto rest = std::span(job->prompt).subspan(static_cast<std::size_t>(job->sequence->length()));
    // Every candidate goes on in a page of its own.
    pages += job->sequence->pages_for(static_cast<int>(rest.size())) + job->request.count;
    if (!cache.reserve(pages) && !alone) {
      job->sequence.reset();
      break;
    }
    feeds.push_back({&*job->sequence, rest});
    prompts.push_back(job.get());
    tokens += static_cast<int>(rest.size());
    room -= job->request.count;
  }
  return !feeds.empty();
}

void Generator::step(std::vector<Finished>& finished) {
  try {
    advance(finished);
  } catch (...) {
    // Whoever asked is told that all of it failed; half a step of it must not go on.
    running_.clear();
    jobs_.clear();
    crowded_ = false;
    throw;
  }
}

void Generator::advance(std::vector<Finished>& finished) {
  give_way();
  std::vector<Feed> feeds;
  std::vector<Candidate*> drawing = next_to_draw();
  for (Candidate* candidate : drawing)
    feeds.push_back({&candidate->sequence, std::span(candidate->completion.tokens).last(1)});
  std::vector<Job*> prompts;
  if (read_prompts(feeds, prompts)) {
    std::vector<std::int64_t> rows;
    std::int64_t total = 0;
    for (const Feed& feed : feeds) rows.push_back((total += static_cast<std::int64_t>(feed.tokens.size())) - 1);
    const at::Tensor logits = model_.decoder().logits(model_.decoder().read(feeds), rows);
    std::vector<Draw> draws;
    for (const Candidate* candidate : drawing) draws.push_back(draw_of(*candidate, std::ssize(draws)));
    for (std::int64_t row = std::ssize(drawing); Job* const job : prompts) {
      const std::size_t before = running_.size();
      start(*job);
      for (Candidate* const candidate : std::span(running_).subspan(before)) {
        draws.push_back(draw_of(*candidate, row));
        drawing.push_back(candidate);
      }
      ++row;
    }
    const auto drawn = draw_tokens(logits, draws, model_.repetition_penalty());
    for (std::size_t i = 0; i < drawing.size(); ++i) accept(*drawing[i], drawn[i]);
  }
  std::erase_if(running_, [&](Candidate* candidate) {
    if (candidate->done) candidate->sequence = Sequence(model_.decoder().cache());  // gives its pages back at once
    return candidate->done;
  });
  collect(finished);
}

void Generator::start(Job& job) {
  job.started = true;
  model_.decoder().cache().remember(*job.sequence);
  for (int i = 0; i < job.request.count; ++i) {
    auto candidate =
        std::make_unique<Candidate>(Candidate{&job,
                                              job.request.key.child(static_cast<std::uint64_t>(job.request.first + i)),
                                              *job.sequence,
                                              {},
                                              {},
                                              {},
                                              false});
    candidate->completion.prompt_tokens = static_cast<int>(job.prompt.size());
    if (model_.repetition_penalty() != 1.0) candidate->seen.insert(job.prompt.begin(), job.prompt.end());
    if (job.request.sampling.max_tokens < 1)
      finish(*candidate, Finish::length);
    else
      running_.push_back(candidate.get());
    job.candidates.push_back(std::move(candidate));
  }
  job.sequence.reset();
}

Draw Generator::draw_of(const Candidate& candidate, std::int64_t row) const {
  return {.row = row,
          .sampling = &candidate.job->request.sampling,
          .uniform = draw_uniform(candidate.key, candidate.completion.tokens.size()),
          .seen = {candidate.seen.begin(), candidate.seen.end()}};
}

void Generator::accept(Candidate& candidate, const Drawn& drawn) {
  Completion& completion = candidate.completion;
  if (model_.ends(drawn.token)) return finish(candidate, Finish::stop);
  completion.tokens.push_back(drawn.token);
  completion.logprobs.push_back(drawn.logprob);
  if (model_.repetition_penalty() != 1.0) candidate.seen.insert(drawn.token);
  if (stopped(candidate)) return finish(candidate, Finish::stop);
  const bool context_full = completion.prompt_tokens + std::ssize(completion.tokens) >= model_.config().context();
  if (std::ssize(completion.tokens) >= candidate.job->request.sampling.max_tokens || context_full)
    finish(candidate, Finish::length);
}

// Whether the last token completed a stopping text. Only where the bytes have one is the text decoded, which is not
// their sum everywhere.
bool Generator::stopped(Candidate& candidate) const {
  const Sampling& sampling = candidate.job->request.sampling;
  const std::size_t before = candidate.bytes.size();
  candidate.bytes += model_.tokenizer().bytes(candidate.completion.tokens.back());
  return first_stop(sampling, candidate.bytes, before) != std::string::npos &&
         first_stop(sampling, model_.tokenizer().decode(candidate.completion.tokens), 0) != std::string::npos;
}

void Generator::finish(Candidate& candidate, Finish reason) {
  Completion& completion = candidate.completion;
  completion.finish = reason;
  completion.text = model_.tokenizer().decode(completion.tokens);
  completion.text.resize(
      std::min(completion.text.size(), first_stop(candidate.job->request.sampling, completion.text, 0)));
  candidate.done = true;
}

void Generator::collect(std::vector<Finished>& finished) {
  for (auto& job : jobs_) {
    const bool done =
        job->started && std::ranges::all_of(job->candidates, [](const auto& candidate) { return candidate->done; });
    if (!done && !job->error) continue;
    crowded_ = false;
    if (job->error) {
      finished.push_back({job->ticket, job->error});
    } else {
      std::vector<Completion> completions;
      for (auto& candidate : job->candidates) completions.push_back(std::move(candidate->completion));
      finished.push_back({job->ticket, std::move(completions)});
    }
    job.reset();
  }
  std::erase(jobs_, nullptr);
}

}  // namespace espalier::models
