#include "core/run/describe.hpp"

namespace pkgkiln {

namespace {

struct Describe {
  TargetResult& result;

  void operator()(const Built& built) const {
    set_status(result, TargetResult::Status::built);
    for (const auto& package : built.packages)
      result.record.files.push_back({package.name.text(), package.sha256});
  }
  void operator()(const UpToDate& up_to_date) const {
    set_status(result, TargetResult::Status::up_to_date);
    result.record.why = up_to_date.why;
    for (const auto& file : up_to_date.files) result.record.files.push_back({file.text(), {}});
  }
  void operator()(const Failed& failed) const {
    set_status(result, TargetResult::Status::failed);
    result.record.step = failed.step;
    result.record.exit_code = failed.exit_code;
    result.record.why = failed.why;
    result.hint = failed.hint;
    result.record.fault = failed.fault;
    for (const auto& file : failed.refused) result.record.files.push_back({file.text(), {}});
  }
  void operator()(const TimedOut& timed_out) const {
    set_status(result, TargetResult::Status::timed_out);
    result.record.step = timed_out.step;
    result.record.why = timed_out.why;
    result.hint = timed_out.hint;
    if (!result.record.why.empty()) return;
    result.record.why = "the time allowed for a build was over";
    result.hint = "raise [build] timeout if it needs longer";
  }
  void operator()(const Interrupted& interrupted) const {
    set_status(result, TargetResult::Status::interrupted);
    result.record.step = interrupted.step;
    result.record.why = "the run was interrupted";
  }
};

}  // namespace

void set_status(TargetResult& result, TargetResult::Status status) {
  result.status = status;
  result.record.status = word(status);
}

void describe(TargetResult& result, const BuildOutcome& outcome) {
  std::visit(Describe{result}, outcome);
}

}  // namespace pkgkiln
