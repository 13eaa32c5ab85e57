#include "ingest/web/bulk_input.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <unordered_map>

#include "base/text.h"
#include "base/try.h"
#include "ingest/web/bulk_answer.h"
#include "ingest/web/bulk_body.h"
#include "proof/line.h"

namespace yorozu::ingest::web {
namespace {

std::uint64_t random_prefix() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

/// via of an event: repeated as long as index and id stay the same.
std::string via_of(std::string_view token, std::string_view index, std::string_view id) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs = {{"token", token}, {"index", index}};
  const std::string good_index = repair_utf8(index), good_id = repair_utf8(id);
  pairs[1].second = good_index;
  if (!id.empty()) pairs.emplace_back("id", good_id);
  std::string via;
  proof::append_via(pairs, via);
  return via;
}

http::Response one_document_answer(const http::RequestHead& head, const BulkItem& item) {
  std::string body;
  append_item_content(item, body);
  return elastic_response(head, status_of(item), std::move(body));
}

}  // namespace

/// One request on its way: body, actions that point into it, and what becomes of each.
struct BulkInput::Work {
  Work(SeenIds& ids, http::Request r, http::Reply to, bool one)
      : seen(ids), request(std::move(r)), reply(std::move(to)), is_one_document(one) {
    const std::vector<std::string>& parts = request.head.parameters;
    if (!parts.empty()) index = parts[0];
    const bool names_id =
        one && parts.size() == 2 && std::count(request.head.path.begin(), request.head.path.end(), '/') == 3;
    if (names_id) id = parts[1];
  }

  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  /// However it ended: an id that nobody confirmed is not on its way any more.
  ~Work() {
    for (const Item& item : items)
      if (item.has_print) seen.release(item.print);
  }

