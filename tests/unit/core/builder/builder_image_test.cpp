#include "core/builder/builder_image.hpp"

#include <algorithm>
#include <set>

#include "core/base/file.hpp"
#include "core/builder/layout.hpp"
#include "core/runtime/fake/engine.hpp"
#include "core/runtime/fake/file_tree.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/sample_package.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Workshop {
  fake::Engine engine;
  BuilderImage::Settings settings;
  int bootstraps = 0;
  int exit_code = 0;
  std::vector<std::string> notices;
  std::string log;

  Workshop() {
    settings.recipe.base = ImageRef::parse("example.org/base:1");
    settings.refresh = std::chrono::hours(1);
    settings.timeout = std::chrono::minutes(1);
    serve("first");
    engine.on_exec([this](fake::ExecCall& call) {
      ++bootstraps;
      call.out("output of the bootstrap\n");
      return exit_code;
    });
  }
  void serve(const std::string& content) {
    fake::FakeImage image;
    fake::put(image.files, "/etc/content", fake::make_file(content));
    fake::put(image.files, "/etc/passwd", fake::make_file("root:x:0:0::/root:/bin/bash\n"));
    engine.serve(settings.recipe.base, image);
  }
  BuilderImage image() {
    return BuilderImage(engine.runtime(), engine.images(), {"instance", "run"}, settings);
  }
  std::string ensure(bool refresh = false) {
    return image().ensure(
        refresh, [this](std::string_view text) { log += text; },
        [this](std::string_view text) { notices.emplace_back(text); }, Cancellation::never());
  }
  bool nothing_left() {
    return engine.runtime().list({}).empty() && engine.runtime().list_networks({}).empty();
  }
};

}  // namespace

TEST_CASE("the builder image is made once and reused") {
  Workshop shop;
  const auto id = shop.ensure();
  CHECK(shop.ensure() == id);
  CHECK(shop.bootstraps == 1);
  CHECK(shop.nothing_left());
  CHECK_THAT(shop.log, ContainsSubstring("output of the bootstrap"));
}

TEST_CASE("a builder image is made anew when it has to be, and the old one goes") {
  Workshop shop;
  const auto id = shop.ensure();
  SECTION("asked for") {
    CHECK(shop.ensure(true) != id);
  }
  SECTION("the recipe changed") {
    shop.settings.recipe.packages = {"ccache"};
    CHECK(shop.ensure() != id);
  }
  SECTION("the time is over") {
    shop.settings.refresh = std::chrono::seconds(0);
    CHECK(shop.ensure() != id);
  }
  SECTION("another base is configured") {
    shop.settings.recipe.base = ImageRef::parse("example.org/other:1");
    shop.serve("other");
    CHECK(shop.ensure() != id);
  }
  CHECK(shop.bootstraps == 2);
  CHECK_FALSE(shop.engine.images().inspect(id));
}

TEST_CASE("an image that fits no recipe any more is old") {
  Workshop shop;
  const auto id = shop.ensure();
  CHECK(shop.image().old().empty());
  shop.settings.recipe.packages = {"ccache"};
  const auto old = shop.image().old();
  REQUIRE(old.size() == 1);
  CHECK_THAT(old.front().what, ContainsSubstring("the builder image localhost/pkgkiln-builder:"));
  old.front().remove();
  CHECK_FALSE(shop.engine.images().inspect(id));
}

TEST_CASE("a bootstrap that fails is never committed") {
  Workshop shop;
  shop.exit_code = 1;
  CHECK_THROWS_WITH(shop.ensure(), ContainsSubstring("exit code 1"));
  CHECK(shop.engine.images().list({{label::instance, "instance"}}).empty());
  CHECK(shop.nothing_left());
}

TEST_CASE("a registry out of reach matters only while there is no base image") {
  Workshop shop;
  const RuntimeError down(RuntimeError::Kind::unreachable, "the registry is down");
  SECTION("none is here") {
    shop.engine.fail_next(fake::Call::pull, down);
    CHECK_THROWS_WITH(shop.ensure(), ContainsSubstring("example.org/base:1"));
  }
  SECTION("one is here") {
    const auto id = shop.ensure();
    shop.engine.fail_next(fake::Call::pull, down);
    CHECK(shop.ensure(true) != id);
    CHECK(shop.notices.size() == 1);
  }
}

