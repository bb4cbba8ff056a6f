// Server-sent events, once each: whatever connection brings them, an event is taken only if its offset is the next
// one or later. A tab in the background lets its connection go, since browsers have only six to a server, and goes
// on where it was when it is looked at again.

const pill = document.getElementById("connection");

export class Connection {
  #list;
  #seen = new Map();
  #position = null;
  #source = null;
  #timer = null;

  constructor(list) {
    this.#list = list;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#close("asleep") : this.open()));
  }

  open() {
    if (document.hidden || this.#source) return;
    clearTimeout(this.#timer);
    const after = this.#position === null ? "" : `&after=${encodeURIComponent(this.#position)}`;
    const source = (this.#source = new EventSource(`/events?last=200${after}`));
    source.onopen = () => show("live", "live");
    source.onerror = () => {
      show("lost", "connection lost, trying again");
      // Dropped connections are made again by the browser itself. A refusal ends it for good, as far as it goes.
      if (source.readyState === EventSource.CLOSED && source === this.#source) {
        this.#source = null;
        this.#timer = setTimeout(() => this.open(), 1000 + 1000 * Math.random());
      }
    };
    source.addEventListener("start", (event) => this.#note(event));
    source.addEventListener("message", (event) => this.#message(event));
    source.addEventListener("gap", (event) => this.#gap(event));
    source.addEventListener("reset", (event) => this.#reset(event));
  }

  #close(state) {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#timer);
    show(state, state);
  }

  #note(event) {
    this.#position = event.lastEventId;
  }

  #message(event) {
    this.#note(event);
    const message = JSON.parse(event.data);
    if (message.offset <= (this.#seen.get(message.partition) ?? -1)) return;
    this.#seen.set(message.partition, message.offset);
    this.#list.add(message);
  }

  #gap(event) {
    this.#note(event);
    const missed = JSON.parse(event.data).missed.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    this.#list.note(`${missed.toLocaleString()} messages in between are no longer kept here`);
  }

  #reset(event) {
    this.#note(event);
    this.#seen.clear();
    this.#list.clear();
    this.#list.note("the topic was made anew, or lost its end: what was shown before is gone");
  }
}

function show(state, text) {
  if (pill.dataset.state === state) return;
  pill.dataset.state = state;
  pill.textContent = text;
}
