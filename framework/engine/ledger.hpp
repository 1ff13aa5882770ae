#pragma once

#include <cstdint>
#include <espalier/runtime.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace espalier::engine {

/// What something cost, logically: as if nothing had been stored, cached over calls, or computed before. So a resumed
/// or replayed run has the same figures as the first one. All are integers, so that sums do not depend on their order.
struct Cost {
  std::int64_t agent_calls = 0;    ///< messages drawn and used
  std::int64_t prompt_tokens = 0;  ///< read once per request
  std::int64_t cached_tokens = 0;  ///< prompt tokens that further candidates of the same request did not read again
  std::int64_t generated_tokens = 0;
  std::int64_t scorer_tokens = 0;       ///< all that value models read or wrote
  std::int64_t scorer_new_tokens = 0;   ///< of those, what no earlier reading of the same state's ancestors had
  std::int64_t flops = 0;               ///< of everything above; 0 where a model does not say
  std::int64_t money = 0;               ///< billionths of the currency that prices are in; paid when it is drawn, ahead
                                        ///< or not; 0 where a model has no price
  std::int64_t speculative_calls = 0;   ///< messages drawn ahead (Episode::prefetch) and not claimed so far
  std::int64_t speculative_tokens = 0;  ///< what those read and generated
  std::int64_t speculative_flops = 0;   ///< and computed; nothing speculative counts against a budget

  /// Tokens a budget counts: read, generated and scored; cached and speculative ones are free.
  std::int64_t tokens() const { return prompt_tokens + generated_tokens + scorer_tokens; }

  Cost& operator+=(const Cost& other);
  Cost& operator-=(const Cost& other);
  bool operator==(const Cost&) const = default;
};

/// How many of Cost::money's units make one of the currency.
inline constexpr double kMoneyUnits = 1e9;

/// The part of a ledger that value models are charged to; no role can have this name.
inline constexpr std::string_view kScorer = "(scorer)";

/// Costs by who caused them: a role of the team, or kScorer. The total is the sum of the parts by construction.
class Ledger {
 public:
  using Parts = std::map<std::string, Cost, std::less<>>;

  void charge(std::string_view part, const Cost& cost);
  Cost total() const;
  const Parts& parts() const { return parts_; }
  /// Adds every part of `other`.
  void merge(const Ledger& other);

  bool operator==(const Ledger&) const = default;

 private:
  Parts parts_;
};

/// Collects what the model calls of one fiber (and its children) cost while a message is drawn or states are scored.
/// The episode settles it into its ledger afterwards, in an order that does not depend on who finished first.
class Receipt {
 public:
  enum class Purpose { speech, scoring };

  /// For speech, `first` is the candidate that costs of no particular candidate are added to.
  explicit Receipt(Purpose purpose, int first = 0) : purpose_(purpose), first_(first) {}

  /// Adds the cost of candidate `candidate` of a request. While scoring, all its tokens become scorer tokens.
  void add(int candidate, const Cost& cost);
  /// Adds what a scoring was charged.
  void add(const Charge& charge);
  /// Count completions, and scores of value models whose scores are stored, by where they came from; physical, for
  /// timings only.
  void count(std::int64_t drawn, std::int64_t replayed);
  void count_scores(std::int64_t made, std::int64_t replayed);
  /// Adds the counts of another receipt.
  void count(const Receipt& other);

  /// Cost of candidate `candidate`; for the first one, with all that belongs to no candidate in [first, first + count).
  Cost of(int candidate, int count) const;
  Cost total() const;
  std::int64_t drawn() const { return drawn_; }
  std::int64_t replayed() const { return replayed_; }
  std::int64_t scores_made() const { return scores_made_; }
  std::int64_t scores_replayed() const { return scores_replayed_; }

 private:
  Purpose purpose_;
  int first_;
  std::map<int, Cost> candidates_;
  std::int64_t drawn_ = 0;
  std::int64_t replayed_ = 0;
  std::int64_t scores_made_ = 0;
  std::int64_t scores_replayed_ = 0;
};

/// The receipt that calls made by the running fiber are added to; null: nobody counts. The engine keeps it per fiber,
/// and children of `together` inherit it.
Receipt* current_receipt();
/// Replaces it and returns the one before.
Receipt* exchange_receipt(Receipt* receipt);

/// Makes a receipt current for a scope.
class ReceiptScope {
 public:
  explicit ReceiptScope(Receipt& receipt) : before_(exchange_receipt(&receipt)) {}
  ~ReceiptScope() { exchange_receipt(before_); }
  ReceiptScope(const ReceiptScope&) = delete;
  ReceiptScope& operator=(const ReceiptScope&) = delete;

 private:
  Receipt* before_;
};

}  // namespace espalier::engine
