#include "core/notify/message.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "core/base/printable.hpp"

namespace pkgkiln {

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::size_t kMostListed = 50;
constexpr std::size_t kLongestText = 300, kLongestName = 128;

std::string shown(const std::string& text, std::size_t limit = kLongestText) {
  return printable(text, limit);
}

std::string version_of(const BuildRecord& result) {
  return version_change(shown(result.previous_version, kLongestName),
                        shown(result.version, kLongestName));
}

std::string heading_of(ChangeKind kind) {
  static constexpr std::array headings{"Failed", "Held, and waiting for you", "Working again",
                                       "Published"};
  return headings.at(static_cast<std::size_t>(kind));
}

std::string lines_of(const Change& change) {
  const auto& result = change.result;
  auto text = "  " + shown(result.target, kLongestName);
  switch (change.kind) {
    case ChangeKind::failed:
      if (!result.version.empty()) text += " " + version_of(result);
      if (!result.step.empty()) text += " at step " + shown(result.step, kLongestName);
      text += ": " + shown(result.why) + "\n";
      if (!result.hint.empty()) text += "    hint: " + shown(result.hint) + "\n";
      if (!result.log.empty()) text += "    log: " + shown(result.log.string()) + "\n";
      return text;
    case ChangeKind::held:
      return text + fmt::format(": {} (pkgkiln diff {})\n",
                                shown(fmt::format("{}", fmt::join(result.rules, ", "))),
                                shown(result.target, kLongestName));
    case ChangeKind::fixed:
    case ChangeKind::published:
      return fmt::format("{} {} in {}\n", text, version_of(result),
                         shown(result.repository, kLongestName));
  }
  return text;
}

std::string text_of(const std::vector<Change>& changes) {
  std::string text;
  const auto listed = std::min(changes.size(), kMostListed);
  for (std::size_t i = 0; i < listed; ++i) {
    if (i == 0 || changes[i].kind != changes[i - 1].kind)
      text += fmt::format("{}{}:\n", i == 0 ? "" : "\n", heading_of(changes[i].kind));
    text += lines_of(changes[i]);
  }
  if (listed < changes.size()) text += fmt::format("\nand {} more\n", changes.size() - listed);
  return text;
}

std::string title_of(const std::vector<Change>& changes) {
  if (changes.size() == 1) {
    const auto& [kind, result] = changes.front();
    const auto name = shown(result.target, kLongestName);
    if (kind == ChangeKind::published)
      return fmt::format("{} {} is published", name, shown(result.version, kLongestName));
    if (kind == ChangeKind::fixed) return name + " works again";
    if (kind == ChangeKind::held) return name + " is held";
    return name + " failed" +
           (result.step.empty() ? "" : " at step " + shown(result.step, kLongestName));
  }
  static constexpr std::array words{"failed", "held", "working again", "published"};
  std::vector<std::string> counts;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto count = std::ranges::count(changes, static_cast<ChangeKind>(i), &Change::kind);
    if (count > 0) counts.push_back(fmt::format("{} {}", count, words.at(i)));
  }
  return fmt::format("{}", fmt::join(counts, ", "));
}

void write(Writer& writer, const char* name, const std::string& value) {
  writer.Key(name);
  writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void write(Writer& writer, const Change& change) {
  const auto& result = change.result;
  writer.StartObject();
  write(writer, "kind", word(change.kind));
  write(writer, "target", shown(result.target, kLongestName));
  write(writer, "repository", shown(result.repository, kLongestName));
  write(writer, "status", word(result.status));
  write(writer, "step", shown(result.step, kLongestName));
  write(writer, "why", shown(result.why));
  write(writer, "hint", shown(result.hint));
  write(writer, "version", shown(result.version, kLongestName));
  write(writer, "previous_version", shown(result.previous_version, kLongestName));
  write(writer, "commit", shown(result.commit, kLongestName));
  write(writer, "log", shown(result.log.string()));
  writer.Key("rules");
  writer.StartArray();
  for (const auto& rule : result.rules) {
    const auto text = shown(rule, kLongestName);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  writer.EndArray();
  writer.EndObject();
}

Message message(const std::string& id, const std::string& host, std::string title, std::string text,
                const std::vector<Change>& changes) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("format");
  writer.Int(1);
  write(writer, "id", id);
  write(writer, "host", shown(host, kLongestName));
  write(writer, "title", title);
  write(writer, "text", text);
  writer.Key("changes");
  writer.StartArray();
  for (std::size_t i = 0; i < std::min(changes.size(), kMostListed); ++i) write(writer, changes[i]);
  writer.EndArray();
  writer.EndObject();
  const bool is_urgent = std::ranges::any_of(changes, [](const Change& one) {
    return one.kind == ChangeKind::failed || one.kind == ChangeKind::held;
  });
  return {id, std::move(title), std::move(text),
          std::string(buffer.GetString(), buffer.GetSize()) + "\n", is_urgent};
}

}  // namespace

Message message_of(const std::vector<Change>& changes, const std::string& run,
                   const std::string& host) {
  return message(run, host, title_of(changes) + " on " + shown(host, kLongestName),
                 text_of(changes), changes);
}

Message test_message(const std::string& id, const std::string& host) {
  return message(id, host, "a test on " + shown(host, kLongestName),
                 "This is what pkgkiln tells when you try it. Nothing has changed.\n", {});
}

}  // namespace pkgkiln
