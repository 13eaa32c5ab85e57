/// What becomes of documents with the same sequence of keys: which values are fields and what they are called, which of
/// them are the event's time, host, channel. Made once for each sequence and kept.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "codec/json/key_tree.h"
#include "codec/json/parse.h"
#include "codec/json/profile.h"
#include "event/event.h"

namespace yorozu::codec::json {

struct Plan {
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::vector<NodeIndex> nodes;  ///< the sequence it was made for
  Profile profile = Profile::Unknown;
  std::uint64_t features = 0;
  std::vector<std::uint32_t> kept;   ///< for each field: which value; a value may be several fields
  std::vector<event::NameId> names;  ///< for each field
  const event::Shape* shape = nullptr;
  bool has_own_shape = false;  ///< the table of shapes is full: made anew for each batch
  bool keeps_all = false;      ///< kept is 0, 1, 2, ...

  std::array<std::uint32_t, 4> times{kNone, kNone, kNone, kNone};  ///< values, the best candidate first
  std::uint32_t event_id = kNone, record_id = kNone, channel = kNone, provider = kNone, selector = kNone;
  std::uint32_t message = kNone, event_type = kNone;
  std::uint32_t text = kNone;            ///< a line that somebody else wrote, shipped inside the document
  std::uint32_t embedded = kNone;        ///< text that holds the event proper: JSON in a string
  std::uint16_t host = event::kNoIndex;  ///< field
  event::LogsourceId logsource = 0;
  bool logsource_is_known = false;  ///< it does not depend on a value
  bool has_pairs = false;           ///< {"Name": "X", "#text": "v"} among the data: names are values
};

class Planner {
 public:
  Planner(event::Schema& schema, const KeyTree& tree) : schema_(schema), tree_(tree) {}

  /// Valid until the next call.
  Plan& plan_for(const Collector& document, event::EventBatch& batch);
  /// When the tree forgets.
  void forget();

 private:
  static constexpr std::size_t kSlots = 2048;
  static constexpr std::size_t kLongestKept = 512;  ///< fields; longer documents are planned anew each time

  void make(const Collector& document, event::EventBatch& batch, Plan& plan);
  void add_field(Plan& plan, std::uint32_t value, std::string_view path, std::string_view name);
  struct Named {
    Profile profile;
    std::vector<std::pair<std::string, event::NameId>> names;
  };
  const Named& names_at(Profile profile, NodeIndex node);

  event::Schema& schema_;
  const KeyTree& tree_;
  std::array<std::unique_ptr<Plan>, kSlots> slots_;
  Plan scratch_;
  std::unordered_map<std::uint64_t, Named> named_;  ///< by node and profile; bounded with the tree
  std::array<int, 8> best_rank_{};
  std::vector<std::pair<int, std::uint32_t>> times_;
};

/// The value at `path` is the name of the data that comes next.
bool is_name_of_data(std::string_view path);

}  // namespace yorozu::codec::json
