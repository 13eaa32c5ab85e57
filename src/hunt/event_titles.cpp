#include "hunt/event_titles.h"

#include <algorithm>
#include <array>

namespace yorozu::hunt {

namespace {

enum Log : std::uint8_t { Security, System, Sysmon, PowerShell, Defender, Tasks, Terminal };

struct Title {
  Log log;
  std::uint32_t id;
  std::string_view en, ja;
};

constexpr Title kTitles[] = {
    {Security, 1100, "log service stopped", "ログサービスの停止"},
    {Security, 1102, "security log cleared", "セキュリティログの消去"},
    {Security, 4616, "system time changed", "システム時刻の変更"},
    {Security, 4624, "logon", "ログオン成功"},
    {Security, 4625, "failed logon", "ログオン失敗"},
    {Security, 4634, "logoff", "ログオフ"},
    {Security, 4648, "logon with explicit credentials", "明示的な資格情報によるログオン"},
    {Security, 4656, "handle requested", "ハンドルの要求"},
    {Security, 4657, "registry value changed", "レジストリ値の変更"},
    {Security, 4662, "directory object used", "ディレクトリオブジェクトの操作"},
    {Security, 4663, "object accessed", "オブジェクトへのアクセス"},
    {Security, 4672, "special privileges at logon", "特権付きログオン"},
    {Security, 4688, "process created", "プロセスの作成"},
    {Security, 4689, "process ended", "プロセスの終了"},
    {Security, 4697, "service installed", "サービスの登録"},
    {Security, 4698, "scheduled task created", "タスクの作成"},
    {Security, 4699, "scheduled task deleted", "タスクの削除"},
    {Security, 4702, "scheduled task changed", "タスクの変更"},
    {Security, 4719, "audit policy changed", "監査ポリシーの変更"},
    {Security, 4720, "user created", "ユーザーの作成"},
    {Security, 4722, "user enabled", "ユーザーの有効化"},
    {Security, 4724, "password reset", "パスワードのリセット"},
    {Security, 4726, "user deleted", "ユーザーの削除"},
    {Security, 4728, "member added to global group", "グローバルグループへの追加"},
    {Security, 4732, "member added to local group", "ローカルグループへの追加"},
    {Security, 4738, "user changed", "ユーザーの変更"},
    {Security, 4740, "account locked out", "アカウントのロックアウト"},
    {Security, 4756, "member added to universal group", "ユニバーサルグループへの追加"},
    {Security, 4768, "Kerberos ticket requested", "Kerberosチケットの要求"},
    {Security, 4769, "Kerberos service ticket requested", "Kerberosサービスチケットの要求"},
    {Security, 4771, "Kerberos pre-authentication failed", "Kerberos事前認証の失敗"},
    {Security, 4776, "NTLM authentication", "NTLM認証"},
    {Security, 4798, "group membership of a user read", "ユーザーの所属グループの読み取り"},
    {Security, 4799, "group members read", "グループのメンバーの読み取り"},
    {Security, 5136, "directory object changed", "ディレクトリオブジェクトの変更"},
    {Security, 5140, "network share accessed", "共有フォルダーへのアクセス"},
    {Security, 5145, "file on a share checked", "共有上のファイルの確認"},
    {Security, 5156, "connection allowed", "通信の許可"},
    {Security, 5158, "bind allowed", "ポート待ち受けの許可"},
    {System, 104, "log cleared", "ログの消去"},
    {System, 6005, "log service started (boot)", "ログサービスの開始（起動）"},
    {System, 6006, "log service stopped (shutdown)", "ログサービスの停止（終了）"},
    {System, 7036, "service started or stopped", "サービスの開始・停止"},
    {System, 7040, "service start type changed", "サービス開始種別の変更"},
    {System, 7045, "service installed", "サービスの登録"},
    {Sysmon, 1, "process created", "プロセスの作成"},
    {Sysmon, 2, "file time changed", "ファイル時刻の変更"},
    {Sysmon, 3, "network connection", "ネットワーク接続"},
    {Sysmon, 5, "process ended", "プロセスの終了"},
    {Sysmon, 6, "driver loaded", "ドライバーの読み込み"},
    {Sysmon, 7, "library loaded", "DLLの読み込み"},
    {Sysmon, 8, "thread in another process", "他プロセスへのスレッド作成"},
    {Sysmon, 10, "process opened", "プロセスへのアクセス"},
    {Sysmon, 11, "file created", "ファイルの作成"},
    {Sysmon, 12, "registry key created or deleted", "レジストリキーの作成・削除"},
    {Sysmon, 13, "registry value set", "レジストリ値の設定"},
    {Sysmon, 15, "file stream created", "ファイルストリームの作成"},
    {Sysmon, 17, "pipe created", "パイプの作成"},
    {Sysmon, 18, "pipe connected", "パイプへの接続"},
    {Sysmon, 22, "DNS query", "DNS問い合わせ"},
    {Sysmon, 23, "file deleted", "ファイルの削除"},
    {PowerShell, 4103, "module logging", "モジュールの記録"},
    {PowerShell, 4104, "script block", "スクリプトブロック"},
    {Defender, 1116, "malware detected", "マルウェアの検知"},
    {Defender, 1117, "action against malware", "マルウェアへの処置"},
    {Defender, 5001, "real-time protection off", "リアルタイム保護の無効化"},
    {Defender, 5007, "configuration changed", "設定の変更"},
    {Tasks, 106, "task registered", "タスクの登録"},
    {Tasks, 200, "task action started", "タスクの操作の開始"},
    {Terminal, 21, "remote desktop logon", "リモートデスクトップのログオン"},
    {Terminal, 24, "remote desktop disconnected", "リモートデスクトップの切断"},
    {Terminal, 25, "remote desktop reconnected", "リモートデスクトップの再接続"},
};

constexpr std::pair<std::string_view, Log> kLogs[] = {
    {"Security", Security},
    {"System", System},
    {"Microsoft-Windows-Sysmon/Operational", Sysmon},
    {"Microsoft-Windows-PowerShell/Operational", PowerShell},
    {"Microsoft-Windows-Windows Defender/Operational", Defender},
    {"Microsoft-Windows-TaskScheduler/Operational", Tasks},
    {"Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", Terminal},
};

}  // namespace

std::string_view event_title(std::string_view channel, std::uint32_t event_id, message::Lang lang) {
  const auto log = std::ranges::find(kLogs, channel, &std::pair<std::string_view, Log>::first);
  if (log == std::end(kLogs)) return {};
  const auto found =
      std::ranges::find_if(kTitles, [&](const Title& t) { return t.log == log->second && t.id == event_id; });
  if (found == std::end(kTitles)) return {};
  return lang == message::Lang::Ja ? found->ja : found->en;
}

}  // namespace yorozu::hunt
