// Runs before the app, in any browser however old: plain ES5, no modules. It checks what the app cannot do
// without, starts the app, and says so in a sentence when that is impossible.
(function () {
  "use strict";

  var TOO_OLD =
    "This browser is too old for Corridor. Please use a current version of Firefox, Chrome, Edge or Safari.";
  var NOT_LOADED =
    "Corridor could not be loaded. Check that this device is on the clinic’s network, then reload the page.";

  var script = document.currentScript;
  var app = script && script.getAttribute("data-app");
  var done = false;

  function say(sentence) {
    if (done) return;
    done = true;
    var note = document.getElementById("boot-note");
    if (!note) {
      note = document.createElement("p");
      note.id = "boot-note";
      document.body.appendChild(note);
    }
    note.setAttribute("role", "alert");
    note.textContent = sentence;
    var busy = document.getElementById("boot-busy");
    if (busy) busy.parentNode.removeChild(busy);
  }

  function started() {
    done = true;
  }

  function capable() {
    return (
      typeof WebAssembly === "object" &&
      typeof WebAssembly.instantiate === "function" &&
      typeof BigInt === "function" &&
      typeof WebSocket === "function" &&
      "noModule" in document.createElement("script")
    );
  }

  if (!capable()) {
    say(TOO_OLD);
    return;
  }

  window.addEventListener("corridor:started", started);
  window.addEventListener("TrunkApplicationStarted", started);
  window.addEventListener("corridor:failed", function (event) {
    var error = event.detail;
    if (window.console) console.error("[boot] the app did not start", error);
    var old = typeof WebAssembly.CompileError === "function" && error instanceof WebAssembly.CompileError;
    say(old ? TOO_OLD : NOT_LOADED);
  });

  // The debug panel is no part of the first download (docs/DEBUGGING.md). Once loaded it hears these events itself.
  function panel() {
    if (!document.getElementById("panel-script")) {
      var loader = document.createElement("script");
      loader.id = "panel-script";
      loader.type = "module";
      loader.src = "/panel/panel.js";
      loader.onerror = function () {
        loader.parentNode.removeChild(loader);
      };
      document.head.appendChild(loader);
    }
  }
  window.addEventListener("corridor:panel", panel);
  window.addEventListener("keydown", function (event) {
    // Where Ctrl+Alt is the AltGr key, the letter it types is meant.
    var altGr = event.getModifierState && event.getModifierState("AltGraph");
    if (event.ctrlKey && event.altKey && event.code === "KeyD" && !altGr) {
      event.preventDefault();
      window.dispatchEvent(new CustomEvent("corridor:panel"));
    }
  });
  if (/[?&]debug(&|=|$)/.test(location.search)) panel();

  // Under `trunk serve` Trunk's own script starts the app.
  if (!app) return;
  var module = document.createElement("script");
  module.type = "module";
  module.src = app;
  module.onerror = function () {
    say(NOT_LOADED);
  };
  document.head.appendChild(module);
})();
