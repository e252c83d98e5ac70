#include "core/run/build_queue.hpp"

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/catch.hpp"

using namespace pkgkiln;
using Indices = std::vector<std::size_t>;

namespace {

/// A queue of targets that are told by how long their last builds took, and what they wait for.
class Rig {
 public:
  explicit Rig(const std::vector<int>& minutes, std::vector<Indices> dependencies = {}) {
    for (const auto taken : minutes) {
      nodes.push_back({"n" + std::to_string(nodes.size()), "r", {}, {}});
      prospects.push_back({std::nullopt, std::nullopt, std::chrono::minutes(taken), 0});
    }
    dependencies.resize(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      nodes[i].offers.push_back({nodes[i].name, "1-1", {}, false});
      for (const auto dependency : dependencies[i])
        nodes[i].needs.push_back("n" + std::to_string(dependency));
    }
    order = order_builds(nodes);
  }

  BuildQueue& queue() {
    if (!queue_)
      queue_.emplace(order, nodes, prospects, capacity, cancel,
                     [this](std::size_t i, BuildRecord&) {
                       const std::lock_guard lock(mutex_);
                       ended.push_back(i);
                     });
    return *queue_;
  }
  /// All that come one after the other.
  Indices sequence() {
    Indices found;
    while (const auto turn = queue().next()) {
      found.push_back(turn->index);
      end(turn->index);
    }
    return found;
  }
  void end(std::size_t index, Status status = Status::built) {
    BuildRecord result;
    result.status = status;
    {
      const std::lock_guard lock(mutex_);
      ended.push_back(index);
    }
    queue().ended(index, result);
  }

  std::vector<OrderNode> nodes;
  BuildOrder order;
  std::vector<Prospect> prospects;
  Capacity capacity{1, 4, 0};
  Cancellation cancel;
  Indices ended;

