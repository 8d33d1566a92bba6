// The page's clock: it runs on the server's beats, and says loudly when they stop coming.
(function () {
    "use strict";

    const LATE_S = 5;
    const LOST_S = 8;
    const RELOAD_AFTER_S = 20;
    const ASK_EVERY_S = 5;
    const SIGNED_OUT = 401;
    const SIGN_IN = "/login?next=%2Faccount";

    const state = { beat: null, heardMs: 0, startedMs: Date.now(), said: null, language: "ja", askedMs: 0, back: "", shown: {} };
    let timer = null;

    function beat(data, pathname, said) {
        state.said = said;
        state.language = /^\/en(\/|$)/.test(pathname || "") ? "en" : "ja";
        document.documentElement.lang = state.language;
        // How many alerts wait stands first (alarm.js): a tab shows little more than that.
        const waiting = document.documentElement.dataset.waiting;
        const drill = document.querySelector(".brand .drill") ? "【訓練】" : "";
        const head = document.querySelector("#page h1");  // else all tabs are called the same
        const page = head && head.textContent ? head.textContent + " – " : "";
        document.title = (waiting ? "(" + waiting + ") " : "") + drill + page + said.title[state.language];
        if (data && data !== state.beat) {
            state.beat = data;
            state.heardMs = Date.now();
            state.back = "";
        }
        if (timer === null) {
            timer = window.setInterval(tick, 1000);
        }
        tick();
    }

    function tick() {
        const words = state.said.clock[state.language];
        const quietS = (Date.now() - (state.heardMs || state.startedMs)) / 1000;
        const kind = kindOf(quietS);
        show("clock", { children: kind === "lost" ? "" : houseTime(words) });
        show("freshness", { children: freshness(kind, quietS, words), className: "freshness " + kind });
        show("lost", { hidden: kind !== "lost" && kind !== "unread" });
        show("lost-said", { children: notice(kind, words) });
        show("lost-way", way(kind, words));
        document.documentElement.classList.toggle("is-lost", kind === "lost" || kind === "unread");
        if (kind === "lost" && quietS > RELOAD_AFTER_S) {
            reloadWhenBack();
        }
    }

    function kindOf(quietS) {
        if (quietS > LOST_S) { return "lost"; }
        if (!state.beat) { return "waiting"; }
        if (!state.beat.readable) { return "unread"; }
        return quietS > LATE_S ? "late" : "live";
    }

    function freshness(kind, quietS, words) {
        const s = Math.floor(quietS);
        if (kind === "live") { return words.live + "  " + words.ago.replace("{s}", s); }
        if (kind === "late") { return words.late.replace("{s}", s); }
        return kind === "waiting" ? words.waiting : words[kind].split(/[。.]/)[0];
    }

    function notice(kind, words) {
        if (kind !== "lost" && kind !== "unread") { return ""; }
        if (kind === "lost" && state.back) { return words[state.back]; }
        if (!state.beat) { return words.never + "\n" + words.hint; }
        const at = kind === "lost" ? state.beat.at_ms : state.beat.seen_ms;
        return words[kind].replace("{at}", stamp(at)) + "\n" + words.hint;
    }

    // What to do about it, where that is for a person to decide: somebody's text stands on the page.
    function way(kind, words) {
        const out = state.back === "signed_out";
        return {
            children: out ? words.sign_in : words.load_anew,
            href: out ? SIGN_IN : window.location.pathname + window.location.search,
            target: out ? "_blank" : "_self",
            hidden: kind !== "lost" || !state.back,
        };
    }

    // House time: that of the last beat, carried on at the house's speed while the beats come.
    function houseTime(words) {
        if (!state.beat) { return ""; }
        return stamp(state.beat.at_ms + (Date.now() - state.heardMs) * state.beat.speed) + " " + words.jst;
    }

    const format = new Intl.DateTimeFormat("ja-JP", {
        timeZone: "Asia/Tokyo", month: "2-digit", day: "2-digit",
        hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    });

    function stamp(ms) {
        return format.format(new Date(ms));
    }

    function show(id, props) {
        const text = JSON.stringify(props);
        if (state.shown[id] !== text) {
            state.shown[id] = text;
            window.dash_clientside.set_props(id, props);
        }
    }

    // Dash stops trying after some minutes, so a page that was lost loads anew once the server answers again.
    function reloadWhenBack() {
        if (Date.now() - state.askedMs < ASK_EVERY_S * 1000) { return; }
        state.askedMs = Date.now();
        // The page itself is asked for too: a screen on a wall must not end on the error page of a proxy.
        window.fetch(state.said.alive, { cache: "no-store" })
            .then(function (answer) { return answer.ok && window.fetch(window.location.href, { cache: "no-store" }); })
            .then(function (answer) { if (answer && (answer.ok || answer.status === SIGNED_OUT)) { loadAnew(answer); } })
            .catch(function () { state.back = ""; });
    }

    // Never under the hands of somebody who writes.
    function loadAnew(answer) {
        if (!window.mizumoriKept || !window.mizumoriKept.any()) {
            window.location.reload();
            return;
        }
        state.back = answer.status === SIGNED_OUT ? "signed_out" : "back";
        tick();
    }

    const ours = window.dash_clientside = window.dash_clientside || {};
    ours.mizumori = Object.assign({}, ours.mizumori, { beat: beat });
})();
