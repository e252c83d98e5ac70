#include "core/plan/comparison.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using std::chrono::hours;

namespace {

/// A build that failed half an hour ago, about to be tried again.
struct Situation {
  Job job{{}, {}, {Build{"it was never built here"}, "refs/heads/main", "c0ffee"}};
  BuildRecord last;
  RetryPolicy policy;

  Situation() {
    last.commit = "c0ffee";
    last.image = "image";
    last.status = Status::failed;
    last.step = "build";
    last.exit_code = 4;
    last.fault = Fault::target;
    last.finished = std::chrono::system_clock::now() - std::chrono::minutes(30);
  }

  Build build(std::int64_t failures = 1) {
    hold_back(job, last, failures, policy);
    return std::get<Build>(job.plan.decision);
  }
  bool is_held(std::int64_t failures = 1) { return build(failures).not_with_image == "image"; }
};

}  // namespace

TEST_CASE("what failed is held back from the same commit and image, and that is said") {
  Situation situation;
  const auto build = situation.build();
  CHECK(build.not_with_image == "image");
  CHECK_THAT(build.why, ContainsSubstring("failed at step build at this commit"));
  CHECK(situation.job.plan.evidence.back().what == "last build");
}

TEST_CASE("a timeout and a version of moving sources that was refused are remembered as well") {
  Situation situation;
  situation.last.exit_code = 0;
  situation.last.fault = Fault::elsewhere;
  SECTION("timeout") {
    situation.last.status = Status::timed_out;
  }
  SECTION("conflict") {
    situation.last.step = "publish";
    situation.last.vcs_sources = {{"git+https://e.org/x", "ab"}};
  }
  CHECK(situation.is_held());
}

TEST_CASE("what no command failed at is remembered where the target is at fault") {
  Situation situation;
  situation.last.exit_code = 0;
  SECTION("a PKGBUILD that ends makepkg") {
    situation.last.step = "inspect";
  }
  SECTION("a package that isn't accepted") {
    situation.last.step = "accept";
  }
  CHECK(situation.is_held());
}

TEST_CASE("everything else is tried again") {
  Situation situation;
  SECTION("the commit is another") {
    situation.job.plan.commit = "bead";
  }
  SECTION("the target is another") {
    situation.job.target.path = "elsewhere";
  }
  SECTION("it was not the target's fault") {
    situation.last.fault = Fault::elsewhere;
  }
  SECTION("an engine or a server did not answer") {
    situation.last.fault = Fault::unreached;
  }
  SECTION("its repository refused it: it waits in the spool, or is gone from there") {
    situation.last.fault = Fault::elsewhere;
    situation.last.step = "publish";
  }
  SECTION("it was interrupted") {
    situation.last.status = Status::interrupted;
  }
  SECTION("it is forced") {
    situation.job.target.force = true;
  }
  SECTION("it is named") {
    situation.policy.always = true;
  }
  CHECK(!situation.is_held());
}

TEST_CASE("what failed with the network on is tried again after an hour, then after two") {
  Situation situation;
  situation.last.step = GENERATE("inspect", "fetch");
  CHECK(situation.is_held());
  situation.job.plan.decision = Build{""};
  situation.last.finished -= hours(1);
  CHECK(!situation.is_held(1));
  situation = Situation();
  situation.last.step = "dependencies";
  situation.last.finished -= hours(1);
  CHECK(situation.is_held(2));
  situation.job.plan.decision = Build{""};
  CHECK(!situation.is_held(1));
}

TEST_CASE("the configured pause counts for all and doubles, but does not overflow") {
  Situation situation;
  situation.policy.first_pause = hours(1);
  CHECK(situation.is_held());
  CHECK_THAT(situation.build().why, ContainsSubstring("or after 2"));
  CHECK(situation.is_held(1'000'000));
  situation.job.plan.decision = Build{""};
  situation.last.finished -= hours(1);
  CHECK(!situation.is_held());
}

TEST_CASE("a clock that was set back holds nothing back for long") {
  Situation situation;
  situation.policy.first_pause = hours(1);
  situation.last.finished += hours(1'000);
  CHECK(!situation.is_held());
}

TEST_CASE("a setting that is another one now may help, so it is tried at once, and that is said") {
  Situation situation;
  situation.last.conditions = "timeout=1\nmemory=1\nnetwork=off\n";
  situation.job.plan.conditions = situation.last.conditions;
  CHECK(situation.is_held());
  situation.job.plan.decision = Build{""};
  SECTION("memory") {
    situation.job.plan.conditions = "timeout=1\nmemory=12\nnetwork=off\n";
    const auto build = situation.build();
    CHECK(build.not_with_image.empty());
    CHECK_THAT(build.why, ContainsSubstring("since memory is another one now"));
  }
  SECTION("network") {
    situation.job.plan.conditions = "timeout=1\nmemory=1\nnetwork=on\n";
    CHECK_THAT(situation.build().why, ContainsSubstring("since network is another one now"));
  }
  SECTION("an earlier version didn't write them down") {
    situation.last.conditions.clear();
    CHECK(situation.is_held());
  }
}
