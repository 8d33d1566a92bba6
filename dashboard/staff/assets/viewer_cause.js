// Why a live view does not come, as far as a browser is told. A camera is asked twice more for the start of its answer.
(function () {
    "use strict";

    const shared = window.mizumori;
    const REFUSED = [401, 403, 407];

    function get(url, mode, limit) {
        const how = { mode: mode, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };
        return window.fetch(url, { ...how, signal: limit.signal });
    }

    // Answers {why, n}: why as a word of [live], n the number of the camera's answer where it may be read.
    // Without leave of the camera (CORS) a page learns that there is an answer, and nothing of what it says.
    shared.causeOf = async function (kind, url, withinMs) {
        if (window.location.protocol === "https:" && url.startsWith("http:")) { return { why: "mixed" }; }
        const limit = new AbortController();
        const timer = window.setTimeout(function () { limit.abort(); }, withinMs);
        const turned = turnedAway(url);
        try {
            await get(url, "no-cors", limit);
            const answer = await get(url, "cors", limit).catch(function () { return null; });
            return answer ? await judged(kind, answer) : { why: "hides_" + kind };
        } catch {
            if (limit.signal.aborted) { return { why: "no_answer" }; }
            return { why: await turned.away() ? "elsewhere" : "no_connection" };
        } finally {
            window.clearTimeout(timer);
            turned.forget();
            limit.abort();
        }
    };

    // The policy of the page stops a camera that sends on to another address, and one that came into the registry later.
    function turnedAway(url) {
        const origin = new URL(url).origin;
        let told = false;
        const hear = function (event) { told = told || event.blockedURI.startsWith(origin); };
        document.addEventListener("securitypolicyviolation", hear);
        return {
            // The event comes after the refusal that it explains.
            away: async function () { await new Promise(function (go) { window.setTimeout(go, 50); }); return told; },
            forget: function () { document.removeEventListener("securitypolicyviolation", hear); },
        };
    }

    async function judged(kind, answer) {
        const n = answer.status;
        if (REFUSED.includes(n)) { return { why: "refused", n: n }; }
        if (!answer.ok) { return { why: "not_there", n: n }; }
        const comes = kind === "hls" ? await isPlaylist(answer) : isPictures(answer);
        return { why: comes ? "no_pictures" : "not_stream" };
    }

    function isPictures(answer) {
        return /^(multipart|image)\//.test(answer.headers.get("content-type") || "");
    }

    async function isPlaylist(answer) {
        const start = await answer.body.getReader().read();
        return new TextDecoder().decode(start.value || new Uint8Array()).trimStart().startsWith("#EXTM3U");
    }
})();
