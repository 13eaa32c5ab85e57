/// POST /ingest/upload?name=NAME: a whole file (EVTX, CSV, archive, anything that `hunt` reads). It is written to a
/// folder of ours as it comes, then handed to whoever keeps and decodes it; answered when that is durable, with counts.
/// NAME is a label and never a path.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "access/token_store.h"
#include "base/hash.h"
#include "ingest/input.h"
#include "ingest/web/door.h"

namespace yorozu::ingest::web {

struct Upload {
  std::filesystem::path file;  ///< synced to disk; removed when `done` was called
  std::string name;            ///< as the sender says: valid UTF-8 without control characters, at most 255 bytes
  std::string sha256;          ///< lower-case hex
  std::uint64_t bytes = 0;
  std::string token;  ///< public id
  std::string peer;
  Timestamp received;
};
struct UploadCounts {
  std::uint64_t records = 0;  ///< lines made of it
  std::uint64_t damages = 0;  ///< places that could not be read
};
/// Called on the input's own thread, which has nothing else to do but other uploads. `done` once, from any thread, when
/// everything of the file is durable or failed for good. Error codes: Overloaded (come again), InvalidInput (no file
/// that can be read), else our own trouble.
using UploadSink = std::function<void(const Upload&, std::function<void(Result<UploadCounts>)> done)>;

struct UploadOptions {
  std::filesystem::path folder;  ///< on the disk of the data; what is left there from before is removed
  std::uint64_t max_file_bytes = std::uint64_t{4} << 30;
  std::uint64_t max_open_bytes = std::uint64_t{8} << 30;  ///< of all files that are being taken or decoded
  std::size_t max_open = 8;
};

class UploadInput final : public Input {
 public:
  /// All references, and what `sink` refers to, outlive the input.
  UploadInput(Door& door, access::TokenStore& tokens, UploadSink sink, UploadOptions options);
  ~UploadInput() override;

  Result<void> start() override;
  void stop() override;  ///< files that are complete are still handed over and answered
  InputState state() const override;
  const InputCounters& counters() const override { return counters_; }

 private:
  class Worker;
  struct Shop;
  Door& door_;
  InputCounters counters_;
  std::unique_ptr<Worker> worker_;
  std::shared_ptr<Shop> shop_;  // shared with bodies on their way
  std::atomic<bool> is_running_ = false;
  std::string problem_;  ///< of start()
};

}  // namespace yorozu::ingest::web
