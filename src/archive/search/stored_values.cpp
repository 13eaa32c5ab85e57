#include "archive/search/stored_values.h"

#include "query/field_reader.h"

namespace yorozu::archive::search {

bool is_stored(const std::string& field, const event::Schema& schema) {
  using Fact = query::FieldReader::Fact;
  if (field.empty()) return true;
  const Fact fact = query::FieldReader(field, schema).fact();
  return fact == Fact::None || fact == Fact::Raw || fact == Fact::Host;
}

bool is_in_filters(const std::string& field, const event::Schema& schema) {
  using Fact = query::FieldReader::Fact;
  if (is_stored(field, schema)) return true;
  const Fact fact = query::FieldReader(field, schema).fact();
  return fact == Fact::Channel || fact == Fact::EventId || fact == Fact::RecordId;
}

}  // namespace yorozu::archive::search
