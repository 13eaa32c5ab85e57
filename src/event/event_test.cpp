#include "event/event.h"

#include <gtest/gtest.h>

#include <string>

namespace yorozu::event {
namespace {

TEST(ShapeTable, SameNamesInTheSameOrderAreOneShape) {
  ShapeTable shapes;
  const std::vector<NameId> names = {1, 2, 2}, other = {2, 1, 2};
  const Shape* shape = shapes.intern(names);
  EXPECT_EQ(shapes.intern(names), shape);
  EXPECT_NE(shapes.intern(other), shape);
  EXPECT_EQ(shapes.size(), 2U);
}

TEST(ShapeTable, ShapesBeyondTheBoundLiveWithTheirBatch) {
  Schema schema;
  for (NameId i = 0; i < ShapeTable::kMaxShapes; ++i) schema.shapes.intern(std::vector<NameId>{i});
  EventBatch batch;
  const std::vector<NameId> names = {7, 8};
  const Shape* shape = shape_for(names, schema, batch);
  ASSERT_NE(shape, nullptr);
  EXPECT_EQ(shape->id, Shape::kTransient);
  EXPECT_EQ(shape->names, names);
  batch.clear();
  EXPECT_TRUE(batch.transient.empty());
}

TEST(Shape, FindGoesOnAfterAPosition) {
  Shape shape;
  shape.names = {5, 6, 5};
  EXPECT_EQ(shape.find(5), 0);
  EXPECT_EQ(shape.find(5, 0), 2);
  EXPECT_EQ(shape.find(5, 2), -1);
  EXPECT_EQ(shape.find(9), -1);
}

class BatchOfOne : public testing::Test {
 protected:
  BatchOfOne() {
    const std::vector<NameId> names = {name::kData, name::kData, name::kComputer};
    event_.shape = shape_for(names, schema_, batch_);
    batch_.values = {Value{}, utf8_value("second"), utf8_value("PC01")};
  }
  Schema schema_;
  EventBatch batch_;
  Event event_;
};

TEST_F(BatchOfOne, FindSkipsNullsOfTheSameName) {
  ASSERT_NE(batch_.find(event_, name::kData), nullptr);
  EXPECT_EQ(to_text(*batch_.find(event_, name::kData)), "second");
  EXPECT_EQ(batch_.find(event_, name::kChannel), nullptr);
}

TEST_F(BatchOfOne, HostIsTheValueItPointsTo) {
  EXPECT_EQ(batch_.host_of(event_), "");
  event_.host = 2;
  EXPECT_EQ(batch_.host_of(event_), "PC01");
}

}  // namespace
}  // namespace yorozu::event
