/// For tests of the pipeline: an archive in memory that fails when told to, with the contract of archive::Archive.
#pragma once

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "base/buffer.h"
#include "proof/line.h"

namespace yorozu::ingest::testing {

class MemoryArchive final : public archive::Archive, private archive::CommitFeed {
 public:
  std::uint64_t next_seq() const override {
    const std::scoped_lock lock(mutex_);
    return lines_.size() + 1;
  }
  Result<void> commit(std::span<const archive::PendingLine> lines) override {
    const std::scoped_lock lock(mutex_);
    if (failures_ > 0) {
      --failures_;
      ++failed_;
      return fail(ErrorCode::Overloaded, "the disk is full");
    }
    for (const archive::PendingLine& line : lines) {
      Buffer text;
      proof::append_line(lines_.size() + 1, line.tail, text);
      lines_.emplace_back(text.view());
      groups_.push_back(line.group);
    }
    commits_.push_back(lines.size());
    return {};
  }
  Result<void> seal() override { return {}; }
  Result<void> seal_if_due() override { return {}; }
  Result<void> wait_until_sealed(std::int64_t) override { return {}; }
  archive::ArchiveStatus status() const override { return {}; }
  archive::CommitFeed& feed() override { return *this; }
  std::vector<archive::SegmentInfo> segments() const override { return {}; }
  std::vector<archive::ArchiveDamage> damages() const override { return {}; }
  Result<std::string> keep_file(const std::filesystem::path&) override {
    return fail(ErrorCode::Unsupported, "no files here");
  }

  /// The next `n` commits fail.
  void fail_next(int n) {
    const std::scoped_lock lock(mutex_);
    failures_ = n;
  }
  int failed() const {
    const std::scoped_lock lock(mutex_);
    return failed_;
  }
  std::vector<proof::Line> lines() const {
    const std::scoped_lock lock(mutex_);
    std::vector<proof::Line> out;
    for (const std::string& line : lines_) out.push_back(*proof::parse_line(line));
    return out;
  }
  std::vector<event::RetentionGroup> groups() const {
    const std::scoped_lock lock(mutex_);
    return groups_;
  }
  /// Findings, in order.
  std::vector<nlohmann::json> findings() const {
    std::vector<nlohmann::json> out;
    for (const proof::Line& line : lines())
      if (line.input == "yorozu.detect") out.push_back(nlohmann::json::parse(line.raw));
    return out;
  }

 private:
  std::uint64_t end() const override { return next_seq(); }
  Result<std::uint64_t> read(std::uint64_t from, std::size_t max_lines, std::int64_t,
                             const std::function<void(const archive::CommittedLine&)>& each) override {
    const std::scoped_lock lock(mutex_);
    std::uint64_t seq = from;
    for (; seq <= lines_.size() && seq < from + max_lines; ++seq) each({seq, groups_[seq - 1], lines_[seq - 1]});
    return seq;
  }
  void close() override {}

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<event::RetentionGroup> groups_;
  std::vector<std::size_t> commits_;
  int failures_ = 0, failed_ = 0;
};

}  // namespace yorozu::ingest::testing
