// The newest messages, newest first. Drawn once a frame, however many arrive.

const KEPT = 1000;
const SHOWN = 200;

const byId = (id) => document.getElementById(id);
const list = byId("messages");

export class MessageList {
  #kept = [];
  #waiting = [];
  #received = 0;
  #own = new Map();
  #roundTrips = [];
  #paused = false;
  #drawing = false;
  #announced = 0;

  constructor() {
    byId("filter").addEventListener("input", () => this.#redraw());
    byId("pause").addEventListener("click", () => this.#pause(!this.#paused));
  }

  add(message) {
    if (message.check) return this.#addOfTheCheck(message);
    message.arrived = performance.now();
    this.#received += 1;
    this.#push(message);
  }

  // One line for as many as come together: that they came back says something, their texts don't.
  #addOfTheCheck({ timestamp }) {
    const newest = this.#waiting.at(-1) ?? (this.#paused ? undefined : this.#kept.at(-1));
    if (!newest?.ofTheCheck) return this.#push({ ofTheCheck: 1, timestamp });
    newest.ofTheCheck += 1;
    newest.drawn?.replaceWith(item(newest, false));
  }

  note(text) {
    this.#push({ note: text });
  }

  clear() {
    this.#kept = [];
    this.#waiting = [];
    this.#redraw();
  }

  // What was sent from here: its time from Send until it came back. The answer may come after the event.
  noteOwn({ partition, offset }, begun) {
    const entry = this.#find(partition, offset);
    if (entry) {
      this.#measure(entry, begun);
      entry.drawn?.querySelector(".place").replaceWith(placeOf(entry));
      this.#summarize();
    } else {
      this.#own.set(`${partition}:${offset}`, begun);
      // Messages that never come, since the connection is gone for longer than they are kept.
      if (this.#own.size > KEPT) this.#own.delete(this.#own.keys().next().value);
    }
  }

  #find(partition, offset) {
    const same = (entry) => entry.partition === partition && entry.offset === offset;
    return this.#waiting.find(same) ?? this.#kept.find(same);
  }

  #push(entry) {
    const place = `${entry.partition}:${entry.offset}`;
    if (this.#own.has(place)) {
      this.#measure(entry, this.#own.get(place));
      this.#own.delete(place);
    }
    this.#waiting.push(entry);
    if (this.#waiting.length > KEPT) this.#waiting.shift();
    this.#draw();
  }

  #measure(entry, begun) {
    entry.roundTrip = Math.max(0, entry.arrived - begun);
    this.#roundTrips = [...this.#roundTrips.slice(-49), entry.roundTrip];
  }

  #pause(paused) {
    this.#paused = paused;
    byId("pause").setAttribute("aria-pressed", String(paused));
    this.#draw();
  }

  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (!this.#paused) this.#takeWaiting();
      this.#summarize();
    });
  }

  #takeWaiting() {
    const arrived = this.#waiting;
    this.#waiting = [];
    this.#kept = [...this.#kept, ...arrived].slice(-KEPT);
    const items = this.#matching(arrived).map((entry) => item(entry, true));
    list.prepend(...items);
    while (list.children.length > SHOWN) list.lastElementChild.remove();
    this.#announce(arrived);
  }

  #redraw() {
    list.replaceChildren(...this.#matching(this.#kept).map((entry) => item(entry, false)));
    this.#summarize();
  }

  #matching(entries) {
    const wanted = byId("filter").value.trim().toLowerCase();
    const matches = (entry) => searchable(entry).toLowerCase().includes(wanted);
    return entries.filter(matches).slice(-SHOWN).reverse();
  }

  #summarize() {
    const parts = [`${this.#received.toLocaleString()} received`];
    if (list.children.length < this.#kept.length) parts.push(`${list.children.length} shown`);
    if (this.#paused) parts.push(`paused, ${this.#waiting.length} waiting`);
    if (this.#roundTrips.length) {
      const sorted = [...this.#roundTrips].sort((a, b) => a - b);
      parts.push(`round trip of yours ${milliseconds(sorted[sorted.length >> 1])} (median)`);
    }
    byId("summary").textContent = parts.join(" · ");
  }

  // Read aloud at most every three seconds, however fast messages come.
  #announce(arrived) {
    const newest = arrived.findLast(isMessage);
    if (!newest || performance.now() - this.#announced < 3000) return;
    this.#announced = performance.now();
    const messages = arrived.filter(isMessage).length;
    byId("announcement").textContent = messages === 1 ? newest.text : `${messages} messages, the newest: ${newest.text}`;
  }
}

function isMessage(entry) {
  return entry.offset !== undefined;
}

function searchable(entry) {
  if (isMessage(entry)) return `${entry.text} ${entry.key ?? ""} ${entry.partition}:${entry.offset}`;
  return entry.note ?? ofTheCheck(entry);
}

function ofTheCheck({ ofTheCheck }) {
  return `${ofTheCheck} ${ofTheCheck === 1 ? "message" : "messages"} of the check`;
}

function item(entry, isNew) {
  if (entry.note) return element("li", "note", entry.note);
  if (entry.ofTheCheck) return (entry.drawn = checkLine(entry));
  const { partition, offset, key, text, truncated } = entry;
  const line = element("div", "line");
  if (key !== null) line.append(element("span", "key-of", key));
  line.append(element("span", "text", text));
  if (truncated) line.append(element("span", "muted", " … (cut)"));
  entry.drawn = element("li", isNew ? "new" : "");
  entry.drawn.dataset.place = `${partition}:${offset}`;
  entry.drawn.append(line, placeOf(entry));
  return entry.drawn;
}

function checkLine(entry) {
  const line = element("li", "check place");
  line.append(element("span", "", ofTheCheck(entry)));
  if (entry.timestamp >= 0) line.append(time(entry.timestamp));
  line.title = "python -m testapp check writes and reads them, to see whether all links to Kafka hold";
  return line;
}

function placeOf(entry) {
  const { partition, offset, timestamp } = entry;
  const place = element("div", "place");
  place.append(element("span", "", `partition ${partition}`), element("span", "", `offset ${offset}`));
  if (timestamp >= 0) place.append(time(timestamp));
  if (entry.roundTrip !== undefined) {
    const own = element("span", "own", `round trip ${milliseconds(entry.roundTrip)}`);
    own.title = "From Send in this window until Kafka gave it back";
    place.append(own);
  } else if (entry.latencyMs !== null) {
    const read = element("span", "", `read after ${milliseconds(entry.latencyMs)}`);
    read.title = "From the time in the record until the server read it";
    place.append(read);
  }
  return place;
}

function time(timestamp) {
  const at = new Date(timestamp);
  const shown = element("time", "", at.toLocaleTimeString(undefined, { hour12: false }) + `.${String(at.getMilliseconds()).padStart(3, "0")}`);
  shown.dateTime = at.toISOString();
  shown.title = at.toLocaleString();
  return shown;
}

function element(name, className, text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

function milliseconds(value) {
  return value < 10_000 ? `${value < 10 ? value.toFixed(1).replace(/\.0$/, "") : Math.round(value)} ms` : `${Math.round(value / 1000)} s`;
}
