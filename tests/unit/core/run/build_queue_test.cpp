#include "core/run/build_queue.hpp"

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/catch.hpp"

using namespace pkgkiln;
using Indices = std::vector<std::size_t>;

namespace {

using Step = BuildQueue::Task::Step;

/// A queue of targets that are told by how long their last builds took, and what they wait for.
class Rig {
 public:
  explicit Rig(const std::vector<int>& minutes, std::vector<Indices> dependencies = {})
      : jobs(minutes.size()) {
    dependencies.resize(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      auto& job = jobs[i];
      job.target.name = "n" + std::to_string(i);
      job.target.repository = "r";
      job.stage = Job::Stage::known;
      job.last_duration = std::chrono::minutes(minutes[i]);
      job.relations = relations(i, dependencies[i]);
    }
  }

  static Relations relations(std::size_t index, const Indices& dependencies) {
    Relations result;
    result.offers.push_back({"n" + std::to_string(index), "1-1", {}, false});
    for (const auto dependency : dependencies)
      result.needs.push_back("n" + std::to_string(dependency));
    return result;
  }

  BuildQueue& queue() {
    if (!queue_)
      queue_.emplace(jobs, capacity, cancel,
                     [](const std::string&, const Target&) { return true; });
    return *queue_;
  }
  /// The next one to be built. Those that end without a build are noted down.
  std::optional<BuildQueue::Task> next() {
    for (;;) {
      auto task = queue().next();
      if (!task || task->step == Step::build) return task;
      REQUIRE(task->step == Step::conclude);
      note(task->index, task->verdict.status);
    }
  }
  /// All that come one after the other.
  Indices sequence() {
    Indices found;
    while (const auto task = next()) {
      found.push_back(task->index);
      end(task->index);
    }
    return found;
  }
  void end(std::size_t index, Status status = Status::built) {
    note(index, status);
    queue().ended(index);
  }
  /// It turns out to wait for these.
  void inspected(std::size_t index, const Indices& dependencies) {
    jobs[index].stage = Job::Stage::inspected;
    queue().inspected(index, relations(index, dependencies));
  }

  std::vector<Job> jobs;
  Capacity capacity{1, 4, 0};
  Cancellation cancel;
  Indices ended;

 private:
  void note(std::size_t index, Status status) {
    jobs[index].record.status = status;
    const std::lock_guard lock(mutex_);
    ended.push_back(index);
  }

  std::mutex mutex_;
  std::optional<BuildQueue> queue_;
};

}  // namespace

TEST_CASE("of what is ready the one comes first that the longest chain of builds waits for") {
  CHECK(Rig({1, 3, 2}).sequence() == Indices{1, 2, 0});
  CHECK(Rig({2, 2, 2}).sequence() == Indices{0, 1, 2});
  CHECK(Rig({9, 1, 5}, {{1}, {}, {}}).sequence() == Indices{1, 0, 2});
  CHECK(Rig({1, 1, 5, 2, 2}, {{1}, {3}, {}, {4}, {}}).sequence() == Indices{4, 2, 3, 1, 0});
}

TEST_CASE("a build whose time isn't known counts as one in the middle") {
  CHECK(Rig({1, 0, 9, 3}).sequence() == Indices{2, 1, 3, 0});
  CHECK(Rig({0, 0, 0}).sequence() == Indices{0, 1, 2});
}

TEST_CASE("what is settled takes no slot and doesn't count for the median") {
  Rig rig({1, 0, 9, 3, 60, 60}, {{}, {}, {}, {}, {}, {}});
  for (const std::size_t i : {4U, 5U}) {
    rig.jobs[i].stage = Job::Stage::ended;
    rig.jobs[i].record.status = Status::up_to_date;
  }
  CHECK(rig.sequence() == Indices{2, 1, 3, 0});
  CHECK(rig.ended == Indices{2, 1, 3, 0});  // who settled it has told of it
}

TEST_CASE("a build starts only where its memory fits beside what runs") {
  Rig rig({5, 4, 3, 2, 1});
  rig.capacity = {5, 4, 10};
  const std::vector<std::uint64_t> peaks{6, 5, 4, 1, 0};
  for (std::size_t i = 0; i < peaks.size(); ++i) rig.jobs[i].last_peak_memory = peaks[i];
  CHECK(rig.next()->index == 0);
  CHECK(rig.next()->index == 2);  // 1 would be one too many
  CHECK(rig.next()->index == 4);  // nobody knows what it takes
  rig.end(2);
  CHECK(rig.next()->index == 3);
  rig.end(0);
  CHECK(rig.next()->index == 1);
}

