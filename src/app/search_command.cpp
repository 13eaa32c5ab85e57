// yorozu search 'QUERY': asks the running server of a data folder, or reads the archive itself. docs/search.md.
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/answers/answer_reader.h"
#include "app/answers/output.h"
#include "app/answers/when.h"
#include "app/command.h"
#include "app/control/client.h"
#include "app/input_arguments.h"
#include "app/query_error.h"
#include "app/serve/data_folder.h"
#include "app/server_connection.h"
#include "archive/search/result_lines.h"
#include "archive/search/search.h"
#include "base/escape.h"
#include "base/hash.h"
#include "hunt/output.h"
#include "hunt/text_table.h"
#include "query/audit_records.h"
#include "query/query.h"
#include "query/row_fields.h"
#include "query/table.h"

namespace yorozu::app {

namespace {

namespace search = archive::search;
using message::Id;
using nlohmann::json;

constexpr int kCancelled = 130;  // as a shell says of a program that Ctrl-C ended

struct SearchArguments {
  std::string data, query, from, to, zone = "local", output, save, saved;
  answers::Format format = answers::Format::Table;
  std::uint64_t limit = search::SearchRequest{}.limit;
  bool explain = false, no_index = false, quiet = false, list_saved = false;
};

volatile std::sig_atomic_t interrupted = 0;  // the one thing that a signal handler may touch

/// The first Ctrl-C ends the search and leaves what was found; a second one the program.
void end_on_interrupt() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
}

Timestamp now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return {std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000};
}

std::size_t terminal_columns() {
  winsize size{};
  constexpr std::size_t kUsual = 80;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

/// How far the search is, on standard error, while nothing is printed.
class ProgressText {
 public:
  ProgressText(bool wanted, message::Lang lang) : wanted_(wanted), lang_(lang) {}
  ~ProgressText() { clear(); }
  ProgressText(const ProgressText&) = delete;
  ProgressText& operator=(const ProgressText&) = delete;

  void show(const search::Progress& progress) {
    if (!wanted_) return;
    const std::uint64_t percent = progress.bytes_total == 0 ? 0 : progress.bytes_done * 100 / progress.bytes_total;
    std::fprintf(stderr, "\r\x1b[K%s", message::format(lang_, Id::SearchProgress, percent, progress.matches).c_str());
    shown_ = true;
  }
  void clear() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
    shown_ = false;
  }

 private:
  const bool wanted_;
  const message::Lang lang_;
  bool shown_ = false;
};

/// Prints what comes, tells how far it is, and listens to Ctrl-C.
class PrintingSink final : public search::SearchSink {
 public:
  PrintingSink(answers::AnswerOutput& output, hunt::Output& out, ProgressText& progress, bool at_once)
      : output_(output), out_(out), progress_(progress), at_once_(at_once) {}

  bool row(const search::Row& row) override {
    progress_.clear();
    ++rows_;
    return output_.row(row) && go_on(at_once_);
  }
  bool progress(const search::Progress& progress) override {
    progress_.show(progress);
    return go_on(true);
  }
  bool table(const query::Table& table) override {
    progress_.clear();
    rows_ += table.rows.size();
    table_ = table;
    table_->rows.clear();
    return output_.table(table) && go_on(true);
  }
  bool histogram(const search::Histogram& histogram) override { return output_.histogram(histogram) && go_on(false); }

  std::uint64_t rows() const { return rows_; }
  /// Without its rows: what it says about what it left out.
  const std::optional<query::Table>& table() const { return table_; }

 private:
  bool go_on(bool flush) {
    if (flush) out_.flush();
    return interrupted == 0 && !out_.closed();
  }

  answers::AnswerOutput& output_;
  hunt::Output& out_;
  ProgressText& progress_;
  const bool at_once_;
  std::uint64_t rows_ = 0;
  std::optional<query::Table> table_;
};

std::expected<search::SearchSummary, search::SearchFailure> failure(Error error) {
  return std::unexpected(search::SearchFailure{std::move(error), std::nullopt});
}

