/// Answers kept for requests that may be repeated (draft-ietf-httpapi-idempotency-key-header): whoever did not see the
/// answer sends the request again with the same key and gets it, and nothing is done twice. Bounded in number, bytes
/// and time; in memory only, so a restart forgets. Thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"
#include "http/message.h"

namespace yorozu::http {

class IdempotencyKeys {
 public:
  static constexpr std::size_t kMaxKey = 200;
  static constexpr std::size_t kMaxKeys = 1'000;
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;  ///< of answers
  static constexpr std::int64_t kKeptUs = std::int64_t{24} * 3600 * 1'000'000;

  enum class Outcome {
    New,       ///< do it, then finish() or forget()
    Known,     ///< `answer` is what it was answered
    Running,   ///< the first one is not done yet
    OtherBody  ///< the key was used for another request
  };
  struct Begun {
    Outcome outcome = Outcome::New;
    Response answer;
  };
  /// `scope`: who asks for what, so that keys of different people or routes never meet.
  Begun begin(std::string_view scope, std::string_view key, std::string_view body, Timestamp now);
  void finish(std::string_view scope, std::string_view key, const Response& answer);
  /// It was not done, and may be tried again.
  void forget(std::string_view scope, std::string_view key);
  std::size_t size() const;

 private:
  struct Entry {
    std::string name;
    std::uint64_t body_hash = 0;
    Timestamp since;
    std::optional<Response> answer;
  };
  using Entries = std::list<Entry>;  ///< oldest first
  void remove(Entries::iterator entry);
  void make_room(Timestamp now);

  mutable std::mutex mutex_;  // guards all below
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_name_;
  std::size_t bytes_ = 0;
};

}  // namespace yorozu::http
