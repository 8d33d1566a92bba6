// Alerts that nobody has acknowledged are seen on every page, and heard where somebody switched the sound on: once when
// a new one comes, again and again while one of hazard 4 or 5 waits, and while the screen has lost its server.
(function () {
    "use strict";

    const KEPT = "mizumori.sound";
    const AGAIN_MS = 20000;
    const LOUDNESS = 0.25;
    const NEW = [[660, 0, 0.22], [880, 0.26, 0.34]];
    const URGENT = [[880, 0, 0.18], [1175, 0.22, 0.18], [880, 0.44, 0.18], [1175, 0.66, 0.3]];
    const LOST = [[330, 0, 0.4], [262, 0.45, 0.6]];
    // Each tone: frequency in Hz, when it begins and how long it lasts in seconds.

    const state = { data: null, known: null, audio: null, soundedMs: 0, wasLost: false };
    let place = null;

    function words() {
        const all = JSON.parse(document.getElementById("alarm-words").dataset.words);
        return all[document.documentElement.lang] || all.ja;
    }

    function wished() {
        try { return window.localStorage.getItem(KEPT) === "on"; } catch (_) { return false; }
    }

    function wish(on) {
        try { window.localStorage.setItem(KEPT, on ? "on" : "off"); } catch (_) { /* asked for again next time */ }
    }

    function blocked() {
        return wished() && (!state.audio || state.audio.state !== "running");
    }

    // A browser lets a page sound only after somebody has touched it; until then the context stays suspended.
    function wake() {
        if (!state.audio) {
            state.audio = new AudioContext();
            state.audio.addEventListener("statechange", show);
        }
        return state.audio.state === "running" ? Promise.resolve() : state.audio.resume().catch(function () {});
    }

    function sound(tones) {
        state.soundedMs = Date.now();
        if (!state.audio || state.audio.state !== "running") { return; }
        document.documentElement.dataset.sounded = String(Number(document.documentElement.dataset.sounded || 0) + 1);
        tones.forEach(function (each) { tone(each[0], state.audio.currentTime + 0.02 + each[1], each[2]); });
    }

    function tone(hz, from, lasts) {
        const voice = state.audio.createOscillator(), gain = state.audio.createGain();
        voice.type = "triangle";
        voice.frequency.value = hz;
        gain.gain.setValueAtTime(0, from);
        gain.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
        gain.gain.setValueAtTime(LOUDNESS, from + lasts - 0.06);
        gain.gain.linearRampToValueAtTime(0, from + lasts);
        voice.connect(gain).connect(state.audio.destination);
        voice.start(from);
        voice.stop(from + lasts);
    }

    function button(name, chosen) {
        const made = document.createElement("button");
        made.type = "button";
        made.className = name;
        made.addEventListener("click", chosen);
        return made;
    }

    function controls() {
        const found = document.getElementById("sound");
        if (!found || found === place) { return found; }
        place = found;
        found.replaceChildren(button("sound-switch", pressed), button("sound-test", function () {
            wake().then(function () { sound(URGENT); show(); });
        }));
        return found;
    }

    function pressed() {
        if (wished() && !blocked()) {
            wish(false);
            show();
            return;
        }
        wish(true);
        wake().then(function () { sound(NEW); show(); });
    }

    function show() {
        if (!controls()) { return; }
        const said = words(), on = wished(), first = place.firstChild;
        first.textContent = blocked() ? said.blocked : said[on ? "on" : "off"];
        first.title = said.why;
        first.setAttribute("aria-pressed", String(on));
        first.classList.toggle("blocked", blocked());
        place.lastChild.textContent = said.test;
        place.lastChild.hidden = !on || blocked();
    }

    function waiting() {
        return state.data ? state.data.waiting : [];
    }

    function mark(fresh) {
        const root = document.documentElement, count = waiting().length;
        if (count) { root.dataset.waiting = String(count); } else { delete root.dataset.waiting; }
        document.title = (count ? "(" + count + ") " : "") + document.title.replace(/^\(\d+\) /, "");
        root.classList.toggle("alert-urgent", Boolean(state.data && state.data.urgent));
        if (fresh.length) {
            root.classList.remove("alert-new");
            void root.offsetWidth;  // so that the pulse begins anew
            root.classList.add("alert-new");
        }
    }

    function alarm(data) {
        if (!data) { return; }
        state.data = data;
        const fresh = state.known ? data.waiting.filter(function (key) { return !state.known.has(key); }) : [];
        state.known = new Set(data.waiting);
        mark(fresh);
        show();
        if (wished() && fresh.length) { sound(data.urgent ? URGENT : NEW); }
    }

    function tick() {
        show();
        if (!wished()) { return; }
        const lost = document.documentElement.classList.contains("is-lost");
        const due = Date.now() - state.soundedMs >= AGAIN_MS || (lost && !state.wasLost);
        state.wasLost = lost;
        if (due && lost) { sound(LOST); } else if (due && state.data && state.data.urgent) { sound(URGENT); }
    }

    window.setInterval(tick, 1000);
    document.addEventListener("DOMContentLoaded", function () { if (wished()) { wake().then(show); } });
    // Any touch of the page is enough for the browser to let it sound.
    document.addEventListener("pointerdown", function () { if (blocked()) { wake().then(show); } });
    document.addEventListener("keydown", function () { if (blocked()) { wake().then(show); } });

    const ours = window.dash_clientside = window.dash_clientside || {};
    ours.mizumori = Object.assign({}, ours.mizumori, { alarm: alarm });
})();
