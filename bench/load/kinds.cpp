#include "kinds.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace yorozu::load {

namespace {

/// A program as it is usually started; its command line is the image in quotes and the arguments.
struct Program {
  std::string_view image, arguments, parent;
  bool talks;  ///< to machines outside
};
constexpr std::string_view kExplorer = R"(C:\\Windows\\explorer.exe)";
constexpr std::string_view kServices = R"(C:\\Windows\\System32\\services.exe)";
constexpr std::string_view kChrome = R"(C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe)";
constexpr std::string_view kEdge = R"(C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe)";
constexpr std::string_view kSvchost = R"(C:\\Windows\\System32\\svchost.exe)";
constexpr Program kPrograms[] = {
    {R"(C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE)", "/dde", kExplorer, false},
    {R"(C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE)", "/n /dde", kExplorer, false},
    {kChrome, "--single-argument https://www.example.jp/", kExplorer, true},
    {kChrome, "--type=renderer --lang=ja --device-scale-factor=1 --num-raster-threads=2", kChrome, false},
    {kEdge, "--profile-directory=Default", kExplorer, true},
    {kEdge, "--type=utility --utility-sub-type=network.mojom.NetworkService --lang=ja", kEdge, true},
    {kSvchost, "-k netsvcs -p -s Schedule", kServices, false},
    {kSvchost, "-k LocalService -p -s NlaSvc", kServices, false},
    {R"(C:\\Program Files\\Common Files\\Adobe\\ARM\\1.0\\AdobeARM.exe)", "/PRODUCT:Acrobat", kSvchost, true},
    {R"(C:\\Program Files\\KoujouCAD\\cad.exe)", "/open", kExplorer, false},
    {R"(C:\\Program Files\\Kanjo\\kanjo21.exe)", "/branch 1", kExplorer, true}};
constexpr std::string_view kFolders[] = {R"(見積書)", R"(図面)", R"(請求書)", R"(在庫)", R"(report)", R"(plan)"};
constexpr std::string_view kOutsideNames[] = {"outlook.office365.com", "login.microsoftonline.com", "www.google.com",
                                              "update.example.net",    "cdn.example.org",           "time.example.jp",
                                              "www.koujou.example.jp", "teams.microsoft.com",       "ocsp.example.com"};

/// What is a hash or a key of something is the same each time that something occurs.
std::string fixed_hex(std::string_view of, std::size_t width) {
  Random random(hash64(of));
  std::string out;
  while (out.size() < width) out += fmt::format("{:016x}", random.next());
  return out.substr(0, width);
}

/// {"@timestamp":...,"winlog":{...}} up to the opening brace of event_data, as Winlogbeat sends it.
Message winlogbeat(const World& world, const Person& person, std::string_view channel, std::string_view provider,
                   unsigned event_id, std::string_view task) {
  Message m;
  m.mix = Mix::Windows;
  m.is_json = true;
  m.add(R"({"@timestamp":")").patch(PatchKind::Iso);
  m.add(fmt::format(R"(","event":{{"code":"{}","kind":"event","provider":"{}"}},"host":{{"name":"{}"}},)", event_id,
                    provider, person.computer));
  m.add(fmt::format(R"("winlog":{{"channel":"{}","provider_name":"{}","computer_name":"{}.{}","event_id":"{}",)",
                    channel, provider, person.computer, world.dns_domain, event_id));
  m.add(fmt::format(R"("task":"{}","api":"wineventlog","record_id":)", task)).number();
  m.add(R"(,"process":{"pid":)").digits(4).add(R"(,"thread":{"id":)").digits(4);
  m.add(R"(}},"event_data":{)");
  return m;
}

Message sysmon(const World& world, const Person& person, unsigned id, std::string_view task) {
  Message m = winlogbeat(world, person, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", id, task);
  m.add(R"("UtcTime":")").patch(PatchKind::SysmonUtc).add(R"(","ProcessGuid":"{5f3ad2c1-)");
  m.patch(PatchKind::Hex, 4).add("-").patch(PatchKind::Hex, 4).add(R"(-0000-0010)").patch(PatchKind::Hex, 8);
  m.add(R"(}","ProcessId":")").digits(4).add("\",");
  return m;
}

Message network_connection(const World& world, const Person& person, Random& random) {
  const Program* program = &random.pick(kPrograms);
  while (!program->talks) program = &random.pick(kPrograms);
  Message m = sysmon(world, person, 3, "Network connection detected (rule: NetworkConnect)");
  m.add(fmt::format(R"("Image":"{}","User":"{}\\{}","Protocol":"tcp","Initiated":"true","SourceIp":"{}",)",
                    program->image, world.domain, person.name, person.address));
  m.add(fmt::format(R"("SourceHostname":"{}.{}","SourcePort":")", person.computer, world.dns_domain)).port();
  m.add(fmt::format(R"(","DestinationIp":"{}","DestinationHostname":"{}","DestinationPort":"{}"}}}}}})",
                    random.pick(world.outside), random.pick(kOutsideNames), random.one_in(5) ? 80 : 443));
  return m;
}

