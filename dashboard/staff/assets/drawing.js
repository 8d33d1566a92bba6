// Draws a section that came as HTML. Of a later one only what differs from the one before is changed in the page, so that
// focus, an open fold, a fetched picture and what another script wrote stay as they are.
(function () {
    "use strict";

    const React = window.React;

    function parsed(html) {
        const made = document.createElement("template");
        made.innerHTML = html;
        return made.content.firstElementChild;
    }

    function keyOf(node) {
        return node.nodeType === Node.ELEMENT_NODE ? node.getAttribute("data-row") : null;
    }

    function attributes(live, before, now) {
        Array.from(now.attributes).forEach(function (each) {
            if (before.getAttribute(each.name) !== each.value) { live.setAttribute(each.name, each.value); }
        });
        Array.from(before.attributes).forEach(function (each) {
            if (!now.hasAttribute(each.name)) { live.removeAttribute(each.name); }
        });
    }

    // The one from before that a node goes on from: by its key where it has one, else the next of its kind without.
    function taker(pairs) {
        const keyed = new Map(), rest = [];
        pairs.forEach(function (pair) {
            const key = keyOf(pair.before);
            if (key === null) { rest.push(pair); } else { keyed.set(key, pair); }
        });
        return function (node) {
            const key = keyOf(node), found = key === null ? rest[0] : keyed.get(key);
            if (!found || found.before.nodeName !== node.nodeName) { return null; }
            if (key === null) { rest.shift(); } else { keyed.delete(key); }
            return found;
        };
    }

    function children(live, before, now) {
        const pairs = Array.from(before.childNodes).map(function (each, number) {
            return { before: each, live: live.childNodes[number] };
        }).filter(function (pair) { return pair.live; });
        const behind = pairs.length ? pairs[pairs.length - 1].live.nextSibling : live.firstChild;
        const take = taker(pairs), kept = new Set();
        const wanted = Array.from(now.childNodes).map(function (node) {
            const pair = take(node);
            if (!pair) { return document.importNode(node, true); }
            kept.add(pair.live);
            change(pair.live, pair.before, node);
            return pair.live;
        });
        pairs.forEach(function (pair) { if (!kept.has(pair.live)) { pair.live.remove(); } });
        wanted.reduceRight(function (next, node) {
            if (node.parentNode !== live || node.nextSibling !== next) { live.insertBefore(node, next); }
            return node;
        }, behind);
    }

    function change(live, before, now) {
        if (before.isEqualNode(now)) { return; }
        if (now.nodeType !== Node.ELEMENT_NODE) {
            live.data = now.data;
            return;
        }
        attributes(live, before, now);
        children(live, before, now);
    }

    function Drawing(props) {
        const place = React.useRef(null), drawn = React.useRef({ place: null, tree: null });
        React.useLayoutEffect(function () {
            const tree = parsed(props.html);
            const before = drawn.current.place === place.current ? drawn.current.tree : document.createElement(props.tag);
            change(place.current, before, tree);
            drawn.current = { place: place.current, tree: tree };
        }, [props.html, props.tag]);
        return React.createElement(props.tag, { ref: place });
    }

    window.mizumori_drawing = { Drawing: Drawing };
})();
