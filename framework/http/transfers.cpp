#include "http/transfers.hpp"

#include <curl/curl.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace espalier::http {
namespace {

using Clock = std::chrono::steady_clock;

/// Once per process; curl counts its users and never has to be let go of.
void initialise_curl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (once != CURLE_OK) throw std::runtime_error(std::string("libcurl does not start: ") + curl_easy_strerror(once));
}

/// What a proxy of the environment could not reach.
bool is_on_this_machine(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos) return false;
  url.remove_prefix(host + 3);
  return url.starts_with("127.") || url.starts_with("localhost") || url.starts_with("[::1]");
}

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

struct Transfers::Multi {
  Multi() {
    initialise_curl();
    handle = curl_multi_init();
    if (handle == nullptr) throw std::bad_alloc();
  }
  ~Multi() { curl_multi_cleanup(handle); }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  CURLM* handle = nullptr;
};

/// One post on its way. Its address is known to curl: it does not move.
class Transfers::Transfer {
 public:
  Transfer(Id number, Transfers& all, const std::string& url, const std::vector<std::string>& headers, std::string body)
      : id(number), all_(all), sent_(std::move(body)), easy_(curl_easy_init()) {
    if (!easy_) throw std::bad_alloc();
    for (const auto& header : headers) {
      curl_slist* const longer = curl_slist_append(headers_.get(), header.c_str());
      if (longer == nullptr) throw std::bad_alloc();
      static_cast<void>(headers_.release());
      headers_.reset(longer);
    }
    const TransferLimits& limits = all.limits_;
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(sent_.size()));
    set(CURLOPT_POSTFIELDS, sent_.data());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_WRITEFUNCTION, &Transfer::write);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_PRIVATE, this);
    if (is_on_this_machine(url)) set(CURLOPT_PROXY, "");
    if (curl_multi_add_handle(all.multi_->handle, easy_.get()) != CURLM_OK) throw std::bad_alloc();
  }
  ~Transfer() {
    curl_multi_remove_handle(all_.multi_->handle, easy_.get());
    all_.bodies_ -= reply_.body.size();
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// What there is when curl has ended it.
  Reply take(CURLcode end) {
    if (refusal_.empty() && end != CURLE_OK) {
      refusal_ = error_.front() != '\0' ? error_.data() : curl_easy_strerror(end);
    }
    return take(std::move(refusal_));
  }

  Reply take(std::string failure) {
    all_.bodies_ -= reply_.body.size();
    Reply reply = std::exchange(reply_, {});
    reply.failure = std::move(failure);
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    curl_off_t wait = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &wait);
    if (wait > 0) reply.retry_after = std::chrono::seconds(wait);
    return reply;
  }

  bool is_idle(Clock::time_point now) const { return begun_ && now - *begun_ > all_.limits_.idle; }

  const Id id;

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(easy_.get(), option, value) != CURLE_OK) throw std::runtime_error("libcurl lacks an option");
  }

  static std::size_t write(const char* data, std::size_t one, std::size_t size, void* self) {
    static_cast<void>(one);
    return static_cast<Transfer*>(self)->receive({data, size});
  }

  /// Returns how many bytes were taken; fewer than there are end the transfer.
  std::size_t receive(std::string_view data) {
    begun_ = Clock::now();
    const TransferLimits& limits = all_.limits_;
    if (reply_.body.size() + data.size() > limits.body) {
      refusal_ = "the reply has more than " + std::to_string(limits.body >> 20) + " MiB";
      return 0;
    }
    if (all_.bodies_ + data.size() > limits.bodies) {
      refusal_ = "all replies under way have more than " + std::to_string(limits.bodies >> 20) + " MiB";
      return 0;
    }
    reply_.body += data;
    all_.bodies_ += data.size();
    return data.size();
  }

  Transfers& all_;
  std::string sent_;
  Reply reply_;
  std::string refusal_;                     ///< why we ended it
  std::optional<Clock::time_point> begun_;  ///< when the reply's last byte came
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<curl_slist, ListCleanup> headers_;
  std::unique_ptr<CURL, EasyCleanup> easy_;
};

Transfers::Transfers(TransferLimits limits) : limits_(limits), multi_(std::make_unique<Multi>()) {}

Transfers::~Transfers() { transfers_.clear(); }

void Transfers::start(Id id, const std::string& url, const std::vector<std::string>& headers, std::string body) {
  transfers_[id] = std::make_unique<Transfer>(id, *this, url, headers, std::move(body));
}

void Transfers::cancel(Id id) { transfers_.erase(id); }

std::vector<Transfers::Done> Transfers::advance() {
  int running = 0;
  if (const CURLMcode code = curl_multi_perform(multi_->handle, &running); code != CURLM_OK)
    throw std::runtime_error(std::string("libcurl: ") + curl_multi_strerror(code));
  std::vector<Done> done;
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_->handle, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    done.push_back({transfer->id, transfer->take(message->data.result)});
  }
  for (const Done& one : done) transfers_.erase(one.id);
  give_up_idle(done);
  return done;
}

void Transfers::give_up_idle(std::vector<Done>& done) {
  const auto now = Clock::now();
  std::erase_if(transfers_, [&](const auto& entry) {
    const auto& [id, transfer] = entry;
    if (!transfer->is_idle(now)) return false;
    done.push_back({id, transfer->take("half a reply came, and nothing for " +
                                       std::to_string(limits_.idle.count() / 1000) + " seconds")});
    return true;
  });
}

void Transfers::wait(std::chrono::milliseconds most) {
  curl_multi_poll(multi_->handle, nullptr, 0, static_cast<int>(most.count()), nullptr);
}

}  // namespace espalier::http
