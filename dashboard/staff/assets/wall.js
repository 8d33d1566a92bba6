// Draws the page of all cameras from plain data, card by card: what did not change is left alone. Arrow keys go from
// picture to picture.
(function () {
    "use strict";

    const make = window.mizumori.make;
    const drawn = new Map();
    const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

    function wall(data) {
        const place = document.getElementById("camera-wall");
        if (!place || !data) { return; }
        const had = place.contains(document.activeElement) ? cameraAt(document.activeElement) : null;
        const cards = data.cards.map(function (card) { return cardOf(card, data); });
        put(place, data.said ? [make("p", "empty", data.said)] : cards);
        const shown = new Set(data.cards.map(function (card) { return card.camera; }));
        drawn.forEach(function (_, camera) { if (!shown.has(camera)) { drawn.delete(camera); } });
        if (had && !place.contains(document.activeElement)) { focusOn((drawn.get(had) || {}).element); }
    }

    // Nodes that stay where they are keep their focus and their pictures.
    function put(place, wanted) {
        wanted.forEach(function (each, number) {
            if (place.children[number] !== each) { place.insertBefore(each, place.children[number] || null); }
        });
        while (place.children.length > wanted.length) { place.lastElementChild.remove(); }
    }

    function cameraAt(element) {
        const card = element.closest(".still");
        return card && card.dataset.camera;
    }

    function focusOn(card) {
        if (card) { (card.querySelector("button.picture") || card.querySelector("a")).focus({ preventScroll: true }); }
    }

    function cardOf(card, data) {
        const text = JSON.stringify(card);
        const known = drawn.get(card.camera);
        if (known && known.text === text) { return known.element; }
        const element = draw(card, data);
        if (known && known.element.parentNode) { known.element.replaceWith(element); }
        drawn.set(card.camera, { text: text, element: element });
        return element;
    }

    function draw(card, data) {
        const made = make("figure", card.bad ? "still still-bad" : "still");
        made.dataset.camera = card.camera;
        made.append(caption(card), taken(card, data), card.src ? picture(card, data) : make("div", "no-image", card.alt));
        if (card.aside) { made.append(make("p", "aside", card.aside)); }
        if (card.notices.length) {
            const notice = make("div", "notice");
            notice.append(...card.notices.map(function (said) { return make("p", "", said); }));
            made.append(notice);
        }
        if (card.live) { made.append(live(card)); }
        return made;
    }

    function caption(card) {
        const badge = make("span", "badge small badge-" + card.hazard);
        badge.title = card.hazardWord;
        badge.append(make("span", "badge-number", card.hazard === "none" ? "?" : card.hazard));
        const name = make("a", "camera-name", card.name);
        name.href = card.href;
        const made = make("figcaption", "");
        made.append(badge, name);
        return made;
    }

    function taken(card, data) {
        const line = make("div", "taken-line");
        if (!card.taken) {
            line.append(make("span", "taken", "–"));
            return line;
        }
        const at = make("span", "taken", card.taken);
        at.title = card.takenFull;
        line.append(make("small", "", data.takenWord), at, make("small", "", card.age));
        return line;
    }

    function picture(card, data) {
        const button = make("button", "picture");
        button.title = data.large;
        button.dataset.still = card.camera;
        button.dataset.at = card.at;
        const image = make("img", "");
        image.alt = card.alt;
        image.dataset.src = card.src;
        button.append(image);
        if (card.band) {
            const band = make("span", "band");
            band.append(make("b", "", card.band), make("span", "", data.doNotJudge));
            button.append(band);
        }
        return button;
    }

    function live(card) {
        const apart = card.live.kind === "page", made = make(apart ? "a" : "button", "live-open", card.live.said);
        if (apart) {
            Object.assign(made, { href: card.live.url, target: "_blank", rel: "noopener noreferrer" });
        } else {
            Object.assign(made.dataset, { live: card.live.kind, url: card.live.url, camera: card.camera, name: card.live.name });
            made.type = "button";
        }
        const row = make("div", "camera-buttons");
        row.append(made);
        return row;
    }

    function pressed(event) {
        const step = STEPS[event.key], card = event.target.closest && event.target.closest("#camera-wall > .still");
        if (!step || !card || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) { return; }
        event.preventDefault();
        const cards = Array.from(card.parentElement.children), across = columns(cards);
        const next = cards[cards.indexOf(card) + step[0] + step[1] * across];
        if (!next) { return; }
        focusOn(next);
        next.scrollIntoView({ block: "nearest" });
    }

    function columns(cards) {
        const other = cards.findIndex(function (each) { return each.offsetTop !== cards[0].offsetTop; });
        return other < 0 ? cards.length : other;
    }

    document.addEventListener("keydown", pressed);

    const ours = window.dash_clientside = window.dash_clientside || {};
    ours.mizumori = Object.assign({}, ours.mizumori, { wall: wall });
})();
