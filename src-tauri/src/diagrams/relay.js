// Hands diagrams to the frame, which draws them, and what it says of them back. The frame has no origin and may do nothing.
const frame = document.querySelector("iframe");
let heard = () => {};
addEventListener("message", (event) => {
  if (event.source === frame.contentWindow) heard(event.data);
});
/** The next thing that the frame says of which this is true. */
const said = (wanted) =>
  new Promise((done) => {
    heard = (data) => wanted(data) && done(data);
  });

const work = async () => {
  const ready = said((data) => data?.kind === "ready");
  frame.src = "/frame";
  await ready;
  for (;;) {
    const request = await (await fetch("/next")).json();
    const answer = said((data) => data?.number === request.number);
    frame.contentWindow.postMessage(request, "*");
    await fetch("/done", { method: "POST", body: JSON.stringify(await answer) });
  }
};
work();
