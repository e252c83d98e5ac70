#include "core/plan/fair_queue.hpp"

namespace pkgkiln {

FairQueue::FairQueue(const std::vector<std::string>& hosts, std::size_t at_once)
    : at_once_(at_once) {
  std::map<std::string, std::size_t> known;
  for (const auto& name : hosts)
    host_of_.push_back(known.emplace(name, known.size()).first->second);
  hosts_.resize(known.size());
  for (auto i = host_of_.size(); i-- > 0;) hosts_[host_of_[i]].left.push_back(i);
  for (std::size_t host = 0; host < hosts_.size(); ++host) offer(host);
}

void FairQueue::offer(std::size_t host) {
  const auto& [left, taken] = hosts_[host];
  if (!left.empty() && taken < at_once_) offered_.emplace(left.back(), host);
}

std::optional<std::size_t> FairQueue::take() {
  const std::lock_guard lock(mutex_);
  if (offered_.empty()) return std::nullopt;
  const auto [index, host] = *offered_.begin();
  offered_.erase(offered_.begin());
  hosts_[host].left.pop_back();
  ++hosts_[host].taken;
  offer(host);
  return index;
}

void FairQueue::done(std::size_t index) {
  const std::lock_guard lock(mutex_);
  const auto host = host_of_.at(index);
  --hosts_[host].taken;
  offer(host);
}

}  // namespace pkgkiln
