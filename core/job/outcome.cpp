#include "core/job/outcome.hpp"

#include <array>

namespace pkgkiln {

namespace {

struct Note {
  BuildRecord& record;

  void operator()(const Built& built) const {
    for (const auto& package : built.packages)
      record.files.push_back({package.name.text(), package.sha256, package.size});
    if (!built.packages.empty()) record.version = built.packages.front().name.version;
  }
  void operator()(const UpToDate& up_to_date) const {
    record.why = up_to_date.why;
    record.built_from = up_to_date.built_from;
    for (const auto& file : up_to_date.files) record.files.push_back({file.text(), {}});
    if (!up_to_date.files.empty()) record.version = up_to_date.files.front().version;
  }
  void operator()(const Failed& failed) const {
    record.step = failed.step;
    record.exit_code = failed.exit_code;
    record.why = failed.error.what();
    record.hint = failed.error.advice();
    record.fault = failed.fault;
    for (const auto& file : failed.refused) record.files.push_back({file.text(), {}});
  }
  void operator()(const TimedOut& timed_out) const {
    record.step = timed_out.step;
    record.why = timed_out.why;
    record.hint = timed_out.hint;
    if (!record.why.empty()) return;
    record.why = "the time allowed for a build was over";
    record.hint = "raise [build] timeout if it needs longer";
  }
  void operator()(const Interrupted& interrupted) const {
    record.step = interrupted.step;
    record.why = "the run was interrupted";
  }
};

}  // namespace

Status status_of(const BuildOutcome& outcome) {
  static constexpr std::array all{Status::built, Status::up_to_date, Status::failed,
                                  Status::timed_out, Status::interrupted};
  return all.at(outcome.index());
}

void note_outcome(BuildRecord& record, const BuildOutcome& outcome) {
  record.status = status_of(outcome);
  std::visit(Note{record}, outcome);
}

std::string makepkg_exit_meaning(int code) {
  // makepkg(8), section "Errors"; libmakepkg's util/error.sh.
  switch (code) {
    case 1:
      return "makepkg failed for a reason that only its output tells";
    case 2:
      return "makepkg's configuration has an error";
    case 3:
      return "makepkg was called with an invalid option";
    case 4:
      return "a function of the PKGBUILD failed";
    case 5:
      return "a viable package could not be made";
    case 6:
      return "a source or additional file is missing";
    case 7:
      return "the directory for packages is missing";
    case 8:
      return "dependencies could not be installed";
    case 9:
      return "dependencies could not be removed";
    case 10:
      return "makepkg was run as root";
    case 11:
      return "makepkg may not write to a directory";
    case 12:
      return "the PKGBUILD has an error";
    case 13:
      return "a package file of that name is there already";
    case 14:
      return "the package could not be installed";
    case 15:
      return "a program that makepkg needs is missing";
    case 16:
      return "the GPG key to sign with is missing or unusable";
    case 17:
      return "a clone that an earlier build fetched is of another URL";
    case 126:
    case 127:
      return "a command was not found in the builder image";
    case 137:
      return "it was killed (out of memory, or the container was ended)";
    case 254:
      return "bash could start no further process";
    default:
      return code > 128 && code <= 128 + 64 ? "ended by signal " + std::to_string(code - 128)
                                            : "exit code " + std::to_string(code);
  }
}

}  // namespace pkgkiln
