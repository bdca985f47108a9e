"use strict";
// The list of notes, and the selected note with its entries, metadata and images.
const LISTED = 200;
const MAX_NOTE_LINKS = 500;
const notes = JSON.parse(document.getElementById("notes-data").textContent)
  .sort((a, b) => (b.date ?? "").localeCompare(a.date ?? "") || (a.path < b.path ? -1 : 1));
const searched = notes.map((note) => plain([note.path, note.title ?? "", ...(note.entries ?? []).map((entry) => entry.title)].join("\n")));

function listNotes() {
  const term = plain(document.getElementById("note-search").value.trim());
  const some = notes.filter((_, at) => searched[at].includes(term));
  document.getElementById("note-list").replaceChildren(...some.slice(0, LISTED).map((note) => {
    const item = element("li");
    const link = element("a");
    link.href = `#notes?note=${encodeURIComponent(note.path)}`;
    link.append(element("bdi", note.title || note.path, "title"), element("bdi", note.path, "path"));
    for (const verdict of ["dead", "suspect"]) {
      const count = note.verdicts?.[verdict];
      if (count) {
        const made = badge(verdict);
        made.dataset.count = count;
        link.append(" ", made);
      }
    }
    item.append(link);
    return item;
  }));
  document.getElementById("notes-found").replaceChildren(
    translatedElement("span", "notes_found", { shown: Math.min(some.length, LISTED), total: notes.length }));
}

function fact(list, word, ...parts) {
  const value = element("dd");
  value.append(...parts.filter(Boolean).flatMap((part) => [part, " "]));
  list.append(translatedElement("dt", word), value);
}

function card(entry) {
  const made = element("section", "", "card");
  made.dataset.line = entry.line;
  const title = element("h4");
  title.append(entry.number == null ? "" : `${entry.number}. `, entry.article_url ? webLink(entry.article_url, entry.title || entry.article_url) : element("bdi", entry.title));
  made.append(title);
  if (entry.relevance) {
    const stars = element("p", "★".repeat(Math.min(entry.relevance, 10)), "relevance");
    stars.setAttribute("role", "img");
    setTranslatedAttribute(stars, "aria-label", "relevance", { n: entry.relevance });
    made.append(stars);
  }
  const facts = element("dl");
  if (entry.article_url) {
    fact(facts, "article", badge(entry.article_verdict ?? "unknown"), bdi(entry.account), bdi(entry.article_author), entry.published && element("time", entry.published));
  }
  if (entry.paper_url) {
    const venue = [entry.venue, entry.venue_year, entry.venue_track].filter(Boolean).join(" ");
    fact(facts, "paper", entry.paper_verdict && badge(entry.paper_verdict), webLink(entry.paper_url, entry.paper_title || entry.paper_url),
      bdi(entry.authors, "authors"), bdi(venue, "chip"), entry.withdrawn && translatedElement("strong", "withdrawn"));
  }
  if (entry.code_url) {
    fact(facts, "code", entry.code_verdict && badge(entry.code_verdict), webLink(entry.code_url, entry.repository || entry.code_url),
      entry.stars && translatedElement("span", "stars", { n: entry.stars }), bdi(entry.language, "chip"), bdi(entry.license, "chip"), entry.archived && translatedElement("strong", "archived"));
  }
  if (entry.abstract) fact(facts, "abstract", bdi(entry.abstract));
  if (entry.tips) fact(facts, "tips", bdi(entry.tips));
  made.append(facts);
  const pictures = (entry.pictures ?? []).map((address, at) => {
    const picture = element("img");
    picture.loading = "lazy";
    setTranslatedAttribute(picture, "alt", "image_of", { n: at + 1, title: entry.title ?? "" });
    picture.src = address;
    return picture;
  });
  const films = (entry.films ?? []).map((address) => Object.assign(translatedElement("a", "kind.video"), { href: address }));
  if (pictures.length + films.length) {
    const strip = element("div", "", "strip");
    strip.append(...pictures, ...films);
    made.append(strip);
  }
  return made;
}

// The links of a note without entries, in the order of their lines.
function linksOf(path) {
  const number = data.notes.indexOf(path);
  const found = links.flatMap((link) => link.where.flatMap((part, at) =>
    (at % 2 === 0 && part === number ? [[link.where[at + 1], link]] : [])));
  if (number < 0 || !found.length) return [translatedElement("p", "no_links")];
  const list = element("ul", "", "note-links");
  for (const [line, link] of found.sort(([a], [b]) => a - b).slice(0, MAX_NOTE_LINKS)) {
    const item = element("li");
    item.append(badge(link.verdict), " ", webLink(link.url, link.title || link.url), " ", noteLink(path, line, `:${line}`));
    if (link.verdict !== "alive") {
      const reason = bilingual("p", link.reason);
      reason.className = "why";
      item.append(reason);
    }
    list.append(item);
  }
  return [list];
}

function showNote(path, line) {
  const place = document.getElementById("note");
  const note = path === undefined ? notes[0] : notes.find((each) => each.path === path);
  for (const link of document.querySelectorAll("#note-list a")) {
    if (note && link.hash === `#notes?note=${encodeURIComponent(note.path)}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (!note) {
    place.replaceChildren(translatedElement("p", "no_note"));
    return;
  }
  const title = element("h3");
  title.append(element("bdi", note.title || note.path));
  const about = element("p", "", "about");
  const open = translatedElement("a", "open_note");
  open.href = `notes/${note.path.split("/").map(encodeURIComponent).join("/")}`;
  const its = translatedElement("a", "links_of_note");
  its.href = `#links?note=${encodeURIComponent(note.path)}`;
  about.append(bdi(note.path, "path"), " ");
  if (note.date) about.append(element("time", note.date), " ");
  if (note.edits) about.append(translatedElement("span", "edits", { n: note.edits }), " ");
  about.append(open, " ", its);
  const cards = (note.entries ?? []).map(card);
  place.replaceChildren(title, about, ...(cards.length ? cards : linksOf(note.path)));
  if (line) {
    const near = cards.filter((each) => Number(each.dataset.line) <= line).pop() ?? place;
    near.classList.add("meant");
    near.scrollIntoView({ block: "center" });
  }
  if (path === undefined) return;
  place.focus({ preventScroll: true });
  if (!line) place.scrollIntoView();
}

document.getElementById("note-search").addEventListener("input", (event) => { if (!event.isComposing) listNotes(); });
document.getElementById("note-search").addEventListener("compositionend", listNotes);
listNotes();
showNote();
