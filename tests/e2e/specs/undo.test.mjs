// Undo of one's own changes of tasks (R-TASK-4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";

async function pair(t) {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await smith.addTask("Clean chair 2");
  await smith.click("button", "Edit: Clean chair 2");
  await smith.fill("Notes", "With the blue cloth");
  await smith.click("button", "Save");
  await ann.until("has it", (view) => view.tasks[0]?.notes === "With the blue cloth");
  return { smith, ann };
}

/** Out of any text field. */
const rest = (person) => person.page.evaluate(() => document.activeElement.blur());

async function undoKey(person) {
  await rest(person);
  await person.page.keyboard.down("Control");
  await person.page.keyboard.press("z");
  await person.page.keyboard.up("Control");
}

test("R-TASK-4: a deleted task comes back for everyone, with all that it said", async (t) => {
  const { smith, ann } = await pair(t);
  await smith.click("button", "Edit: Clean chair 2");
  await smith.click("button", "Delete: Clean chair 2");
  await smith.waitForText("Deleted: Clean chair 2");
  await ann.until("sees it gone", (view) => view.tasks.length === 0);
  await smith.click("button", "Undo");
  await smith.waitForText("The deleted task is back.");
  const task = await ann.hasTask("Clean chair 2");
  assert.equal(task.notes, "With the blue cloth");
  await ann.waitForText("Clean chair 2");
});

test("R-TASK-4: Ctrl+Z goes back step by step, outside text fields only", async (t) => {
  const { smith, ann } = await pair(t);
  const field = await smith.field("New task");
  await field.type("x");
  await smith.page.keyboard.down("Control");
  await smith.page.keyboard.press("z");
  await smith.page.keyboard.up("Control");
  assert.equal((await smith.task("Clean chair 2")).notes, "With the blue cloth");

  await undoKey(smith);
  await smith.waitForText("The change is undone.");
  await ann.until("has no notes any more", (view) => view.tasks[0].notes === "");
  await smith.click("button", "Undo what was added last");
  await smith.waitForText("What was added is gone again.");
  await ann.until("has no task", (view) => view.tasks.length === 0);
  await undoKey(smith);
  await smith.waitForText("There is nothing to undo.");
});

test("R-TASK-4: an undo leaves alone what a colleague has changed since", async (t) => {
  const { smith, ann } = await pair(t);
  const { id } = await ann.task("Clean chair 2");
  await ann.command({ type: "editTask", id, task: { notes: "With the green cloth" } });
  await smith.until("sees it", (view) => view.tasks[0].notes === "With the green cloth");
  await smith.click("button", "Undo the last change");
  await smith.waitForText("A colleague has changed it since, so it stays as it is.");
  assert.equal((await smith.task("Clean chair 2")).notes, "With the green cloth");
});
