#include "app/serve/inputs.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "ingest/syslog/relp.h"
#include "ingest/syslog/stream_input.h"
#include "ingest/syslog/udp_input.h"
#include "ingest/web/bulk_input.h"
#include "ingest/web/hec_input.h"
#include "ingest/web/json_input.h"
#include "ingest/web/upload_input.h"

namespace yorozu::serve {

namespace syslog = ingest::syslog;
namespace web = ingest::web;

/// A socket and what reads it: one input, or a door with several behind it. Options are kept to see whether they
/// changed.
struct Inputs::Listening {
  process::OpenListener listener;
  config::Listener options;
  std::vector<config::Source> sources;  ///< that speak to it
  std::unique_ptr<web::Door> door;
  std::vector<std::unique_ptr<ingest::Input>> inputs;
  std::vector<std::string> problems;  ///< of each input
};

namespace {

InputReport report_of(const ingest::Input& input, const std::string& problem) {
  const ingest::InputCounters& c = input.counters();
  InputReport out{input.state(), c.received, c.decoded,     c.undecoded,    c.dropped, c.dropped_by_kernel,
                  c.refused,     c.bytes,    c.connections, c.last_seen_us, c.lag_us};
  if (out.state.problem.empty()) out.state.problem = problem;
  return out;
}

void add_to(InputReport& sum, const InputReport& more) {
  for (const auto member :
       {&InputReport::received, &InputReport::decoded, &InputReport::undecoded, &InputReport::dropped,
        &InputReport::dropped_by_kernel, &InputReport::refused, &InputReport::bytes})
    sum.*member += more.*member;
  sum.last_seen_us = std::max(sum.last_seen_us, more.last_seen_us);
}

Fd duplicate(const Fd& fd) {
  return Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
}

bool is_utc(const TimeZone& zone) {
  constexpr std::array<std::string_view, 7> kNames = {"UTC",     "Etc/UTC",       "GMT",     "Etc/GMT",
                                                      "Etc/UCT", "Etc/Universal", "Etc/Zulu"};
  return std::ranges::find(kNames, zone.name()) != kNames.end();
}

std::vector<config::Source> sources_of(const config::Config& config, std::string_view input) {
  std::vector<config::Source> out;
  std::ranges::copy_if(config.sources, std::back_inserter(out),
                       [&](const config::Source& source) { return source.input == input; });
  return out;
}

/// What the configuration says of the senders of a listener: `source_class` and `rate` of all, and of each [[source]].
ingest::SourceProfiles profiles(const std::vector<config::Source>& sources, const config::ZoneName& zone,
                                event::SourceClass source_class, std::uint64_t rate = 0) {
  const auto limit = [](std::uint64_t per_second) {
    return ingest::RateLimit{static_cast<double>(per_second), static_cast<double>(per_second) * 2};
  };
  ingest::SourceProfiles out({source_class, limit(rate), zone_of(zone)});
  for (const config::Source& source : sources)
    for (const net::Network& network : source.networks)
      out.add(network, {source.source_class == event::SourceClass::Other ? source_class : source.source_class,
                        limit(source.rate == 0 ? rate : source.rate),
                        zone_of(source.time_zone.text.empty() ? zone : source.time_zone)});
  return out;
}

}  // namespace

std::shared_ptr<const TimeZone> zone_of(const config::ZoneName& name) {
  auto zone = TimeZone::named(name.text);  // the parser has checked it
  if (!zone || is_utc(*zone)) return nullptr;
  return std::make_shared<const TimeZone>(*std::move(zone));
}

Inputs::Inputs(InputNeeds needs) : needs_(std::move(needs)) {
  const auto report = [this](std::string_view what) { needs_.log.error("input failed", {{"reason", what}}); };
  datagrams_ = std::make_unique<net::IoLoop>("udp", report);
  streams_ = std::make_unique<net::IoLoop>("tcp", report);
  http_ = std::make_unique<net::IoLoop>("http", report);
}

Inputs::~Inputs() {
  stop();
  for (const auto& [name, listening] : listening_)
    if (listening->door) listening->door->shut();
}

void Inputs::make(Listening& listening, const config::Config& config) {
  const std::string& name = listening.listener.spec.name;
  if (name == "syslog.udp") listening.inputs.push_back(make_datagrams(listening, config.syslog_udp));
  if (name == "syslog.tcp") listening.inputs.push_back(make_stream(listening, config.syslog_tcp));
  if (name == "syslog.tls") listening.inputs.push_back(make_stream(listening, config.syslog_tls));
  if (name == "relp") listening.inputs.push_back(make_stream(listening, config.relp));
  if (name == "bulk" || name == "hec") make_door(listening, config);
}

std::unique_ptr<ingest::Input> Inputs::make_datagrams(const Listening& listening, const config::SyslogUdp& from) {
  syslog::UdpOptions options;
  options.name = listening.listener.spec.name;
  options.listen = duplicate(listening.listener.fd);
  options.allowed = net::AllowList(from.networks);
  options.sources = profiles(listening.sources, from.time_zone, from.source_class, from.rate);
  options.receive_buffer = static_cast<std::uint32_t>(from.receive_buffer_mib << 20);
  options.now = needs_.now;
  return syslog::make_udp_input(std::move(options), *datagrams_, needs_.intake);
}

std::unique_ptr<ingest::Input> Inputs::make_stream(const Listening& listening, const config::Stream& from) {
  const std::string& name = listening.listener.spec.name;
  syslog::StreamOptions options;
  options.name = options.input = name;
  options.listen = duplicate(listening.listener.fd);
  options.limits = {net::AllowList(from.networks), from.max_connections, from.max_connections};
  options.timeouts.idle = std::chrono::minutes(from.idle_minutes);
  options.sources = profiles(listening.sources, from.time_zone, from.source_class, from.rate);
  options.now = needs_.now;
  options.report = [this, name](std::string_view what) {
    needs_.log.warning("connection ended", {{"input", name}, {"reason", what}});
  };
  if (name == "relp") options.protocol = syslog::make_relp_protocol;
  if (name == "syslog.tls")
    options.stream = [this](Fd socket) { return net::make_tls_stream(std::move(socket), needs_.tls); };
  return syslog::make_stream_input(std::move(options), *streams_, needs_.intake);
}

void Inputs::make_door(Listening& listening, const config::Config& config) {
  const bool is_bulk = listening.listener.spec.name == "bulk";
  const config::Http& from = is_bulk ? config.bulk : config.hec;
  web::DoorOptions options;
  options.bound = duplicate(listening.listener.fd);
  options.listener = {net::AllowList(from.networks), from.max_connections, from.max_connections};
  options.make_stream = [this](Fd socket) { return net::make_tls_stream(std::move(socket), needs_.https); };
  options.now = needs_.now;
  listening.door = std::make_unique<web::Door>(*http_, std::move(options));
  if (is_bulk)
    add_bulk_inputs(listening, config);
  else
    listening.inputs.push_back(std::make_unique<web::HecInput>(
        *listening.door, needs_.intake, needs_.tokens,
        web::HecOptions{profiles(listening.sources, from.time_zone, from.source_class), from.max_body_mib << 20}));
}

void Inputs::add_bulk_inputs(Listening& listening, const config::Config& config) {
  web::BulkOptions bulk;
  bulk.identity.cluster_uuid = needs_.cluster_uuid;
  bulk.identity.publish_address = listening.listener.address;
  bulk.sources = profiles(listening.sources, config.bulk.time_zone, config.bulk.source_class);
  bulk.max_body = config.bulk.max_body_mib << 20;
  web::Door& door = *listening.door;
  if (config.json.enabled)
    listening.inputs.push_back(std::make_unique<web::JsonInput>(
        door, needs_.intake, needs_.tokens,
        web::JsonOptions{profiles(listening.sources, config.bulk.time_zone, config.json.source_class), bulk.max_body}));
  if (config.upload.enabled) {
    web::UploadOptions options;
    options.folder = needs_.upload_folder;
    options.max_file_bytes = config.upload.max_mib << 20;
    options.max_open_bytes = options.max_file_bytes * 2;
    const auto sink = [this](const web::Upload& upload, const std::function<void(Result<web::UploadCounts>)>& done) {
      needs_.uploads.take(upload, done);
    };
    listening.inputs.push_back(std::make_unique<web::UploadInput>(door, needs_.tokens, sink, std::move(options)));
  }
  listening.inputs.push_back(
      std::make_unique<web::BulkInput>(door, needs_.intake, needs_.tokens, needs_.seen, std::move(bulk)));
}

void Inputs::retire(const std::string& name, Listening& listening) {
  for (const auto& input : listening.inputs) input->stop();
  if (listening.door) listening.door->shut();
  retired_.push_back({name, std::move(listening.door), std::move(listening.inputs)});
}

void Inputs::start(ingest::Input& input, std::string& problem) const {
  const auto started = input.start();
  problem = started ? "" : started.error().message;
  if (!started) needs_.log.warning("input not started", {{"input", input.state().name}, {"reason", problem}});
}

void Inputs::add(std::unique_ptr<ingest::Input> input) {
  const std::lock_guard lock(mutex_);
  Local& local = local_.emplace_back();
  local.input = std::move(input);
  start(*local.input, local.problem);
}

void Inputs::open(process::OpenListener listener, const config::Config& config) {
  config::Config copy = config;
  const config::Listener* const options = config::find_listener(copy, listener.spec.name);
  if (options == nullptr) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(problems_, [&](const process::ListenerProblem& p) { return p.spec.name == listener.spec.name; });
  const std::string name = listener.spec.name;
  auto listening = std::make_unique<Listening>();
  listening->listener = std::move(listener);
  listening->options = *options;
  listening->sources = sources_of(config, name);
  if (const auto old = listening_.find(name); old != listening_.end()) {
    retire(name, *old->second);
    listening_.erase(old);
  }
  make(*listening, config);
  listening->problems.resize(listening->inputs.size());
  for (std::size_t i = 0; i < listening->inputs.size(); ++i) start(*listening->inputs[i], listening->problems[i]);
  listening_[name] = std::move(listening);
}

void Inputs::apply(const config::Config& config) {
  config::Config copy = config;
  std::vector<process::OpenListener> again;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, listening] : listening_) {
      const config::Listener* const options = config::find_listener(copy, name);
      if (options == nullptr || (*options == listening->options && sources_of(config, name) == listening->sources))
        continue;
      again.push_back({listening->listener.spec, duplicate(listening->listener.fd), listening->listener.address,
                       listening->listener.receive_buffer});
    }
  }
  for (process::OpenListener& listener : again) open(std::move(listener), config);
}