std::expected<search::SearchSummary, search::SearchFailure> ask_running(const control::Client& server,
                                                                        const search::SearchRequest& request,
                                                                        search::SearchSink& sink) {
  answers::AnswerReader reader(sink);
  std::optional<Error> wrong;
  json question = json::parse(search::request_line(request));
  question["do"] = "search";
  const auto answer = server.call_for_text(question, [&](std::string_view line) {
    const auto taken = reader.take(line);
    if (!taken) wrong = taken.error();
    return taken && *taken;
  });
  if (wrong) return failure(std::move(*wrong));
  if (reader.summary()) return *reader.summary();
  search::SearchSummary cut_short;
  cut_short.ending = search::Ending::Cancelled;
  if (!answer && answer.error().code != ErrorCode::Cancelled) return failure(answer.error());
  return cut_short;
}

std::expected<search::SearchSummary, search::SearchFailure> ask(const SearchArguments& arguments,
                                                                const search::SearchRequest& request,
                                                                search::SearchSink& sink) {
  const serve::DataFolder folder = serve::find_data_folder(arguments.data);
  const auto server = control::Client::connect(folder.control_socket());
  if (server) return ask_running(*server, request, sink);
  if (server.error().code != ErrorCode::NotFound) return failure(server.error());
  const auto folders = search::find_folders(folder.path);
  if (!folders) return failure(folders.error());
  search::SearchRequest question = request;
  question.query = query::without_audit_records(question.query);
  return search::answer(question, *folders, sink);
}

Result<search::SearchRequest> make_request(const SearchArguments& arguments, message::Lang lang, TimeZone& zone) {
  const InputArguments zone_only{.paths = {}, .output = {}, .from = {}, .to = {}, .zone = arguments.zone};
  auto span = time_span(zone_only, lang);
  if (!span) return std::unexpected(span.error());
  zone = span->zone;
  search::SearchRequest out;
  out.query = arguments.query;
  out.limit = arguments.limit;
  out.zone = std::string(zone.name());
  out.wants_explain = arguments.explain;
  if (arguments.no_index) out.index = search::IndexUse::Never;
  const auto read = [&](std::string_view flag, const std::string& text, Timestamp& to) -> Result<void> {
    if (text.empty()) return {};
    const auto time = answers::parse_when(text, now(), zone);
    if (!time)
      return fail(ErrorCode::InvalidInput, message::format(lang, Id::SearchBadTime, flag, terminal_safe(text)));
    to = *time;
    return {};
  };
  if (auto good = read("--from", arguments.from, out.from); !good) return std::unexpected(good.error());
  if (auto good = read("--to", arguments.to, out.to); !good) return std::unexpected(good.error());
  return out;
}

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

void explain(const search::SearchSummary& summary) {
  const search::Effort& e = summary.effort;
  const auto line = [](std::string_view what, std::uint64_t n) {
    if (n != 0) say("  " + std::string(what) + ": " + std::to_string(n));
  };
  // Words of the machine, as in the `done` line: not translated.
  for (const std::string& step : summary.steps) say("  " + terminal_safe(step));
  line("segments", e.segments);
  line("segments skipped by time", e.segments_by_time);
  line("segments skipped by filter", e.segments_by_filter);
  line("segments answered by columns", e.segments_by_columns);
  line("blocks", e.blocks);
  line("blocks skipped by time", e.blocks_by_time);
  line("blocks skipped by filter", e.blocks_by_filter);
  line("blocks skipped by text", e.blocks_by_text);
  line("blocks read", e.blocks_read);
  line("bytes read", e.bytes_read);
  line("bytes unpacked", e.text_bytes);
  line("lines decoded", e.lines_decoded);
  for (const std::string& reason : summary.not_indexed) say("  not indexed: " + terminal_safe(reason));
}

