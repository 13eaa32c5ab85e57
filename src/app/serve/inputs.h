/// Every live input of the server: made from the configuration, fed with the sockets of the supervisor, opened and
/// closed while the server runs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "access/token_store.h"
#include "app/config/config.h"
#include "app/process/listener.h"
#include "app/process/own_log.h"
#include "app/process/server_side.h"
#include "app/upload/uploads.h"
#include "base/result.h"
#include "base/time.h"
#include "ingest/input.h"
#include "ingest/intake.h"
#include "ingest/web/door.h"
#include "ingest/web/seen_ids.h"
#include "net/io_loop.h"
#include "net/tls.h"

namespace yorozu::serve {

/// Null: UTC, which needs nothing done and nothing written down.
std::shared_ptr<const TimeZone> zone_of(const config::ZoneName& name);

/// What inputs need beside their own options; outlives them.
struct InputNeeds {
  ingest::Intake& intake;
  const net::TlsServer& tls;    ///< of syslog: senders may show certificates
  const net::TlsServer& https;  ///< of _bulk and HEC: senders show tokens
  access::TokenStore& tokens;
  ingest::web::SeenIds& seen;
  upload::Uploads& uploads;
  std::filesystem::path upload_folder;
  std::string cluster_uuid;  ///< of this data folder, 22 characters
  const process::OwnLog& log;
  std::function<Timestamp()> now;
};

/// Reads on behalf of an input that is made here; one row of `status`.
struct InputReport {
  ingest::InputState state;
  std::uint64_t received = 0, decoded = 0, undecoded = 0, dropped = 0, dropped_by_kernel = 0, refused = 0, bytes = 0,
                connections = 0;
  std::int64_t last_seen_us = 0, lag_us = 0;
};

/// Thread-safe.
class Inputs {
 public:
  explicit Inputs(InputNeeds needs);
  ~Inputs();  ///< stop()
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  /// An input that needs no socket (files, the journal). Starts it; one that cannot start stays, with its problem.
  void add(std::unique_ptr<ingest::Input> input);
  /// A socket for the input of its name. One that is there already is replaced.
  void open(process::OpenListener listener, const config::Config& config);
  void close(const std::string& name);
  /// Listeners that could not be opened, to be shown among the inputs.
  void set_problems(const std::vector<process::ListenerProblem>& problems);
  void forget_problem(const std::string& name);
  /// Makes inputs again whose options have changed, with the sockets they have.
  void apply(const config::Config& config);

  std::vector<InputReport> reports() const;
  /// Rows of the table of listeners.
  struct Row {
    process::ListenerSpec spec;
    std::string address;
    std::uint64_t receive_buffer = 0;
  };
  std::vector<Row> listeners() const;
  /// Address of an open listener; "": not open.
  std::string address_of(const std::string& name) const;
  /// Nothing new is taken in. Idempotent.
  void stop();

 private:
  struct Listening;
  struct Local {
    std::unique_ptr<ingest::Input> input;
    std::string problem;
  };
  /// Stopped, but batches on their way still point to its counters, and they count on.
  struct Retired {
    std::string name;
    std::unique_ptr<ingest::web::Door> door;
    std::vector<std::unique_ptr<ingest::Input>> inputs;
  };
  void make(Listening& listening, const config::Config& config);
  std::unique_ptr<ingest::Input> make_datagrams(const Listening& listening, const config::SyslogUdp& from);
  std::unique_ptr<ingest::Input> make_stream(const Listening& listening, const config::Stream& from);
  void make_door(Listening& listening, const config::Config& config);
  void add_bulk_inputs(Listening& listening, const config::Config& config);
  void retire(const std::string& name, Listening& listening);
  void start(ingest::Input& input, std::string& problem) const;

  InputNeeds needs_;
  std::unique_ptr<net::IoLoop> datagrams_, streams_, http_;
  mutable std::mutex mutex_;  // guards everything below
  std::map<std::string, std::unique_ptr<Listening>> listening_;
  std::vector<Local> local_;
  std::vector<Retired> retired_;
  std::vector<process::ListenerProblem> problems_;
};

}  // namespace yorozu::serve
