#include "runtimes/docker/errors.hpp"

#include <array>

#include "runtimes/shared/classification.hpp"

namespace pkgkiln::runtimes::docker {

namespace {

using Kind = RuntimeError::Kind;

constexpr std::array kMeanings = {
    // The address pool is empty: nothing is missing that a caller named.
    Meaning{404, "could not find an available", Kind::rejected},
    Meaning{403, "has active endpoints", Kind::conflict},
    Meaning{500, "is not connected to", Kind::not_found},
    Meaning{400, "client version", Kind::not_engine},
};

}  // namespace

RuntimeError::Kind classify(int status, std::string_view words) {
  return classify_by(kMeanings, status, words);
}

}  // namespace pkgkiln::runtimes::docker
