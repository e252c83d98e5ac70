#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "config/load.hpp"

/// The configuration file, changed as its user would: comments, order, blanks and line ends stay.
namespace pkgkiln::config {

/// Changes of a text that load() takes; what they don't name stays byte for byte.

/// With a table of its own for a package of the AUR, at the end.
std::string with_aur_target(std::string text, const std::string& name);
/// Without an entry of [[targets]]; with it go comments below its keys, and comments directly above
/// it. But what begins the file stays, and what heads more tables: where the next one follows
/// without a line between them.
std::string without_target(const std::string& text, std::size_t index);
/// Without that name in the entry's list `aur`, which has others; comments as above.
std::string without_aur_name(const std::string& text, std::size_t index, const std::string& name);

/// A file while its targets are changed. Nothing is written before write().
class FileEdit {
 public:
  /// Finds and reads it as load() does. Where there is none, it will be made where that looks for
  /// it: of root the system's, of others their own. Throws UsageError.
  /// A new file is one that is not there yet, also where the request names it: UsageError if there
  /// is one.
  enum class Of { any_file, new_file };
  explicit FileEdit(LoadRequest request, Of of = Of::any_file);

  const std::filesystem::path& file() const { return *request_.file; }
  /// With what was changed so far.
  const Settings& settings() const { return expected_; }
  const std::string& text() const { return *request_.text; }

  /// Gives a new file its text, which load() takes. Throws UsageError.
  void begin(std::string text);
  void add_aur_target(const std::string& name);
  /// `index` is that of settings().targets.
  void remove_target(std::size_t index);
  void remove_aur_name(std::size_t index, const std::string& name);

  /// The file as it will be, read by load(). Throws Error with what to do by hand where that gives
  /// anything but the settings that were there with these changes.
  LoadResult load() const;
  /// Replaces the file at once; it keeps its mode and owner, and links to it stay. Throws Error
  /// with what to do by hand where that can't be, or it was changed since it was read.
  void write() const;

 private:
  void change(std::string text, const std::string& by_hand);

  LoadRequest request_;  // with the text as it will be
  std::string before_, by_hand_;
  bool is_new_ = false;
  Settings expected_;
};

}  // namespace pkgkiln::config
