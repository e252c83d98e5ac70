#include "core/aur/directory.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln::aur {

namespace {

constexpr std::uint64_t kLongestMemory = std::uint64_t{256} << 20U;
constexpr std::int64_t kProvidersHold = 86'400;
constexpr std::size_t kMostProviders = 100;
/// A package may need thousands of names that there are not.
constexpr std::size_t kMostSearches = 200;
constexpr std::string_view kHeading = "what the AUR told, 1";

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Its name, with the port if that is an unusual one of HTTP; those of ssh lead to the same.
std::string server_of(const std::string& url) {
  const auto origin = git::Remotes::host_of(url);
  const Url parts(origin);
  std::string_view usual;
  if (parts.scheme == "https://") usual = ":443";
  if (parts.scheme == "http://") usual = ":80";
  if (usual.empty() || parts.host.ends_with(usual)) return std::string(parts.host_name());
  return std::string(parts.host);
}

}  // namespace

Directory::Directory(Client& client, Settings settings)
    : client_(client), settings_(std::move(settings)) {
  try {
    recall();
  } catch (const Error&) {  // lost or damaged: it costs a question
    memory_ = {};
  }
  const auto now = std::time(nullptr);
  if (!settings_.may_ask) {
    failure_ = Error("the AUR at " + settings_.url + " is not asked")
                   .because("another run is at work")
                   .advise("try again when it has ended");
  } else if (memory_.rests_until > now && memory_.rests_until <= now + 3'600) {
    failure_ = Error("the AUR at " + settings_.url + " is not asked")
                   .because(fmt::format("it asked to be left alone until {:%F %R} UTC",
                                        fmt::gmtime(memory_.rests_until)))
                   .advise("try again later");
  }
}

/// Lines "WORD VALUE", an empty line, and what was told in the form of an answer.
void Directory::recall() {
  const auto text = read_file(settings_.memory, kLongestMemory);
  std::string_view left = text;
  if (take_until(left, '\n') != kHeading || take_until(left, '\n') != settings_.url) return;
  for (auto line = take_until(left, '\n'); !line.empty(); line = take_until(left, '\n')) {
    const auto word = take_until(line, ' ');
    if (word == "told") memory_.told_at = number(line);
    if (word == "rests-until") memory_.rests_until = number(line);
    if (word == "etag") memory_.dump.etag = line;
    if (word == "last-modified") memory_.dump.last_modified = line;
    if (word == "unknown") memory_.unknown.emplace(line);
    if (word == "recipe") {
      auto& recipe = memory_.recipes[std::string(take_until(line, ' '))];
      recipe.mark = take_until(line, '\t');
      while (!line.empty()) recipe.needs.emplace_back(take_until(line, ' '));
    }
    if (word == "provided") {
      auto& providing = memory_.providing[std::string(take_until(line, ' '))];
      providing.told_at = number(take_until(line, ' '));
      while (!line.empty()) providing.names.emplace_back(take_until(line, ' '));
    }
  }
  read_answer(
      [&](char* buffer, std::size_t size) {
        const auto given = left.copy(buffer, size);
        left.remove_prefix(given);
        return given;
      },
      [](const std::string&) { return true; },
      [&](Entry entry) {
        auto name = entry.package.name;
        memory_.entries.emplace(std::move(name), std::move(entry));
      });
}

std::optional<std::string> Directory::base_at(std::string url) const {
  const auto server = server_of(url);
  if (server != server_of(settings_.url) && server != "aur.archlinux.org") return std::nullopt;
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with(".git")) url.resize(url.size() - 4);
  auto base = url.substr(url.find_last_of("/:") + 1);
  return pacman::is_package_name(base) ? base : std::string();
}

void Directory::save(bool is_all) {
  if (!settings_.may_ask) return;
  if (!is_all) {
    for (const auto& [name, entry] : memory_.entries) wanted_.insert(name);
    for (const auto& [name, providing] : memory_.providing) wanted_providers_.insert(name);
    for (const auto& [base, recipe] : memory_.recipes) wanted_recipes_.insert(base);
  }
  std::string text = fmt::format("{}\n{}\ntold {}\nrests-until {}\n", kHeading, settings_.url,
                                 memory_.told_at, memory_.rests_until);
  if (!memory_.dump.etag.empty()) text += fmt::format("etag {}\n", memory_.dump.etag);
  if (!memory_.dump.last_modified.empty())
    text += fmt::format("last-modified {}\n", memory_.dump.last_modified);
  std::vector<const AurPackage*> packages;
  for (const auto& name : wanted_) {
    const bool is_known = asked_.contains(name) || memory_.unknown.contains(name);
    const auto* entry = find(name);
    if (entry == nullptr && is_known) text += fmt::format("unknown {}\n", name);
    // One that is gone stays, to be told of as such.
    if (entry == nullptr) entry = find_former(name);
    if (entry != nullptr) packages.push_back(&entry->package);
  }
  for (const auto& base : wanted_recipes_) {
    const auto& [mark, needs] = memory_.recipes[base];
    text += fmt::format("recipe {} {}\t{}\n", base, mark, fmt::join(needs, " "));
  }
  for (const auto& name : wanted_providers_) {
    const auto& [told_at, names] = memory_.providing[name];
    text += fmt::format("provided {} {} {}\n", name, told_at, fmt::join(names, " "));
  }
  write_file_atomically(settings_.memory, text + "\n" + answer_of(packages), 0600);
}

