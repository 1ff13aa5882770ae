#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "call_store/call_store.hpp"
#include "engine/engine.hpp"

namespace espalier::engine {

/// A candidate that some strand is having drawn.
struct Flight {
  Gate gate;                             ///< opens when it is over
  std::optional<Completion> completion;  ///< absent when it was given up
  bool over = false;
};

/// The candidates that strands of an engine are having drawn at this moment, so that nobody draws one a second time
/// before the call store has it.
class Flights {
 public:
  /// The candidates that one strand draws. Whatever has not landed when a claim ends is given up.
  class Claim {
   public:
    Claim(Flights& flights, Engine& engine) : flights_(flights), engine_(engine) {}
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    /// Takes a candidate that nobody else is drawing.
    void add(const CallKey& key);
    /// Hands it to everybody who waits for it.
    void land(const CallKey& key, const Completion& completion);

   private:
    void end(const CallKey& key, std::optional<Completion> completion);

    Flights& flights_;
    Engine& engine_;
    std::vector<CallKey> keys_;
  };

  /// The flight of a candidate, or null when nobody is drawing it.
  std::shared_ptr<Flight> find(const CallKey& key) const;

 private:
  std::map<CallKey, std::shared_ptr<Flight>> under_way_;
};

}  // namespace espalier::engine
