#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln {

/// Names the paths of directories. "*" stands for any characters of a name and "?" for one, but not
/// for a dot that begins it; "**" stands for any number of directories, none of which begins with a
/// dot. A backslash takes a "*", a "?" or a backslash after it as it is.
class PathPattern {
 public:
  /// Names are parted by single slashes. Without "*" and "?" the text is a path, backslashes
  /// included.
  explicit PathPattern(std::string_view text);

  /// Whether it names one path, which is path().
  bool is_path() const { return is_path_; }
  const std::string& path() const { return path_; }

  bool matches(std::string_view path) const;
  /// Whether it may match a path below that directory.
  bool reaches_below(std::string_view directory) const;

 private:
  /// How many of its names a path has matched so far: which of the counts are possible.
  std::vector<bool> matched_by(std::string_view path) const;
  void skip_any_directories(std::vector<bool>& counts) const;

  std::vector<std::string> names_;
  std::string path_;
  bool is_path_ = true;
};

}  // namespace pkgkiln
