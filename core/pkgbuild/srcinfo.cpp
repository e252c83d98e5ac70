#include "core/pkgbuild/srcinfo.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMaxSrcinfo = std::size_t{4} << 20U;
constexpr std::size_t kMaxLines = 100'000;
constexpr std::size_t kMaxLineLength = std::size_t{64} << 10U;

bool is_key(std::string_view text) {
  return is_made_of(text, "_");
}

/// "key = value" in a .SRCINFO, white space around both taken off. The value may be empty.
struct Line {
  std::size_t number = 0;  // from 1
  std::string key, value;
};

Error bad_line(std::size_t line, const std::string& why) {
  return Error("cannot read the .SRCINFO").because("line " + std::to_string(line) + ": " + why);
}

Line parse_line(std::string_view line, std::size_t number) {
  if (line.size() > kMaxLineLength) throw bad_line(number, "the line is too long");
  const auto equals = line.find('=');
  const auto key = trimmed(line.substr(0, equals));
  if (equals == std::string_view::npos || !is_key(key))
    throw bad_line(number, "expected 'key = value'");
  const auto value = trimmed(line.substr(equals + 1));
  if (has_control_characters(value)) throw bad_line(number, "control characters");
  return {number, std::string(key), std::string(value)};
}

/// Calls `take` for each line that is neither blank nor a comment.
void for_each_line(std::string_view text, const std::function<void(const Line&)>& take) {
  if (text.size() > kMaxSrcinfo)
    throw Error("cannot read the .SRCINFO").because("it is longer than 4 MiB");
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > kMaxLines) throw bad_line(number, "more than 100000 lines");
    const auto line = trimmed(take_until(text, '\n'));
    if (!line.empty() && line.front() != '#') take(parse_line(line, number));
  }
}

constexpr std::size_t kMaxInheritedValues = 100'000;

using Values = std::vector<std::string>;
/// Key to values of one section; an overridden key without values is there and empty.
using Section = std::map<std::string, Values, std::less<>>;

const Values* find(const Section& section, const std::string& key) {
  const auto found = section.find(key);
  return found == section.end() ? nullptr : &found->second;
}

const std::string& single(const Section& section, const std::string& key) {
  static const std::string none;
  const auto* values = find(section, key);
  return values == nullptr || values->empty() ? none : values->back();
}

/// Values of `key` and of `key`_`arch`, each the package's where it has some of its own.
Values merged(const Section& base, const Section& package, const std::string& key,
              std::string_view arch) {
  Values result;
  auto names = Values{key};
  if (!arch.empty()) names.push_back(key + "_" + std::string(arch));
  for (const auto& name : names) {
    const auto* values = find(package, name);
    if (values == nullptr) values = find(base, name);
    if (values != nullptr) result.insert(result.end(), values->begin(), values->end());
  }
  return result;
}

