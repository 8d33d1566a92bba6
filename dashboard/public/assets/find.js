// Finds a place by its name, or the nearest ones. All of it happens in the browser: nothing is sent, and what is asked of
// the server is the same for everybody.
"use strict";
(() => {
  const PATIENCE_MS = 20000;
  const main = document.getElementById("main");
  const byId = (id) => document.getElementById(id);
  const own = byId("finder");
  if (!own) return;
  const [near, search, list, said] = ["near", "search", "found", "found-text"].map(byId);
  const word = (name, values = {}) => own.dataset[name].replace(/%(\w+)%/g, (_, key) => values[key]);
  let places = null;
  let placesOf = ""; // the mark of the registry that they were asked for at
  let show = null; // draws the present results anew

  async function asked(address) {
    const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  async function load() {
    if (placesOf !== main.dataset.statesOf) places = null;
    placesOf = main.dataset.statesOf;
    places ??= asked(`${main.dataset.root}places.json`);
    try {
      return await places;
    } catch (fault) {
      places = null;
      throw fault;
    }
  }

  // The state of every station in the order of places.json, a letter each, where the page is of the same registry.
  function stateOf(known, number) {
    return main.dataset.statesOf === known.of ? main.dataset.states?.[number] : undefined;
  }

  // A letter's hazard, and whether that is only what was last known: "3" is 3, "d" was 3, "u" is not known.
  function read(letter) {
    const past = "abcdef".indexOf(letter);
    if (letter === "u" || past === 0) return { shape: "u", past: false };
    return past > 0 ? { shape: String(past), past: true } : { shape: letter, past: false };
  }

  function sign({ shape, past }) {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    icon.setAttribute("class", `icon h${shape}${past ? " past" : ""}`);
    icon.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#s-${shape === "u" ? "unknown" : shape}`);
    icon.append(use);
    return icon;
  }

  function nameIn(names) {
    const key = own.dataset.names.split(" ").find((each) => names[each]);
    return { text: names[key], lang: key === "ja" || key === "en" ? key : "" };
  }

  // 川（かわ） as ruby, where the language of the page gives readings.
  function withReadings(text) {
    return text.split(/([一-龯々〆]+（[ぁ-ゖー]+）)/).map((each) => {
      const [, kanji, reading] = each.match(/^([一-龯々〆]+)（([ぁ-ゖー]+)）$/) || [];
      if (!kanji) return each;
      const ruby = document.createElement("ruby");
      const above = document.createElement("rt");
      above.textContent = reading;
      ruby.append(kanji, above);
      return ruby;
    });
  }

  function part(tag, text, lang) {
    const made = document.createElement(tag);
    made.append(...withReadings(text));
    if (lang && lang !== document.documentElement.lang) made.lang = lang;
    return made;
  }

  function row(known, place, distance) {
    const item = document.createElement("li");
    const name = nameIn(place.name);
    const link = part("a", name.text, name.lang);
    link.href = `${own.dataset.home}stations/${encodeURIComponent(place.id)}.html`;
    const letter = stateOf(known, known.places.indexOf(place));
    const state = letter && read(letter);
    if (state) item.append(sign(state));
    item.append(link, " ");
    if (distance !== undefined) item.append(part("span", distanceText(distance)), " ");
    if (state) item.append(part("span", stateText(known, place, state)));
    else if (place.area) item.append(part("span", nameIn(place.area).text, nameIn(place.area).lang));
    return item;
  }

  function stateText(known, place, { shape, past }) {
    if (shape === "u") return word("unknown");
    const label = (known.labels[own.dataset.language] || known.labels.ja)[place.kind][Number(shape)];
    return past ? word("past", { label }) : label;
  }

  function distanceText(metres) {
    const value = metres < 950 ? `${Math.max(Math.round(metres / 50) * 50, 50)} m` : `${(metres / 1000).toFixed(1)} km`;
    return word("distance", { value });
  }

  function metres(one, other) {
    const radians = (degrees) => (degrees * Math.PI) / 180;
    const x = radians(other.lon - one.lon) * Math.cos(radians((one.lat + other.lat) / 2));
    return Math.hypot(x, radians(other.lat - one.lat)) * 6371000;
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

  function present(text, rows) {
    const held = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
    said.replaceChildren(...withReadings(text));
    list.replaceChildren(...rows);
    if (held) list.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }

  function byName(known) {
    const wanted = plain(search.value);
    if (!wanted) return present("", []);
    const names = (each) => [each.id, ...Object.values(each.name), ...Object.values(each.area || {})];
    const found = known.places.filter((each) => names(each).some((name) => plain(name).includes(wanted)));
    const rows = found.slice(0, 10).map((each) => row(known, each));
    present(found.length ? word("count", { count: found.length }) : word("nothing"), rows);
  }

  function byPlace(known, here) {
    const sorted = known.places.map((each) => [metres(here, each), each]).sort((a, b) => a[0] - b[0]);
    present(word("nearest"), sorted.slice(0, 5).map(([distance, each]) => row(known, each, distance)));
  }

  async function find(draw) {
    show = draw;
    try {
      const known = await load();
      if (show === draw) draw(known);
    } catch {
      present(word("offline"), []);
    }
  }

  function locate() {
    search.value = "";
    present(word("looking"), []);
    if (!navigator.geolocation) return present(word("refused"), []);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => find((known) => byPlace(known, { lat: coords.latitude, lon: coords.longitude })),
      (fault) => present(word(fault.code === fault.PERMISSION_DENIED ? "refused" : "unlocated"), []),
      { timeout: 15000, maximumAge: 60000 },
    );
  }

  near.addEventListener("click", locate);
  search.addEventListener("focus", () => load().catch(() => {}));
  search.addEventListener("input", () => find(byName));
  near.disabled = search.disabled = false;
  main.addEventListener("fresh", () => show && find(show));
})();
