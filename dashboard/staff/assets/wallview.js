// The right side of the wall turns by itself: one panel at a time, those that have nothing to say are left out. An alert
// that has just come is shown at once.
(function () {
    "use strict";

    const EVERY_MS = 12000;
    let shown = "";
    let due = 0;
    let waited = 0;

    function panels() {
        return Array.from(document.querySelectorAll("[data-turning] > .panel"));
    }

    function says(panel) {
        return panel.querySelector("#map, .worst-stills, .waiting, .rising, .tiles, .devices") !== null;
    }

    function name(panel) {
        return panel.className;
    }

    function turn(to) {
        panels().forEach(function (panel) { panel.classList.toggle("turned", panel === to); });
        shown = to ? name(to).replace(" turned", "") : "";
        due = Date.now() + EVERY_MS;
    }

    function next(all) {
        const at = all.findIndex(function (panel) { return name(panel).replace(" turned", "") === shown; });
        return all[(at + 1) % all.length];
    }

    function tick() {
        if (!document.querySelector("[data-turning]")) { return; }
        const all = panels().filter(says);
        const count = Number(document.documentElement.dataset.waiting || 0);
        const alerts = all.find(function (panel) { return panel.classList.contains("panel-waiting"); });
        if (count > waited && alerts) { turn(alerts); }
        waited = count;
        if (!all.length) { turn(panels()[0]); return; }
        if (Date.now() >= due || !document.querySelector("[data-turning] > .turned")) { turn(next(all)); }
    }

    window.setInterval(tick, 500);
})();
