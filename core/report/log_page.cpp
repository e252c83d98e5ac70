#include <algorithm>
#include <fmt/format.h>
#include <system_error>

#include "core/base/file.hpp"
#include "core/base/printable.hpp"
#include "core/base/quantity.hpp"
#include "core/base/text.hpp"
#include "core/builder/build_log.hpp"
#include "core/report/escape.hpp"
#include "core/report/pages.hpp"

namespace pkgkiln::report {

namespace fs = std::filesystem;

namespace {

/// Of a page: what it shows of a log, and a line of it.
constexpr std::size_t kMostText = 160'000;
constexpr std::size_t kMostOfLine = 4'000;
/// More is never shown.
constexpr std::size_t kMostRead = kMostText;

/// What stands between two marks of steps.
struct Part {
  std::string step;    // empty: no step's
  std::string result;  // "exit code 0 after 3.2 s"; empty: it did not end
  bool is_good = true;
  std::string text;
};

struct Tail {
  std::string text;
  std::uint64_t size = 0;  // of all of it
};

std::optional<Tail> tail_of(const fs::path& log) {
  std::error_code failure;
  Tail tail;
  tail.size = fs::file_size(log, failure);
  if (failure) return std::nullopt;
  try {
    tail.text.resize(std::min<std::size_t>(tail.size, kMostRead));
    const auto source = file_source(log, tail.size - tail.text.size());
    std::size_t got = 0, more = 0;
    while ((more = source(tail.text.data() + got, tail.text.size() - got)) > 0) got += more;
    tail.text.resize(got);
  } catch (const Error&) {
    return std::nullopt;
  }
  return tail;
}

std::string_view beginning_of(std::string_view line) {
  if (line.size() <= kMostOfLine) return line;
  line = line.substr(0, kMostOfLine);
  return line.substr(0, line.size() - unfinished_bytes(line));
}

struct Lines {
  std::vector<std::string_view> shown;
  bool lack_beginning = false;  // of the log
  bool are_cut = false;         // at least one
};

/// From the end as many as there is room for.
Lines last_lines(const Tail& tail) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = tail.text; !rest.empty();) lines.push_back(take_until(rest, '\n'));
  Lines result;
  result.lack_beginning = tail.size > tail.text.size();
  if (result.lack_beginning && lines.size() > 1) lines.erase(lines.begin());  // a part of one
  std::size_t room = kMostText;
  auto first = lines.size();
  while (first > 0) {
    const auto needed = markup(beginning_of(lines[first - 1])).size() + 1;
    if (needed > room) break;
    room -= needed;
    --first;
    if (lines[first].size() > kMostOfLine) result.are_cut = true;
  }
  result.lack_beginning = result.lack_beginning || first > 0;
  result.shown.assign(lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end());
  return result;
}

std::vector<Part> parts_of(const std::vector<std::string_view>& lines) {
  std::vector<Part> parts(1);
  for (const auto line : lines) {
    const auto mark = log_mark_of(line);
    if (mark.kind == LogMark::Kind::begin) {
      parts.push_back({std::string(mark.step), "", true, ""});
    } else if (mark.kind == LogMark::Kind::end) {
      auto& part = parts.back();
      // Of a log whose beginning is cut off, or that has another order than ours.
      if (part.step.empty()) part.step = mark.step;
      part.result = mark.result;
      part.is_good = mark.is_good;
      parts.emplace_back();
    } else {
      parts.back().text += markup(beginning_of(line));
      parts.back().text += line.size() > kMostOfLine ? "… (cut)\n" : "\n";
    }
  }
  std::erase_if(parts, [](const Part& part) { return part.step.empty() && part.text.empty(); });
  return parts;
}

std::string shown(const Part& part) {
  const auto text = part.text.empty() ? std::string() : "<pre>" + part.text + "</pre>";
  if (part.step.empty()) return text + "\n";
  const bool has_ended = !part.result.empty();
  return fmt::format(
      "<details{}><summary><b>{}</b><span class=\"s {}\">{}</span></summary>{}</details>\n",
      has_ended && part.is_good ? "" : " open", markup(part.step),
      has_ended && part.is_good ? "good" : "bad", has_ended ? markup(part.result) : "did not end",
      text);
}

}  // namespace

std::optional<LogPage> log_page(const ReportSettings& settings, const BuildRecord& build,
                                const std::string& whole) {
  const auto tail = tail_of(build.log);
  if (!tail) return std::nullopt;
  LogPage result;
  const auto lines = last_lines(*tail);
  result.is_cut = lines.lack_beginning || lines.are_cut;
  auto main = fmt::format(
      "<h1>{0}: log</h1>\n<p>{1} {2}, build <code>{3}</code> of <a "
      "href=\"../targets/{4}.html\">{0}</a></p>\n",
      markup(build.target), status_mark(build.status), time_mark(build.finished),
      markup(build.build), file_name_for(build.target));
  if (!build.why.empty()) main += fmt::format("<p>{}</p>\n", markup(build.why));
  if (result.is_cut)
    main += fmt::format("<p>{}: <a href=\"{}\">all of the log</a> has {}.</p>\n",
                        lines.lack_beginning ? "This is only the end of it" : "Long lines are cut",
                        whole, size_text(tail->size));
  main += "<p id=\"folding\" hidden></p>\n";
  for (const auto& part : parts_of(lines.shown)) main += shown(part);
  result.text = page(settings, build.target + ": log - " + settings.title, "../", main);
  return result;
}

}  // namespace pkgkiln::report
