/// Prints how every *.SRCINFO of a directory is read: to hold it against another reading of them.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/pkgbuild/srcinfo.hpp"

namespace {

namespace fs = std::filesystem;
using pkgkiln::pacman::SrcInfo;

void print(const std::string& where, const char* field, const std::vector<std::string>& values) {
  for (const auto& value : values) fmt::print("{}\t{}\t{}\n", where, field, value);
}

void print(const std::string& where, const SrcInfo& info) {
  print(where, "pkgbase", {info.pkgbase});
  print(where, "version", {info.version});
  print(where, "arch", info.arch);
  print(where, "depends", info.depends);
  print(where, "makedepends", info.makedepends);
  print(where, "checkdepends", info.checkdepends);
  print(where, "source", info.sources);
  print(where, "validpgpkeys", info.valid_pgp_keys);
  print(where, "vcs source", info.vcs_sources());
  print(where, "build dependency", info.build_dependencies());
  for (const auto& package : info.packages) {
    const auto name = where + " " + package.pkgname;
    print(name, "pkgname", {package.pkgname});
    print(name, "arch", package.arch);
    print(name, "depends", package.depends);
    print(name, "provides", package.provides);
  }
}

/// Whether it could be read.
bool read(const fs::path& path, const std::string& arch) {
  try {
    print(path.filename().string() + " " + arch, SrcInfo::parse(pkgkiln::read_file(path), arch));
    return true;
  } catch (const pkgkiln::Error& error) {
    fmt::print(stderr, "{} for {}: {}\n", path.filename().string(), arch, error.report());
    return false;
  }
}

int read_all(const fs::path& directory) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().filename().string().ends_with(".SRCINFO")) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::size_t failed = 0;
  for (const auto& path : paths)
    for (const auto* arch : {"x86_64", "aarch64"}) failed += read(path, arch) ? 0 : 1;
  fmt::print(stderr, "{} files, each for two arches, {} times not read\n", paths.size(), failed);
  return paths.empty() || failed > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: pkgkiln_srcinfo_reading DIR\n");
    return 2;
  }
  try {
    return read_all(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
