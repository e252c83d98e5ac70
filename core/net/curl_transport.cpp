#include <algorithm>
#include <charconv>
#include <curl/curl.h>
#include <exception>
#include <mutex>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"

namespace pkgkiln::net {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = TransportError::Kind;

constexpr long kReceiveBuffer = 32L * 1024;
constexpr long kSendBuffer = 64L * 1024;
constexpr int kPollMilliseconds = 100;
constexpr std::size_t kIdleHandles = 8;
constexpr std::size_t kHeaderLimit = std::size_t{256} * 1024;
constexpr std::size_t kErrorBodyLimit = std::size_t{256} * 1024;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One request at a time; its connection stays open in the multi handle's cache.
struct Handle {
  std::unique_ptr<CURLM, FreeMulti> multi{curl_multi_init()};
  std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};
};

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (curl_easy_setopt(easy, option, value) != CURLE_OK)
    throw Error("cannot set option " + std::to_string(option) + " of libcurl");
}

Kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Kind::resolve;
    case CURLE_COULDNT_CONNECT:
      return Kind::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return Kind::timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Kind::tls;
    default:
      return Kind::broken;
  }
}

/// Whether the request has a body, maybe an empty one.
bool carries_body(const Request& request) {
  return !request.text.empty() || request.stream || request.method == "POST" ||
         request.method == "PUT" || request.method == "PATCH";
}

/// The request's stream, ended after `length` bytes if that is known. It throws Error naming
/// `peer` when the stream ends before.
Source body_stream(const Request& request, const std::string& peer) {
  if (!request.length) return request.stream;
  return [stream = request.stream, left = *request.length, peer](char* buffer,
                                                                 std::size_t size) mutable {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, left));
    if (wanted == 0) return wanted;
    const std::size_t given = stream(buffer, wanted);
    if (given == 0)
      throw Error("the body of the request to " + peer + " ended early")
          .because(std::to_string(left) + " bytes of it are missing");
    left -= given;
    return given;
  };
}

/// Puts an answer together from what the transport reads: header lines, bounded; a 2xx body goes
/// on to the sink, any other is kept in part.
class AnswerReader {
 public:
  /// Both are only referred to; `peer` is for messages.
  AnswerReader(const Sink& body, std::string peer) : body_(body), peer_(std::move(peer)) {}

  /// One line with its line break. Throws TransportError `too_large`.
  void header(std::string_view line);
  /// Whether more of the body is wanted.
  bool body(std::string_view bytes);

  /// Whether all that is wanted has come, though the peer may have more.
  bool satisfied() const { return full_; }
  /// The answer. Throws TransportError `broken` when its head was never complete.
  Response finish();

 private:
  void status_line(std::string_view line);

  const Sink& body_;
  std::string peer_;
  Response response_;
  std::size_t header_bytes_ = 0;
  bool head_complete_ = false;
  bool full_ = false;
};

void AnswerReader::header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kHeaderLimit)
    throw TransportError(Kind::too_large, true,
                         "the headers of " + peer_ + "'s answer are too long");
  if (line.starts_with("HTTP/")) return status_line(line);
  if (line == "\r\n" || line == "\n") head_complete_ = true;
  const auto colon = line.find(':');
  if (colon != std::string_view::npos)
    response_.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
}

/// Begins an answer: the first, or the next after a 100 or a redirect.
void AnswerReader::status_line(std::string_view line) {
  response_ = {};
  head_complete_ = false;
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return;
  const auto digits = line.substr(space + 1, 3);
  std::from_chars(digits.data(), digits.data() + digits.size(), response_.status);
}

bool AnswerReader::body(std::string_view bytes) {
  if (response_.ok()) {
    body_(bytes);
    return true;
  }
  response_.body.append(bytes.substr(0, kErrorBodyLimit - response_.body.size()));
  full_ = response_.body.size() == kErrorBodyLimit;
  return !full_;
}

