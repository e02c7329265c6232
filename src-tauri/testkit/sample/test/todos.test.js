import assert from "node:assert/strict";
import { test } from "node:test";
import { Todos } from "../src/todos.js";

test("adds todos with ids of their own", () => {
  const todos = new Todos();
  assert.notEqual(todos.add("Buy milk").id, todos.add("Water the plants").id);
});

test("ticks a todo off", () => {
  const todos = new Todos();
  const { id } = todos.add("Buy milk");
  assert.equal(todos.complete(id), true);
  assert.equal(todos.all()[0].done, true);
});

test("counts what is left to do", () => {
  const todos = new Todos();
  todos.add("Buy milk");
  todos.complete(todos.add("Water the plants").id);
  todos.add("Call Ada");
  assert.equal(todos.remaining(), 2);
});

test("removes a todo", () => {
  const todos = new Todos();
  const { id } = todos.add("Buy milk");
  assert.equal(todos.remove(id), true);
  assert.deepEqual(todos.all(), []);
});
