#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pkgkiln::runtimes {

/// Cuts a stream into lines, however it arrives, and gives each without its newline; the last
/// needs none. A line longer than 1 MiB is RuntimeError `malformed`.
class LineSplitter {
 public:
  explicit LineSplitter(std::function<void(std::string_view)> line) : line_(std::move(line)) {}

  void feed(std::string_view bytes);
  void finish();

 private:
  std::function<void(std::string_view)> line_;
  std::string pending_;
};

}  // namespace pkgkiln::runtimes
