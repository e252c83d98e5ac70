#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/quantity.hpp"
#include "core/report/escape.hpp"
#include "core/report/pages.hpp"

namespace pkgkiln::report {

namespace {

using std::chrono::milliseconds;

std::string fact(const char* what, const std::string& value) {
  return value.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", what, value);
}

std::string code(const std::string& text) {
  return text.empty() ? "" : "<code>" + markup(text) + "</code>";
}

std::string link_or_text(const std::string& url) {
  const auto link = web_link(url);
  return link.empty()
             ? markup(url)
             : fmt::format(R"(<a href="{}" rel="noopener noreferrer">{}</a>)", link, markup(url));
}

/// A target that has a page, else only its name.
std::string target_link(const Snapshot& snapshot, const std::string& name) {
  return snapshot.pages.contains(name)
             ? fmt::format(R"(<a href="{}.html">{}</a>)", file_name_for(name), markup(name))
             : markup(name);
}

std::string listed(const std::vector<std::string>& items) {
  return items.empty() ? "" : fmt::format("<ul><li>{}</li></ul>", fmt::join(items, "</li><li>"));
}

std::string standing(const Snapshot& snapshot, const TargetState& state) {
  auto text = fmt::format("<p>{} {}</p>\n", status_mark(state.status), since_mark(state.since));
  if (const auto held = snapshot.held.find(state.target); held != snapshot.held.end())
    text += fmt::format("<p>Held by {}. <code>pkgkiln diff</code> shows what changed.</p>\n",
                        markup(fmt::format("{}", fmt::join(held->second.rules, ", "))));
  if (is_good(state.status)) return text;
  text +=
      fmt::format("<p>{}{}</p>\n", state.step.empty() ? "" : "At step " + markup(state.step) + ": ",
                  markup(state.why));
  if (!state.hint.empty()) text += fmt::format("<p>Try: {}</p>\n", markup(state.hint));
  return text;
}

std::string facts(const Snapshot& snapshot, const TargetState& state,
                  const std::optional<BuildRecord>& good) {
  const auto& known = good ? good : state.last_build;
  std::string text =
      fact("Version", code(state.version)) + fact("Repository", markup(state.repository));
  if (known)
    text += fact("Packaging files", link_or_text(known->url)) +
            fact("Branch", markup(known->branch)) + fact("Path", markup(known->path)) +
            fact("Commit", code(known->commit));
  std::vector<std::string> sources, packages, needs, needed_by;
  if (good) {
    for (const auto& source : good->vcs_sources)
      sources.push_back(markup(source.source) +
                        (source.commit.empty() ? "" : " at " + code(source.commit)));
    for (const auto& file : good->files)
      packages.push_back(code(file.file_name) +
                         (file.size == 0 ? "" : fmt::format(" ({})", size_text(file.size))));
  }
  if (const auto found = snapshot.relatives.find(state.target); found != snapshot.relatives.end()) {
    for (const auto& need : found->second.needs)
      if (need.target.empty())
        needs.push_back(markup(need.dependency));
      else
        needs.push_back(need.target == need.dependency
                            ? target_link(snapshot, need.target)
                            : markup(need.dependency) + " (" + target_link(snapshot, need.target) +
                                  ")");
    for (const auto& other : found->second.needed_by)
      needed_by.push_back(target_link(snapshot, other));
  }
  text += fact("Sources", listed(sources)) + fact("Packages", listed(packages)) +
          fact("Needs", listed(needs)) + fact("Needed by", listed(needed_by));
  return "<dl>\n" + text + "</dl>\n";
}

struct Bar {
  std::uint64_t value = 0;  // 0: unknown
  bool is_good = true;
};

/// The oldest bar comes first.
template <typename Text>
std::string chart(const char* name, const std::vector<Bar>& bars, Text text) {
  std::uint64_t most = 0, latest = 0;
  std::size_t known = 0;
  for (const auto& bar : bars) {
    most = std::max(most, bar.value);
    if (bar.value == 0) continue;
    latest = bar.value;
    ++known;
  }
  if (known < 2) return {};
  const auto caption = fmt::format("{}, at most {} in {} builds", text(latest), text(most), known);
  auto result = fmt::format(
      "<figure><figcaption><b>{0}</b>{1}</figcaption>\n<svg viewBox=\"0 0 {2} 60\" "
      "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{0}: {1}\">",
      name, caption, std::max<std::size_t>(bars.size(), 20) * 8);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const auto& bar = bars[i];
    if (bar.value == 0) continue;
    const auto height =
        std::max(2.0, 58.0 * static_cast<double>(bar.value) / static_cast<double>(most));
    result += fmt::format(
        R"(<rect{} x="{}" y="{:.0f}" width="6" height="{:.0f}"><title>{}{}</title></rect>)",
        bar.is_good ? "" : " class=\"missed\"", i * 8 + 1, 59 - height, height, text(bar.value),
        bar.is_good ? "" : ", failed");
  }
  return result + "</svg></figure>\n";
}

std::string charts(const std::vector<PastBuild>& builds) {
  std::vector<Bar> times, sizes, memory;
  for (auto past = builds.rbegin(); past != builds.rend(); ++past) {
    const auto& build = past->build;
    const bool is_built = is_good(build.status);
    const auto took = time_of(build);
    times.push_back({took ? static_cast<std::uint64_t>(took->count()) : 0, is_built});
    sizes.push_back({past->size, is_built});
    memory.push_back({build.peak_memory, is_built});
  }
  const auto text = chart("Duration", times,
                          [](std::uint64_t value) {
                            return duration_text(milliseconds(static_cast<std::int64_t>(value)));
                          }) +
                    chart("Size of the packages", sizes, size_text) +
                    chart("Most memory", memory, size_text);
  if (text.empty()) return {};
  return "<section aria-labelledby=\"charts\">\n<h2 id=\"charts\">From build to build</h2>\n"
         "<div class=\"charts\">\n" +
         text +
         "</div>\n<p class=\"quiet\">The newest is on the right; hollow bars are of builds that "
         "failed.</p>\n</section>\n";
}

std::string build_row(const PastBuild& past, const std::map<std::string, ShownLog>& logs) {
  const auto& build = past.build;
  const auto took = time_of(build);
  const auto log = logs.find(build.build);
  return fmt::format(
      R"(<tr><td>{}</td><td>{}{}</td><td class="version">{}</td><td class="wide amount">{}</td><td class="wide amount">{}</td><td class="wide amount">{}</td><td>{}</td></tr>
)",
      time_mark(build.finished), status_mark(build.status),
      build.step.empty() || is_good(build.status) ? "" : " at " + markup(build.step),
      markup(build.version), took ? duration_text(*took) : "",
      past.size == 0 ? "" : size_text(past.size),
      build.peak_memory == 0 ? "" : size_text(build.peak_memory),
      log == logs.end()
          ? ""
          : fmt::format(R"(<a href="../logs/{}">log<span class="wide"> of {}</span></a>)",
                        log->second.page, markup(build.build)));
}

