#include "query/audit_records.h"

#include <gtest/gtest.h>

#include "query/query.h"

namespace yorozu::query {
namespace {

TEST(AuditRecords, AQuestionDoesNotFindEarlierQuestions) {
  const std::string asked = without_audit_records("failed OR denied | stats count by source.ip");
  EXPECT_EQ(to_text(parse_query(asked).value()),
            to_text(parse_query("(failed OR denied) NOT input:yorozu.audit | stats count by source.ip").value()));
}

TEST(AuditRecords, WhoNamesThemOrAsksForEverythingGetsThem) {
  for (const char* text : {"", "| stats count", "*", "input:yorozu.audit failed", "NOT class:yorozu failed", "seq:7",
                           "(a OR (action:search b))", "detail.query:*failed*"})
    EXPECT_EQ(without_audit_records(text), text);
}

TEST(AuditRecords, WhatIsNoQueryStaysForTheReportOfItsMistake) {
  EXPECT_EQ(without_audit_records("failed AND ("), "failed AND (");
}

}  // namespace
}  // namespace yorozu::query
