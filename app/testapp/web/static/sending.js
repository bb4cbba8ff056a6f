// The form. What could not be written comes back into the field; what was is told with its place.

const byId = (id) => document.getElementById(id);
const TOKEN = "access-token";

export function prepareSending(onWritten) {
  const text = byId("text");
  if (document.documentElement.dataset.token === "required" && !sessionStorage.getItem(TOKEN)) askForToken();
  byId("send").addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = text.value;
    takeToken();
    text.value = "";
    text.focus();
    say("sending …");
    const begun = performance.now();
    const problem = await send(value, byId("key").value, (delivery) => {
      onWritten(delivery, begun);
      say(`written to partition ${delivery.partition}, offset ${delivery.offset}; every in-sync replica has it`);
    });
    if (problem) {
      say(problem, true);
      text.value ||= value;
    }
  });
}

// Answers what went wrong, or nothing.
async function send(text, key, onWritten) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { "Content-Type": "text/plain; charset=utf-8", ...(token && { Authorization: `Bearer ${token}` }) };
  try {
    const answer = await fetch(`/messages${key && `?key=${encodeURIComponent(key)}`}`, { method: "POST", body: text, headers });
    const body = await answer.json();
    if (answer.ok) {
      onWritten(body);
      return null;
    }
    if (answer.status === 401) askForToken();
    return body.detail;
  } catch {
    return "the server can't be reached; whether the message was written is not known";
  }
}

function askForToken() {
  sessionStorage.removeItem(TOKEN);
  byId("token-field").hidden = false;
  byId("token").required = true;
}

function takeToken() {
  const field = byId("token");
  if (!field.value) return;
  sessionStorage.setItem(TOKEN, field.value.trim());
  field.value = "";
  field.required = false;
  byId("token-field").hidden = true;
}

function say(text, failed = false) {
  byId("status").textContent = text;
  byId("status").toggleAttribute("data-failed", failed);
}