void Inputs::close(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = listening_.find(name);
  if (found == listening_.end()) return;
  retire(name, *found->second);
  listening_.erase(found);
}

void Inputs::set_problems(const std::vector<process::ListenerProblem>& problems) {
  const std::lock_guard lock(mutex_);
  problems_ = problems;
}

void Inputs::forget_problem(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::erase_if(problems_, [&](const process::ListenerProblem& p) { return p.spec.name == name; });
}

std::vector<InputReport> Inputs::reports() const {
  const std::lock_guard lock(mutex_);
  std::vector<InputReport> out;
  for (const auto& [name, listening] : listening_)
    for (std::size_t i = 0; i < listening->inputs.size(); ++i) {
      InputReport report = report_of(*listening->inputs[i], listening->problems[i]);
      for (const Retired& retired : retired_)
        if (retired.name == name && i < retired.inputs.size()) add_to(report, report_of(*retired.inputs[i], ""));
      out.push_back(std::move(report));
    }
  for (const Local& local : local_) out.push_back(report_of(*local.input, local.problem));
  for (const process::ListenerProblem& problem : problems_) {
    InputReport report;
    report.state = {problem.spec.name, problem.spec.endpoint.text(), problem.problem};
    out.push_back(std::move(report));
  }
  return out;
}

std::vector<Inputs::Row> Inputs::listeners() const {
  const std::lock_guard lock(mutex_);
  std::vector<Row> out;
  for (const auto& [name, listening] : listening_)
    out.push_back({listening->listener.spec, listening->listener.address, listening->listener.receive_buffer});
  return out;
}

std::string Inputs::address_of(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = listening_.find(name);
  return found == listening_.end() ? "" : found->second->listener.address;
}

void Inputs::stop() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, listening] : listening_)
    for (const auto& input : listening->inputs) input->stop();
  for (const Local& local : local_) local.input->stop();
}

}  // namespace yorozu::serve