Message logon(const World& world, const Person& person, Random& random) {
  const bool failed = random.one_in(25);
  Message m =
      winlogbeat(world, person, "Security", "Microsoft-Windows-Security-Auditing", failed ? 4625 : 4624, "Logon");
  m.add(fmt::format(R"("SubjectUserSid":"S-1-5-18","SubjectUserName":"{}$","SubjectDomainName":"{}",)", person.computer,
                    world.domain));
  m.add(fmt::format(R"("TargetUserSid":"{}","TargetUserName":"{}","TargetDomainName":"{}","TargetLogonId":"0x)",
                    person.sid, person.name, world.domain));
  m.patch(PatchKind::Hex, 6)
      .add(fmt::format(R"(","LogonType":"{}","LogonProcessName":"Kerberos",)", random.one_in(3) ? 3 : 2));
  m.add(fmt::format(R"("AuthenticationPackageName":"Kerberos","IpAddress":"{}","IpPort":")", person.address));
  m.port().add(failed ? R"(","Status":"0xc000006d","SubStatus":"0xc000006a"}}})" : R"("}}})");
  return m;
}

Message file_share(const World& world, const Person& person, Random& random) {
  Message m = winlogbeat(world, person, "Security", "Microsoft-Windows-Security-Auditing", 5145, "Detailed File Share");
  m.add(fmt::format(R"("SubjectUserSid":"{}","SubjectUserName":"{}","SubjectDomainName":"{}","SubjectLogonId":"0x)",
                    person.sid, person.name, world.domain));
  m.patch(PatchKind::Hex, 6).add(fmt::format(R"(","ObjectType":"File","IpAddress":"{}","IpPort":")", person.address));
  m.port().add(fmt::format(R"(","ShareName":"\\\\*\\kyoyu","RelativeTargetName":"{}\\2026\\{})", random.pick(kFolders),
                           random.pick(kFolders)));
  m.digits(4).add(R"(.xlsx","AccessMask":"0x120089","AccessList":"%%1538 %%1541"}}})");
  return m;
}

Message image_load(const World& world, const Person& person, Random& random) {
  constexpr std::string_view kLibraries[] = {"combase", "rpcrt4", "bcrypt", "wininet", "mswsock", "dnsapi", "propsys"};
  const std::string_view library = random.pick(kLibraries);
  Message m = sysmon(world, person, 7, "Image loaded (rule: ImageLoad)");
  m.add(fmt::format(R"("Image":"{}","ImageLoaded":"C:\\Windows\\System32\\{}.dll","FileVersion":"10.0.19041.)",
                    random.pick(kPrograms).image, library));
  m.digits(4).add(R"(","Product":"Microsoft Windows Operating System","Company":"Microsoft Corporation","Hashes":)");
  m.add(R"("SHA256=)").add(fixed_hex(library, 64));
  m.add(R"(","Signed":"true","Signature":"Microsoft Windows","SignatureStatus":"Valid"}}})");
  return m;
}

Message windows(const World& world, Random& random) {
  const Person& person = random.pick(world.people);
  switch (random.below(10)) {
    case 0:
    case 1: {
      const Program& program = random.pick(kPrograms);
      return sysmon_process(world, person, program.image, fmt::format(R"(\"{}\" {})", program.image, program.arguments),
                            program.parent);
    }
    case 2:
    case 3:
      return network_connection(world, person, random);
    case 4:
    case 5:
      return logon(world, person, random);
    case 6:
      return image_load(world, person, random);
    default:
      return file_share(world, person, random);
  }
}

Message iptables(const World& world, Random& random) {
  Message m;
  m.mix = Mix::Firewall;
  m.add("<4>").patch(PatchKind::Rfc3164).add(" fw-branch kernel: [").digits(6).add(".").digits(6);
  m.add(fmt::format("] [UFW BLOCK] IN=eth0 OUT= MAC=00:16:3e:5e:6c:00:00:16:3e:{:02x}:{:02x}:01:08:00 ",
                    random.below(256), random.below(256)));
  m.add(fmt::format("SRC={} DST=203.0.113.{} LEN=40 TOS=0x00 PREC=0x00 TTL={} ID=", random.pick(world.outside),
                    random.between(1, 14), random.between(44, 250)));
  constexpr unsigned kPorts[] = {22, 23, 80, 443, 445, 1433, 3389, 5060, 8080, 8443};
  m.digits(5).add(" PROTO=TCP SPT=").port().add(fmt::format(" DPT={} SEQ=", random.pick(kPorts))).number();
  m.add(" WINDOW=1024 RES=0x00 SYN URGP=0");
  return m;
}

