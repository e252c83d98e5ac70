#include "core/notify/change.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

using Kinds = std::vector<ChangeKind>;

BuildRecord result(const char* target, Status status, const char* step = "",
                   Fault fault = Fault::target) {
  BuildRecord record;
  record.target = target;
  record.status = status;
  record.step = step;
  record.fault = fault;
  return record;
}

TargetState stood(const char* target, Status status, const char* step = "") {
  TargetState state;
  state.target = target;
  state.status = status;
  state.step = step;
  if (has_failed(status)) state.failure = {status, step};
  return state;
}

const std::set kAll{ChangeKind::failed, ChangeKind::held, ChangeKind::fixed, ChangeKind::published};

Kinds kinds(const std::vector<TargetState>& before, const BuildRecord& record,
            const std::set<ChangeKind>& wanted = kAll) {
  Kinds found;
  for (const auto& change : changes_of(before, {record}, wanted)) found.push_back(change.kind);
  return found;
}

}  // namespace

TEST_CASE("what fails is a change once, until it fails otherwise or is mended") {
  const auto failed = result("foo", Status::failed, "build");
  CHECK(kinds({}, failed) == Kinds{ChangeKind::failed});
  CHECK(kinds({stood("foo", Status::up_to_date)}, failed) == Kinds{ChangeKind::failed});
  CHECK(kinds({stood("foo", Status::failed, "build")}, failed).empty());
  CHECK(kinds({stood("foo", Status::failed, "fetch")}, failed) == Kinds{ChangeKind::failed});
  CHECK(kinds({stood("foo", Status::timed_out, "build")}, failed) == Kinds{ChangeKind::failed});
  CHECK(kinds({stood("bar", Status::failed, "build")}, failed) == Kinds{ChangeKind::failed});
  // An engine that is away fails all of them.
  CHECK(kinds({stood("foo", Status::failed, "build")},
              result("foo", Status::failed, "prepare", Fault::unreached))
            .empty());
  CHECK(kinds({stood("foo", Status::failed, "build")}, result("foo", Status::up_to_date)) ==
        Kinds{ChangeKind::fixed});
}

TEST_CASE("what waited after it failed is told when it is mended, and not when it fails the same") {
  auto waited = stood("foo", Status::blocked);
  waited.failure = {Status::failed, "build"};
  CHECK(kinds({waited}, result("foo", Status::failed, "build")).empty());
  CHECK(kinds({waited}, result("foo", Status::failed, "fetch")) == Kinds{ChangeKind::failed});
  CHECK(kinds({waited}, result("foo", Status::built)) == Kinds{ChangeKind::fixed});
}

TEST_CASE("what waits, was interrupted or stays as it was is no change") {
  const std::vector good{stood("foo", Status::built)}, bad{stood("foo", Status::failed, "build")};
  CHECK(kinds(good, result("foo", Status::up_to_date)).empty());
  CHECK(kinds(good, result("foo", Status::blocked)).empty());
  CHECK(kinds(good, result("foo", Status::interrupted, "build")).empty());
  CHECK(kinds(bad, result("foo", Status::interrupted, "build")).empty());
  CHECK(kinds(bad, result("foo", Status::deferred)).empty());
  auto held = result("foo", Status::held);
  CHECK(kinds(good, held).empty());
  held.is_newly_held = true;
  CHECK(kinds(good, held) == Kinds{ChangeKind::held});
}

TEST_CASE("another version that is published is a change, but being mended comes first") {
  auto built = result("foo", Status::built);
  built.version = built.previous_version = "1-1";
  CHECK(kinds({}, built).empty());
  built.version = "2-1";
  CHECK(kinds({}, built) == Kinds{ChangeKind::published});
  const std::vector bad{stood("foo", Status::failed, "build")};
  CHECK(kinds(bad, built) == Kinds{ChangeKind::fixed});
  CHECK(kinds(bad, built, {ChangeKind::published}) == Kinds{ChangeKind::published});
  CHECK(kinds(bad, built, {ChangeKind::failed}).empty());
}
