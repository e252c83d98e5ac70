#include "core/targets/target_names.hpp"

#include <algorithm>
#include <set>

#include "core/base/digest.hpp"
#include "core/base/secret.hpp"

namespace pkgkiln {

KnownAs known_as(const Target& target) {
  return {displayable_url(target.url), target.branch, target.path, target.repository};
}

namespace {

constexpr std::size_t kDigits = 8;

std::string digits_of(const Target& target, int attempt) {
  std::string text = attempt == 0 ? "" : std::to_string(attempt);
  const auto [url, branch, path, repository] = known_as(target);
  for (const auto& part : {url, branch, path, repository}) text += '\n' + part;
  return sha256_of(text).substr(0, kDigits);
}

class Naming {
 public:
  explicit Naming(const std::vector<Target>& targets) {
    for (const auto& target : targets) taken_.insert(target.name);
  }

  bool take(const std::string& name, Target& target) {
    if (!is_target_name(name) || !taken_.insert(name).second) return false;
    target.name = name;
    return true;
  }

  void find(Target& target) {
    auto name = default_target_name(target.kind, target.url, target.path);
    if (take(name, target)) return;
    if (name.empty()) name = "target";
    if (target.vieter_id != 0 && take(with(name, std::to_string(target.vieter_id)), target)) return;
    for (int attempt = 0; !take(with(name, digits_of(target, attempt)), target);) ++attempt;
  }

 private:
  static std::string with(const std::string& name, const std::string& end) {
    return name.substr(0, kLongestTargetName - end.size() - 1) + "@" + end;
  }

  std::set<std::string> taken_;
};

}  // namespace

void name_targets(std::vector<Target>& targets, const RememberedNames& remembered) {
  Naming naming(targets);
  std::vector<Target*> unknown;
  for (auto& target : targets) {
    if (!target.name.empty()) continue;
    const auto known = remembered.find(known_as(target));
    if (known == remembered.end() || !naming.take(known->second, target))
      unknown.push_back(&target);
  }
  std::stable_sort(unknown.begin(), unknown.end(),
                   [](const Target* a, const Target* b) { return a->vieter_id < b->vieter_id; });
  for (auto* target : unknown) naming.find(*target);
}

}  // namespace pkgkiln
