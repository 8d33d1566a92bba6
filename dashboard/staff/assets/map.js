// The map, drawn from plain data as an SVG of our own: ground, tiles where there are some, and a mark a station that is
// a link. It moves by mouse, wheel and buttons; where its names stand is found by map_names.js.
(function () {
    "use strict";

    const SVG = "http://www.w3.org/2000/svg";
    const TILE_PX = 256;
    const NEAREST = 64;
    const MANY = 120;
    const FEW = 40;
    const CLICK_PX = 4;

    const state = { ground: null, sent: null, marks: null, box: "", view: null, place: null, drag: null, moved: false };

    function make(tag, attributes, words) {
        const made = document.createElementNS(SVG, tag);
        Object.entries(attributes || {}).forEach(function (each) { made.setAttribute(each[0], each[1]); });
        if (words !== undefined) { made.textContent = words; }
        return made;
    }

    function place() {
        const found = document.getElementById("map");
        if (found && found !== state.place) {
            state.place = found;
            state.view = null;
            found.replaceChildren(make("svg", { "class": "map-drawn", "role": "group" }), buttons(), credit());
            listen(found.firstChild);
            new ResizeObserver(draw).observe(found);
        }
        return found;
    }

    function credit() {
        const made = document.createElement("small");
        made.className = "map-credit";
        return made;
    }

    function buttons() {
        const row = document.createElement("div");
        row.className = "map-buttons";
        [["closer", "+", 2], ["farther", "−", 0.5], ["whole", "", 0]].forEach(function (each) {
            const made = document.createElement("button");
            made.type = "button";
            made.dataset.name = each[0];
            made.textContent = each[1];
            made.addEventListener("click", function () {
                if (each[2]) { zoom(each[2], middle()); } else { state.view = null; draw(); }
            });
            row.append(made);
        });
        return row;
    }

    function size() {
        return { w: state.place.clientWidth, h: state.place.clientHeight };
    }

    function middle() {
        const at = size();
        return { x: at.w / 2, y: at.h / 2 };
    }

    // The whole box in the middle: k is pixels per unit of the projection.
    function fitted(box) {
        const at = size();
        const k = Math.min(at.w / (box.east - box.west), at.h / (box.south - box.north));
        return { k: k, least: k / 2, x: (box.east + box.west) / 2, y: (box.south + box.north) / 2 };
    }

    function px(x, y) {
        const at = size();
        return { x: at.w / 2 + (x - state.view.x) * state.view.k, y: at.h / 2 + (y - state.view.y) * state.view.k };
    }

    function zoom(by, about) {
        const at = middle(), view = state.view;
        if (!view) { return; }
        const k = Math.max(view.least, Math.min(view.least * 2 * NEAREST, view.k * by));
        view.x += (about.x - at.x) * (1 / view.k - 1 / k);
        view.y += (about.y - at.y) * (1 / view.k - 1 / k);
        view.k = k;
        draw();
    }

    function listen(svg) {
        svg.addEventListener("wheel", function (event) {
            event.preventDefault();
            const at = svg.getBoundingClientRect();
            zoom(event.deltaY < 0 ? 1.3 : 1 / 1.3, { x: event.clientX - at.left, y: event.clientY - at.top });
        }, { passive: false });
        svg.addEventListener("pointerdown", function (event) {
            if (event.pointerType === "mouse" && event.button === 0) {
                state.drag = { x: event.clientX, y: event.clientY };
                state.moved = false;
            }
        });
        window.addEventListener("pointermove", drag);
        window.addEventListener("pointerup", function () { state.drag = null; });
        svg.addEventListener("dragstart", function (event) { event.preventDefault(); });
        svg.addEventListener("click", open);
    }

    function drag(event) {
        if (!state.drag || !state.view) { return; }
        const dx = event.clientX - state.drag.x, dy = event.clientY - state.drag.y;
        if (!state.moved && Math.hypot(dx, dy) < CLICK_PX) { return; }
        state.moved = true;
        state.drag = { x: event.clientX, y: event.clientY };
        state.view.x -= dx / state.view.k;
        state.view.y -= dy / state.view.k;
        draw();
    }

    // A mark opens its station inside the app; with a modifier the browser does what it always does.
    function open(event) {
        const link = event.target.closest("a");
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
        event.preventDefault();
        if (!state.moved) {
            window.dash_clientside.set_props("url", { pathname: link.getAttribute("href"), search: "" });
        }
    }

    function draw() {
        if (!state.ground || !state.marks || !place()) { return; }
        const at = size();
        if (!at.w || !at.h) { return; }
        const box = JSON.stringify(state.marks.box);
        if (!state.view || state.box !== box) {
            state.view = fitted(state.marks.box);
            state.box = box;
        }
        const svg = state.place.firstChild;
        const focused = document.activeElement && document.activeElement.closest("#map a");
        svg.setAttribute("viewBox", "0 0 " + at.w + " " + at.h);
        svg.setAttribute("aria-label", state.ground.words.title);
        svg.replaceChildren(...tiles(at), lines("land"), lines("boundary"), lines("rivers"), ...marks(at));
        if (focused) { again(svg, focused.dataset.id); }
        words();
    }

    function again(svg, id) {
        const found = svg.querySelector('a[data-id="' + id + '"]');
        if (found) { found.focus({ preventScroll: true }); }
    }

    function words() {
        state.place.querySelectorAll(".map-buttons button").forEach(function (each) {
            each.title = state.ground.words[each.dataset.name];
            each.setAttribute("aria-label", each.title);
            if (each.dataset.name === "whole") { each.textContent = each.title; }
        });
        state.place.lastChild.textContent = state.ground.tiles ? state.ground.tiles.attribution : "";
    }

    function lines(name) {
        const path = state.ground[name].map(function (line) {
            return line.map(function (point, number) {
                const at = px(point[0], point[1]);
                return (number ? "L" : "M") + at.x.toFixed(1) + " " + at.y.toFixed(1);
            }).join("") + (name === "rivers" ? "" : "Z");
        }).join("");
        const over = state.ground.tiles && name === "land" ? " over-tiles" : "";
        return make("path", { "class": "map-" + name + over, d: path });
    }

    function tiles(at) {
        const from = state.ground.tiles;
        if (!from) { return []; }
        const z = Math.max(0, Math.min(from.maxZoom, Math.round(Math.log2(state.view.k / TILE_PX))));
        const across = Math.pow(2, z), side = state.view.k / across, found = [];
        const west = state.view.x - at.w / 2 / state.view.k, north = state.view.y - at.h / 2 / state.view.k;
        for (let x = Math.floor(west * across); x / across < west + at.w / state.view.k; x += 1) {
            for (let y = Math.floor(north * across); y / across < north + at.h / state.view.k; y += 1) {
                if (x < 0 || y < 0 || x >= across || y >= across) { continue; }
                const corner = px(x / across, y / across);
                const href = from.url.replace("{z}", z).replace("{x}", x).replace("{y}", y);
                found.push(make("image", { href: href, x: corner.x, y: corner.y, width: side + 0.5, height: side + 0.5 }));
            }
        }
        return found;
    }

    // On a wall everything is twice as large: it is read from across the room.
    function large() {
        return state.place.closest(".wallview") ? 2 : 1;
    }

    function radius(mark, many) {
        return large() * plainRadius(mark, many);
    }

    function plainRadius(mark, many) {
        if (mark.hazard === null) { return many ? 7 : 10; }
        if (mark.hazard === 0) { return many ? 4 : 8; }
        return mark.hazard === 1 && many ? 8 : 12;
    }

    function marks(at) {
        const many = state.marks.marks.length > MANY;
        const here = state.marks.marks.map(function (mark) {
            const found = px(mark.x, mark.y);
            return { mark: mark, x: found.x, y: found.y, r: radius(mark, many) };
        }).filter(function (each) {
            return each.x > -20 && each.y > -20 && each.x < at.w + 20 && each.y < at.h + 20;
        });
        const drawn = here.slice().reverse().map(function (each) { return markOf(each, many); });
        const named = names(here, at);
        const leads = named.map(function (each) { return each.led; }).filter(Boolean);
        return leads.concat(drawn, named.map(function (each) { return each.said; }));
    }

    function markOf(each, many) {
        const mark = each.mark, name = mark.hazard === null ? "none" : mark.hazard;
        const link = make("a", { href: mark.href, "class": "map-mark", "data-id": mark.id, "aria-label": mark.title });
        if (mark.doubtful) {
            link.append(make("circle", { "class": "map-doubt", cx: each.x, cy: each.y, r: each.r + 3 }));
        }
        if (mark.hazard === 0 && many) {
            link.append(make("circle", { "class": "map-calm", cx: each.x, cy: each.y, r: each.r }));
        } else {
            link.append(make("image", {
                href: "/assets/hazard-" + name + ".svg", x: each.x - each.r, y: each.y - each.r,
                width: 2 * each.r, height: 2 * each.r,
            }));
            const down = each.y + large() * (mark.hazard === 2 ? 6.5 : 4.2);
            link.append(make("text", { "class": "map-number on-" + name, x: each.x, y: down }, mark.hazard === null ? "?" : mark.hazard));
        }
        link.append(make("title", {}, mark.title));
        return link;
    }

    function names(here, at) {
        const named = here.filter(function (each) { return each.mark.hazard || here.length <= FEW; });
        return window.mizumori.mapNames(named, here, at, large()).map(function (name) {
            const said = make("text", { "class": "map-name", x: name.x + 3, y: name.y + 12 * large() }, name.mark.name);
            return { said: said, led: name.led ? make("line", Object.assign({ "class": "map-led" }, name.led)) : null };
        });
    }

    // A mark comes as a number: its place, its hazard and whether it is doubtful; all else came with the ground.
    function unpacked() {
        const from = state.ground, sent = state.sent;
        if (!from || !sent || from.of !== sent.of) { return; }
        const marks = sent.states.map(function (packed) {
            const at = from.places[packed >> 4], hazard = ((packed >> 1) & 7) - 1;
            return at && {
                id: at[0], x: at[1], y: at[2], name: at[3], hazard: hazard < 0 ? null : hazard, doubtful: packed & 1,
                title: at[3] + " · " + from.said[hazard + 1], href: from.way[0] + at[0] + from.way[1],
            };
        });
        state.marks = { marks: marks.filter(Boolean), box: sent.box };
    }

    function ground(data) {
        state.ground = data || state.ground;
        unpacked();
        draw();
    }

    function stations(data) {
        state.sent = data || state.sent;
        unpacked();
        draw();
    }

    const ours = window.dash_clientside = window.dash_clientside || {};
    ours.mizumori = Object.assign({}, ours.mizumori, { mapGround: ground, mapMarks: stations });
})();
