// yorozu tail [EXPR]: committed lines as they come.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/answers/answer_reader.h"
#include "app/command.h"
#include "app/input_arguments.h"
#include "app/query_error.h"
#include "app/server_connection.h"
#include "archive/search/result_lines.h"
#include "base/escape.h"
#include "codec/frame/frame_decoder.h"
#include "hunt/event_line.h"
#include "proof/base64.h"
#include "proof/line.h"
#include "query/evaluate.h"
#include "query/parse.h"

namespace yorozu::app {

namespace {

using message::Id;
using nlohmann::json;

enum class TailFormat { Line, Jsonl, Raw };

struct TailArguments {
  std::string data, expression;
  bool follow = false;
  std::uint64_t lines = 10;
  TailFormat format = TailFormat::Line;
};

/// Decodes each line again as the server did, to show it.
class LinePrinter {
 public:
  LinePrinter(const TailArguments& arguments, std::optional<query::Expression> expression)
      : format_(arguments.format),
        color_(isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr),
        expression_(std::move(expression)),
        decoder_(codec::make_frame_decoder(schema_, event::LogsourceMap::builtin())) {
    if (expression_) evaluator_.emplace(*expression_, schema_);
  }

  /// A line of the archive.
  void print(const std::string& text) {
    const auto line = proof::parse_line(text);
    if (!line) return print_line(terminal_safe(text));
    print(text,
          {.raw = line->raw,
           .kind = codec::frame_kind_of(line->input),
           .received = line->received,
           .zone = zones_.find(line->via_value("zone")),
           .stream = line->input},
          line->peer, Timestamp::none());
  }
  /// A row, which the server gives when it was asked with an expression.
  void print(const archive::search::Row& row) {
    std::string text;
    if (format_ == TailFormat::Jsonl) archive::search::append_row(row, text);
    const std::string raw = row.raw_b64.empty() ? row.raw : proof::decode_base64(row.raw_b64).value_or(row.raw);
    print(text,
          {.raw = raw,
           .kind = codec::frame_kind_of(row.input),
           .received = row.received,
           .zone = nullptr,
           .stream = row.input},
          row.peer, row.time);
  }

 private:
  /// `time`: of the event, as the server read it; unknown: as decoding finds it.
  void print(const std::string& json_text, const codec::Frame& frame, const std::string& peer, Timestamp time) {
    if (format_ == TailFormat::Jsonl) return print_line(json_text);
    if (format_ == TailFormat::Raw) return print_line(std::string(frame.raw));
    batch_.clear();
    decoder_->decode(frame, batch_);
    if (batch_.events.empty()) return;
    event::Event& event = batch_.events.front();
    if (time.known()) event.time = time;
    const auto hits = evaluator_ ? evaluator_->hits(event, batch_) : std::vector<query::Hit>();
    print_line(terminal_safe(frame.stream) + (peer.empty() ? "" : " " + terminal_safe(peer)) + "  " +
               hunt::event_line(event, batch_, schema_, zone_, {}, hits, color_));
  }

  const TailFormat format_;
  const bool color_;
  const TimeZone zone_ = TimeZone::local();
  event::Schema schema_;
  std::optional<query::Expression> expression_;
  std::optional<query::Evaluator> evaluator_;
  std::unique_ptr<codec::FrameDecoder> decoder_;
  codec::Zones zones_;
  event::EventBatch batch_;
};

class PrintingRows final : public archive::search::SearchSink {
 public:
  explicit PrintingRows(LinePrinter& printer) : printer_(printer) {}
  bool row(const archive::search::Row& row) override {
    printer_.print(row);
    return true;
  }

 private:
  LinePrinter& printer_;
};

int run(const TailArguments& arguments, const Console& console) {
  std::optional<query::Expression> expression;
  if (!arguments.expression.empty()) {
    auto parsed = query::parse(arguments.expression);
    if (!parsed) return explain_query_error(arguments.expression, parsed.error(), console.lang);
    expression = std::move(*parsed);
  }
  LinePrinter printer(arguments, std::move(expression));
  PrintingRows rows(printer);
  answers::AnswerReader reader(rows);
  json request = {{"do", "tail"}, {"follow", arguments.follow}, {"lines", arguments.lines}};
  // The server decides what matches, so that only that travels.
  if (!arguments.expression.empty()) request["query"] = arguments.expression;
  const auto answer = ask_server(arguments.data, console, request, -1, [&](const json& line) {
    if (const auto text = line.find("line"); text != line.end())
      printer.print(text->get<std::string>());
    else if (!reader.take(line.dump()))
      return false;
    return std::fflush(stdout) == 0;  // a reader that went away ends it
  });
  return answer ? kDone : kUsage;
}

}  // namespace

void add_tail(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("tail", say(Id::TailHelp));
  auto arguments = std::make_shared<TailArguments>();
  command->add_option("EXPR", arguments->expression, say(Id::TailHelpExpression));
  add_data_option(*command, console, arguments->data);
  command->add_flag("-f,--follow", arguments->follow, say(Id::TailHelpFollow));
  command->add_option("-n,--lines", arguments->lines, say(Id::TailHelpLines));
  const std::map<std::string, TailFormat> formats = {
      {"line", TailFormat::Line}, {"jsonl", TailFormat::Jsonl}, {"raw", TailFormat::Raw}};
  command->add_option("--format", arguments->format, say(Id::TailHelpFormat))
      ->transform(CLI::CheckedTransformer(formats));
  command->callback(
      [arguments, &action] { action = [arguments](const Console& where) { return run(*arguments, where); }; });
}

}  // namespace yorozu::app
