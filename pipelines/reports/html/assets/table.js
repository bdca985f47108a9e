"use strict";
// The link table: sorts, searches and filters in memory, shows one page at a time.
const SHOWN = 100;
const PLACES = 3;
// Outcomes of the last check by which the table can be filtered, and which are said in words.
const OUTCOMES = ["gone", "replaced", "unreadable", "failed", "blocked"];
const VERDICTS = ["dead", "suspect", "restricted", "moved", "unknown", "alive"];
const table = document.getElementById("table");
const filters = document.getElementById("links-form");
const byName = new Intl.Collator("zh-CN", { numeric: true });
let found = [];
let page = 0;
let order = { column: "verdict", down: false };

const links = data.rows.map(([url, title, kind, verdict, host, reason, outcome, minutes, instead, change, where, until, because, saved, pictures], rank) => ({
  url, title, kind, verdict, outcome, minutes, instead, change, where, until, because, pictures, rank,
  host: data.hosts[host],
  reason: data.reasons[reason],
  saved: data.saved[saved],
  text: plain(`${title}\n${url}\n${Object.values(data.reasons[reason]).join("\n")}\n${instead}\n${because ?? ""}`),
}));

let ordered = links;  // sorted once for all filters
const paths = data.notes.map(plain);

// Sort key of each column; the rows come worst first.
const KEYS = {
  verdict: (link) => link.rank,
  link: (link) => link.title || link.url,
  kind: (link) => t(`kind.${link.kind}`),
  host: (link) => link.host,
  reason: (link) => link.reason[language],
  checked: (link) => link.minutes,
  where: (link) => `${data.notes[link.where[0]]} ${link.where[1]}`,
};

function fits(link, wanted) {
  if (wanted === "vouched") return Boolean(link.until);
  return (OUTCOMES.includes(wanted) ? link.outcome : link.verdict) === wanted;
}

function matching(values) {
  const terms = plain(values.q).split(/\s+/).filter(Boolean);
  const host = plain(values.host.trim());
  const note = plain(values.note.trim());
  const notes = note && new Set(paths.flatMap((path, number) => (path.includes(note) ? [number] : [])));
  return ordered.filter((link) =>
    terms.every((term) => link.text.includes(term)) &&
    (!values.kind || link.kind === values.kind) &&
    (!values.verdict || fits(link, values.verdict)) &&
    (!host || link.host.includes(host)) &&
    (!note || link.where.some((part, at) => at % 2 === 0 && notes.has(part))));
}

function sorted(some) {
  const key = KEYS[order.column];
  const keyed = some.map((link) => [key(link), link]);
  const compare = typeof (keyed[0]?.[0]) === "string" ? byName.compare : (a, b) => a - b;
  keyed.sort(([a], [b]) => compare(a, b) * (order.down ? -1 : 1));
  return keyed.map(([, link]) => link);
}

// The saved image of a link, and the one that its URL sent later.
function sideBySide(pictures) {
  const made = element("span", "", "pictures");
  for (const [at, key] of ["image_kept", "image_newer"].entries()) {
    const figure = element("figure");
    const picture = element("img");
    picture.loading = "lazy";
    setTranslatedAttribute(picture, "alt", key, {});
    picture.src = pictures[at];
    figure.append(picture, translatedElement("figcaption", key));
    made.append(figure);
  }
  return made;
}

// Roles are explicit, because the style sheet changes the table's display on narrow screens.
function rowOf(...cells) {
  const made = element("tr");
  made.setAttribute("role", "row");
  for (const cell of cells) cell.setAttribute("role", "cell");
  made.append(...cells);
  return made;
}

function row(link) {
  const verdict = element("td", "", "verdict");
  verdict.append(badge(link.verdict));
  if (link.change) verdict.append(translatedElement("small", `change.${link.change}`));
  if (link.until) verdict.append(translatedElement("small", "vouched", { until: link.until, because: link.because }));
  const name = element("td", "", "link");
  if (link.title) name.append(element("bdi", link.title, "title"));
  name.append(webLink(link.url));
  if (link.instead) {
    const instead = element("span", "", "instead");
    instead.append(translatedElement("span", "instead"), " ", webLink(link.instead));
    name.append(instead);
  }
  const kind = element("td", "", "kind");
  kind.append(translatedElement("span", `kind.${link.kind}`));
  const reason = element("td", "", "reason");
  reason.append(bilingual("span", link.reason));
  if (OUTCOMES.includes(link.outcome)) reason.append(translatedElement("small", `outcome.${link.outcome}`));
  if (link.saved) reason.append(bilingual("small", link.saved));
  if (link.pictures) reason.append(sideBySide(link.pictures));
  const checked = element("td", link.minutes ? new Date(link.minutes * 60000).toISOString().slice(0, 10) : "", "checked");
  const where = element("td", "", "where");
  for (let at = 0; at < Math.min(link.where.length, 2 * PLACES); at += 2) {
    where.append(noteLink(data.notes[link.where[at]], link.where[at + 1]));
  }
  const more = link.where.length / 2 - PLACES;
  if (more > 0) where.append(translatedElement("span", "more_locations", { n: more }));
  return rowOf(verdict, name, kind, element("td", link.host, "host"), reason, checked, where);
}

function show(number = 0) {
  const pages = Math.max(1, Math.ceil(found.length / SHOWN));
  page = Math.min(Math.max(number, 0), pages - 1);
  const rows = found.slice(page * SHOWN, (page + 1) * SHOWN).map(row);
  if (!rows.length) {
    const none = translatedElement("td", "none_found");
    none.colSpan = 7;
    rows.push(rowOf(none));
  }
  table.tBodies[0].replaceChildren(...rows);
  document.getElementById("found").replaceChildren(translatedElement("span", "found", { shown: found.length, total: links.length }));
  document.getElementById("page").replaceChildren(translatedElement("span", "page_of", { n: page + 1, total: pages }));
  document.getElementById("previous").disabled = page === 0;
  document.getElementById("next").disabled = page === pages - 1;
}

function filter() {
  found = matching(Object.fromEntries(new FormData(filters)));
  show();
}

function sortBy(column) {
  order = { column, down: order.column === column && !order.down };
  for (const heading of table.tHead.rows[0].cells) {
    const active = heading.firstElementChild.dataset.sort === column;
    if (active) heading.setAttribute("aria-sort", order.down ? "descending" : "ascending");
    else heading.removeAttribute("aria-sort");
  }
  ordered = sorted(links);
  filter();
}

function options(select, keys, prefix) {
  for (const key of keys) {
    const option = translatedElement("option", `${prefix}.${key}`);
    option.value = key;
    select.append(option);
  }
}

options(filters.elements.verdict, [...VERDICTS, ...OUTCOMES, "vouched"], "verdict");
options(filters.elements.kind, [...new Set(links.map((link) => link.kind))].sort(), "kind");
for (const [id, names] of [["hosts", data.hosts], ["paths", data.notes]]) {
  document.getElementById(id).append(...names.filter(Boolean).sort().map((name) => Object.assign(element("option"), { value: name })));
}
function changed() {
  filter();
  saveInAddress("links", filters);
}

onFilter(filters, changed);
document.getElementById("clear").addEventListener("click", () => {
  filters.reset();
  changed();
});
table.tHead.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) sortBy(button.dataset.sort);
});
document.getElementById("previous").addEventListener("click", () => show(page - 1));
document.getElementById("next").addEventListener("click", () => show(page + 1));
table.tHead.rows[0].cells[0].setAttribute("aria-sort", "ascending");
filter();
