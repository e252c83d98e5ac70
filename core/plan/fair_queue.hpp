#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pkgkiln {

/// Hands out work that waits for hosts to several threads, so that a slow host holds up its own
/// work only: in order, but of each host only so many at once. Thread-safe.
class FairQueue {
 public:
  /// The host of each piece of work.
  FairQueue(const std::vector<std::string>& hosts, std::size_t at_once);

  /// The index of the next piece. Nothing when whoever is at work now is enough for all that is
  /// left: the thread can end.
  std::optional<std::size_t> take();
  /// That piece is done.
  void done(std::size_t index);

 private:
  struct Host {
    std::vector<std::size_t> left;  // the next one last
    std::size_t taken = 0;
  };

  void offer(std::size_t host);

  std::size_t at_once_;
  std::mutex mutex_;
  std::vector<Host> hosts_;
  std::vector<std::size_t> host_of_;
  std::set<std::pair<std::size_t, std::size_t>> offered_;  // next index, host
};

}  // namespace pkgkiln