bool is_dependency_key(std::string_view key) {
  static constexpr std::array<std::string_view, 4> kinds = {"depends", "makedepends",
                                                            "checkdepends", "provides"};
  const auto kind = key.substr(0, key.find('_'));
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// Whether the packages get the base's values of it.
bool is_inherited(std::string_view key) {
  const auto kind = key.substr(0, key.find('_'));
  return kind == "arch" || kind == "depends" || kind == "provides";
}

/// Sources of `source` and `source`_`arch` that every array of checksums skips. cksums don't count.
Values unchecked(const Section& base, std::string_view arch) {
  Values result;
  for (const auto& suffix : {std::string(), "_" + std::string(arch)}) {
    const auto* sources = find(base, "source" + suffix);
    if (sources == nullptr) continue;
    for (std::size_t i = 0; i < sources->size(); ++i) {
      const auto checks = [&](const char* kind) {
        const auto* sums = find(base, kind + suffix);
        return sums != nullptr && i < sums->size() && (*sums)[i] != "SKIP";
      };
      if (std::none_of(checksum_arrays.begin() + 1, checksum_arrays.end(), checks))
        result.push_back((*sources)[i]);
    }
  }
  return result;
}

bool is_key_id(std::string_view text) {
  return text.size() <= 64 && is_hex(lower_case(text));
}

/// What is wrong with the value, empty when nothing is.
std::string complaint(std::string_view key, std::string_view value) {
  if ((key == "pkgbase" || key == "pkgname") && !is_package_name(value)) return "no package name";
  if (key == "arch" && !is_arch(value)) return "no architecture";
  if (is_dependency_key(key) && !is_dependency(value)) return "no dependency";
  if (key == "validpgpkeys" && !is_key_id(value)) return "no key fingerprint";
  return {};
}

class SrcinfoParser {
 public:
  explicit SrcinfoParser(std::string_view arch) : arch_(arch) {}

  void take(const Line& line) {
    if (line.key == "pkgbase" || line.key == "pkgname") {
      check(line);
      open_section(line);
      return;
    }
    if (current_ == nullptr) throw bad_line(line.number, "a key stands before pkgbase");
    auto& values = (*current_)[line.key];
    if (line.value.empty()) return;
    check(line);
    values.push_back(line.value);
    if (current_ == &base_ && is_inherited(line.key)) ++inherited_values_;
  }

  SrcInfo finish() {
    if (packages_.empty()) throw Error("cannot read the .SRCINFO").because("it names no pkgname");
    // Every package inherits them, so many packages with many values would exhaust the memory.
    if (packages_.size() * inherited_values_ > kMaxInheritedValues)
      throw Error("cannot read the .SRCINFO").because("too many packages with too many values");
    SrcInfo info;
    info.pkgbase = single(base_, "pkgbase");
    info.version = version();
    info.arch = merged(base_, {}, "arch", {});
    arch_ = served_arch(arch_, info.arch);
    info.depends = merged(base_, {}, "depends", arch_);
    info.makedepends = merged(base_, {}, "makedepends", arch_);
    info.checkdepends = merged(base_, {}, "checkdepends", arch_);
    info.sources = merged(base_, {}, "source", arch_);
    info.unchecked_sources = unchecked(base_, arch_);
    info.valid_pgp_keys = merged(base_, {}, "validpgpkeys", {});
    for (const auto& section : packages_)
      info.packages.push_back({single(section, "pkgname"), merged(base_, section, "arch", {}),
                               merged(base_, section, "depends", arch_),
                               merged(base_, section, "provides", arch_)});
    return info;
  }

 private:
  static void check(const Line& line) {
    if (const auto wrong = complaint(line.key, line.value); !wrong.empty())
      throw bad_line(line.number, line.key + " is " + wrong);
  }

  void open_section(const Line& line) {
    if (line.key == "pkgbase") {
      if (current_ != nullptr) throw bad_line(line.number, "a second pkgbase");
      current_ = &base_;
    } else {
      if (current_ == nullptr) throw bad_line(line.number, "pkgname stands before pkgbase");
      if (!names_.insert(line.value).second)
        throw bad_line(line.number, "pkgname '" + line.value + "' stands there twice");
      current_ = &packages_.emplace_back();
    }
    (*current_)[line.key] = {line.value};
  }

  std::string version() const {
    const auto epoch = single(base_, "epoch");
    // makepkg leaves an epoch of zero out.
    const bool no_epoch = epoch.find_first_not_of('0') == std::string::npos;
    const auto text =
        (no_epoch ? "" : epoch + ":") + single(base_, "pkgver") + "-" + single(base_, "pkgrel");
    if (!is_full_version(text))
      throw Error("cannot read the .SRCINFO")
          .because("epoch, pkgver and pkgrel form no valid version: '" + text.substr(0, 100) + "'");
    return text;
  }

  std::string arch_;
  Section base_;
  std::vector<Section> packages_;
  std::set<std::string, std::less<>> names_;
  Section* current_ = nullptr;
  std::size_t inherited_values_ = 0;
};

}  // namespace

SrcInfo SrcInfo::parse(std::string_view text, std::string_view arch) {
  SrcinfoParser parser(arch);
  for_each_line(text, [&](const Line& line) { parser.take(line); });
  return parser.finish();
}

bool is_array_of(std::string_view array, std::string_view name) {
  return name.starts_with(array) && (name.size() == array.size() || name[array.size()] == '_');
}

bool is_checksum_array(std::string_view name) {
  return std::any_of(checksum_arrays.begin(), checksum_arrays.end(),
                     [&](const char* array) { return is_array_of(array, name); });
}

}  // namespace pkgkiln::pacman