Response AnswerReader::finish() {
  if (!head_complete_)
    throw TransportError(Kind::broken, true, "no answer from " + peer_)
        .because("the connection was closed in the middle of its headers");
  return std::move(response_);
}

/// One request and its answer: what libcurl's callbacks work on. An exception of a callback is
/// kept, ends the transfer, and comes out of `run`.
class Exchange {
 public:
  Exchange(Handle& handle, const Endpoint& endpoint, const Request& request, const Sink& body)
      : handle_(handle),
        endpoint_(endpoint),
        request_(request),
        answer_(body, endpoint.display()) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { curl_easy_reset(easy()); }  // it points into this

  Response run(const Cancellation& cancel) {
    prepare();
    cancel.check();
    const CURLcode code = perform(cancel);
    if (failure_) std::rethrow_exception(failure_);
    if (code != CURLE_OK && !answer_.satisfied()) throw_failure(code);
    // libcurl takes a head that breaks off for an answer; `finish` doesn't.
    return answer_.finish();
  }

 private:
  CURL* easy() const { return handle_.easy.get(); }

  void prepare() {
    set(easy(), CURLOPT_ERRORBUFFER, words_);
    set(easy(), CURLOPT_NOSIGNAL, 1L);
    set(easy(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy(), CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(easy(), CURLOPT_URL, (endpoint_.origin + request_.target).c_str());
    set(easy(), CURLOPT_PATH_AS_IS, 1L);
    set(easy(), CURLOPT_FOLLOWLOCATION, request_.follow_redirects ? 1L : 0L);
    set(easy(), CURLOPT_MAXREDIRS, 5L);
    set(easy(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
    set(easy(), CURLOPT_BUFFERSIZE, kReceiveBuffer);
    set(easy(), CURLOPT_UPLOAD_BUFFERSIZE, kSendBuffer);
    if (!endpoint_.unix_socket.empty()) {
      set(easy(), CURLOPT_UNIX_SOCKET_PATH, endpoint_.unix_socket.c_str());
      set(easy(), CURLOPT_PROXY, "");
    }
    // libcurl repeats a request by itself when a kept connection turns out to be closed. What may
    // not be repeated, or can't be since its body is a stream, gets a connection of its own.
    if ((request_.method == "POST" && !request_.repeatable) || request_.stream)
      set(easy(), CURLOPT_FRESH_CONNECT, 1L);
    prepare_callbacks();
    prepare_body();
    prepare_headers();
  }

  void prepare_callbacks() {
    set(easy(), CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(easy(), CURLOPT_WRITEDATA, this);
    set(easy(), CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(easy(), CURLOPT_HEADERDATA, this);
    set(easy(), CURLOPT_READFUNCTION, &Exchange::on_read);
    set(easy(), CURLOPT_READDATA, this);
  }

  void prepare_body() {
    if (request_.method == "HEAD") return set(easy(), CURLOPT_NOBODY, 1L);
    if (request_.stream && request_.text.empty()) {
      set(easy(), CURLOPT_UPLOAD, 1L);
      stream_ = body_stream(request_, endpoint_.display());
      set(easy(), CURLOPT_INFILESIZE_LARGE,
          request_.length ? static_cast<curl_off_t>(*request_.length) : curl_off_t{-1});
    } else if (carries_body(request_)) {
      set(easy(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.text.size()));
      set(easy(), CURLOPT_POSTFIELDS, request_.text.c_str());
    }
    set(easy(), CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }

  void prepare_headers() {
    add_header("Expect:");
    if (carries_body(request_)) add_header("Content-Type:");  // instead of a form's
    for (const auto& [name, value] : request_.headers) {
      if (value.find_first_of("\r\n") != std::string::npos)
        throw Error("the value of the header '" + name + "' has a line break in it");
      add_header((name + ": " + value).c_str());
    }
    set(easy(), CURLOPT_HTTPHEADER, headers_.get());
  }

  void add_header(const char* line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line);
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }

  CURLcode perform(const Cancellation& cancel) {
    CURLM* multi = handle_.multi.get();
    curl_multi_add_handle(multi, easy());
    struct Removed {
      CURLM* multi;
      CURL* easy;
      ~Removed() { curl_multi_remove_handle(multi, easy); }
    } const removed{multi, easy()};
    last_move_ = Clock::now();
    for (int running = 1; running > 0;) {
      if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
      if (running == 0) break;
      cancel.check();
      check_silence();
      curl_multi_poll(multi, nullptr, 0, kPollMilliseconds, nullptr);
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi, &left);
    return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
  }

  void check_silence() {
    const auto bound = request_.idle_timeout;
    if (bound.count() == 0 || !connected() || Clock::now() - last_move_ <= bound) return;
    if (request_.on_silence) {
      request_.on_silence();
      last_move_ = Clock::now();
      return;
    }
    throw TransportError(
        Kind::timeout, true,
        endpoint_.display() + " was silent for " + std::to_string(bound.count()) + " ms");
  }

  /// Once true, bytes of the request may have left.
  bool connected() const {
    long sent = 0;
    curl_easy_getinfo(easy(), CURLINFO_REQUEST_SIZE, &sent);
    return sent > 0;
  }

  [[noreturn]] void throw_failure(CURLcode code) const {
    const bool nothing_sent = !connected();
    const Kind kind = kind_of(code);
    throw TransportError(
        kind, !nothing_sent,
        (kind == Kind::connect ? "cannot connect to " : "no answer from ") + endpoint_.display())
        .because(why(code));
  }

  std::string why(CURLcode code) const {
    long number = 0;
    curl_easy_getinfo(easy(), CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && number != 0)
      return std::generic_category().message(static_cast<int>(number));
    return words_[0] != '\0' ? words_ : curl_easy_strerror(code);
  }

  template <typename Work>
  std::size_t guarded(std::size_t on_failure, Work work) {
    try {
      const std::size_t result = work();
      last_move_ = Clock::now();
      return result;
    } catch (...) {
      failure_ = std::current_exception();
      return on_failure;
    }
  }

  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    return exchange.guarded(size + 1, [&] {
      return exchange.answer_.body({bytes, size}) ? size : size + 1;
    });
  }

  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    return exchange.guarded(size + 1, [&] {
      exchange.answer_.header({bytes, size});
      return size;
    });
  }

  static std::size_t on_read(char* buffer, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    return exchange.guarded(CURL_READFUNC_ABORT, [&] { return exchange.stream_(buffer, size); });
  }

  Handle& handle_;
  const Endpoint& endpoint_;
  const Request& request_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  Source stream_;
  AnswerReader answer_;
  Clock::time_point last_move_;
  std::exception_ptr failure_;
  char words_[CURL_ERROR_SIZE] = "";
};

}  // namespace

struct Client::Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Handle>> idle;

  std::unique_ptr<Handle> take() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return std::make_unique<Handle>();
    auto handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }

  void give_back(std::unique_ptr<Handle> handle) {
    const std::lock_guard lock(mutex);
    if (idle.size() < kIdleHandles) idle.push_back(std::move(handle));
  }
};

Client::Client(Endpoint endpoint)
    : endpoint_(std::move(endpoint)), pool_(std::make_unique<Pool>()) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) throw Error("cannot start libcurl");
}

Client::~Client() = default;

void Client::close_idle() {
  std::vector<std::unique_ptr<Handle>> closed;
  const std::lock_guard lock(pool_->mutex);
  closed.swap(pool_->idle);
}

Response Client::stream(const Request& request, const Sink& body, const Cancellation& cancel) {
  auto handle = pool_->take();
  if (!handle->multi || !handle->easy) throw Error("cannot start libcurl");
  Response response = Exchange(*handle, endpoint_, request, body).run(cancel);
  // A handle whose request failed is thrown away, with its connection.
  pool_->give_back(std::move(handle));
  return response;
}

}  // namespace pkgkiln::net
