#include "core/state/old_files.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

namespace {

struct Place {
  TempDir directory;
  StateDir state{directory.path() / "state"};

  void file(const fs::path& path, int hours_old = 0) const {
    fs::create_directories(path.parent_path());
    write_file_atomically(path, "0123456789");
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(hours_old));
  }
  Names old(int hours) const {
    return names(old_logs(state, std::chrono::system_clock::now() - std::chrono::hours(hours)));
  }
  static Names names(const std::vector<Litter>& litter) {
    Names names;
    for (const auto& one : litter) names.push_back(one.what);
    return names;
  }
};

}  // namespace

TEST_CASE("old logs are found, but for each target's newest") {
  const Place place;
  place.file(place.state.log("a", "1"), 50);
  place.file(place.state.log("a", "2"), 40);
  place.file(place.state.log("a", "3"), 30);
  place.file(place.state.log("b", "1"), 50);
  place.file(place.state.image_log("1"), 50);
  place.file(place.state.image_log("2"), 1);
  CHECK(place.old(60).empty());
  CHECK(place.old(45) == Names{"1 old log of builder images", "1 old log of a"});
  const auto litter =
      old_logs(place.state, std::chrono::system_clock::now() - std::chrono::hours(20));
  REQUIRE(Place::names(litter) == Names{"1 old log of builder images", "2 old logs of a"});
  CHECK(litter.back().bytes == 20U);
  litter.back().remove();
  CHECK_FALSE(fs::exists(place.state.log("a", "2")));
  CHECK(fs::exists(place.state.log("a", "3")));
}

TEST_CASE("what belongs to targets that nobody lists is found, with what it takes") {
  const Place place;
  place.file(place.state.log("listed", "1"));
  place.file(place.state.log("gone", "1"));
  place.file(place.state.image_log("1"));
  place.file(place.state.mirror("gone") / "objects" / "pack");
  place.file(place.state.mirror("listed") / "HEAD");
  const auto litter = unknown_targets(place.state, {"listed"});
  REQUIRE(Place::names(litter) == Names{"the mirror of gone", "the logs of gone"});
  CHECK(litter.front().bytes == 10U);
  for (const auto& one : litter) one.remove();
  CHECK_FALSE(fs::exists(place.state.mirror("gone")));
  CHECK(fs::exists(place.state.mirror("listed")));
  CHECK(unknown_targets(place.state, {"listed"}).empty());
}
