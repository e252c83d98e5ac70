// After the last test: nothing that carries the suite's label may be left in the engine.

#include <cstdlib>
#include <iostream>

#include "tests/catch.hpp"
#include "tests/conformance/sandbox.hpp"

namespace {

#if CATCH2_MAJOR >= 3
using ListenerBase = Catch::EventListenerBase;
#else
using ListenerBase = Catch::TestEventListenerBase;
#endif

class LeftoverCheck : public ListenerBase {
 public:
  using ListenerBase::ListenerBase;

  void testRunEnded(const Catch::TestRunStats&) override {
    if (!ran_) return;
    const auto left = left_behind();
    if (left.empty()) return;
    for (const auto& what : left) std::cerr << "left behind: " << what << '\n';
    std::_Exit(EXIT_FAILURE);
  }
  void testCaseStarting(const Catch::TestCaseInfo&) override { ran_ = true; }

 private:
  static std::vector<std::string> left_behind() {
    try {
      return conformance::everything_with(conformance::suite_labels());
    } catch (const std::exception& error) {
      return {std::string("nobody knows what: ") + error.what()};
    }
  }

  bool ran_ = false;
};

}  // namespace

CATCH_REGISTER_LISTENER(LeftoverCheck)
