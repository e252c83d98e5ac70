#include "cli/terminal/live_view.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <utility>
#include <variant>

#include "core/base/printable.hpp"
#include "core/base/quantity.hpp"
#include "core/builder/build_log.hpp"

namespace pkgkiln::cli {

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::size_t kGap = 2;
constexpr const char* kImage = "builder image";
/// A rate over less says little.
constexpr auto kSample = 1s;
/// Narrower than this, a row has no room for the version, and a detail tells nothing.
constexpr std::size_t kWithVersion = 70, kLeastDetail = 10;

std::int64_t seconds(nanoseconds time) {
  return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

std::string padded(const std::string& text, std::size_t columns, bool to_the_right = false) {
  const std::string blanks(columns - std::min(columns, text_width(text)), ' ');
  return to_the_right ? blanks + text : text + blanks;
}

/// As many of these as fit into the columns, and how many more there are.
std::string fitting(const std::vector<std::string>& words, std::size_t columns) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto next = (i == 0 ? "" : ", ") + words[i];
    const auto rest = words.size() - i - 1;
    const auto more = rest == 0 ? std::string() : fmt::format(", +{}", rest);
    if (i > 0 && text_width(text + next + more) > columns)
      return text + fmt::format(", +{}", rest + 1);
    text += next;
  }
  return text;
}

}  // namespace