 private:
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

TEST_CASE("what is settled takes no turn and doesn't count for the median") {
  Rig rig({1, 0, 9, 3, 60, 60}, {{}, {}, {}, {}, {}, {}});
  for (const std::size_t i : {4U, 5U}) {
    rig.prospects[i].settled.emplace();
    rig.prospects[i].settled->status = Status::up_to_date;
  }
  CHECK(rig.sequence() == Indices{2, 1, 3, 0});
  CHECK(rig.ended == Indices{2, 1, 3, 0});  // who settled it has told of it
  CHECK(rig.queue().take_results()[4].status == Status::up_to_date);
}

TEST_CASE("a build starts only where its memory fits beside what runs") {
  Rig rig({5, 4, 3, 2, 1});
  rig.capacity = {5, 4, 10};
  const std::vector<std::uint64_t> peaks{6, 5, 4, 1, 0};
  for (std::size_t i = 0; i < peaks.size(); ++i) rig.prospects[i].peak_memory = peaks[i];
  CHECK(rig.queue().next()->index == 0);
  CHECK(rig.queue().next()->index == 2);  // 1 would be one too many
  CHECK(rig.queue().next()->index == 4);  // nobody knows what it takes
  rig.end(2);
  CHECK(rig.queue().next()->index == 3);
  rig.end(0);
  CHECK(rig.queue().next()->index == 1);
}

TEST_CASE("one that left its place gives its memory to others before it has ended",
          "[concurrent]") {
  Rig rig({3, 2, 1});
  rig.capacity = {3, 4, 10};
  for (auto& prospect : rig.prospects) prospect.peak_memory = 6;
  CHECK(rig.queue().next()->index == 0);
  CHECK(rig.queue().enter(0));
  rig.queue().leave(0);
  CHECK(rig.queue().next()->index == 1);
  rig.end(0);  // has none to give any more
  std::atomic<bool> ending{false};
  bool waited = false;
  std::thread third([&] { waited = rig.queue().next() && ending; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ending = true;
  rig.end(1);
  third.join();
  CHECK(waited);
}

TEST_CASE("a build that takes more memory than there is runs alone") {
  Rig rig({2, 1});
  rig.capacity = {2, 4, 10};
  rig.prospects[0].peak_memory = rig.prospects[1].peak_memory = ~std::uint64_t{0};
  CHECK(rig.sequence() == Indices{0, 1});
}

TEST_CASE("memory that isn't known of the machine is not respected") {
  Rig rig({2, 1});
  rig.capacity = {2, 4, 0};
  rig.prospects[0].peak_memory = rig.prospects[1].peak_memory = 1000;
  CHECK(rig.queue().next()->index == 0);
  CHECK(rig.queue().next()->index == 1);
}

TEST_CASE("no more are in a place than there are jobs", "[concurrent]") {
  Rig rig({2, 1});
  auto& queue = rig.queue();
  CHECK(queue.next()->index == 0);
  CHECK(queue.next()->index == 1);
  CHECK(queue.enter(0));
  std::atomic<bool> left{false};
  bool waited = false;
  std::thread second([&] { waited = queue.enter(1) && left; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  left = true;
  SECTION("it may leave before it has ended") {
    queue.leave(0);
    queue.leave(0);
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
  CHECK(rig.queue().next()->cores == 3);
  CHECK(rig.queue().next()->cores == 3);
  rig.end(0);
  CHECK(rig.queue().next()->cores == 3);
  rig.end(1);
  rig.end(2);
  CHECK(rig.queue().next()->cores == 5);

  Rig crowded({1, 1, 1});
  crowded.capacity = {3, 2, 0};
  CHECK(crowded.queue().next()->cores == 1);
  Rig few({1, 1});
  few.capacity = {8, 4, 0};
  CHECK(few.queue().next()->cores == 2);
}

TEST_CASE("a failure blocks those that depend on it, without a turn") {
  Rig rig({1, 1, 1}, {{}, {0}, {1}});
  CHECK(rig.queue().next()->index == 0);
  rig.end(0, Status::failed);
  CHECK_FALSE(rig.queue().next());
  CHECK(rig.ended == Indices{0, 1, 2});
  CHECK(rig.queue().take_results()[2].status == Status::blocked);
}

TEST_CASE("what is held back takes a turn only when something below it was built") {
  for (const bool news : {false, true}) {
    Rig rig({1, 1}, {{}, {0}});
    rig.prospects[1].held_back.emplace();
    rig.prospects[1].held_back->status = Status::failed;
    CHECK(rig.queue().next()->index == 0);
    rig.end(0, news ? Status::built : Status::up_to_date);
    CHECK(rig.queue().next().has_value() == news);
    CHECK(rig.ended.size() == (news ? 1 : 2));
  }
}

TEST_CASE("once the run is interrupted none comes any more") {
  Rig rig({1, 1, 1}, {{}, {}, {1}});
  rig.capacity.jobs = 2;
  CHECK(rig.queue().next()->index == 1);
  rig.cancel.request(2);
  rig.end(1, Status::interrupted);
  CHECK_FALSE(rig.queue().next());
  for (const auto& result : rig.queue().take_results()) CHECK(result.status == Status::interrupted);
  CHECK(rig.ended == Indices{1, 2, 0});
}

TEST_CASE("a stopped queue gives no more") {
  Rig rig({1, 1});
  rig.queue().stop();
  CHECK_FALSE(rig.queue().next());
}

TEST_CASE("who waits for a place in a queue that is stopped gets none", "[concurrent]") {
  Rig rig({2, 1});
  auto& queue = rig.queue();
  queue.next();
  queue.next();
  CHECK(queue.enter(0));
  bool entered = true;
  std::thread second([&] { entered = queue.enter(1); });
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
  auto& queue = rig.queue();
  std::vector<std::atomic<int>> built(count);
  std::atomic<int> early{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < 8; ++i)
    workers.emplace_back([&] {
      while (const auto turn = queue.next()) {
        for (const auto dependency : dependencies[turn->index])
          if (built[dependency] == 0) ++early;
        ++built[turn->index];
        rig.end(turn->index);
      }
    });
  for (auto& worker : workers) worker.join();
  CHECK(early == 0);
  for (const auto& times : built) CHECK(times == 1);
  CHECK(rig.ended.size() == count);
}
