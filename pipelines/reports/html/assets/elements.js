"use strict";
// What all lists of the page share: elements that are safe with any text, and texts that are compared.
const data = JSON.parse(document.getElementById("links-data").textContent);

const plain = (text) => text.normalize("NFKC").toLowerCase();

function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (name) made.className = name;
  return made;
}

function bdi(text, name) {
  return text ? element("bdi", text, name) : null;
}

// Anything but http and https stays text.
function webLink(url, text = url) {
  const made = /^https?:\/\//i.test(url) ? element("a") : element("span");
  made.append(element("bdi", text));
  if (made.tagName === "A") Object.assign(made, { href: url, rel: "noopener noreferrer" });
  return made;
}

const encodedPath = (path) => path.split("/").map(encodeURIComponent).join("/");

// A line of the updated copy of a note.
function noteLink(path, line, text = `${path}:${line}`) {
  const made = element("a");
  made.append(element("bdi", text));
  made.href = `notes/${encodedPath(path)}#L${line}`;
  return made;
}

function badge(verdict, key = `verdict.${verdict}`) {
  const made = translatedElement("span", key);
  made.className = `badge ${verdict}`;
  return made;
}

// Shows the values of a form in the page's address, without a step in the history.
function saveInAddress(section, form) {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) values.append(name, value);
  const query = values.toString();
  history.replaceState(null, "", query ? `#${section}?${query}` : `#${section}`);
}

// Calls a function when a form changes, but not while an input method composes a word.
function onFilter(form, changed) {
  form.addEventListener("input", (event) => { if (!event.isComposing) changed(); });
  form.addEventListener("compositionend", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
}
