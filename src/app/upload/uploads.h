/// The sink of the upload input: keeps the file whole, has a decoder read it, takes its records in as lines of input
/// `upload`. The first line names the file with its hash; the records follow, each naming file and number.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "app/process/channel.h"
#include "archive/archive.h"
#include "ingest/intake.h"
#include "ingest/web/upload_input.h"

namespace yorozu::upload {

class Uploads {
 public:
  /// All outlive it. `counters`: of the upload input, for `decoded` and `undecoded`.
  Uploads(archive::Archive& archive, ingest::Intake& intake);

  /// A decoder that waits for work; those whose process ended are dropped when they are next needed.
  void add_decoder(process::Channel channel);

  /// ingest::web::UploadSink. Blocks until the file is decoded; `done` comes when all its lines are durable.
  void take(const ingest::web::Upload& upload, const std::function<void(Result<ingest::web::UploadCounts>)>& done);

  /// Whoever waits for a decoder or for room gives up.
  void stop();

 private:
  class Lines;
  Result<ingest::web::UploadCounts> take_records(const ingest::web::Upload& upload, Lines& lines);
  Result<process::Channel> borrow_decoder();

  archive::Archive& archive_;
  ingest::Intake& intake_;
  std::mutex mutex_;  ///< guards the two below
  std::condition_variable changed_;
  std::vector<process::Channel> idle_;
  bool stopping_ = false;
};

}  // namespace yorozu::upload
