#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::vieter {

/// What a server answers when it is asked for its targets, whatever its version: the shapes are in
/// the order of the versions that have them.
struct ListingPage {
  enum class Shape {
    bare_array,  // seed: [{url, branch}]
    data_map,    // 0.2: {data: {"<uuid>": {url, branch, arch: ["x86_64"], repo}}}
    data_array,  // 0.3 and later: {data: [{id, url, branch, repo, schedule, arch: [{value}], kind,
                 // path}]}
  };

  /// As the server has it, unchecked; what its version doesn't know is empty.
  struct Entry {
    std::int64_t id = 0;  // 0: none
    std::string kind, url, branch, path, repository, schedule;
    std::vector<std::string> arch;
    bool has_arch = false;  // an empty list is something else than none
    std::string problem;    // what is wrong with its form, if anything
  };

  Shape shape = Shape::bare_array;
  std::vector<Entry> entries;

  /// What no list of a server that is well exceeds, in all of its pages.
  static constexpr std::size_t kMostEntries = 50'000;
  static constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20U;

  /// Throws Error for what isn't such an answer, or has more entries. An entry of a wrong form is
  /// kept with its `problem`.
  static ListingPage parse(const std::string& json);
};

}  // namespace pkgkiln::vieter
