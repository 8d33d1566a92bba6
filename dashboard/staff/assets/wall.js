// Draws the page of all cameras from plain data, card by card: what did not change is left alone.
(function () {
    "use strict";

    const make = window.mizumori.make;
    const drawn = new Map();

    function wall(data) {
        const place = document.getElementById("camera-wall");
        if (!place || !data) { return; }
        const cards = data.cards.map(function (card) { return cardOf(card, data); });
        place.replaceChildren(...(data.said ? [make("p", "empty", data.said)] : cards));
        const shown = new Set(data.cards.map(function (card) { return card.camera; }));
        drawn.forEach(function (_, camera) { if (!shown.has(camera)) { drawn.delete(camera); } });
    }

    function cardOf(card, data) {
        const text = JSON.stringify(card);
        const known = drawn.get(card.camera);
        if (known && known.text === text) { return known.element; }
        const element = draw(card, data);
        drawn.set(card.camera, { text: text, element: element });
        return element;
    }

    function draw(card, data) {
        const made = make("figure", card.bad ? "still still-bad" : "still");
        const name = make("a", "camera-name", card.name);
        name.href = card.href;
        const caption = make("figcaption", "");
        caption.append(name);
        made.append(caption, taken(card, data), card.src ? picture(card, data) : make("div", "no-image", card.alt));
        if (card.notices.length) {
            const notice = make("div", "notice");
            notice.append(...card.notices.map(function (said) { return make("p", "", said); }));
            made.append(notice);
        }
        return made;
    }

    function taken(card, data) {
        const line = make("div", "taken-line");
        if (!card.taken) {
            line.append(make("span", "taken", "–"));
            return line;
        }
        line.append(make("small", "", data.takenWord), make("span", "taken", card.taken), make("small", "", card.age));
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

    const ours = window.dash_clientside = window.dash_clientside || {};
    ours.mizumori = Object.assign({}, ours.mizumori, { wall: wall });
})();
