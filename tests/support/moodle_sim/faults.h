#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace moodlesync::sim {

/// Something that goes wrong with certain requests. Made by the named functions, then narrowed:
/// `Fault::status(503).on("core_course_create_courses").nth(2).retry_after(7)`.
///
/// A fault strikes once unless times() or always() say otherwise. after_work() lets the site do the
/// work first, so that only the answer is lost or replaced.
struct Fault {
  enum class Kind {
    kStatus,     ///< An HTTP status with a page (or body()).
    kBody,       ///< 200 with a body that is not Moodle's.
    kTruncated,  ///< The answer as it would be, less its last third.
    kException,  ///< A Moodle exception with `code`.
    kHang,       ///< No answer for `hang_time`, then the connection is closed.
    kCut,        ///< The connection is closed without an answer.
    kCutMidway,  ///< … after half of the answer's body.
  };

  Kind kind = Kind::kStatus;
  int http_status = 503;
  std::string code;
  std::string text;
  std::string content_type = "text/html; charset=utf-8";
  std::string function;  ///< "": any.
  int skip = 0;
  int remaining = 1;  ///< < 0: for ever.
  bool works_first = false;
  std::optional<int> retry_after_seconds;
  std::chrono::milliseconds hang_time = std::chrono::minutes(2);

  static Fault status(int status);  ///< 500, 502, 303 … with a small HTML page.
  static Fault maintenance() { return status(503); }
  static Fault forbidden();  ///< 403 and nothing: web services switched off.
  static Fault html();       ///< 200 with a page: a captive portal, a proxy.
  static Fault garbage();    ///< 200 with bytes that are no JSON.
  static Fault empty();      ///< 200 with an empty body.
  static Fault truncated();
  static Fault exception(std::string code);  ///< Nothing is done unless after_work().
  static Fault hang();                       ///< Nothing is done.
  static Fault cut();                        ///< Nothing is done.
  static Fault lost_answer();                ///< Done, then the connection is closed.
  static Fault unanswered();                 ///< Done, then silence.
  static Fault cut_midway();                 ///< Done, half an answer.

  Fault on(std::string name) &&;
  Fault nth(int number) &&;  ///< From the nth matching request on, counted from 1.
  Fault times(int count) &&;
  Fault always() &&;
  Fault after_work() &&;
  Fault retry_after(int seconds) &&;
  Fault body(std::string body) &&;
  Fault lasting(std::chrono::milliseconds time) &&;  ///< Of a hang.
};

/// The faults that wait to strike. Threads: any.
class FaultPlan {
 public:
  void add(Fault fault);
  void clear();
  /// The fault for this request, if one is due: the earliest added. Every matching fault counts it.
  [[nodiscard]] std::optional<Fault> take(const std::string& function);
  [[nodiscard]] int struck() const;  ///< Requests that a fault befell so far.

 private:
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;
  int struck_ = 0;
};

/// Holds requests until the test lets them go. A copy refers to the same gate.
class Gate {
 public:
  enum class Place { kBeforeWork, kAfterWork };

  /// Waits until so many requests are held at once. False when that takes longer than `deadline`.
  [[nodiscard]] bool wait_for(int count,
                              std::chrono::milliseconds deadline = std::chrono::seconds(10)) const;
  [[nodiscard]] int held() const;
  /// Lets all held requests go on and holds no more.
  void release();

 private:
  friend class GateKeeper;
  struct State {
    std::string function;
    Place place = Place::kBeforeWork;
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    int held = 0;
    bool open = false;
  };
  explicit Gate(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

/// All gates of a simulator. Threads: any.
class GateKeeper {
 public:
  Gate make(std::string function, Gate::Place place);
  /// Waits at every closed gate for this function and place.
  void pass(const std::string& function, Gate::Place place);
  void open_all();

 private:
  std::mutex mutex_;
  bool closing_ = false;
  std::vector<std::shared_ptr<Gate::State>> gates_;
};

}  // namespace moodlesync::sim
