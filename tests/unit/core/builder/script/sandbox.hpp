#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/builder/script/script.hpp"

namespace pkgkiln::test {

/// Runs a script on this machine, with paths of its own instead of the container's, and with
/// stand-ins for programs. The stand-in `kill-all` is run instead of ending all processes; the
/// processes that a script sees are files, and only the main one is there.
struct ScriptSandbox {
  TempDir directory;
  std::filesystem::path root = directory.path();
  int code = 0;
  std::string output;

  ScriptSandbox() {
    using namespace std::string_literals;
    file("processes/1/cmdline", "/bin/bash\0-c\0wait\0pkgkiln\0"s + "60\0"s);
    process(1, "bash", 'S', 1);
    program("kill-all", "exit 0");
  }
  void process(int id, const std::string& name, char state, int session) const {
    file("processes/" + std::to_string(id) + "/stat",
         std::to_string(id) + " (" + name + ") " + state + " 1 1 " + std::to_string(session) +
             " 0 -1 4194560 0\n");
  }

  /// Makes a stand-in: it records how it was called, then runs `text`.
  void program(const std::string& name, const std::string& text) const {
    const auto path = root / "bin" / name;
    std::filesystem::create_directories(path.parent_path());
    write_file_atomically(path, "#!/bin/bash\necho \"" + name + " $*\" >>'" +
                                    (root / "calls").string() + "'\n" + text + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  void file(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((root / name).parent_path());
    write_file_atomically(root / name, content);
  }
  std::string content(const std::string& name) const {
    return std::filesystem::exists(root / name) ? read_file(root / name) : "nothing";
  }
  bool has(const std::string& name) const { return std::filesystem::exists(root / name); }
  std::string called() const { return content("calls"); }

  void run(std::string script, const std::vector<std::string>& arguments,
           const std::map<std::string, std::string>& environment,
           std::map<std::string, std::string> paths) {
    paths.insert({{"/proc/", "processes/"}, {"kill -9 -1", "bin/kill-all"}});
    for (const auto& [real, own] : paths)
      for (auto at = script.find(real); at != std::string::npos; at = script.find(real, at + 1))
        script.replace(at, real.size(), (root / own).string());
    ProcessSpec spec;
    spec.command = script::command(("exec 2>&1\n" + script).c_str(), arguments);
    spec.env = environment;
    spec.env["PATH"] = (root / "bin").string() + ":/usr/bin:/bin";
    spec.env["ROOT"] = root.string();
    spec.working_dir = "/";
    output.clear();
    code = run_process(
               spec, [&](std::string_view bytes) { output += bytes; }, Cancellation::never())
               .code;
  }
};

}  // namespace pkgkiln::test
