"use strict";
// What is kept over a reload: the chat's token, the last message seen, and what was not acknowledged yet.
const lang = document.documentElement.lang;
const say = WORDS[lang] || WORDS.en;
const { workspace, queue } = document.body.dataset;
const KEY = `hubline.chat.${workspace}.${queue}`;
const RETRY_CODES = new Set([1012, 1013, 4408, 4429, 4430]);
const byId = (id) => document.getElementById(id);
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16).padStart(2, "0")).join("");

let kept = load();
let socket = null;
let isOpen = false;
let failures = 0;
let typingTimer = 0;
let otherTimer = 0;
let isTyping = false;
let mostBytes = 0;
const shown = new Map();

function load() {
  try {
    return Object.assign({ waiting: [] }, JSON.parse(sessionStorage.getItem(KEY) || "{}"));
  } catch {
    return { waiting: [] };
  }
}

function save() {
  sessionStorage.setItem(KEY, JSON.stringify(kept));
}

function label(id, text) {
  byId(id).textContent = text;
}

function line(text, off) {
  label("line", text);
  byId("line").classList.toggle("off", off);
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/chat`);
  const mine = socket;
  socket.onopen = () => {
    const hello = { type: "hello", workspace, language: lang };
    if (queue) hello.queue = queue;
    // Nothing is shown yet after a reload, so the whole of what was said is asked for.
    if (kept.token) hello.token = kept.token;
    if (kept.token && kept.interaction && shown.size) Object.assign(hello, { interaction_id: kept.interaction, after: kept.after });
    mine.send(JSON.stringify(hello));
  };
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = (event) => lost(event.code);
}

function lost(code) {
  isOpen = false;
  line(say.off, true);
  if (code === 4410) {
    kept = { waiting: kept.waiting };
    save();
  } else if (code >= 4400 && !RETRY_CODES.has(code)) {
    line(say.refused, true);
    return;
  }
  const pause = Math.min(15000, 500 * 2 ** failures) * (0.75 + Math.random() / 2);
  failures += 1;
  setTimeout(connect, pause);
}

function hear(frame) {
  const does = {
    welcome: () => {
      isOpen = true;
      failures = 0;
      mostBytes = frame.max_attachment_bytes;
      if (frame.token) { kept.token = frame.token; save(); }
      for (const one of kept.waiting) socket.send(JSON.stringify(one));
    },
    state: () => showState(frame),
    message: () => show(frame.interaction_id, frame.message),
    transcript: () => (frame.messages || []).forEach((one) => show(frame.interaction_id, one)),
    sent: () => {
      drop(frame.id);
      byId(`w-${frame.id}`)?.remove();
    },
    not_sent: () => {
      if (frame.reason === "unavailable") again(frame.id);
      else if (frame.reason !== "too_many_waiting") { drop(frame.id); byId(`w-${frame.id}`)?.remove(); }
    },
    typing_shown: () => showTyping(frame),
    live: () => line(say.live, false),
    not_live: () => line(say.late, true),
  }[frame.type];
  if (does) does();
}

function drop(id) {
  kept.waiting = kept.waiting.filter((one) => one.id !== id);
  save();
}

function again(id) {
  const waiting = kept.waiting.find((one) => one.id === id);
  if (waiting) setTimeout(() => { if (isOpen) socket.send(JSON.stringify(waiting)); }, 2000);
}

function showState(frame) {
  const parts = [];
  if (frame.state === "ended") parts.push(say.ended[frame.ended_by] || say.ended.other, say.again);
  else parts.push(say[frame.state]);
  if (frame.position) parts.push(say.place(frame.position));
  if (frame.expected_wait_ms !== undefined) parts.push(say.wait(Math.round(frame.expected_wait_ms / 60000)));
  label("state", parts.join(lang === "en" ? " " : ""));
  byId("state").dataset.state = frame.state;
  byId("end").hidden = frame.state === "new" || frame.state === "ended";
}

function show(interaction, message) {
  kept.interaction = interaction;
  kept.after = message.offset;
  save();
  if (shown.has(message.message_id)) return;
  const item = bubble(message.author, message.text || "", message.media_type);
  for (const one of message.attachments || []) item.append(fileButton(one));
  shown.set(message.message_id, item);
  const firstWaiting = document.querySelector("#messages li.waiting");
  byId("messages").insertBefore(item, firstWaiting);
  item.scrollIntoView({ block: "end" });
}

function bubble(author, text, mediaType) {
  const item = document.createElement("li");
  item.className = author;
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = { customer: say.you, agent: say.agent, system: say.system }[author];
  const body = document.createElement("span");
  // Even sanitised HTML is shown as its text only: this page needs no more.
  body.textContent = mediaType === "text/html" ? new DOMParser().parseFromString(text, "text/html").body.textContent : text;
  item.append(who, body);
  return item;
}

function fileButton(attachment) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = say.file(attachment.name);
  button.onclick = async () => {
    const address = `/v1/workspaces/${encodeURIComponent(workspace)}/chat/attachments/${encodeURIComponent(attachment.id)}`;
    const answer = await fetch(address, { headers: { authorization: `Bearer ${kept.token}` } });
    if (!answer.ok) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = attachment.name;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return button;
}

function post(frame) {
  kept.waiting.push(frame);
  save();
  showWaiting(frame);
  if (isOpen) socket.send(JSON.stringify(frame));
}

function showWaiting(frame) {
  const item = bubble("customer", frame.text || "📎", "text/plain");
  item.id = `w-${frame.id}`;
  item.classList.add("waiting");
  item.firstChild.textContent = `${say.you} · ${say.sending}`;
  byId("messages").append(item);
  item.scrollIntoView({ block: "end" });
}

function showTyping(frame) {
  clearTimeout(otherTimer);
  label("typing", frame.active === false ? "" : `${frame.author === "agent" ? say.agent : say.you} ${say.typing}`);
  otherTimer = setTimeout(() => label("typing", ""), 6000);
}

function typing(active) {
  clearTimeout(typingTimer);
  if (isOpen && active !== isTyping) socket.send(JSON.stringify({ type: "typing", active }));
  isTyping = active;
  if (active) typingTimer = setTimeout(() => typing(false), 3000);
}

async function upload(file) {
  label("problem", "");
  if (!kept.token) return;
  if (file.size > mostBytes) { label("problem", say.too_large); return; }
  try {
    const answer = await fetch(`/v1/workspaces/${encodeURIComponent(workspace)}/chat/attachments`, {
      method: "POST",
      headers: { "authorization": `Bearer ${kept.token}`, "content-type": file.type || "application/octet-stream",
        "x-file-name": encodeURIComponent(file.name) },
      body: file,
    });
    if (answer.ok) post({ type: "send", id: random(), attachments: [(await answer.json()).id] });
    else label("problem", { 413: say.too_large, 415: say.bad_type }[answer.status] || say.failed);
  } catch {
    label("problem", say.failed);
  }
}

label("text_label", say.write);
for (const id of ["send", "attach", "end"]) label(id, say[id]);
byId("end").hidden = true;
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (!text) return;
  byId("text").value = "";
  typing(false);
  post({ type: "send", id: random(), text });
  byId("text").focus();
});
byId("text").addEventListener("input", () => typing(true));
byId("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("form").requestSubmit();
  }
});
byId("end").addEventListener("click", () => { if (isOpen) socket.send(JSON.stringify({ type: "end" })); });
byId("attach").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", () => {
  const [file] = byId("file").files;
  byId("file").value = "";
  if (file) upload(file);
});
line(say.off, true);
for (const one of kept.waiting) showWaiting(one);
connect();
