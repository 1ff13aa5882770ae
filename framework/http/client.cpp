#include "http/client.hpp"

#include <algorithm>
#include <espalier/machine_failure.hpp>
#include <espalier/runtime.hpp>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace espalier::http {
namespace {

constexpr std::size_t kLeastSecret = 8;         // shorter keys are placeholders, and may be words
constexpr std::chrono::seconds kLongPause{30};  // of which people are told
constexpr std::chrono::minutes kLongestPause{10};
constexpr std::chrono::milliseconds kIdleCheck{1'000};  // how often transfers are looked at that nothing comes from

bool comes_back_later(int status) { return status == 429 || status == 503 || status == 529; }

bool may_be_repeated(int status) { return status == 408 || status == 409 || status == 425 || status >= 500; }

/// Whether a status is about where a request was sent, and not about the request.
bool is_about_endpoint(int status) { return (status >= 300 && status < 400) || (status >= 401 && status <= 405); }

/// How long a server is left alone that asks for it.
std::optional<std::chrono::milliseconds> pause(std::optional<std::chrono::milliseconds> asked,
                                               const std::string& place) {
  if (!asked) return std::nullopt;
  const auto granted = std::min<std::chrono::milliseconds>(*asked, kLongestPause);
  if (*asked >= kLongPause) {
    log(LogLevel::warning, place + "asks to be left alone for " + std::to_string(asked->count() / 1000) +
                               " seconds, and is for " + std::to_string(granted.count() / 1000));
  }
  return granted;
}

/// A member of a JSON object that is text; "" where there is none.
std::string text_at(const base::Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string told_reason(const std::string& body) {
  constexpr std::size_t most = 300;
  std::string reason;
  try {
    const auto json = base::parse_json<base::Json>(body, "reply");
    const bool nested = json.is_object() && json.contains("error") && json.at("error").is_object();
    const base::Json& error = nested ? json.at("error") : json;
    for (const char* key : {"message", "error", "detail"}) {
      if (reason.empty()) reason = text_at(error, key);
    }
  } catch (const base::JsonError&) {
  }
  if (reason.empty()) reason = base::to_utf8(body.substr(0, 2 * most));
  if (reason.size() > most) reason = base::to_utf8(reason.substr(0, most)) + "...";
  std::ranges::replace_if(
      reason, [](unsigned char byte) { return byte < 0x20; }, ' ');
  return reason.empty() ? "no reason" : reason;
}

Client::Client(ClientOptions options)
    : options_(std::move(options)),
      headers_{"Content-Type: application/json", "Accept: application/json", "Expect:"},
      endpoints_(options_.urls, options_.concurrency, options_.affinity),
      transfers_(options_.limits),
      requests_(options_.requests_per_minute),
      tokens_(options_.tokens_per_minute) {
  if (!options_.key.empty()) headers_.push_back("Authorization: Bearer " + options_.key);
}

void Client::post(Id id, Post post) {
  OpenPost open{.post = std::move(post)};
  open.prefixes = prefix_hashes(open.post.prompt);
  posts_.insert_or_assign(id, std::move(open));
}

void Client::cancel(Id id) {
  const auto found = posts_.find(id);
  if (found == posts_.end()) return;
  if (found->second.at) endpoints_.returned(*found->second.at);
  transfers_.cancel(id);
  posts_.erase(found);
}

void Client::advance(Reader& reader) {
  send_waiting(reader);
  for (auto& done : transfers_.advance()) settle(std::move(done), reader);
  send_waiting(reader);
}

void Client::send_waiting(Reader& reader) {
  if (endpoints_.all_dismissed()) {
    std::vector<Id> waiting;
    for (const auto& [id, open] : posts_) {
      if (!open.at) waiting.push_back(id);
    }
    for (const Id id : waiting) {
      if (posts_.contains(id)) fail(id, std::make_exception_ptr(MachineFailure(dismissal_)), reader);
    }
    return;
  }
  const auto now = Clock::now();
  for (auto& [id, open] : posts_) {
    if (static_cast<int>(transfers_.under_way()) >= options_.concurrency) return;
    if (open.at || open.not_before > now) continue;
    if (!send(id, open, now)) return;
  }
}

/// Returns whether it could be sent; what limits one limits all.
bool Client::send(Id id, OpenPost& open, Clock::time_point now) {
  if (requests_.when(1, now) > now || tokens_.when(open.post.tokens, now) > now) return false;
  const auto at = endpoints_.choose(open.prefixes, now);
  if (!at) return false;
  requests_.pass(1, now);
  tokens_.pass(open.post.tokens, now);
  open.at = at;
  open.sent = now;
  if (!open.first_sent) open.first_sent = now;
  ++open.attempts;
  endpoints_.sent(*at, open.prefixes);
  transfers_.start(id, endpoints_.url(*at) + open.post.path, headers_, open.post.body);
  return true;
}

void Client::settle(Transfers::Done done, Reader& reader) {
  const auto found = posts_.find(done.id);
  if (found == posts_.end()) return;
  OpenPost& open = found->second;
  const Endpoints::Number at = *std::exchange(open.at, std::nullopt);
  endpoints_.returned(at);
  const auto now = Clock::now();
  const int status = done.reply.status;
  const std::string body = without_key(std::move(done.reply.body));
  const std::string place = where(done.id, at) + ": ";
  const std::string told = "HTTP " + std::to_string(status) + ": ";
  if (!done.reply.failure.empty()) {
    endpoints_.failed(at, now, std::nullopt);
    again(done.id, place + without_key(std::move(done.reply.failure)), reader);
  } else if (status >= 200 && status < 300) {
    accept(done.id, at, body, reader);
  } else if (comes_back_later(status)) {
    endpoints_.failed(at, now, pause(done.reply.retry_after, place));
    again(done.id, place + told + told_reason(body), reader);
  } else if (may_be_repeated(status)) {
    endpoints_.stumbled(at, now);
    again(done.id, place + told + told_reason(body), reader);
  } else if (is_about_endpoint(status)) {
    dismiss(done.id, at, place + told + (status < 400 ? "a redirect, which is not followed" : told_reason(body)),
            reader);
  } else {
    endpoints_.answered(at);
    last_answer_ = now;
    fail(done.id, std::make_exception_ptr(Refused(status, place + told + told_reason(body))), reader);
  }
}

void Client::accept(Id id, Endpoints::Number at, const std::string& body, Reader& reader) {
  const std::int64_t expected = posts_.at(id).post.tokens;
  const auto sent = posts_.at(id).sent;
  const auto now = Clock::now();
  std::int64_t taken = 0;
  try {
    taken = reader.read(id, body);
  } catch (const Unreadable& error) {
    endpoints_.stumbled(at, now);
    again(id, where(id, at) + ": " + error.what(), reader);
    return;
  }
  if (taken > 0) tokens_.correct(expected, taken, sent);
  endpoints_.answered(at);
  last_answer_ = now;
  posts_.erase(id);
}

void Client::again(Id id, const std::string& why, Reader& reader) {
  OpenPost& open = posts_.at(id);
  if (open.attempts > options_.retries) {
    const std::string tried = why + " (tried " + std::to_string(open.attempts) + " times";
    const bool others_answered = last_answer_ && *last_answer_ >= *open.first_sent;
    fail(id,
         others_answered ? std::make_exception_ptr(std::runtime_error(tried + ")"))
                         : std::make_exception_ptr(MachineFailure(tried + "; no request was answered meanwhile)")),
         reader);
    return;
  }
  log(LogLevel::debug, why + "; asked again");
  const auto now = Clock::now();
  const bool another = endpoints_.choose(open.prefixes, now).has_value() && options_.urls.size() > 1;
  open.not_before = another ? now : now + endpoints_.backoff(open.attempts);
}

void Client::fail(Id id, std::exception_ptr error, Reader& reader) {
  posts_.erase(id);
  reader.fail(id, std::move(error));
}

void Client::dismiss(Id id, Endpoints::Number at, const std::string& why, Reader& reader) {
  const bool known = endpoints_.is_dismissed(at);
  endpoints_.dismiss(at);
  dismissal_ = why;
  if (!endpoints_.all_dismissed()) {
    if (!known) log(LogLevel::warning, why + "; this server is not asked any more");
    posts_.at(id).not_before = Clock::now();
    return;
  }
  fail(id, std::make_exception_ptr(MachineFailure(why)), reader);
}

std::string Client::where(Id id, Endpoints::Number at) const { return endpoints_.url(at) + posts_.at(id).post.path; }

std::string Client::without_key(std::string text) const {
  const std::string& key = options_.key;
  if (key.size() < kLeastSecret) return text;
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at))
    text.replace(at, key.size(), "(key)");
  return text;
}

void Client::wait(std::chrono::milliseconds most) {
  const auto now = Clock::now();
  auto until = now + most;
  if (transfers_.under_way() > 0)
    until = std::min(until, now + std::min<Clock::duration>(kIdleCheck, options_.limits.idle));
  for (const auto& [id, open] : posts_) {
    if (open.at) continue;
    // One that is ready waits for an endpoint to come back, or to the end of a minute; where all are busy, for replies.
    const auto ready = std::max({open.not_before, requests_.when(1, now), tokens_.when(open.post.tokens, now)});
    until = std::min(until, ready > now ? ready : endpoints_.next_end_of_rest(now));
  }
  if (until > now) transfers_.wait(std::chrono::ceil<std::chrono::milliseconds>(until - now));
}

}  // namespace espalier::http
