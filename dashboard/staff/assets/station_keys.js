// A station's page by keyboard: spans, past events, the table, the sections; "?" shows the keys. And the copy button.
(function () {
    "use strict";

    const SECTIONS = { g: "graphs", i: "station-incidents", s: "stills", l: "strips", c: "contacts" };

    function dialog() { return document.getElementById("station-keys"); }

    function pressed(event) {
        if (!dialog() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
        if (event.target.closest("input, textarea, select, [contenteditable], dialog")) { return; }
        if (document.querySelector("dialog[open]")) { return; }
        const act = actOf(event.key);
        if (act && act() !== false) { event.preventDefault(); }
    }

    function actOf(key) {
        if (key === "?") { return function () { dialog().showModal(); }; }
        if (key === "e") { return nextEvent; }
        if (SECTIONS[key]) { return function () { return go(SECTIONS[key]); }; }
        return /^[0-9t]$/.test(key) ? function () { return follow('[data-key="' + key + '"] a'); } : null;
    }

    // Focus stays on what was chosen, so that Tab goes on from there; the list is drawn anew after the click.
    function follow(selector) {
        const link = document.querySelector(selector);
        if (!link) { return false; }
        link.focus();
        link.click();
        return true;
    }

    function nextEvent() {
        const choices = Array.from(document.querySelectorAll(".past .choice"));
        if (!choices.length) { return false; }
        const at = choices.findIndex(function (each) { return each.classList.contains("is-chosen"); });
        const link = choices[(at + 1) % choices.length].querySelector("a");
        link.focus();
        link.click();
        return true;
    }

    // To what can be used in a section, else to the section itself.
    function go(id) {
        const section = document.getElementById(id);
        if (!section) { return false; }
        const inside = id === "graphs" ? null : section.querySelector("a[href], button");
        (inside || section).focus();
        (inside || section).scrollIntoView({ block: "nearest" });
        return true;
    }

    function clicked(event) {
        const keys = event.target.closest("[data-keys]");
        if (keys && dialog()) {
            if (keys.dataset.keys === "open") { dialog().showModal(); } else { dialog().close(); }
        }
        const copy = event.target.closest(".readings .copy");
        if (copy) { copyTable(copy); }
    }

    function copyTable(button) {
        const rows = Array.from(button.parentElement.querySelectorAll("tr"), function (row) {
            return Array.from(row.cells, function (cell) { return cell.textContent; }).join("\t");
        });
        write(rows.join("\n")).then(function () { button.textContent = button.dataset.copied; });
    }

    // Without TLS a browser has no clipboard for scripts, and the table is chosen for the person to copy.
    function write(text) {
        if (navigator.clipboard && window.isSecureContext) { return navigator.clipboard.writeText(text); }
        const area = document.createElement("textarea");
        area.value = text;
        document.body.appendChild(area);
        area.select();
        const done = document.execCommand("copy");
        area.remove();
        return done ? Promise.resolve() : Promise.reject(new Error("the browser did not copy"));
    }

    document.addEventListener("keydown", pressed);
    document.addEventListener("click", clicked);
})();
