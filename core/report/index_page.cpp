#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/quantity.hpp"
#include "core/publish/repository.hpp"
#include "core/report/escape.hpp"
#include "core/report/pages.hpp"

namespace pkgkiln::report {

namespace {

using std::chrono::duration_cast;
using std::chrono::system_clock;

constexpr std::size_t kRowsWithoutScripts = 100;
constexpr std::size_t kRowsOfList = 250;
constexpr std::size_t kShownNews = 10;

std::string link_to(const TargetState& state) {
  return fmt::format(R"(<a href="targets/{}.html">{}</a>)", file_name_for(state.target),
                     markup(state.target));
}

std::string head_of_table(const char* caption) {
  return fmt::format(
      R"(<table id="table"><caption>{}</caption>
<thead><tr><th scope="col">Target</th><th scope="col">Status</th><th scope="col">Version</th><th scope="col" class="wide">Built</th><th scope="col" class="wide">Took</th><th scope="col" class="wide">Repository</th></tr></thead>
<tbody>
)",
      caption);
}

std::string row_of(const TargetState& state) {
  const auto& build = state.last_build;
  const auto took = build ? time_of(*build) : std::nullopt;
  return fmt::format(
      R"(<tr><td>{}</td><td>{}</td><td class="version">{}</td><td class="wide">{}</td><td class="wide amount">{}</td><td class="wide">{}</td></tr>
)",
      link_to(state), status_mark(state.status), markup(state.version),
      build ? time_mark(build->finished) : "", took ? duration_text(*took) : "",
      markup(state.repository));
}

std::string last_run(const Snapshot& snapshot) {
  const auto run = std::ranges::find_if(snapshot.runs_with_work,
                                        [](const RunRecord& one) { return !!one.finished; });
  if (run == snapshot.runs_with_work.end()) return "<p>No run has ended yet.</p>\n";
  auto text = fmt::format(
      "<p>Last run: {}{}, {} of {} targets built{}, in {}.</p>\n", time_mark(run->started),
      run->host.empty() ? "" : " on " + markup(run->host), run->built, run->targets,
      run->failed > 0 ? fmt::format(", {} failed", run->failed) : "",
      duration_text(duration_cast<std::chrono::milliseconds>(*run->finished - run->started)));
  if (!run->problem.empty())
    text += fmt::format("<p><span class=\"s bad\">problem</span> {}</p>\n", markup(run->problem));
  return text;
}

std::size_t count_of(const Snapshot& snapshot, const std::string& kind) {
  return static_cast<std::size_t>(std::ranges::count_if(
      snapshot.states, [&](const TargetState& state) { return kind_word(state.status) == kind; }));
}

std::string counts(const Snapshot& snapshot) {
  static constexpr std::array kinds{std::pair("bad", "failed"), std::pair("waiting", "held"),
                                    std::pair("blocked", "blocked"), std::pair("good", "good")};
  std::string text = "<ul class=\"counts\">\n";
  for (const auto& [kind, what] : kinds)
    text += fmt::format(
        R"(<li><a href="#targets" data-status="{0}"><b>{1}</b> <span class="s {0}">{2}</span></a></li>
)",
        kind, count_of(snapshot, kind), what);
  return text + "</ul>\n";
}

/// What somebody has to look at.
std::string attention(const Snapshot& snapshot) {
  std::string items;
  std::size_t count = 0;
  for (const auto& state : snapshot.states) {
    if (is_good(state.status) || state.status == Status::blocked) continue;
    if (++count > kShownNews) continue;
    const auto held = snapshot.held.find(state.target);
    const auto why = held == snapshot.held.end()
                         ? (state.step.empty() ? "" : "at step " + state.step + ": ") + state.why
                         : fmt::format("held by {}", fmt::join(held->second.rules, ", "));
    items +=
        fmt::format("<li>{} {} <span class=\"quiet\">{}</span><p>{}</p></li>\n", link_to(state),
                    status_mark(state.status), since_mark(state.since), markup(why));
  }
  if (count == 0) return {};
  if (count > kShownNews)
    items += fmt::format("<li>and {} more in the table below</li>\n", count - kShownNews);
  return "<section aria-labelledby=\"attention\">\n<h2 id=\"attention\">Needs attention</h2>\n"
         "<ul class=\"news\">\n" +
         items + "</ul>\n</section>\n";
}