std::string clock_text(nanoseconds time) {
  const auto all = seconds(time);
  if (all < 3600) return fmt::format("{}:{:02}", all / 60, all % 60);
  return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

std::string rough_text(nanoseconds time) {
  const auto all = seconds(time);
  if (all < 100) return fmt::format("{} s", all);
  const auto minutes = (all + 30) / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes % 60 == 0) return fmt::format("{} h", minutes / 60);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

struct LiveView::Told {
  LiveView& view;
  Time now;

  void operator()(const Notice&) const {}
  void operator()(const Planned& planned) const {
    view.planned_ = planned;
    view.end({});
  }
  void operator()(const ImageBegun&) const { view.task({}, now).step = "make"; }
  void operator()(const Waiting& waiting) const {
    view.end({});
    view.end(waiting.target);
    view.queue_[waiting.target] = {waiting.on, waiting.expected, Queued::State::waiting};
  }
  void operator()(const BuildBegun& build) const {
    auto& task = view.task(build.target, now);
    task.begun = now;
  }
  void operator()(const StepBegun& begun) const {
    auto& task = view.task(begun.target, now);
    // What it waits for a slot is no time that its build takes.
    if (task.step == "wait") task.begun = now;
    task.step = begun.step;
    if (!begun.version.empty()) task.version = begun.version;
    task.last_line.clear();
    task.moving.reset();
  }
  void operator()(const Ended& ended) const {
    const auto& name = ended.target.name;
    view.end({});
    view.end(name);
    const auto found = view.queue_.find(name);
    if (found == view.queue_.end() || found->second.state == Queued::State::ended) return;
    found->second.state = Queued::State::ended;
    ++view.done_;
    if (has_failed(ended.result.status)) ++view.failed_;
  }
};

void LiveView::hear(const Event& event) {
  std::visit(Told{*this, event.time}, event.what);
}

LiveView::Task* LiveView::find(const std::string& target) {
  const auto found = std::ranges::find(tasks_, target, &Task::target);
  return found == tasks_.end() ? nullptr : &*found;
}

LiveView::Task& LiveView::task(const std::string& target, Time now) {
  if (auto* found = find(target)) return *found;
  if (const auto queued = queue_.find(target); queued != queue_.end())
    queued->second.state = Queued::State::running;
  return tasks_.emplace_back(Task{target, {}, {}, now, {}, {}});
}

void LiveView::end(const std::string& target) {
  std::erase_if(tasks_, [&](const Task& task) { return task.target == target; });
}

void LiveView::logged(const std::string& target, std::string_view line) {
  auto* task = find(target);
  if (task == nullptr || log_mark_of(line).is_of_step() ||
      line.find_first_not_of(" \t") == line.npos)
    return;
  task->last_line = line;
  task->moving.reset();
}

void LiveView::transferred(const std::string& target, const Transfer& transfer, Time now) {
  auto* task = find(target);
  if (task == nullptr) return;
  const Sample sample{now, transfer.bytes};
  auto& moving = task->moving;
  if (!moving || moving->transfer.what != transfer.what || transfer.bytes < moving->transfer.bytes)
    moving = Moving{transfer, sample, sample};
  moving->transfer = transfer;
  if (now - moving->newer.time < kSample) return;
  moving->older = std::exchange(moving->newer, sample);
}

nanoseconds LiveView::expected(const std::string& target) const {
  const auto found = queue_.find(target);
  return found == queue_.end() ? nanoseconds(0) : found->second.expected;
}

/// As long as the longest chain takes, or as all together take on their slots. Nothing when nobody
/// knows the time of any.
std::optional<LiveView::Left> LiveView::left(Time now) const {
  Left left;
  std::map<std::string, nanoseconds> own;
  for (const auto& [name, queued] : queue_) {
    if (queued.state == Queued::State::ended) continue;
    if (queued.expected.count() <= 0) left.is_all = false;
    own[name] = queued.expected;
  }
  for (const auto& task : tasks_)
    if (const auto found = own.find(task.target); found != own.end())
      found->second = std::max(nanoseconds(0), found->second - (now - task.begun));
  if (std::ranges::none_of(own, [&](const auto& one) { return expected(one.first).count() > 0; }))
    return std::nullopt;
  nanoseconds sum{0};
  std::map<std::string, nanoseconds> chains;
  const std::function<nanoseconds(const std::string&, int)> chain = [&](const std::string& name,
                                                                        int depth) {
    const auto time = own.find(name);
    if (time == own.end() || depth == 0) return nanoseconds(0);
    if (const auto known = chains.find(name); known != chains.end()) return known->second;
    chains[name] = time->second;  // ends a circle
    nanoseconds before{0};
    for (const auto& one : queue_.at(name).on) before = std::max(before, chain(one, depth - 1));
    return chains[name] = before + time->second;
  };
  constexpr int deepest = 500;
  for (const auto& [name, time] : own) {
    sum += time;
    left.time = std::max(left.time, chain(name, deepest));
  }
  const auto slots = planned_ ? std::max<std::size_t>(1, planned_->at_once) : 1;
  left.time = std::max(left.time, sum / static_cast<std::int64_t>(slots));
  return left;
}

std::string LiveView::detail(const Task& task, Time now) const {
  if (!task.moving) return printable(task.last_line);
  const auto& [transfer, older, newer] = *task.moving;
  auto text = transfer.what + " " + size_text(transfer.bytes);
  if (transfer.total > 0) text += " of " + size_text(transfer.total);
  const std::chrono::duration<double> took = now - older.time;
  if (transfer.bytes > older.bytes && took >= kSample)
    text += fmt::format(", {}/s",
                        size_text(static_cast<std::uint64_t>(
                            static_cast<double>(transfer.bytes - older.bytes) / took.count())));
  return printable(text);
}

std::vector<Line> LiveView::task_lines(std::size_t count, std::size_t columns, Time now) const {
  std::size_t shown = std::min(count, tasks_.size());
  if (shown < tasks_.size() && shown > 0) --shown;
  struct Cells {
    std::string name, version, step, time;
    bool is_late = false;
  };
  std::vector<Cells> rows;
  std::size_t names = 0, steps = 0, times = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& task = tasks_[i];
    Cells row;
    row.name = cut(task.target.empty() ? kImage : printable(task.target),
                   std::max<std::size_t>(8, columns / 3));
    if (columns >= kWithVersion && !task.version.empty())
      row.version = " " + cut(printable(task.version), columns / 6);
    row.step = printable(task.step);
    const auto usual = expected(task.target);
    const auto took = now - task.begun;
    if (task.step != "wait") row.time = clock_text(took);
    if (usual.count() > 0 && task.step != "wait") row.time += "/" + clock_text(usual);
    row.is_late = usual.count() > 0 && took > usual + usual / 4;
    names = std::max(names, text_width(row.name + row.version));
    steps = std::max(steps, text_width(row.step));
    times = std::max(times, row.time.size());
    rows.push_back(std::move(row));
  }
  const bool has_step = names + steps + times + 2 * kGap <= columns;
  const auto used = names + times + 2 * kGap + (has_step ? steps + kGap : 0);
  std::vector<Line> lines;
  for (std::size_t i = 0; i < shown; ++i) {
    auto& row = rows[i];
    const auto width = text_width(row.name + row.version);
    Line line{{row.name, Span::Style::bold},
              {row.version + std::string(names - width + kGap, ' ')}};
    if (has_step) line.push_back({padded(row.step, steps + kGap)});
    line.push_back(
        {padded(row.time, times, true), row.is_late ? Span::Style::warning : Span::Style::plain});
    if (auto text = detail(tasks_[i], now); !text.empty() && used + kLeastDetail <= columns)
      line.push_back({"  " + text, Span::Style::dim});
    lines.push_back(std::move(line));
  }
  if (shown < tasks_.size() && count > 0)
    lines.push_back({{fmt::format("+{} more", tasks_.size() - shown), Span::Style::dim}});
  return lines;
}

