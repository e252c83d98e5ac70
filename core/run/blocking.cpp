#include "core/run/blocking.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace pkgkiln {

namespace {

/// What keeps a target's packages from those that need them; empty when nothing does.
std::string obstacle(Status status) {
  switch (status) {
    case Status::failed:
      return "failed";
    case Status::timed_out:
      return "timed out";
    case Status::interrupted:
      return "was interrupted";
    case Status::unpublished:
      return "could not be published";
    case Status::built:
    case Status::up_to_date:
    case Status::blocked:  // is its root's
      break;
  }
  return {};
}

}  // namespace

Blocking::Blocking(const BuildOrder& order, const std::vector<OrderNode>& nodes)
    : order_(order), nodes_(nodes) {
  for (const auto& cycle : order.cycles)
    for (const auto member : cycle) cycles_.emplace(member, &cycle);
}

std::optional<BuildRecord> Blocking::verdict(std::size_t index) {
  if (const auto cycle = cycles_.find(index); cycle != cycles_.end()) {
    BuildRecord record;
    record.step = "order";
    record.why = "its dependencies form a cycle: " + cycle_text(*cycle->second, nodes_);
    record.hint = "build one of them alone first: pkgkiln build " + nodes_[index].name;
    record.fault = Fault::target;
    return record;
  }
  for (const auto dependency : order_.dependencies[index]) {
    const auto found = causes_.find(dependency);
    if (found == causes_.end()) continue;
    const auto cause = found->second;
    causes_[index] = cause;
    BuildRecord record;
    record.status = Status::blocked;
    const auto& name = nodes_[dependency].name;
    record.why = cause.root == dependency
                     ? fmt::format("its dependency '{}' {}", name, cause.what)
                     : fmt::format("its dependency '{}' is blocked by '{}', which {}", name,
                                   nodes_[cause.root].name, cause.what);
    return record;
  }
  return std::nullopt;
}

bool Blocking::has_news(std::size_t index) const {
  const auto& below = order_.dependencies[index];
  return std::any_of(below.begin(), below.end(),
                     [this](std::size_t one) { return built_.contains(one); });
}

void Blocking::ended(std::size_t index, Status status) {
  if (status == Status::built) built_.insert(index);
  if (auto what = obstacle(status); !what.empty()) causes_[index] = {index, std::move(what)};
}

}  // namespace pkgkiln
