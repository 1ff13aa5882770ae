#include "http/client_params.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <espalier/bad_input.hpp>
#include <set>
#include <string_view>

namespace espalier::http {
namespace {

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * seconds));
}

/// Why a text is no URL of a server; "" where it is one.
std::string fault(std::string_view url) {
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return "must begin with http:// or https://";
  const std::string_view rest = url.substr(secure ? 8 : 7);
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (host.empty()) return "names no host";
  if (host.find('@') != std::string_view::npos) {
    return "must hold no name or password: they would stand in every record; key_environment names a variable that "
           "holds the key";
  }
  if (url.find_first_of("?# \t\r\n") != std::string_view::npos) return "must end with a path, such as /v1";
  return "";
}

bool is_variable_name(std::string_view name) {
  return std::ranges::all_of(name, [](unsigned char byte) { return std::isalnum(byte) != 0 || byte == '_'; });
}

}  // namespace

void ClientParams::validate() const {
  if (!url.empty() && !urls.empty()) reject("urls", "cannot be given together with `url`");
  if (const std::string why = fault(url); !url.empty() && !why.empty()) reject("url", why);
  std::set<std::string> known;
  for (const auto& one : urls) {
    if (const std::string why = fault(one); !why.empty()) reject("urls", "has one that " + why);
    if (!known.insert(one).second) reject("urls", "has " + one + " twice");
  }
  if (!is_variable_name(key_environment)) {
    reject("key_environment", "must be the name of an environment variable, not the key itself");
  }
}

ClientOptions ClientParams::options() const {
  ClientOptions options{.urls = urls.empty() ? std::vector{url} : urls,
                        .concurrency = concurrency,
                        .limits = {.connect = milliseconds(connect_timeout),
                                   .idle = milliseconds(idle_timeout),
                                   .total = milliseconds(timeout)},
                        .retries = retries,
                        .requests_per_minute = requests_per_minute,
                        .tokens_per_minute = tokens_per_minute,
                        .affinity = affinity};
  if (options.urls.front().empty()) throw BadInput("has no url: where its server is, such as http://localhost:8000/v1");
  for (auto& one : options.urls) one.erase(one.find_last_not_of('/') + 1);
  if (key_environment.empty()) return options;
  const char* const key = std::getenv(key_environment.c_str());
  if (key == nullptr || *key == '\0')
    throw BadInput("key_environment: there is no variable " + key_environment + " in the environment");
  options.key = key;
  if (options.key.find_first_of("\r\n") != std::string::npos)
    throw BadInput("key_environment: the variable " + key_environment + " holds more than one line");
  return options;
}

}  // namespace espalier::http
