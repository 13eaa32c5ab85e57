#include "codec/json/document.h"

#include "codec/json/emit.h"

namespace yorozu::codec::json {

struct DocumentReader::Impl {
  Impl(event::Schema& schema, const event::LogsourceMap& logsources)
      : collector(tree), emitter(schema, logsources, tree) {}
  KeyTree tree;
  Collector collector;
  Emitter emitter;
};

DocumentReader::DocumentReader(event::Schema& schema, const event::LogsourceMap& logsources)
    : impl_(std::make_unique<Impl>(schema, logsources)) {}

DocumentReader::~DocumentReader() = default;

Understood DocumentReader::read(std::string_view text, std::string_view raw, event::EventBatch& batch) {
  if (impl_->tree.is_full()) {
    impl_->tree.forget();
    impl_->emitter.forget();
  }
  const Parsed parsed = parse(text, impl_->collector);
  if (impl_->collector.nodes().empty()) return Understood::Nothing;
  impl_->emitter.emit(impl_->collector, {.raw = raw}, batch);
  const bool is_whole =
      parsed.problem == nullptr && text.find_first_not_of(" \t\r\n", parsed.end) == std::string_view::npos;
  return is_whole ? Understood::Fields : Understood::Envelope;
}

}  // namespace yorozu::codec::json
