#include "core/git/ask/ls_refs.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln::git;
using namespace std::string_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kA(40, 'a'), kB(40, 'b'), kZero(40, '0'), kLong(64, 'c');
const std::string kService = pkt_line("# service=git-upload-pack") + "0000";
const std::string kFlush = "0000";

}  // namespace

TEST_CASE("a server of version 2 is known, with or without the name of the service") {
  const auto service = GENERATE(as<std::string>{}, "", kService);
  const auto said = read_advertisement(service + pkt_line("version 2") + pkt_line("agent=git/2") +
                                       pkt_line("ls-refs=unborn") + pkt_line("fetch=shallow") +
                                       pkt_line("object-format=sha256") + kFlush);
  CHECK(said.speaks_v2);
  CHECK(said.object_format == "sha256");
  CHECK(said.refs.commits.empty());
}

TEST_CASE("servers of versions 0 and 1 tell all refs at once") {
  const auto version = GENERATE(as<std::string>{}, "", pkt_line("version 1"));
  const auto said = read_advertisement(
      kService + version +
      pkt_line(kA + " HEAD\0multi_ack symref=HEAD:refs/heads/main agent=git/2"s) +
      pkt_line(kA + " refs/heads/main") + pkt_line(kB + " refs/pull/1/head") +
      pkt_line(kB + " refs/tags/v1") + pkt_line(kA + " refs/tags/v1^{}") +
      pkt_line(kB + " refs/tags/v2") + pkt_line("shallow " + kB) + kFlush);
  CHECK_FALSE(said.speaks_v2);
  CHECK(said.refs.head == "refs/heads/main");
  CHECK(said.refs.commits ==
        std::map<std::string, std::string>{
            {"HEAD", kA}, {"refs/heads/main", kA}, {"refs/tags/v1", kA}, {"refs/tags/v2", kB}});
}

TEST_CASE("an empty repository has no refs") {
  const auto refs =
      GENERATE(as<std::string>{}, "", pkt_line(kZero + " capabilities^{}\0multi_ack agent=git/2"s));
  const auto said = read_advertisement(kService + refs + kFlush);
  CHECK_FALSE(said.speaks_v2);
  CHECK(said.refs.commits.empty());
  CHECK(read_ls_refs(kFlush).commits.empty());
}

TEST_CASE("refs are asked for by prefix, with the format of objects if it is known") {
  CHECK(ls_refs_request({"HEAD", "refs/heads/x"}, "") ==
        "0014command=ls-refs\n"
        "00010009peel\n000csymrefs\n0014ref-prefix HEAD\n001cref-prefix refs/heads/x\n0000");
  CHECK_THAT(ls_refs_request({}, "sha256"),
             ContainsSubstring("ls-refs\n0019object-format=sha256\n0001"));
}

TEST_CASE("listed refs come with where HEAD points to and what tags lead to") {
  const auto refs = read_ls_refs(pkt_line(kA + " HEAD symref-target:refs/heads/main") +
                                 pkt_line(kA + " refs/heads/main") +
                                 pkt_line(kB + " refs/tags/v1 peeled:" + kA + " new:thing") +
                                 pkt_line(kLong + " refs/tags/v2") + kFlush);
  CHECK(refs.head == "refs/heads/main");
  CHECK(refs.commits.at("refs/tags/v1") == kA);
  CHECK(refs.commits.at("refs/tags/v2") == kLong);
  CHECK(refs.branches() == std::vector<std::string>{"main"});
}

TEST_CASE("a detached HEAD points nowhere, and names that git forbids are left out") {
  const auto refs = read_ls_refs(
      pkt_line(kA + " HEAD") + pkt_line(kA + " refs/heads/../x") + pkt_line(kA + " refs/heads/-x") +
      pkt_line(kA + " refs/remotes/x") + pkt_line(kA + " ../../etc") + pkt_line(kA) +
      pkt_line(kA + " refs/heads/main symref-target:refs/heads/x peeled:zz") + kFlush);
  CHECK(refs.head.empty());
  CHECK(refs.commits == std::map<std::string, std::string>{{"HEAD", kA}, {"refs/heads/main", kA}});
}

TEST_CASE("what isn't an advertisement is refused") {
  const auto body = GENERATE(
      as<std::string>{}, "", "<html>", kService, kService + "0001", kService + kFlush + kFlush,
      pkt_line("# service=git-upload-pack"), pkt_line("# service=git-receive-pack") + kFlush,
      pkt_line("# service=git-upload-pack") + pkt_line("version 2"),
      kService + pkt_line("version 2") + kFlush,
      kService + pkt_line("version 2") + pkt_line("ls-refs") + "0001",
      kService + pkt_line("version 2") + pkt_line("ls-refs"),
      kService + pkt_line("version 2") + pkt_line("ls-refs") + kFlush + "x",
      kService + pkt_line("version 2") + pkt_line("ls-refs") + pkt_line("object-format=x\ny") +
          kFlush,
      kService + pkt_line("version 3") + kFlush, kService + pkt_line("nonsense HEAD") + kFlush,
      kService + pkt_line(kA.substr(1) + " HEAD") + kFlush, kService + pkt_line(kA + " HEAD"),
      kService + pkt_line(kA + " HEAD") + "003d" + kA);
  CAPTURE(body);
  CHECK_THROWS_AS(read_advertisement(body), Unusual);
}

TEST_CASE("what isn't a list of refs is refused") {
  const auto body = GENERATE(
      as<std::string>{}, "", "0001", "0002", kFlush + kFlush, "garbage", pkt_line(kA + " HEAD"),
      pkt_line("unborn HEAD") + kFlush, pkt_line(kA + " HEAD") + "0001" + kFlush,
      pkt_line(kA + " HEAD") + "00", pkt_line(std::string(40, 'A') + " HEAD") + kFlush);
  CAPTURE(body);
  CHECK_THROWS_AS(read_ls_refs(body), Unusual);
}

TEST_CASE("what a server says instead of refs is shown in one line") {
  const auto body = kService + pkt_line("ERR \x1b[2Jno such\nthing") + kFlush;
  CHECK_THROWS_WITH(read_advertisement(body),
                    ContainsSubstring("no such thing") && !ContainsSubstring("\x1b"));
}
