#include "archive/catalogue.h"

#include <algorithm>

#include "base/assert.h"

namespace yorozu::archive {
namespace {

Journal without_places(const Journal& journal) {
  Journal head;
  head.name = journal.name;
  head.state = journal.state;
  head.last_seq = journal.last_seq;
  head.begin = journal.begin;
  head.end = journal.end;
  head.line_bytes = journal.line_bytes;
  head.groups = journal.groups;
  head.created = journal.created;
  head.sealed_as = journal.sealed_as;
  head.sealed_at = journal.sealed_at;
  return head;
}

}  // namespace

void Catalogue::add_journal(Journal journal) {
  const std::scoped_lock lock(mutex_);
  const JournalName name = journal.name;
  journals_.insert_or_assign(name, std::move(journal));
}

void Catalogue::change(const JournalName& name, const std::function<void(Journal&)>& edit) {
  const std::scoped_lock lock(mutex_);
  const auto found = journals_.find(name);
  YOROZU_ASSERT(found != journals_.end(), "who holds a name has it from here");
  edit(found->second);
}

void Catalogue::remove_journal(const JournalName& name) {
  const std::scoped_lock lock(mutex_);
  journals_.erase(name);
}

std::vector<Journal> Catalogue::journals() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Journal> all;
  for (const auto& [name, journal] : journals_) all.push_back(journal);
  return all;
}

std::vector<Journal> Catalogue::journal_heads() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Journal> all;
  for (const auto& [name, journal] : journals_) all.push_back(without_places(journal));
  return all;
}

std::optional<Journal> Catalogue::find(const JournalName& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = journals_.find(name);
  return found == journals_.end() ? std::nullopt : std::optional(without_places(found->second));
}

void Catalogue::add_segments(const std::vector<SegmentFile>& files) {
  const std::scoped_lock lock(mutex_);
  for (const SegmentFile& file : files) {
    auto& group = segments_[static_cast<std::size_t>(file.name.group)];
    const auto first_seq = [](const SegmentFile& f) { return f.name.first_seq; };
    const auto at = std::ranges::lower_bound(group, file.name.first_seq, {}, first_seq);
    if (at == group.end() || at->name != file.name) group.insert(at, file);
  }
}

SegmentFiles Catalogue::segments() const {
  const std::scoped_lock lock(mutex_);
  return segments_;
}

void Catalogue::add_damage(ArchiveDamage damage) {
  const std::scoped_lock lock(mutex_);
  // Every reader that passes the same place tells of it.
  const auto is_known = [&](const ArchiveDamage& known) {
    return known.file == damage.file && known.offset == damage.offset && known.detail == damage.detail &&
           known.first_seq == damage.first_seq;
  };
  if (std::ranges::any_of(damages_, is_known)) return;
  if (damages_.size() < Archive::kMaxDamages)
    damages_.push_back(std::move(damage));
  else
    ++damages_not_listed_;
}

std::vector<ArchiveDamage> Catalogue::damages() const {
  const std::scoped_lock lock(mutex_);
  std::vector<ArchiveDamage> all = damages_;
  if (damages_not_listed_ > 0) {
    ArchiveDamage rest;
    rest.detail = std::to_string(damages_not_listed_) + " more are not listed";
    all.push_back(std::move(rest));
  }
  return all;
}

}  // namespace yorozu::archive
