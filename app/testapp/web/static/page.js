import { watchCluster } from "./cluster.js";
import { Connection } from "./connection.js";
import { MessageList } from "./messages.js";
import { prepareSending } from "./sending.js";

const list = new MessageList();
prepareSending((delivery, begun) => list.noteOwn(delivery, begun));
new Connection(list).open();
watchCluster();
