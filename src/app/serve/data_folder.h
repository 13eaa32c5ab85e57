/// Where everything of one server lies. Names only; nothing is opened or made here.
#pragma once

#include <filesystem>
#include <string>

namespace yorozu::serve {

struct DataFolder {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "yorozu.toml"; }
  std::filesystem::path drop_ins() const { return path / "yorozu.d"; }
  std::filesystem::path run() const { return path / "run"; }
  std::filesystem::path lock() const { return run() / "lock"; }
  std::filesystem::path control_socket() const { return run() / "control.sock"; }
  std::filesystem::path archive() const { return path / "archive"; }
  std::filesystem::path index() const { return path / "index"; }             ///< derived: may be deleted
  std::filesystem::path inventory() const { return path / "inventory.db"; }  ///< a view: may be deleted
  std::filesystem::path state() const { return path / "state.db"; }
  std::filesystem::path correlation_state() const { return path / "correlation.state"; }
  std::filesystem::path positions() const { return path / "positions.state"; }
  std::filesystem::path seen_ids() const { return path / "seen-ids.state"; }
  std::filesystem::path rules() const { return path / "rules"; }
  std::filesystem::path cache() const { return path / "cache"; }
  std::filesystem::path uploads() const { return path / "uploads"; }
};

/// `given` when it is not empty, else /var/lib/yorozu for root, else $XDG_DATA_HOME/yorozu or ~/.local/share/yorozu.
/// Absolute. "" in `path` when an ordinary user has no home either.
DataFolder find_data_folder(const std::string& given);

}  // namespace yorozu::serve
