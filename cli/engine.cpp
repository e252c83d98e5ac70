#include "cli/engine.hpp"

namespace pkgkiln::cli {

std::unique_ptr<OpenedRuntime> open_engine(const config::Settings& settings) {
  return open_runtime(RuntimeChoice::parse(settings.runtime.kind, settings.runtime.socket));
}

std::unique_ptr<OpenedRuntime> engine_when_needed(const config::Settings& settings) {
  return open_when_needed(RuntimeChoice::parse(settings.runtime.kind, settings.runtime.socket));
}

}  // namespace pkgkiln::cli