  SeenIds& seen;
  http::Request request;
  http::Reply reply;
  std::string index;     ///< of the path
  std::string id;        ///< of the path
  bool is_one_document;  ///< `_doc`, `_create`: the answer is an item without its frame
  BulkBody body;
  struct Item {
    BulkItem answer;
    std::ptrdiff_t batch = -1;  ///< -1: decided already
    bool has_print = false;
    bool is_twin = false;  ///< the same event as an earlier item of this request, whose fate it shares
    SeenIds::Fingerprint print;
  };
  std::vector<Item> items;
  std::deque<std::string> made_ids;
  bool all_busy = false, all_stopped = false, all_failed = false;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

BulkInput::BulkInput(Door& door, Intake& intake, access::TokenStore& tokens, SeenIds& seen, BulkOptions options)
    : door_(door),
      tokens_(tokens),
      seen_(seen),
      options_(std::move(options)),
      sender_(intake, counters_),
      id_prefix_(random_prefix()) {
  add_routes();
}

BulkInput::~BulkInput() {
  stop();
  door_.shut();
}

Result<void> BulkInput::start() {
  const Result<void> opened = door_.open();
  problem_ = opened ? "" : opened.error().message;
  is_running_ = opened.has_value();
  return opened;
}

void BulkInput::stop() {
  sender_.stop();
  if (is_running_.exchange(false)) door_.leave();
}

InputState BulkInput::state() const {
  return {"bulk", door_.address(), problem_};
}

void BulkInput::add_routes() {
  const Admit admit = [this](http::RequestHead& head) -> std::optional<http::Response> {
    if (const auto unwelcome = look_at_token(tokens_, access::Scope::IngestBulk, head))
      return elastic_error(head, unwelcome->status, "security_exception", unwelcome->reason);
    return std::nullopt;
  };
  add_handshake_routes(door_.router(), options_.identity, admit);

  const Admit admit_events = [this, admit](http::RequestHead& head) -> std::optional<http::Response> {
    if (auto refusal = admit(head)) return refusal;
    if (sender_.is_stopped()) return elastic_error(head, 503, "unavailable_shards_exception", "the server stops");
    return std::nullopt;
  };
  const auto add = [&](const char* methods, const char* pattern, bool is_one_document) {
    http::Route route;
    route.methods = methods;
    route.pattern = pattern;
    route.max_body = options_.max_body;
    route.admit = admit_events;
    route.refuse = elastic_refusal;
    route.answer = [this, is_one_document](http::Request request, const http::Reply& reply) {
      answer_bulk(std::move(request), reply, is_one_document);
    };
    door_.router().add(std::move(route));
  };
  for (const char* pattern : {"/_bulk", "/{index}/_bulk", "/{index}/{type}/_bulk"}) add("POST,PUT", pattern, false);
  for (const char* pattern : {"/{index}/_doc", "/{index}/{type}"}) add("POST", pattern, true);
  for (const char* pattern : {"/{index}/_doc/{id}", "/{index}/_create/{id}"}) add("POST,PUT", pattern, true);
  add_index_routes(door_.router(), admit);
}

std::string BulkInput::make_id() {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string id;
  std::uint64_t high = id_prefix_, low = next_seq_no_;
  for (int i = 0; i < 10; ++i, high >>= 6) id += kAlphabet[high & 63];
  for (int i = 0; i < 10; ++i, low >>= 6) id += kAlphabet[low & 63];
  return id;
}

void BulkInput::answer_bulk(http::Request request, const http::Reply& reply, bool is_one_document) {
  auto work = std::make_shared<Work>(seen_, std::move(request), reply, is_one_document);
  const http::RequestHead& head = work->request.head;
  if (!is_one_document) {
    if (const Result<void> parsed = work->body.parse(work->request.body, work->index); !parsed)
      return reply(elastic_error(head, 400, "illegal_argument_exception", parsed.error().message));
    return take_in(work);
  }
  if (work->index.starts_with('_'))
    return reply(elastic_error(head, 404, "resource_not_found_exception", "not known here: " + head.path));
  if (work->request.body.empty()) return reply(elastic_error(head, 400, "parse_exception", "request body is required"));
  take_in(work);
}

void BulkInput::take_in(const std::shared_ptr<Work>& work) {
  const http::RequestHead& head = work->request.head;
  std::vector<BulkAction> one;
  if (work->is_one_document) {
    const bool is_create =
        head.path.find("/_create/") != std::string::npos || http::query_value(head.query, "op_type") == "create";
    std::string_view document = work->request.body;
    if (document.ends_with('\n')) document.remove_suffix(document.ends_with("\r\n") ? 2 : 1);
    one.push_back({is_create ? BulkOp::Create : BulkOp::Index, work->index, work->id, document});
  }
  const std::vector<BulkAction>& actions = work->is_one_document ? one : work->body.actions();
  Batches batches("bulk", head.peer, options_.sources.of(head.peer), head.connection, counters_);
  std::string via;
  std::string_view via_index, via_id;
  work->items.reserve(actions.size());
  std::unordered_map<SeenIds::Fingerprint, std::size_t, SeenIds::Hash> own_prints;
  for (const BulkAction& action : actions) {
    Work::Item item;
    item.answer = {action.op, ItemOutcome::Created, action.index, action.id, 0};
    if (action.op == BulkOp::Update || action.op == BulkOp::Delete) {
      item.answer.outcome = ItemOutcome::NotPossible;
    } else if (action.index.size() > kMaxIndexBytes || action.id.size() > kMaxIdBytes) {
      item.answer.outcome = ItemOutcome::TooLong;
    } else if (!action.id.empty()) {
      item.print = seen_.fingerprint(head.principal, action.index, action.id, action.source);
      const SeenIds::Verdict verdict = seen_.claim(item.print, work->request.received);
      item.has_print = verdict == SeenIds::Verdict::New;
      if (verdict == SeenIds::Verdict::Repeat) item.answer.outcome = ItemOutcome::AlreadyThere;
      if (verdict == SeenIds::Verdict::New) own_prints.emplace(item.print, work->items.size());
      if (verdict == SeenIds::Verdict::OnItsWay) {
        item.answer.outcome = ItemOutcome::Busy;
        if (const auto twin = own_prints.find(item.print); twin != own_prints.end()) {
          item.is_twin = true;
          item.batch = work->items[twin->second].batch;
        }
      }
    }
    if (item.answer.outcome == ItemOutcome::Created) {
      if (via.empty() || action.index != via_index || action.id != via_id) {
        via = via_of(head.principal, action.index, action.id);
        via_index = action.index;
        via_id = action.id;
      }
      item.answer.seq_no = next_seq_no_++;
      if (action.id.empty()) item.answer.id = work->made_ids.emplace_back(make_id());
      item.batch = static_cast<std::ptrdiff_t>(batches.frame(work->request.received, action.source, via));
    }
    work->items.push_back(item);
  }
  if (batches.frames() == 0) return work->reply(response_for(*work));
  work->request.body = {};  // the frames have it now
  sender_.send(batches.take(), [this, work](const std::vector<Fate>& fates) {
    finish(*work, fates);
    work->reply.later([this, work] { return response_for(*work); });
  });
}

/// On the committing thread: only what must be known before anybody else asks.
void BulkInput::finish(Work& work, const std::vector<Fate>& fates) {
  const auto all = [&](Fate fate) {
    return std::all_of(fates.begin(), fates.end(), [&](Fate f) { return f == fate; });
  };
  work.all_busy = all(Fate::Busy);
  work.all_stopped = all(Fate::Stopped);
  work.all_failed = all(Fate::Failed);
  for (Work::Item& item : work.items) {
    if (item.batch < 0) continue;
    const Fate fate = fates[static_cast<std::size_t>(item.batch)];
    if (fate != Fate::Durable)
      item.answer.outcome = fate == Fate::Busy ? ItemOutcome::Busy : ItemOutcome::Unavailable;
    else if (item.is_twin)
      item.answer.outcome = ItemOutcome::AlreadyThere;
    if (!item.has_print) continue;
    if (fate == Fate::Durable)
      seen_.confirm(item.print, work.request.received);
    else
      seen_.release(item.print);
    item.has_print = false;
  }
}

http::Response BulkInput::response_for(Work& work) {
  const http::RequestHead& head = work.request.head;
  if (work.all_busy)
    return elastic_error(head, 429, "es_rejected_execution_exception", "the intake is full: try again");
  if (work.all_stopped || work.all_failed)
    return elastic_error(head, 503, "unavailable_shards_exception",
                         work.all_stopped ? "the server stops" : "not written: try again");
  std::vector<BulkItem> items;
  items.reserve(work.items.size());
  for (const Work::Item& item : work.items) items.push_back(item.answer);
  if (work.is_one_document) return one_document_answer(head, items.front());
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - work.began);
  std::string body;
  append_bulk_answer(items, took.count(),
                     FilterPath(http::query_value(head.query, "filter_path").value_or(std::string())), body);
  return elastic_response(head, 200, std::move(body));
}

}  // namespace yorozu::ingest::web