/// What the answer lacks, and whether there is more.
int report(const search::SearchSummary& summary, const PrintingSink& sink, const SearchArguments& arguments,
           const Console& console) {
  const message::Lang lang = console.lang;
  if (arguments.explain) explain(summary);
  for (const archive::ArchiveDamage& damage : summary.damages)
    say(message::format(lang, Id::SearchUnreadable, terminal_safe(damage.file), terminal_safe(damage.detail)));
  if (const auto& table = sink.table()) {
    if (table->other_events > 0) say(message::format(lang, Id::SearchOtherEvents, table->other_events));
    if (table->without_field > 0) say(message::format(lang, Id::SearchWithoutField, table->without_field));
    if (table->rows_left_out > 0) say(message::format(lang, Id::SearchRowsLeftOut, table->rows_left_out));
  }
  if (summary.ending == search::Ending::Timeout) say(std::string(message::text(lang, Id::SearchTimedOut)));
  const bool quiet = arguments.quiet || !console.progress;
  if (!quiet) {
    const double seconds = static_cast<double>(summary.elapsed_us) / 1e6;
    say(message::format(lang, Id::SearchDone, sink.rows(), summary.matches, seconds));
    if (summary.ending == search::Ending::Limit && !sink.table()) say(std::string(message::text(lang, Id::SearchMore)));
  }
  if (interrupted != 0) return kCancelled;
  return summary.damages.empty() && summary.ending != search::Ending::Timeout ? kDone : kIncomplete;
}

int run_search(const SearchArguments& arguments, const Console& console) {
  const message::Lang lang = console.lang;
  const auto parsed = query::parse_query(arguments.query);
  if (!parsed) return explain_query_error(arguments.query, parsed.error(), lang);
  answers::OutputOptions options;
  auto request = make_request(arguments, lang, options.zone);
  if (!request) return complain(request.error().message);
  const bool parquet = arguments.format == answers::Format::Parquet;
  if (parquet && arguments.output.empty()) return complain(message::text(lang, Id::SearchParquetNeedsFile));
  options.file = arguments.output;
  auto out = hunt::Output::open(parquet ? "" : arguments.output);
  if (!out) return complain(out.error().message);

  const bool on_terminal = arguments.output.empty() && isatty(STDOUT_FILENO) == 1;
  options.format = arguments.format;
  if (query::answer_of(*parsed) == query::Answer::Rows) {
    event::Schema schema;
    options.columns = query::RowFields(*parsed, schema).columns();
    if (on_terminal && arguments.format == answers::Format::Table) {
      request->wants_histogram = true;
      options.picture_columns = terminal_columns() - 1;
    }
  }
  options.write = [&](std::string_view text) {
    out->write(text);
    return !out->closed();
  };
  if (!arguments.quiet)
    for (const query::FieldHint& hint : query::field_hints(*parsed))
      say(message::format(lang, Id::SearchFieldHint, terminal_safe(hint.field), hint.meant));

  end_on_interrupt();
  const auto output = answers::make_output(std::move(options));
  ProgressText progress(console.progress && !arguments.quiet, lang);
  PrintingSink sink(*output, *out, progress, on_terminal);
  const auto summary = ask(arguments, *request, sink);
  progress.clear();
  if (!summary) {
    if (summary.error().query) return explain_query_error(arguments.query, *summary.error().query, lang);
    if (interrupted != 0) return kCancelled;
    if (summary.error().error.code == ErrorCode::NotFound)
      return complain(message::format(lang, Id::PlanNoArchive,
                                      terminal_safe(serve::find_data_folder(arguments.data).path.string())));
    return complain(summary.error().error.message);
  }
  if (auto good = output->finish(); !good) return complain(good.error().message);
  if (auto good = out->finish(); !good) return complain(good.error().message);
  return report(*summary, sink, arguments, console);
}

/// The server's ids are of few characters; a name that is none gets one that is always the same.
std::string saved_id(const std::string& name) {
  const bool is_id = name.size() <= 64 && std::ranges::all_of(name, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                     });
  return is_id ? name : fmt::format("saved-{:016x}", hash64(name));
}

int save(const SearchArguments& arguments, const Console& console) {
  if (const auto parsed = query::parse_query(arguments.query); !parsed)
    return explain_query_error(arguments.query, parsed.error(), console.lang);
  TimeZone zone = TimeZone::utc();
  if (const auto checked = make_request(arguments, console.lang, zone); !checked)
    return complain(checked.error().message);
  const json request = {{"do", "saved.put"},        {"id", saved_id(arguments.save)}, {"name", arguments.save},
                        {"query", arguments.query}, {"from", arguments.from},         {"to", arguments.to}};
  return ask_server(arguments.data, console, request) ? kDone : kUsage;
}

