#include "core/builder/caches.hpp"

#include "core/runtime/fake/engine.hpp"
#include "core/runtime/waiting_container.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Names = std::vector<std::string>;

namespace {

std::chrono::system_clock::time_point hour(int number) {
  return std::chrono::system_clock::time_point(std::chrono::hours(number));
}

struct Kept {
  TempDir directory;
  StateDir state{directory.path() / "state"};
  History history{state};
  fake::Engine engine;
  CacheLimits limits{100, 100};

  Kept() {
    make(shared_cache_of("i"));
    make(own_cache_of("other", "a"));
    engine.runtime().create_volume("leftover", {{label::instance, "i"}});
  }
  void make(const CacheVolume& cache) { engine.runtime().create_volume(cache.name, cache.labels); }
  void own(const std::string& target, std::uint64_t bytes, int used) {
    const auto cache = own_cache_of("i", target);
    make(cache);
    history.record_cache(cache.name, bytes, hour(used));
  }
  std::vector<Removable> removable(const Caches::Choice& chosen = [](const auto&) {
    return false;
  }) {
    return Caches(engine.runtime(), history, "i", limits).removable(chosen);
  }
  static Names names(const std::vector<Removable>& removable) {
    Names names;
    for (const auto& one : removable) names.push_back(one.what);
    return names;
  }
};

}  // namespace

TEST_CASE("caches that were used longest ago go until the others fit") {
  const std::vector<RecordedCache> recorded{
      {"old", 35, hour(1)}, {"new", 30, hour(3)}, {"mid", 40, hour(2)}, {"gone", 500, hour(4)}};
  const Names present{"mid", "new", "old"};
  CHECK(volumes_to_evict(present, recorded, 105).empty());
  CHECK(volumes_to_evict(present, recorded, 104) == Names{"old"});
  CHECK(volumes_to_evict(present, recorded, 69) == Names{"mid"});
  CHECK(volumes_to_evict(present, recorded, 0).size() == 3);
  CHECK(volumes_to_evict({"empty"}, {{"empty", 0, hour(1)}}, 0) == Names{"empty"});
  CHECK(volumes_to_evict({"unknown", "new"}, recorded, 1000) == Names{"unknown"});
}

TEST_CASE("names of caches differ where only an engine's names don't") {
  const auto one = own_cache_of("i", "a+b");
  const auto other = own_cache_of("i", "a_b");
  CHECK(one.name != other.name);
  CHECK(one.name.starts_with("pkgkiln-i-target-a_b-"));
  CHECK(target_of_cache(one.labels) == "a+b");
  CHECK(target_of_cache(shared_cache_of("i").labels).empty());
}

TEST_CASE("what exceeds the limits is found among the caches of this instance") {
  Kept kept;
  kept.own("a", 60, 1);
  kept.own("b", 60, 2);
  const auto removable = kept.removable();
  REQUIRE(Kept::names(removable) == Names{"the cache of a"});
  CHECK(removable.front().bytes == 60U);
  removable.front().remove();
  CHECK(kept.removable().empty());
  CHECK(kept.history.caches().size() == 1);
}

TEST_CASE("a limit of nothing keeps nothing") {
  Kept kept;
  kept.own("a", 0, 1);
  kept.limits = {0, 1};
  CHECK(Kept::names(kept.removable()) == Names{"the shared cache of packages"});
  kept.limits = {1, 0};
  CHECK(Kept::names(kept.removable()) == Names{"the cache of a"});
}

TEST_CASE("caches that are chosen go, whatever they hold") {
  Kept kept;
  kept.own("a", 1, 1);
  kept.own("b", 1, 1);
  CHECK(Kept::names(kept.removable([](const auto& target) { return target == "b"; })) ==
        Names{"the cache of b"});
  CHECK(kept.removable([](const auto&) { return true; }).size() == 3);
}

TEST_CASE("a cache is no leftover") {
  Kept kept;
  auto& runtime = kept.engine.runtime();
  CHECK(remove_leftovers(runtime, {{label::instance, "i"}}, [](std::string_view) {}) == 1);
  CHECK(runtime.list_volumes({{label::instance, "i"}}).size() == 1);
}