/// All rows, for scripts: see page.js.
std::string data(const Snapshot& snapshot) {
  std::vector<std::string> repositories, statuses, rows;
  for (const auto status : kByNeed)
    statuses.push_back(fmt::format("[\"{}\",\"{}\"]", word(status), kind_word(status)));
  for (const auto& state : snapshot.states) {
    const auto repository = json(state.repository);
    auto place = std::ranges::find(repositories, repository);
    if (place == repositories.end()) place = repositories.insert(place, repository);
    const auto name = file_name_for(state.target);
    const auto& build = state.last_build;
    const auto took = build ? time_of(*build) : std::nullopt;
    rows.push_back(fmt::format(
        "[{},{},{},{},{},{}{}]", json(state.target),
        std::ranges::find(kByNeed, state.status) - kByNeed.begin(), json(state.version),
        build ? system_clock::to_time_t(build->finished) : 0, took ? took->count() / 1'000 : -1,
        place - repositories.begin(), name == state.target ? "" : "," + json(name)));
  }
  return fmt::format(
      "<script type=\"application/json\" id=\"data\">{{\"statuses\":[{}],\"repositories\":[{}],"
      "\"rows\":[\n{}\n]}}</script>\n",
      fmt::join(statuses, ","), fmt::join(repositories, ","), fmt::join(rows, ",\n"));
}

std::string pages_of_list(std::size_t targets) {
  std::string links;
  for (std::size_t number = 1; (number - 1) * kRowsOfList < targets; ++number)
    links += fmt::format(" <a href=\"list-{0}.html\">{0}</a>", number);
  return fmt::format("<p id=\"pages\">All targets by name, page by page:{}</p>\n", links);
}

constexpr const char* kFilter = R"(<form id="filter" hidden>
<label>Name <input type="search" name="text" autocomplete="off" spellcheck="false"></label>
<label>Status <select name="status"><option value="">all</option><option value="bad">failed</option><option value="waiting">held</option><option value="blocked">blocked</option><option value="good">good</option></select></label>
<output id="shown" aria-live="polite"></output>
</form>
)";

std::string table(const Snapshot& snapshot) {
  const auto shown = std::min(snapshot.states.size(), kRowsWithoutScripts);
  std::string text = "<section aria-labelledby=\"targets\">\n<h2 id=\"targets\">Targets</h2>\n";
  if (shown == 0) return text + "<p>Nothing has been built yet.</p>\n</section>\n";
  text += kFilter + head_of_table("What is built, with what needs somebody first");
  for (std::size_t i = 0; i < shown; ++i) text += row_of(snapshot.states[i]);
  text += "</tbody></table>\n<p><button type=\"button\" id=\"more\" hidden>Show all</button></p>\n";
  return text + pages_of_list(snapshot.states.size()) + data(snapshot) + "</section>\n";
}

std::string use(const ReportSettings& settings) {
  std::string text = "<section aria-labelledby=\"use\">\n<h2 id=\"use\">Use these packages</h2>\n";
  const auto is_signed = &ReportedRepository::is_signed;
  const bool all_are = std::ranges::all_of(settings.repositories, is_signed);
  std::vector<std::string> names;
  for (const auto& one : settings.repositories)
    if (one.is_signed) names.push_back(markup(one.name));
  if (settings.key)
    text += fmt::format(
        R"(<p>{} signed. As root, get <a href="key.asc">the key</a> and trust it, once you have compared its fingerprint with what whoever runs this told you:</p>
<pre><code>pacman-key --add key.asc
pacman-key --lsign-key {}
</code></pre>
)",
        all_are         ? "The packages are"
        : names.empty() ? "Some packages are"
                        : fmt::format("The packages of {} are", fmt::join(names, " and ")),
        markup(settings.key->fingerprint));
  text += "<p>In /etc/pacman.conf:</p>\n<pre><code>";
  for (const auto& repository : settings.repositories)
    text += pacman_lines(markup(repository.name), markup(repository.server), repository.is_signed);
  return text + "</code></pre>\n<p>Then: <code>pacman -Syu</code></p>\n</section>\n";
}

}  // namespace

std::string index_page(const Snapshot& snapshot) {
  const auto& settings = snapshot.settings;
  auto main = fmt::format("<h1>{}</h1>\n", markup(settings.title));
  main += last_run(snapshot) + counts(snapshot) + attention(snapshot) + table(snapshot);
  if (!settings.repositories.empty()) main += use(settings);
  return page(settings, settings.title, "", main);
}

std::vector<std::string> list_pages(const Snapshot& snapshot) {
  std::vector<const TargetState*> states;
  for (const auto& state : snapshot.states) states.push_back(&state);
  std::ranges::sort(states, {}, &TargetState::target);
  std::vector<std::string> pages;
  for (std::size_t begin = 0; begin < states.size(); begin += kRowsOfList) {
    const auto end = std::min(begin + kRowsOfList, states.size());
    const auto title = fmt::format("Targets {} to {} of {}", begin + 1, end, states.size());
    auto main = fmt::format("<h1>{}</h1>\n", title) + head_of_table("What is built, by name");
    for (auto i = begin; i < end; ++i) main += row_of(*states[i]);
    main += "</tbody></table>\n" + pages_of_list(states.size());
    pages.push_back(page(snapshot.settings, title, "", main));
  }
  return pages;
}

}  // namespace pkgkiln::report
