/// Records of the Linux audit system to the fields of one event.
#pragma once

#include <span>
#include <string_view>

#include "base/arena.h"
#include "codec/audit/stamp.h"
#include "codec/event_fields.h"
#include "codec/name_memo.h"
#include "event/logsource.h"

namespace yorozu::codec::audit {

/// One a decoder; not thread-safe. `names` and `logsources` outlive it.
///
/// Every key=value pair is a field with its own name: quotes removed, hexadecimal text decoded, what stands inside
/// msg='...' and behind the separator of enriched records included. An event of several records has their fields one
/// after the other, so that `type`, `name`, `item` ... have several values. Added, where the record has not got them
/// already:
///   ARCH, SYSCALL, EXIT, SIG architecture, system call (x86-64, i386, aarch64), error and signal by name
///   result                   success or fail, from success= and res=
///   AUID                     unset, when nobody had logged in
///   msg, serial              "audit(TIME:SERIAL)", and the number alone
///   CommandLine              arguments of EXECVE, joined by blanks
///   socket_family, socket_addr, socket_port, socket_path
///   subj_user, subj_role, subj_domain, subj_level, subj_category, and the same with obj_ (SELinux)
///   seresult, seperms        of AVC
class Reader {
 public:
  Reader(event::NameTable& names, const event::LogsourceMap& logsources);

  /// `records`: of one event, in the order in which they came. Values point into the lines or into `arena`.
  void read(std::span<const Stamp> records, Arena& arena, EventFields& out);

 private:
  NameMemo names_;
  event::LogsourceId logsource_;
};

}  // namespace yorozu::codec::audit
