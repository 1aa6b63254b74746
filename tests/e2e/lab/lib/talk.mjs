// Functions that run in the page: a person who talks without end and notes what they hear, and when.

/** Times are those of the machine's clock, which all pages and the tests share. */
export function startTalking(name, every) {
  const now = () => performance.timeOrigin + performance.now();
  const lab = { said: [], heard: [], known: new Set(), pending: new Set() };
  window.lab = lab;
  const listen = () => {
    const at = now();
    for (const { text } of window.corridor.view().messages) {
      const speech = /^(.+) says (\S+)$/.exec(text);
      if (!speech || speech[1] === name || lab.known.has(text)) continue;
      lab.known.add(text);
      lab.heard.push({ by: speech[1], text, at });
    }
  };
  listen();
  lab.deaf = window.corridor.subscribe((changes) => {
    if (changes.messages.length > 0) listen();
  });
  const life = Math.random().toString(36).slice(2, 6);
  let count = 0;
  lab.timer = setInterval(() => {
    const text = `${name} says ${life}-${(count += 1)}`;
    const at = now();
    const posted = window.corridor.command({ type: "post", text });
    lab.pending.add(posted);
    // What was refused was not said: the person was told.
    posted
      .then(() => lab.said.push({ text, at }))
      .catch((error) => console.error(`not said: ${error.message}`))
      .finally(() => lab.pending.delete(posted));
  }, every);
}

/** Answers with all texts, once each is saved. */
export async function stopTalking() {
  clearInterval(window.lab.timer);
  await Promise.allSettled([...window.lab.pending]);
  return window.lab.said.map((one) => one.text);
}
