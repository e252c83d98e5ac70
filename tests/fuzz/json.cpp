#include "core/journal/build_record_json.hpp"
#include "core/ledger/ledger_json.hpp"
#include "core/vieter/listing.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

void build_record(std::string_view input) {
  accepted([&] {
    const auto build = build_record_from_json(std::string(input));
    must(build_record_from_json(to_json(build)) == build, "what is written is read again");
  });
}

void ledger(std::string_view input) {
  accepted([&] {
    const auto contents = ledger_from_json(input);
    must(to_json(ledger_from_json(to_json(contents))) == to_json(contents),
         "what is written is read again");
  });
}

void listing(std::string_view input) {
  accepted([&] {
    const auto page = vieter::ListingPage::parse(std::string(input));
    must(page.entries.size() <= input.size(), "entries don't come from nowhere");
    for (const auto& entry : page.entries) {
      must(!entry.url.empty() || !entry.problem.empty(), "an entry without a url is told");
      must(entry.has_arch || entry.arch.empty(), "what has no arch has none");
      must(entry.id >= 0, "an id is positive");
    }
  });
}

}  // namespace pkgkiln::fuzz
