#include "runtimes/podman/errors.hpp"

#include <array>

#include "runtimes/shared/classification.hpp"

namespace pkgkiln::runtimes::podman {

namespace {

using Kind = RuntimeError::Kind;

constexpr std::array kMeanings = {
    Meaning{500, "already exists", Kind::conflict},
    Meaning{500, "name is already in use", Kind::conflict},
    Meaning{500, "is already in use by", Kind::conflict},
    Meaning{500, "is not connected to network", Kind::not_found},
    Meaning{500, "no such container", Kind::not_found},
    Meaning{500, "no container with name or id", Kind::not_found},
    Meaning{500, "no such exec session", Kind::not_found},
    Meaning{500, "no such image", Kind::not_found},
    Meaning{500, "image not known", Kind::not_found},
    Meaning{500, "network not found", Kind::not_found},
    Meaning{500, "no such volume", Kind::not_found},
    Meaning{500, "container state improper", Kind::conflict},
    Meaning{500, "can only create exec sessions on running", Kind::conflict},
    Meaning{500, "image is in use", Kind::conflict},
    Meaning{500, "network is being used", Kind::conflict},
    Meaning{500, "volume is being used", Kind::conflict},
};

}  // namespace

RuntimeError::Kind classify(int status, std::string_view words) {
  return classify_by(kMeanings, status, words);
}

}  // namespace pkgkiln::runtimes::podman
