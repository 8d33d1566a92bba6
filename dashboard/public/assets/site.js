// Keeps the page fresh, and says so by itself when it is not. The page is complete without this.
"use strict";
(() => {
  const main = document.querySelector("main[data-published-at]");
  const news = document.getElementById("news");
  // What is known of the page's age: `ageS` at the moment (`mono`, `wall`) when it was learned.
  const known = { stamp: "", ageS: 0, mono: 0, wall: 0 };

  const number = (name) => Number(main.dataset[name]);

  // Both clocks: one stops while a phone sleeps, the other can be set.
  function ageS() {
    const passed = Math.max(performance.now() - known.mono, Date.now() - known.wall, 0);
    return known.ageS + passed / 1000;
  }

  // The stamp tells the age only when the house runs at true speed; in a replay it is another day's.
  function ageByStamp(nowMs) {
    const age = (nowMs - Date.parse(main.dataset.publishedAt)) / 1000;
    return main.dataset.clockSpeed === "1" && age > 0 ? age : 0;
  }

  function learn(nowMs) {
    const stamp = main.dataset.publishedAt;
    const age = ageByStamp(nowMs);
    if (stamp === known.stamp && age <= ageS()) return;
    Object.assign(known, { stamp, ageS: age, mono: performance.now(), wall: Date.now() });
  }

  function judge() {
    const old = ageS() > number("staleAfterS");
    const banner = document.getElementById("old");
    if (banner.hidden === old) banner.hidden = !old;
    document.body.classList.toggle("is-old", old);
  }

  // The server's time, so that a phone whose clock is wrong is not told nonsense.
  function serverNow(response) {
    const date = Date.parse(response.headers.get("date"));
    const held = Number(response.headers.get("age") || 0);
    return Number.isNaN(date) ? Date.now() : date + held * 1000;
  }

  function openDetails(open) {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  }

  function replace(fresh) {
    const focused = main.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...main.querySelectorAll("details[open]")].map((each) => each.id);
    const { scrollX, scrollY } = window;
    const before = document.getElementById("summary").textContent;
    main.replaceChildren(...fresh.childNodes);
    Object.assign(main.dataset, fresh.dataset);
    openDetails(open);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    window.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
    const after = document.getElementById("summary").textContent;
    if (after !== before) news.textContent = after;
  }

  const assetOf = (page) => page.querySelector("script[src]").getAttribute("src");

  function adopt(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.querySelector("main[data-published-at]");
    if (!fresh) return; // not ours, for example the sign-in page of a public network
    if (assetOf(page) !== assetOf(document)) location.reload(); // the site was upgraded
    else if (fresh.dataset.publishedAt !== main.dataset.publishedAt) replace(fresh);
  }

  async function refresh() {
    try {
      const response = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(20000) });
      if (response.ok) adopt(await response.text());
      learn(serverNow(response));
    } catch {
      learn(Date.now()); // no connection: the age goes on growing, and the banner says so
    }
    judge();
  }

  async function refreshForEver() {
    await refresh();
    setTimeout(refreshForEver, number("refreshS") * 1000);
  }

  if (!main) return;
  Object.assign(known, { stamp: main.dataset.publishedAt, mono: performance.now(), wall: Date.now() });
  setInterval(judge, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  refreshForEver();
})();
