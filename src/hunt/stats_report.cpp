#include "hunt/stats_report.h"

#include <algorithm>

#include "base/escape.h"
#include "base/json_writer.h"
#include "hunt/event_titles.h"
#include "hunt/text_table.h"

namespace yorozu::hunt {

namespace {

using message::Id;
using message::Lang;

// --- table ---

class Tables {
 public:
  Tables(const StatsReport& report, Lang lang, const TimeZone& zone, std::size_t rows)
      : report_(report), lang_(lang), zone_(zone), rows_(rows) {}

  std::string text() {
    events();
    names(say(Id::SearchStatsHosts), report_.statistics.hosts());
    names(say(Id::SearchStatsAccounts), report_.statistics.accounts());
    logons();
    pivots();
    base64();
    return std::move(out_);
  }

 private:
  std::string say(Id id) const { return std::string(message::text(lang_, id)); }
  std::string time(Timestamp t) const { return t.known() ? zone_.format(t) : "-"; }

  void section(const std::string& title) {
    if (!out_.empty()) out_ += '\n';
    out_ += "== " + title + " ==\n";
  }
  void close(const TextTable& table, std::uint64_t all) {
    if (table.rows() == 0) {
      out_ += say(Id::SearchStatsNone) + "\n";
      return;
    }
    out_ += table.text();
    if (all > table.rows()) out_ += message::format(lang_, Id::SearchStatsMore, all - table.rows()) + "\n";
  }

  void events() {
    section(say(Id::SearchStatsEvents));
    TextTable table(
        {say(Id::SearchStatsFile), say(Id::SearchStatsSource), say(Id::SearchStatsEventId), say(Id::SearchStatsMeaning),
         say(Id::SearchStatsCount), say(Id::SearchStatsFirst), say(Id::SearchStatsLast)},
        48);
    for (const auto& [kind, count] : report_.statistics.kinds().top(rows_)) {
      const bool has_id = kind.event_id != event::kNoEventId;
      table.add({report_.input.file(kind.file).name, kind.source, has_id ? std::to_string(kind.event_id) : "",
                 has_id ? std::string(event_title(kind.source, kind.event_id, lang_)) : "", std::to_string(count.count),
                 time(count.first), time(count.last)});
    }
    close(table, report_.statistics.kinds().counts().size());
  }

  void names(const std::string& title, const BoundedCounter<std::string>& counter) {
    section(title);
    TextTable table({title, say(Id::SearchStatsCount)});
    for (const auto& [name, count] : counter.top(rows_)) table.add({name, std::to_string(count)});
    close(table, counter.counts().size());
  }

  void logons() {
    section(say(Id::SearchStatsLogons));
    TextTable table(
        {say(Id::SearchStatsResult), say(Id::SearchStatsUser), say(Id::SearchStatsFrom), say(Id::SearchStatsHost),
         say(Id::SearchStatsHow), say(Id::SearchStatsCount), say(Id::SearchStatsFirst), say(Id::SearchStatsLast)},
        40);
    const auto& counts = report_.statistics.logons().counts();
    for (const auto& [logon, count] : counts.top(rows_))
      table.add({say(logon.success ? Id::SearchStatsSuccess : Id::SearchStatsFailure), logon.user, logon.source,
                 logon.host, logon.how, std::to_string(count.count), time(count.first), time(count.last)});
    close(table, counts.counts().size());
  }

  void pivots() {
    constexpr Id kTitles[] = {Id::SearchStatsAccount, Id::SearchStatsAddress, Id::SearchStatsProgram,
                              Id::SearchStatsHash};
    for (std::size_t kind = 0; kind < kPivotKinds; ++kind) {
      const auto& counter = report_.pivots.of(static_cast<PivotKind>(kind));
      if (!counter.empty()) names(message::format(lang_, Id::SearchStatsPivots, say(kTitles[kind])), counter);
    }
  }

  void base64() {
    section(say(Id::SearchStatsBase64));
    TextTable table(
        {say(Id::SearchStatsFile), say(Id::SearchStatsRecord), say(Id::SearchStatsField), say(Id::SearchStatsText)},
        90);
    const auto& all = report_.statistics.base64();
    for (const Base64Place& place : all) {
      if (table.rows() == rows_) break;
      table.add({report_.input.file(place.file).name, std::to_string(place.record), place.field, place.find.decoded});
    }
    close(table, all.size() + report_.statistics.base64_not_listed());
  }

