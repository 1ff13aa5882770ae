#pragma once

#include <cstdint>
#include <espalier/params.hpp>
#include <string>
#include <vector>

#include "http/client.hpp"

namespace espalier::http {

/// Where the servers of a model are and how they are treated: what plugins that post have in common. None of it changes
/// what a model says.
struct ClientParams : Params {
  using Params::Params;
  std::string url =
      setting("url", "", "Where the server is, with the version of its interface: \"http://localhost:8000/v1\".");
  std::vector<std::string> urls =
      setting("urls", std::vector<std::string>{},
              "Several servers with the same model, in place of `url`: prompts that begin alike go to one of them.");
  std::string key_environment =
      setting("key_environment", "", "Name of the environment variable that holds the key; \"\": there is none.");
  int concurrency = setting("concurrency", 64, "Requests under way at once.", between(1, 4096));
  double connect_timeout = setting("connect_timeout", 10.0, "Seconds without a connection after which one is given up.",
                                   between(0.01, 3600));
  double idle_timeout =
      setting("idle_timeout", 60.0, "Seconds without a byte of a reply that has begun.", between(0.01, 86400));
  double timeout = setting("timeout", 600.0, "Seconds of one request.", between(0.01, 86400));
  int retries = setting("retries", 8,
                        "How often a request is made again that failed through no fault of its own: after half a "
                        "second, and twice as long each time up to a minute.",
                        between(0, 100));
  int requests_per_minute = setting("requests_per_minute", 0, "Most requests in any minute; 0: any.", between(0, 1e9));
  std::int64_t tokens_per_minute = setting("tokens_per_minute", std::int64_t{0},
                                           "Most tokens, read and written, in any minute; 0: any.", between(0, 1e12));
  bool affinity = setting(
      "affinity", true, "Whether prompts that begin alike go to one of several servers, which has that in its cache.");

  void validate() const;

  /// Throws BadInput where the environment lacks the key.
  ClientOptions options() const;
};

}  // namespace espalier::http
