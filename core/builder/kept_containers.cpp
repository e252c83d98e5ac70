#include "core/builder/kept_containers.hpp"

#include <fmt/format.h>
#include <map>

#include "core/builder/layout.hpp"
#include "core/builder/script/script.hpp"
#include "core/runtime/labels.hpp"

namespace pkgkiln {

std::vector<Removable> KeptContainers::removable(const Choice& chosen) const {
  const auto recorded = history_.kept();
  if (recorded.empty()) return {};
  std::map<std::string, bool> runs;
  for (const auto& container : runtime_.list({{label::instance, instance_}}))
    runs[container.name] = container.running;
  std::vector<Removable> result;
  std::size_t newer = 0;
  for (const auto& kept : recorded) {
    const auto found = runs.find(kept.container);
    if (found == runs.end()) {
      history_.forget_kept(kept.container);
      continue;
    }
    const bool is_of_shell = kept.build.empty();
    const bool is_beyond = !is_of_shell && ++newer > limit_;
    if (found->second || !(is_of_shell || is_beyond || chosen(kept))) continue;
    result.push_back({fmt::format("the kept container {} of '{}'", kept.container, kept.target),
                      std::nullopt, [this, name = kept.container] {
                        runtime_.remove(name);
                        history_.forget_kept(name);
                        runtime_.remove_volume(name);
                      }});
  }
  return result;
}

std::set<std::string> KeptContainers::names() const {
  std::set<std::string> names;
  for (const auto& kept : history_.kept()) names.insert(kept.container);
  return names;
}

void attend_shell(ContainerRuntime& runtime, const KeptContainer& container, bool as_root,
                  Terminal& terminal, const Cancellation& cancel) {
  ExecSpec spec;
  spec.command = script::command(script::shell);
  spec.user = as_root ? "root" : builder::user;
  if (as_root) spec.env = {{"HOME", "/root"}, {"USER", "root"}, {"LOGNAME", "root"}};
  spec.env.insert(container.environment.begin(), container.environment.end());
  spec.working_dir = "/";
  runtime.attend(container.container, spec, terminal, cancel);
}

}  // namespace pkgkiln
