#include "core/events/events.hpp"

#include <exception>

namespace pkgkiln {

Events::Events(std::vector<Listener*> listeners)
    : listeners_(std::move(listeners)), queue_([this](const Event& event) {
        for (auto* listener : listeners_) {
          try {
            listener->hear(event);
          } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
          }
        }
      }) {}

void Events::tell(decltype(Event::what) what) {
  queue_.push({std::chrono::system_clock::now(), std::move(what)});
}

}  // namespace pkgkiln
