"use strict";
// What can be done about one thing in a note: open its place, copy, archive, mark as seen, ignore.
const opening = JSON.parse(document.getElementById("opening-data").textContent);
const SEEN = "notemend:seen";

function readSeen() {
  try {
    return new Set(JSON.parse(localStorage.getItem(SEEN) ?? "[]"));
  } catch {
    return new Set();  // a browser without storage, or with a damaged one
  }
}

const seen = readSeen();

function setSeen(key, isSeen) {
  if (isSeen) seen.add(key);
  else seen.delete(key);
  try {
    localStorage.setItem(SEEN, JSON.stringify([...seen]));
  } catch {
    // it is forgotten when the page is closed
  }
}

function filled(form, path, line, column) {
  const values = { path, line: String(line), column: String(column) };
  return form.replace(/\{(path|line|column)\}/g, (_, name) => values[name]);
}

// Links that open the place of a task, without those that are not known.
function placeLinks(task) {
  const links = [["details", `#notes?note=${encodeURIComponent(task.path)}&line=${task.line}`]];
  if (opening.editor) {
    const path = encodedPath(`${opening.folder}/${task.path}`).replace(/^\/([A-Za-z])%3A\//, "/$1:/");
    links.push(["editor", filled(opening.editor, path, task.line, task.column)]);
  }
  if (opening.source) links.push(["source", filled(opening.source, encodedPath(task.path), task.line, task.column)]);
  if (/^https?:\/\//i.test(task.url)) {
    const isGone = task.problem === "dead";
    links.push([isGone ? "captures" : "archive", `https://web.archive.org/${isGone ? "web/*" : "save"}/${task.url}`]);
  }
  return links.map(([name, address]) => {
    const made = translatedElement("a", `action.${name}`);
    return Object.assign(made, { href: address, rel: "noopener noreferrer", className: `do-${name}` });
  });
}

// Where the clipboard is not allowed, for example on a page from http, the text is selected and copied as of old.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(element("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  document.getElementById("done").replaceChildren(translatedElement("span", "copied", { text: text.slice(0, 80) }));
}

function inAYear() {
  const day = new Date();
  day.setFullYear(day.getFullYear() + 1);
  return day.toISOString().slice(0, 7);
}

// What makes the program ignore a task: each with a text to paste.
function waysToIgnore(task) {
  const ways = [["ignore_line", "<!-- notemend: ignore -->"]];
  if (!task.isEdit && task.url) ways.push(["ignore_vouch", `<!-- notemend: alive until ${inAYear()} because … -->`]);
  if (/^https?:/i.test(task.url)) ways.push(["ignore_setting", `EXCLUDE_URLS=${task.url}`]);
  const box = element("div", "", "ways");
  for (const [key, text] of ways) {
    const button = translatedElement("button", "action.copy");
    button.type = "button";
    button.addEventListener("click", () => copy(text, button));
    const line = element("p");
    line.append(translatedElement("span", key), " ", element("code", text), " ", button);
    box.append(line);
  }
  return box;
}

// CSV as in link_health.csv: no cell begins like a formula.
function csvOf(rows) {
  const cell = (value) => {
    const text = String(value ?? "");
    const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function download(name, text) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
