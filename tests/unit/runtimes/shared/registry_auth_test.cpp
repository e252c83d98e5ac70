#include "runtimes/shared/registry_auth.hpp"

#include <cstdlib>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::runtimes;
using Catch::Matchers::ContainsSubstring;
using Paths = std::vector<std::filesystem::path>;

namespace {

constexpr const char* kFile = R"({
  "auths": {
    "https://index.docker.io/v1/": {"auth": "aHViOnNlY3JldA=="},
    "r.test:5000": {"auth": "dXNlcjpwYTpzcw=="},
    "r.test:5000/team/a": {"username": "a", "password": "x"},
    "token.test": {"auth": "PHRva2VuPjo=", "identitytoken": "t"},
    "kept.test": {}
  },
  "credHelpers": {"ecr.test": "ecr-login"}
})";

/// "user:password" of what the file itself has.
std::string login(const char* image) {
  const auto entry = login_entry(kFile, ImageRef::parse(image));
  return entry.login ? entry.login->user + ":" + entry.login->password.reveal() : "";
}

/// An environment variable, set until this ends.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (old_)
      ::setenv(name_, old_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("logins are looked for where the engines' clients keep them, the own one's first") {
  CHECK(login_files("docker", {}, "/h") ==
        Paths{"/h/.docker/config.json", "/h/.config/containers/auth.json"});
  CHECK(login_files("podman", {{"XDG_RUNTIME_DIR", "/run/user/7"}}, "/h") ==
        Paths{"/run/user/7/containers/auth.json", "/h/.config/containers/auth.json",
              "/h/.docker/config.json"});
  CHECK(login_files("podman", {{"REGISTRY_AUTH_FILE", "/a"}, {"DOCKER_CONFIG", "/d"}}, "/h") ==
        Paths{"/a", "/d/config.json"});
}

TEST_CASE("the login of a registry is found under every name that it has") {
  CHECK(login("archlinux") == "hub:secret");
  CHECK(login("r.test:5000/base:1") == "user:pa:ss");
  CHECK(login("r.test:5000/team/a/base") == "a:x");
  CHECK(login("r.test:5000/team/ab") == "user:pa:ss");
  CHECK(login("r.test/base") == "");
  CHECK(login("kept.test/base") == "");
  const auto token = login_entry(kFile, ImageRef::parse("token.test/base"));
  REQUIRE(token.login);
  CHECK(token.login->identity_token.reveal() == "t");
}

TEST_CASE("helpers are asked for what has none in the file") {
  const auto entry = login_entry(kFile, ImageRef::parse("ecr.test/base"));
  CHECK(entry.helper == "ecr-login");
  CHECK(entry.server == "ecr.test");
  const auto all = login_entry(R"({"credsStore":"pass"})", ImageRef::parse("archlinux"));
  CHECK(all.helper == "pass");
  CHECK(all.server == "https://index.docker.io/v1/");
  for (const auto* bad : {"../x", "a b", "-x", "x;y", ".."}) {
    const auto file = std::string(R"({"credsStore":")") + bad + "\"}";
    CHECK_THROWS_WITH(login_entry(file, ImageRef::parse("archlinux")),
                      ContainsSubstring("can't be a program's name"));
  }
  CHECK_THROWS(login_entry("[]", ImageRef::parse("archlinux")));
  CHECK_THROWS(login_entry("nonsense", ImageRef::parse("archlinux")));
}

TEST_CASE("what is sent is base64 for URLs") {
  const auto header = auth_header({"u", Secret("p\xfb\xff?>"), {}}, "r.test").reveal();
  CHECK(header.find_first_of("+/") == std::string::npos);
  CHECK(base64_decoded(auth_header({"u", Secret("p"), {}}, "r.test").reveal()) ==
        R"({"username":"u","password":"p","serveraddress":"r.test"})");
  CHECK(base64_decoded(auth_header({{}, {}, Secret("t")}, "r.test").reveal()) ==
        R"({"identitytoken":"t","serveraddress":"r.test"})");
}

TEST_CASE("a helper's answer is used, and its failure is told without its words") {
  const TempDir directory;
  const auto helper = directory.path() / "docker-credential-test";
  const auto file = directory.path() / "auth.json";
  write_file_atomically(file, R"({"credsStore":"test","auths":{"r.test":{"auth":"dTpw"}}})");
  const Variable path("PATH", directory.path().string() + ":" + std::getenv("PATH"));
  const Variable named("REGISTRY_AUTH_FILE", file);
  const Variable docker("DOCKER_CONFIG", directory.path() / "none");
  std::vector<std::string> told;
  const auto ask = [&](const std::string& script) {
    write_file_atomically(helper, "#!/bin/sh\n" + script, 0755);
    const auto auth = registry_auth(
        "podman", ImageRef::parse("r.test/base"),
        [&](std::string_view line) { told.emplace_back(line); }, Cancellation::never());
    return base64_decoded(auth.header.reveal()).value_or("");
  };
  CHECK(ask("read server; echo '{\"Username\":\"'$server'\",\"Secret\":\"'$1'\"}'") ==
        R"({"username":"r.test","password":"get","serveraddress":"r.test"})");
  CHECK(ask("echo '{\"Username\":\"<token>\",\"Secret\":\"s\"}'") ==
        R"({"identitytoken":"s","serveraddress":"r.test"})");
  const std::string stored = R"({"username":"u","password":"p","serveraddress":"r.test"})";
  CHECK(ask("echo credentials not found in native keychain; exit 1") == stored);
  CHECK(told.empty());
  CHECK(ask("echo hush; exit 3") == stored);
  CHECK(ask("echo hush") == stored);
  CHECK(told ==
        std::vector<std::string>{
            "cannot use the credentials of docker-credential-test: it ended with exit code 3",
            "cannot use the credentials of docker-credential-test: its answer is no JSON"});
}
