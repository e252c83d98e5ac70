#include "core/aur/answer.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <utility>
#include <variant>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln::aur {

namespace {

constexpr std::size_t kBuffer = std::size_t{64} << 10U;
constexpr std::size_t kLongestToken = std::size_t{256} << 10U;
constexpr std::size_t kLongestText = 2'000;
constexpr std::size_t kLongestUser = 128;
constexpr std::size_t kMostInList = 4'000;
constexpr int kDeepest = 8;

Error no_answer(std::string why) {
  return Error("that is no answer of the AUR").because(std::move(why));
}

/// A stream of RapidJSON. A token may only be so long: the parser keeps it in memory.
class Input {
 public:
  using Ch = char;

  explicit Input(const Source& source) : source_(source) { fill(); }

  Ch Peek() const { return at_ < end_ ? buffer_[at_] : '\0'; }
  Ch Take() {
    const auto c = Peek();
    if (at_ < end_ && ++at_ == end_) fill();
    return c;
  }
  std::size_t Tell() const { return before_ + at_; }
  // Only for parsing in place.
  Ch* PutBegin() { return nullptr; }
  void Put(Ch) {}
  void Flush() {}
  std::size_t PutEnd(Ch*) { return 0; }

  void token_ended() { token_ = Tell(); }

 private:
  void fill() {
    before_ += end_;
    at_ = 0;
    end_ = source_(buffer_.data(), buffer_.size());
    if (before_ > token_ && before_ - token_ > kLongestToken)
      throw no_answer("it has a text longer than 256 KiB");
  }

  const Source& source_;
  std::array<char, kBuffer> buffer_{};
  std::size_t at_ = 0, end_ = 0;
  std::size_t before_ = 0;  // bytes of earlier buffers
  std::size_t token_ = 0;   // where the last one ended
};

using Texts = std::vector<std::string>;
using Member = std::variant<std::string AurPackage::*, std::int64_t AurPackage::*,
                            double AurPackage::*, Texts AurPackage::*>;

const std::map<std::string_view, Member>& members() {
  using P = AurPackage;
  static const std::map<std::string_view, Member> table{
      {"Name", &P::name},
      {"PackageBase", &P::base},
      {"PackageBaseID", &P::base_id},
      {"Version", &P::version},
      {"Description", &P::description},
      {"URL", &P::url},
      {"NumVotes", &P::votes},
      {"Popularity", &P::popularity},
      {"Maintainer", &P::maintainer},
      {"Submitter", &P::submitter},
      {"CoMaintainers", &P::co_maintainers},
      {"OutOfDate", &P::out_of_date},
      {"FirstSubmitted", &P::first_submitted},
      {"LastModified", &P::last_modified},
      {"Depends", &P::depends},
      {"MakeDepends", &P::make_depends},
      {"CheckDepends", &P::check_depends},
      {"Provides", &P::provides},
      {"Conflicts", &P::conflicts},
      {"Replaces", &P::replaces},
  };
  return table;
}

/// Registration allows fewer characters, but accounts are older than its rules.
bool is_user(std::string_view text) {
  return text.size() <= kLongestUser && std::ranges::all_of(text, [](unsigned char c) {
           return c > 0x20 && c < 0x7F && c != ',';
         });
}

void check(Entry& entry) {
  auto& package = entry.package;
  const auto expect = [&](bool fine, const char* problem) {
    if (!fine && entry.problem.empty()) entry.problem = problem;
  };
  expect(is_target_name(package.base), "its PackageBase is no name of one");
  expect(package.base_id > 0, "it has no PackageBaseID");
  expect(package.last_modified > 0, "it has no LastModified");
  expect(is_user(package.maintainer), "its Maintainer is no name of a user");
  expect(std::ranges::all_of(package.co_maintainers,
                             [](const auto& name) { return !name.empty() && is_user(name); }),
         "its CoMaintainers are no names of users");
  if (!is_user(package.submitter)) package.submitter.clear();
  if (!pacman::is_full_version(package.version)) package.version.clear();
  // What is escaped grows.
  for (auto* text : {&package.description, &package.url})
    *text = printable(printable(*text), kLongestText);
  for (auto* list : {&package.depends, &package.make_depends, &package.check_depends,
                     &package.provides, &package.conflicts, &package.replaces})
    std::erase_if(*list, [](const auto& one) { return !pacman::is_dependency(one); });
}

/// What the parser finds. Packages are the objects in the array that is a dump, or the answer's
/// "results".
class Handler {
 public:
  Handler(Input& input, const std::function<bool(const std::string&)>& wanted,
          const std::function<void(Entry)>& take)
      : input_(input), wanted_(wanted), take_(take) {}

