#include "ingest/web/upload_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/file.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/try.h"

namespace yorozu::ingest::web {
namespace {

constexpr std::size_t kMaxNameBytes = 255;
constexpr std::string_view kPrefix = "upload-";

bool is_good_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || !is_valid_utf8(name)) return false;
  for (std::size_t at = 0; at < name.size();) {
    const char32_t c = next_code_point(name, at);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  }
  return true;
}

}  // namespace

/// What disks do blocks, so it has a thread of its own; jobs run in order.
class UploadInput::Worker {
 public:
  Worker() : thread_([this](const std::stop_token& stop) { run(stop); }) {}
  void post(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
  }

 private:
  void run(const std::stop_token& stop) {
    while (true) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [this] { return !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_; bounded: one for each open upload
  std::jthread thread_;
};

namespace {

http::Response answer_for(const Upload& upload, const Result<UploadCounts>& counts) {
  if (!counts) {
    const ErrorCode code = counts.error().code;
    const unsigned status = code == ErrorCode::InvalidInput || code == ErrorCode::Unsupported ? 415
                            : code == ErrorCode::Overloaded                                   ? 429
                                                                                              : 503;
    http::Response response =
        http::problem(status, http::reason_phrase(status), status == 415 ? counts.error().message : "not kept");
    if (status != 415) response.headers.add("Retry-After", "10");
    return response;
  }
  http::Response response;
  response.status = 201;
  response.content_type = "application/json";
  JsonWriter json(response.body);
  json.begin_object().key("name").value(upload.name).key("sha256").value(upload.sha256);
  json.key("bytes").value(upload.bytes).key("records").value(counts->records);
  json.key("damages").value(counts->damages).end_object();
  return response;
}

}  // namespace

/// What open uploads share. Jobs of the worker keep it, so it must not own the worker: a thread cannot join itself.
struct UploadInput::Shop {
  Shop(Worker& on, UploadSink to, UploadOptions with, InputCounters& count, std::function<Timestamp()> clock)
      : worker(on), sink(std::move(to)), options(std::move(with)), counters(count), now(std::move(clock)) {}

  Worker& worker;  ///< until the door is shut

  const UploadSink sink;
  const UploadOptions options;
  InputCounters& counters;
  const std::function<Timestamp()> now;
  std::atomic<bool> is_stopped = false;
  std::atomic<std::uint64_t> open_bytes = 0;
  std::atomic<std::size_t> open = 0;
  std::atomic<std::uint64_t> next_number = 0;

  bool has_room(std::uint64_t announced) const {
    return open < options.max_open && open_bytes + announced <= options.max_open_bytes;
  }
};

namespace {

/// A file on its way: written and hashed on the worker's thread, one piece after the other.
struct Part {
  Upload upload;
  Fd fd;
  Sha256Stream hash;

  ~Part() {
    if (!upload.file.empty()) ::unlink(upload.file.c_str());
  }
  Result<void> make() {
    fd = Fd(::open(upload.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return fail(ErrorCode::Io, "the upload cannot be written");
    return {};
  }
  Result<void> write(std::string_view bytes) {
    if (!fd) TRY(make());
    TRY(write_all(fd, bytes));
    hash.update(as_bytes(bytes));
    upload.bytes += bytes.size();
    return {};
  }
  Result<void> complete() {
    if (!fd) TRY(make());
    if (::fsync(fd.get()) != 0) return fail(ErrorCode::Io, "the upload cannot be written");
    upload.sha256 = to_hex(hash.finish());
    return {};
  }
};

template <class Shop>
class UploadBody final : public http::BodyStream {
 public:
  UploadBody(std::shared_ptr<Shop> shop, const http::RequestHead& head) : shop_(std::move(shop)) {
    ++shop_->open;
    // The count of open bytes and files is given back when the last who knows of the part lets go of it.
    part_ = std::shared_ptr<Part>(new Part, [kept = shop_](Part* part) {
      kept->open_bytes -= part->upload.bytes;
      --kept->open;
      delete part;
    });
    Upload& upload = part_->upload;
    upload.name = http::query_value(head.query, "name").value_or(std::string());
    upload.token = head.principal;
    upload.peer = head.peer;
    upload.file = shop_->options.folder /
                  (std::string(kPrefix) + std::to_string(::getpid()) + "-" + std::to_string(shop_->next_number++));
  }

  void take(std::string_view bytes, std::function<void(Result<void>)> done) override {
    if (shop_->open_bytes + bytes.size() > shop_->options.max_open_bytes) {
      failed_ = Error{ErrorCode::Overloaded, "too much is being uploaded"};
      return done(std::unexpected(*failed_));
    }
    shop_->worker.post([this_shop = shop_, part = part_, bytes, done = std::move(done), failed = failed_place_] {
      const std::uint64_t before = part->upload.bytes;
      Result<void> written = part->write(bytes);
      this_shop->open_bytes += part->upload.bytes - before;
      if (!written) *failed = written.error();
      done(std::move(written));
    });
  }

  void finish(http::Reply reply) override {
    shop_->worker.post([shop = shop_, part = part_, reply, failed = failed_place_, early = failed_] {
      Result<void> complete = *failed ? std::unexpected(**failed) : early ? std::unexpected(*early) : Result<void>();
      if (complete) complete = part->complete();
      part->upload.received = shop->now();
      if (!complete) {
        ++shop->counters.refused;
        return reply(answer_for(part->upload, std::unexpected(complete.error())));
      }
      shop->sink(part->upload, [shop, part, reply](const Result<UploadCounts>& counts) {
        if (counts) {
          shop->counters.received += counts->records;
          shop->counters.bytes += part->upload.bytes;
          shop->counters.last_seen_us = part->upload.received.us;
        } else {
          ++shop->counters.refused;
        }
        reply(answer_for(part->upload, counts));
      });
    });
  }

 private:
  std::shared_ptr<Shop> shop_;
  std::shared_ptr<Part> part_;   // shared with jobs of the worker, which outlive a peer that goes away
  std::optional<Error> failed_;  ///< on the loop's thread
  /// Of the worker's thread, in the order of its jobs.
  std::shared_ptr<std::optional<Error>> failed_place_ = std::make_shared<std::optional<Error>>();
};

}  // namespace

UploadInput::UploadInput(Door& door, access::TokenStore& tokens, UploadSink sink, UploadOptions options)
    : door_(door),
      worker_(std::make_unique<Worker>()),
      shop_(std::make_shared<Shop>(*worker_, std::move(sink), std::move(options), counters_,
                                   [&door] { return door.now(); })) {
  http::Route route;
  route.methods = "POST,PUT";
  route.pattern = "/ingest/upload";
  route.max_body = shop_->options.max_file_bytes;
  route.admit = [shop = shop_, &tokens](http::RequestHead& head) -> std::optional<http::Response> {
    if (auto refusal = admit_token(tokens, access::Scope::IngestUpload, head)) return refusal;
    if (!is_good_name(http::query_value(head.query, "name").value_or(std::string())))
      return http::problem(400, http::reason_phrase(400), "?name= is needed: up to 255 bytes of text");
    if (shop->is_stopped) return http::problem(503, http::reason_phrase(503), "the server stops");
    if (!shop->has_room(head.content_length.value_or(0))) {
      ++shop->counters.refused;
      http::Response response = http::problem(429, http::reason_phrase(429), "too much is being uploaded");
      response.headers.add("Retry-After", "10");
      return response;
    }
    return std::nullopt;
  };
  route.open_body = [shop = shop_](const http::RequestHead& head) {
    return std::make_unique<UploadBody<Shop>>(shop, head);
  };
  door_.router().add(std::move(route));
}

UploadInput::~UploadInput() {
  stop();
  door_.shut();
  worker_.reset();
}

Result<void> UploadInput::start() {
  std::error_code error;
  const std::filesystem::path& folder = shop_->options.folder;
  std::filesystem::create_directories(folder, error);
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().filename().string().starts_with(kPrefix)) std::filesystem::remove(entry.path(), error);
  Result<void> opened = door_.open();
  if (error) opened = fail(ErrorCode::Io, folder.string() + ": " + error.message());
  problem_ = opened ? "" : opened.error().message;
  is_running_ = opened.has_value();
  return opened;
}
void UploadInput::stop() {
  shop_->is_stopped = true;
  if (is_running_.exchange(false)) door_.leave();
}
InputState UploadInput::state() const {
  return {"upload", door_.address(), problem_};
}

}  // namespace yorozu::ingest::web
