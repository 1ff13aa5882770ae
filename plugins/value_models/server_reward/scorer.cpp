#include "server_reward/scorer.hpp"

#include <iterator>
#include <utility>

namespace espalier::server_reward {

bool Scorer::admit(Ticket ticket, const Work& work) {
  if (!asked_.empty() && !client_.has_room()) return false;
  auto* const question = static_cast<Question*>(const_cast<void*>(std::get<ScoringWork>(work).scoring_head));
  asked_[ticket] = question;
  client_.post(ticket, question->post);
  return true;
}

void Scorer::step(std::vector<Finished>& finished) {
  client_.advance(*this);
  std::ranges::move(finished_, std::back_inserter(finished));
  finished_.clear();
}

bool Scorer::wait(std::chrono::milliseconds most) {
  if (finished_.empty() && client_.open() > 0) client_.wait(most);
  return true;
}

void Scorer::drop(Ticket ticket) {
  client_.cancel(ticket);
  asked_.erase(ticket);
}

std::int64_t Scorer::read(http::Client::Id id, const std::string& body) {
  Rows rows = read_scores(body);
  asked_.extract(id).mapped()->rows = std::move(rows);
  Finished& finished = finished_.emplace_back();
  finished.ticket = id;
  finished.result = std::vector<float>{};
  return 0;
}

void Scorer::fail(http::Client::Id id, std::exception_ptr error) {
  asked_.erase(id);
  Finished& finished = finished_.emplace_back();
  finished.ticket = id;
  finished.result = std::move(error);
}

}  // namespace espalier::server_reward