  Frame frame;

  bool Null() { return value(std::monostate()); }
  bool Bool(bool) { return wrong(); }
  bool Int(int number) { return value(std::int64_t{number}); }
  bool Uint(unsigned number) { return value(std::int64_t{number}); }
  bool Int64(std::int64_t number) { return value(number); }
  bool Uint64(std::uint64_t) { return wrong(); }
  bool Double(double number) { return value(number); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return value(std::string_view(text, size));
  }

  bool Key(const char* text, rapidjson::SizeType size, bool) {
    input_.token_ended();
    const std::string_view key(text, size);
    if (depth_ == package_depth_) {
      const auto found = members().find(key);
      member_ = found == members().end() ? nullptr : &*found;
    } else if (depth_ == 1) {
      key_ = key.substr(0, kLongestUser);
    }
    return true;
  }

  bool StartObject() {
    begin();
    if (list_depth_ == 0 || depth_ != list_depth_ + 1) return skipping("no value for it");
    package_depth_ = depth_;
    entry_ = {};
    unwanted_ = false;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    input_.token_ended();
    if (depth_-- != package_depth_) return true;
    package_depth_ = 0;
    // Without a valid name nobody asked for it.
    if (unwanted_ || !pacman::is_package_name(entry_.package.name)) return true;
    check(entry_);
    take_(std::move(entry_));
    return true;
  }
  bool StartArray() {
    begin();
    const bool is_list = in_package() && depth_ == package_depth_ + 1 && member_ != nullptr &&
                         std::holds_alternative<Texts AurPackage::*>(member_->second);
    if (depth_ == 1 || (depth_ == 2 && key_ == "results"))
      list_depth_ = depth_;
    else if (is_list)
      in_list_ = true;
    else
      return skipping("no value for it");
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    input_.token_ended();
    if (in_package() && depth_ == package_depth_ + 1) in_list_ = false;
    if (depth_ == list_depth_) list_depth_ = 0;
    --depth_;
    return true;
  }

 private:
  bool in_package() const { return package_depth_ != 0; }

  void begin() {
    input_.token_ended();
    if (++depth_ > kDeepest) throw no_answer("it nests more than 8 deep");
  }

  /// What no known member may be.
  bool skipping(const char* what) {
    if (in_package() && depth_ == package_depth_ + 1) complain(what);
    return true;
  }
  bool wrong() {
    input_.token_ended();
    if (in_package() && depth_ == package_depth_) complain("of another type");
    return true;
  }
  void complain(const char* what) {
    if (member_ != nullptr && entry_.problem.empty())
      entry_.problem = "its " + std::string(member_->first) + " is " + what;
  }

  template <typename Value>
  bool value(const Value& given) {
    input_.token_ended();
    if (!in_package()) {
      if constexpr (std::is_same_v<Value, std::string_view>)
        if (depth_ == 1) note(given);
      return true;
    }
    if (unwanted_ || member_ == nullptr) return true;
    if (depth_ == package_depth_)
      store(given);
    else if (in_list_ && depth_ == package_depth_ + 1)
      add(given);
    return true;
  }

