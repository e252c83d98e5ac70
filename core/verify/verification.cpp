#include "core/verify/verification.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/builder/package_build.hpp"
#include "core/package/package_name.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/publish/file_placement.hpp"
#include "core/publish/repository.hpp"

namespace pkgkiln {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestRecord = std::size_t{16} << 20U;
constexpr std::size_t kMostInstalled = 10'000;

/// For what is of no repository of ours: it has nothing.
class NoRepository : public Repository {
 public:
  const std::string& name() const override { return name_; }
  bool contains(const pacman::PackageFileName&) override { return false; }
  std::optional<Offer> offer(const std::vector<std::string>&) override { return std::nullopt; }
  Published publish(const std::vector<pacman::PackageArchive>&, const Terms&) override {
    throw Error("nothing is published of what is verified");
  }
  void check() override {}

 private:
  std::string name_ = "none";
};

Error unfit(const std::string& why) {
  return Error("it can't be built again from its record").because(why);
}

/// "git+https://e.org/a#branch=b" with that commit instead; empty for one that has its commit
/// already, or isn't Git's.
std::string pinned(const RecordedSource& source) {
  const auto git = pacman::GitSource::parse(source.source);
  if (!git || git->pinned) return {};
  std::string_view rest = source.source;
  const std::string url(take_until(rest, '#'));
  const auto query = rest.find('?');  // "?signed" may stand there
  return url + "#commit=" + source.commit +
         std::string(query == std::string_view::npos ? "" : rest.substr(query));
}

/// As pkgkiln_pin_sources() in bootstrap.sh wants them.
std::string pins_of(const std::vector<RecordedSource>& sources) {
  std::string lines;
  for (const auto& source : sources)
    if (const auto with_commit = pinned(source); !with_commit.empty())
      lines += (lines.empty() ? "" : "\n") + source.source + "\n" + with_commit;
  return lines;
}

/// What its build had, in place of what builds have now.
BuildSettings settings_of(const Claim& claim, BuildSettings settings) {
  auto& environment = settings.environment;
  environment.packager = claim.info.packager;
  if (claim.info.build_date > 0)
    environment.makepkg["SOURCE_DATE_EPOCH"] = std::to_string(claim.info.build_date);
  if (auto pins = pins_of(claim.how.build.vcs_sources); !pins.empty())
    environment.makepkg["PKGKILN_PINNED"] = std::move(pins);
  return settings;
}

FormerPackages former_packages_of(const Claim& claim, const std::string& archive) {
  FormerPackages former{{}, archive};
  for (const auto& installed : claim.info.installed)
    if (former.installed.size() < kMostInstalled &&
        pacman::PackageFileName::parse(installed + ".pkg.tar"))
      former.installed.push_back(installed);
  return former;
}

git::Tip tip_of(const Claim& claim, const Target& recipe) {
  if (git::is_folder(recipe.url, recipe.branch)) return {git::kFolder, claim.how.build.commit};
  return {recipe.branch.empty() ? "HEAD" : "refs/heads/" + recipe.branch, claim.how.build.commit};
}

Job job_of(const Claim& claim, Target recipe, const git::Tip& tip) {
  Job job{};
  job.arch = claim.how.arch;
  job.plan = {Build{"verified"}, tip.ref, tip.commit};
  // So that it gets the pkgrel that it had.
  job.previous = Previous{claim.package.name.version, claim.how.build.tree};
  job.record.build = time_and_random();
  job.record.target = recipe.name;
  job.target = std::move(recipe);
  return job;
}

/// A log that goes unless it is kept, with its directory if that has no other.
struct PassingLog {
  fs::path path;
  bool is_kept = false;

  explicit PassingLog(fs::path where) : path(std::move(where)) {}
  PassingLog(const PassingLog&) = delete;
  PassingLog& operator=(const PassingLog&) = delete;
  ~PassingLog() {
    std::error_code ignored;
    if (!is_kept && fs::remove(path, ignored)) fs::remove(path.parent_path(), ignored);
  }
};

void compare(const Claim& claim, const std::vector<pacman::PackageArchive>& built,
             const BuildSettings& settings, Verdict& verdict, const Cancellation& cancel) {
  const auto& pkgname = claim.package.name.pkgname;
  const auto found = std::find_if(built.begin(), built.end(), [&](const auto& package) {
    return package.name.pkgname == pkgname;
  });
  if (found == built.end()) {
    verdict.why = fmt::format("built again, it makes no package {}", pkgname);
    return;
  }
  verdict.differences =
      differences_of(claim.package.path, found->path, settings.host.unpacked, cancel);
  verdict.kind = verdict.differences.empty() ? Verdict::Kind::identical : Verdict::Kind::different;
}

}  // namespace

