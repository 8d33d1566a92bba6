// What a person does on a page: a form with data-act is sent to the API as JSON, and says in its own place what came
// of it. The page itself changes by the server's news alone.
(function () {
    "use strict";

    const GIVE_UP_MS = 20000;
    const JST = "+09:00";
    const UNDER_THE_FINGER_MS = 700;
    const ASK_ANEW_MS = 10000;
    const RANKS = ["viewer", "operator", "approver", "administrator"];
    const ME = "/api/v1/me";
    const SIGN_IN = "/login?next=%2Faccount";
    const running = new WeakSet();
    const changed = new WeakMap();
    let me = null;

    function words(key) {
        const kept = document.getElementById("acts-words");
        const all = kept ? JSON.parse(kept.dataset.words) : {};
        return (all[language()] || all.ja || {})[key] || "";
    }

    function language() {
        return document.documentElement.lang === "en" ? "en" : "ja";
    }

    function cookie(name) {
        const found = document.cookie.split("; ").find(function (each) { return each.startsWith(name + "="); });
        return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
    }

    // The value of a field as JSON, undefined where there is none to send.
    function valueOf(field) {
        if (field.type === "checkbox" && !("list" in field.dataset)) { return field.checked; }
        if ((field.type === "checkbox" || field.type === "radio") && !field.checked) { return undefined; }
        if (field.type === "select-multiple") {
            return Array.from(field.selectedOptions, function (each) { return each.value; });
        }
        const text = field.value;
        if (text.trim() === "") { return "empty" in field.dataset ? "" : undefined; }
        if (field.type === "number" || "number" in field.dataset) { return Number(text); }
        if (field.type === "datetime-local") { return (text.length === 16 ? text + ":00" : text) + JST; }
        return text;
    }

    function bodyOf(form) {
        const body = JSON.parse(form.dataset.body || "{}");
        Array.from(form.elements).forEach(function (field) {
            if (!field.name || field.disabled || field.type === "submit" || field.type === "button") { return; }
            const value = valueOf(field);
            if ("list" in field.dataset) {
                body[field.name] = (body[field.name] || []).concat(value === undefined ? [] : value);
            } else if (value !== undefined) {
                body[field.name] = value;
            }
        });
        return body;
    }

    function say(form, text, bad) {
        const place = form.querySelector("[data-said]");
        if (!place) { return; }
        place.setAttribute("role", bad ? "alert" : "status");
        place.classList.toggle("said-bad", bad);
        place.textContent = text;
    }

    function hold(form, held) {
        form.toggleAttribute("data-running", held);
        form.setAttribute("aria-busy", String(held));
        form.querySelectorAll("button").forEach(function (each) {
            if (held && !each.disabled) {
                each.disabled = true;
                each.dataset.held = "";
            } else if (!held && "held" in each.dataset) {
                each.disabled = false;
                delete each.dataset.held;
            }
        });
    }

    // A drill on the same host has cookies of its own; Dash's settings, which stand in the page, name them.
    function csrfName() {
        const settings = document.getElementById("_dash-config");
        return (settings && JSON.parse(settings.textContent).csrf_token_name) || "mizumori_csrf";
    }

    // A page belongs to the account that it was drawn for. Where a session began since then, in another tab, and it is
    // somebody else's, what was written here must not go out under their name.
    function another(signal) {
        const bar = document.getElementById("account"), own = document.querySelector("#account [name=csrf]");
        if (!own || !cookie(csrfName()) || own.value === cookie(csrfName())) { return Promise.resolve(false); }
        return whoIs(signal).then(function (who) { return Boolean(who.login) && who.login !== bar.dataset.login; });
    }

    function whoIs(signal) {
        const asked = { headers: { "Accept": "application/json" }, cache: "no-store", signal: signal };
        return window.fetch(ME, asked).then(function (answer) {
            if (answer.status >= 500) { throw new Error("the server cannot say"); }
            return answer.ok ? answer.json() : {};
        });
    }

    // What stands there as it is pressed; null where it must not go out from this page any more.
    function send(form) {
        const path = form.dataset.act;
        const method = (form.dataset.method || "POST").toUpperCase();
        const headers = { "Accept": "application/json", "Accept-Language": language() };
        const csrf = cookie(csrfName());
        if (csrf) { headers["X-CSRF-Token"] = csrf; }
        const asked = { method: method, headers: headers, credentials: "same-origin", cache: "no-store" };
        const body = bodyOf(form);
        if (method !== "DELETE" || Object.keys(body).length) {
            headers["Content-Type"] = "application/json";
            asked.body = JSON.stringify(body);
        }
        const end = new AbortController();
        const timer = window.setTimeout(function () { end.abort(); }, GIVE_UP_MS);
        asked.signal = end.signal;
        return another(end.signal)
            .then(function (other) { return other ? null : window.fetch(path, asked).then(read); })
            .finally(function () { window.clearTimeout(timer); });
    }

    function read(answer) {
        return answer.text().then(function (text) {
            let said = null;
            try { said = JSON.parse(text); } catch (_) { /* an answer without JSON has its status alone */ }
            return { ok: answer.ok, status: answer.status, said: said };
        });
    }

    // The session ended while somebody wrote. The page stays as it is: signed in anew in another tab it can be sent.
    function signedOut(form) {
        const place = form.querySelector("[data-said]");
        if (!place) { return; }
        const way = document.createElement("a");
        way.href = SIGN_IN;
        way.target = "_blank";
        way.rel = "noopener";
        way.textContent = words("sign_in");
        say(form, words("signed_out") + " ", true);
        place.append(way);
    }

    function settle(form, answer) {
        if (answer === null) {
            say(form, words("another"), true);
            return;
        }
        if (answer.status === 401) {
            signedOut(form);
            return;
        }
        if (!answer.ok) {
            const detail = answer.said && answer.said.detail;
            say(form, typeof detail === "string" ? detail : words("refused").replace("{n}", answer.status), true);
            return;
        }
        say(form, form.dataset.done || words("done"), false);
        if (!("keep" in form.dataset)) { form.reset(); }
        const told = { path: form.dataset.act, method: form.dataset.method || "POST", answer: answer.said, form: form };
        document.dispatchEvent(new CustomEvent("mizumori:acted", { detail: told }));
    }

    function run(form) {
        if (running.has(form)) { return; }
        running.add(form);
        say(form, "", false);
        const sent = send(form);
        hold(form, true);
        sent
            .then(function (answer) { settle(form, answer); }, function () { say(form, words("lost"), true); })
            .finally(function () {
                running.delete(form);
                hold(form, false);
            });
    }

    function button(className, text, chosen) {
        const made = document.createElement("button");
        made.type = "button";
        made.className = className;
        made.textContent = text;
        made.addEventListener("click", chosen);
        return made;
    }

    // The question of a form with data-repeats says again what is chosen in those of its fields, in the words of the choice.
    function question(form) {
        return (form.dataset.repeats || "").split(" ").filter(Boolean).reduce(function (said, name) {
            const chosen = form.elements[name].selectedOptions[0];
            return said.split("{" + name + "}").join(chosen ? chosen.textContent : "");
        }, form.dataset.confirm);
    }

    // Asks in the words of the form; the button that does it bears the name of the one that was pressed.
    function ask(form, pressed) {
        const dialog = document.createElement("dialog");
        const asked = document.createElement("p");
        const row = document.createElement("div");
        dialog.className = "act-ask";
        row.className = "act-buttons";
        asked.textContent = question(form);
        const no = button("act-button quiet", words("no"), function () { dialog.close(); });
        const yes = button("act-button", pressed ? pressed.textContent : words("yes"), function () {
            dialog.close();
            run(form);
        });
        row.append(no, yes);
        dialog.append(asked, row);
        dialog.setAttribute("aria-label", asked.textContent);
        dialog.addEventListener("close", function () { dialog.remove(); });
        document.body.append(dialog);
        dialog.showModal();
        no.focus();
    }

    document.addEventListener("submit", function (event) {
        const form = event.target.closest("form[data-act]");
        if (!form) { return; }
        event.preventDefault();
        if (running.has(form)) { return; }
        // The list moved as somebody pressed: what is under the finger now is not what they meant.
        if (Date.now() - (changed.get(form) || 0) < UNDER_THE_FINGER_MS) {
            say(form, words("moved"), true);
            return;
        }
        if (form.dataset.confirm) { ask(form, event.submitter); } else { run(form); }
    }, true);

    // Dash knows no input of every type: <span data-field='{"type": "datetime-local", "name": "at"}'> gets one.
    function fields() {
        document.querySelectorAll("[data-field]:empty").forEach(function (place) {
            const made = document.createElement("input");
            Object.entries(JSON.parse(place.dataset.field)).forEach(function (each) {
                if (each[1] === true) { made.setAttribute(each[0], ""); }
                else if (each[1] !== false && each[1] !== null) { made.setAttribute(each[0], String(each[1])); }
            });
            place.append(made);
        });
    }

    function moved(form) {
        changed.set(form, Date.now());
        say(form, "", false);
    }

    // A row went or came, and another stands in its place: its forms came under the finger as well.
    function others(place) {
        place.querySelectorAll("form.act-at-once").forEach(function (form) { changed.set(form, Date.now()); });
    }

    // The page was drawn anew and a form does something else now: nothing of what it said before holds.
    function turned(records) {
        records.forEach(function (record) {
            if (record.type === "attributes") {
                moved(record.target);
            } else if (["OL", "UL"].includes(record.target.nodeName)) {
                others(record.target);
            }
        });
        fields();
        bar();
    }

    // A form that needs more than this person may says so, before somebody tries. The API refuses it in any case.
    function bar() {
        const forms = document.querySelectorAll("form[data-needs]:not([data-barred])");
        if (!forms.length) { return; }
        me = me || whoIs();
        forms.forEach(function (form) { form.dataset.barred = ""; });
        me.then(function (who) {
            const rank = RANKS.indexOf(who.role);
            forms.forEach(function (form) {
                const needed = form.dataset.needs;
                if (rank < 0 || rank >= RANKS.indexOf(needed)) { return; }
                form.dataset.barred = "yes";
                form.querySelectorAll("button, input, textarea, select").forEach(function (each) {
                    each.disabled = true;
                    each.title = words("needs_" + needed);
                });
                if (!form.closest("[data-barred-said]")) { say(form, words("needs_" + needed), false); }
            });
        }).catch(function () {
            me = null;
            forms.forEach(function (form) { delete form.dataset.barred; });
            window.setTimeout(bar, ASK_ANEW_MS);
        });
    }

    const watched = { childList: true, subtree: true, attributes: true, attributeFilter: ["data-act", "data-body"] };
    new MutationObserver(turned).observe(document, watched);
    turned([]);

    // For scripts that show beforehand what a form would do, or keep what is typed.
    window.mizumoriForm = {
        body: bodyOf, language: language, words: words, csrf: function () { return cookie(csrfName()); },
    };
})();
