#include "app/doctor.h"

#include <openssl/asn1.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/show.h"
#include "archive/space.h"
#include "base/file.h"

namespace yorozu::app {

namespace {

using message::Id;
using message::Lang;
using nlohmann::json;

constexpr int kSoonDays = 30;
constexpr std::size_t kMostSources = 12;

std::string say(Lang lang, Id id) {
  return std::string(message::text(lang, id));
}

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

/// Days until it ends; nullopt: no certificate.
std::optional<int> days_left(const std::string& pem) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509, FreeX509> certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)
                                                        : nullptr);
  int days = 0, seconds = 0;
  if (!certificate || ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get())) != 1)
    return std::nullopt;
  return days;
}

/// Its clock is that of the machine around it, which may well be kept right by something that is not seen from here.
bool is_container() {
  std::error_code error;
  for (const char* sign : {"/.dockerenv", "/run/.containerenv", "/run/systemd/container"})
    if (std::filesystem::exists(sign, error)) return true;
  return false;
}

}  // namespace

Check check_clock(Lang lang) {
  timex clock{};
  const int state = ntp_adjtime(&clock);
  const bool synchronised = state >= 0 && state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
  if (synchronised) return {"clock", Health::Good, say(lang, Id::DoctorClockGood), ""};
  if (is_container()) return {"clock", Health::Advice, say(lang, Id::DoctorClockUnknown), ""};
  return {"clock", Health::Bad, say(lang, Id::DoctorClockBad), say(lang, Id::DoctorClockCure)};
}

Check check_disk(const std::filesystem::path& folder, Lang lang) {
  const auto space = archive::real_disk().space(folder);
  if (!space || space->total == 0)
    return {"disk", Health::Bad, message::format(lang, Id::DoctorNoFolder, folder.string()),
            say(lang, Id::DoctorStart)};
  const archive::DiskLevel level = archive::level_of(*space);
  const Health health = level >= archive::DiskLevel::Used95 ? Health::Bad
                        : level == archive::DiskLevel::Fine ? Health::Good
                                                            : Health::Advice;
  return {"disk", health,
          message::format(lang, Id::DoctorDisk, percent_used(space->total, space->free), size_text(space->free)),
          health == Health::Good ? "" : say(lang, Id::DoctorDiskCure)};
}

Check check_data_folder(const std::filesystem::path& folder, Lang lang) {
  struct stat status{};
  if (stat(folder.c_str(), &status) != 0)
    return {"data", Health::Bad, message::format(lang, Id::DoctorNoFolder, folder.string()),
            say(lang, Id::DoctorStart)};
  if ((status.st_mode & 0077U) == 0)
    return {"data", Health::Good, message::format(lang, Id::DoctorDataGood, folder.string()), ""};
  return {"data", Health::Bad, message::format(lang, Id::DoctorDataOpen, folder.string()),
          "chmod 0700 " + folder.string()};
}

std::vector<Check> check_certificates(const std::vector<std::filesystem::path>& files, Lang lang) {
  std::vector<Check> out;
  for (const std::filesystem::path& file : files) {
    const auto pem = read_file(file, std::uint64_t{1} << 20);
    if (!pem) continue;
    const auto days = days_left(*pem);
    if (!days) {
      out.push_back({"certificate", Health::Bad, message::format(lang, Id::DoctorNoCertificate, file.string()), ""});
      continue;
    }
    const Health health = *days < 0 ? Health::Bad : *days < kSoonDays ? Health::Advice : Health::Good;
    out.push_back({"certificate", health, message::format(lang, Id::DoctorCertificate, file.string(), *days),
                   health == Health::Good ? "" : say(lang, Id::DoctorCertificateCure)});
  }
  return out;
}

std::vector<Check> check_ports(const config::Config& config, bool may_bind_low, Lang lang) {
  constexpr std::uint16_t kFirstFreePort = 1024;
  std::vector<Check> out;
  config::Config copy = config;
  for (const std::string_view name : config::kListenerNames) {
    const config::Listener& listener = *config::find_listener(copy, name);
    if (listener.enabled && listener.listen.port != 0 && listener.listen.port < kFirstFreePort && !may_bind_low)
      out.push_back({"port", Health::Bad,
                     message::format(lang, Id::DoctorLowPort, std::string(name), listener.listen.text()),
                     message::format(lang, Id::DoctorLowPortCure, std::string(name))});
  }
  return out;
}

Check check_retention(const json& plan, Lang lang) {
  const json& disk = plan.at("disk");
  if (!disk.at("fits").get<bool>())
    return {
        "retention", Health::Advice,
        message::format(lang, Id::PlanDoesNotFit, size_text(disk.at("expected_bytes"))) + "; " + disk_text(disk, lang),
        say(lang, Id::DoctorRetentionCure)};
  return {"retention", Health::Good, message::format(lang, Id::DoctorRetentionGood, disk_text(disk, lang)), ""};
}

std::vector<Check> check_inputs(const json& status, const config::Config& config, Lang lang) {
  std::vector<Check> out;
  for (const json& input : status.at("inputs")) {
    const std::string name = input.at("name"), problem = input.at("problem");
    if (!problem.empty()) out.push_back({"input", Health::Bad, name + ": " + problem, ""});
    if (const auto dropped = input.at("dropped_by_kernel").get<std::uint64_t>(); dropped != 0)
      out.push_back({"input", Health::Advice, message::format(lang, Id::DoctorKernelDrops, name, dropped),
                     say(lang, Id::DoctorBufferCure)});
  }
  const std::uint64_t wanted = config.syslog_udp.receive_buffer_mib << 20;
  for (const json& listener : status.at("listeners"))
    if (listener.at("transport") == "udp")
      if (const auto got = listener.value("receive_buffer", wanted); got < wanted)
        out.push_back({"buffer", Health::Advice, message::format(lang, Id::DoctorBuffer, got >> 10, wanted >> 10),
                       message::format(lang, Id::DoctorBufferSysctl, wanted)});
  if (const auto damages = status.at("archive").at("damages").get<std::uint64_t>(); damages != 0)
    out.push_back({"archive", Health::Bad, message::format(lang, Id::DoctorDamages, damages), "yorozu archive list"});
  if (const std::string problem = status.at("pipeline").at("problem"); !problem.empty())
    out.push_back({"pipeline", Health::Bad, problem, ""});
  if (out.empty()) out.push_back({"input", Health::Good, say(lang, Id::DoctorInputsGood), ""});
  return out;
}

Check check_blind_rules(const json& blind, Lang lang) {
  std::uint64_t blind_count = 0;
  for (const auto& [reason, count] : blind.at("reasons").items())
    if (reason == "no-such-events" || reason == "field-never-seen") blind_count += count.get<std::uint64_t>();
  const auto total = blind.at("total").get<std::uint64_t>();
  if (blind_count == 0) return {"rules", Health::Good, message::format(lang, Id::DoctorRulesGood, total), ""};
  std::vector<std::pair<std::uint64_t, std::string>> sources;
  for (const auto& [source, count] : blind.at("logsources").items())
    sources.emplace_back(count.get<std::uint64_t>(), source);
  std::ranges::sort(sources, std::greater());
  std::string list;
  for (std::size_t i = 0; i < sources.size() && i < kMostSources; ++i)
    list += (list.empty() ? "" : ", ") + sources[i].second + " (" + std::to_string(sources[i].first) + ")";
  return {"rules", Health::Advice, message::format(lang, Id::DoctorBlind, blind_count, total, list),
          say(lang, Id::DoctorBlindCure)};
}

}  // namespace yorozu::app
