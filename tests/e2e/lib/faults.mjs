// What can be wrong with a browser, as functions that run in the page before the app's own code.

/**
 * No direct path: only relay candidates, and there is no TURN server. Refusing candidates would not be enough,
 * since ICE learns peer-reflexive ones from the checks of the other side. `window.allowDirect()` heals.
 */
export function noDirectPath() {
  const Real = window.RTCPeerConnection;
  let blocked = true;
  window.allowDirect = () => {
    blocked = false;
  };
  window.RTCPeerConnection = new Proxy(Real, {
    construct(target, [config, ...rest]) {
      const policy = blocked ? { iceTransportPolicy: "relay" } : {};
      return new target({ ...config, ...policy }, ...rest);
    },
  });
}

/** A browser without WebRTC. */
export function noWebRtc() {
  delete window.RTCPeerConnection;
  delete window.RTCDataChannel;
}

/** A browser too old for the app. */
export function noWebAssembly() {
  delete window.WebAssembly;
}

/** Cookies and site data are blocked. */
export function noStorage() {
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    });
  }
}

/** Fills localStorage to the last character. Runs in the page at any time. */
export function fillStorage() {
  let filler = "x".repeat(1 << 20);
  for (let number = 0; filler.length > 0; ) {
    try {
      localStorage.setItem(`filler/${number}`, filler);
      number += 1;
    } catch {
      filler = filler.slice(0, Math.floor(filler.length / 2));
    }
  }
}

/** Undoes `fillStorage`. */
export function emptyStorage() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("filler/")) localStorage.removeItem(key);
  }
}

/** Notes in `window.mostBuffered` how much waited in a data channel at most, looked at after each message. */
export function noteBuffered() {
  window.mostBuffered = 0;
  const send = RTCDataChannel.prototype.send;
  RTCDataChannel.prototype.send = function (message) {
    send.call(this, message);
    window.mostBuffered = Math.max(window.mostBuffered, this.bufferedAmount);
  };
}

/** Lets no more than so many bytes per second leave a page by WebRTC. Chromium's own emulation. */
export async function slowChannels(person, bytesPerSecond) {
  const session = await person.page.createCDPSession();
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}
