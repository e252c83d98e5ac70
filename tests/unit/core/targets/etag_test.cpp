#include <list>

#include "core/base/digest.hpp"
#include "core/journal/state_dir.hpp"
#include "core/targets/packaging_source.hpp"
#include "core/targets/url_source.hpp"
#include "tests/catch.hpp"
#include "tests/server.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;

namespace {

constexpr const char* kOld = "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n";

/// A server of one PKGBUILD, which says that it isn't modified to whoever knows its ETag.
struct EtagSetup {
  TempDir dir;
  StateDir state{dir.path() / "state"};
  mutable git::Remotes remotes;
  mutable std::list<PackagingSources> sources;  // each as in a run of its own
  std::mutex mutex;
  std::string content = "one", etag = "\"1\"";
  std::string times = std::string("Date: Thu, 22 Oct 2015 07:28:00 GMT\r\n") + kOld;
  int given = 0, unmodified = 0;
  scripted::Server server{
      {scripted::answering([this](const scripted::Request& request) { return answer(request); })},
      scripted::Server::On::port};

  std::string answer(const scripted::Request& request) {
    const std::lock_guard lock(mutex);
    const bool known = !etag.empty() && request.header("If-None-Match") == etag;
    ++(known ? unmodified : given);
    return scripted::closing(known ? 304 : 200, known ? "" : content,
                             times + (etag.empty() ? "" : "ETag: " + etag + "\r\n"));
  }
  void becomes(const std::string& new_content, const std::string& new_etag) {
    const std::lock_guard lock(mutex);
    content = new_content;
    etag = new_etag;
  }
  Target target(const std::string& path = "/PKGBUILD") const {
    Target target;
    target.name = "foo";
    target.kind = TargetKind::url;
    target.url = server.url() + path;
    return target;
  }
  std::unique_ptr<PackagingSource> source(const std::string& path = "/PKGBUILD") const {
    sources.emplace_back(state.mirrors(), remotes);
    return sources.back().open(target(path));
  }
  /// Whether that is what the source finds, and can give.
  bool finds(const std::string& text) const {
    const auto asked = source();
    const auto tip = asked->fetch(asked->ask(kNever), kNever);
    return tip.commit == sha256_of(text) && asked->read_file(tip.commit, "PKGBUILD") == text;
  }
};

}  // namespace

TEST_CASE("a PKGBUILD whose server knows its ETag is not transferred again") {
  EtagSetup setup;
  for (int i = 0; i < 3; ++i) CHECK(setup.finds("one"));
  CHECK(setup.given == 1);
  CHECK(setup.unmodified == 2);
  setup.becomes("two", "\"2\"");
  for (int i = 0; i < 3; ++i) CHECK(setup.finds("two"));
  CHECK(setup.given == 2);
  setup.becomes("one", "\"1\"");
  CHECK(setup.finds("one"));
}

TEST_CASE("what isn't surely the same is transferred, and told by its content") {
  EtagSetup setup;
  SECTION("there is no ETag") {
    setup.etag = "";
  }
  SECTION("it is a weak one") {
    setup.etag = "W/\"1\"";
  }
  SECTION("the file is as new as the answer") {
    setup.times = std::string("Date: Wed, 21 Oct 2015 07:28:30 GMT\r\n") + kOld;
  }
  SECTION("nobody knows how new it is") {
    setup.times = kOld;
  }
  CHECK(setup.finds("one"));
  setup.becomes("two", setup.etag);
  CHECK(setup.finds("two"));
  CHECK(setup.unmodified == 0);
}

TEST_CASE("an ETag counts for the URL that gave it, and while its PKGBUILD is there whole") {
  EtagSetup setup;
  CHECK(setup.finds("one"));
  const auto mirror = setup.state.mirrors() / PackagingSources::directory_of(setup.target());
  int given = 2;
  SECTION("another URL") {
    setup.source("/other")->ask(kNever);  // its answer is kept elsewhere
  }
  SECTION("it is gone") {
    std::filesystem::remove(mirror / sha256_of("one"));
  }
  SECTION("it is damaged") {
    write_file_atomically(mirror / sha256_of("one"), "evil");
  }
  SECTION("what was noted down is damaged") {
    write_file_atomically(mirror / "latest",
                          GENERATE(as<std::string>{}, "", "x y z", std::string(5000, 'x')));
  }
  CHECK(setup.finds("one"));
  CHECK(setup.given == given);
}

TEST_CASE("a server without an ETag may not say that nothing was modified") {
  const scripted::Server server({scripted::answering(scripted::closing(304, ""))},
                                scripted::Server::On::port);
  CHECK_THROWS_AS(download(server.url() + "/PKGBUILD", "", 1000, kNever), Error);
}

TEST_CASE("an ETag is a quoted text of bounded length") {
  CHECK(is_etag("\"5f3-1a\""));
  CHECK(is_etag("\"\""));
  for (const auto* text : {"", "\"", "abc", "W/\"1\"", "\"a\"b\"", "\"a b\"", "\"a\r\nX: y\""})
    CHECK_FALSE(is_etag(text));
  CHECK_FALSE(is_etag('"' + std::string(200, 'x') + '"'));
}