  void note(std::string_view text) {
    if (key_ == "type") frame.type = printable(text, kLongestUser);
    if (key_ == "error") frame.error = printable(text, kLongestText);
  }

  template <typename Value>
  void store(const Value& given) {
    auto& package = entry_.package;
    if constexpr (std::is_same_v<Value, std::monostate>) {
      return;  // as if it weren't there
    } else {
      if (const auto* text = std::get_if<std::string AurPackage::*>(&member_->second)) {
        if constexpr (std::is_same_v<Value, std::string_view>) {
          package.*(*text) = given.substr(0, kLongestText);
          if (*text == &AurPackage::name) unwanted_ = !wanted_(package.name);
          return;
        }
      } else if (const auto* number = std::get_if<std::int64_t AurPackage::*>(&member_->second)) {
        if constexpr (std::is_same_v<Value, std::int64_t>) {
          package.*(*number) = given;
          return;
        }
      } else if (const auto* real = std::get_if<double AurPackage::*>(&member_->second)) {
        if constexpr (std::is_arithmetic_v<Value>) {
          package.*(*real) = static_cast<double>(given);
          return;
        }
      }
      complain("of another type");
    }
  }

  template <typename Value>
  void add(const Value& given) {
    auto& list = entry_.package.*std::get<Texts AurPackage::*>(member_->second);
    if constexpr (std::is_same_v<Value, std::string_view>) {
      if (list.size() >= kMostInList || given.size() > kLongestText)
        complain("a longer list than there is");
      else
        list.emplace_back(given);
    } else {
      complain("no list of texts");
    }
  }

  Input& input_;
  const std::function<bool(const std::string&)>& wanted_;
  const std::function<void(Entry)>& take_;
  int depth_ = 0, list_depth_ = 0, package_depth_ = 0;
  std::string key_;  // of the answer's own members
  const std::pair<const std::string_view, Member>* member_ = nullptr;  // of a package
  bool in_list_ = false, unwanted_ = false;
  Entry entry_;
};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_text(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write(Writer& writer, const AurPackage& package) {
  writer.StartObject();
  for (const auto& [name, member] : members()) {
    const auto key = [&, &name = name] {
      writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    };
    if (const auto* text = std::get_if<std::string AurPackage::*>(&member)) {
      if ((package.*(*text)).empty()) continue;
      key();
      write_text(writer, package.*(*text));
    } else if (const auto* number = std::get_if<std::int64_t AurPackage::*>(&member)) {
      key();
      writer.Int64(package.*(*number));
    } else if (const auto* list = std::get_if<Texts AurPackage::*>(&member)) {
      if ((package.*(*list)).empty()) continue;
      key();
      writer.StartArray();
      for (const auto& one : package.*(*list)) write_text(writer, one);
      writer.EndArray();
    }
  }
  writer.EndObject();
}

}  // namespace

Frame read_answer(const Source& json, const std::function<bool(const std::string& name)>& wanted,
                  const std::function<void(Entry)>& take) {
  Input input(json);
  Handler handler(input, wanted, take);
  rapidjson::Reader reader;
  reader.Parse<rapidjson::kParseIterativeFlag>(input, handler);
  if (reader.HasParseError())
    throw no_answer(std::string("it is no JSON, or not all of it: ") +
                    rapidjson::GetParseError_En(reader.GetParseErrorCode()));
  return std::move(handler.frame);
}

std::string answer_of(const std::vector<const AurPackage*>& packages, std::string_view beside) {
  std::string text = "{\"type\":\"multiinfo\"," + std::string(beside) + "\n\"results\":[";
  bool is_first = true;
  for (const auto* package : packages) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    write(writer, *package);
    text += is_first ? "\n" : ",\n";
    text.append(buffer.GetString(), buffer.GetSize());
    is_first = false;
  }
  return text + "\n]}\n";
}

}  // namespace pkgkiln::aur
