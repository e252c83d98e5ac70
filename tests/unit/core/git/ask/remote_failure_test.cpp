#include "core/base/file.hpp"
#include "core/git/ask/remote.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::git;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("what git says of a failure is told apart") {
  using Sample = std::pair<const char*, RemoteFailure>;
  const auto [text, failure] = GENERATE(
      Sample{"fatal: unable to access 'https://x/': SSL certificate problem: self-signed",
             RemoteFailure::certificate},
      Sample{
          "fatal: unable to access 'https://x/': SSL certificate problem: certificate is not yet "
          "valid",
          RemoteFailure::certificate},
      Sample{"fatal: unable to access 'https://x/': CONNECT tunnel failed, response 407",
             RemoteFailure::proxy},
      Sample{
          "fatal: unable to access 'https://x/': Received HTTP code 407 from proxy after CONNECT",
          RemoteFailure::proxy},
      Sample{"Host key verification failed.\nfatal: Could not read from remote repository.",
             RemoteFailure::host_key},
      Sample{"fatal: unable to access 'https://x/': Could not resolve host: x",
             RemoteFailure::not_resolved},
      Sample{"ssh: Could not resolve hostname x: Name or service not known",
             RemoteFailure::not_resolved},
      Sample{"ssh: connect to host x port 22: Connection refused", RemoteFailure::not_reached},
      Sample{"fatal: unable to access 'https://x/': Failed to connect to x port 443",
             RemoteFailure::not_reached},
      Sample{"fatal: detected dubious ownership in repository at '/srv/a'",
             RemoteFailure::foreign_owner},
      Sample{"fatal: could not read Username for 'https://x': terminal prompts disabled",
             RemoteFailure::no_access},
      Sample{"fatal: unable to get password from user", RemoteFailure::no_access},
      Sample{"git@x: Permission denied (publickey).\nfatal: Could not read from remote "
             "repository.\n\nPlease make sure you have the correct access rights\nand the "
             "repository exists.",
             RemoteFailure::no_access},
      Sample{"fatal: unable to access 'https://x/': The requested URL returned error: 503",
             RemoteFailure::busy},
      Sample{"fatal: repository 'https://x/' not found", RemoteFailure::not_found},
      Sample{"fatal: '/x' does not appear to be a git repository", RemoteFailure::not_found},
      Sample{"fatal: couldn't find remote ref refs/heads/x", RemoteFailure::no_branch},
      Sample{"fatal: something new", RemoteFailure::unknown});
  CHECK(classify(text) == failure);
}

TEST_CASE("an error names the URL without credentials, what git said, and what to do") {
  const auto error =
      remote_error("ask", "https://me:secret@x/a.git",
                   "\x1b[31mfatal\x1b[0m: Authentication failed for 'https://me:secret@x/a.git'\n");
  CHECK(error.what_failed() == "cannot ask 'https://***@x/a.git'");
  CHECK_THAT(error.report(), ContainsSubstring("Authentication failed for 'https://***@x/a.git'"));
  CHECK_THAT(error.report(), !ContainsSubstring("secret") && !ContainsSubstring("\x1b"));
  CHECK_THAT(error.advice(), ContainsSubstring("credential helper"));
}

TEST_CASE("a clock that is off is thought of where a certificate is refused") {
  CHECK_THAT(remote_error("ask", "https://x/a.git",
                          "fatal: SSL certificate problem: certificate is not yet valid")
                 .advice(),
             ContainsSubstring("check the machine's clock"));
}

TEST_CASE("of a place on this machine it is told whether there is anything") {
  const TempDir dir;
  const auto gone = (dir.path() / "gone").string();
  const auto error = [&](const std::string& url) {
    return remote_error("ask", url, RemoteFailure::not_found, "git says").report();
  };
  CHECK_THAT(error(gone), ContainsSubstring("there is no folder '" + gone + "'"));
  CHECK_THAT(error("file://" + dir.path().string()),
             ContainsSubstring("is no Git repository") &&
                 ContainsSubstring("give its path without file://"));
  CHECK_THAT(error("https://example.com/x"), ContainsSubstring("there is no such repository"));
}

TEST_CASE("of long output only the last lines are shown") {
  std::string output;
  for (int i = 0; i < 100; ++i) output += "line " + std::to_string(i) + "\n\n";
  CHECK(displayable_errors(output) == "line 95; line 96; line 97; line 98; line 99");
  CHECK(displayable_errors(std::string(100'000, 'x')).size() <= 200);
  CHECK(displayable_errors("\n\n").empty());
}
