#include <algorithm>
#include <fcntl.h>

#include "core/base/file.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

const std::vector<Parser>& parsers() {
  static const std::vector<Parser> all = {{"advertised_refs", advertised_refs},
                                          {"aur_answer", aur_answer},
                                          {"build_record", build_record},
                                          {"database", database},
                                          {"dependency", dependency},
                                          {"desc", desc},
                                          {"frames", frames},
                                          {"ledger", ledger},
                                          {"lines", lines},
                                          {"listing", listing},
                                          {"log_output", log_output},
                                          {"ls_refs", ls_refs},
                                          {"object_stream", object_stream},
                                          {"package_archive", package_archive},
                                          {"package_name", package_name},
                                          {"packagelist", packagelist},
                                          {"pkgbuild_text", pkgbuild_text},
                                          {"pkginfo", pkginfo},
                                          {"pkt_lines", pkt_lines},
                                          {"provenance", provenance},
                                          {"remote_url", remote_url},
                                          {"schedule", schedule},
                                          {"srcinfo", srcinfo},
                                          {"tree", tree},
                                          {"unpack", unpack},
                                          {"version", version}};
  return all;
}

bool sorted_and_unique(const std::vector<std::string>& texts) {
  return std::adjacent_find(texts.begin(), texts.end(), std::greater_equal<>()) == texts.end();
}

std::filesystem::path file_of(std::string_view input, const std::string& name) {
  static const TempDir directory;
  auto path = directory.path() / name;
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) throw std::runtime_error("cannot write " + path.string());
  write_all(file.get(), input, path);
  return path;
}

}  // namespace pkgkiln::fuzz
