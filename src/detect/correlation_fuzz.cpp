// The first half of the input is a stream of matches, the second a saved state; both meet correlations of every type.
#include <algorithm>
#include <cstdlib>

#include "base/bytes.h"
#include "detect/correlation_test_support.h"

namespace {

using namespace yorozu;
using namespace yorozu::detect;
using namespace yorozu::detect::testing;

const sigma::RuleSet& rules() {
  static const sigma::RuleSet set = [] {
    sigma::RuleSet out = rules_named({"a", "b", "c"});
    const std::vector<std::string> all{"a", "b", "c"};
    correlate(out, "count", Type::EventCount, all, kMinute, {{Op::GreaterOrEqual, 3}});
    correlate(out, "few", Type::EventCount, all, kMinute, {{Op::Less, 3}});
    for (const Type type : {Type::ValueCount, Type::ValueSum, Type::ValueAverage, Type::ValueMedian}) {
      correlate(out, "v" + std::to_string(static_cast<int>(type)), type, all, kMinute, {{Op::Greater, 4}}).fields = {
          "n"};
      correlate(out, "w" + std::to_string(static_cast<int>(type)), type, all, kMinute, {{Op::LessOrEqual, 4}})
          .fields = {"n"};
    }
    correlate(out, "together", Type::Temporal, all, kMinute);
    correlate(out, "ordered", Type::TemporalOrdered, {"count", "b", "c"}, kMinute);
    correlate(out, "chain", Type::TemporalOrdered, all, kMinute, {{Op::GreaterOrEqual, 2}});
    correlate(out, "not", Type::TemporalOrdered, all, kMinute).expression =
        both(member(0), both(member(1), negated(member(2))));
    return out;
  }();
  return set;
}

void feed(Stream& stream, ByteReader& in) {
  while (in.remaining() > 0) {
    const auto control = in.read<std::uint8_t>();
    std::int64_t time = in.read<std::int16_t>() * (kSecond / 4);
    if (control == 0xff) time = in.read<std::int64_t>();
    Fields fields;
    if ((control & 4) == 0) fields.emplace_back("User", std::string(as_text(in.take(control >> 7))));
    if ((control & 8) == 0) fields.emplace_back("n", std::to_string(in.read<std::int8_t>()));
    const EventReference reference{0, in.position(), in.position() & 3};
    stream.correlator.push(stream.make(control % 3, {time}, fields, reference), stream.sink());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::size_t half = size / 2;
  Stream fresh(rules(), {5 * kSecond, 4096});
  ByteReader matches({data, half});
  feed(fresh, matches);
  const std::string state = fresh.correlator.save();
  fresh.finish();

  Stream again(rules(), {5 * kSecond, std::size_t{1} << 20});
  if (!again.correlator.restore(state)) std::abort();  // what we wrote, we read
  if (again.correlator.restore(as_text({data + half, size - half}))) {
    ByteReader more({data, half});
    feed(again, more);
  }
  again.finish();
  return 0;
}