  const StatsReport& report_;
  Lang lang_;
  const TimeZone& zone_;
  std::size_t rows_;
  std::string out_;
};

// --- JSON ---

void write_time(JsonWriter& json, std::string_view key, Timestamp time) {
  json.key(key);
  if (time.known())
    json.value(format_rfc3339(time));
  else
    json.null();
}

void write_names(JsonWriter& json, std::string_view key, const BoundedCounter<std::string>& counter) {
  json.key(key).begin_object().key("values").begin_array();
  for (const auto& [name, count] : counter.top(SIZE_MAX))
    json.begin_object().key("value").value(name).key("count").value(count).end_object();
  json.end_array().key("others").value(counter.others()).end_object();
}

void write_base64(JsonWriter& json, const Base64Find& find) {
  json.key("encoded").value(find.encoded).key("decoded").value(find.decoded).key("nested").begin_array();
  for (const Base64Find& inner : find.nested) {
    json.begin_object();
    write_base64(json, inner);
    json.end_object();
  }
  json.end_array();
}

std::string render_json(const StatsReport& report) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("files").begin_array();
  for (std::size_t i = 0; i < report.files.size(); ++i)
    json.begin_object()
        .key("file")
        .value(report.input.file(static_cast<std::uint32_t>(i)).name)
        .key("records")
        .value(report.files[i].records)
        .key("damages")
        .value(report.files[i].damages.size() + report.files[i].damages_not_listed)
        .end_object();
  json.end_array().key("events").begin_array();
  for (const auto& [kind, count] : report.statistics.kinds().top(SIZE_MAX)) {
    json.begin_object()
        .key("file")
        .value(report.input.file(kind.file).name)
        .key("source")
        .value(kind.source)
        .key("event_id");
    if (kind.event_id == event::kNoEventId)
      json.null();
    else
      json.value(kind.event_id);
    json.key("count").value(count.count);
    write_time(json, "first", count.first);
    write_time(json, "last", count.last);
    json.end_object();
  }
  json.end_array();
  write_names(json, "hosts", report.statistics.hosts());
  write_names(json, "accounts", report.statistics.accounts());
  json.key("logons").begin_array();
  for (const auto& [logon, count] : report.statistics.logons().counts().top(SIZE_MAX)) {
    json.begin_object()
        .key("success")
        .value(logon.success)
        .key("user")
        .value(logon.user)
        .key("source")
        .value(logon.source)
        .key("host")
        .value(logon.host)
        .key("how")
        .value(logon.how)
        .key("count")
        .value(count.count);
    write_time(json, "first", count.first);
    write_time(json, "last", count.last);
    json.end_object();
  }
  json.end_array().key("pivots").begin_object();
  for (std::size_t kind = 0; kind < kPivotKinds; ++kind)
    write_names(json, to_string(static_cast<PivotKind>(kind)), report.pivots.of(static_cast<PivotKind>(kind)));
  json.end_object().key("base64").begin_array();
  for (const Base64Place& place : report.statistics.base64()) {
    json.begin_object()
        .key("file")
        .value(report.input.file(place.file).name)
        .key("record")
        .value(place.record)
        .key("field")
        .value(place.field);
    write_base64(json, place.find);
    json.end_object();
  }
  json.end_array().key("base64_not_listed").value(report.statistics.base64_not_listed()).end_object();
  out += '\n';
  return out;
}

// --- CSV: one list in one shape, told apart by its first column ---

std::string render_csv(const StatsReport& report) {
  std::string out = "list,file,source,value,detail,count,first,last\n";
  const auto row = [&out](std::initializer_list<std::string> cells) {
    bool first = true;
    for (const std::string& cell : cells) {
      if (!first) out += ',';
      first = false;
      append_csv(cell, out);
    }
    out += '\n';
  };
  const auto time = [](Timestamp t) { return t.known() ? format_rfc3339(t) : std::string(); };
  for (const auto& [kind, count] : report.statistics.kinds().top(SIZE_MAX))
    row({"event", report.input.file(kind.file).name, kind.source,
         kind.event_id == event::kNoEventId ? "" : std::to_string(kind.event_id),
         std::string(event_title(kind.source, kind.event_id, Lang::En)), std::to_string(count.count), time(count.first),
         time(count.last)});
  const auto names = [&](const std::string& list, const BoundedCounter<std::string>& counter) {
    for (const auto& [name, count] : counter.top(SIZE_MAX))
      row({list, "", "", name, "", std::to_string(count), "", ""});
  };
  names("host", report.statistics.hosts());
  names("account", report.statistics.accounts());
  for (const auto& [logon, count] : report.statistics.logons().counts().top(SIZE_MAX))
    row({logon.success ? "logon" : "failed logon", logon.host, logon.source, logon.user, logon.how,
         std::to_string(count.count), time(count.first), time(count.last)});
  for (std::size_t kind = 0; kind < kPivotKinds; ++kind)
    names("finding " + std::string(to_string(static_cast<PivotKind>(kind))),
          report.pivots.of(static_cast<PivotKind>(kind)));
  for (const Base64Place& place : report.statistics.base64())
    row({"base64", report.input.file(place.file).name, place.field, place.find.decoded, std::to_string(place.record),
         "1", "", ""});
  return out;
}

}  // namespace

std::string render_stats(const StatsReport& report, StatsFormat format, Lang lang, const TimeZone& zone,
                         std::size_t rows) {
  switch (format) {
    case StatsFormat::Table:
      return Tables(report, lang, zone, rows).text();
    case StatsFormat::Json:
      return render_json(report);
    case StatsFormat::Csv:
      return render_csv(report);
  }
  return {};
}

}  // namespace yorozu::hunt
