"use strict";

const SHOWN = 200;

const byId = (id) => document.getElementById(id);
const show = (text, failed = false) => {
  byId("status").textContent = text;
  byId("status").classList.toggle("failed", failed);
};

byId("send").addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = byId("text");
  byId("submit").disabled = true;
  show("sending …");
  try {
    const answer = await fetch("/messages", { method: "POST", body: input.value });
    const body = await answer.json();
    if (answer.ok) {
      show(`written to partition ${body.partition}, offset ${body.offset}`);
      input.value = "";
    } else {
      show(body.detail, true);
    }
  } catch {
    show("the server can't be reached", true);
  } finally {
    byId("submit").disabled = false;
    input.focus();
  }
});

// EventSource reconnects by itself and sends the last id back, so nothing shows twice and nothing is missed.
const events = new EventSource("/events");
events.onopen = () => { byId("connection").textContent = "live"; };
events.onerror = () => { byId("connection").textContent = "connection lost, trying again …"; };
events.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  const item = document.createElement("li");
  item.append(
    Object.assign(document.createElement("span"), { className: "text", textContent: message.text }),
    Object.assign(document.createElement("time"), {
      className: "place",
      dateTime: new Date(message.timestamp).toISOString(),
      title: new Date(message.timestamp).toLocaleString(),
      textContent: `${message.partition}:${message.offset}`,
    }),
  );
  const list = byId("messages");
  list.prepend(item);
  while (list.children.length > SHOWN) list.lastElementChild.remove();
};
