#include "core/git/remote_url.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln::git;

namespace {

std::optional<HttpAddress> address_of(const std::string& url) {
  return http_address(parse_remote_url(url));
}

std::string redirect(const std::string& from, const std::string& to) {
  const auto other = redirected(*address_of(from), to);
  return other ? other->location() + (other->authorization.empty() ? "" : " with credentials")
               : "nowhere";
}

}  // namespace

TEST_CASE("an http URL is taken apart") {
  const auto address = address_of("https://Example.com:8443/Group/a.git/");
  REQUIRE(address);
  CHECK(address->origin == "https://example.com:8443");
  CHECK(address->path == "/Group/a.git");
  CHECK(address->authorization.empty());
  CHECK(address_of("http://[::1]")->path.empty());
}

TEST_CASE("a password becomes an authorization, a user alone doesn't") {
  CHECK(address_of("https://me:s%3A%40%2Ft@example.com/a")->authorization.reveal() ==
        "Basic bWU6czpAL3Q=");
  CHECK(address_of("https://me@example.com/a")->authorization.empty());
  CHECK(address_of("https://me:secret@example.com/a")->location() == "https://example.com/a");
}

TEST_CASE("what can be read in two ways is left to the git program") {
  const auto* url = GENERATE(
      "ssh://example.com/a", "git@example.com:a", "/srv/a", "git://example.com/a", "file:///srv/a",
      "https://example.com/a?b=c", "https://example.com/a#b", "https://example.com/a b",
      "https://example.com/a/../b", "https://example.com/./a", "https://example.com/..",
      "https:///a", "https://ex%61mple.com/a", "https://example.com/a\xc3\xa4");
  CAPTURE(url);
  CHECK_FALSE(address_of(url));
}

TEST_CASE("a redirect leads to another repository, on its own scheme or a safer one") {
  const std::string request = "/info/refs?service=git-upload-pack";
  const std::string from = "http://me:pw@example.com/a";
  CHECK(redirect(from, "http://example.com/b.git" + request) ==
        "http://example.com/b.git with credentials");
  CHECK(redirect(from, "/c" + request) == "http://example.com/c with credentials");
  CHECK(redirect(from, "http://example.com:81/b" + request) == "http://example.com:81/b");
  CHECK(redirect(from, "https://example.com/a" + request) == "https://example.com/a");
  for (const auto* to :
       {"http://example.com/login", "", "ftp://example.com/a", "//example.com/a", "file:///etc/a",
        "http://other:pw@example.com/a", "b", "ssh://example.com/a", "http://example.com/x?y=/a"})
    CHECK(redirect(from, std::string(to).ends_with("login") ? to : to + request) == "nowhere");
  CHECK(redirect("https://example.com/a", "http://example.com/a" + request) == "nowhere");
}

TEST_CASE("hosts are told apart by scheme, name and port") {
  const auto host = [](const std::string& url) { return host_of(parse_remote_url(url)); };
  CHECK(host("https://me:pw@Example.com:81/a@b") == "https://example.com:81");
  CHECK(host("ssh://git@example.com/a") == "ssh://example.com");
  CHECK(host("git@example.com:group/a") == "ssh://example.com");
  CHECK(host("git://example.com") == "git://example.com");
  CHECK(host("/srv/a:b") == "file://");
  CHECK(host("file:///srv/a") == "file://");
}