const char* word(Verdict::Kind kind) {
  static constexpr std::array words{"identical", "different", "failed"};
  return words.at(static_cast<std::size_t>(kind));
}

Claim Claim::read(const fs::path& package, Signer* signer, const pacman::PackageLimits& limits) {
  Claim claim;
  claim.package = pacman::PackageArchive::read(package, {}, limits);
  const auto record = provenance_path(package);
  std::error_code none;
  if (!fs::exists(record, none))
    throw Error("nothing says how '" + package.string() + "' was made")
        .because("there is no '" + record.string() + "'")
        .advise("build it again, or get the record from where the package is from");
  const auto signature = signature_path(record);
  if (signer != nullptr && fs::exists(signature, none) && !signer->is_signed(record, signature))
    throw Error("'" + record.string() + "' is not to be trusted")
        .because("its signature is not one by the key of [sign]")
        .advise("get both from where the package is from");
  try {
    auto [file, how] = Provenance::parse(read_file(record, kLongestRecord));
    if (file.file_name != claim.package.name.text())
      throw unfit("it is of " + file.file_name).advise("get the package's own record");
    if (file.sha256 != claim.package.sha256)
      claim.objections.push_back(
          "its record is of a file of that name with other content, sha256 " + file.sha256);
    claim.how = std::move(how);
  } catch (Error& error) {
    error.while_doing("cannot verify '" + package.string() + "'");
    throw;
  }
  claim.info = pacman::BuildInfo::of(package, limits.cancel);
  return claim;
}

bool Claim::is_of_build_of(const Claim& other) const {
  return how.build == other.how.build && how.arch == other.how.arch && how.kind == other.how.kind &&
         how.checkout == other.how.checkout && how.sealed == other.how.sealed &&
         package.name.version == other.package.name.version &&
         info.packager == other.info.packager && info.build_date == other.info.build_date &&
         info.installed == other.info.installed;
}

std::pair<Target, ChosenBy> recipe_of(const Claim& claim, const std::vector<Target>& listed,
                                      bool listed_only) {
  const auto& build = claim.how.build;
  const auto is_it = [&](const Target& target) {
    return target.name == build.target && displayable_url(target.url) == build.url &&
           target.branch == build.branch && target.path == build.path &&
           target.kind == claim.how.kind;
  };
  Target target;
  auto chosen_by = ChosenBy::user;
  if (const auto known = std::find_if(listed.begin(), listed.end(), is_it); known != listed.end()) {
    target = *known;
  } else {
    const std::string_view url = build.url;
    const bool is_served = url.starts_with("https://") || url.starts_with("http://") ||
                           (claim.how.kind == TargetKind::git && url.starts_with("git://"));
    if (listed_only || !is_served)
      throw unfit(fmt::format("it names the target '{}' at '{}'{}, which isn't listed",
                              build.target, build.url,
                              build.path.empty() ? "" : ", path '" + build.path + "'"))
          .advise("list that target, if you trust it");
    target.name = build.target;
    target.kind = claim.how.kind;
    target.url = build.url;
    target.branch = build.branch;
    target.path = build.path;
    chosen_by = ChosenBy::record;
  }
  target.checkout = claim.how.checkout;
  target.network = !claim.how.sealed;
  target.force = true;
  return {std::move(target), chosen_by};
}

void expect_approval(const Claim& claim, const Ledger& ledger) {
  const auto& target = claim.how.build.target;
  const auto& commit = claim.how.build.commit;
  const auto approvals = ledger.approvals(target);
  const bool has_passed =
      approvals.empty() || std::any_of(approvals.begin(), approvals.end(),
                                       [&](const auto& one) { return one.commit == commit; });
  const auto held = ledger.held();
  const bool is_held = std::any_of(held.begin(), held.end(), [&](const Held& one) {
    return one.target == target && one.commit == commit;
  });
  const bool is_denied = ledger.is_denied(target, commit);
  if (has_passed && !is_denied && !is_held) return;
  throw unfit(fmt::format("commit {} of '{}' {}", commit, target,
                          is_denied ? "was denied"
                          : is_held ? "is held"
                                    : "was never approved"))
      .advise("pkgkiln approve " + target + " --commit " + commit + ", if you trust it");
}

