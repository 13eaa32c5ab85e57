/// The firm whose logs are made up: its machines, people, programs and the addresses it talks to. About 60 employees.
#pragma once

#include <string>
#include <vector>

#include "random.h"

namespace yorozu::load {

struct Person {
  std::string name, sid, computer, address;
};

struct World {
  explicit World(std::uint64_t seed);

  std::string domain = "KOUJOU", dns_domain = "koujou.example.jp";
  std::vector<Person> people;
  std::vector<std::string> servers;        ///< Linux
  std::vector<std::string> outside;        ///< addresses
  std::vector<std::string> pages, agents;  ///< of the web server
  std::vector<std::string> mail_addresses;
};

}  // namespace yorozu::load
