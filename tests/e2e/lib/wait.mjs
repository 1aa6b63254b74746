// Waiting for conditions. No test sleeps for a fixed time: it says what must become true, and by when.

/** How long anything may take on a small, busy machine, in milliseconds. */
export const PATIENCE = 30_000;

/** A short rest between two looks; also the pace of a person who types fast. */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Waits until `condition` gives something truthy and returns it. An exception counts as "not yet".
 * @param {string} what completes the sentence "waited in vain until …"
 */
export async function until(what, condition, within = PATIENCE) {
  const deadline = performance.now() + within;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`waited ${within} ms in vain until ${what}; last seen: ${seen}`);
    }
    await pause(50);
  }
}
