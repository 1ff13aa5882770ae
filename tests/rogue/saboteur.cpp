#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <espalier/plugin.hpp>
#include <espalier/runtime.hpp>
#include <espalier/search.hpp>
#include <thread>

namespace {

enum class Deed {
  nothing,
  spin,
  block,
  loop,
  offload,
  exit,
  quick_exit,
  leave,
  abort,
  terminate,
  segfault,
  overflow,
  divide
};

int deeper(int depth) {
  volatile char room[1024];
  room[depth % 1024] = static_cast<char>(depth);
  return depth < 0 ? 0 : deeper(depth + 1) + room[(depth + 1) % 1024];
}

void commit(Deed deed) {
  volatile int zero = 0;
  if (std::getenv("ROGUES_BEHAVE") != nullptr) return;  // so that the same run can be ended in order
  switch (deed) {
    case Deed::spin:
      for (volatile bool for_ever = true; for_ever;) {
      }
      break;
    case Deed::block:
      ::pause();
      break;
    case Deed::offload:
      espalier::offload([] { std::this_thread::sleep_for(std::chrono::hours(1)); });
      break;
    case Deed::exit:
      std::exit(0);
    case Deed::quick_exit:
      std::quick_exit(0);
    case Deed::leave:
      ::_exit(0);
    case Deed::abort:
      std::abort();
    case Deed::terminate:
      std::thread([] { throw 42; }).join();
      break;
    case Deed::segfault:
      *static_cast<volatile int*>(nullptr) = 1;
      break;
    case Deed::overflow:
      zero = deeper(1);
      break;
    case Deed::divide:
      zero = 1 / zero;
      ::raise(SIGFPE);  // where processors do not trap
      break;
    default:
      break;
  }
}

/// Does one of the things that no plugin should do.
class Saboteur final : public espalier::Search {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    Deed deed = field("deed", Deed::nothing, "What it does.",
                      {{"nothing", Deed::nothing},
                       {"spin", Deed::spin},
                       {"block", Deed::block},
                       {"loop", Deed::loop},
                       {"offload", Deed::offload},
                       {"exit", Deed::exit},
                       {"quick_exit", Deed::quick_exit},
                       {"leave", Deed::leave},
                       {"abort", Deed::abort},
                       {"terminate", Deed::terminate},
                       {"segfault", Deed::segfault},
                       {"overflow", Deed::overflow},
                       {"divide", Deed::divide}});
    std::string problem = field("problem", "", "The id of the problem with which it does it; empty: on its creation.");
  };

  explicit Saboteur(Params params) : params_(std::move(params)) {
    if (params_.problem.empty()) commit(params_.deed);
  }

  espalier::Outcome solve(espalier::Episode& episode) const override {
    espalier::State state = episode.root();
    if (state.problem->id == params_.problem) {
      while (params_.deed == Deed::loop && std::getenv("ROGUES_BEHAVE") == nullptr) static_cast<void>(episode.spent());
      commit(params_.deed);
    }
    while (!state.terminal()) state = episode.expand(std::span(&state, 1), {0, 1}).front().front();
    return {state, {{state, 0.0}}, "done"};
  }

 private:
  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Saboteur, "Does one of the things that no plugin should do.")
