// Somebody at a screen: finds things by role and name, as assistive technology does.

import { PATIENCE, until } from "./wait.mjs";

/** Escapes a name for puppeteer's aria selector. */
const quoted = (name) => name.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

/** Console lines that only say that the hub is away, for tests that take it away. */
export const HUB_AWAY = [/WebSocket connection to .* failed/, /Failed to load resource/];

export class Person {
  /** What must not happen: exceptions, console errors, CSP violations. */
  complaints = [];
  /** True when nobody else lives in its browser process. */
  ownBrowser = false;
  #tolerated = [];
  #devtools = null;
  /** The page in front, when this one is hidden. */
  #cover = null;

  constructor(context, page, name) {
    this.context = context;
    this.page = page;
    this.name = name;
  }

  /** A new page in `context`. `before` runs in the page ahead of the app's own code. */
  static async arrive(context, name, before = []) {
    const page = await context.newPage();
    const person = new Person(context, page, name);
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => person.#complain(`exception: ${error.message}`));
    page.on("console", (line) => {
      if (line.type() === "error") {
        person.#complain(`console: ${line.text()} (${line.location().url ?? ""})`);
      }
    });
    await page.evaluateOnNewDocument(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`CSP refused ${event.blockedURI} (${event.violatedDirective})`),
      );
    });
    for (const script of before) await page.evaluateOnNewDocument(script);
    // Pages of other people must not make this one look hidden.
    person.#devtools = await page.createCDPSession();
    await person.#emulateFocus(true);
    return person;
  }

  #emulateFocus(enabled) {
    return this.#devtools.send("Emulation.setFocusEmulationEnabled", { enabled });
  }

  /** Looks at something else: another tab of the same window covers the page. */
  async hide() {
    await this.#emulateFocus(false);
    this.#cover = await this.page.browser().newPage();
    await this.#cover.bringToFront();
    await until(`${this.name}'s page is hidden`, () => this.page.evaluate(() => document.hidden));
  }

  /** Back to the page. */
  async show() {
    await this.page.bringToFront();
    await this.#emulateFocus(true);
    await this.#cover.close();
  }

  /** From here on, console errors like these are expected. */
  tolerate(patterns) {
    this.#tolerated.push(...patterns);
  }

  #complain(text) {
    if (!this.#tolerated.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  // ---- finding -------------------------------------------------------------------------------

  find(role, name) {
    return this.page.locator(`::-p-aria([name="${quoted(name)}"][role="${role}"])`);
  }

  /** A text field; one with suggestions is a combobox. */
  async field(name) {
    const selector = (role) => `::-p-aria([name="${quoted(name)}"][role="${role}"])`;
    return until(`${this.name} sees the field "${name}"`, async () => {
      for (const role of ["textbox", "combobox", "searchbox"]) {
        const handle = await this.page.$(selector(role));
        if (handle) return handle;
      }
      return null;
    });
  }

  async sees(role, name) {
    const handle = await this.page.$(`::-p-aria([name="${quoted(name)}"][role="${role}"])`);
    await handle?.dispose();
    return handle !== null;
  }

  /** The text a person could read now. */
  text() {
    return this.page.evaluate(() => document.body.innerText);
  }

  async waitForText(wanted, within = PATIENCE) {
    await until(
      `${this.name} reads ${wanted}`,
      async () => {
        const text = await this.text();
        return wanted instanceof RegExp ? wanted.test(text) : text.includes(wanted);
      },
      within,
    );
  }

  // ---- doing ---------------------------------------------------------------------------------

  async click(role, name) {
    await this.find(role, name).click();
  }

  async fill(name, value) {
    const field = await this.field(name);
    await field.click({ count: 3 });
    await field.press("Backspace");
    await field.type(value);
    await field.dispose();
  }

  async open(url) {
    await this.page.goto(url, { waitUntil: "domcontentloaded" });
  }

  /** From the home page into a new room; returns its link. */
  async createRoom(home) {
    await this.open(home);
    await this.click("button", "Create a room");
    await until(`${this.name} is in a new room`, () => this.page.url().includes("#/"));
    await this.field("Your name");
    return this.page.url();
  }

  async join(role) {
    await this.fill("Your name", this.name);
    if (role) await this.fill("Your role", role);
    await this.click("button", "Join");
    await this.until("has joined", (view) => view.room.profile !== null);
  }

  async addTask(title) {
    await this.fill("New task", title);
    await this.click("button", "Add task");
  }

  async post(text) {
    await this.fill("Message", text);
    await this.click("button", "Send");
  }

  async reload() {
    await this.page.reload({ waitUntil: "domcontentloaded" });
  }

  // ---- the debug object ----------------------------------------------------------------------

  /** `window.corridor.view()`. */
  async view() {
    return this.page.evaluate(() => {
      const view = window.corridor.view();
      return typeof view === "string" ? JSON.parse(view) : view;
    });
  }

  /** `window.corridor.command(…)`; rejects with the sentence the app gives. */
  async command(command) {
    return this.page.evaluate((command) => window.corridor.command(command), command);
  }

  /** Waits until the view is as `condition` wants it; returns what `condition` gave. */
  until(what, condition, within = PATIENCE) {
    return until(
      `${this.name} ${what}`,
      async () => condition(await this.view()),
      within,
    );
  }

  async tasks() {
    return (await this.view()).tasks;
  }

  async task(title) {
    return (await this.tasks()).find((task) => task.title === title);
  }

  hasTask(title, within) {
    return this.until(
      `has the task "${title}"`,
      (view) => view.tasks.find((task) => task.title === title),
      within,
    );
  }

  hasMessage(text, within) {
    return this.until(
      `has the message "${text}"`,
      (view) => view.messages.find((message) => message.text === text),
      within,
    );
  }

  /** Waits until `other` is reached by `path`: "direct", "hub", or any path that works. */
  reaches(other, path = null, within = 60_000) {
    return this.until(
      `reaches ${other.name} ${path ?? "somehow"}`,
      (view) =>
        view.people.find(
          (person) =>
            person.name === other.name &&
            !person.me &&
            ["online", "away"].includes(person.presence) &&
            (path ? person.path === path : person.path !== "none"),
        ),
      within,
    );
  }
}
