// Where the names of the map stand: beside their marks and over nothing, those of the worst first. A name of a hazard
// that has no room beside its mark stands a little farther off, with a line between; the worst are named in any case.
(function () {
    "use strict";

    const NAME_PX = 12;
    const LED_FROM = 2;
    const ALWAYS_FROM = 4;
    const FAR_PX = [22, 40, 58];

    // About how wide a name is: Japanese characters are square, Latin ones little more than half as wide.
    function widthOf(name, large) {
        return Array.from(name).reduce(function (sum, each) {
            return sum + large * (each.codePointAt(0) > 0x2E80 ? NAME_PX : NAME_PX * 0.58);
        }, 6);
    }

    function beside(each, width, h) {
        const r = each.r + 2;
        return [
            [each.x + r, each.y - h / 2], [each.x - r - width, each.y - h / 2],
            [each.x - width / 2, each.y - r - h], [each.x - width / 2, each.y + r],
            [each.x + r - 4, each.y - r - h / 2], [each.x - r - width + 4, each.y - r - h / 2],
            [each.x + r - 4, each.y + r - h / 2], [each.x - r - width + 4, each.y + r - h / 2],
            [each.x + r, each.y - h], [each.x + r, each.y], [each.x - r - width, each.y - h], [each.x - r - width, each.y],
            [each.x - r, each.y - r - h], [each.x + r - width, each.y - r - h],
            [each.x - r, each.y + r], [each.x + r - width, each.y + r],
        ].map(function (corner) { return { x: corner[0], y: corner[1], w: width, h: h }; });
    }

    // To the right and the left, level and a line up or down, nearest first.
    function farther(each, width, h, large) {
        return FAR_PX.flatMap(function (px) {
            const away = each.r + px * large;
            return [0, -1, 1, -2, 2].flatMap(function (lines) {
                const y = each.y - h / 2 + lines * h;
                return [{ x: each.x + away, y: y, w: width, h: h }, { x: each.x - away - width, y: y, w: width, h: h }];
            });
        });
    }

    function common(a, b) {
        const across = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
        const down = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
        return across > 0 && down > 0 ? across * down : 0;
    }

    // What a place covers: nothing is best, a name or a calm mark is bad, a mark of a hazard is out of the question.
    function costOf(side, taken, frame) {
        const outside = side.w * side.h - common(side, frame);
        return taken.reduce(function (sum, other) {
            const covered = common(side, other);
            return covered && other.barred ? Infinity : sum + covered;
        }, outside * 4);
    }

    function placed(each, taken, frame, large) {
        const width = widthOf(each.mark.name, large), h = 16 * large;
        const near = beside(each, width, h).map(function (side) {
            return { side: side, cost: costOf(side, taken, frame) };
        }).sort(function (a, b) { return a.cost - b.cost; })[0];
        if (near.cost === 0) { return near.side; }
        const far = each.mark.hazard >= LED_FROM && farther(each, width, h, large).find(function (side) {
            return costOf(side, taken, frame) === 0;
        });
        if (far) { return Object.assign(far, { led: lead(each, far) }); }
        return each.mark.hazard >= ALWAYS_FROM && near.cost < Infinity ? near.side : null;
    }

    function lead(each, side) {
        const right = side.x > each.x;
        return { x1: each.x, y1: each.y, x2: right ? side.x : side.x + side.w, y2: side.y + side.h / 2 };
    }

    // ``named`` are the marks that want a name, the worst first; ``here`` all that are to be seen.
    function mapNames(named, here, at, large) {
        const frame = { x: 2, y: 2, w: at.w - 4, h: at.h - 4 };
        const taken = here.map(function (each) {
            return { x: each.x - each.r, y: each.y - each.r, w: 2 * each.r, h: 2 * each.r, barred: each.mark.hazard !== 0 };
        });
        return named.map(function (each) {
            const side = placed(each, taken, frame, large);
            if (side) { taken.push(side); }
            return side && Object.assign({ mark: each.mark }, side);
        }).filter(Boolean);
    }

    window.mizumori = Object.assign(window.mizumori || {}, { mapNames: mapNames });
})();