Message mail_line(const World& world, Random& random, std::string_view host) {
  switch (random.below(3)) {
    case 0: {
      Message m = linux_line(host, 22, "postfix/smtpd");
      return m.add("connect from mx").digits(2).add(".example.com[").add(random.pick(world.outside)).add("]");
    }
    case 1: {
      Message m = linux_line(host, 22, "postfix/qmgr");
      m.patch(PatchKind::Hex, 10).add(": from=<").add(random.pick(world.mail_addresses)).add(">, size=").digits(5);
      return m.add(", nrcpt=1 (queue active)");
    }
    default: {
      Message m = linux_line(host, 22, "postfix/smtp");
      m.patch(PatchKind::Hex, 10)
          .add(": to=<")
          .add(random.pick(world.mail_addresses))
          .add(">, relay=mail.example.com[");
      m.add(random.pick(world.outside)).add("]:25, delay=1.").digits(1).add(", delays=0.1/0/0.5/0.6, dsn=2.0.0, ");
      return m.add("status=sent (250 2.0.0 Ok: queued as ").patch(PatchKind::Hex, 10).add(")");
    }
  }
}

Message linux(const World& world, Random& random) {
  const std::string& host = random.pick(world.servers);
  const std::string& person = random.pick(world.people).name;
  constexpr std::string_view kUnits[] = {
      "logrotate.service - Rotate log files", "apt-daily.service - Daily apt download",
      "man-db.service - Daily man-db regeneration", "fstrim.service - Discard blocks"};
  constexpr std::string_view kJobs[] = {
      "/usr/lib/php/sessionclean", "command -v debian-sa1 > /dev/null && debian-sa1 1 1",
      "/usr/local/bin/zaiko-sync --quiet", "cd / && run-parts --report /etc/cron.hourly"};
  switch (random.below(10)) {
    case 0: {
      Message m = linux_line(host, 38, "sshd");
      m.add("Accepted publickey for ").add(person).add(" from ").add(random.pick(world.people).address).add(" port ");
      return m.port().add(" ssh2: ED25519 SHA256:").add(fixed_hex(person, 43));
    }
    case 1: {
      Message m = linux_line(host, 38, "sshd");
      m.add("Failed password for invalid user admin from ").add(random.pick(world.outside)).add(" port ");
      return m.port().add(" ssh2");
    }
    case 2: {
      Message m = linux_line(host, 86, "sshd");
      return m.add("pam_unix(sshd:session): session closed for user ").add(person);
    }
    case 3: {
      Message m = linux_line(host, 85, "sudo");
      m.add(person).add(" : TTY=pts/").digits(1).add(" ; PWD=/home/").add(person);
      return m.add(" ; USER=root ; COMMAND=/usr/bin/systemctl reload nginx");
    }
    case 4:
    case 5: {
      Message m = linux_line(host, 78, "CRON");
      return m.add("(root) CMD (").add(random.pick(kJobs)).add(")");
    }
    case 6: {
      Message m = linux_line(host, 30, "systemd");
      return m.add(random.one_in(2) ? "Started " : "Finished ").add(random.pick(kUnits)).add(".");
    }
    default:
      return mail_line(world, random, host);
  }
}

Message web(const World& world, Random& random) {
  constexpr unsigned kStatus[] = {200, 200, 200, 200, 200, 200, 304, 304, 404, 301};
  return web_access(random.pick(world.outside), "GET " + random.pick(world.pages), random.pick(kStatus),
                    random.pick(world.agents));
}

}  // namespace

Message sysmon_process(const World& world, const Person& person, std::string_view image, std::string_view command_line,
                       std::string_view parent) {
  Message m = sysmon(world, person, 1, "Process Create (rule: ProcessCreate)");
  m.add(fmt::format(R"("Image":"{}","CommandLine":"{}","CurrentDirectory":"C:\\Users\\{}\\",)", image, command_line,
                    person.name));
  m.add(fmt::format(R"("User":"{}\\{}","LogonId":"0x)", world.domain, person.name)).patch(PatchKind::Hex, 6);
  m.add(R"(","IntegrityLevel":"Medium","Hashes":"SHA256=)").add(fixed_hex(image, 64));
  m.add(R"(","ParentProcessId":")").digits(4).add(fmt::format(R"(","ParentImage":"{}"}}}}}})", parent));
  return m;
}

