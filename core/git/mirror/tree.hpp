#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/tar_writer.hpp"

namespace pkgkiln::git {

/// Objects of a tree aren't there, or aren't what the tree says.
class DamagedObjects : public ErrorKind<DamagedObjects> {
  using ErrorKind::ErrorKind;
};

/// What lies below a directory.
struct TreeEntry {
  enum class Kind { directory, file, executable, link, submodule };

  Kind kind = Kind::file;
  std::string object;
  std::uint64_t size = 0;  // of a file or link, in bytes, once it is known
  std::string path;

  bool is_file() const { return kind == Kind::file || kind == Kind::executable; }
  bool operator==(const TreeEntry&) const = default;
};

/// The path of what lies in a directory; the root's is empty.
inline std::string under(const std::string& directory, const std::string& path) {
  return directory.empty() ? path : directory + "/" + path;
}

/// The entries of a tree object, in its order: "<mode> <name>\0<id>" each, whose id has so many
/// bytes. Their paths are their names; sizes are not in it. Throws DamagedObjects for what can't be
/// one.
std::vector<TreeEntry> parse_tree(std::string_view raw, std::size_t id_size);

/// Throws Error unless the entries (directories before what is in them) can be unpacked safely and
/// as they are: no name twice, none that leaves the directory or lies below a file or link, no
/// ".git", no control characters; bounded in number and in size.
void check_tree(const std::vector<TreeEntry>& entries);

/// Takes the output of `git cat-file --batch` for the objects of the files and links among
/// `entries`, in their order, and writes all entries to a tar archive: one pass, nothing but a
/// link's target or a header line is kept in memory.
///
/// Throws DamagedObjects when an answer doesn't match, and what the tar archive throws.
///
/// Format (git-cat-file(1), BATCH OUTPUT): "<object> blob <size>\n<content>\n" for each object.
class ObjectsToTar {
 public:
  /// Both must outlive this.
  ObjectsToTar(const std::vector<TreeEntry>& entries, TarWriter& tar);

  /// What to write to the standard input of `git cat-file --batch`.
  std::string requests() const;
  void take(std::string_view output);
  /// All entries are to be written by now.
  void finish();

 private:
  enum class Expects { header, content, newline };

  void write_what_needs_no_content();
  void take_header(std::string_view& output);
  void take_content(std::string_view& output);
  void end_content();

  const std::vector<TreeEntry>& entries_;
  TarWriter& tar_;
  std::size_t current_ = 0;
  Expects expects_ = Expects::header;
  std::string kept_;  // the header line, or a link's target, as far as it came
  std::uint64_t left_ = 0;
};

}  // namespace pkgkiln::git
