#include <array>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/report/escape.hpp"
#include "core/report/pages.hpp"

namespace pkgkiln::report {

namespace {

using std::chrono::system_clock;

/// {0} leads to the report's folder, {1} is the page's title, {2} the report's, {3} the main part.
/// By the policy nothing in a page runs or is fetched but the report's own two files.
constexpr const char* kPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="pkgkiln">
<title>{1}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{0}page.css">
<link rel="alternate" type="application/atom+xml" title="{2}" href="{0}feed.xml">
<script src="{0}page.js" defer></script>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<a href="{0}index.html">{2}</a>
<nav aria-label="Site"><ul>
<li><a href="{0}index.html#targets">Targets</a></li>
<li><a href="{0}index.html#use">Use them</a></li>
<li><a href="{0}feed.xml">Feed</a></li>
</ul></nav>
</header>
<main id="main">
{3}</main>
<footer>Written by pkgkiln. Numbers for Prometheus: <a href="{0}metrics.prom">metrics.prom</a>.</footer>
</body>
</html>
)";

}  // namespace

std::string page(const ReportSettings& settings, const std::string& title, const std::string& above,
                 const std::string& main) {
  return fmt::format(kPage, above, markup(title), markup(settings.title), main);
}

const char* kind_word(Status status) {
  if (is_good(status)) return "good";
  if (is_waiting(status)) return "waiting";
  return has_failed(status) ? "bad" : "blocked";
}

std::string status_mark(Status status) {
  return fmt::format(R"(<span class="s {}">{}</span>)", kind_word(status), word(status));
}

std::string date_time(system_clock::time_point time) {
  return fmt::format("{:%FT%TZ}", fmt::gmtime(system_clock::to_time_t(time)));
}

std::string time_mark(system_clock::time_point time) {
  return fmt::format(R"(<time datetime="{}">{:%F %R} UTC</time>)", date_time(time),
                     fmt::gmtime(system_clock::to_time_t(time)));
}

std::string since_mark(system_clock::time_point time) {
  auto mark = time_mark(time);
  return "since " + mark.insert(mark.find(' '), " data-age");
}

std::optional<std::chrono::milliseconds> time_of(const BuildRecord& build) {
  if (build.finished <= build.started) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(build.finished - build.started);
}

}  // namespace pkgkiln::report
