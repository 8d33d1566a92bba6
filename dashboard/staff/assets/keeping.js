// The accounts and tokens as administrators keep them: fetched from the API, which asks anew each time who may read
// them. What is pressed is sent by acts.js; what is shown once is shown here and kept nowhere.
(function () {
    "use strict";

    const format = new Intl.DateTimeFormat("sv-SE", {
        timeZone: "Asia/Tokyo", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    const ROLES = ["viewer", "operator", "approver", "administrator"];
    const open = new Set();
    let words = {};
    let me = "";
    let known = { departments: [], areas: [] };

    function look() {
        const place = document.getElementById("keeping");
        if (!place || place.dataset.met) { return; }
        place.dataset.met = "yes";
        words = JSON.parse(place.dataset.words);
        open.clear();
        load(place);
    }

    function load(place, act) {
        ask("/api/v1/me").then(function (said) { me = said.login; })
            .then(function () { return ask(place.dataset.accounts); })
            .then(function (said) {
                known = said;
                fill("kept-accounts", said.accounts.map(account), words.none);
                if (act) { sayAgain(act); }
                place.querySelectorAll("[data-places]:empty").forEach(function (each) { each.append(...places([], [])); });
                return ask(place.dataset.tokens);
            })
            .then(function (said) { fill("kept-tokens", said.tokens.map(token), words.no_tokens); })
            .catch(function (error) { fill("kept-accounts", [trouble(error.message || words.lost)], ""); });
    }

    // The rows are drawn anew after an act; what came of it stands at the form that did it.
    function sayAgain(act) {
        const forms = document.querySelectorAll("#kept-accounts form");
        const same = Array.from(forms).find(function (each) {
            return ["act", "method", "body"].every(function (name) { return each.dataset[name] === act[name]; });
        });
        if (same) { same.querySelector("[data-said]").textContent = act.done; }
    }

    function ask(path) {
        const language = document.getElementById("keeping").dataset.language;
        return window.fetch(path + "?lang=" + language, { credentials: "same-origin", cache: "no-store" })
            .catch(function () { throw new Error(words.lost); })
            .then(function (answer) {
                return answer.json().catch(function () { return {}; }).then(function (said) {
                    if (answer.status === 401) {
                        window.location.assign("/login?next=" + encodeURIComponent(window.location.pathname));
                    }
                    if (!answer.ok) { throw new Error(said.detail || words.lost); }
                    return said;
                });
            });
    }

    function fill(id, rows, nothing) {
        const place = document.getElementById(id);
        if (place) { place.replaceChildren(...(rows.length ? rows : [make("p", { className: "empty" }, nothing)])); }
    }

    function make(tag, values, ...inside) {
        const made = document.createElement(tag);
        Object.entries(values || {}).forEach(function (each) {
            if (each[0] === "data") { Object.assign(made.dataset, each[1]); } else { made[each[0]] = each[1]; }
        });
        made.append(...inside.filter(function (each) { return each !== "" && each !== null; }));
        return made;
    }

    function trouble(said) {
        const made = make("p", { className: "said-bad" }, said);
        made.setAttribute("role", "alert");
        return made;
    }

    function put(sentence, values) {
        return Object.entries(values).reduce(function (said, each) { return said.replace("{" + each[0] + "}", each[1]); }, sentence);
    }

    function time(at) { return format.format(new Date(at)); }

    function where(kept) {
        const all = kept.departments.concat(kept.areas);
        return all.length ? all.join("・") : words.everywhere;
    }

    function form(act, method, body, button, more) {
        const made = make("form", { className: "act-form", data: Object.assign({ act: act, method: method, keep: "yes", done: words.done }, more) });
        if (body) { made.dataset.body = JSON.stringify(body); }
        const said = make("span", { className: "act-said", data: { said: "" } });
        said.setAttribute("role", "status");
        made.append(make("div", { className: "act-buttons" }, make("button", { type: "submit", className: "act-button quiet" }, button), said));
        return made;
    }

    function tick(name, value, chosen) {
        const box = make("input", { type: "checkbox", name: name, value: value, checked: chosen, data: { list: "yes" } });
        return make("label", { className: "act-field act-tick" }, box, make("span", { className: "act-label" }, value));
    }

    function places(departments, areas) {
        return [["departments", departments], ["areas", areas]].map(function (each) {
            const all = Array.from(new Set(known[each[0]].concat(each[1])));
            if (!all.length) { return ""; }
            const ticks = all.map(function (name) { return tick(each[0], name, each[1].includes(name)); });
            return make("fieldset", { className: "keeping-ticks" }, make("legend", {}, words[each[0]]), ...ticks);
        }).filter(Boolean);
    }

    function account(kept) {
        const made = make("details", { className: "kept", open: open.has(kept.id) }, summary(kept));
        made.addEventListener("toggle", function () {
            if (made.open) { open.add(kept.id); } else { open.delete(kept.id); }
        });
        made.append(make("div", { className: "kept-inside" }, changing(kept), make("div", { className: "kept-acts" }, ...acts(kept)), sessions(kept)));
        if (kept.disabled_at) { made.classList.add("kept-over"); }
        return made;
    }

    function summary(kept) {
        const flags = [
            kept.disabled_at ? words.disabled : "", kept.wall ? words.wall : "", kept.must_change_password ? words.must : "",
            kept.login === me ? words.me : "",
        ].filter(Boolean).map(function (each) { return make("span", { className: "kept-flag" }, each); });
        const codes = put(words.codes_left, { count: kept.recovery_codes_left });
        return make("summary", {},
            make("span", { className: "kept-who" }, make("b", {}, kept.name), make("small", {}, kept.login)),
            make("span", { className: "kept-role" }, words["role_" + kept.role], make("small", {}, where(kept))),
            make("span", {}, kept.second_factor ? words.second_on : words.second_off, make("small", {}, kept.second_factor ? codes : "")),
            make("span", {}, kept.signed_in_at ? put(words.signed_in, { at: time(kept.signed_in_at) }) : words.never,
                make("small", {}, put(words.sessions, { count: kept.sessions.length }))),
            make("span", { className: "kept-flags" }, ...flags));
    }

    function changing(kept) {
        const path = "/api/v1/accounts/" + kept.id;
        const made = form(path, "PATCH", null, words.change, { done: words.changed });
        const options = ROLES.map(function (role) {
            return make("option", { value: role, selected: role === kept.role }, words["role_" + role]);
        });
        const select = make("select", { name: "role" }, ...options);
        made.prepend(make("label", { className: "act-field" }, make("span", { className: "act-label" }, words.role), select),
            ...places(kept.departments, kept.areas));
        return made;
    }

    function acts(kept) {
        const path = "/api/v1/accounts/" + kept.id;
        const who = { name: kept.name };
        const anew = put(words.reset_ask, who);
        const both = { password: true, second_factor: true };
        return [
            kept.disabled_at
                ? form(path, "PATCH", { disabled: false }, words.enable, {})
                : form(path, "PATCH", { disabled: true }, words.disable, { confirm: put(words.disable_ask, who) }),
            form(path + "/reset", "POST", { password: true, second_factor: false }, words.reset_password, { confirm: anew }),
            kept.second_factor ? form(path + "/reset", "POST", { password: false, second_factor: true }, words.reset_second,
                { confirm: put(words.reset_second_ask, who) }) : "",
            kept.second_factor ? form(path + "/reset", "POST", both, words.reset_both, { confirm: anew }) : "",
            kept.sessions.length ? form(path + "/sessions", "DELETE", null, words.end_sessions, { confirm: put(words.end_ask, who) }) : "",
        ].filter(Boolean);
    }

    function sessions(kept) {
        const lines = kept.sessions.map(function (each) {
            const seen = put(words.seen, { at: time(each.seen_at) });
            return make("li", {}, time(each.begun_at) + " ", put(words.from_address, { address: each.address }), make("small", {}, seen));
        });
        return lines.length ? make("ul", { className: "kept-sessions" }, ...lines) : "";
    }

    function token(kept) {
        const over = kept.revoked_at || new Date(kept.expires_at) <= new Date();
        const ends = kept.revoked_at ? put(words.revoked, { at: time(kept.revoked_at) })
            : put(over ? words.over : words.until, { at: time(new Date(kept.expires_at) - 1000).slice(0, 10) });
        const used = kept.used_at ? put(words.used, { at: time(kept.used_at), address: kept.used_from }) : words.unused;
        const revoke = form("/api/v1/tokens/" + kept.id, "DELETE", null, words.revoke, { confirm: put(words.revoke_ask, { name: kept.name }) });
        return make("div", { className: over ? "kept-token kept-over" : "kept-token" },
            make("span", { className: "kept-who" }, make("b", {}, kept.name), make("small", {}, put(words.made_by, { name: kept.made_by }))),
            make("span", { className: "kept-role" }, words["role_" + kept.role], make("small", {}, where(kept))),
            make("span", {}, ends, make("small", {}, used)),
            over ? "" : revoke);
    }

    // A password or a token: on the screen until it is closed, and nowhere else.
    function once(title, secret, note) {
        const place = document.getElementById("once");
        const copy = make("button", { type: "button", className: "act-button quiet" }, words.copy);
        copy.addEventListener("click", function () {
            navigator.clipboard.writeText(secret).then(function () { copy.textContent = words.copied; });
        });
        const close = make("button", { type: "button", className: "act-button" }, words.close);
        close.addEventListener("click", function () { place.replaceChildren(); place.hidden = true; });
        place.replaceChildren(make("h2", {}, title), make("code", {}, secret), make("p", {}, note),
            make("div", { className: "act-buttons" }, navigator.clipboard ? copy : "", close));
        place.hidden = false;
        place.tabIndex = -1;
        place.focus({ preventScroll: true });
        place.scrollIntoView({ block: "nearest" });
    }

    document.addEventListener("mizumori:acted", function (event) {
        const place = document.getElementById("keeping");
        const said = event.detail.answer || {};
        if (!place || !/^\/api\/v1\/(accounts|tokens)\b/.test(event.detail.path)) { return; }
        if (said.password) {
            const who = { name: said.account.name, login: said.account.login };
            once(put(words.once_password, who), said.password, words.once_note);
        }
        if (said.token) { once(put(words.once_token, { name: said.name }), said.token, words.once_token_note); }
        load(place, event.detail.form.dataset);
    });

    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    look();
})();
