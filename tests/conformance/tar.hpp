#pragma once

#include <string>
#include <vector>

#include "core/base/stream.hpp"

namespace conformance {

struct TarEntry {
  enum class Type { file, directory, link };

  Type type = Type::file;
  std::string path;
  std::string content;  // of a link its target
  unsigned mode = 0644;
  unsigned uid = 0;
  unsigned gid = 0;
};

std::string make_tar(const std::vector<TarEntry>& entries);
/// The entries of a tar archive; a directory's path has no slash at its end. Throws if the archive
/// is broken or incomplete.
std::vector<TarEntry> read_tar(const std::string& tar);
/// A stream of these bytes, which must outlive it.
pkgkiln::Source source_of(const std::string& bytes);

}  // namespace conformance
