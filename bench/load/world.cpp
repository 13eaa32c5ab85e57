#include "world.h"

#include <fmt/format.h>

namespace yorozu::load {

namespace {

constexpr const char* kFamilyNames[] = {
    "sato",    "suzuki", "takahashi", "tanaka",    "ito",   "watanabe", "yamamoto", "nakamura", "kobayashi", "kato",
    "yoshida", "yamada", "sasaki",    "matsumoto", "inoue", "kimura",   "hayashi",  "shimizu",  "mori",      "abe"};
constexpr const char* kSections[] = {"keiri", "eigyo", "seizo", "somu", "hinshitsu", "sekkei"};
constexpr const char* kThings[] = {"valve", "bracket", "gear", "shaft", "flange", "nozzle", "bearing", "housing"};

std::string address(Random& random) {
  return fmt::format("{}.{}.{}.{}", random.between(11, 126), random.below(256), random.below(256),
                     random.between(1, 254));
}

}  // namespace

World::World(std::uint64_t seed) {
  Random random(seed ^ 0x776F726C64ULL);
  for (unsigned i = 0; i < 60; ++i) {
    const char* section = random.pick(kSections);
    people.push_back({fmt::format("{}.{}", static_cast<char>('a' + random.below(26)), random.pick(kFamilyNames)),
                      fmt::format("S-1-5-21-3623811015-3361044348-30300820-{}", 1100 + i),
                      fmt::format("PC-{}-{:03}", section, i + 1),
                      fmt::format("192.168.{}.{}", 10 + i / 24, 20 + i % 24 * 5)});
  }
  for (const char* role : {"web", "db", "mail", "file", "dns", "vpn", "backup", "build"})
    for (unsigned i = 1; i <= 2; ++i) servers.push_back(fmt::format("{}{:02}", role, i));
  for (unsigned i = 0; i < 3000; ++i) outside.push_back(address(random));
  for (unsigned i = 0; i < 300; ++i)
    pages.push_back(fmt::format("/{}/{}-{:04}.html", random.one_in(4) ? "catalog" : "parts", random.pick(kThings),
                                random.below(10000)));
  for (const char* system : {"Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"})
    for (unsigned version = 138; version < 143; ++version)
      agents.push_back(fmt::format(
          "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36", system, version));
  agents.emplace_back("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)");
  for (unsigned i = 0; i < 400; ++i)
    mail_addresses.push_back(fmt::format("{}{}@{}{}.example.com", random.pick(kFamilyNames), random.below(100),
                                         random.pick(kThings), random.below(50)));
}

}  // namespace yorozu::load
