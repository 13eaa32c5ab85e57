/// What each client asks, in its order, against the answers that are kept in testdata/handshake (its README says how).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "ingest/web/bulk_input.h"
#include "ingest/web/hec_input.h"
#include "ingest/web/test_intake.h"

namespace yorozu::ingest::web {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(YOROZU_MODULE_DIR) / "testdata" / "handshake";

struct Asked {
  std::string method, target, headers, body;
};

std::vector<Asked> read_requests(const std::filesystem::path& file) {
  std::vector<Asked> requests;
  std::ifstream in(file);
  bool in_body = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(">>> ")) {
      std::istringstream words(line.substr(4));
      words >> requests.emplace_back().method >> requests.back().target;
      in_body = false;
    } else if (requests.empty()) {
      continue;  // where it comes from
    } else if (in_body) {
      requests.back().body += line + "\n";
    } else if (line.empty()) {
      in_body = true;
    } else {
      requests.back().headers += line + "\r\n";
    }
  }
  for (Asked& request : requests)
    if (request.body == "\n") request.body.clear();
  return requests;
}

std::string canonical(std::string text) {
  text = std::regex_replace(text, std::regex("\"took\":[0-9]+"), "\"took\":0");
  text = std::regex_replace(text, std::regex("\"_id\":\"[A-Za-z0-9_-]{20}\""), "\"_id\":\"MADE\"");
  return std::regex_replace(text, std::regex("\"ackId\":[0-9]+"), "\"ackId\":1");
}

std::string header_of(const TestAnswer& answer, const std::string& name) {
  const std::string value = answer.header(name);
  return value.empty() ? "" : name + ": " + value + "\n";
}

class HandshakeTest : public WebTest, public testing::WithParamInterface<std::string> {};

TEST_P(HandshakeTest, EveryAnswerIsTheOneWeKeep) {
  SeenIds seen;
  BulkOptions options;
  options.identity.cluster_uuid = "AAAAAAAAAAAAAAAAAAAAAA";
  options.identity.publish_address = "192.0.2.1:9200";
  BulkInput bulk(*door_, intake_, *tokens_, seen, options);
  HecInput hec(*door_, intake_, *tokens_, {});
  ASSERT_TRUE(bulk.start());
  ASSERT_TRUE(hec.start());

  std::string told;
  TestClient c = client(GetParam().starts_with("splunk") ? "Splunk" : "Bearer");
  for (const Asked& asked : read_requests(kFolder / (GetParam() + ".in.txt"))) {
    const TestAnswer answer = c.ask(asked.method, asked.target, asked.body, asked.headers);
    told += "<<< " + asked.method + " " + asked.target + "\n" + std::to_string(answer.status) + "\n";
    for (const char* name : {"Content-Type", "X-Elastic-Product"}) told += header_of(answer, name);
    told += "\n" + (answer.body.empty() ? "" : answer.body + (answer.body.ends_with('\n') ? "" : "\n"));
  }
  told += "=== kept\n";
  for (const auto& frame : intake_.kept()) told += frame.raw + "\n";
  told = canonical(told);

  const std::filesystem::path expected = kFolder / (GetParam() + ".expected.txt");
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && *update == '1')
    std::ofstream(expected) << told;
  EXPECT_EQ(told, read_file(expected).value_or("")) << expected;
}

std::vector<std::string> clients() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (const std::string name = entry.path().filename().string(); name.ends_with(".in.txt"))
      names.push_back(name.substr(0, name.size() - 7));
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Clients, HandshakeTest, testing::ValuesIn(clients()), [](const auto& named) {
  std::string name = named.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace yorozu::ingest::web
