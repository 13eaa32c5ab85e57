// What keeping costs, on a real disk:  archive_bench [FOLDER [FRAMES]]  (default: the system's temporary folder;
// FRAMES: a file of one frame a line, as `yorozu_load file:FRAMES` writes it, instead of the mix below) A seeded mix of
// what a small firm's devices send, 464 bytes a frame on average: commits at several sizes, paced commits at 100,000
// lines/s, sealing at several levels, opening a large archive, reading back.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "archive/archive.h"
#include "archive/layout.h"
#include "base/file.h"
#include "proof/line.h"
#include "proof/segment.h"

namespace yorozu::archive {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using event::RetentionGroup;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}
Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

/// Frames of a firewall (40 of 100), Windows events as JSON (25), a name server (15), sshd and sudo (10), a web server
/// (10).
class Mix {
 public:
  struct Made {
    RetentionGroup group;
    const char* input;
    std::string raw;
  };
  Made next() {
    ++at_;
    const std::uint64_t kind = random_() % 100;
    if (kind < 40) return {RetentionGroup::Network, "syslog.udp", firewall()};
    if (kind < 65) return {RetentionGroup::Host, "bulk", windows()};
    if (kind < 80) return {RetentionGroup::Network, "syslog.udp", name_server()};
    if (kind < 90) return {RetentionGroup::Identity, "syslog.tcp", login()};
    return {RetentionGroup::Host, "file.web", web()};
  }

 private:
  std::string number(std::uint64_t below) { return std::to_string(random_() % below); }
  /// Few talk much, many little.
  std::string inside() { return "192.168.10." + std::to_string(1 + random_() % (1 + random_() % 120)); }
  std::string outside() { return number(220) + "." + number(256) + "." + number(256) + "." + number(256); }
  std::string user() {
    constexpr const char* kUsers[] = {"tanaka", "suzuki", "sato", "keiri01", "admin", "svc-backup", "watanabe", "ito"};
    return kUsers[random_() % (1 + random_() % 8)];
  }
  std::string time() {
    char text[40];
    const std::uint64_t s = at_ / 300;
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(s / 3600 % 24), static_cast<int>(s / 60 % 60),
                  static_cast<int>(s % 60));
    return text;
  }
  std::string firewall() {
    const std::string ours = inside(), port = std::to_string(40000 + random_() % 20000);
    constexpr const char* kServices[] = {"HTTPS", "DNS", "HTTP", "NTP", "SMTPS"};
    constexpr const char* kPorts[] = {"443", "53", "80", "123", "465"};
    const std::size_t service = random_() % (1 + random_() % 5);
    return "<189>date=2026-11-23 time=" + time() + " devname=\"FGT60F\" devid=\"FGT60FTK20012345\" eventtime=" +
           std::to_string(1795425302000000000ULL + at_ * 3333333) +
           " tz=\"+0900\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" "
           "srcip=" +
           ours + " srcport=" + port + " srcintf=\"internal\" srcintfrole=\"lan\" dstip=" + outside() +
           " dstport=" + kPorts[service] +
           " dstintf=\"wan1\" dstintfrole=\"wan\" sessionid=" + std::to_string(118000000 + at_) +
           " proto=6 action=\"close\" policyid=" + number(9) + " service=\"" + kServices[service] +
           "\" trandisp=\"snat\" duration=" + number(300) + " sentbyte=" + number(20000) +
           " rcvdbyte=" + number(200000) + " sentpkt=" + number(60) + " rcvdpkt=" + number(90);
  }
  std::string windows() {
    const std::string name = "PC-" + std::to_string(1 + random_() % 40);
    constexpr const char* kImages[] = {"C:\\\\Windows\\\\System32\\\\svchost.exe",
                                       "C:\\\\Program Files\\\\Microsoft Office\\\\root\\\\Office16\\\\EXCEL.EXE",
                                       "C:\\\\Windows\\\\System32\\\\conhost.exe", "C:\\\\Windows\\\\explorer.exe"};
    const std::string image = kImages[random_() % 4];
    return R"({"@timestamp":"2026-11-23T)" + time() + "." + number(1000) +
           R"(Z","winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":1,"record_id":)" +
           std::to_string(900000 + at_) + R"(,"computer_name":")" + name + R"(.corp.example","process":{"pid":)" +
           number(4000) + R"(,"thread":{"id":)" + number(6000) + R"(}},"event_data":{"Image":")" + image +
           R"(","ProcessId":")" + number(20000) + R"(","User":"CORP\\)" + user() + R"(","CommandLine":")" + image +
           " -k netsvcs -p -s " + number(50) +
           R"(","ParentImage":"C:\\Windows\\System32\\services.exe","IntegrityLevel":"System","Hashes":"SHA256=)" +
           hash_of(image) + R"(","LogonId":"0x)" + number(99999) + R"("}},"host":{"name":")" + name + "\"}}";
  }
  static std::string hash_of(const std::string& image) {
    std::string text;
    for (std::uint64_t x = std::hash<std::string>{}(image); text.size() < 64;
         x = x * 6364136223846793005ULL + 1442695040888963407ULL)
      text += "0123456789ABCDEF"[x >> 60];
    return text;
  }
  std::string name_server() {
    constexpr const char* kNames[] = {"www.example.jp", "outlook.office365.com", "update.example.com", "ntp.nict.jp",
                                      "cdn.example.net"};
    const std::string name = random_() % 5 == 0 ? "h" + number(100000) + ".example.org" : kNames[random_() % 5];
    return "<30>Nov 23 " + time() + " ns1 named[812]: client @0x7f2c" + number(99999999) + " " + inside() + "#" +
           number(60000) + " (" + name + "): query: " + name + " IN A +E(0)K (192.168.10.1)";
  }
  std::string login() {
    if (random_() % 2 == 0)
      return "<86>Nov 23 " + time() + " gate sshd[" + number(32000) + "]: Failed password for invalid user " + user() +
             " from " + outside() + " port " + number(60000) + " ssh2";
    return "<85>Nov 23 " + time() + " app1 sudo:   " + user() + " : TTY=pts/0 ; PWD=/home/" + user() +
           " ; USER=root ; COMMAND=/usr/bin/systemctl restart app" + number(9);
  }
  std::string web() {
    return outside() + " - - [23/Nov/2026:" + time() + " +0900] \"GET /products/" + number(3000) +
           "?ref=" + number(50) + " HTTP/1.1\" 200 " + number(90000) +
           " \"https://www.example.jp/products/\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
           "(KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\"";
  }

  std::mt19937_64 random_{464};
  std::uint64_t at_ = 0;
};

