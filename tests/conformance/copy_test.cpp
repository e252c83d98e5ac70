// Copying into and out of containers.

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/sandbox.hpp"
#include "tests/conformance/tar.hpp"

using namespace pkgkiln;
using namespace conformance;
using Type = TarEntry::Type;

namespace {

void copy_in(Sandbox& box, const std::string& id, const std::string& path,
             const std::vector<TarEntry>& entries) {
  const auto tar = make_tar(entries);
  box.runtime.copy_in(id, path, source_of(tar), Cancellation::never());
}

std::vector<TarEntry> copy_out(Sandbox& box, const std::string& id, const std::string& path) {
  std::string tar;
  box.runtime.copy_out(
      id, path, [&](std::string_view bytes) { tar += bytes; }, Cancellation::never());
  return read_tar(tar);
}

std::string stat(Sandbox& box, const std::string& id, const std::string& path) {
  return box.exec(id, script::stat, {{"WHERE", path}}).out;
}

std::string read(Sandbox& box, const std::string& id, const std::string& path) {
  return box.exec(id, script::read, {{"WHERE", path}}).out;
}

std::string deep_path() {
  std::string path = "top";
  for (int i = 0; i < 60; ++i) path += "/directory-" + std::to_string(i);
  return path;
}

}  // namespace

TEST_CASE("what is copied in keeps its owner, group and mode, as seen from inside") {
  Sandbox box;
  auto spec = box.spec();
  spec.user = "nobody";  // must not become the owner
  const auto id = box.run(spec);
  copy_in(box, id, "/tmp",
          {{Type::directory, "tree", "", 0711, 1000, 1001},
           {Type::file, "tree/file", "text", 0640, 1000, 1001},
           {Type::file, "tree/tool", "#!/bin/sh\n", 0755, 0, 0},
           {Type::link, "tree/link", "file", 0777, 1000, 1001},
           {Type::file, "tree/empty", "", 0600, 65534, 65534}});
  CHECK(stat(box, id, "/tmp/tree") == "1000:1001:711:directory\n");
  CHECK(stat(box, id, "/tmp/tree/file") == "1000:1001:640:regular file\n");
  CHECK(stat(box, id, "/tmp/tree/tool") == "0:0:755:regular file\n");
  CHECK(stat(box, id, "/tmp/tree/link") == "1000:1001:777:symbolic link\n");
  CHECK(stat(box, id, "/tmp/tree/empty") == "65534:65534:600:regular empty file\n");
  auto as_owner = Sandbox::exec_spec(script::read, {{"WHERE", "/tmp/tree/link"}});
  as_owner.user = "1000:1001";
  CHECK(box.exec(id, as_owner).out == "text");
}

// Not after the end: Podman 6 then answers with 200 and loses what is copied in.
TEST_CASE("copying works before the start") {
  Sandbox box;
  const auto id = box.runtime.create(box.spec()).id;
  copy_in(box, id, "/tmp", {{Type::file, "before", "1", 0644, 1000, 1000}});
  const auto out = copy_out(box, id, "/tmp/before");
  REQUIRE(out.size() == 1);
  CHECK(out[0].content == "1");
  box.runtime.start(id);
  CHECK(stat(box, id, "/tmp/before") == "1000:1000:644:regular file\n");
}

TEST_CASE("a file that is there is replaced, a directory is kept") {
  Sandbox box;
  const auto id = box.run();
  copy_in(box, id, "/tmp", {{Type::directory, "d", "", 0755, 0, 0}, {Type::file, "d/a", "1"}});
  copy_in(box, id, "/tmp", {{Type::file, "d/b", "2"}, {Type::file, "d/a", "3"}});
  CHECK(read(box, id, "/tmp/d/a") == "3");
  CHECK(read(box, id, "/tmp/d/b") == "2");
}

TEST_CASE("an archive with nothing in it changes nothing") {
  Sandbox box;
  const auto id = box.run();
  CHECK_NOTHROW(copy_in(box, id, "/tmp", {}));
}

TEST_CASE("names are bytes: long, deep, with spaces, quotes and UTF-8") {
  Sandbox box;
  const auto id = box.run();
  const std::string odd = "a b'c\"d$e`f\\g ü 漢";
  const std::string longest(200, 'n');
  copy_in(
      box, id, "/tmp",
      {{Type::file, odd, "odd"}, {Type::file, longest, "long"}, {Type::file, deep_path(), "deep"}});
  CHECK(read(box, id, "/tmp/" + odd) == "odd");
  CHECK(read(box, id, "/tmp/" + longest) == "long");
  CHECK(read(box, id, "/tmp/" + deep_path()) == "deep");
  const auto out = copy_out(box, id, "/tmp/top");
  REQUIRE_FALSE(out.empty());
  CHECK(out.back().path == deep_path());
  CHECK(out.back().content == "deep");
}

TEST_CASE("a link in the place of the target is followed inside the container") {
  Sandbox box;
  const auto id = box.run();
  box.exec(id, script::make_directory, {{"WHERE", "/tmp/real"}});
  for (const std::string target : {"/tmp/real", "real", "../tmp/real"}) {
    const auto name = "f-" + std::to_string(target.size());
    box.exec(id, script::link, {{"TO", target}, {"WHERE", "/tmp/link" + name}});
    copy_in(box, id, "/tmp/link" + name, {{Type::file, name, "through"}});
    CHECK(read(box, id, "/tmp/real/" + name) == "through");
    CHECK_THAT(stat(box, id, "/tmp/link" + name), Catch::Matchers::ContainsSubstring("link"));
  }
}

