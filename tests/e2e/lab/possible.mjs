// Says in one line why there can be no lab on this machine, or nothing.

import { whyNot } from "./lib/network.mjs";

const reason = whyNot();
if (reason) process.stdout.write(`${reason}\n`);
