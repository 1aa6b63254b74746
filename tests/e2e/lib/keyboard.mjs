// A person without a mouse.

import { PATIENCE, until } from "./wait.mjs";

/** Role and name of what has the focus, as assistive technology would say it. */
async function focused(page) {
  const handle = await page.evaluateHandle(() => document.activeElement);
  const node = await page.accessibility.snapshot({ root: handle, interestingOnly: false });
  await handle.dispose();
  return node ?? { role: "", name: "" };
}

/** Presses Tab until `name` has the focus. */
export async function tabTo(page, name) {
  const seen = [];
  return until(
    `Tab reaches "${name}"`,
    async () => {
      const node = await focused(page);
      if (node.name === name) return node;
      seen.push(node.name);
      if (seen.length > 200) throw new Error(`passed only ${[...new Set(seen)].join(", ")}`);
      await page.keyboard.press("Tab");
      return null;
    },
    PATIENCE,
  );
}
