#include "core/events/events.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

class Ears : public Listener {
 public:
  void hear(const Event& event) override {
    if (++inside_ > 1) overlapped = true;
    std::this_thread::yield();
    heard.push_back(std::get<Notice>(event.what).text);
    threads.push_back(std::this_thread::get_id());
    --inside_;
    if (deaf) throw std::runtime_error("closed");
  }

  bool deaf = false;
  std::atomic<bool> overlapped{false};
  std::vector<std::string> heard;
  std::vector<std::thread::id> threads;

 private:
  std::atomic<int> inside_{0};
};

}  // namespace

TEST_CASE("all listeners hear all that several threads tell, one thing at a time", "[concurrent]") {
  Ears one, other;
  one.deaf = true;
  Events events({&one, &other});
  std::vector<std::thread> tellers;
  for (int teller = 0; teller < 4; ++teller)
    tellers.emplace_back([&events] {
      for (int i = 0; i < 50; ++i) events.notice("x");
    });
  for (auto& teller : tellers) teller.join();
  events.flush();
  CHECK(one.heard.size() == 200);
  CHECK(other.heard.size() == 200);
  CHECK_FALSE(one.overlapped);
  for (const auto& thread : other.threads) CHECK(thread == other.threads.front());
  CHECK(other.threads.front() != std::this_thread::get_id());
}

TEST_CASE("what is told is heard in its order, the last of it at the end", "[concurrent]") {
  Ears ears;
  {
    Events events({&ears});
    for (const auto* text : {"1", "2", "3"}) events.notice(text);
  }
  CHECK(ears.heard == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("nobody who tells waits for a listener", "[concurrent]") {
  struct Slow : Listener {
    void hear(const Event&) override {
      while (!go) std::this_thread::yield();
      ++heard;
    }
    std::atomic<bool> go{false};
    int heard = 0;
  } slow;
  Events events({&slow});
  for (int i = 0; i < 100; ++i) events.notice("x");  // would never return
  slow.go = true;
  events.flush();
  CHECK(slow.heard == 100);
}
