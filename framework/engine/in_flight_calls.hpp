#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "call_store/call_store.hpp"
#include "engine/engine.hpp"

namespace espalier::engine {

/// A candidate that some fiber is having drawn.
struct InFlightCall {
  WaitQueue waiters;                     ///< woken when it is over
  std::optional<Completion> completion;  ///< absent when it was given up
  bool over = false;
};

/// The candidates that fibers of an engine are having drawn at this moment, so that nobody draws one a second time
/// before the call store has it.
class InFlightCalls {
 public:
  /// The candidates that one fiber draws. Whatever is not finished when a claim ends is given up.
  class Claim {
   public:
    Claim(InFlightCalls& in_flight, Engine& engine) : in_flight_(in_flight), engine_(engine) {}
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    /// Takes a candidate that nobody else is drawing.
    void add(const CallKey& key);
    /// Hands it to everybody who waits for it.
    void finish(const CallKey& key, const Completion& completion);

   private:
    void end(const CallKey& key, std::optional<Completion> completion);

    InFlightCalls& in_flight_;
    Engine& engine_;
    std::vector<CallKey> keys_;
  };

  /// The call in flight of a candidate, or null when nobody is drawing it.
  std::shared_ptr<InFlightCall> find(const CallKey& key) const;

 private:
  std::map<CallKey, std::shared_ptr<InFlightCall>> under_way_;
};

}  // namespace espalier::engine
