#include "server/backend.hpp"

#include <algorithm>
#include <espalier/machine_failure.hpp>
#include <espalier/param_source.hpp>
#include <espalier/runtime.hpp>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace espalier::server {
namespace {

/// Splits tokens over texts: by the log-probabilities that each has, else by lengths. The parts add up to the whole.
std::vector<int> shares(int whole, const std::vector<Choice>& choices) {
  const bool counted = std::ranges::all_of(choices, [](const Choice& choice) { return choice.logprobs.has_value(); });
  std::vector<double> weights;
  for (const Choice& choice : choices)
    weights.push_back(counted ? static_cast<double>(choice.logprobs->size()) : static_cast<double>(choice.text.size()));
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int> parts;
  double reached = 0;
  int given = 0;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    reached += weights[i];
    const double share = sum > 0 ? reached / sum : static_cast<double>(i + 1) / static_cast<double>(choices.size());
    parts.push_back(static_cast<int>(whole * share + 0.5) - given);
    given += parts.back();
  }
  return parts;
}

/// Servers that leave stop texts in are not to be told from those that do not.
std::string before_stop(std::string text, const std::vector<std::string>& stop) {
  for (const auto& one : stop) {
    if (!one.empty()) text.resize(std::min(text.size(), text.find(one)));
  }
  return text;
}

}  // namespace

ServerBackend::ServerBackend(BackendOptions options, http::ClientOptions client)
    : options_(std::move(options)), client_(std::move(client)) {}

bool ServerBackend::admit(Ticket ticket, const Work& work) {
  const auto* request = std::get_if<Request>(&work);
  if (request == nullptr) {
    finish_with(ticket, std::make_exception_ptr(std::logic_error("a server's model cannot be read by a head")));
    return true;
  }
  if (is_spent()) {
    unpaid_.push_back(ticket);
    return true;
  }
  if (!jobs_.empty() && !client_.has_room()) return false;
  Job& job = jobs_[ticket];
  job.request = *request;
  job.completions.resize(static_cast<std::size_t>(request->count));
  try {
    const int width = group();
    const int end = request->first + request->count;
    for (int first = request->first; first < end;) {
      const int next = std::min(end, (first / width + 1) * width);
      ask(ticket, job, first, next - first);
      first = next;
    }
  } catch (...) {
    finish(ticket, std::current_exception());
  }
  return true;
}

void ServerBackend::ask(Ticket ticket, Job& job, int first, int count) {
  client_.post(++last_id_, write_request(options_.format, job.request, first, count));
  parts_.emplace(last_id_, Part{ticket, first, count});
  job.posts.insert(last_id_);
}

void ServerBackend::ask_apart(Ticket ticket, Job& job, int first, int count) {
  if (!std::exchange(apart_, true))
    log(LogLevel::info, "the server gives one candidate at a time: each is asked for apart");
  for (int i = 0; i < count; ++i) ask(ticket, job, first + i, 1);
}

void ServerBackend::step(std::vector<Finished>& finished) {
  client_.advance(*this);
  if (client_.open() == 0) {
    for (const Ticket ticket : std::exchange(unpaid_, {})) {
      finish_with(ticket, std::make_exception_ptr(MachineFailure("spend_limit is reached: " + spell(spent_) +
                                                                 " was paid; raise it to go on")));
    }
  }
  std::ranges::move(finished_, std::back_inserter(finished));
  finished_.clear();
}

bool ServerBackend::wait(std::chrono::milliseconds most) {
  if (finished_.empty() && client_.open() > 0) client_.wait(most);
  return true;
}

void ServerBackend::drop(Ticket ticket) {
  std::erase(unpaid_, ticket);
  const auto job = jobs_.find(ticket);
  if (job == jobs_.end()) return;
  for (const Id id : job->second.posts) {
    client_.cancel(id);
    parts_.erase(id);
  }
  jobs_.erase(job);
}

double ServerBackend::price(const Usage& usage) const {
  const Prices& prices = options_.prices;
  return 1e-6 * ((usage.input - usage.cached) * prices.input + usage.cached * prices.cached_input +
                 usage.output * prices.output);
}

