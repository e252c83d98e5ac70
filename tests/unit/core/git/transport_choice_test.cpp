#include "core/git/user_config.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/test_repository.hpp"

using namespace pkgkiln::git;

namespace {

bool matters(const std::string& key, const std::string& value,
             const std::string& url = "https://Example.com:8443/a.git") {
  return config_matters({{"user.name", "me"}, {key, value}}, *http_address(parse_remote_url(url)));
}

}  // namespace

TEST_CASE("configuration that could change an answer is told from that which can't") {
  CHECK(matters("http.proxy", "http://p:1"));
  CHECK(matters("http.extraheader", "X: y"));
  CHECK(matters("http.sslverify", "false"));
  CHECK(matters("http.https://example.com/.extraheader", "X: y"));
  CHECK(matters("http.https://me@EXAMPLE.com:1/x.y.extraheader", "X: y"));
  CHECK(matters("http.https://*.com/.extraheader", "X: y"));
  CHECK_FALSE(matters("http.https://example.org/.extraheader", "X: y"));
  CHECK_FALSE(matters("http.postbuffer", "1"));
  CHECK_FALSE(matters("http.https://example.com.version", "HTTP/1.1"));
  CHECK_FALSE(matters("core.sshcommand", "ssh -v"));
  CHECK_FALSE(matters("credential.helper", "store"));
  CHECK_FALSE(matters("http.sslverify", "false", "http://example.com/a"));
}

TEST_CASE("rewritten URLs matter to those they rewrite") {
  CHECK(matters("url.git@example.com:.insteadof", "https://example.com:8443/"));
  CHECK(matters("url.ssh://x/.insteadof", "https://"));
  CHECK(matters("url.ssh://x/.insteadof", "https://Example.com:8443/a.git/"));
  CHECK_FALSE(matters("url.git@example.com:.insteadof", "https://example.org/"));
  CHECK_FALSE(matters("url.https://example.com:8443/.insteadof", "short:"));
}

TEST_CASE("certificates of the environment matter to encrypted connections") {
  const auto https = *http_address(parse_remote_url("https://example.com/a"));
  const auto http = *http_address(parse_remote_url("http://example.com/a"));
  const pkgkiln::test::ScopedVariable set("GIT_SSL_CAINFO", "/x");
  CHECK(environment_matters(https));
  CHECK_FALSE(environment_matters(http));
}