std::string builds_table(const std::vector<PastBuild>& builds,
                         const std::map<std::string, ShownLog>& logs) {
  std::string text = "<section aria-labelledby=\"builds\">\n<h2 id=\"builds\">Builds</h2>\n";
  if (builds.empty()) return text + "<p>No build was begun yet.</p>\n</section>\n";
  text +=
      R"(<table><caption>The newest first; logs of the newest, and of the newest that failed</caption>
<thead><tr><th scope="col">Ended</th><th scope="col">Status</th><th scope="col">Version</th><th scope="col" class="wide">Took</th><th scope="col" class="wide">Size</th><th scope="col" class="wide">Memory</th><th scope="col">Log</th></tr></thead>
<tbody>
)";
  for (const auto& build : builds) text += build_row(build, logs);
  return text + "</tbody></table>\n</section>\n";
}

}  // namespace

std::string target_page(const Snapshot& snapshot, const TargetState& state,
                        const std::optional<BuildRecord>& good,
                        const std::vector<PastBuild>& builds,
                        const std::map<std::string, ShownLog>& logs) {
  const auto& settings = snapshot.settings;
  return page(settings, state.target + " - " + settings.title, "../",
              fmt::format("<h1>{}</h1>\n", markup(state.target)) + standing(snapshot, state) +
                  facts(snapshot, state, good) + charts(builds) + builds_table(builds, logs));
}

}  // namespace pkgkiln::report
