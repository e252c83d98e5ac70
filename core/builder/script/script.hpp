#pragma once

#include <string>
#include <vector>

/// The shell scripts that run in containers, embedded from core/builder/script/*.sh. Their first
/// lines say which user runs them, and what their parameters are.
namespace pkgkiln::script {

extern const char* const bootstrap;
extern const char* const inspect;
extern const char* const dependencies;
extern const char* const restore;
extern const char* const fetch;
extern const char* const packagelist;
extern const char* const build;
extern const char* const sweep;
extern const char* const sealed;
extern const char* const collect;
extern const char* const keep;
extern const char* const shell;

/// The command that runs a script with these arguments. They arrive as "$@", never as shell text,
/// and the script is in no file that anybody could change.
inline std::vector<std::string> command(const char* script,
                                        const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> result{"/bin/bash", "-c", script, "pkgkiln"};
  result.insert(result.end(), arguments.begin(), arguments.end());
  return result;
}

}  // namespace pkgkiln::script
