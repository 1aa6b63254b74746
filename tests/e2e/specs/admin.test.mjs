// The operator's page (R-HUB-5): logging in, what it shows of real people, on a phone and in both schemes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "../lib/axe.mjs";
import { Clinic } from "../lib/clinic.mjs";
import { until } from "../lib/wait.mjs";

const PASSWORD = "correct horse battery";
const PHONE = { width: 360, height: 740, isMobile: true, hasTouch: true };

/** The number of a tile by its name. */
const tile = (page, name) =>
  page.$$eval(
    "#totals > div",
    (tiles, name) =>
      tiles.find((tile) => tile.querySelector("dt").textContent === name)?.querySelector("dd").firstChild
        .textContent,
    name,
  );

async function logIn(operator, clinic, password) {
  await operator.page.locator("#user").fill("ops");
  await operator.page.locator("#password").fill(password);
  await operator.find("button", "Log in").click();
}

test("an operator logs in on a phone and sees who is there, and nobody's name", async (t) => {
  const clinic = await Clinic.open(t, { env: { CORRIDOR_ADMIN: `ops:${PASSWORD}` } });
  const operator = await clinic.person("operator");
  // Browsers write every refused request to the console.
  operator.tolerate([/status of 401/]);
  const { page } = operator;
  await page.setViewport(PHONE);
  await page.goto(`${clinic.home}/admin`);
  await page.waitForSelector("#login", { visible: true });
  assert.deepEqual(await violations(page), []);
  await logIn(operator, clinic, "a wild guess");
  await until("the refusal is shown", () => page.$eval("#refused", (line) => line.textContent));
  await logIn(operator, clinic, PASSWORD);
  await page.waitForSelector("#status", { visible: true });
  assert.equal(await page.$eval("#login", (form) => form.checkVisibility()), false);

  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await until("two people in one room", async () =>
    (await tile(page, "People connected")) === "2" && (await tile(page, "Rooms")) === "1");
  await until("their one link, told by both ends", async () =>
    (await tile(page, "Links")) === "1" && (await tile(page, "Without the hub")) === "2");
  assert.equal(await tile(page, "Ends disagree"), "0");
  await ann.page.close();
  await until("one of them gone, and the link", async () =>
    (await tile(page, "People connected")) === "1" && (await tile(page, "Links")) === "0", 3_000);
  const text = await page.$eval("body", (body) => body.innerText);
  assert.match(text, /joined/);
  assert.doesNotMatch(text, /Smith|Ann|Dentist|Nurse/);

  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    assert.deepEqual(await violations(page), [], scheme);
  }
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${overflow} px wider than the phone`);

  await clinic.hub.kill();
  operator.tolerate([/Failed to load resource/, /net::ERR/]);
  for (const person of [smith, ann]) person.tolerate([/./]);
  await until("the page says that it is old", () => page.$("#fresh.stale"));
});
