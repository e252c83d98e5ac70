#include "core/journal/old_files.hpp"

#include <algorithm>

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
  static Names names(const std::vector<Removable>& removable) {
    Names names;
    for (const auto& one : removable) names.push_back(one.what);
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
  const auto removable =
      old_logs(place.state, std::chrono::system_clock::now() - std::chrono::hours(20));
  REQUIRE(Place::names(removable) == Names{"1 old log of builder images", "2 old logs of a"});
  CHECK(removable.back().bytes == 20U);
  removable.back().remove();
  CHECK_FALSE(fs::exists(place.state.log("a", "2")));
  CHECK(fs::exists(place.state.log("a", "3")));
}

TEST_CASE(
    "logs beyond what all may take are found, the oldest first and each target's newest last") {
  const Place place;  // each log has ten bytes
  place.file(place.state.log("a", "1"), 50);
  place.file(place.state.log("a", "2"), 40);
  place.file(place.state.log("b", "1"), 60);
  place.file(place.state.log("b", "2"), 10);
  place.file(place.state.log("c", "1"), 30);
  const auto left_by = [&](std::uint64_t limit, const std::set<fs::path>& in_use = {}) {
    Names left;
    for (const auto& removable : logs_beyond(place.state, limit, in_use)) removable.remove();
    for (const auto& entry : fs::recursive_directory_iterator(place.state.logs()))
      if (entry.is_regular_file())
        left.push_back(entry.path().parent_path().filename().string() +
                       entry.path().stem().string());
    std::sort(left.begin(), left.end());
    return left;
  };
  CHECK(logs_beyond(place.state, 50).empty());
  CHECK(left_by(40) == Names{"a1", "a2", "b2", "c1"});
  CHECK(left_by(30) == Names{"a2", "b2", "c1"});
  CHECK(left_by(10, {place.state.log("a", "2")}) == Names{"a2"});
  CHECK(left_by(0) == Names{});
}

TEST_CASE("what a verification leaves that was killed is found") {
  const Place place;
  CHECK(useless_files(place.state).empty());
  place.file(place.state.verification() / "packages" / "foo");
  const auto found = useless_files(place.state);
  REQUIRE(found.size() == 1);
  found.front().remove();
  CHECK_FALSE(fs::exists(place.state.verification()));
}

TEST_CASE("mirrors that no target uses are found, and those of earlier versions") {
  const Place place;
  const std::string used(32, 'a'), unused(32, 'b');
  for (const auto& name : {used, unused, std::string("foo")})
    place.file(place.state.mirrors() / name / "objects" / "pack");
  const auto former = useless_files(place.state);
  REQUIRE(Place::names(former) == Names{"the mirror of foo"});
  former.front().remove();
  const auto removable = unknown_mirrors(place.state, {used});
  REQUIRE(removable.size() == 1);
  CHECK(removable.front().bytes == 10U);
  removable.front().remove();
  CHECK(fs::exists(place.state.mirrors() / used));
  CHECK_FALSE(fs::exists(place.state.mirrors() / unused));
  CHECK_FALSE(fs::exists(place.state.mirrors() / "foo"));
}

TEST_CASE("what belongs to targets that nobody lists is found, with what it takes") {
  const Place place;
  place.file(place.state.log("listed", "1"));
  place.file(place.state.log("gone", "1"));
  place.file(place.state.image_log("1"));
  const auto removable = unknown_targets(place.state, {"listed"});
  REQUIRE(Place::names(removable) == Names{"the logs of gone"});
  CHECK(removable.front().bytes == 10U);
  for (const auto& one : removable) one.remove();
  CHECK_FALSE(fs::exists(place.state.logs() / "gone"));
  CHECK(fs::exists(place.state.log("listed", "1")));
  CHECK(unknown_targets(place.state, {"listed"}).empty());
}
