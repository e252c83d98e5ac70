#pragma once

#include "core/targets/target_source.hpp"
#include "core/vieter/server.hpp"

namespace pkgkiln::vieter {

/// The targets that a server lists, every page. Each is checked like one from a configuration; one
/// that fails is a problem of the listing. A server names none: that is left to who lists them
/// together with others. The seed lists no repository: they all go to `vieter`. A schedule that
/// can't be read is told of, and left out. Throws Error for a
/// list that doesn't end.
class Targets : public TargetSource {
 public:
  explicit Targets(Server& server) : server_(server) {}
  std::string name() const override { return server_.settings().address; }
  Listing list() override;

 private:
  Server& server_;
};

}  // namespace pkgkiln::vieter
