/// The messages of the five mixes, as the devices and programs write them.
#pragma once

#include "message.h"
#include "world.h"

namespace yorozu::load {

/// One message of that mix; which kind it is (a logon, a denied packet, a cron job ...) the random numbers decide.
Message make_message(Mix mix, const World& world, Random& random);

/// Pieces that needles are made of too.
Message sysmon_process(const World& world, const Person& person, std::string_view image, std::string_view command_line,
                       std::string_view parent);
Message linux_line(std::string_view host, unsigned priority, std::string_view program);
Message fortigate(const World& world, Random& random, std::string_view destination, bool denied);
Message web_access(std::string_view client, std::string_view request, unsigned status, std::string_view agent);
Message wide_document(const World& world, Random& random, std::string_view remark);

}  // namespace yorozu::load