std::int64_t ServerBackend::read(Id id, const std::string& body) {
  Reply reply = read_reply(body);
  const Part part = parts_.at(id);
  Job& job = jobs_.at(part.ticket);
  if (std::ssize(reply.choices) > part.count) reply.choices.resize(static_cast<std::size_t>(part.count));
  const bool silent =
      std::ranges::any_of(reply.choices, [](const Choice& choice) { return !choice.logprobs && !choice.text.empty(); });
  parts_.erase(id);
  job.posts.erase(id);
  if (options_.format.logprobs && silent) {
    finish(part.ticket, std::make_exception_ptr(MachineFailure(
                            "the server tells no log-probabilities, which logprobs = true asks for: set it to false")));
    return 0;
  }
  const std::int64_t taken = reply.prompt_tokens.value_or(0) + reply.completion_tokens.value_or(0);
  take(part, job, std::move(reply));
  return taken;
}

/// Takes what came, and asks for what did not.
void ServerBackend::take(const Part& part, Job& job, Reply reply) {
  const int came = static_cast<int>(reply.choices.size());
  if (!reply.prompt_tokens || !reply.completion_tokens) {
    if (!std::exchange(guessing_, true))
      log(LogLevel::warning, "the server does not count tokens: they are guessed, one for four bytes");
    int written = 0;
    for (const Choice& choice : reply.choices) written += estimated_tokens(choice.text);
    if (!reply.prompt_tokens) {
      int read = 0;
      for (const auto& message : job.request.chat.messages) read += estimated_tokens(message.text);
      reply.prompt_tokens = read;
    }
    reply.completion_tokens = reply.completion_tokens.value_or(written);
  }
  const auto outputs = shares(*reply.completion_tokens, reply.choices);
  for (int i = 0; i < came; ++i) {
    Choice& choice = reply.choices[static_cast<std::size_t>(i)];
    Completion completion{.text = before_stop(std::move(choice.text), job.request.sampling.stop),
                          .finish = choice.finish,
                          .prompt_tokens = *reply.prompt_tokens,
                          .usage = {.output = outputs[static_cast<std::size_t>(i)]}};
    if (options_.format.logprobs && choice.logprobs) completion.logprobs = *std::move(choice.logprobs);
    if (i == 0) {
      completion.usage.input = *reply.prompt_tokens;
      completion.usage.cached = std::min(reply.cached_tokens.value_or(0), *reply.prompt_tokens);
    }
    spent_ += price(completion.usage);
    job.completions[static_cast<std::size_t>(part.first - job.request.first + i)] = std::move(completion);
  }
  if (came < part.count) ask_apart(part.ticket, job, part.first + came, part.count - came);
  if (job.posts.empty()) finish(part.ticket, nullptr);
}

void ServerBackend::fail(Id id, std::exception_ptr error) {
  const auto found = parts_.find(id);
  if (found == parts_.end()) return;
  const Part part = found->second;
  parts_.erase(found);
  Job& job = jobs_.at(part.ticket);
  job.posts.erase(id);
  if (part.count > 1) {
    try {
      std::rethrow_exception(error);
    } catch (const http::Refused&) {
      ask_apart(part.ticket, job, part.first, part.count);
      return;
    } catch (...) {
    }
  }
  finish(part.ticket, std::move(error));
}

/// Ends a job with its completions, or with an error.
void ServerBackend::finish(Ticket ticket, std::exception_ptr error) {
  if (error) {
    finish_with(ticket, std::move(error));
  } else {
    std::vector<Completion> completions;
    for (auto& completion : jobs_.at(ticket).completions) completions.push_back(*std::move(completion));
    finish_with(ticket, std::move(completions));
  }
  drop(ticket);
}

template <class Result>
void ServerBackend::finish_with(Ticket ticket, Result result) {
  Finished& finished = finished_.emplace_back();
  finished.ticket = ticket;
  finished.result = std::move(result);
}

}  // namespace espalier::server
