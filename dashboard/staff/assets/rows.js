// Long lists, drawn by hand: the server sends rows as HTML, each with its key, and only what differs is touched. What is
// unfolded, focused or being sent stays as it is.
(function () {
    "use strict";

    const drawn = new WeakMap();

    function made(html) {
        const template = document.createElement("template");
        template.innerHTML = html;
        return template.content.firstElementChild;
    }

    // data: {place, kind, rows: [[key, html], ...]}; without rows its one html is all there is.
    function rows(data) {
        const place = data && document.getElementById(data.place);
        if (!place) { return; }
        const list = place.querySelector(":scope > ol");
        if (!data.rows.length) {
            place.innerHTML = data.none;
        } else if (list) {
            update(list, data.rows);
        } else {
            const fresh = document.createElement("ol");
            fresh.className = data.kind;
            update(fresh, data.rows);
            place.replaceChildren(fresh);
        }
    }

    function update(list, wanted) {
        const known = new Map(Array.from(list.children, function (each) { return [each.dataset.case, each]; }));
        const gone = new Set(known.keys());
        let after = null;
        wanted.forEach(function (each) {
            const row = rowOf(known.get(each[0]), each[1]);
            const next = after ? after.nextElementSibling : list.firstElementChild;
            gone.delete(each[0]);
            if (next !== row) {
                // Those in between have gone for the most part: taking them out first moves fewer.
                if (next && gone.has(next.dataset.case)) { gone.delete(next.dataset.case); next.remove(); }
                const place = after ? after.nextElementSibling : list.firstElementChild;
                if (place !== row) { list.insertBefore(row, place); }
            }
            after = row;
        });
        gone.forEach(function (key) { known.get(key).remove(); });
    }

    function rowOf(row, html) {
        if (row && drawn.get(row) === html) { return row; }
        const fresh = made(html);
        const result = row && row.nodeName === fresh.nodeName ? row : fresh;
        if (result === row) { morph(row, fresh); }
        drawn.set(result, html);
        return result;
    }

    // Attributes are set and never taken away: what scripts put there (disabled, open) is theirs.
    function morph(live, fresh) {
        Array.from(fresh.attributes).forEach(function (each) {
            if (live.getAttribute(each.name) !== each.value) { live.setAttribute(each.name, each.value); }
        });
        if ("said" in live.dataset) { return; }
        const before = Array.from(live.childNodes), now = Array.from(fresh.childNodes);
        now.forEach(function (child, at) {
            const there = before[at];
            if (!there) { live.append(child); }
            else if (!alike(there, child)) { there.replaceWith(child); }
            else if (child.nodeType === Node.TEXT_NODE) { if (there.data !== child.data) { there.data = child.data; } }
            else { morph(there, child); }
        });
        before.slice(now.length).forEach(function (each) { each.remove(); });
    }

    // Another role within a row is another element: a form never turns into that of another matter.
    function alike(one, other) {
        return one.nodeName === other.nodeName && (one.nodeName !== "FORM" || one.dataset.act === other.dataset.act);
    }

    // Inside the app a link changes the address without loading the page anew, as those of Dash do.
    function followed(event) {
        const link = event.target.closest("a[data-inside]");
        if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
        event.preventDefault();
        window.history.pushState({}, "", link.getAttribute("href"));
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        window.scrollTo(0, 0);
    }

    document.addEventListener("click", followed);
    const ours = window.dash_clientside = window.dash_clientside || {};
    ours.mizumori = Object.assign({}, ours.mizumori, { rows: rows });
})();
