#include "core/build/inspection.hpp"

#include <fmt/format.h>

#include "core/build/announced.hpp"
#include "core/script/script.hpp"

namespace pkgkiln {

BuildSteps::Ended Inspection::run(const Cancellation& cancel) {
  mirror(cancel);
  steps_.begin("inspect");
  const auto& job = steps_.job();
  const auto pkgbuild = job.source.read_file(found_.commit, "PKGBUILD");
  if (!pkgbuild)
    return steps_.failed(0, job.plan.target.path.empty()
                                ? "there is no PKGBUILD in the root of its repository"
                                : "there is no PKGBUILD in '" + job.plan.target.path + "'");
  found_.moves = has_pkgver_function(*pkgbuild);
  read_srcinfo(*pkgbuild);
  if (!found_.srcinfo)
    if (auto ended = ask_makepkg(cancel)) return ended;
  return if_published();
}

void Inspection::mirror(const Cancellation& cancel) {
  steps_.begin("source");
  const auto& job = steps_.job();
  const auto tip = job.source.fetch({job.plan.ref, job.plan.commit}, cancel);
  found_.commit = tip.commit;
  job.log.note(fmt::format("{} at {}", tip.ref, tip.commit));
}

void Inspection::read_srcinfo(const std::string& pkgbuild) {
  const auto& job = steps_.job();
  const auto text = job.source.read_file(found_.commit, ".SRCINFO");
  if (!text) return;
  try {
    auto srcinfo = pacman::SrcInfo::parse(*text, machine_arch());
    if (srcinfo_agrees(srcinfo, pkgbuild)) found_.srcinfo = std::move(srcinfo);
  } catch (const Error& error) {
    job.log.note(fmt::format("its .SRCINFO is not used: {}", error.what()));
  }
}

BuildSteps::Ended Inspection::ask_makepkg(const Cancellation& cancel) {
  auto& container = steps_.container(found_.commit, cancel);
  steps_.begin("inspect");
  const auto result = container.ask({"inspect", script::inspect, {}, true}, cancel);
  if (result.exit_code != 0)
    return steps_.failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
  found_.srcinfo = pacman::SrcInfo::parse(result.answer, machine_arch());
  return std::nullopt;
}

BuildSteps::Ended Inspection::if_published() {
  if (found_.moves) return std::nullopt;
  return steps_.if_published(Announced::from_srcinfo(*found_.srcinfo, machine_arch()).required());
}

}  // namespace pkgkiln
