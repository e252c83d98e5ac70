#include "core/report/folder.hpp"

#include <fstream>
#include <sys/stat.h>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using report::Folder;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("files are written when their content changed, and removed when nothing writes them") {
  const TempDir dir;
  const auto root = dir.path() / "new" / "report";
  const auto fill = [&](const std::string& mark, bool with_b) {
    Folder folder(root);
    folder.put("page.css", "style");
    const Folder::Group a{"a", mark};
    if (!folder.keep(a)) {
      folder.put(a, "targets/a.html", "page of a");
      folder.put(a, "logs/a,1.html", "log of a");
    }
    if (with_b) folder.put({"b", "1"}, "targets/b.html", "page of b");
    folder.finish();
    return std::pair(folder.written(), folder.removed());
  };
  CHECK(fill("1", true) == std::pair<std::size_t, std::size_t>(4, 0));
  write(root / "targets" / "foreign.html", "of somebody");
  CHECK(fill("1", false) == std::pair<std::size_t, std::size_t>(0, 1));
  CHECK_FALSE(fs::exists(root / "targets" / "b.html"));
  CHECK(read_file(root / "targets" / "foreign.html") == "of somebody");
  CHECK(fill("1", false) == std::pair<std::size_t, std::size_t>(0, 0));
  CHECK(fill("2", false) == std::pair<std::size_t, std::size_t>(2, 0));
  fs::remove(root / "logs" / "a,1.html");
  CHECK(fill("2", false) == std::pair<std::size_t, std::size_t>(2, 0));
  write(root / "page.css", "");  // as after a power cut
  CHECK(fill("2", false) == std::pair<std::size_t, std::size_t>(1, 0));
  CHECK(read_file(root / "page.css") == "style");
  CHECK((fs::status(root / "page.css").permissions() & fs::perms::others_read) != fs::perms::none);
}

TEST_CASE("a list that somebody changed leads to no other file") {
  const TempDir dir;
  const auto root = dir.path() / "report";
  Folder(root).finish();
  write(dir.path() / "precious", "x");
  fs::create_directory(root / "kiln");
  write(root / "kiln" / "x.pkg.tar.zst", "x");
  write(root / ".pkgkiln-report",
        "- 1 1 ../precious\n- 1 1 targets/../../precious\n- 1 1 kiln/x.pkg.tar.zst\n- 1 1 "
        "targets/..\n- 1 1 " +
            (dir.path() / "precious").string() + "\nnonsense\n");
  Folder folder(root);
  folder.finish();
  CHECK(folder.removed() == 0);
  CHECK(fs::exists(dir.path() / "precious"));
  CHECK(fs::exists(root / "kiln" / "x.pkg.tar.zst"));
}

TEST_CASE("pages of somebody else are not replaced") {
  const TempDir dir;
  write(dir.path() / "index.html", "<!doctype html><title>mine</title>");
  CHECK_THROWS_WITH(Folder(dir.path()), ContainsSubstring("cannot write the report"));
  CHECK_FALSE(fs::exists(dir.path() / "targets"));
  write(dir.path() / "index.html", "<meta name=\"generator\" content=\"pkgkiln\">");
  CHECK_NOTHROW(Folder(dir.path()));
}

TEST_CASE("a file is copied, or gets another name that all can read") {
  const TempDir dir;
  const auto log = dir.path() / "a.log";
  write(log, "printed");
  for (const auto mode : {fs::perms(0600), fs::perms(0644)}) {
    fs::permissions(log, mode);
    Folder folder(dir.path() / "report");
    folder.put_copy({"a", "1"}, "logs/a,1.txt", log);
    const auto copy = dir.path() / "report" / "logs" / "a,1.txt";
    CHECK(read_file(copy) == "printed");
    CHECK(fs::status(copy).permissions() == fs::perms(0644));
    CHECK(fs::status(log).permissions() == mode);
    folder.finish();
    CHECK(folder.written() == 1);
  }
  // Again, as when another mark asks for it: both are names of one file by now.
  Folder folder(dir.path() / "report");
  folder.put_copy({"a", "2"}, "logs/a,1.txt", log);
  CHECK_FALSE(fs::exists(dir.path() / "report" / "logs" / "a,1.txt.new"));
}

TEST_CASE("whatever the umask, a web server can read the folders that are made") {
  const TempDir dir;
  const auto old = ::umask(077);
  const auto root = dir.path() / "www" / "report";
  Folder(root).finish();
  ::umask(old);
  for (const auto& made : {root.parent_path(), root, root / "logs"})
    CHECK(fs::status(made).permissions() == fs::perms(0755));
}
