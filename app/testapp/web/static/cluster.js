// The brokers as the cluster advertises them, and the topic's partitions.

const byId = (id) => document.getElementById(id);
const REFRESH_MILLISECONDS = 5000;

export async function watchCluster() {
  if (!document.hidden) {
    try {
      const answer = await fetch("/cluster");
      const body = await answer.json();
      if (answer.ok) draw(body);
      complain(answer.ok ? body.trouble : body.detail);
    } catch {
      complain("the server can't be reached");
    }
  }
  setTimeout(watchCluster, byId("trouble").hidden ? REFRESH_MILLISECONDS : REFRESH_MILLISECONDS / 4);
}

function complain(trouble) {
  if (byId("trouble").textContent !== (trouble ?? "")) byId("trouble").textContent = trouble ?? "";
  byId("trouble").hidden = byId("kafka").hidden = !trouble;
}

function draw({ brokers, controller, partitions }) {
  byId("brokers").replaceChildren(...brokers.map((broker) => drawBroker(broker, broker.id === controller)));
  byId("partitions").replaceChildren(...partitions.map(drawPartition));
}

function drawBroker({ id, host, port, reason }, isController) {
  const item = element("li", reason ? "bad" : "");
  item.append(element("code", "", `${host}:${port}`), element("span", "badge", `broker ${id}`));
  if (isController) item.append(element("span", "badge", "controller"));
  if (reason) item.append(element("div", "reason", reason));
  return item;
}

function drawPartition({ partition, leader, replicas, inSyncReplicas, begin, end }) {
  const row = element("tr");
  const inSync = element("td");
  for (const replica of replicas) {
    const missing = !inSyncReplicas.includes(replica);
    const shown = element("span", missing ? "missing" : "", String(replica));
    if (missing) shown.title = `broker ${replica} is not in sync`;
    inSync.append(shown, " ");
  }
  row.append(
    element("td", "", String(partition)),
    element("td", leader === null ? "trouble" : "", leader === null ? "none" : String(leader)),
    inSync,
    element("td", "number", end === null ? "?" : `${begin ?? "?"} – ${end}`),
  );
  return row;
}

function element(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}