void Directory::look_up(const std::vector<std::string>& names) {
  const bool is_first = asked_.empty();
  std::set<std::string> fresh;
  for (const auto& name : names) {
    if (!pacman::is_package_name(name)) continue;
    wanted_.insert(name);
    if (!asked_.contains(name)) fresh.insert(name);
  }
  if (fresh.empty() || failure_) return group();
  if (is_first) {
    for (const auto& [name, entry] : memory_.entries) fresh.insert(name);
    fresh.insert(memory_.unknown.begin(), memory_.unknown.end());
  }
  try {
    ask(fresh);
    asked_.merge(fresh);
    memory_.told_at = std::time(nullptr);
    memory_.rests_until = 0;
  } catch (const net::TryLater& later) {
    note_failure(later, later.after.count());
  } catch (const Error& error) {
    note_failure(error, 0);
  }
  group();
}

void Directory::group() {
  by_base_.clear();
  for (const auto& name : wanted_)
    if (const auto* entry = find(name); entry != nullptr && entry->problem.empty())
      by_base_[entry->package.base].push_back(&entry->package);
}

std::vector<const AurPackage*> Directory::members(const std::string& base) const {
  const auto found = by_base_.find(base);
  return found == by_base_.end() ? std::vector<const AurPackage*>() : found->second;
}

std::vector<std::string> Directory::providers_of(const std::string& name) {
  if (!pacman::is_package_name(name)) return {};
  wanted_providers_.insert(name);
  auto& [told_at, names] = memory_.providing[name];
  const auto now = std::time(nullptr);
  if (failure_ || (told_at <= now && now - told_at < kProvidersHold)) return names;
  if (++searches_ > kMostSearches) return {};
  try {
    const auto found = client_.search(name, "provides");
    names.clear();
    for (std::size_t i = 0; i < std::min(found.size(), kMostProviders); ++i)
      names.push_back(found[i].name);
    told_at = now;
  } catch (const net::TryLater& later) {
    note_failure(later, later.after.count());
  } catch (const Error& error) {
    note_failure(error, 0);
  }
  return names;
}

const std::vector<std::string>* Directory::recipe_needs(const std::string& base,
                                                        const std::string& mark) {
  const auto found = memory_.recipes.find(base);
  if (found == memory_.recipes.end() || found->second.mark != mark) return nullptr;
  wanted_recipes_.insert(base);
  return &found->second.needs;
}

void Directory::remember_recipe_needs(const std::string& base, const std::string& mark,
                                      std::vector<std::string> needs) {
  memory_.recipes[base] = {mark, std::move(needs)};
  wanted_recipes_.insert(base);
}

void Directory::note_failure(const Error& error, std::int64_t rest) {
  if (rest > 0) memory_.rests_until = std::time(nullptr) + rest;
  failure_ = error;
}

void Directory::ask(const std::set<std::string>& names) {
  std::vector<std::string> left(names.begin(), names.end());
  if (asked_.empty() && names.size() >= settings_.dump_from) {
    auto validators = memory_.dump;
    const auto wanted = [&](const std::string& name) { return names.contains(name); };
    if (auto told = client_.dump(wanted, validators)) {
      now_ = *std::move(told);
      memory_.dump = validators;
      return;
    }
    std::erase_if(left, [&](const std::string& name) {
      const auto known = memory_.entries.find(name);
      const bool is_unknown = memory_.unknown.contains(name);
      if (known != memory_.entries.end() && !is_unknown) now_.insert(*known);
      return known != memory_.entries.end() || is_unknown;
    });
  }
  if (!left.empty()) now_.merge(client_.info(left));
}

const Entry* Directory::find(const std::string& name) const {
  const auto& known = asked_.contains(name) ? now_ : memory_.entries;
  if (&known == &memory_.entries && memory_.unknown.contains(name)) return nullptr;
  const auto found = known.find(name);
  return found == known.end() ? nullptr : &found->second;
}

const Entry* Directory::find_former(const std::string& name) const {
  const auto found = memory_.entries.find(name);
  return found == memory_.entries.end() ? nullptr : &found->second;
}

bool Directory::is_told(const std::string& name) const {
  return asked_.contains(name) || memory_.unknown.contains(name) || memory_.entries.contains(name);
}

}  // namespace pkgkiln::aur