TEST_CASE("one that left its slot gives its memory to others before it has ended", "[concurrent]") {
  Rig rig({3, 2, 1});
  rig.capacity = {3, 4, 10};
  for (auto& job : rig.jobs) job.last_peak_memory = 6;
  CHECK(rig.next()->index == 0);
  CHECK(rig.queue().acquire_slot(0));
  rig.queue().release_slot(0);
  CHECK(rig.next()->index == 1);
  rig.end(0);  // has none to give any more
  std::atomic<bool> ending{false};
  bool waited = false;
  std::thread third([&] { waited = rig.next() && ending; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ending = true;
  rig.end(1);
  third.join();
  CHECK(waited);
}

TEST_CASE("a build that takes more memory than there is runs alone") {
  Rig rig({2, 1});
  rig.capacity = {2, 4, 10};
  rig.jobs[0].last_peak_memory = rig.jobs[1].last_peak_memory = ~std::uint64_t{0};
  CHECK(rig.sequence() == Indices{0, 1});
}

TEST_CASE("memory that isn't known of the machine is not respected") {
  Rig rig({2, 1});
  rig.capacity = {2, 4, 0};
  rig.jobs[0].last_peak_memory = rig.jobs[1].last_peak_memory = 1000;
  CHECK(rig.next()->index == 0);
  CHECK(rig.next()->index == 1);
}

TEST_CASE("no more are in a slot than there are jobs", "[concurrent]") {
  Rig rig({2, 1});
  auto& queue = rig.queue();
  CHECK(rig.next()->index == 0);
  CHECK(rig.next()->index == 1);
  CHECK(queue.acquire_slot(0));
  std::atomic<bool> left{false};
  bool waited = false;
  std::thread second([&] { waited = queue.acquire_slot(1) && left; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  left = true;
  SECTION("it may leave before it has ended") {
    queue.release_slot(0);
    queue.release_slot(0);
  }
  SECTION("one that has ended is in none") {
    rig.end(0);
  }
  second.join();
  CHECK(waited);
}

TEST_CASE("the cores are shared by those that could run") {
  Rig rig({3, 2, 1, 1}, {{}, {}, {}, {0, 1, 2}});
  rig.capacity = {2, 5, 0};
  CHECK(rig.next()->cores == 3);
  CHECK(rig.next()->cores == 3);
  rig.end(0);
  CHECK(rig.next()->cores == 3);
  rig.end(1);
  rig.end(2);
  CHECK(rig.next()->cores == 5);

  Rig crowded({1, 1, 1});
  crowded.capacity = {3, 2, 0};
  CHECK(crowded.next()->cores == 1);
  Rig few({1, 1});
  few.capacity = {8, 4, 0};
  CHECK(few.next()->cores == 2);
}

TEST_CASE("a failure blocks those that depend on it, without a slot") {
  Rig rig({1, 1, 1}, {{}, {0}, {1}});
  CHECK(rig.next()->index == 0);
  rig.end(0, Status::failed);
  CHECK_FALSE(rig.next());
  CHECK(rig.ended == Indices{0, 1, 2});
  CHECK(rig.jobs[2].record.status == Status::blocked);
}

TEST_CASE("what is held back gets a slot only when something below it was built") {
  for (const bool news : {false, true}) {
    Rig rig({1, 1}, {{}, {0}});
    rig.jobs[1].held_back = std::make_shared<BuildRecord>();
    rig.jobs[1].held_back->status = Status::failed;
    CHECK(rig.next()->index == 0);
    rig.end(0, news ? Status::built : Status::up_to_date);
    CHECK(rig.next().has_value() == news);
    CHECK(rig.ended.size() == (news ? 1 : 2));
  }
}

TEST_CASE("what isn't known is inspected first, and holds up only what may wait for it") {
  Rig rig({1, 1, 1, 1}, {{}, {}, {0}, {}});
  rig.jobs[2].relations.needs = {"n0"};
  rig.jobs[3].relations.needs = {"other"};
  rig.jobs[1].stage = Job::Stage::planned;
  rig.jobs[1].relations = {};
  rig.capacity = {3, 4, 0};
  const auto first = rig.queue().next();
  CHECK(first->step == Step::inspect);
  CHECK(first->index == 1);
  CHECK(rig.next()->index == 0);  // its inspection isn't waited for
  rig.end(0);
  CHECK(rig.next()->index == 2);
  rig.end(2);
  SECTION("it offers what another needs") {
    auto relations = Rig::relations(1, {});
    relations.offers.front().provides = {"other"};
    rig.jobs[1].stage = Job::Stage::inspected;
    rig.queue().inspected(1, relations);
    CHECK(rig.sequence() == Indices{1, 3});
  }
  SECTION("it doesn't") {
    rig.inspected(1, {3});
    CHECK(rig.sequence() == Indices{3, 1});
  }
  SECTION("its inspection is its end") {
    rig.jobs[1].stage = Job::Stage::ended;
    rig.jobs[1].record.status = Status::failed;
    auto relations = Rig::relations(1, {});
    relations.offers.front().pkgname = "other";
    rig.queue().inspected(1, relations);
    CHECK_FALSE(rig.next());
    CHECK(rig.jobs[3].record.status == Status::blocked);
  }
}

TEST_CASE("while builds wait for a slot the others are inspected; one alone is not") {
  Rig rig({1, 1, 1});
  for (const std::size_t i : {1U, 2U}) rig.jobs[i].stage = Job::Stage::planned;
  CHECK(rig.queue().next()->step == Step::inspect);
  CHECK(rig.queue().next()->index == 0);
  const auto third = rig.queue().next();
  CHECK(third->step == Step::inspect);
  CHECK(third->index == 2);

  Rig alone({1, 1});
  alone.jobs[0].stage = Job::Stage::planned;
  alone.jobs[1].stage = Job::Stage::ended;
  alone.jobs[1].record.status = Status::up_to_date;
  CHECK(alone.queue().next()->step == Step::build);

  Rig left({1, 1});  // by one that it may depend on
  left.jobs[0].stage = Job::Stage::planned;
  left.jobs[1].stage = Job::Stage::ended;
  CHECK(left.queue().next()->step == Step::inspect);
}

TEST_CASE("who isn't known when the run is interrupted is not inspected any more") {
  Rig rig({1, 1});
  for (auto& job : rig.jobs) job.stage = Job::Stage::planned;
  rig.queue();
  rig.cancel.request(2);
  CHECK_FALSE(rig.next());
  for (const auto& job : rig.jobs) CHECK(job.record.status == Status::interrupted);
}

TEST_CASE("once the run is interrupted none comes any more") {
  Rig rig({1, 1, 1}, {{}, {}, {1}});
  rig.capacity.jobs = 2;
  CHECK(rig.next()->index == 1);
  rig.cancel.request(2);
  rig.end(1, Status::interrupted);
  CHECK_FALSE(rig.next());
  for (const auto& job : rig.jobs) CHECK(job.record.status == Status::interrupted);
  CHECK(rig.ended == Indices{1, 0, 2});
}

TEST_CASE("a stopped queue gives no more") {
  Rig rig({1, 1});
  rig.queue().stop();
  CHECK_FALSE(rig.next());
}

TEST_CASE("who waits for a slot in a queue that is stopped gets none", "[concurrent]") {
  Rig rig({2, 1});
  auto& queue = rig.queue();
  rig.next();
  rig.next();
  CHECK(queue.acquire_slot(0));
  bool entered = true;
  std::thread second([&] { entered = queue.acquire_slot(1); });
  queue.stop();
  second.join();
  CHECK_FALSE(entered);
}

TEST_CASE("many workers build each target once, after what it depends on", "[concurrent]") {
  constexpr std::size_t count = 400;
  std::vector<Indices> dependencies(count);
  for (std::size_t i = 20; i < count; ++i) dependencies[i] = {i - 20, i - 1 - i % 19};
  Rig rig(std::vector<int>(count, 0), dependencies);
  rig.capacity = {8, 8, 0};
  rig.queue();
  std::vector<std::atomic<int>> built(count);
  std::atomic<int> early{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < 8; ++i)
    workers.emplace_back([&] {
      while (const auto task = rig.next()) {
        for (const auto dependency : dependencies[task->index])
          if (built[dependency] == 0) ++early;
        ++built[task->index];
        rig.end(task->index);
      }
    });
  for (auto& worker : workers) worker.join();
  CHECK(early == 0);
  for (const auto& times : built) CHECK(times == 1);
  CHECK(rig.ended.size() == count);
}
