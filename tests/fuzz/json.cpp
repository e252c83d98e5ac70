#include "core/aur/answer.hpp"
#include "core/base/text.hpp"
#include "core/git/remote_url.hpp"
#include "core/journal/build_record_json.hpp"
#include "core/ledger/ledger_json.hpp"
#include "core/package/package_name.hpp"
#include "core/publish/provenance.hpp"
#include "core/targets/target_checks.hpp"
#include "core/vieter/listing.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

void aur_answer(std::string_view input) {
  const auto source = [&input](char* buffer, std::size_t size) {
    const auto given = input.copy(buffer, size);
    input.remove_prefix(given);
    return given;
  };
  std::vector<AurPackage> found;
  accepted([&] {
    aur::read_answer(
        source, [](const std::string&) { return true; },
        [&](aur::Entry entry) {
          must(!has_control_characters(entry.package.description), "a description may be shown");
          if (entry.problem.empty()) found.push_back(std::move(entry.package));
        });
  });
  for (auto& package : found) {
    const auto text = aur::answer_of({&package});
    std::string_view left = text;
    int count = 0;
    aur::read_answer(
        [&](char* buffer, std::size_t size) {
          const auto given = left.copy(buffer, size);
          left.remove_prefix(given);
          return given;
        },
        [](const std::string&) { return true; },
        [&](const aur::Entry& entry) {
          ++count;
          package.popularity = 0;
          must(entry.problem.empty() && entry.package == package, "what is written is read again");
        });
    must(count == 1, "a package stays one");
  }
}

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

void provenance(std::string_view input) {
  accepted([&] {
    auto [file, how] = Provenance::parse(input);
    must(pacman::PackageFileName::parse(file.file_name).has_value(), "it is of a package file");
    must(git::is_object_id(how.build.commit), "a commit has an id");
    must(check_target_name(how.build.target).empty(), "a target has a name");
    must(check_target_url(how.build.url).empty(), "a URL is one that a target may have");
    must(how.build.path.find("..") == std::string::npos || check_directory(how.build.path).empty(),
         "a path leads nowhere else");
    for (const auto& source : how.build.vcs_sources)
      must(!has_control_characters(source.source) && git::is_object_id(source.commit),
           "a source is a line, and has a commit");
  });
}

}  // namespace pkgkiln::fuzz
