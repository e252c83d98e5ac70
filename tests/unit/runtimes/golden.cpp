#include "tests/unit/runtimes/golden.hpp"

#include <cstdlib>
#include <filesystem>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/source_dir.hpp"

namespace golden {

using namespace pkgkiln;

namespace {

std::string laid_out(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json.c_str(), json.size());
  if (document.HasParseError()) throw Error("no JSON: " + json);
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace

bool matches(const std::string& name, const std::string& json) {
  const std::filesystem::path file =
      test::source_dir() / "tests/unit/runtimes/golden" / (name + ".json");
  const auto text = laid_out(json);
  const char* update = std::getenv("PKGKILN_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::filesystem::create_directories(file.parent_path());
    write_file_atomically(file, text);
  }
  UNSCOPED_INFO(text);
  return read_file(file) == text;
}

ContainerSpec full_spec() {
  ContainerSpec spec;
  spec.name = "pkgkiln-1";
  spec.image = "sha256:0123";
  spec.command = {"bash", "-c", "trap \"exit 0\" TERM; sleep 60 & wait $!"};
  spec.env = {{"A", "with 'quotes' \"and\" \\"}, {"B", "two\nlines"}, {"C", "ü"}, {"D", ""}};
  spec.user = "builder";
  spec.working_dir = "/build";
  spec.labels = {{"io.pkgkiln.instance", "i"}, {"io.pkgkiln.run", "r"}};
  spec.network = "pkgkiln-net";
  spec.add_hosts = {"fixtures.test:host-gateway"};
  spec.volumes = {{"cache", "/var/cache/pacman/pkg"}, {"sources", "/build/src", true}};
  spec.limits = {.memory_bytes = 4ULL << 30U, .cpus = 1.5, .pids = 4096, .open_files = 524288};
  return spec;
}

ContainerSpec least_spec() {
  ContainerSpec spec;
  spec.name = "least";
  spec.image = "docker.io/library/archlinux:latest";
  spec.command = {"sleep", "1"};
  return spec;
}

CommitSpec commit_spec() {
  CommitSpec spec;
  spec.name = "localhost/pkgkiln/builder:1";
  spec.labels = {{"io.pkgkiln.instance", "i"}, {"empty", ""}};
  spec.command = {"bash", "-c", "echo \"x\""};
  spec.env = {{"A", "with 'quotes' \"and\" \\"}, {"B", "two\nlines"}};
  spec.user = "root";
  spec.working_dir = "/build";
  return spec;
}

}  // namespace golden
