#include "core/runtime/fake/file_tree.hpp"

#include <deque>
#include <utility>
#include <vector>

#include "core/base/error.hpp"

namespace pkgkiln::fake {

namespace {

constexpr int kMostLinks = 40;  // as Linux has it

NodePtr make(Node::Kind kind, std::string content, unsigned mode, unsigned uid, unsigned gid) {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->content = std::move(content);
  node->mode = mode;
  node->uid = uid;
  node->gid = gid;
  return node;
}

std::deque<std::string> components(std::string_view path) {
  std::deque<std::string> names;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0 && path.substr(0, slash) != ".") names.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return names;
}

NodePtr child(const NodePtr& directory, const std::string& name) {
  const auto found = directory->children.find(name);
  return found == directory->children.end() ? nullptr : found->second;
}

}  // namespace

NodePtr make_directory(unsigned mode, unsigned uid, unsigned gid) {
  return make(Node::Kind::directory, {}, mode, uid, gid);
}

NodePtr make_file(std::string content, unsigned mode, unsigned uid, unsigned gid) {
  return make(Node::Kind::file, std::move(content), mode, uid, gid);
}

NodePtr make_link(std::string target) {
  return make(Node::Kind::link, std::move(target), 0777, 0, 0);
}

NodePtr find(const NodePtr& root, std::string_view path, bool follow_last) {
  std::vector<NodePtr> trail{root};
  auto left = components(path);
  int links = 0;
  while (!left.empty()) {
    const std::string name = std::move(left.front());
    left.pop_front();
    if (name == "..") {
      if (trail.size() > 1) trail.pop_back();
      continue;
    }
    auto next = child(trail.back(), name);
    if (!next) return nullptr;
    if (next->kind == Node::Kind::link && (follow_last || !left.empty())) {
      if (++links > kMostLinks) return nullptr;
      if (next->content.starts_with('/')) trail = {root};
      const auto target = components(next->content);
      left.insert(left.begin(), target.begin(), target.end());
      continue;
    }
    if (!left.empty() && next->kind != Node::Kind::directory) return nullptr;
    trail.push_back(std::move(next));
  }
  return trail.back();
}

void put(const NodePtr& root, std::string_view path, NodePtr node) {
  auto names = components(path);
  if (names.empty()) throw Error("cannot put a node in the place of the root");
  const auto last = std::move(names.back());
  names.pop_back();
  auto directory = root;
  for (const auto& name : names) {
    auto next = child(directory, name);
    if (!next) next = directory->children[name] = make_directory();
    if (next->kind != Node::Kind::directory)
      throw Error("cannot put '" + std::string(path) + "'").because(name + " is no directory");
    directory = std::move(next);
  }
  directory->children[last] = std::move(node);
}

NodePtr clone(const NodePtr& node) {
  auto copy = std::make_shared<Node>(*node);
  for (auto& [name, below] : copy->children) below = clone(below);
  return copy;
}

}  // namespace pkgkiln::fake