std::optional<json> saved_searches(const SearchArguments& arguments, const Console& console) {
  auto answer = ask_server(arguments.data, console, {{"do", "saved.list"}});
  if (!answer) return std::nullopt;
  return answer->value("searches", json::array());
}

int list(const SearchArguments& arguments, const Console& console) {
  const auto searches = saved_searches(arguments, console);
  if (!searches) return kUsage;
  const auto heading = [&](Id id) { return std::string(message::text(console.lang, id)); };
  hunt::TextTable table({heading(Id::SearchSavedName), heading(Id::SearchSavedFrom), heading(Id::SearchSavedTo),
                         heading(Id::SearchSavedQuery)},
                        120);
  for (const json& one : *searches)
    table.add({one.value("name", ""), one.value("from", ""), one.value("to", ""), one.value("query", "")});
  std::fputs(table.text().c_str(), stdout);
  return kDone;
}

int run_saved(SearchArguments arguments, const Console& console) {
  const auto searches = saved_searches(arguments, console);
  if (!searches) return kUsage;
  for (const json& one : *searches) {
    if (one.value("name", "") != arguments.saved && one.value("id", "") != arguments.saved) continue;
    arguments.query = one.value("query", "");
    if (arguments.from.empty()) arguments.from = one.value("from", "");
    if (arguments.to.empty()) arguments.to = one.value("to", "");
    return run_search(arguments, console);
  }
  return complain(message::format(console.lang, Id::SearchNoSuchSaved, terminal_safe(arguments.saved)));
}

int run(const SearchArguments& arguments, const Console& console) {
  if (arguments.list_saved) return list(arguments, console);
  if (!arguments.saved.empty()) return run_saved(arguments, console);
  if (arguments.query.empty()) return complain(message::text(console.lang, Id::SearchNoQuery));
  return arguments.save.empty() ? run_search(arguments, console) : save(arguments, console);
}

}  // namespace

void add_search(CLI::App& app, const Console& console, Action& action) {
  const auto say_help = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("search", say_help(Id::SearchHelp));
  auto arguments = std::make_shared<SearchArguments>();
  command->add_option("QUERY", arguments->query, say_help(Id::SearchHelpQuery));
  command->add_option("--from", arguments->from, say_help(Id::SearchHelpFrom));
  command->add_option("--to", arguments->to, say_help(Id::SearchHelpTo));
  command->add_option("--tz", arguments->zone, say_help(Id::SearchHelpZone));
  command->add_option("-n,--limit", arguments->limit, say_help(Id::SearchHelpLimit));
  const std::map<std::string, answers::Format> formats = {{"table", answers::Format::Table},
                                                          {"jsonl", answers::Format::Jsonl},
                                                          {"csv", answers::Format::Csv},
                                                          {"raw", answers::Format::Raw},
                                                          {"parquet", answers::Format::Parquet}};
  command->add_option("--format", arguments->format, say_help(Id::SearchHelpFormat))
      ->transform(CLI::CheckedTransformer(formats));
  command->add_option("-o,--output", arguments->output, say_help(Id::InputOutput));
  command->add_flag("--explain", arguments->explain, say_help(Id::SearchHelpExplain));
  command->add_flag("--no-index", arguments->no_index, say_help(Id::SearchHelpNoIndex));
  command->add_option("--data", arguments->data, say_help(Id::SearchHelpData));
  command->add_option("--save", arguments->save, say_help(Id::SearchHelpSave));
  command->add_option("--saved", arguments->saved, say_help(Id::SearchHelpSaved));
  command->add_flag("--list-saved", arguments->list_saved, say_help(Id::SearchHelpListSaved));
  command->add_flag("-q,--quiet", arguments->quiet, say_help(Id::InputQuiet));
  command->callback([arguments, &action] { action = [arguments](const Console& c) { return run(*arguments, c); }; });
}

}  // namespace yorozu::app
