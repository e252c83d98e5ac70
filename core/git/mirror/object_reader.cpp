#include "core/git/mirror/object_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/git/program.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kLongestAnswer = 4096;
constexpr std::uint64_t kLargestTree = 16U << 20U;
/// So many requests and their answers fit into what is between two processes.
constexpr std::size_t kAtOnce = 256;
constexpr std::size_t kMostKept = 20'000;  // entries of trees

[[noreturn]] void throw_damaged(const std::string& why) {
  throw DamagedObjects("cannot read the objects of a Git mirror").because(why);
}

}  // namespace

void ObjectReader::ask(std::string_view requests) {
  if (!git_) {
    Command command;
    command.arguments = {"cat-file", "--batch-command"};
    command.git_dir = git_dir_;
    git_ = std::make_unique<PipedProcess>(process_of(command));
  }
  git_->write(requests);
}

void ObjectReader::fill() {
  if (taken_ == buffer_.size()) buffer_.clear(), taken_ = 0;
  std::array<char, 65536> bytes;
  const auto got = git_->read(bytes.data(), bytes.size());
  if (got == 0) {
    auto why = displayable_errors(git_->error_output());
    git_.reset();
    buffer_.clear();
    taken_ = 0;
    throw_damaged(why.empty() ? "git has ended" : why);
  }
  buffer_.append(bytes.data(), got);
}

std::string ObjectReader::read_line() {
  for (;;) {
    const auto end = buffer_.find('\n', taken_);
    if (end != std::string::npos) {
      auto line = buffer_.substr(taken_, end - taken_);
      taken_ = end + 1;
      return line;
    }
    if (buffer_.size() - taken_ > kLongestAnswer) throw_damaged("git's answer has another form");
    fill();
  }
}

std::string ObjectReader::read_bytes(std::size_t size) {
  std::string bytes;
  bytes.reserve(size);
  while (bytes.size() < size) {
    if (taken_ == buffer_.size()) fill();
    const auto part = std::min(size - bytes.size(), buffer_.size() - taken_);
    bytes.append(buffer_, taken_, part);
    taken_ += part;
  }
  return bytes;
}

/// "<id> <type> <size>"; "<name> missing" and the like for what isn't there.
std::optional<ObjectReader::Object> ObjectReader::parse(const std::string& header) {
  const auto first = header.find(' ');
  const auto second = header.find(' ', first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  Object object{header.substr(0, first), header.substr(first + 1, second - first - 1), 0};
  const auto* end = header.data() + header.size();
  const auto [stop, code] = std::from_chars(header.data() + second + 1, end, object.size);
  if (stop != end || code != std::errc() || !is_object_id(object.id)) return std::nullopt;
  return object;
}

std::optional<ObjectReader::Object> ObjectReader::find(const std::string& name) {
  ask("info " + name + "\n");
  return parse(read_line());
}

std::string ObjectReader::content(const std::string& id, std::string_view type,
                                  std::uint64_t limit) {
  const auto object = find(id);
  if (!object || object->type != type) throw_damaged("object " + id + " is missing");
  if (object->size > limit)
    throw Error("the object " + id + " is longer than " + std::to_string(limit) + " bytes");
  ask("contents " + id + "\n");
  const auto header = parse(read_line());
  if (!header || header->size != object->size) throw_damaged("object " + id + " is missing");
  auto bytes = read_bytes(object->size + 1);
  bytes.pop_back();  // the newline after it
  return bytes;
}

std::shared_ptr<const ObjectReader::Tree> ObjectReader::tree(const std::string& id) {
  if (const auto known = trees_.find(id); known != trees_.end()) return known->second;
  const auto raw = content(id, "tree", kLargestTree);
  auto read = std::make_shared<Tree>(parse_tree(raw, id.size() / 2));
  for (; entries_kept_ + read->size() > kMostKept && !kept_.empty(); kept_.pop_front()) {
    entries_kept_ -= trees_.at(kept_.front())->size();
    trees_.erase(kept_.front());
  }
  entries_kept_ += read->size();
  kept_.push_back(id);
  trees_[id] = read;
  return read;
}

void ObjectReader::measure(std::vector<TreeEntry>& entries) {
  std::vector<TreeEntry*> wanted;
  for (auto& entry : entries)
    if (entry.is_file() || entry.kind == TreeEntry::Kind::link) wanted.push_back(&entry);
  for (std::size_t at = 0; at < wanted.size(); at += kAtOnce) {
    const auto end = std::min(at + kAtOnce, wanted.size());
    std::string requests;
    for (auto i = at; i < end; ++i) requests += "info " + wanted[i]->object + "\n";
    ask(requests);
    for (auto i = at; i < end; ++i) {
      const auto object = parse(read_line());
      if (!object || object->id != wanted[i]->object || object->type != "blob")
        throw_damaged("'" + wanted[i]->path + "' is missing");
      wanted[i]->size = object->size;
    }
  }
}

}  // namespace pkgkiln::git
