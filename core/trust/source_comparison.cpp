#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/base/text.hpp"
#include "core/trust/comparison.hpp"
#include "core/trust/recipe_pair.hpp"
#include "core/trust/source_identity.hpp"

namespace pkgkiln::trust {

namespace {

using Values = std::vector<std::string>;

class SourceComparison {
 public:
  SourceComparison(const RecipePair& pair, RecipeChange& change) : pair_(pair), change_(change) {}

  void compare() {
    const auto old = sources_of(pair_.before(), pair_.slots_before());
    const auto now = sources_of(pair_.after(), pair_.slots_after());
    if (!old || !now) return unknown_sources();
    std::set<std::string> hosts;
    for (const auto& source : *old) hosts.insert(source.identity.host);
    std::set<std::string> pins;
    for (const auto& source : *old) pins.insert(source.identity.pinned);
    for (const auto& source : *now) {
      const auto like = std::find_if(old->begin(), old->end(), [&](const Source& each) {
        return each.identity.is_same(source.identity);
      });
      const auto same = std::find_if(old->begin(), old->end(),
                                     [&](const Source& each) { return each.text == source.text; });
      const auto& is = source.identity;
      if (like == old->end() && !is.is_local() && !accompanies(source, *old)) {
        if (hosts.contains(is.host))
          add(Rule::source_path, source.text + " is another than before");
        else
          add(Rule::source_host, source.text + " is from another host");
      }
      checksums(source, like == old->end() ? nullptr : &*like,
                same == old->end() ? nullptr : &*same);
      if (!is.pinned.empty() && pins.insert(is.pinned).second)
        change_.pinned.push_back({is.repository, is.pinned});
    }
    signatures(*old, *now);
    algorithms(*old, *now);
  }

 private:
  void add(Rule rule, std::string what) { change_.findings.push_back({rule, std::move(what)}); }

  struct Source {
    std::string text;
    SourceIdentity identity;
    std::string suffix;  // "_x86_64"
    std::size_t index = 0;
    std::map<std::string, std::string> sums;  // by the algorithm's name
  };

  /// Nothing where a list of them is unknown.
  static std::optional<std::vector<Source>> sources_of(const Recipe& recipe, const Values& slots) {
    std::vector<Source> found;
    for (const auto& name : recipe.with_arch("source")) {
      const auto& value = recipe.variable(name).value;
      if (!value) return std::nullopt;
      for (std::size_t i = 0; i < value->size(); ++i) {
        Source source{(*value)[i], identify((*value)[i], slots), name.substr(6), i, {}};
        for (const auto* algorithm : pacman::checksum_arrays) {
          const auto& sums = recipe.variable(algorithm + source.suffix).value;
          if (!sums)  // nothing is known but that it is the same as before, or not
            source.sums[algorithm] = recipe.variable(algorithm + source.suffix).assignments;
          else if (i < sums->size())
            source.sums[algorithm] = lower_case((*sums)[i]);
        }
        found.push_back(std::move(source));
      }
    }
    return found;
  }

  /// Of a source that was there before a signature may come.
  static bool accompanies(const Source& source, const std::vector<Source>& old) {
    if (!source.identity.is_signature) return false;
    return std::any_of(old.begin(), old.end(), [&](const Source& each) {
      return each.identity.host == source.identity.host &&
             source.identity.project.starts_with(
                 each.identity.project.substr(0, each.identity.project.rfind(' ')));
    });
  }

  static bool is_skipped(const Source& source) {
    return std::all_of(source.sums.begin(), source.sums.end(),
                       [](const auto& sum) { return sum.second == "skip"; });
  }

  void checksums(const Source& source, const Source* like, const Source* same) {
    const auto& is = source.identity;
    if (is_skipped(source) && !is.is_vcs && !is.is_signature &&
        (like == nullptr || !is_skipped(*like)))
      add(Rule::skip_checksum, source.text + " is checked by no checksum");
    if (same == nullptr || is.is_local()) return;
    if (is_skipped(source) || is_skipped(*same)) return;
    bool agrees = false;
    bool differs = false;
    for (const auto& [algorithm, sum] : source.sums) {
      const auto old = same->sums.find(algorithm);
      if (old == same->sums.end() || old->second == "skip" || sum == "skip") continue;
      (old->second == sum ? agrees : differs) = true;
    }
    // One of another kind may be of another file.
    if (differs || !agrees)
      add(Rule::checksum_without_version, source.text + " has another checksum");
  }

  void signatures(const std::vector<Source>& old, const std::vector<Source>& now) {
    const auto count = [](const std::vector<Source>& sources) {
      return std::count_if(sources.begin(), sources.end(), [](const Source& source) {
        return source.identity.is_signature || source.identity.is_signed;
      });
    };
    if (count(now) < count(old)) add(Rule::signature, "a signature is checked no more");
  }

  void algorithms(const std::vector<Source>& old, const std::vector<Source>& now) {
    const auto best = [](const std::vector<Source>& sources) {
      int found = -1;
      for (const auto& source : sources)
        for (const auto& [algorithm, sum] : source.sums)
          if (sum != "skip") found = std::max(found, strength(algorithm));
      return found;
    };
    // Where nothing has a checksum any more, another rule says so.
    if (const auto is = best(now); is >= 0 && is < best(old))
      add(Rule::checksum_weaker, "the checksums are of a weaker kind");
  }

  static int strength(const std::string& algorithm) {
    const auto found = std::ranges::find(pacman::checksum_arrays, algorithm);
    return static_cast<int>(found - pacman::checksum_arrays.begin());
  }

  /// What can't be told must at least be made of the same words, out of what is the same.
  void unknown_sources() {
    std::set<std::string> names;
    for (const auto* recipe : {&pair_.before(), &pair_.after()}) {
      for (const auto& name : recipe->with_arch("source")) names.insert(name);
    }
    for (const auto& name : names) {
      const auto& old = pair_.before().variable(name);
      const auto& now = pair_.after().variable(name);
      const bool same =
          old.value && now.value ? *old.value == *now.value : old.assignments == now.assignments;
      if (!same || pair_.mentions_change(now.assignments))
        add(Rule::source_path, name + " can't be read without running it");
    }
  }

  const RecipePair& pair_;
  RecipeChange& change_;
};

}  // namespace

void compare_sources(const RecipePair& pair, RecipeChange& change) {
  SourceComparison(pair, change).compare();
}

}  // namespace pkgkiln::trust