Message linux_line(std::string_view host, unsigned priority, std::string_view program) {
  Message m;
  m.mix = Mix::Linux;
  m.add(fmt::format("<{}>1 ", priority)).patch(PatchKind::Rfc5424).add(fmt::format(" {} {} ", host, program));
  return m.digits(5).add(" - [load@32473 n=\"").number().add("\"] ");
}

Message fortigate(const World& world, Random& random, std::string_view destination, bool denied) {
  const Person& person = random.pick(world.people);
  constexpr std::string_view kServices[] = {"HTTPS", "HTTPS", "HTTPS", "DNS", "HTTP", "NTP"};
  Message m;
  m.mix = Mix::Firewall;
  m.add("<189>date=").patch(PatchKind::Date).add(" time=").patch(PatchKind::Clock);
  m.add(R"( devname="FGT60F-HONSHA" devid="FGT60FTK21000042" eventtime=)").patch(PatchKind::EpochNs);
  m.add(R"( tz="+0900" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=)");
  m.add(person.address).add(" srcport=").port().add(R"( srcintf="internal" srcintfrole="lan" dstip=)");
  m.add(destination).add(R"( dstport=443 dstintf="wan1" dstintfrole="wan" sessionid=)").number();
  m.add(fmt::format(R"( proto=6 action="{}" policyid={} service="{}" dstcountry="{}" trandisp="snat" duration=)",
                    denied ? "deny" : "close", denied ? 0 : random.between(1, 9), random.pick(kServices),
                    random.one_in(3) ? "Japan" : "United States"));
  m.digits(3).add(" sentbyte=").digits(5).add(" rcvdbyte=").digits(6).add(" sentpkt=").digits(2);
  return m.add(" rcvdpkt=").digits(2).add(fmt::format(R"( appcat="unscanned" srcname="{}")", person.computer));
}

Message web_access(std::string_view client, std::string_view request, unsigned status, std::string_view agent) {
  Message m;
  m.mix = Mix::Web;
  m.add(client).add(" - - [").patch(PatchKind::Apache).add("] \"").add(request);
  m.add(request.find('?') == request.npos ? "?rid=" : "&rid=").number();
  m.add(fmt::format(" HTTP/1.1\" {} ", status)).digits(5).add(" \"https://www.koujou.example.jp/\" \"");
  return m.add(agent).add("\"");
}

Message wide_document(const World& world, Random& random, std::string_view remark) {
  const Person& person = random.pick(world.people);
  Message m;
  m.mix = Mix::Wide;
  m.is_json = true;
  m.add(R"({"@timestamp":")").patch(PatchKind::Iso);
  m.add(
      fmt::format(R"(","service":{{"name":"zaiko","version":"4.{}.1","node":"{}"}},"event":{{"action":"order.update",)",
                  random.below(9), random.pick(world.servers)));
  m.add(R"("sequence":)").number().add(R"(,"duration":)").digits(7);
  m.add(fmt::format(R"(}},"user":{{"name":"{}","id":"{}"}},"source":{{"ip":"{}","port":)", person.name, person.sid,
                    person.address));
  m.port().add(R"(},"trace":{"id":")").patch(PatchKind::Hex, 32).add(R"("},"order":{)");
  constexpr std::string_view kUnits[] = {"kg", "pcs", "box", "m"};
  for (unsigned i = 0; i < 24; ++i) {
    m.add(fmt::format(R"("attr_{:02}":)", i));
    switch (i % 3) {
      case 0:
        m.digits(4);
        break;
      case 1:
        m.add("\"").add(random.pick(kUnits)).add("\"");
        break;
      default:
        m.add(random.one_in(2) ? "true" : "false");
    }
    m.add(",");
  }
  return m.add(fmt::format(R"("remark":"{}"}}}})", remark));
}

Message make_message(Mix mix, const World& world, Random& random) {
  switch (mix) {
    case Mix::Windows:
      return windows(world, random);
    case Mix::Firewall:
      if (random.one_in(4)) return iptables(world, random);
      return fortigate(world, random, random.pick(world.outside), random.one_in(8));
    case Mix::Linux:
      return linux(world, random);
    case Mix::Web:
      return web(world, random);
    case Mix::Wide:
      return wide_document(world, random, "通常");
  }
  return {};
}

}  // namespace yorozu::load
