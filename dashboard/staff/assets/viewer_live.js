// The live view of a camera: opened by a click alone, closed after some minutes, and honest where nothing comes.
(function () {
    "use strict";

    const shared = window.mizumori;
    const PLAYER = "/assets/hls/hls.light.min.js";
    const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
    const LOOK_EVERY_MS = 500;
    // Cameras are on thin lines, and a screen that is left alone must not hold one.
    const limits = shared.liveLimits = { closeAfterMs: 5 * 60 * 1000, comesWithinMs: 10000, stallsAfterMs: 20000 };
    // After this share of its time a camera that sends nothing is asked why, and staff are told how long we wait.
    const ASK_AT = 0.4;

    const CERTAIN = ["refused", "not_there", "not_stream", "mixed", "elsewhere"];

    let now = null;

    function openLive(button) {
        const dialog = shared.open("viewer-live", button.dataset.name, leave);
        dialog.append(shared.make("h3", "live-title", shared.words("live.title")));
        const said = shared.make("p", "live-said", shared.words("live.connecting"));
        said.setAttribute("role", "status");
        const body = shared.make("div", "viewer-body");
        dialog.append(said, body, shared.make("p", "live-note", shared.words("live.unchecked")));
        now = { button: button, body: body, said: said, dialog: dialog, plays: false, movedMs: Date.now(), stop: null };
        (button.dataset.live === "mjpeg" ? openMjpeg : openHls)(now, button.dataset.url);
        now.openedMs = Date.now();
        now.timer = window.setInterval(watch, LOOK_EVERY_MS, now);
    }

    function openMjpeg(live, url) {
        const image = shared.make("img", "live-picture");
        image.referrerPolicy = "no-referrer";
        image.addEventListener("error", function () { end(live, live.plays ? "stopped" : "failed"); });
        live.moves = function () { return image.naturalWidth > 0 && (!live.plays || null); };
        // A stream whose image only leaves the page goes on: its address has to be taken away.
        live.stop = function () { image.src = NOTHING; image.remove(); };
        image.src = url;
        live.body.append(image);
    }

    function openHls(live, url) {
        const video = shared.make("video", "live-picture");
        Object.assign(video, { muted: true, playsInline: true, autoplay: true, controls: true });
        let seenS = 0;
        live.moves = function () {
            const moved = video.currentTime !== seenS && video.readyState >= 2;
            seenS = video.currentTime;
            return moved;
        };
        live.stop = function () { stopVideo(live, video); };
        live.body.append(video);
        withPlayer(function (player) { if (live === now) { play(live, video, url, player); } });
    }

    function play(live, video, url, player) {
        video.addEventListener("error", function () { end(live, live.plays ? "stopped" : "failed"); });
        if (player && player.isSupported()) {
            const once = { maxTimeToFirstByteMs: limits.comesWithinMs, maxLoadTimeMs: limits.comesWithinMs };
            const policy = { default: { ...once, timeoutRetry: null, errorRetry: null } };
            const lengths = { maxBufferLength: 20, backBufferLength: 10 };
            live.hls = new player({ enableWorker: false, manifestLoadPolicy: policy, ...lengths });
            live.hls.on(player.Events.ERROR, function (_, error) {
                if (error.fatal) { end(live, live.plays ? "stopped" : "failed"); }
            });
            live.hls.loadSource(url);
            live.hls.attachMedia(video);
        } else if (video.canPlayType("application/vnd.apple.mpegurl")) {
            video.src = url;
        } else {
            end(live, "failed");
        }
    }

    function stopVideo(live, video) {
        if (live.hls) { live.hls.destroy(); }
        video.removeAttribute("src");
        video.load();
        video.remove();
    }

    function withPlayer(then) {
        if (window.Hls) { then(window.Hls); return; }
        const script = document.createElement("script");
        script.src = PLAYER;
        script.addEventListener("load", function () { then(window.Hls); });
        script.addEventListener("error", function () { then(null); });
        document.head.append(script);
    }

    // Looks whether anything comes. Of a stream of images only its first can be noticed: the note below says so.
    function watch(live) {
        if (live !== now || !live.stop) { return; }
        const moves = live.moves();
        if (moves && !live.plays) {
            live.plays = true;
            live.said.textContent = shared.words("live.since").replace("{at}", clockNow());
        }
        if (moves !== false) { live.movedMs = moves ? Date.now() : live.movedMs; }
        const quietMs = Date.now() - live.movedMs;
        if (!live.plays && quietMs > limits.comesWithinMs * ASK_AT) { waitOn(live); }
        if (!live.plays && quietMs > limits.comesWithinMs) { end(live, "failed"); return; }
        if (live.plays && moves === false && quietMs > limits.stallsAfterMs) { end(live, "stopped"); return; }
        if (Date.now() - live.openedMs > limits.closeAfterMs) { end(live, "over"); }
    }

    // Its answer is there when the wait ends; what is certain ends it at once.
    function waitOn(live) {
        if (live.waits) { return; }
        live.waits = true;
        live.said.textContent = shared.words("live.waiting").replace("{s}", Math.round(limits.comesWithinMs / 1000));
        causeOf(live).then(function (found) {
            if (!live.plays && CERTAIN.includes(found.why)) { end(live, "failed"); }
        });
    }

    // Asked once: why nothing comes does not change while somebody waits for it.
    function causeOf(live) {
        const data = live.button.dataset;
        live.cause = live.cause || shared.causeOf(data.live, data.url, limits.comesWithinMs * (1 - ASK_AT));
        return live.cause;
    }

    function clockNow() {
        const clock = document.getElementById("clock");
        return clock ? clock.textContent : "";
    }

    // The stream is let go, the newest still takes its place, with its own time, and what happened is said.
    function end(live, why) {
        if (live !== now || !live.stop) { return; }
        live.stop();
        live.stop = null;
        window.clearInterval(live.timer);
        const still = putStill(live);
        if (why !== "failed") { say(live, why, still); return; }
        live.said.textContent = shared.words("live.asking");
        causeOf(live).then(function (found) { if (live === now) { say(live, found.why, still, found.n); } });
    }

    // Answers whether there is one.
    async function putStill(live) {
        const found = await shared.ask(live.button.dataset.camera, "newest");
        const there = Boolean(found && found.src);
        if (there && live === now) { live.body.replaceChildren(shared.timeOf(found), shared.figure(found)); }
        return there;
    }

    function say(live, why, still, n) {
        const minutes = Math.round(limits.closeAfterMs / 60000);
        const again = shared.make("button", "live-open", shared.words("live.again"));
        again.addEventListener("click", function () { openLive(live.button); });
        const said = shared.make("span", "", shared.words("live." + why).replace("{m}", minutes).replace("{n}", n));
        live.said.classList.add("live-ended");
        live.said.replaceChildren(said, again);
        live.dialog.querySelector(".live-note").hidden = true;
        still.then(function (there) {
            said.after(shared.make("span", "", shared.words(there ? "live.still" : "live.no_still")));
        });
    }

    function leave() {
        if (now && now.stop) {
            now.stop();
            window.clearInterval(now.timer);
        }
        now = null;
    }

    document.addEventListener("click", function (event) {
        const button = event.target.closest("button[data-live]");
        if (button) { openLive(button); }
    });
    document.addEventListener("visibilitychange", function () {
        if (document.hidden && now) { end(now, "hidden"); }
    });
    window.addEventListener("pagehide", leave);
})();
