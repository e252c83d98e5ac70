#pragma once

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "core/base/cancellation.hpp"

/// One function a command; each returns the exit code. Results go to stdout, the rest to stderr.
namespace pkgkiln::cli {

int overview_command(const Arguments& arguments);
int init_command(const Arguments& arguments, const Cancellation& cancel);
int status_command(const Arguments& arguments);
int history_command(const Arguments& arguments);
int logs_command(const Arguments& arguments, const Cancellation& cancel);
int files_command(const Arguments& arguments, const Cancellation& cancel);
int repo_list_command(const Arguments& arguments, const Cancellation& cancel);
int repo_check_command(const Arguments& arguments, const Cancellation& cancel);
int repo_remove_command(const Arguments& arguments, const Cancellation& cancel);
int repo_downgrade_command(const Arguments& arguments, const Cancellation& cancel);
int retry_command(Arguments arguments, const Cancellation& cancel);
int shell_command(const Arguments& arguments, const Cancellation& cancel);
int build_command(const Arguments& arguments, const Cancellation& cancel);
int plan_command(const Arguments& arguments, const Cancellation& cancel);
int targets_command(const Arguments& arguments, const Cancellation& cancel);
int schedule_command(const Arguments& arguments, const Cancellation& cancel);
int notify_command(const Arguments& arguments, const Cancellation& cancel);
int tree_command(const Arguments& arguments, const Cancellation& cancel);
int doctor_command(const Arguments& arguments, const Cancellation& cancel);
int held_command(const Arguments& arguments);
int diff_command(const Arguments& arguments, const Cancellation& cancel);
int approve_command(const Arguments& arguments, const Cancellation& cancel);
int deny_command(const Arguments& arguments, const Cancellation& cancel);
int clean_command(const Arguments& arguments, const Cancellation& cancel);
int ledger_export_command(const Arguments& arguments);
int ledger_import_command(const Arguments& arguments, const Cancellation& cancel);
int search_command(const Arguments& arguments, const Cancellation& cancel);
int show_command(const Arguments& arguments, const Cancellation& cancel);
int show_aur_command(const Arguments& arguments, const Cancellation& cancel);
int add_command(const Arguments& arguments, const Cancellation& cancel);
int remove_command(const Arguments& arguments, const Cancellation& cancel);
int sign_command(const Arguments& arguments, const Cancellation& cancel);
int key_export_command(const Arguments& arguments, const Cancellation& cancel);
int verify_command(const Arguments& arguments, const Cancellation& cancel);
int complete_command(const std::vector<std::string>& words);
int health_command(const Arguments& arguments);
int report_command(const Arguments& arguments, const Cancellation& cancel);
int config_command(const Arguments& arguments);

}  // namespace pkgkiln::cli
