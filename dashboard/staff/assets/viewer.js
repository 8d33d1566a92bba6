// Pictures in large: the one that was chosen, and from it earlier and later ones, each with its own time.
(function () {
    "use strict";

    const shared = window.mizumori = window.mizumori || {};
    const shown = { camera: "", at: "", asked: 0 };
    let dialog = null;

    function words(key) {
        const all = JSON.parse(document.getElementById("viewer-words").dataset.words);
        return (all[document.documentElement.lang] || all.ja)[key];
    }

    function make(tag, className, text) {
        const made = document.createElement(tag);
        made.className = className;
        made.textContent = text || "";
        if (tag === "button") { made.type = "button"; }
        return made;
    }

    // One dialog for stills and live views: the page behind it stands still, and Escape closes it.
    function open(className, name, gone) {
        close();
        const made = dialog = make("dialog", "viewer " + className);
        const head = make("div", "viewer-head");
        const shut = make("button", "viewer-close", words("viewer.close"));
        shut.addEventListener("click", close);
        head.append(make("h2", "viewer-name", name), shut);
        made.append(head);
        made.gone = gone;
        made.addEventListener("close", function () { finish(made); });
        document.body.append(made);
        made.showModal();
        return made;
    }

    function close() {
        if (dialog) { finish(dialog); }
    }

    // At once, and once: the browser tells of a closed dialog only later, when another may be open.
    function finish(closed) {
        if (!closed.gone) { return; }
        closed.gone();
        closed.gone = null;
        closed.remove();
        if (dialog === closed) { dialog = null; }
    }

    function language() {
        return document.documentElement.lang || "ja";
    }

    // Asks which picture is the next one. Answers with null where nobody can be asked.
    function ask(camera, step, at) {
        const query = new URLSearchParams({ at: at || new Date().toISOString(), lang: language() });
        return window.fetch("/stills/" + camera + "/" + step + "?" + query, { cache: "no-store" })
            .then(function (answer) { return answer.ok ? answer.json() : null; })
            .catch(function () { return null; });
    }

    // A picture with its time and, where it must not be judged by, a band across it.
    function figure(found) {
        const made = make("figure", "viewer-picture");
        const image = make("img", "");
        image.src = found.src;
        image.alt = found.alt;
        made.append(image);
        if (found.band) {
            const band = make("span", "band");
            band.append(make("b", "", found.band), make("span", "", words("cameras.do_not_judge")));
            made.append(band);
        }
        return made;
    }

    function timeOf(found) {
        const line = make("div", "taken-line");
        line.append(make("small", "", words("viewer.taken")), make("span", "taken", found.taken));
        if (found.uncertain) { line.append(make("b", "uncertain", found.uncertain)); }
        return line;
    }

    function normalDay(found) {
        const made = make("figure", "viewer-reference");
        const image = make("img", "");
        image.src = found.reference;
        image.alt = found.reference_said;
        made.append(image, make("figcaption", "", found.reference_said));
        return made;
    }

    function openStills(button) {
        shown.camera = button.dataset.still;
        shown.at = button.dataset.at;
        const made = open("viewer-stills", "", function () { shown.asked += 1; });
        const said = make("p", "viewer-said");
        said.setAttribute("role", "status");
        const steps = make("div", "viewer-steps");
        steps.append(stepButton("earlier", "←"), said, stepButton("later", "→"));
        made.append(make("div", "viewer-time"), make("div", "viewer-body"), steps);
        made.addEventListener("keydown", onKey);
        go("nearest");
    }

    function stepButton(step, arrow) {
        const text = words("viewer." + step);
        const button = make("button", "viewer-step", step === "earlier" ? arrow + " " + text : text + " " + arrow);
        button.dataset.step = step;
        button.addEventListener("click", function () { go(step); });
        return button;
    }

    function onKey(event) {
        const step = { ArrowLeft: "earlier", ArrowRight: "later" }[event.key];
        if (step) {
            event.preventDefault();
            go(step);
        }
    }

    function go(step) {
        const asked = shown.asked += 1;
        say(words("viewer.loading"));
        ask(shown.camera, step, shown.at).then(function (found) {
            if (asked !== shown.asked) { return; }
            if (!found) { say(words("viewer.failed")); return; }
            if (found.none) { say(found.none); return; }
            load(found, asked);
        });
    }

    // Time and picture change together, and only once the picture is there.
    function load(found, asked) {
        const picture = figure(found);
        const image = picture.querySelector("img");
        image.addEventListener("load", function () {
            if (asked !== shown.asked) { return; }
            shown.at = found.at;
            dialog.querySelector(".viewer-name").textContent = found.name;
            dialog.querySelector(".viewer-time").replaceChildren(timeOf(found));
            const both = found.reference ? [picture, normalDay(found)] : [picture];
            dialog.querySelector(".viewer-body").replaceChildren(...both);
            say("");
        });
        image.addEventListener("error", function () {
            if (asked === shown.asked) { say(words("viewer.failed")); }
        });
    }

    function say(text) {
        dialog.querySelector(".viewer-said").textContent = text;
    }

    // Along a strip by arrow keys; it runs from the newest at the right to the earliest at the left.
    function alongStrip(event) {
        const thumb = event.target.closest && event.target.closest(".thumb");
        if (!thumb) { return; }
        const next = { ArrowLeft: thumb.nextElementSibling, ArrowRight: thumb.previousElementSibling }[event.key];
        if (next) {
            event.preventDefault();
            next.focus();
            next.scrollIntoView({ block: "nearest", inline: "nearest" });
        }
    }

    document.addEventListener("click", function (event) {
        const button = event.target.closest("button[data-still]");
        if (button) { openStills(button); }
    });
    document.addEventListener("keydown", alongStrip);
    window.addEventListener("popstate", close);

    Object.assign(shared, { ask: ask, close: close, figure: figure, make: make, open: open, timeOf: timeOf, words: words });
})();
