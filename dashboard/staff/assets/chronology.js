// The chronology: questions change the address without loading the page anew, new lines come when one wishes.
(function () {
    "use strict";

    const ROOMY_PX = 1100;
    const OWN_WITHIN_MS = 5000;
    let ownUntilMs = 0;

    // A question without its empty parts, as an address that Dash follows.
    function ask(form) {
        const asked = new URLSearchParams();
        new FormData(form).forEach(function (value, name) {
            if (String(value).trim() !== "") { asked.append(name, value); }
        });
        const path = form.getAttribute("action");
        const said = asked.toString();
        window.history.pushState({}, "", said ? path + "?" + said : path);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    }

    document.addEventListener("submit", function (event) {
        const form = event.target.closest("form[data-asks]");
        if (!form) { return; }
        event.preventDefault();
        ask(form);
    });

    document.addEventListener("click", function (event) {
        if (event.target.closest("[data-prints]")) { window.print(); }
    });

    // What one wrote oneself is seen at once; the lines of others wait behind the bar, unless one follows.
    document.addEventListener("mizumori:acted", function () {
        ownUntilMs = Date.now() + OWN_WITHIN_MS;
        look();
    });

    function look() {
        document.querySelectorAll("details[data-roomy]:not([data-met])").forEach(function (each) {
            each.dataset.met = "";
            each.open = window.innerWidth >= ROOMY_PX;
        });
        const bar = document.getElementById("chronicle-more");
        if (!bar || !bar.textContent || bar.dataset.pressed === bar.textContent) { return; }
        const follows = new URLSearchParams(window.location.search).get("follow") === "1";
        if (follows || Date.now() < ownUntilMs) {
            bar.dataset.pressed = bar.textContent;
            ownUntilMs = 0;
            bar.click();
            window.setTimeout(function () { delete bar.dataset.pressed; look(); }, 1000);
        }
    }

    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
    look();
})();