struct Stream {
  std::vector<std::string> tails;
  std::vector<RetentionGroup> groups;
  std::uint64_t raw_bytes = 0;
};
/// Only so that lines of a kind lie together, as the classes of inputs do in the server.
RetentionGroup group_of(std::string_view raw) {
  if (raw.contains("sshd") || raw.contains("sudo")) return RetentionGroup::Identity;
  return raw.contains("devname") || raw.contains("named[") || raw.contains("%ASA") || raw.contains("SRC=")
             ? RetentionGroup::Network
             : RetentionGroup::Host;
}
Stream read_stream(const fs::path& path) {
  Stream stream;
  std::int64_t time = 1795425302000000;
  std::ifstream file(path, std::ios::binary);
  for (std::string raw; std::getline(file, raw);) {
    Buffer tail;
    proof::append_line_tail({Timestamp{time += 10}, "syslog.tcp", "192.168.10.1", {}, raw, {}}, tail);
    stream.raw_bytes += raw.size();
    stream.tails.emplace_back(tail.view());
    stream.groups.push_back(group_of(raw));
  }
  return stream;
}
Stream make_stream(std::size_t lines) {
  Stream stream;
  Mix mix;
  std::int64_t time = 1795425302000000;
  for (std::size_t i = 0; i < lines; ++i) {
    const Mix::Made made = mix.next();
    Buffer tail;
    proof::append_line_tail({Timestamp{time += 10}, made.input, "192.168.10.1", {}, made.raw, {}}, tail);
    stream.raw_bytes += made.raw.size();
    stream.tails.emplace_back(tail.view());
    stream.groups.push_back(made.group);
  }
  return stream;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

std::unique_ptr<Archive> open_at(const fs::path& folder, ArchiveOptions options = {}) {
  options.reserve_bytes = 0;
  auto archive = Archive::open(real_disk(), folder, options, now);
  if (!archive) {
    std::fprintf(stderr, "%s\n", archive.error().message.c_str());
    std::exit(1);
  }
  return *std::move(archive);
}

/// Commits of `size` lines for `seconds`; `pause`: one each so long (0: natural, the next at once).
void commit_run(const fs::path& folder, const Stream& stream, std::size_t size, double seconds, double pause) {
  const auto archive = open_at(folder);
  std::vector<PendingLine> batch(size);
  std::vector<double> latencies;
  std::size_t at = 0;
  std::uint64_t bytes = 0, seals = 0;
  const auto begin = Clock::now();
  for (std::uint64_t n = 0; seconds_since(begin) < seconds; ++n) {
    if (pause > 0)
      std::this_thread::sleep_until(begin + std::chrono::duration_cast<Clock::duration>(
                                                std::chrono::duration<double>(pause * static_cast<double>(n))));
    for (PendingLine& line : batch) {
      line = {stream.groups[at], stream.tails[at]};
      bytes += stream.tails[at].size();
      at = (at + 1) % stream.tails.size();
    }
    const auto start = Clock::now();
    if (const auto done = archive->commit(batch); !done) {
      std::printf("commit failed: %s\n", done.error().message.c_str());
      return;
    }
    (void)archive->seal_if_due();
    latencies.push_back(seconds_since(start) * 1000);
  }
  const double took = seconds_since(begin);
  seals = archive->segments().size();
  std::printf(
      "commits of %5zu lines%s: %7.0f commits/s %8.0f lines/s %6.1f MB/s, ms p50 %.2f p99 %.2f max %.1f; %llu segments "
      "made meanwhile\n",
      size, pause > 0 ? " each 200 ms" : "", static_cast<double>(latencies.size()) / took,
      static_cast<double>(latencies.size() * size) / took, static_cast<double>(bytes) / took / 1e6,
      percentile(latencies, 0.5), percentile(latencies, 0.99), percentile(latencies, 1),
      static_cast<unsigned long long>(seals));
}

void seal_run(const fs::path& folder, const Stream& stream, int level) {
  ArchiveOptions options;
  options.sealing = Sealing::WhenCalled;
  options.zstd_level = level;
  const auto archive = open_at(folder, options);
  for (std::size_t at = 0; at < stream.tails.size(); at += 10000) {
    std::vector<PendingLine> batch;
    for (std::size_t i = at; i < std::min(at + 10000, stream.tails.size()); ++i)
      batch.push_back({stream.groups[i], stream.tails[i]});
    if (!archive->commit(batch)) return;
  }
  const auto begin = Clock::now();
  if (!archive->seal()) return;
  const double took = seconds_since(begin);
  std::uint64_t bytes = 0, lines = 0;
  for (const SegmentInfo& info : archive->segments()) bytes += info.bytes, lines += info.lines;
  std::printf("sealing, level %2d: %8.0f lines/s, %.1f bytes a line (raw %.0f, line %.0f)\n", level,
              static_cast<double>(lines) / took, static_cast<double>(bytes) / static_cast<double>(lines),
              static_cast<double>(stream.raw_bytes) / static_cast<double>(lines), [&] {
                std::uint64_t n = 0;
                for (const auto& t : stream.tails) n += t.size();
                return static_cast<double>(n) / static_cast<double>(lines) + 16;
              }());
}

void read_run(const fs::path& folder) {
  std::uint64_t lines = 0, bytes = 0;
  auto begin = Clock::now();
  const auto damages = read_archive(real_disk(), folder, 1, [&](const CommittedLine& line) {
    ++lines;
    bytes += line.line.size();
    return true;
  });
  double took = seconds_since(begin);
  std::printf("read_archive, journal and segments compared: %.0f lines/s, %.0f MB/s, %zu damages\n",
              static_cast<double>(lines) / took, static_cast<double>(bytes) / took / 1e6,
              damages ? damages->size() : 999);
  const auto archive = open_at(folder);
  lines = 0;
  begin = Clock::now();
  for (std::uint64_t from = 1;;) {
    const auto next = archive->feed().read(from, 10000, 0, [&](const CommittedLine&) { ++lines; });
    if (!next || *next == from) break;
    from = *next;
  }
  took = seconds_since(begin);
  std::printf("feed from the first line on, out of segments: %.0f lines/s\n", static_cast<double>(lines) / took);
  begin = Clock::now();
  for (std::uint64_t i = 1; i <= 200; ++i)
    (void)archive->feed().read(1 + i * 7919 % lines, 1, 0, [](const CommittedLine&) {});
  std::printf("one line out of segments: %.2f ms\n", seconds_since(begin) * 1000 / 200);
}

/// 100 M lines are about 700 journals of 64 MiB; their segments by name, with real ends and little inside.
void open_run(const fs::path& folder) {
  const std::uint64_t journals = 760, lines_each = 132000;
  std::string tail(proof::kMaxRawBytes, 'x');
  Buffer line_tail;
  for (std::uint64_t j = 0; j < journals; ++j) {
    const Timestamp received{1795425302000000 + static_cast<std::int64_t>(j) * 3600 * 1000000};
    const fs::path day = folder / segment_folder(received);
    fs::create_directories(day);
    for (const RetentionGroup group : event::kAllRetentionGroups) {
      const std::uint64_t seq = 1 + j * lines_each + static_cast<std::uint64_t>(group);
      line_tail.clear();
      proof::append_line_tail({received, "file", {}, {}, "one", {}}, line_tail);
      Buffer line;
      proof::append_line(seq, line_tail.view(), line);
      std::string bytes;
      proof::SegmentSummary summary;
      summary.range_first = 1 + j * lines_each;
      summary.range_last = (j + 1) * lines_each;
      summary.group = static_cast<std::uint8_t>(group);
      proof::SegmentWriter writer(summary, 3, [&](ByteView more) -> Result<void> {
        bytes += as_text(more);
        return {};
      });
      if (!writer.add(seq, line.view()) || !writer.finish(15)) return;
      if (!write_file_atomic(day / to_string(SegmentName{seq, group}), bytes)) return;
    }
  }
  auto begin = Clock::now();
  const auto archive = open_at(folder);
  std::printf("open with %llu segments (100 M lines): %.3f s, next number %llu\n",
              static_cast<unsigned long long>(journals * 4), seconds_since(begin),
              static_cast<unsigned long long>(archive->next_seq()));
  begin = Clock::now();
  const std::size_t count = archive->segments().size();
  std::printf("list of all %zu segments with their ends read: %.3f s\n", count, seconds_since(begin));
}

}  // namespace
}  // namespace yorozu::archive

int main(int argc, char** argv) {
  using namespace yorozu;
  using namespace yorozu::archive;
  const auto temp = TempDir::make("yorozu-archive-bench");
  if (!temp) return 1;
  const fs::path top = argc > 1 ? fs::path(argv[1]) : temp->path();
  const Stream stream = argc > 2 ? read_stream(argv[2]) : make_stream(500000);
  std::printf("stream: %zu lines, raw %.0f bytes on average\n", stream.tails.size(),
              static_cast<double>(stream.raw_bytes) / static_cast<double>(stream.tails.size()));
  const auto fresh = [&](const char* name) {
    fs::remove_all(top / name);
    return top / name;
  };
  if (argc <= 2)
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{2000}, std::size_t{10000}})
      commit_run(fresh("commit"), stream, size, 5, 0);
  if (argc <= 2) commit_run(fresh("paced"), stream, 20000, 12, 0.2);
  fs::remove_all(top / "commit");
  fs::remove_all(top / "paced");
  for (const int level : {1, 3, 5, 7, 9, 12}) seal_run(fresh("seal"), stream, level);
  read_run(top / "seal");
  open_run(fresh("open"));
  fs::remove_all(top / "seal");
  fs::remove_all(top / "open");
  return 0;
}
