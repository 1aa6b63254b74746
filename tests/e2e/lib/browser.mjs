// Chromium, started once per spec file, with one browser context per person.

import puppeteer from "puppeteer-core";

export const CHROMIUM = process.env.CORRIDOR_CHROMIUM ?? "/usr/bin/chromium";

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A machine without a network still has a loopback interface to meet on.
  "--allow-loopback-in-peer-connection",
];

export function launch() {
  return puppeteer.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: FLAGS,
    defaultViewport: { width: 1440, height: 900 },
    // A spec that starts three browsers on two cores needs more than the default half minute.
    protocolTimeout: 120_000,
    timeout: 120_000,
  });
}
