// Edits made apart meet again (R-TASK-2, R-TASK-3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";

/** Two people who share the task "Clean chair 2" and cannot reach each other until `together()`. */
async function apart(t) {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await smith.addTask("Clean chair 2");
  const { id } = await ann.hasTask("Clean chair 2");
  // Without hub and without direct path there is no way left.
  await ann.command({ type: "fault", relayOnly: true });
  await ann.command({ type: "fault", cutHub: true });
  await ann.until("is cut off", (view) =>
    view.people.every((person) => person.me || person.path === "none"),
  );
  const together = async () => {
    await ann.command({ type: "fault", cutHub: false });
    await ann.command({ type: "fault", relayOnly: false });
  };
  return { clinic, smith, ann, id, together };
}

test("R-TASK-2: concurrent edits of two fields both survive", async (t) => {
  const { smith, ann, id, together } = await apart(t);
  await smith.command({ type: "editTask", id, task: { priority: "urgent" } });
  await ann.command({ type: "editTask", id, task: { place: "Room 7" } });
  assert.equal((await ann.task("Clean chair 2")).priority, "normal", "they are really apart");
  await together();
  for (const person of [smith, ann]) {
    await person.until("has both edits", (view) => {
      const task = view.tasks.find((task) => task.id === id);
      return task.priority === "urgent" && task.place === "Room 7";
    });
  }
});

test("R-TASK-2: concurrent edits of one field become one value everywhere", async (t) => {
  const { smith, ann, id, together } = await apart(t);
  await smith.command({ type: "editTask", id, task: { title: "Clean chair 2 first" } });
  await ann.command({ type: "editTask", id, task: { title: "Clean chair 2 last" } });
  await together();
  const title = async (person) =>
    (await person.tasks()).find((task) => task.id === id).title;
  const agreed = await ann.until("agrees with Dr. Smith", async () => {
    const [one, other] = [await title(smith), await title(ann)];
    return one === other && one;
  });
  assert.ok(["Clean chair 2 first", "Clean chair 2 last"].includes(agreed), agreed);
});

test("R-TASK-3: whoever loses a title is told, puts it back, and both agree", async (t) => {
  const { smith, ann, id, together } = await apart(t);
  const retitle = async (person, title) => {
    await person.click("button", "Edit: Clean chair 2");
    await person.fill("Title", title);
    await person.click("button", "Save");
    await person.hasTask(title);
  };
  await retitle(ann, "Clean chair 2 first");
  await retitle(smith, "Clean chair 2 last");
  await together();
  // The later one stands, so Ann has lost hers.
  await ann.waitForText("Dr. Smith’s change of the title replaced yours: “Clean chair 2 first”.");
  await ann.waitForText("Now: “Clean chair 2 last”");
  assert.equal((await ann.view()).lost.length, 1);
  assert.ok(!(await smith.text()).includes("replaced yours"), "who has won is not bothered");
  await ann.click("button", "Put mine back");
  for (const person of [smith, ann]) {
    await person.until("has Ann's title again", (view) =>
      view.tasks.find((task) => task.id === id && task.title === "Clean chair 2 first"),
    );
    await person.until("has lost nothing", (view) => view.lost.length === 0);
  }
  await ann.until("is told no more", async () => !(await ann.text()).includes("replaced yours"));
});

test("R-TASK-3: several lost edits are one list, and each can be left at that", async (t) => {
  const { smith, ann, id, together } = await apart(t);
  const edit = async (person, fields) => {
    for (const [field, value] of Object.entries(fields)) {
      await person.command({ type: "editTask", id, task: { [field]: value } });
    }
  };
  await edit(ann, { title: "Mine", place: "Room 1", priority: "high" });
  await edit(smith, { title: "His", place: "Room 2", priority: "low" });
  await together();
  await ann.waitForText("3 changes of yours were replaced");
  for (let left = 2; left >= 0; left -= 1) {
    await ann.click("button", "Keep Dr. Smith’s");
    await ann.until(`has ${left} to look at`, (view) => view.lost.length === left);
  }
  assert.ok(!(await ann.sees("region", "Replaced changes")));
  const task = (await ann.tasks()).find((task) => task.id === id);
  assert.deepEqual([task.title, task.place, task.priority], ["His", "Room 2", "low"]);
  await ann.reload();
  await ann.waitForText("His");
  await ann.until("is not told again", (view) => view.lost.length === 0);
});

test("R-TASK-3: a task that was deleted while one changed it can be added again", async (t) => {
  const { smith, ann, id, together } = await apart(t);
  await ann.command({ type: "editTask", id, task: { title: "Clean chair 2 twice" } });
  await smith.click("button", "Edit: Clean chair 2");
  await smith.click("button", "Delete: Clean chair 2");
  await together();
  await ann.waitForText("Dr. Smith deleted “Clean chair 2 twice” while you changed it.");
  await ann.click("button", "Add it again");
  for (const person of [smith, ann]) await person.hasTask("Clean chair 2 twice");
  await ann.until("is told no more", (view) => view.lost.length === 0);
});

test("L3: what was written apart is kept and handed over", async (t) => {
  const { smith, ann, together } = await apart(t);
  await ann.addTask("Written while cut off");
  await ann.post("Can you hear me?");
  await ann.until("counts what is kept here", (view) => view.room.waiting >= 2);
  assert.equal(await smith.task("Written while cut off"), undefined);
  await together();
  await smith.hasTask("Written while cut off");
  await smith.hasMessage("Can you hear me?");
  await ann.until("has handed it over", (view) => view.room.waiting === 0);
});
