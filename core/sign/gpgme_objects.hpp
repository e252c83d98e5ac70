#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <gpgme.h>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/file.hpp"

/// What GPGME works with, each with an owner. Included by nothing but this folder's own sources.
namespace pkgkiln::gpg {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* what) const {
    release(what);
  }
};
template <class Pointer, auto release>
using Owned = std::unique_ptr<std::remove_pointer_t<Pointer>, Release<release>>;
using Key = Owned<gpgme_key_t, gpgme_key_unref>;
using Data = Owned<gpgme_data_t, gpgme_data_release>;

std::string text_of(gpgme_error_t error);
/// Throws Error "cannot <what>" unless there was none.
void demand(gpgme_error_t error, const char* what);

/// To be called before anything else of GPGME.
void begin();

/// Takes what is written to it.
Data memory();
/// Gives `bytes`, which must outlive it.
Data memory(std::string_view bytes);
/// What was written to it.
std::string taken(Data data);

/// Gives the content of a file.
class FileData {
 public:
  /// Throws Error if it can't be opened.
  explicit FileData(const std::filesystem::path& path);
  gpgme_data_t get() const { return data_.get(); }

 private:
  static ssize_t read_piece(void* handle, void* buffer, std::size_t size);

  UniqueFd fd_;
  gpgme_data_cbs callbacks_{&read_piece, nullptr, nullptr, nullptr};
  Data data_;
};

/// A context, for one operation. It has a loop of its own: GPGME's can't be cancelled while GnuPG
/// says nothing.
class Context {
 public:
  Context();
  gpgme_ctx_t get() const { return context_.get(); }

  struct End {
    gpgme_error_t error = 0;
    bool stuck = false;
    std::vector<Key> keys = {};  // of an operation that lists some
  };
  /// `start` starts it. Throws Cancelled. Gives up when nothing happens for `patience`; 0: however
  /// long it takes.
  End run(const std::function<gpgme_error_t()>& start, const Cancellation& cancel,
          std::chrono::milliseconds patience);

 private:
  struct Waiting {
    int fd;
    bool reads;
    gpgme_io_cb_t call;
    void* with;
  };
  static gpgme_error_t add(void* self, int fd, int reads, gpgme_io_cb_t call, void* with,
                           void** tag);
  static void remove(void* tag);
  static void on_event(void* self, gpgme_event_io_t type, void* what);
  /// Whether anything happened.
  bool wait_a_little();

  struct Tag {
    Context* context;
    std::list<Waiting>::iterator waiting;
  };
  std::list<Waiting> waiting_;
  End end_;
  bool done_ = false;
  Owned<gpgme_ctx_t, gpgme_release> context_;  // last: it uses the others to its end
};

}  // namespace pkgkiln::gpg
