#include "base/result.h"

namespace yorozu {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput:
      return "invalid input";
    case ErrorCode::NotFound:
      return "not found";
    case ErrorCode::Conflict:
      return "conflict";
    case ErrorCode::Denied:
      return "denied";
    case ErrorCode::Unsupported:
      return "unsupported";
    case ErrorCode::Corrupt:
      return "corrupt";
    case ErrorCode::Overloaded:
      return "overloaded";
    case ErrorCode::Timeout:
      return "timeout";
    case ErrorCode::Cancelled:
      return "cancelled";
    case ErrorCode::Io:
      return "input/output error";
    case ErrorCode::Internal:
      return "internal error";
  }
  return "unknown error";
}

}  // namespace yorozu
