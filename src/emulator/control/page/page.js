// Keeps the parts of the page that are marked as live up to date, without touching the rest.
"use strict";
(() => {
  let version = Number(document.body.dataset.version);
  const state = document.getElementById("state");
  const say = (text) => { if (state.textContent !== text) state.textContent = text; };

  const renew = async () => {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(old.id);
      if (!now || now.innerHTML === old.innerHTML) continue;
      const open = new Set([...old.querySelectorAll("details[open]")].map((one) => one.id));
      const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
      old.innerHTML = now.innerHTML;
      for (const one of old.querySelectorAll("details")) one.open = open.has(one.id);
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    }
  };

  const listen = async () => {
    let isLive = false;
    for (;;) {
      try {
        if (!isLive) {
          await fetch("/ready");
          isLive = true;
          say("live");
        }
        const answer = await fetch("/news?version=" + version);
        const news = await answer.json();
        if (news.version !== version) {
          version = news.version;
          await renew();
          // Many requests at once are one piece of news.
          await new Promise((done) => setTimeout(done, 250));
        }
      } catch {
        isLive = false;
        say("not connected; trying again");
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
  };
  listen();
})();
