#pragma once

#include <cstddef>
#include <functional>

namespace pkgkiln {

/// Calls `work` in `count` threads at once, the caller's among them, and returns when all of them
/// have ended; fewer do it when the system gives no more. Of what they throw the first comes out
/// then; `on_failure` is called before, in the thread that threw, and must not throw: it tells the
/// others to end.
void in_threads(std::size_t count, const std::function<void()>& work,
                const std::function<void()>& on_failure);

/// Calls `work` with every number below `count`, in order, in at most `threads` threads. After one
/// has thrown no more are begun.
void for_each_index(std::size_t count, std::size_t threads,
                    const std::function<void(std::size_t)>& work);

}  // namespace pkgkiln
