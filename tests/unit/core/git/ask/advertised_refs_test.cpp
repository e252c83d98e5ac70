#include "core/git/ask/refs.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln::git;

namespace {

const std::string kCommit(40, 'a');

}  // namespace

TEST_CASE("refs, branches and the default branch are read") {
  const auto refs =
      parse_advertised_refs("ref: refs/heads/main\tHEAD\n" + kCommit + "\tHEAD\n" + kCommit +
                            "\trefs/heads/dev\n" + kCommit + "\trefs/heads/main\n");
  CHECK(refs.head == "refs/heads/main");
  CHECK(refs.commits.at("HEAD") == kCommit);
  CHECK(refs.branches() == std::vector<std::string>{"dev", "main"});
}

TEST_CASE("of a tag the commit that it leads to is read") {
  const std::string tag(40, 'b');
  const auto refs = parse_advertised_refs(tag + "\trefs/tags/v1\n" + kCommit +
                                          "\trefs/tags/v1^{}\n" + tag + "\trefs/tags/v2\n");
  CHECK(refs.commits.at("refs/tags/v1") == kCommit);
  CHECK(refs.commits.at("refs/tags/v2") == tag);
  CHECK(refs.branches().empty());
}

TEST_CASE("lines of another form are left out") {
  const std::vector<std::string> lines = {kCommit + " refs/heads/a",
                                          "\tHEAD",
                                          "zz" + kCommit.substr(2) + "\tHEAD",
                                          kCommit + "\trefs/heads/-x",
                                          kCommit + "\trefs/heads/a\x1b",
                                          kCommit + "\trefs/tags/.x",
                                          kCommit + "\trefs/notes/x",
                                          kCommit + "\trefs/heads/../x",
                                          "ref: refs/heads/main\tREFS",
                                          "ref: ../../etc\tHEAD",
                                          "\t\t\t",
                                          ""};
  for (const auto& line : lines) {
    const auto refs = parse_advertised_refs(line + "\n" + line);
    CHECK(refs.commits.empty());
    CHECK(refs.head.empty());
  }
}
