// What somebody types is theirs until it is sent or thrown away: it is kept while the page is drawn anew, loaded anew or
// left, in this tab alone. Signing out forgets it, and so does another account that is signed in on this page.
(function () {
    "use strict";

    const PLACE = "mizumori:typed";
    const KEPT_MS = 6 * 3600 * 1000;
    const UNKEPT = ["password", "hidden", "file", "submit", "button", "reset"];
    const drawn = new WeakMap();

    // The account that the page was drawn for; "" where nobody signs in, undefined before the frame stands.
    function owner() {
        const bar = document.getElementById("account");
        return bar ? bar.dataset.login || "" : undefined;
    }

    // What is too old, or another's, is gone for good: nobody finds it under a name that is not theirs.
    function all() {
        let kept = {};
        try { kept = JSON.parse(window.sessionStorage.getItem(PLACE)) || {}; } catch (_) { /* none can be kept */ }
        const whose = owner(), before = Object.keys(kept);
        if (whose === undefined) { return {}; }
        before.forEach(function (each) {
            if (Date.now() - kept[each].at > KEPT_MS || kept[each].whose !== whose) { delete kept[each]; }
        });
        if (Object.keys(kept).length < before.length) { keep(kept); }
        return kept;
    }

    function keep(kept) {
        try { window.sessionStorage.setItem(PLACE, JSON.stringify(kept)); } catch (_) { /* none can be kept */ }
    }

    function forms() { return Array.from(document.querySelectorAll("form[data-act]")); }

    // The same form of the same page in either language; "" where two cannot be told apart.
    function nameOf(form) {
        const name = (form.dataset.method || "POST") + " " + form.dataset.act;
        const page = window.location.pathname.replace(/^\/en(?=\/|$)/, "") || "/";
        const alike = forms().filter(function (each) {
            return (each.dataset.method || "POST") + " " + each.dataset.act === name;
        });
        return alike.length > 1 ? "" : page + " " + name;
    }

    function fieldsOf(form) {
        return Array.from(form.elements).filter(function (each) { return each.name && !UNKEPT.includes(each.type); });
    }

    function keyOf(field) {
        return field.type === "checkbox" || field.type === "radio" ? field.name + "=" + field.value : field.name;
    }

    function valueOf(field) {
        if (field.type === "checkbox" || field.type === "radio") { return field.checked; }
        if (field.type !== "select-multiple") { return field.value; }
        return Array.from(field.selectedOptions, function (each) { return each.value; });
    }

    function put(field, value) {
        if (typeof value === "boolean") { field.checked = value; return; }
        if (!Array.isArray(value)) { field.value = value; return; }
        Array.from(field.options).forEach(function (each) { each.selected = value.includes(each.value); });
    }

    function same(one, other) { return JSON.stringify(one) === JSON.stringify(other); }

    function typedIn(form) {
        return fieldsOf(form).filter(function (each) { return drawn.has(each) && !same(valueOf(each), drawn.get(each)); });
    }

    function remember(form) {
        const name = nameOf(form), whose = owner();
        if (!name || whose === undefined) { return; }
        const kept = all(), fields = {};
        typedIn(form).forEach(function (each) { fields[keyOf(each)] = { is: valueOf(each), was: drawn.get(each) }; });
        const typed = { at: Date.now(), whose: whose, about: form.dataset.body || "", fields: fields };
        if (Object.keys(fields).length) { kept[name] = typed; } else { delete kept[name]; }
        keep(kept);
    }

    function forget(form) {
        const kept = all(), name = nameOf(form);
        if (name in kept) {
            delete kept[name];
            keep(kept);
        }
        fieldsOf(form).forEach(function (each) { drawn.set(each, valueOf(each)); });
        tell(form, "");
    }

    function throwAway(form) {
        typedIn(form).forEach(function (each) { put(each, drawn.get(each)); });
        forget(form);
        form.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function tell(form, word) {
        const place = form.querySelector("[data-kept]");
        if (!place) { return; }
        place.replaceChildren();
        if (!word) { return; }
        const away = document.createElement("button");
        away.type = "button";
        away.className = "act-button quiet";
        away.textContent = window.mizumoriForm.words("throw_away");
        away.addEventListener("click", function () { throwAway(form); });
        place.append(window.mizumoriForm.words(word), away);
    }

    function unfold(form) {
        for (let each = form.closest("details"); each; each = each.parentElement.closest("details")) { each.open = true; }
    }

    // Fields that were drawn just now get back what was typed into those before them.
    function give(form) {
        const fresh = fieldsOf(form).filter(function (each) { return !drawn.has(each); });
        if (!fresh.length) { return; }
        fresh.forEach(function (each) { drawn.set(each, valueOf(each)); });
        const kept = all()[nameOf(form)];
        if (!kept) { return; }
        const back = fresh.filter(function (each) {
            return keyOf(each) in kept.fields && !same(kept.fields[keyOf(each)].is, valueOf(each));
        });
        if (!back.length) { return; }
        const moved = kept.about !== (form.dataset.body || "") || back.some(function (each) {
            return !same(kept.fields[keyOf(each)].was, valueOf(each));
        });
        back.forEach(function (each) { put(each, kept.fields[keyOf(each)].is); });
        unfold(form);
        tell(form, moved ? "given_back_changed" : "given_back");
        form.dispatchEvent(new Event("input", { bubbles: true }));
    }

    // A form that does something else by now: what was typed into it belongs to what it did before.
    function turned(form) {
        fieldsOf(form).forEach(function (each) {
            if (each.type === "textarea" || each.type === "text") { each.value = each.defaultValue; }
            drawn.delete(each);
        });
        tell(form, "");
    }

    function typed(event) {
        const form = event.target.closest && event.target.closest("form[data-act]");
        if (form && event.target !== form) { remember(form); }
    }

    document.addEventListener("input", typed);
    document.addEventListener("change", typed);
    document.addEventListener("mizumori:acted", function (event) { if (event.detail.form) { forget(event.detail.form); } });
    document.addEventListener("submit", function (event) {
        if (!(event.target.getAttribute("action") || "").startsWith("/login/out")) { return; }
        try { window.sessionStorage.removeItem(PLACE); } catch (_) { /* nothing was kept */ }
    });

    new MutationObserver(function (records) {
        records.forEach(function (each) { if (each.type === "attributes") { turned(each.target); } });
        forms().forEach(give);
    }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-act"] });
    forms().forEach(give);

    // Whether anything was typed on this page that has not been sent: then nothing loads it anew by itself.
    window.mizumoriKept = { any: function () { return forms().some(function (each) { return typedIn(each).length > 0; }); } };
})();