Verification::Verification(Parts parts) : parts_(std::move(parts)) {
  fs::remove_all(parts_.state.verification());  // of one that was killed
  fs::create_directories(parts_.state.verification());
}

Verification::~Verification() {
  std::error_code ignored;
  fs::remove_all(parts_.state.verification(), ignored);
}

const std::string& Verification::image(const Cancellation& cancel) {
  if (!image_.empty()) return image_;
  const auto path = parts_.state.image_log(parts_.host.identity.run);
  std::optional<BuildLog> log;
  try {
    image_ = parts_.host.image.ensure(
        false,
        [&](std::string_view output) {
          if (!log) log.emplace(path, parts_.settings.host.log);
          log->write(output);
        },
        [&](std::string_view text) { parts_.notice(std::string(text)); }, cancel);
  } catch (Error& error) {
    if (log) error.because("log: " + path.string());
    throw;
  }
  return image_;
}

std::vector<Verdict> Verification::verify(const std::vector<Claim>& claims, Target recipe,
                                          ChosenBy chosen_by, const Cancellation& cancel) {
  const auto& claim = claims.front();
  if (claim.how.arch != parts_.host.arch)
    throw unfit(fmt::format("it was made for {}, and this builds for {}", claim.how.arch,
                            parts_.host.arch));
  // None of the mirrors of the state: what they hold is not to become another commit.
  PackagingSources sources(parts_.state.verification() / "mirrors", parts_.remotes);
  const auto source =
      chosen_by == ChosenBy::user ? sources.open(recipe) : sources.open_foreign(recipe);
  const auto tip = tip_of(claim, recipe);
  parts_.on_step(recipe.name, "source");
  if (const auto fetched = source->fetch(tip, cancel); fetched.commit != tip.commit)
    throw unfit(fmt::format("commit {} of '{}' can't be had any more: it gives {} now", tip.commit,
                            claim.how.build.url, fetched.commit));
  const auto base = parts_.host.image.base_of(image(cancel)).second;

  NoRepository nothing;
  auto& repository = chosen_by == ChosenBy::user ? parts_.repositories.at(recipe.repository)
                                                 : static_cast<Repository&>(nothing);
  auto job = job_of(claim, std::move(recipe), tip);
  const auto settings = settings_of(claim, parts_.settings);
  PassingLog passing(parts_.state.log(job.target.name, job.record.build));
  const auto output = parts_.state.verification() / "packages";
  fs::remove_all(output);
  fs::create_directories(output);
  BuildLog log(passing.path, settings.host.log);
  BuildContext context{job,
                       *source,
                       repository,
                       parts_.remotes,
                       image_,
                       output,
                       log,
                       [](const pacman::PackageFileName&) { return std::nullopt; },
                       [&](const std::string& step) { parts_.on_step(job.target.name, step); },
                       {},
                       former_packages_of(claim, parts_.archive)};
  context.slot.cores = parts_.host.capacity.cores;
  PackageBuild build(parts_.host, settings, std::move(context));
  const auto outcome = build.run(cancel);
  cancel.check();
  note_outcome(job.record, outcome);
  if (job.record.fault == Fault::unreached && std::holds_alternative<Failed>(outcome))
    throw std::get<Failed>(outcome).error;

  std::vector<Verdict> verdicts;
  for (const auto& one : claims) {
    auto& verdict = verdicts.emplace_back();
    verdict.file = one.package.name.text();
    verdict.gone = build.gone();
    if (const auto* built = std::get_if<Built>(&outcome)) {
      compare(one, built->packages, settings, verdict, cancel);
    } else {
      verdict.step = job.record.step;
      verdict.why = job.record.why;
      verdict.hint = job.record.hint;
    }
    verdict.remarks = one.objections;
    if (!one.objections.empty() && verdict.kind == Verdict::Kind::identical)
      verdict.kind = Verdict::Kind::different;
    if (verdict.kind == Verdict::Kind::identical) continue;
    verdict.log = passing.path;
    passing.is_kept = true;
    const auto& was = one.how.base_digest;
    if (!was.empty() && !base.ends_with(was))
      verdict.remarks.push_back("the base image is another one than then");
  }
  return verdicts;
}

}  // namespace pkgkiln
