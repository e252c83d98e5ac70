#include "cli/engine.hpp"

namespace pkgkiln::cli {

std::unique_ptr<OpenedRuntime> open_engine(const config::Settings& settings) {
  return open_runtime(RuntimeChoice::parse(settings.runtime.kind, settings.runtime.socket));
}

}  // namespace pkgkiln::cli
