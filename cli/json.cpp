#include "cli/json.hpp"

#include <ctime>
#include <variant>

#include "cli/json_writer.hpp"
#include "cli/review.hpp"

namespace pkgkiln::cli {

namespace {

using namespace json;

struct Decision {
  Writer& writer;

  void operator()(const Build& build) const { say("build", build.why); }
  void operator()(const Skip& skip) const { say("up-to-date", skip.why); }
  void operator()(const Hold& hold) const {
    say(hold.is_deferred ? "deferred" : "held", hold.why);
    list(writer, "rules", hold.rules, [&](const std::string& rule) { string(writer, rule); });
  }
  void operator()(const Unplannable& unplannable) const {
    say("failed", unplannable.error->what());
    text(writer, "step", unplannable.step);
    text(writer, "hint", unplannable.error->advice());
  }
  void say(const char* decision, const std::string& why) const {
    text(writer, "decision", decision);
    text(writer, "why", why);
  }
};

void write_plan(Writer& writer, const Job& job) {
  text(writer, "target", job.target.name);
  text(writer, "repository", job.target.repository);
  text(writer, "origin", job.target.origin);
  text(writer, "needed_by", job.target.needed_by);
  std::visit(Decision{writer}, job.plan.decision);
  const auto* skip = std::get_if<Skip>(&job.plan.decision);
  boolean(writer, "unpublished_change", skip != nullptr && !skip->built_from.empty());
  text(writer, "ref", job.plan.ref);
  text(writer, "commit", job.plan.commit);
  list(writer, "remarks", job.inspection ? job.inspection->remarks : std::vector<std::string>(),
       [&](const std::string& remark) { string(writer, remark); });
  list(writer, "evidence", job.plan.evidence, [&](const Evidence& evidence) {
    writer.StartObject();
    text(writer, "what", evidence.what);
    text(writer, "found", evidence.found);
    writer.EndObject();
  });
}

void write_result(Writer& writer, const BuildRecord& record) {
  text(writer, "target", record.target);
  text(writer, "repository", record.repository);
  text(writer, "status", word(record.status));
  text(writer, "step", record.step);
  writer.Key("exit_code");
  writer.Int(record.exit_code);
  text(writer, "why", record.why);
  text(writer, "hint", record.hint);
  boolean(writer, "unpublished_change", !record.built_from.empty());
  list(writer, "rules", record.rules, [&](const std::string& rule) { string(writer, rule); });
  boolean(writer, "newly_held", record.is_newly_held);
  text(writer, "commit", record.commit);
  text(writer, "log", record.log.string());
  list(writer, "files", record.files,
       [&](const RecordedFile& file) { string(writer, file.file_name); });
  list(writer, "steps", record.steps, [&](const StepTime& step) {
    writer.StartObject();
    text(writer, "step", step.step);
    writer.Key("seconds");
    writer.Double(static_cast<double>(step.took.count()) / 1000.0);
    writer.EndObject();
  });
}

void write_package(Writer& writer, const AurPackage& package,
                   const std::vector<std::string>& warnings) {
  const auto words = [&](const char* name, const std::vector<std::string>& items) {
    list(writer, name, items, [&](const std::string& item) { string(writer, item); });
  };
  text(writer, "name", package.name);
  text(writer, "base", package.base);
  number(writer, "base_id", package.base_id);
  text(writer, "version", package.version);
  text(writer, "description", package.description);
  text(writer, "url", package.url);
  text(writer, "maintainer", package.maintainer);
  text(writer, "submitter", package.submitter);
  words("co_maintainers", package.co_maintainers);
  number(writer, "votes", package.votes);
  writer.Key("popularity");
  writer.Double(package.popularity);
  number(writer, "first_submitted", package.first_submitted);
  number(writer, "last_modified", package.last_modified);
  number(writer, "out_of_date", package.out_of_date);
  words("depends", package.depends);
  words("makedepends", package.make_depends);
  words("checkdepends", package.check_depends);
  words("provides", package.provides);
  words("conflicts", package.conflicts);
  words("replaces", package.replaces);
  words("warnings", warnings);
}

void write_verdict(Writer& writer, const Verdict& verdict) {
  const auto words = [&](const char* name, const std::vector<std::string>& items) {
    list(writer, name, items, [&](const std::string& item) { string(writer, item); });
  };
  text(writer, "file", verdict.file);
  text(writer, "verdict", word(verdict.kind));
  text(writer, "step", verdict.step);
  text(writer, "why", verdict.why);
  text(writer, "hint", verdict.hint);
  list(writer, "differences", verdict.differences, [&](const Difference& difference) {
    writer.StartObject();
    text(writer, "kind", word(difference.kind));
    text(writer, "what", difference.what);
    text(writer, "published", difference.published);
    text(writer, "rebuilt", difference.rebuilt);
    writer.EndObject();
  });
  words("gone", verdict.gone);
  words("remarks", verdict.remarks);
  text(writer, "log", verdict.log.string());
}

}  // namespace

std::string verdicts_json(const std::vector<Verdict>& verdicts) {
  return document("packages", verdicts, write_verdict);
}

std::string packages_json(const std::vector<AurPackage>& packages) {
  return document("packages", packages, [](Writer& writer, const AurPackage& package) {
    write_package(writer, package, warnings_about(package, std::time(nullptr)));
  });
}

std::string schedule_json(const std::vector<Due>& due, Due::Time now) {
  return document("targets", due, [&](Writer& writer, const Due& one) {
    using std::chrono::system_clock;
    text(writer, "target", one.target);
    text(writer, "schedule", one.schedule);
    number(writer, "attempted", one.attempted ? system_clock::to_time_t(*one.attempted) : 0);
    number(writer, "next", system_clock::to_time_t(one.next));
    boolean(writer, "due", one.next <= now);
  });
}

std::string held_json(const std::vector<Held>& held) {
  return document("held", held, [](Writer& writer, const Held& one) {
    text(writer, "target", one.target);
    text(writer, "commit", one.commit);
    text(writer, "version_from", one.version_from);
    text(writer, "version_to", one.version_to);
    number(writer, "since", std::chrono::system_clock::to_time_t(one.since));
    list(writer, "rules", one.rules, [&](const std::string& rule) { string(writer, rule); });
    text(writer, "needed_by", one.needed_by);
  });
}

std::string reviews_json(const std::vector<Review>& reviews, Shown shown) {
  return document("targets", reviews, [&](Writer& writer, const Review& review) {
    const auto words = [&](const char* name, const std::vector<std::string>& items) {
      list(writer, name, items, [&](const std::string& item) { string(writer, item); });
    };
    const auto& judged = review.judged;
    const auto approved = judged.approved.value_or(Approval());
    text(writer, "target", review.target);
    text(writer, "commit", review.commit);
    text(writer, "approved", approved.commit);
    text(writer, "approved_by", approved.by);
    number(writer, "approved_at", std::chrono::system_clock::to_time_t(approved.at));
    text(writer, "barred", judged.barred);
    text(writer, "deferred", judged.deferred);
    list(writer, "findings", judged.findings, [&](const trust::Finding& finding) {
      writer.StartObject();
      text(writer, "rule", trust::word(finding.rule));
      text(writer, "what", finding.what);
      writer.EndObject();
    });
    words("told", judged.told);
    words("warnings", review.warnings);
    words("words", review.diff.words);
    list(writer, "files", review.diff.files, [&](const trust::FileDiff& file) {
      writer.StartObject();
      text(writer, "path", file.path);
      text(writer, "kind", trust::word(file.kind));
      number(writer, "added", static_cast<std::int64_t>(file.added));
      number(writer, "removed", static_cast<std::int64_t>(file.removed));
      words("notes", file.notes);
      writer.Key("diff");
      const auto lines = shown == Shown::files ? "" : trust::unified({{file}, {}, {}});
      writer.String(lines.data(), static_cast<rapidjson::SizeType>(lines.size()));
      writer.EndObject();
    });
    text(writer, "left_out", review.diff.left_out);
  });
}

std::string new_targets_json(const std::vector<SeenTarget>& targets, bool is_added,
                             const std::string& file) {
  return document(
      "packages", targets,
      [](Writer& writer, const SeenTarget& one) {
        text(writer, "target", one.target.name);
        text(writer, "repository", one.target.repository);
        text(writer, "needed_by", one.target.needed_by);
        text(writer, "commit", one.tip.commit);
        write_package(writer, *one.target.aur, one.warnings);
      },
      [&](Writer& writer) {
        boolean(writer, "added", is_added);
        text(writer, "config", file);
      });
}

std::string removed_json(const std::vector<std::string>& targets, const std::string& file) {
  return document(
      "targets", targets,
      [](Writer& writer, const std::string& name) { text(writer, "target", name); },
      [&](Writer& writer) { text(writer, "config", file); });
}

std::string plans_json(const std::vector<Job>& jobs) {
  return document("targets", jobs, write_plan);
}

std::string results_json(const std::vector<BuildRecord>& results) {
  return document("targets", results, write_result);
}

}  // namespace pkgkiln::cli
