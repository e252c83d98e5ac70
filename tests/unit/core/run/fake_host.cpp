#include "tests/unit/core/run/fake_host.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/builder/layout.hpp"
#include "core/builder/script/script.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "tests/unit/core/package/sample_package.hpp"

namespace pkgkiln::test {

namespace {

const ImageRef kBase = ImageRef::parse("registry.test/base:1");

fake::FakeImage base_image() {
  fake::FakeImage image;
  fake::put(image.files, "/etc/passwd",
            fake::make_file("root:x:0:0::/root:/bin/sh\nbuilder:x:1500:1500::/:/bin/sh\n"));
  for (const auto* path : {builder::startdir, builder::pkgdest, "/var/lib"})
    fake::put(image.files, path, fake::make_directory());
  const TempDir directory;
  const auto database = directory.path() / "core.db";
  write_database(database, {{"glibc", "2.40-1"}, {"git", "2-1"}});
  fake::put(image.files, "/sync/core.db", fake::make_file(read_file(database)));
  fake::put(image.files, builder::databases, fake::make_file("/sync/core.db\n"));
  return image;
}

std::string with_pkgrel(std::string srcinfo, const std::map<std::string, std::string>& env) {
  const auto given = env.find("PKGKILN_PKGREL");
  if (given == env.end()) return srcinfo;
  const auto begin = srcinfo.find("pkgrel = ") + 9;
  return srcinfo.replace(begin, srcinfo.find('\n', begin) - begin, given->second);
}

std::string file_name(const std::string& pkgname, const std::string& version) {
  return pkgname + "-" + version + "-any.pkg.tar.gz";
}

}  // namespace

FakeHost::FakeHost() {
  engine.serve(kBase, base_image());
  engine.on_exec([this](fake::ExecCall& call) { return play(call); });
  auto owned = std::make_unique<FragileRepository>("r", directory.path() / "repos", machine_arch());
  repository = owned.get();
  repositories.add(std::move(owned));
  settings.timeout = std::chrono::minutes(5);
}

Target FakeHost::target_of(const std::string& name, const Recipe& recipe) {
  std::string srcinfo = "pkgbase = " + name + "\n\tpkgver = " + recipe.version +
                        "\n\tpkgrel = " + recipe.pkgrel + "\n\tarch = " + recipe.arch + "\n";
  for (const auto& field : recipe.fields) srcinfo += "\t" + field + "\n";
  const auto& pkgname = recipe.pkgname.empty() ? name : recipe.pkgname;
  srcinfo += "\npkgname = " + pkgname + "\n";
  srcinfos_[name] = srcinfo;
  has_pkgver_[name] = recipe.more.find("pkgver()") != std::string::npos;
  std::string pkgbuild = "pkgname=" + pkgname + "\npkgver=" + recipe.version +
                         "\npkgrel=" + recipe.pkgrel + "\narch=(" + recipe.arch + ")\n";
  if (pkgname != name) pkgbuild += "pkgbase=" + name + "\n";
  for (const auto& field : recipe.fields) {
    const auto equals = field.find(" = ");
    pkgbuild += field.substr(0, equals) + "+=('" + field.substr(equals + 3) + "')\n";
  }
  std::map<std::string, std::string> files{{"PKGBUILD", pkgbuild + recipe.more}};
  if (recipe.with_srcinfo) files[".SRCINFO"] = srcinfo;
  auto& upstream = upstreams_[name];
  if (!upstream) upstream = std::make_unique<TestRepository>(directory.path() / "up" / name);
  upstream->commit(files);
  Target target;
  target.name = name;
  target.repository = "r";
  target.url = upstream->url();
  return target;
}

BuilderImage::Settings FakeHost::image_settings() {
  BuilderImage::Settings how;
  how.recipe.base = kBase;
  how.refresh = std::chrono::hours(1);
  how.timeout = std::chrono::minutes(1);
  return how;
}

std::vector<BuildRecord> FakeHost::build(const std::vector<Target>& targets) {
  const RunIdentity identity{state.instance(), time_and_random()};
  BuilderImage image(engine.runtime(), engine.images(), identity, image_settings());
  observer.started.clear(), observer.steps.clear(), observer.ended.clear();
  const Host host{engine.runtime(), image, identity, machine_arch(), capacity, caches};
  PackagingSources sources(state.mirrors(), remotes);
  Run run({host, state, history, ledger, repositories, remotes, sources, settings, planning, logs,
           keep_logs, keep_failed},
          observer);
  std::vector<BuildRecord> results;
  try {
    results = run.build(targets, {targets, true}, false, cancel);
  } catch (const std::exception&) {
    ended = run.take_results();
    throw;
  }
  obstacle = run.obstacle();
  return results;
}

std::vector<std::string> FakeHost::containers() {
  std::vector<std::string> names;
  for (const auto& call : engine.calls())
    if (call.call == fake::Call::create) names.push_back(call.object);
  auto fresh =
      std::vector<std::string>(names.begin() + static_cast<long>(made_.size()), names.end());
  made_ = names;
  std::vector<std::string> targets;
  for (const auto& name : fresh)
    for (const auto& [target, srcinfo] : srcinfos_)
      if (name.starts_with("pkgkiln-" + target + "-2")) targets.push_back(target);
  return targets;
}

bool FakeHost::fails_at(const std::string& target, const std::string& step) const {
  const auto found = fails.find(target);
  return found != fails.end() && found->second == step;
}

int FakeHost::play(fake::ExecCall& call) {
  const auto labels = call.container().labels;
  const auto label = labels.find(label::target);
  if (label == labels.end()) return 0;  // the bootstrap
  const auto& target = label->second;
  const auto& script = call.command.at(2);
  const auto srcinfo = with_pkgrel(srcinfos_.at(target), call.env);
  if (script == script::inspect) {
    if (at_inspect) at_inspect(call);
    if (fails_at(target, "inspect")) return 12;
    begin_answer(call, target);
    call.out(without_lie(target, srcinfo));
  } else if (script == script::dependencies) {
    note_dependencies(call, target);
    if (fails_at(target, "dependencies")) return 1;
  } else if (script == script::restore) {
    if (at_restore) return at_restore(call);
  } else if (script == script::fetch) {
    const std::lock_guard lock(noting_);
    verified[target] = {call.command.begin() + 4, call.command.end()};
  } else if (script == script::packagelist) {
    begin_answer(call, target);
    for (const auto& pkgname : packages_of(target))
      call.out("/build/pkgdest/" +
               file_name(pkgname, pacman::SrcInfo::parse(srcinfo, "any").version) + "\n");
  } else if (script == script::build) {
    if (at_build) at_build(target, call);
    if (fails_at(target, "build")) return exit_code;
    return play_build(call, target, srcinfo);
  } else if (script == script::sweep || script == script::sealed || script == script::collect) {
    call.out(said_between_steps);
  } else if (script == script::keep) {
    if (kept) kept(call);
  }
  return 0;
}

/// As what bootstrap.sh adds to makepkg does it.
void FakeHost::begin_answer(const fake::ExecCall& call, const std::string& target) const {
  if (!silent.contains(target))
    call.out(has_pkgver_.at(target) ? "pkgkiln-answer pkgver\n" : "pkgkiln-answer\n");
}

std::string FakeHost::without_lie(const std::string& target, std::string srcinfo) const {
  const auto found = lies.find(target);
  if (found == lies.end()) return srcinfo;
  const auto& [lie, truth] = found->second;
  return srcinfo.replace(srcinfo.find(lie), lie.size(), truth);
}

void FakeHost::note_dependencies(fake::ExecCall& call, const std::string& target) {
  const std::lock_guard lock(noting_);
  environments[target] = call.env;
  call.with_files([&](const fake::NodePtr& root) {
    if (const auto found = fake::find(root, "/var/lib/pkgkiln-repository"))
      for (const auto& [name, node] : found->children) offered[target].insert(name);
  });
  if (const auto printed = prints.find(target); printed != prints.end()) call.out(printed->second);
}

int FakeHost::play_build(fake::ExecCall& call, const std::string& target,
                         const std::string& srcinfo) {
  {
    const std::lock_guard lock(noting_);
    makeflags[target] = call.env["MAKEFLAGS"];
    const auto held = call.env.find("PKGKILN_VERSION");
    held_versions[target] = held == call.env.end() ? "none" : held->second;
  }
  if (const auto peak = peaks.find(target); peak != peaks.end()) call.set_peak_memory(peak->second);
  auto info = pacman::SrcInfo::parse(srcinfo, "any");
  if (const auto other = makes_version.find(target); other != makes_version.end())
    info.version = other->second;
  for (const auto& pkgname : packages_of(target)) {
    SamplePackage package;
    package.pkgname = pkgname;
    package.version = info.version;
    package.arch = "any";
    package.build_info = build_info;
    for (const auto& depend : info.packages.front().depends)
      package.more_info += "depend = " + depend + "\n";
    if (const auto more = package_info.find(target); more != package_info.end())
      package.more_info += more->second;
    const TempDir place;
    const auto content = read_file(package.write(place.path()));
    call.with_files([&](const fake::NodePtr& root) {
      fake::put(root, std::string(builder::pkgdest) + "/" + file_name(pkgname, info.version),
                fake::make_file(content));
    });
  }
  return 0;
}

std::vector<std::string> FakeHost::packages_of(const std::string& target) const {
  const auto info = pacman::SrcInfo::parse(srcinfos_.at(target), "any");
  std::vector<std::string> names{info.packages.front().pkgname};
  if (const auto more = makes_also.find(target); more != makes_also.end())
    names.push_back(more->second);
  return names;
}

void FakeHost::publish(const std::string& pkgname, const std::string& version) {
  SamplePackage package;
  package.pkgname = pkgname;
  package.version = version;
  package.arch = "any";
  const TempDir place;
  repository->publish({pacman::PackageArchive::read(package.write(place.path()))});
}

std::size_t FakeHost::creates() const {
  const auto calls = engine.calls();
  return static_cast<std::size_t>(std::count_if(calls.begin(), calls.end(), [](const auto& call) {
    return call.call == fake::Call::create;
  }));
}

}  // namespace pkgkiln::test
