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
