#include "core/base/threads.hpp"

#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace pkgkiln {

void in_threads(std::size_t count, const std::function<void()>& work,
                const std::function<void()>& on_failure) {
  std::mutex mutex;
  std::exception_ptr first;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!first) first = std::current_exception();
      on_failure();
    }
  };
  std::vector<std::thread> others;
  try {
    while (others.size() + 1 < count) others.emplace_back(guarded);
  } catch (const std::system_error&) {
    // Those that there are do the work of the rest.
  }
  guarded();
  for (auto& thread : others) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace pkgkiln
