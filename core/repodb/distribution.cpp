#include "core/repodb/distribution.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"
#include "core/repodb/database_text.hpp"
#include "core/repodb/repository_database.hpp"

namespace pkgkiln::pacman {

namespace fs = std::filesystem;

namespace {

// What is kept is the text that is searched, a line for each fact in the order of the databases:
//
//     pkgkiln-distribution 1 <image>
//     repository core
//     package glibc 2.40-1
//     provides libc.so=6-64
//     end
constexpr std::string_view kHead = "pkgkiln-distribution 1 ";
constexpr std::string_view kEnd = "\nend\n";
constexpr std::size_t kLongest = std::size_t{64} << 20U;  // Arch's own takes some 2 MiB
constexpr std::size_t kLongestValue = 1024;

bool is_value(std::string_view text) {
  return !text.empty() && text.size() <= kLongestValue && !has_control_characters(text) &&
         text.find(' ') == std::string_view::npos;
}

Dependency named(std::string_view name) {
  return {std::string(name), Dependency::Relation::any, {}};
}

class FactWriter {
 public:
  explicit FactWriter(const std::string& image) : text_(std::string(kHead) + image) {}

  void line(std::string_view kind, std::string_view value) {
    text_.append("\n").append(kind).append(" ").append(value);
    if (text_.size() > kLongest) throw Error("it holds more than any distribution does");
  }
  void package(std::string_view desc) {
    const auto pkgname = desc_values(desc, "NAME");
    const auto version = desc_values(desc, "VERSION");
    if (pkgname.empty() || version.empty() || !is_package_name(pkgname[0]) || !is_value(version[0]))
      return;
    line("package", pkgname[0] + " " + version[0]);
    for (const auto& [kind, field] :
         {std::pair("provides", "PROVIDES"), {"group", "GROUPS"}, {"replaces", "REPLACES"}})
      for (const auto& value : desc_values(desc, field))
        if (is_value(value)) line(kind, value);
  }
  std::string take() { return std::move(text_.append(kEnd)); }

 private:
  std::string text_;
};

}  // namespace

/// That a package has a name, or is related to one.
struct Distribution::Relation {
  std::string_view name, version;
  std::uint32_t package;
};

/// The views are of the text.
struct Distribution::Contents {
  std::string text, image;
  std::vector<Package> packages;  // in the order of the text
  Relations names, provisions, groups, replaced;

  /// Whether it is a line that a FactWriter writes.
  bool take(std::string_view line) {
    const auto kind = take_until(line, ' ');
    if (kind == "repository") return is_value(repository_ = line);
    if (kind == "package") return take_package(take_until(line, ' '), line);
    if (packages.empty() || !is_value(line)) return false;
    const auto name = line.substr(0, line.find_first_of("<>="));
    const auto rest = line.substr(name.size());
    const auto version = rest.starts_with('=') ? rest.substr(1) : std::string_view();
    return relate(kind, {name, version, static_cast<std::uint32_t>(packages.size() - 1)});
  }

  /// What pacman prefers stays before the rest.
  void sort() {
    packages.shrink_to_fit();
    for (auto* relations : {&names, &provisions, &groups, &replaced}) {
      relations->shrink_to_fit();
      std::stable_sort(relations->begin(), relations->end(),
                       [](const auto& a, const auto& b) { return a.name < b.name; });
    }
  }

 private:
  bool take_package(std::string_view pkgname, std::string_view version) {
    if (repository_.empty() || !is_package_name(pkgname) || !is_value(version)) return false;
    names.push_back({pkgname, version, static_cast<std::uint32_t>(packages.size())});
    packages.push_back({pkgname, version, repository_});
    return true;
  }
  bool relate(std::string_view kind, const Relation& relation) {
    if (kind == "provides")
      provisions.push_back(relation);
    else if (kind == "group")
      groups.push_back(relation);
    else if (kind == "replaces")
      replaced.push_back(relation);
    else
      return false;
    return true;
  }

  std::string_view repository_;
};

Distribution::Distribution() : contents_(std::make_shared<const Contents>()) {}

Distribution::Distribution(std::shared_ptr<const Contents> contents, Names left_out)
    : contents_(std::move(contents)), left_out_(std::move(left_out)) {}

Distribution Distribution::read(const std::string& image, const std::vector<fs::path>& databases,
                                const Cancellation& cancel) {
  FactWriter writer(image);
  for (const auto& path : databases) {
    try {
      writer.line("repository", path.stem().string());
      RepositoryDatabase::each_desc(
          path, [&](std::string_view desc) { writer.package(desc); }, cancel);
    } catch (Error& error) {
      error.while_doing("cannot read the repository '" + path.stem().string() + "'");
      throw;
    }
  }
  auto contents = parse(writer.take());
  if (!contents) throw Error("the name of a repository or of the image is none");
  return {std::move(contents), {}};
}

std::shared_ptr<const Distribution::Contents> Distribution::parse(std::string text) {
  auto contents = std::make_shared<Contents>();
  contents->text = std::move(text);
  std::string_view left = contents->text;
  if (!left.starts_with(kHead) || !left.ends_with(kEnd)) return nullptr;
  left.remove_prefix(kHead.size());
  left.remove_suffix(kEnd.size());
  contents->image = take_until(left, '\n');
  while (!left.empty())
    if (!contents->take(take_until(left, '\n'))) return nullptr;
  contents->sort();
  return contents;
}

std::optional<Distribution> Distribution::load(const fs::path& file) {
  try {
    if (auto contents = parse(read_file(file, kLongest + kEnd.size())))
      return Distribution(std::move(contents), {});
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): it was never made, or lost
  }
  return std::nullopt;
}

void Distribution::save(const fs::path& file) const {
  write_file_atomically(file, contents_->text, 0600);
}

const std::string& Distribution::image() const {
  return contents_->image;
}

Distribution Distribution::without(Names repositories) const {
  return {contents_, std::move(repositories)};
}

std::optional<Distribution::Package> Distribution::find(std::string_view pkgname) const {
  const auto found = select(contents_->names, named(pkgname));
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<Distribution::Package> Distribution::providers(const Dependency& dependency) const {
  const auto found = select(contents_->names, dependency);
  return found.empty() ? select(contents_->provisions, dependency) : found;
}

std::vector<Distribution::Package> Distribution::members(std::string_view group) const {
  return select(contents_->groups, named(group));
}

std::vector<Distribution::Package> Distribution::replacers(std::string_view pkgname) const {
  return select(contents_->replaced, named(pkgname));
}

std::vector<Distribution::Package> Distribution::select(const Relations& relations,
                                                        const Dependency& wanted) const {
  std::vector<Package> found;
  const auto is_before = [](const Relation& a, const std::string& name) { return a.name < name; };
  for (auto at = std::lower_bound(relations.begin(), relations.end(), wanted.name, is_before);
       at != relations.end() && at->name == wanted.name; ++at) {
    const auto& package = contents_->packages[at->package];
    if (wanted.allows(at->version) && !left_out_.contains(package.repository))
      found.push_back(package);
  }
  return found;
}

}  // namespace pkgkiln::pacman