TEST_CASE("what the image's repositories have is read once, without starting anything") {
  Workshop shop;
  const TempDir directory;
  const auto kept = directory.path() / "distribution";
  const auto id = shop.ensure();
  const auto read = [&](const std::string& image) {
    return shop.image().distribution(image, kept, Cancellation::never());
  };
  CHECK_THROWS_WITH(read(id), ContainsSubstring("cannot tell which packages the distribution has"));
  fake::FakeImage image;
  fake::put(image.files, "/etc", fake::make_directory());
  std::string paths;
  for (const auto* repository : {"core", "extra"}) {
    const auto path = directory.path() / repository;
    test::write_database(path, {{std::string("of-") + repository, "1-1"}, {"both", "1-1"}});
    const auto inside = std::string("/var/lib/pacman/sync/") + repository + ".db";
    fake::put(image.files, inside, fake::make_file(read_file(path)));
    paths += inside + "\n";
  }
  fake::put(image.files, builder::databases, fake::make_file(paths));
  shop.engine.serve(shop.settings.recipe.base, image);
  const auto other = shop.ensure(true);
  const auto count = [&](fake::Call wanted) {
    const auto calls = shop.engine.calls();
    return std::count_if(calls.begin(), calls.end(),
                         [&](const auto& call) { return call.call == wanted; });
  };
  const auto starts = count(fake::Call::start);
  const auto distribution = read(other);
  CHECK(distribution.find("of-core"));
  CHECK(distribution.find("both")->repository == "core");
  CHECK(distribution.find("of-extra")->repository == "extra");
  CHECK(count(fake::Call::start) == starts);
  const auto creates = count(fake::Call::create);
  CHECK(read(other).find("of-core"));
  CHECK(count(fake::Call::create) == creates);
  SECTION("of another image it is read anew") {
    CHECK(read(shop.ensure(true)).find("of-core"));
    CHECK(count(fake::Call::create) > creates);
  }
  SECTION("and where it is broken") {
    write_file_atomically(kept, "no such thing");
    CHECK(read(other).find("of-core"));
    CHECK(count(fake::Call::create) == creates + 1);
  }
  CHECK(shop.nothing_left());
}

TEST_CASE("the bootstrap has the proxies, but neither the image nor the log their passwords") {
  Workshop shop;
  const std::string proxy = "http://user:hush@proxy.test:3128";
  shop.settings.proxies = {{"http_proxy", proxy}};
  std::string seen;
  shop.engine.on_exec([&](fake::ExecCall& call) {
    seen = call.env["http_proxy"];
    CHECK(call.container().env.empty());
    call.out("uses http://us");
    call.out("er:hush@proxy.test:3128, user");
    return 0;
  });
  shop.ensure();
  CHECK(seen == proxy);
  CHECK(shop.log.find("hush") == std::string::npos);
  CHECK_THAT(shop.log, ContainsSubstring("uses http://***@proxy.test:3128, user"));
}

TEST_CASE("the committed image carries nothing of its container but its files") {
  Workshop shop;
  const auto info = shop.engine.images().inspect(shop.ensure());
  REQUIRE(info);
  CHECK(info->labels.at(label::instance) == "instance");
  CHECK(info->labels.count(label::run) == 0);
}

TEST_CASE("recipes that differ have different hashes") {
  ImageRecipe recipe;
  const auto plain = recipe.hash();
  recipe.packages = {"a", "b"};
  const auto two = recipe.hash();
  recipe.packages = {"ab"};
  const auto one = recipe.hash();
  recipe.packages = {};
  recipe.pacman_conf = "x";
  const auto pacman = recipe.hash();
  recipe.pacman_conf = {};
  recipe.makepkg_conf = "x";
  CHECK(std::set<std::string>{plain, two, one, pacman, recipe.hash()}.size() == 5);
}

TEST_CASE("each line of a pull is a line of the log") {
  Workshop shop;
  shop.ensure();
  CHECK_THAT(shop.log, ContainsSubstring("Pulling example.org/base:1\noutput of the bootstrap\n"));
}
