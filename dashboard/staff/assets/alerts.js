// The pages of the alerts: by keyboard ("?" shows the keys), the focus kept where the list is drawn anew, and what came of
// an acknowledgement told where it is seen, for the row that was pressed has moved away by then.
(function () {
    "use strict";

    const TOLD_FOR_MS = 15000;
    const FOLDS = { e: "escalate", s: "silence", w: "work", c: "close" };
    const FIELDS = { n: ".act-note textarea", t: ".act-assign input" };
    let focused = null;
    let timer = 0;

    function dialog() { return document.getElementById("alerts-keys"); }

    function pressed(event) {
        if (!dialog() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
        if (event.target.closest("input, textarea, select, [contenteditable], dialog")) { return; }
        if (document.querySelector("dialog[open]")) { return; }
        const act = event.key === "?" ? help : document.querySelector(".case-page") ? ofCase(event.key) : ofList(event.key);
        if (act && act() !== false) { event.preventDefault(); }
    }

    function help() { dialog().showModal(); }

    function ofList(key) {
        if (key === "j") { return function () { return step(1); }; }
        if (key === "k") { return function () { return step(-1); }; }
        if (key === "a") { return function () { return press(row() && row().querySelector(".case-act button")); }; }
        if (key === "d") { return unfold; }
        return null;
    }

    function ofCase(key) {
        if (key === "a") { return function () { return press(document.querySelector("#case-head .act-button")); }; }
        if (key === "b") { return function () { return press(document.querySelector("#case-head .back")); }; }
        if (FIELDS[key]) { return function () { return go(document.querySelector(FIELDS[key])); }; }
        return FOLDS[key] ? function () { return open(FOLDS[key]); } : null;
    }

    // An alert among those that are folded, else the row of its station.
    function row() {
        const at = document.activeElement;
        return at && at.closest(".case-others > li, li.case");
    }

    function step(by) {
        const rows = Array.from(document.querySelectorAll("li.case"));
        if (!rows.length) { return false; }
        const at = rows.indexOf(row() && row().closest("li.case"));
        const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
        return go(next.querySelector(".case-name"));
    }

    function unfold() {
        const fold = row() && row().closest("li.case").querySelector("details");
        if (!fold) { return false; }
        fold.open = !fold.open;
        return true;
    }

    function open(name) {
        const fold = document.querySelector(".act-fold-" + name);
        if (!fold || !fold.offsetParent) { return false; }
        fold.open = true;
        return go(fold.querySelector("textarea, select, input, button"));
    }

    function go(place) {
        if (!place || place.disabled) { return false; }
        place.focus();
        place.scrollIntoView({ block: "nearest" });
        return true;
    }

    function press(button) {
        if (!button || button.disabled) { return false; }
        button.focus();
        button.click();
        return true;
    }

    // What was focused, by the row of its station, what it is in it, and where the row stands in which list.
    function remember(event) {
        const of = event.target.closest("li.case[data-case]");
        focused = of ? {
            key: of.dataset.case, what: selectorOf(event.target),
            place: of.closest("[id]").id, at: Array.from(of.parentElement.children).indexOf(of),
        } : null;
    }

    function forget(event) {
        if (!event.target.closest("li.case")) { focused = null; }
    }

    function selectorOf(element) {
        const form = element.closest("form[data-act]");
        if (form) { return 'form[data-act="' + form.dataset.act + '"] button'; }
        return element.tagName === "A" ? 'a[href="' + element.getAttribute("href") + '"]' : element.tagName.toLowerCase();
    }

    function keepFocus() {
        if (!focused || document.activeElement !== document.body || document.querySelector("dialog[open]")) { return; }
        const list = document.getElementById(focused.place);
        const rows = list ? Array.from(list.querySelectorAll("li.case")) : [];
        if (!rows.length) { return; }
        const same = rows.find(function (each) { return each.dataset.case === focused.key; });
        // A row that was dealt with has gone: on to the one that stands there now.
        const row = same || rows[Math.min(focused.at, rows.length - 1)];
        const place = (same && same.querySelector(focused.what)) || row.querySelector(".case-name");
        if (place) { place.focus({ preventScroll: true }); }
    }

    // The row may be gone, or say something else: what was acknowledged, and what was not, stands at the foot.
    function tell(event) {
        const place = document.getElementById("alerts-said");
        const answer = event.detail.answer;
        if (!place || !answer || typeof answer.said !== "string") { return; }
        place.textContent = answer.said;
        window.clearTimeout(timer);
        timer = window.setTimeout(function () { place.textContent = ""; }, TOLD_FOR_MS);
    }

    function clicked(event) {
        const keys = event.target.closest("[data-keys]");
        if (keys && dialog()) {
            if (keys.dataset.keys === "open") { help(); } else { dialog().close(); }
        }
    }

    document.addEventListener("keydown", pressed);
    document.addEventListener("click", clicked);
    document.addEventListener("focusin", remember);
    document.addEventListener("mousedown", forget);
    document.addEventListener("mizumori:acted", tell);
    new MutationObserver(keepFocus).observe(document, { childList: true, subtree: true });
})();
