#include "engine/engine.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/call_store.hpp"
#include "engine/lanes.hpp"
#include "engine/ledger.hpp"
#include "engine/offload_pool.hpp"
#include "engine/strands.hpp"

namespace espalier::engine {
namespace {

constexpr int kMostOpenTasks = 2000;
constexpr int kMostOpenThreads = 64;
constexpr double kBytesPerTask = 4 << 20;  // touched stack pages, a search tree, messages under way

/// Memory that could be had without swapping, in bytes; 0 where Linux does not say.
double available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("MemAvailable:")) return 1024.0 * std::strtod(line.c_str() + line.find(':') + 1, nullptr);
  }
  return 0;
}

int default_open_tasks(StrandKind kind) {
  const double most = kind == StrandKind::threads ? kMostOpenThreads : kMostOpenTasks;
  return static_cast<int>(std::clamp(available_memory() / kBytesPerTask, 16.0, most));
}

/// What a head's reading costs. What its caller says was read before costs no arithmetic; whether it really was is a
/// matter of caches, which the ledger does not know: it is logical.
void charge_reading(const Backend& backend, const ReadWork& work) {
  Receipt* receipt = current_receipt();
  if (!receipt) return;
  for (const Reading& reading : work.readings) {
    const auto tokens = static_cast<int>(reading.tokens.size());
    const int fresh = tokens - std::clamp(reading.known, 0, tokens);
    const double flops = backend.flops(tokens, 0) - backend.flops(tokens - fresh, 0);
    receipt->add_reading(tokens, fresh, static_cast<std::int64_t>(flops));
  }
}

}  // namespace

StrandKind default_strand_kind() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return StrandKind::threads;
#else
  return StrandKind::fibers;
#endif
}

class Engine::Loop {
 public:
  Loop(Engine& engine, const EngineOptions& options)
      : engine_(engine),
        open_tasks_(options.open_tasks > 0 ? options.open_tasks : default_open_tasks(options.strands)),
        strands_(Strands::make(options.strands)) {}

  std::vector<TaskReport> run(std::size_t count, const Body& body);
  Finished await(Backend& backend, Work work, Deposit deposit);
  void offload(const std::function<void()>& blocking);
  void together(std::span<const std::function<void()>> tasks);
  void wait(Gate& gate);
  void open(Gate& gate);

  std::atomic<bool> stop_requested = false;
  bool abandoning = false;

 private:
  void begin(TaskReport& report, const Body& body, std::size_t index);
  void run_strands();
  void turn();
  void deposit(std::vector<Pending*>& done);
  void abandon();
  void park();
  void check_may_park() const;

  Engine& engine_;
  int open_tasks_;
  int open_ = 0;
  bool running_ = false;
  std::exception_ptr store_error_;
  std::unique_ptr<Strands> strands_;
  Lanes lanes_;
  OffloadPool offloads_;
};

std::vector<TaskReport> Engine::Loop::run(std::size_t count, const Body& body) {
  if (running_) throw std::logic_error("the engine is running already");
  running_ = true;
  abandoning = false;
  std::vector<TaskReport> reports(count);
  std::size_t next = 0;
  const auto may_begin = [&] { return next < count && open_ < open_tasks_ && !stop_requested && !store_error_; };
  for (;;) {
    for (; may_begin(); ++next) begin(reports[next], body, next);
    run_strands();
    if (may_begin()) continue;  // some ended without waiting: fill their places before the backends step
    if (open_ == 0) break;
    if (stop_requested && !abandoning) {
      abandon();
    } else {
      turn();
    }
  }
  running_ = false;
  if (store_error_) std::rethrow_exception(std::exchange(store_error_, nullptr));
  return reports;
}

void Engine::Loop::begin(TaskReport& report, const Body& body, std::size_t index) {
  ++open_;
  strands_->start([this, &report, &body, index] {
    Scheduler* const before = exchange_scheduler(&engine_);
    exchange_receipt(nullptr);
    try {
      body(index);
      report.end = abandoning ? TaskEnd::abandoned : TaskEnd::done;
    } catch (const Abandoned&) {
      report.end = TaskEnd::abandoned;
    } catch (...) {
      report = {TaskEnd::failed, std::current_exception()};
    }
    exchange_scheduler(before);
    --open_;
  });
}

/// Only strands see the scheduler: code of backends that calls the SDK works in place.
void Engine::Loop::run_strands() {
  Scheduler* const before = exchange_scheduler(&engine_);
  Receipt* const receipt = exchange_receipt(nullptr);
  strands_->run_ready();
  exchange_receipt(receipt);
  exchange_scheduler(before);
}

void Engine::Loop::turn() {
  const bool only_offloads = lanes_.idle();
  if (only_offloads && offloads_.under_way() == 0) throw std::logic_error("all tasks wait, and nothing is under way");
  for (OffloadPool::Job* job : offloads_.take_finished(only_offloads)) {
    strands_->wake(*static_cast<Strands::Strand*>(job->owner));
  }
  if (only_offloads) return;
  auto done = lanes_.turn();
  deposit(done);
  for (Pending* pending : done) strands_->wake(*pending->strand);
  if (store_error_) abandon();
}

