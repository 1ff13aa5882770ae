#include "support/model_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <espalier/random.hpp>
#include <stdexcept>

namespace espalier::testing {
namespace {

using base::Json;

constexpr std::array<const char*, 8> kWords = {"we", "take", "the", "sum", "of", "all", "so", "then"};

bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Reads one request; false: the connection has ended.
bool receive(int connection, std::string& buffer, Asked& asked) {
  std::size_t end = 0;
  const auto more = [&] {
    std::array<char, 65536> block;
    const ssize_t got = ::recv(connection, block.data(), block.size(), 0);
    if (got > 0) buffer.append(block.data(), static_cast<std::size_t>(got));
    return got > 0;
  };
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  asked.headers = buffer.substr(0, end + 2);
  const std::size_t space = buffer.find(' ');
  asked.path = buffer.substr(space + 1, buffer.find(' ', space + 1) - space - 1);
  const std::size_t length_at = asked.headers.find("Content-Length: ");
  const std::size_t length = length_at == std::string::npos ? 0 : std::stoul(asked.headers.substr(length_at + 16));
  while (buffer.size() < end + 4 + length) {
    if (!more()) return false;
  }
  asked.body = Json::parse(buffer.substr(end + 4, length));
  buffer.erase(0, end + 4 + length);
  return true;
}

std::string http(int status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string prompt_of(const Json& body) {
  if (body.contains("prompt")) return body.at("prompt");
  std::string prompt;
  for (const Json& message : body.at("messages"))
    prompt += message.at("role").get<std::string>() + ": " + message.at("content").get<std::string>() + "\n";
  return prompt;
}

int words(std::string_view text) {
  int count = 0;
  bool inside = false;
  for (const char byte : text) {
    const bool white = byte == ' ' || byte == '\n';
    count += !white && !inside;
    inside = !white;
  }
  return count;
}

/// What is said to a prompt: a few words and a number, each word with the space before it.
std::vector<std::string> said(const std::string& prompt, std::uint64_t seed, double temperature, int choice) {
  Key key = Key{7, 7}.child(prompt);
  if (temperature > 0) key = key.child(seed).child(static_cast<std::uint64_t>(choice));
  Random random(key);
  std::vector<std::string> pieces;
  for (auto i = random.between(3, 9); i > 0; --i) {
    pieces.push_back((pieces.empty() ? "" : " ") + std::string(kWords[static_cast<std::size_t>(random.between(0, 7))]));
  }
  pieces.push_back(" " + std::to_string(random.between(0, 3)));
  return pieces;
}

}  // namespace

ModelServer::ModelServer(Faults faults) : faults_(std::move(faults)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 512) != 0)
    throw std::runtime_error("the stand-in server finds no port");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ModelServer::~ModelServer() {
  closing_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  for (const int connection : connections_) ::close(connection);
}

std::string ModelServer::url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }

std::vector<Asked> ModelServer::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void ModelServer::accept_all() {
  while (!closing_) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) continue;
    const int on = 1;
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    connections_.push_back(connection);
    threads_.emplace_back([this, connection] { serve(connection); });
  }
}

void ModelServer::serve(int connection) {
  const int open = ++open_;
  for (int most = most_open_; open > most && !most_open_.compare_exchange_weak(most, open);) {
  }
  std::string buffer;
  for (Asked asked; receive(connection, buffer, asked) && reply(connection, asked); asked = {}) {
  }
  ::shutdown(connection, SHUT_RDWR);
  --open_;
}

/// Returns whether the connection stays open.
bool ModelServer::reply(int connection, const Asked& asked) {
  int number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = count_++;
    asked_.push_back(asked);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds.load()));
  const Fault fault = faults_ ? faults_(number, asked) : Fault{};
  switch (fault.kind) {
    case Fault::Kind::status:
      return send_all(connection, http(fault.status, fault.text, fault.headers));
    case Fault::Kind::raw:
      send_all(connection, fault.text);
      return false;
    case Fault::Kind::silence:
      return false;
    default:
      break;
  }
  const std::string whole = http(200, answer(asked, fault));
  if (fault.kind == Fault::Kind::half || fault.kind == Fault::Kind::stall) {
    send_all(connection, std::string_view(whole).substr(0, whole.size() - 20));
    while (fault.kind == Fault::Kind::stall && !closing_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return false;
  }
  if (fault.kind != Fault::Kind::drip) return send_all(connection, whole);
  for (const char byte : whole) {
    if (closing_ || !send_all(connection, {&byte, 1})) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::string ModelServer::answer(const Asked& asked, const Fault& fault) {
  const Json& body = asked.body;
  const std::string prompt = prompt_of(body);
  const bool chat = body.contains("messages");
  const int n = fault.kind == Fault::Kind::one ? 1 : body.value("n", 1);
  const int most = body.value("max_tokens", 256);
  int written = 0;
  Json choices = Json::array();
  for (int i = 0; i < n; ++i) {
    auto pieces = said(prompt, body.value("seed", std::uint64_t{0}), body.value("temperature", 1.0), i);
    const bool cut = std::ssize(pieces) > most;
    if (cut) pieces.resize(static_cast<std::size_t>(most));
    std::string text;
    Json content = Json::array();
    Json plain = Json::array();
    for (const auto& piece : pieces) {
      text += piece;
      const double logprob = -0.25 * static_cast<double>(piece.size());
      content.push_back({{"token", piece}, {"logprob", logprob}});
      plain.push_back(logprob);
    }
    for (const auto& stop : body.value("stop", std::vector<std::string>{})) text = text.substr(0, text.find(stop));
    written += static_cast<int>(pieces.size());
    Json choice{{"index", i}, {"finish_reason", cut ? "length" : "stop"}, {"logprobs", nullptr}};
    if (chat) {
      choice["message"] = {{"role", "assistant"}, {"content", text}};
    } else {
      choice["text"] = text;
    }
    if (body.contains("logprobs"))
      choice["logprobs"] = chat ? Json{{"content", content}} : Json{{"token_logprobs", plain}};
    choices.insert(choices.begin(), choice);  // the last one first: who reads goes by the index
  }
  const int read = words(prompt);
  const int cached = known_words(prompt);
  prompt_tokens_ += read;
  cached_tokens_ += cached;
  Json reply{{"object", "chat.completion"}, {"choices", choices}};
  if (fault.kind != Fault::Kind::uncounted) {
    reply["usage"] = {{"prompt_tokens", read}, {"completion_tokens", written}};
    if (tells_cache) reply["usage"]["prompt_tokens_details"] = {{"cached_tokens", cached}};
  }
  return reply.dump();
}

/// Words of the longest beginning that the prompt shares with one read before.
int ModelServer::known_words(const std::string& prompt) {
  const std::lock_guard lock(mutex_);
  std::size_t known = 0;
  for (const auto& before : read_) {
    const auto [here, there] = std::ranges::mismatch(prompt, before);
    known = std::max(known, static_cast<std::size_t>(here - prompt.begin()));
  }
  read_.push_back(prompt);
  return words(std::string_view(prompt).substr(0, known));
}

}  // namespace espalier::testing
