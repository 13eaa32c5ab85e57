// One frame after the other, as the live pipeline decodes them, one thread, all fields.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "codec/frame/frame_decoder.h"

namespace {

using namespace yorozu;
using namespace yorozu::codec;

void decode(benchmark::State& state, FrameKind kind, const std::vector<std::string>& frames) {
  event::Schema schema;
  const auto decoder = make_frame_decoder(schema, event::LogsourceMap::builtin());
  event::EventBatch batch;
  std::size_t events = 0, bytes = 0;
  for (auto _ : state) {
    batch.clear();
    for (int i = 0; i < 1000; ++i) {
      const std::string& raw = frames[static_cast<std::size_t>(i) % frames.size()];
      decoder->decode({.raw = raw, .kind = kind, .received = {1'790'000'000'000'000}, .stream = {}}, batch);
      bytes += raw.size();
    }
    events += batch.events.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

const std::string kHead = "<38>Nov 24 01:02:03 web1 ";
const std::string kFirewall =
    R"(<189>date=2026-11-24 time=01:02:03 devname="FG60F" devid="FGT60F0000000001" eventtime=1795482123000000000 tz="+0900" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=192.168.1.23 srcport=51234 srcintf="internal" srcintfrole="lan" dstip=203.0.113.80 dstport=443 dstintf="wan1" dstintfrole="wan" sessionid=123456 proto=6 action="close" policyid=1 policytype="policy" service="HTTPS" trandisp="snat" duration=12 sentbyte=4321 rcvdbyte=98765)";

void syslog_sshd(benchmark::State& state) {
  decode(state, FrameKind::Syslog,
         {kHead + "sshd[42]: Failed password for invalid user bob from 192.0.2.7 port 4711 ssh2",
          kHead + "sshd[42]: Accepted publickey for alice from 192.0.2.9 port 4712 ssh2: RSA SHA256:abcdef",
          kHead + "sshd[42]: Connection closed by authenticating user root 192.0.2.9 port 40 [preauth]"});
}
void syslog_unknown(benchmark::State& state) {
  decode(state, FrameKind::Syslog, {kHead + "someapp[7]: something happened that nobody has a pattern for, at all"});
}
void syslog_rfc5424(benchmark::State& state) {
  decode(state, FrameKind::Syslog,
         {R"(<165>1 2026-11-24T01:02:03.5Z h app 8 ID47 [a@1 k="v" eventSource="x"] user alice logged in)"});
}
void firewall(benchmark::State& state) {
  decode(state, FrameKind::Syslog, {kFirewall});
}
void access_log(benchmark::State& state) {
  decode(
      state, FrameKind::Line,
      {R"(192.0.2.1 - bob [24/Nov/2026:10:02:03 +0900] "GET /a/b.php?id=1%27 HTTP/1.1" 404 123 "https://example.org/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36")"});
}
void json_winlogbeat(benchmark::State& state) {
  decode(
      state, FrameKind::Json,
      {R"({"@timestamp":"2026-11-24T01:02:03.456Z","host":{"name":"pc1"},"winlog":{"channel":"Security","event_id":4625,"computer_name":"pc1","provider_name":"Microsoft-Windows-Security-Auditing","record_id":77,"event_data":{"TargetUserName":"bob","IpAddress":"192.0.2.7","LogonType":"3","Status":"0xc000006d"}}})"});
}
void json_eve(benchmark::State& state) {
  decode(
      state, FrameKind::Json,
      {R"({"timestamp":"2026-11-24T01:02:03.456+0900","flow_id":12,"event_type":"alert","src_ip":"192.0.2.7","src_port":4711,"dest_ip":"192.0.2.9","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2019401,"signature":"ET POLICY x","severity":2}})"});
}
void journal(benchmark::State& state) {
  decode(state, FrameKind::Journal,
         {"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1767225723000000\n_HOSTNAME=web1\nPRIORITY=6\nSYSLOG_FACILITY=10\n"
          "SYSLOG_IDENTIFIER=sshd\n_PID=42\n_SYSTEMD_UNIT=ssh.service\n_COMM=sshd\n_EXE=/usr/sbin/sshd\n"
          "MESSAGE=Failed password for root from 192.0.2.7 port 4711 ssh2\n"});
}
BENCHMARK(syslog_sshd);
BENCHMARK(syslog_unknown);
BENCHMARK(syslog_rfc5424);
BENCHMARK(firewall);
BENCHMARK(access_log);
BENCHMARK(json_winlogbeat);
BENCHMARK(json_eve);
BENCHMARK(journal);

}  // namespace

BENCHMARK_MAIN();
