// Screenshots of every screen in three sizes and both colour schemes: `cargo xtask shots`.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./lib/browser.mjs";
import { Hub } from "./lib/hub.mjs";
import { Panel } from "./lib/panel.mjs";
import { Person } from "./lib/person.mjs";
import { until } from "./lib/wait.mjs";

const FOLDER =
  process.env.CORRIDOR_SHOTS ?? fileURLToPath(new URL("../../target/shots", import.meta.url));

const SIZES = {
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true },
  tablet: { width: 820, height: 1180, isMobile: true, hasTouch: true },
  desktop: { width: 1440, height: 900 },
};
const SCHEMES = ["light", "dark"];

const HOUR = 3_600_000;

/** A morning's worth of work, as the debug object takes it. */
function morning(now) {
  return [
    { title: "Prepare chair 1 for the crown", place: "Chair 1", priority: "high", status: "done" },
    { title: "Call the lab about the night guard", assignee: { role: "Front desk" }, due: now + HOUR },
    { title: "Sterilise tray 4", place: "Sterilisation", status: "inProgress" },
    { title: "X-ray for chair 3", place: "Chair 3", priority: "urgent", due: now + HOUR / 4 },
    { title: "Order gloves, size M", notes: "Two boxes are left", priority: "low" },
    { title: "Confirm tomorrow’s first appointments", assignee: { role: "Front desk" } },
  ];
}

async function furnish(smith, ann) {
  await smith.command({ type: "importTasks", tasks: morning(Date.now()) });
  for (const [person, text] of [
    [smith, "Good morning. Chair 1 first, please."],
    [ann, "Chair 1 is ready."],
    [ann, "The lab sends the crown at ten."],
    [smith, "Perfect. In surgery until 12:00, write here if anything is urgent."],
    [ann, "Will do."],
  ]) {
    await person.command({ type: "post", text });
    const other = person === smith ? ann : smith;
    await other.hasMessage(text);
  }
  await ann.until("has the morning's tasks", (view) => view.tasks.length >= 6);
  await smith.reaches(ann, "direct");
}

/** Waits until the page is open and painted. */
async function painted(page) {
  await page.waitForFunction(
    () => document.querySelector("h1, h2") && !document.body.innerText.includes("Opening"),
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** A few words between two people, and one not yet read. */
async function privately(smith, ann) {
  const id = async (person) => (await person.view()).room.me;
  const [toAnn, toSmith] = [await id(ann), await id(smith)];
  for (const [person, to, text] of [
    [smith, toAnn, "Could you stay until six today? I would rather not ask in front of everyone."],
    [ann, toSmith, "Yes, if I can leave early on Friday."],
    [smith, toAnn, "Friday is fine. Thank you!"],
  ]) {
    const { message } = await person.command({ type: "post", text, to });
    const other = person === smith ? ann : smith;
    await other.hasMessage(text);
    await other.command({ type: "markRead", id: message });
  }
  await smith.until("sees it read", ({ messages }) => messages.at(-1).delivery[0].state === "read");
}

/** Dr. Smith changes a task that Ann changes, and one that she deletes, while they cannot reach each other. */
async function lose(smith, ann) {
  const task = async (title) => (await smith.task(title)).id;
  const [tray, lab] = [await task("Sterilise tray 4"), await task("Call the lab about the night guard")];
  const apart = async (on) => {
    await ann.command({ type: "fault", relayOnly: on });
    await ann.command({ type: "fault", cutHub: on });
  };
  await apart(true);
  await ann.until("is alone", ({ people }) => people.every(({ me, path }) => me || path === "none"));
  await smith.command({ type: "editTask", id: tray, task: { title: "Sterilise trays 4 and 5" } });
  await smith.command({ type: "editTask", id: lab, task: { notes: "Ask for Ms. Lee" } });
  await ann.command({ type: "editTask", id: tray, task: { title: "Sterilise tray 4, twice" } });
  await ann.command({ type: "deleteTask", id: lab });
  await apart(false);
  await smith.until("is told", (view) => view.lost.length === 2);
  await smith.reaches(ann, "direct");
}

/** `before` sets the scene on each page anew. */
async function shoot(person, name, before = async () => {}) {
  const { page } = person;
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewport(viewport);
    // An emulated device keeps the zoom of a larger one before it, so they grow, and each loads the page anew.
    await page.reload();
    await painted(page);
    await before(person, size);
    for (const scheme of SCHEMES) {
      await page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: scheme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      await painted(page);
      await page.screenshot({ path: path.join(FOLDER, `${name}-${size}-${scheme}.png`) });
    }
  }
  await page.setViewport(SIZES.desktop);
}

const hub = await Hub.start();
const browser = await launch();
try {
  await mkdir(FOLDER, { recursive: true });
  const smith = await Person.arrive(await browser.createBrowserContext(), "Dr. Smith");
  const ann = await Person.arrive(await browser.createBrowserContext(), "Ann");
  await smith.open(hub.url);
  await smith.find("button", "Create a room").wait();
  await shoot(smith, "home");
  const link = await smith.createRoom(hub.url);
  await shoot(smith, "join");
  await smith.join("Dentist");
  await ann.open(link);
  await ann.join("Hygienist");
  await smith.reaches(ann);
  await furnish(smith, ann);
  await shoot(smith, "room");
  await privately(smith, ann);
  await shoot(smith, "private", async (person, size) => {
    if (size !== "desktop") await person.page.click(".tab:nth-child(2)");
    await person.click("button", "Ann");
  });
  await shoot(smith, "panel", async (person) => {
    await person.reaches(ann, "direct");
    const panel = await new Panel(person).open();
    await person.click("button", "Full height");
    await panel.unfold(ann);
    await panel.hears("Nothing is wrong");
    // A sparkline needs some points.
    await until("there is a line", () =>
      person.page.evaluate(() => {
        const [line] = document.querySelectorAll("#dbg .dbg-spark path");
        return (line?.getAttribute("d") ?? "").split("L").length > 15;
      }),
    );
  });
  await shoot(smith, "by-hand", async (person) => {
    await person.click("button", "Invite colleagues");
    await person.click("button", "Connect without the hub");
    await person.click("button", "Make an invite");
    await person.field("Your invite");
  });
  await lose(smith, ann);
  await shoot(smith, "lost");
  console.log(`The screenshots are in ${FOLDER}`);
} finally {
  await browser.close();
  await hub.kill();
}
