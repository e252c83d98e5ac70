#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/publish/repository.hpp"

namespace pkgkiln {

/// The repositories that can be published to, by name. Thread-safe.
class Repositories {
 public:
  using Maker = std::function<std::unique_ptr<Repository>(const std::string& name)>;

  /// `prune`: packages that targets make no more are taken out when they are published next.
  void add(std::unique_ptr<Repository> repository, bool prune = false);
  /// For names that were not added: a server keeps any. Called once a name.
  void make_others_by(Maker maker) { maker_ = std::move(maker); }

  /// Throws Error when there is none of that name.
  Repository& at(const std::string& name) const;
  bool is_pruned(const std::string& name) const;
  /// Whether one of that name is there, or can be made.
  bool has(const std::string& name) const;
  /// Those that there are so far.
  std::vector<Repository*> all() const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<Repository>> known_;
  std::set<std::string> pruned_;
  Maker maker_;
};

}  // namespace pkgkiln
