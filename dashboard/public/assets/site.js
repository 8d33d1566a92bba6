// Keeps the page fresh and says so by itself when it is not. The page is complete without this.
"use strict";
(() => {
  const main = document.querySelector("main[data-published-at]");
  if (!main) return;
  const byId = (id) => document.getElementById(id);
  const number = (name) => Number(main.dataset[name]);
  const PATIENCE_MS = 20000;
  const AHEAD_MS = 60000;

  // ---- How old the site is -------------------------------------------------------------------------------------
  // `ageS` at the moment (`mono`, `wall`) when it was learned; `stamp` is that of the publication which the page was
  // compared with. One clock stops while a phone sleeps, the other can be set: the one that says more counts.
  const known = { stamp: "", ageS: 0, mono: 0, wall: 0 };

  function passedS() {
    return Math.max(performance.now() - known.mono, Date.now() - known.wall, 0) / 1000;
  }

  function learn(stamp, ageS) {
    Object.assign(known, { stamp, ageS, mono: performance.now(), wall: Date.now() });
  }

  // A stamp tells an age only when the house runs at true speed; in a replay it is another day's.
  const atTrueSpeed = () => main.dataset.clockSpeed === "1";
  const at = (stamp) => Date.parse(stamp) || 0;
  const ageAt = (nowMs, stamp) => (atTrueSpeed() ? Math.max((nowMs - at(stamp)) / 1000, 0) : 0);

  // A publication of the future tells no age, as the clock of the house is wrong: only that a later one came does.
  function siteAgeS(nowMs, stamp) {
    if (!atTrueSpeed() || at(stamp) - nowMs < AHEAD_MS) return ageAt(nowMs, stamp);
    if (!known.stamp) return Infinity;
    return at(stamp) > at(known.stamp) ? 0 : known.ageS + passedS();
  }

  // How old this page was at a publication, where that is more than it prints: it should have been written anew.
  function overdueS(stamp) {
    const age = (at(stamp) - at(main.dataset.publishedAt)) / 1000;
    return age > number("oldAfterS") ? age / number("clockSpeed") : 0;
  }

  const ownAgeS = () => ageAt(Date.now(), main.dataset.publishedAt);

  // The server's time, so that a phone whose clock is wrong is not told nonsense.
  function serverNow(response) {
    const date = Date.parse(response.headers.get("date"));
    const held = Number(response.headers.get("age") || 0);
    return Number.isNaN(date) ? Date.now() : date + held * 1000;
  }

  function sayAge(ageS) {
    const minutes = Math.max(1, Math.round(ageS / 60));
    const shown = minutes < 120 ? { unit: "minutes", count: minutes } : { unit: "hours", count: Math.floor(minutes / 60) };
    for (const unit of ["minutes", "hours"]) byId(`old-${unit}`).hidden = unit !== shown.unit || ageS === Infinity;
    const place = byId(`old-${shown.unit}`).querySelector("b");
    if (place.textContent !== String(shown.count)) place.textContent = shown.count;
  }

  function judge() {
    if (!byId("old")) return; // a page without levels
    const ageS = known.ageS + passedS();
    const old = ageS > number("staleAfterS");
    if (old) sayAge(ageS);
    if (byId("old").hidden === old) byId("old").hidden = !old;
    document.documentElement.classList.toggle("is-old", old);
  }

  // ---- A newer page, put in place ------------------------------------------------------------------------------
  // The site was upgraded, or a drill began. What was just loaded anew is not again at once: it would never be read.
  function loadAnew() {
    const [visit] = performance.getEntriesByType("navigation");
    if (visit?.type === "reload" && performance.now() < number("staleAfterS") * 1000) throw new Error("just loaded anew");
    location.reload();
  }

  // What a reader holds on to: an element by its id, a link by where it stands and where it leads.
  function nameOf(element) {
    const around = main.contains(element) && element.closest("[id]");
    if (!around) return "";
    const href = element.getAttribute("href");
    const place = `#${CSS.escape(around.id)}`;
    return around === element ? place : href ? `${place} a[href="${CSS.escape(href)}"]` : "";
  }

  // What is held on to, else what begins first on the screen, stays where it is, whatever grows or moves around it.
  function firstSeen() {
    const where = (each) => ({ id: each.id, top: each.offsetParent ? each.getBoundingClientRect().top : -1 });
    const onScreen = ({ top }) => top >= 0 && top < window.innerHeight;
    const held = main.contains(document.activeElement) && document.activeElement.closest("[id]");
    if (held && onScreen(where(held))) return where(held);
    const begins = [...main.querySelectorAll("[id]")].map(where).filter(onScreen);
    return begins.reduce((first, each) => (first && first.top <= each.top ? first : each), null);
  }

  // What is being typed in is left alone: everything around it is exchanged.
  const keeps = (each) => each.matches("[data-kept]") || each.querySelector("[data-kept]");

  function exchange(place, fresh) {
    const kept = [...place.children].find(keeps);
    const twin = [...fresh.children].find(keeps);
    if (!kept || !twin) return place.replaceChildren(...fresh.childNodes);
    const nodes = [...fresh.childNodes];
    const at = nodes.indexOf(twin);
    while (place.firstChild !== kept) place.firstChild.remove();
    while (kept.nextSibling) kept.nextSibling.remove();
    kept.before(...nodes.slice(0, at));
    kept.after(...nodes.slice(at + 1));
    if (!kept.matches("[data-kept]")) exchange(kept, twin);
  }

  const toldNow = () => [...main.querySelectorAll("[data-news]")].map((each) => each.textContent.trim().replace(/\s+/g, " "));

  function replace(fresh) {
    const focused = nameOf(document.activeElement);
    const open = [...main.querySelectorAll("details[open][id]")].map((each) => each.id);
    const seen = window.scrollY > 0 ? firstSeen() : null;
    const { scrollX, scrollY } = window;
    const before = toldNow();
    exchange(main, fresh);
    Object.assign(main.dataset, fresh.dataset);
    for (const id of open) byId(id)?.setAttribute("open", "");
    if (focused && !main.contains(document.activeElement)) main.querySelector(focused)?.focus({ preventScroll: true });
    const moved = seen && byId(seen.id) ? byId(seen.id).getBoundingClientRect().top - seen.top + window.scrollY : scrollY;
    window.scrollTo({ left: scrollX, top: moved, behavior: "instant" });
    const news = toldNow().filter((each) => !before.includes(each));
    if (news.length) byId("news").textContent = news.join(" ");
    main.dispatchEvent(new Event("fresh")); // for find.js
  }

  // Never a page that is older than this one, unless the site itself went back.
  function adopt(html, wentBack) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.querySelector("main[data-published-at]");
    if (!fresh) throw new Error("not ours, for example the sign-in page of a public network");
    const laterMs = at(fresh.dataset.publishedAt) - at(main.dataset.publishedAt);
    if (laterMs < 0 && !wentBack) throw new Error("a copy that lags behind");
    if (fresh.dataset.frame !== main.dataset.frame) loadAnew();
    else if (laterMs) replace(fresh);
  }

  async function asked(address) {
    const response = await fetch(address, { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(String(response.status));
    return response;
  }

  // The age of the site is that of its newest publication. It counts once this page was compared with the server's
  // after it: pages that did not change are not written anew, so their own stamp says nothing, until it is older than the
  // page itself allows.
  async function look() {
    const response = await asked(`${main.dataset.root}freshness.json`);
    const stamp = (await response.json()).published_at;
    const nowMs = serverNow(response);
    const own = main.dataset.publishedAt;
    const newest = at(known.stamp) > at(own) ? known.stamp : own;
    const wentBack = at(stamp) < at(newest);
    // The clock of a house that was ahead was set, or a replay begins again; else it is a copy that lags behind.
    if (wentBack && atTrueSpeed() && at(newest) - nowMs < AHEAD_MS) {
      if (!known.stamp) learn(own, ageAt(nowMs, own));
      return;
    }
    const compared = stamp === own || (stamp === known.stamp && !overdueS(stamp));
    if (!compared) adopt(await (await asked(location.href.split("#")[0])).text(), wentBack);
    const age = siteAgeS(nowMs, stamp) + overdueS(stamp);
    if (!compared || stamp !== known.stamp || age > known.ageS + passedS()) learn(stamp, age);
  }

  async function refresh() {
    try {
      await look();
    } catch {
      // No connection: the age goes on growing. A page that was never compared is as old as it says.
      if (!known.stamp && ownAgeS() > known.ageS + passedS()) learn("", ownAgeS());
    }
    judge();
  }

  async function refreshForEver() {
    if (!document.hidden) await refresh();
    setTimeout(refreshForEver, number("refreshS") * 1000);
  }

  // ---- Begin ---------------------------------------------------------------------------------------------------
  // Until the server has answered: a page that is old by what it prints itself is old, for example one from a cache.
  learn("", ownAgeS() > number("oldAfterS") ? ownAgeS() : 0);
  setInterval(judge, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  window.addEventListener("online", refresh);
  refreshForEver();
})();