TEST_CASE("links that don't lead out of what is copied in are unpacked as they are") {
  Sandbox box;
  const auto id = box.run();
  const std::map<std::string, std::string> links = {{"tree/beside", "file"},
                                                    {"tree/sub/up", "../file"},
                                                    {"tree/sub/round", "../sub/../file"},
                                                    {"tree/dangling", "missing"},
                                                    {"tree/absolute", "/tmp/tree/file"},
                                                    {"tree/nowhere", "/missing/at/all"}};
  std::vector<TarEntry> entries{{Type::directory, "tree", "", 0755, 0, 0},
                                {Type::directory, "tree/sub", "", 0755, 0, 0},
                                {Type::file, "tree/file", "text"}};
  for (const auto& [path, target] : links)
    entries.push_back({Type::link, path, target, 0777, 0, 0});
  copy_in(box, id, "/tmp", entries);
  std::map<std::string, std::string> found;
  for (const auto& entry : copy_out(box, id, "/tmp/tree"))
    if (entry.type == Type::link) found[entry.path] = entry.content;
  CHECK(found == links);
  for (const auto* path : {"beside", "sub/up", "sub/round", "absolute"})
    CHECK(read(box, id, std::string("/tmp/tree/") + path) == "text");
}

TEST_CASE("a target that isn't there isn't made") {
  Sandbox box;
  const auto id = box.run();
  CHECK(failure_of([&] {
          copy_in(box, id, "/no/such/place", {{Type::file, "f", "x"}});
        }) == "not_found");
  CHECK(box.exec(id, script::stat, {{"WHERE", "/no"}}).code == 1);
}

TEST_CASE("a file isn't a target") {
  Sandbox box;
  const auto id = box.run();
  box.exec(id, script::write, {{"WHERE", "/tmp/file"}, {"WHAT", "kept"}});
  CHECK_THROWS_AS(copy_in(box, id, "/tmp/file", {{Type::file, "f", "x"}}), RuntimeError);
  CHECK(read(box, id, "/tmp/file") == "kept");
}

TEST_CASE("an archive that breaks off is an error") {
  Sandbox box;
  const auto id = box.run();
  const auto tar = make_tar({{Type::file, "f", std::string(1'000'000, 'x')}}).substr(0, 300'000);
  CHECK_THROWS_AS(box.runtime.copy_in(id, "/tmp", source_of(tar), Cancellation::never()),
                  RuntimeError);
}

TEST_CASE("what the source or the sink throws comes out") {
  struct Broken {};
  Sandbox box;
  const auto id = box.run();
  const auto tar = make_tar({{Type::file, "f", std::string(1'000'000, 'x')}});
  auto source = [whole = source_of(tar), left = 3](char* buffer, std::size_t size) mutable {
    if (left-- == 0) throw Broken();
    return whole(buffer, size);
  };
  CHECK_THROWS_AS(box.runtime.copy_in(id, "/tmp", source, Cancellation::never()), Broken);
  const auto sink = [](std::string_view) { throw Broken(); };
  CHECK_THROWS_AS(box.runtime.copy_out(id, "/etc", sink, Cancellation::never()), Broken);
}

TEST_CASE("copies can be cancelled") {
  Sandbox box;
  const auto id = box.run();
  Cancellation cancel;
  cancel.request(0);
  const auto tar = make_tar({{Type::file, "f", "x"}});
  CHECK(failure_of([&] { box.runtime.copy_in(id, "/tmp", source_of(tar), cancel); }) ==
        "cancelled");
  CHECK(failure_of([&] {
          box.runtime.copy_out(
              id, "/etc", [](std::string_view) {}, cancel);
        }) == "cancelled");
}

TEST_CASE("what is copied out begins with the last part of its path") {
  Sandbox box;
  const auto id = box.run();
  const std::string large(3'000'001, 'y');
  copy_in(box, id, "/tmp",
          {{Type::directory, "out", "", 0755, 0, 0},
           {Type::file, "out/a", large, 0755, 0, 0},
           {Type::directory, "out/empty", "", 0755, 0, 0},
           {Type::link, "out/z", "/etc/passwd", 0777, 0, 0}});
  const auto entries = copy_out(box, id, "/tmp/out");
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].path == "out");
  CHECK(entries[1].path == "out/a");
  CHECK(entries[1].mode == 0755);
  CHECK((entries[1].content == large));
  CHECK(entries[2].path == "out/empty");
  CHECK(entries[3].path == "out/z");
  CHECK(entries[3].content == "/etc/passwd");

  const auto file = copy_out(box, id, "/tmp/out/a");
  REQUIRE(file.size() == 1);
  CHECK(file[0].path == "a");
  CHECK(file[0].content.size() == large.size());
  CHECK(copy_out(box, id, "/tmp/out/empty").size() == 1);
}

TEST_CASE("what isn't there can't be copied out") {
  Sandbox box;
  const auto id = box.run();
  CHECK(failure_of([&] { copy_out(box, id, "/tmp/nothing"); }) == "not_found");
}
