// Decoding of JSON lines as evtx_dump writes them, one thread, all fields. YOROZU_JSON_BENCH names a file to use
// instead of the made-up events.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "base/file.h"
#include "codec/json/json.h"
#include "codec/json/structure.h"

namespace {

using namespace yorozu;
using namespace yorozu::codec;

std::string made_up_events() {
  std::string text;
  for (int i = 0; i < 6000; ++i) {
    const std::string n = std::to_string(1000 + i);
    text +=
        R"({"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon","Guid":"5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},"EventID":)" +
        std::string(i % 3 == 0 ? "1" : "7") +
        R"(,"Version":5,"Level":4,"Task":1,"Opcode":0,"Keywords":"0x8000000000000000","TimeCreated":{"#attributes":{"SystemTime":"2026-11-24T01:02:03.45)" +
        n + R"(Z"}},"EventRecordID":)" + n +
        R"(,"Correlation":null,"Execution":{"#attributes":{"ProcessID":3392,"ThreadID":5552}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"workstation6.example.org","Security":{"#attributes":{"UserID":"S-1-5-18"}}},"EventData":{"RuleName":"-","UtcTime":"2026-11-24 01:02:03.456","ProcessGuid":"D273D0F0-E868-5F64-2700-000000000800","ProcessId":)" +
        n +
        (i % 3 == 0
             ? R"(,"Image":"C:\\Windows\\System32\\cmd.exe","FileVersion":"10.0.19041.746","Description":"Windows Command Processor","Product":"Microsoft Windows Operating System","Company":"Microsoft Corporation","OriginalFileName":"Cmd.Exe","CommandLine":"\"C:\\Windows\\System32\\cmd.exe\" /c dir C:\\Users\\alice\\Documents","CurrentDirectory":"C:\\Users\\alice\\","User":"EXAMPLE\\alice","LogonGuid":"D273D0F0-E868-5F64-2700-000000000800","LogonId":"0x3e7","TerminalSessionId":1,"IntegrityLevel":"Medium","Hashes":"SHA1=8C5437CD76A89EC983E3B364E219944DA3DAB464,MD5=8A2122E8162DBEF04694B9C3E0B6CDEE","ParentImage":"C:\\Windows\\explorer.exe","ParentCommandLine":"C:\\Windows\\Explorer.EXE"
  }
}
})"
             : R"(,"Image":"C:\\Windows\\System32\\svchost.exe","ImageLoaded":"C:\\Windows\\System32\\ntdll.dll","FileVersion":"10.0.19041.746","Description":"NT Layer DLL","Product":"Microsoft Windows Operating System","Company":"Microsoft Corporation","OriginalFileName":"ntdll.dll","Hashes":"SHA1=8C5437CD76A89EC983E3B364E219944DA3DAB464","Signed":"true","Signature":"Microsoft Windows","SignatureStatus":"Valid","User":"NT AUTHORITY\\SYSTEM"}}})") +
        "\n";
  }
  return text;
}

const std::string& input() {
  static const std::string text = [] {
    const char* named = std::getenv("YOROZU_JSON_BENCH");
    return named == nullptr ? made_up_events() : *read_file(named);
  }();
  return text;
}

void decode_fields(benchmark::State& state) {
  event::Schema schema;
  const auto decoder = json::make_decoder(schema, event::LogsourceMap::builtin(), {});
  event::EventBatch batch;
  std::size_t events = 0;
  for (auto _ : state) {
    for (std::string_view rest = input(); !rest.empty();) {
      std::size_t cut = json::after_last_document(rest.substr(0, std::size_t{1} << 20), false);
      if (cut == 0 || rest.size() <= (std::size_t{1} << 20)) cut = rest.size();
      batch.clear();
      UnitReport report;
      decoder->decode({.bytes = as_bytes(rest.substr(0, cut))}, batch, report);
      events += batch.events.size();
      rest.remove_prefix(cut);
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * input().size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK(decode_fields)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