std::vector<Line> LiveView::queue_lines(std::size_t columns) const {
  std::vector<std::string> ready, waiting;
  for (const auto& [name, queued] : queue_) {
    if (queued.state != Queued::State::waiting) continue;
    std::vector<std::string> on;
    for (const auto& one : queued.on)
      if (const auto found = queue_.find(one);
          found != queue_.end() && found->second.state != Queued::State::ended)
        on.push_back(printable(one));
    if (on.empty())
      ready.push_back(printable(name));
    else
      waiting.push_back(fmt::format("{} for {}{}", printable(name), on.front(),
                                    on.size() > 1 ? fmt::format(" +{}", on.size() - 1) : ""));
  }
  std::vector<Line> lines;
  const auto add = [&](const std::string& what, const std::vector<std::string>& words) {
    if (words.empty()) return;
    lines.push_back({{what + "  ", Span::Style::dim},
                     {fitting(words, columns - std::min(columns, what.size() + kGap))}});
  };
  add("next   ", ready);
  add("waiting", waiting);
  return lines;
}

Line LiveView::total(std::size_t columns, Time now) const {
  const auto running = std::ranges::count_if(
      queue_, [](const auto& one) { return one.second.state == Queued::State::running; });
  Line line;
  std::size_t used = 0;
  const auto add = [&](std::string text, Span::Style style = Span::Style::plain) {
    const std::string between = line.empty() ? "" : " · ";
    used += text_width(between + text);
    if (!line.empty() && used > columns) return;
    if (!between.empty()) line.push_back({between, Span::Style::dim});
    line.push_back({std::move(text), style});
  };
  const auto elapsed = clock_text(now - begun_);
  if (queue_.empty()) {
    if (!planned_)
      add("looking at what changed");
    else if (planned_->builds > 0)
      add(fmt::format("getting ready for {} of {} targets", planned_->builds, planned_->targets));
    else
      add("nothing to build");
    add(elapsed);
    return line;
  }
  add(fmt::format("{} of {} done", done_, queue_.size()));
  if (failed_ > 0) add(fmt::format("{} failed", failed_), Span::Style::bad);
  if (done_ < queue_.size()) {
    if (const auto rest = left(now))
      add(fmt::format("{} {} left", rest->is_all ? "about" : "at least", rough_text(rest->time)));
    else
      add("time left unknown");
  }
  add(elapsed);
  if (running > 0) add(fmt::format("{} under way", running));
  return line;
}

std::vector<Line> LiveView::lines(const Size& size, Time now) const {
  // A line that fills its row may make a terminal begin another.
  const auto columns = std::max<std::size_t>(2, size.columns) - 1;
  const auto count = std::max<std::size_t>(1, size.rows / 2);
  auto below = count >= 4 ? queue_lines(columns) : std::vector<Line>();
  below.push_back(total(columns, now));
  auto lines = task_lines(count - std::min(count, below.size()), columns, now);
  lines.insert(lines.end(), below.begin(), below.end());
  return lines;
}

}  // namespace pkgkiln::cli
