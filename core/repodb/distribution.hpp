#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/package/dependency.hpp"

namespace pkgkiln::pacman {

/// What the repositories hold that a builder image installs from, as of the time when it was made.
/// A value, cheap to copy, that never changes; the views that it gives live as long as it or a
/// copy.
class Distribution {
 public:
  struct Package {
    std::string_view pkgname, version, repository;

    bool operator==(const Package&) const = default;
  };

  /// Of an image without repositories.
  Distribution();
  /// Reads sync databases, "<repository>.db" each, in the order in which pacman prefers them, in
  /// any compression. What isn't by the grammar is left out. Throws Error if one can't be read, or
  /// holds more than any distribution does.
  static Distribution read(const std::string& image,
                           const std::vector<std::filesystem::path>& databases,
                           const Cancellation& cancel = Cancellation::never());

  /// What save() wrote; nothing if it isn't there or isn't sound: then nobody knows.
  static std::optional<Distribution> load(const std::filesystem::path& file);
  void save(const std::filesystem::path& file) const;

  /// The id of the builder image that installs from it.
  const std::string& image() const;
  /// The same but for those repositories, such as those that targets are published to: they are not
  /// the distribution's, even if the image installs from them.
  Distribution without(std::set<std::string, std::less<>> repositories) const;

  /// The package of that name that pacman would install.
  std::optional<Package> find(std::string_view pkgname) const;
  /// What satisfies a dependency, what pacman prefers first: packages of that name, or if there are
  /// none those that provide it.
  std::vector<Package> providers(const Dependency& dependency) const;
  std::vector<Package> members(std::string_view group) const;
  /// Those that pacman installs in place of a package of that name.
  std::vector<Package> replacers(std::string_view pkgname) const;

 private:
  struct Contents;
  struct Relation;
  using Relations = std::vector<Relation>;
  using Names = std::set<std::string, std::less<>>;

  Distribution(std::shared_ptr<const Contents> contents, Names left_out);
  /// Nothing if the text is none of ours.
  static std::shared_ptr<const Contents> parse(std::string text);
  std::vector<Package> select(const Relations& relations, const Dependency& wanted) const;

  std::shared_ptr<const Contents> contents_;
  Names left_out_;
};

}  // namespace pkgkiln::pacman
