#include "core/git/mirror/object_stream.hpp"

#include <algorithm>

namespace pkgkiln::git {

namespace {

constexpr std::size_t kLongestHeader = 200;

bool has_content(const TreeEntry& entry) {
  return entry.is_file() || entry.kind == TreeEntry::Kind::link;
}

[[noreturn]] void throw_unexpected(const std::string& why) {
  DamagedObjects error("cannot read the files of a Git mirror");
  error.because(why);
  throw error;
}

}  // namespace

ObjectsToTar::ObjectsToTar(const std::vector<TreeEntry>& entries, TarWriter& tar)
    : entries_(entries), tar_(tar) {
  write_what_needs_no_content();
}

std::string ObjectsToTar::requests() const {
  std::string lines;
  for (const auto& entry : entries_)
    if (has_content(entry)) lines += entry.object + "\n";
  return lines;
}

void ObjectsToTar::write_what_needs_no_content() {
  for (; current_ < entries_.size() && !has_content(entries_[current_]); ++current_)
    tar_.directory(entries_[current_].path);
}

void ObjectsToTar::take(std::string_view output) {
  while (!output.empty()) {
    if (current_ == entries_.size()) throw_unexpected("git gave more than was asked for");
    switch (expects_) {
      case Expects::header:
        take_header(output);
        break;
      case Expects::content:
        take_content(output);
        break;
      case Expects::newline:
        output.remove_prefix(1);
        end_content();
        break;
    }
  }
}

void ObjectsToTar::take_header(std::string_view& output) {
  const auto newline = output.find('\n');
  kept_ += output.substr(0, newline);
  if (kept_.size() > kLongestHeader) throw_unexpected("git's answer has another form");
  if (newline == std::string_view::npos) {
    output = {};
    return;
  }
  output.remove_prefix(newline + 1);
  const auto& entry = entries_[current_];
  if (kept_ != entry.object + " blob " + std::to_string(entry.size))
    throw_unexpected("object " + entry.object + " is missing or of another size");
  kept_.clear();
  left_ = entry.size;
  if (entry.is_file()) tar_.file(entry.path, entry.size, entry.kind == TreeEntry::Kind::executable);
  expects_ = left_ > 0 ? Expects::content : Expects::newline;
}

void ObjectsToTar::take_content(std::string_view& output) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, output.size()));
  if (entries_[current_].is_file())
    tar_.write(output.substr(0, size));
  else
    kept_ += output.substr(0, size);
  output.remove_prefix(size);
  left_ -= size;
  if (left_ == 0) expects_ = Expects::newline;
}

void ObjectsToTar::end_content() {
  const auto& entry = entries_[current_];
  if (entry.kind == TreeEntry::Kind::link) {
    if (kept_.empty() || kept_.find('\0') != std::string::npos)
      throw_unexpected("the link '" + entry.path + "' points to nothing");
    tar_.link(entry.path, kept_);
  }
  kept_.clear();
  expects_ = Expects::header;
  ++current_;
  write_what_needs_no_content();
}

void ObjectsToTar::finish() {
  if (current_ != entries_.size()) throw_unexpected("git gave less than was asked for");
  tar_.finish();
}

}  // namespace pkgkiln::git
