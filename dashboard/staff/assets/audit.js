// The audit log: its lines are fetched from the API, which asks anew each time who may read them.
(function () {
    "use strict";

    const format = new Intl.DateTimeFormat("sv-SE", {
        timeZone: "Asia/Tokyo", year: "numeric", month: "2-digit", day: "2-digit",
        hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    let shown = null;

    function look() {
        const place = document.getElementById("audit");
        if (!place) { shown = null; return; }
        const asked = window.location.search.replace(/^\?/, "");
        if (shown === asked && place.dataset.met) { return; }
        shown = asked;
        place.dataset.met = "yes";
        document.getElementById("audit-lines").replaceChildren();
        fill(asked);
        point(place, asked);
        fetchPage(place, asked, "");
    }

    // The fields show what is asked.
    function fill(asked) {
        const form = document.querySelector(".audit-form");
        new URLSearchParams(asked).forEach(function (value, name) {
            if (form.elements[name]) { form.elements[name].value = value; }
        });
    }

    function point(place, asked) {
        const path = place.dataset.source + "/export?lang=" + place.dataset.language;
        document.getElementById("audit-export").setAttribute("href", asked ? path + "&" + asked : path);
    }

    function fetchPage(place, asked, before) {
        const search = new URLSearchParams(asked);
        search.set("lang", place.dataset.language);
        if (before) { search.set("before", before); }
        const words = JSON.parse(place.dataset.words);
        window.fetch(place.dataset.source + "?" + search, { credentials: "same-origin", cache: "no-store" })
            .then(function (answer) { return answer.json().then(function (said) { return [answer, said]; }); })
            .then(function (both) {
                if (shown !== asked) { return; }
                if (both[0].status === 401) {
                    const here = window.location.pathname + window.location.search;
                    window.location.assign("/login?next=" + encodeURIComponent(here));
                } else if (!both[0].ok) {
                    say(place, both[1].detail, true);
                } else {
                    draw(place, asked, words, both[1]);
                }
            }, function () { say(place, words.lost, true); });
    }

    function draw(place, asked, words, page) {
        const rows = document.getElementById("audit-lines");
        page.lines.forEach(function (each) { rows.append(row(each, words)); });
        say(place, rows.children.length ? "" : words.none, false);
        if (page.before) {
            const more = document.createElement("button");
            more.type = "button";
            more.className = "act-button quiet audit-more";
            more.textContent = words.older;
            more.addEventListener("click", function () { more.remove(); fetchPage(place, asked, page.before); });
            place.append(more);
        }
    }

    function row(each, words) {
        const made = document.createElement("tr");
        const at = format.format(new Date(each.at));
        const cells = [at, each.actor, words.acts[each.act] || each.act, each.object, each.detail, each.address];
        cells.forEach(function (said) {
            const cell = document.createElement("td");
            cell.textContent = said;
            made.append(cell);
        });
        return made;
    }

    function say(place, words, bad) {
        place.querySelectorAll(".audit-said, .audit-more").forEach(function (each) { each.remove(); });
        if (!words) { return; }
        const made = document.createElement("p");
        made.className = bad ? "audit-said said-bad" : "audit-said empty";
        made.setAttribute("role", bad ? "alert" : "status");
        made.textContent = words;
        place.append(made);
    }

    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    window.addEventListener("popstate", look);
    window.addEventListener("_dashprivate_pushstate", function () { window.setTimeout(look, 0); });
    look();
})();