/// Nobody sees a result before it is durable; one transaction for all results of a step.
void Engine::Loop::deposit(std::vector<Pending*>& done) {
  std::set<CallStore*> touched;
  for (Pending* pending : done) {
    if (!pending->deposit.store || std::holds_alternative<std::exception_ptr>(pending->finished.result)) continue;
    try {
      pending->deposit.record(pending->finished);
      touched.insert(pending->deposit.store);
    } catch (...) {
      pending->finished.result = std::current_exception();
    }
  }
  try {
    for (CallStore* store : touched) store->commit();
  } catch (...) {
    store_error_ = std::current_exception();
    for (Pending* pending : done) pending->abandoned = true;
  }
}

void Engine::Loop::abandon() {
  abandoning = true;
  for (Pending* pending : lanes_.abandon()) strands_->wake(*pending->strand);
}

void Engine::Loop::check_may_park() const {
  if (!strands_->current()) throw std::logic_error("only tasks of the engine may wait on it");
  if (abandoning) throw Abandoned{};
  if (std::current_exception() || std::uncaught_exceptions() > 0) {
    throw std::logic_error("a task may not wait inside a catch block or during unwinding: leave it first, then call");
  }
}

void Engine::Loop::park() {
  Receipt* const receipt = exchange_receipt(nullptr);
  strands_->park();
  exchange_receipt(receipt);
}

Finished Engine::Loop::await(Backend& backend, Work work, Deposit deposit) {
  check_may_park();
  Pending pending{.strand = strands_->current(), .work = std::move(work), .deposit = std::move(deposit)};
  lanes_.enter(backend, pending);
  park();
  if (pending.abandoned) throw Abandoned{};
  if (const auto* error = std::get_if<std::exception_ptr>(&pending.finished.result)) std::rethrow_exception(*error);
  if (const auto* reading = std::get_if<ReadWork>(&pending.work)) charge_reading(backend, *reading);
  return std::move(pending.finished);
}

void Engine::Loop::offload(const std::function<void()>& blocking) {
  check_may_park();
  OffloadPool::Job job{.work = &blocking, .owner = strands_->current()};
  offloads_.submit(job);
  park();
  if (abandoning) throw Abandoned{};
  if (job.error) std::rethrow_exception(job.error);
}

void Engine::Loop::together(std::span<const std::function<void()>> tasks) {
  check_may_park();
  std::vector<std::exception_ptr> errors(tasks.size());
  const auto attempt = [&](std::size_t i) {
    try {
      tasks[i]();
    } catch (...) {
      errors[i] = std::current_exception();
    }
  };
  Strands::Strand* const parent = strands_->current();
  Receipt* const receipt = current_receipt();
  std::size_t running = 0;
  bool waiting = false;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (strands_->live() >= strands_->capacity()) {
      attempt(i);  // results do not depend on where a task runs, only the size of batches does
      continue;
    }
    ++running;
    strands_->start([&, i] {
      Scheduler* const before = exchange_scheduler(&engine_);
      exchange_receipt(receipt);
      attempt(i);
      exchange_scheduler(before);
      if (--running == 0 && waiting) strands_->wake(*parent);
    });
  }
  waiting = true;
  if (running > 0) park();
  if (abandoning) throw Abandoned{};
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

void Engine::Loop::wait(Gate& gate) {
  check_may_park();
  gate.waiting.push_back(strands_->current());
  park();
  if (abandoning) throw Abandoned{};
}

void Engine::Loop::open(Gate& gate) {
  for (void* strand : std::exchange(gate.waiting, {})) strands_->wake(*static_cast<Strands::Strand*>(strand));
}

Engine::Engine(EngineOptions options) : loop_(std::make_unique<Loop>(*this, options)) {}
Engine::~Engine() = default;

std::vector<TaskReport> Engine::run(std::size_t count, const Body& body) { return loop_->run(count, body); }

void Engine::request_stop() noexcept { loop_->stop_requested = true; }
bool Engine::stop_requested() const noexcept { return loop_->stop_requested; }
bool Engine::abandoning() const noexcept { return loop_->abandoning; }

Engine* Engine::current() { return dynamic_cast<Engine*>(current_scheduler()); }

Finished Engine::await(Backend& backend, Work work) { return loop_->await(backend, std::move(work), {}); }
Finished Engine::await(Backend& backend, Work work, Deposit deposit) {
  return loop_->await(backend, std::move(work), std::move(deposit));
}
void Engine::offload(const std::function<void()>& blocking) { loop_->offload(blocking); }
void Engine::together(std::span<const std::function<void()>> tasks) { loop_->together(tasks); }
void Engine::wait(Gate& gate) { loop_->wait(gate); }
void Engine::open(Gate& gate) { loop_->open(gate); }

Charge Engine::charged(const std::function<void()>& scoring) {
  Receipt receipt(Receipt::Purpose::scoring);
  {
    const ReceiptScope counted(receipt);
    scoring();
  }
  if (Receipt* const outer = current_receipt()) outer->count(receipt.drawn(), receipt.replayed());
  const Cost cost = receipt.total();
  const Charge charged{.tokens = cost.scorer_tokens, .new_tokens = cost.scorer_new_tokens, .flops = cost.flops};
  charge(charged);
  return charged;
}

void Engine::charge(const Charge& charge) {
  if (Receipt* const receipt = current_receipt()) receipt->add_reading(charge.tokens, charge.new_tokens, charge.flops);
}

}  // namespace espalier::engine
