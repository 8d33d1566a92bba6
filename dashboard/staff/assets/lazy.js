// Pictures with data-src are fetched when they come into sight: a page of hundreds of cameras asks for a screenful.
(function () {
    "use strict";

    const NEAR = "400px";

    const sight = new IntersectionObserver(function (entries) {
        entries.forEach(function (entry) {
            const image = entry.target;
            if (entry.isIntersecting && image.getAttribute("src") !== image.dataset.src) {
                image.src = image.dataset.src;
            }
        });
    }, { rootMargin: NEAR });

    // Another picture takes the place: the one of before must not stand under its time.
    function watch(image) {
        if (image.getAttribute("src") !== image.dataset.src) { image.removeAttribute("src"); }
        sight.unobserve(image);
        sight.observe(image);
    }

    function watchAll(node) {
        if (node.nodeType !== Node.ELEMENT_NODE) { return; }
        if (node.matches("img[data-src]")) { watch(node); }
        node.querySelectorAll("img[data-src]").forEach(watch);
    }

    new MutationObserver(function (changes) {
        changes.forEach(function (change) {
            if (change.type === "attributes") { watch(change.target); }
            change.addedNodes.forEach(watchAll);
        });
    }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-src"] });
})();
