#pragma once

#include <algorithm>

#include "core/base/file.hpp"
#include "core/plan/planner.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/test_repository.hpp"

namespace pkgkiln::test {

/// Holds what it is told to, or can't be asked.
class ToldRepository : public Repository {
 public:
  const std::string& name() const override { return name_; }
  bool contains(const pacman::PackageFileName& file) override {
    if (down) throw Error("the repository is down");
    return std::find(files.begin(), files.end(), file.text()) != files.end();
  }
  std::optional<ListedFile> listed(const pacman::PackageFileName& file) override {
    return contains(file) ? std::optional(ListedFile{sha256}) : std::nullopt;
  }
  Published publish(const std::vector<pacman::PackageArchive>&, const Terms&) override {
    return {};
  }
  std::optional<Offer> offer(const std::vector<std::string>&) override { return std::nullopt; }
  void check() override {}

  std::vector<std::string> files;
  std::string sha256;  // of all of them
  bool down = false;

 private:
  std::string name_ = "repo";
};

struct PlannedTarget {
  TempDir directory;
  StateDir state{directory.path() / "state"};
  History history{state};
  Repositories repositories;
  git::Remotes remotes;
  ToldRepository* repository = nullptr;
  TestRepository upstream{directory.path() / "upstream"};
  Target target;
  BuildRecord record;

  PlannedTarget() {
    auto owned = std::make_unique<ToldRepository>();
    repository = owned.get();
    repositories.add(std::move(owned));
    target.name = "foo";
    target.repository = "repo";
    target.url = upstream.url();
    record.build = "1";
    record.target = target.name;
    record.url = target.url;
    record.repository = target.repository;
    record.status = Status::built;
    record.commit = upstream.commit({{"PKGBUILD", "pkgname=foo\n"}});
    record.files = {{"foo-1-1-any.pkg.tar.zst", "00"}, {"foo-data-1-1-any.pkg.tar.zst", "00"}};
    repository->files = {"foo-1-1-any.pkg.tar.zst", "foo-data-1-1-any.pkg.tar.zst"};
  }

  Job decide() {
    PackagingSources sources(state.mirrors(), remotes);
    return Planner(sources, history, repositories, remotes, "x86_64", {})
        .decide(target, Cancellation::never());
  }
  Plan plan() { return decide().plan; }
  std::string why_build() {
    const auto decided = plan();
    REQUIRE(std::holds_alternative<Build>(decided.decision));
    return std::get<Build>(decided.decision).why;
  }
};

}  // namespace pkgkiln::test
