#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <variant>

#include "core/base/printable.hpp"

namespace pkgkiln::cli {

void StepLine::started(const std::string& target) {
  begun_.insert(target);
}

void StepLine::step(const std::string& target, const std::string& step) {
  if (begun_.erase(target) > 0 || building_.contains(target)) building_[target] = step;
  target_ = target;
  step_ = step;
}

void StepLine::ended(const std::string& target) {
  begun_.erase(target);
  building_.erase(target);
  if (building_.contains(target_)) return;
  const bool none = building_.empty();
  target_ = none ? std::string() : building_.begin()->first;
  step_ = none ? std::string() : building_.begin()->second;
}

std::string StepLine::text() const {
  if (target_.empty()) return {};
  const auto line = fmt::format("{}: {} …", target_, step_);
  return building_.size() > 1 ? fmt::format("{} builds; {}", building_.size(), line) : line;
}

Progress::Progress(Detail detail)
    : detail_(detail),
      has_steps_(detail == Detail::normal && ::isatty(STDERR_FILENO) == 1),
      console_(STDERR_FILENO, Console::Patience::bounded) {}

struct Progress::Hear {
  Progress& to;

  void operator()(const Notice& notice) const { to.show_notice(notice.text); }
  void operator()(const Planned& planned) const {
    to.tell(fmt::format("{} of {} targets to build", planned.builds, planned.targets));
  }
  void operator()(const ImageBegun& image) const {
    to.tell(fmt::format("making the builder image (log: {})", image.log.string()));
  }
  void operator()(const BuildBegun& build) const {
    to.steps_.started(build.target);
    to.tell(fmt::format("{}: building, since {} (log: {})", build.target, build.why,
                        build.log.string()));
  }
  void operator()(const StepBegun& begun) const {
    to.steps_.step(begun.target, begun.step);
    if (to.detail_ == Detail::verbose)
      to.tell(fmt::format("{}: {}", begun.target, begun.step));
    else
      to.show_steps();
  }
  void operator()(const Ended& ended) const {
    const auto& result = ended.result;
    to.steps_.ended(result.target);
    if (result.status == Status::built)
      return to.tell(
          fmt::format("{}: built and published in {}", result.target, result.repository));
    if (result.status == Status::up_to_date)
      return to.tell(fmt::format("{}: up to date{}", result.target,
                                 result.built_from.empty() ? "" : ": " + result.why));
    const auto where = result.step.empty() ? std::string() : " at step " + result.step;
    to.tell(fmt::format("{}: {}{}: {}", result.target, word(result.status), where, result.why));
  }
};

void Progress::hear(const Event& event) {
  std::visit(Hear{*this}, event.what);
}

void Progress::tell(const std::string& line) {
  if (detail_ != Detail::quiet) show(line);
}

void Progress::show(const std::string& line) {
  console_.write(printable(line) + "\n");
  show_steps();
}

void Progress::show_steps() {
  if (has_steps_) console_.status(printable(steps_.text()));
}

}  // namespace pkgkiln::cli
