// While somebody writes to the public: what residents would get, asked of the server, which keeps nothing of it.
(function () {
    "use strict";

    const WAIT_MS = 350;
    const PATH = "/api/v1/public-messages/preview";
    let timer = 0;
    let asked = 0;

    function slot(name) { return document.querySelector("#preview [data-slot='" + name + "']"); }

    // The page draws the same places: their text nodes are changed, not replaced.
    function put(name, text) {
        const place = slot(name);
        if (!place) { return; }
        if (place.firstChild && place.firstChild.nodeType === Node.TEXT_NODE) { place.firstChild.nodeValue = text; }
        else { place.textContent = text; }
    }

    function lengthOf(form) {
        const place = document.querySelector("#preview");
        const words = place ? place.dataset.length : "";
        return (words || "{units} / {parts}").replace("{units}", form.sms_units).replace("{parts}", form.sms_parts);
    }

    function show(said) {
        Object.entries(said.forms).forEach(function (each) {
            put(each[0] + ".subject", each[1].subject);
            put(each[0] + ".long", each[1].long);
            put(each[0] + ".short", each[1].short);
            put(each[0] + ".length", lengthOf(each[1]));
        });
        put("cap", said.cap);
        put("atom", Object.values(said.forms).map(function (each) { return each.atom; }).join("\n"));
        put("faults", said.faults.join("\n"));
        document.querySelector("#preview .preview-faults").classList.toggle("preview-none", !said.faults.length);
        document.querySelector("#preview").classList.remove("preview-empty");
        put("said", "");
    }

    function bodyFor(form) {
        const body = window.mizumoriForm.body(form);
        // What the act alone is asked for: which text somebody had read.
        Object.keys(JSON.parse(form.dataset.body || "{}")).forEach(function (each) { delete body[each]; });
        body.step = form.dataset.preview;
        if (form.dataset.of) { body.id = Number(form.dataset.of); }
        return body;
    }

    function ask(form) {
        const number = ++asked;
        const language = window.mizumoriForm.language();
        const headers = { "Accept": "application/json", "Accept-Language": language, "Content-Type": "application/json" };
        const csrf = window.mizumoriForm.csrf();
        if (csrf) { headers["X-CSRF-Token"] = csrf; }
        const sent = { method: "POST", headers: headers, credentials: "same-origin", body: JSON.stringify(bodyFor(form)) };
        window.fetch(PATH, sent)
            .then(function (answer) { return answer.json().then(function (said) { return [answer.ok, said]; }); })
            .then(function (both) {
                if (number !== asked || !document.querySelector("#preview")) { return; }
                if (both[0]) { show(both[1]); } else { put("said", both[1].detail || ""); }
            }, function () { /* the page itself says when the server is lost */ });
    }

    function soon(event) {
        const form = event.target.closest && event.target.closest("form[data-preview]");
        if (!form) { return; }
        window.clearTimeout(timer);
        timer = window.setTimeout(function () { ask(form); }, WAIT_MS);
    }

    document.addEventListener("input", soon);
    document.addEventListener("change", soon);

    // Deliveries go on while somebody writes what takes them back: whom it reaches is asked anew while the form is open.
    function askReach(form) {
        const path = "/api/v1/public-messages/" + form.dataset.of + "/reach?step=" + form.dataset.preview;
        const headers = { "Accept": "application/json", "Accept-Language": window.mizumoriForm.language() };
        window.fetch(path, { headers: headers, credentials: "same-origin", cache: "no-store" })
            .then(function (answer) { return answer.ok ? answer.json() : null; })
            .then(function (said) {
                const place = form.querySelector("[data-reach]");
                if (!said || !place) { return; }
                place.firstChild.nodeValue = said.said;
                form.dataset.confirm = form.dataset.ask.replace("{reach}", said.line);
            }, function () { /* the next time */ });
    }

    function reachOfOpen() { document.querySelectorAll("details[open] form[data-ask]").forEach(askReach); }

    document.addEventListener("toggle", reachOfOpen, true);
    window.setInterval(reachOfOpen, 5000);

    // A message that was made has a page of its own.
    document.addEventListener("mizumori:acted", function (event) {
        const told = event.detail;
        if (!told.form || !("goto" in told.form.dataset) || !told.answer) { return; }
        const made = told.answer.message || told.answer;
        const prefix = window.location.pathname.startsWith("/en/") ? "/en" : "";
        window.location.assign(prefix + "/messages/" + made.id);
    });
})();
