#include "server_reward/scores.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/json_value.hpp"
#include "http/client.hpp"

namespace espalier::server_reward {
namespace {

using base::Json;

/// Where servers put outputs, the first that is there.
const Json* outputs_in(const Json& reply) {
  const Json* list = &reply;
  if (reply.is_object() && reply.contains("data")) list = &reply.at("data");
  const Json* one = list->is_array() && !list->empty() ? &list->front() : list;
  if (!one->is_object()) return nullptr;
  for (const char* key : {"probs", "data", "embedding"}) {
    if (one->contains(key)) return &one->at(key);
  }
  return nullptr;
}

}  // namespace

Rows read_scores(std::string_view body) {
  try {
    const Json reply = base::parse_json<Json>(body, "reply");
    const Json* outputs = outputs_in(reply);
    if (outputs == nullptr) throw http::Unreadable("the reply has no scores: " + http::told_reason(std::string(body)));
    auto rows = base::as<Rows>(*outputs);
    if (const auto row = base::as<std::vector<double>>(*outputs); row && !row->empty()) rows = Rows{*row};
    if (const auto number = base::as<double>(*outputs)) rows = Rows{{*number}};
    const auto sound = [&](const std::vector<double>& row) {
      return !row.empty() && row.size() == rows->front().size() &&
             std::ranges::all_of(row, [](double number) { return std::isfinite(number); });
    };
    if (!rows || rows->empty() || !std::ranges::all_of(*rows, sound))
      throw http::Unreadable("the scores in the reply are no numbers in rows");
    return *std::move(rows);
  } catch (const base::JsonError& error) {
    throw http::Unreadable(error.what());
  }
}

}  // namespace espalier::server_reward
