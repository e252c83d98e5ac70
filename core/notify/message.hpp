#pragma once

#include <string>
#include <vector>

#include "core/notify/change.hpp"

namespace pkgkiln {

/// What is told, once a run. All of it is printable and bounded, whatever a PKGBUILD or a log says.
struct Message {
  std::string id;     // of the run
  std::string title;  // a line: "foo failed at step build", "2 failed, 1 held on host"
  std::string text;   // lines, each of less than 1 KiB
  /// {"format": 1, "id", "host", "title", "text", "changes": [{"kind": "failed", "held", "fixed"
  /// or
  ///   "published", "target", "repository", "status", "step", "why", "hint", "version",
  ///   "previous_version", "commit", "log", "rules": []}]}
  /// A test has no changes. contrib/pkgkiln.schema.json describes it.
  std::string json;
  bool is_urgent = false;  // somebody has to do something
};

Message message_of(const std::vector<Change>& changes, const std::string& run,
                   const std::string& host);
Message test_message(const std::string& id, const std::string& host);

}  // namespace pkgkiln
