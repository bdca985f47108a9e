"use strict";
// The list of work: what is wrong in each note, what would be written instead, and what can be done about it.
const TASKS = 50;
const PRINTED = 2000;
const COLUMNS = ["note", "line", "column", "line_after", "column_after", "problem", "url", "says", "better", "is_written", "reason"];
const work = JSON.parse(document.getElementById("work-data").textContent);
const states = new Map(data.rows.map((state) => [state[0], state]));
const workForm = document.getElementById("work-form");
const workList = document.getElementById("tasks");
// The gravest problems come first; a finding counts as its confidence.
const GRAVITY = { "newly dead": 0, dead: 1, high: 2, moved: 3, medium: 4, suspect: 5, low: 6 };
let shownTasks = [];
let taskPage = 0;

function taskOf(path, [line, column, lineAfter, columnAfter, problem, url, says, better, isWritten, reason, truth, confidence]) {
  const state = states.get(url);
  const isNew = problem === "dead" && state?.[9] === "newly dead";
  const reasons = work.reasons[reason];
  return {
    path, line, column, lineAfter, columnAfter, url, says, better, isWritten, confidence,
    problem,
    isEdit: problem.startsWith("edit."),
    kind: isNew ? "newly dead" : problem,
    title: state?.[1] ?? "",
    reason: reasons,
    truth: work.reasons[truth],
    gravity: GRAVITY[isNew ? "newly dead" : confidence || problem] ?? 7,
    key: [path, problem, url, says.slice(0, 200)].join("\n"),
    text: plain([path, url, says, better, state?.[1] ?? "", ...Object.values(reasons)].join("\n")),
  };
}

const byNote = work.notes.map(([path, items]) => ({ path, tasks: items.map((item) => taskOf(path, item)) }));
byNote.forEach((note) => { note.gravity = Math.min(...note.tasks.map((task) => task.gravity)); });
byNote.sort((a, b) => a.gravity - b.gravity || (a.path < b.path ? 1 : -1));
const tasks = byNote.flatMap((note) => note.tasks);

function isOfKind(task, kind) {
  return task.kind === kind || task.problem === kind || (kind === "edits" && task.isEdit);
}

function matchingTasks(values) {
  const terms = plain(values.q).split(/\s+/).filter(Boolean);
  const note = plain(values.note.trim());
  return tasks.filter((task) =>
    (values.seen === "all" || seen.has(task.key) === (values.seen === "seen")) &&
    (!values.what || isOfKind(task, values.what)) &&
    (!note || plain(task.path).includes(note)) &&
    terms.every((term) => task.text.includes(term)));
}

function problemLabel(kind) {
  const tone = kind.includes("dead") ? "dead" : kind.startsWith("finding.") || kind === "suspect" ? "suspect" : "moved";
  return badge(tone, kind.startsWith("finding.") ? kind : `problem.${kind}`);
}

function actionButton(name, act) {
  const made = translatedElement("button", `action.${name}`);
  made.type = "button";
  made.className = `do-${name}`;
  made.addEventListener("click", () => act(made));
  return made;
}

function placeOf(task) {
  const place = element("p", "", "place");
  place.append(noteLink(task.path, task.lineAfter, `${task.path}:${task.line}:${task.column}`));
  if (task.line !== task.lineAfter || task.column !== task.columnAfter) {
    place.append(" ", translatedElement("small", "after_edits", { place: `${task.lineAfter}:${task.columnAfter}` }));
  }
  place.append(" ", problemLabel(task.kind));
  if (task.confidence) place.append(" ", translatedElement("small", `confidence.${task.confidence}`));
  return place;
}

function betterOf(task) {
  const line = element("p", "", "better");
  const text = task.better || task.truth?.[language];
  if (!text) return null;
  const key = task.isWritten ? (task.says ? "will_write" : "will_add") : task.better ? "instead" : "is";
  line.append(translatedElement("span", key), " ");
  if (task.isWritten) line.append(bdi(task.better.replace(/^[\r\n]+|[\r\n]+$/g, ""), "new"));
  else line.append(task.better ? webLink(task.better) : bilingual("bdi", task.truth));
  return line;
}

function actionsOf(task, row) {
  const actions = element("p", "", "actions");
  actions.append(
    actionButton("copy", (button) => copy(task.better || task.url || task.says, button)),
    ...placeLinks(task),
    actionButton(seen.has(task.key) ? "unseen" : "seen", () => markSeen(task, row)),
    actionButton("ignore", () => {
      const box = row.querySelector(".ways");
      if (box) box.remove();
      else row.append(waysToIgnore(task));
    }),
  );
  return actions;
}

function markSeen(task, row) {
  const at = [...workList.querySelectorAll(".task")].indexOf(row);
  setSeen(task.key, !seen.has(task.key));
  filterTasks({ keepsPage: true });
  const left = workList.querySelectorAll(".task");
  (left[Math.min(at, left.length - 1)] ?? workList).focus();
}

function paragraph(name, ...parts) {
  const made = element("p", "", name);
  made.append(...parts);
  return made;
}

function taskRow(task) {
  const row = element("li", "", "task");
  row.tabIndex = -1;
  row.task = task;
  row.append(placeOf(task));
  if (task.title) row.append(element("p", task.title, "title"));
  if (task.says && (!task.url || task.problem.startsWith("finding.")) && task.says !== task.url) {
    row.append(paragraph("says", element("bdi", task.says)));
  }
  if (task.url) row.append(paragraph("says", webLink(task.url)));
  const better = betterOf(task);
  if (better) row.append(better);
  if (task.reason.en) {
    const reason = bilingual("p", task.reason);
    reason.className = "why";
    row.append(reason);
  }
  row.append(actionsOf(task, row));
  return row;
}

function showTasks(number = 0, count = TASKS) {
  const pages = Math.max(1, Math.ceil(shownTasks.length / count));
  taskPage = Math.min(Math.max(number, 0), pages - 1);
  const sections = [];
  for (const task of shownTasks.slice(taskPage * count, (taskPage + 1) * count)) {
    if (sections.at(-1)?.path !== task.path) {
      const section = element("section", "", "note-tasks");
      const title = element("h3");
      const link = element("a");
      link.href = `#notes?note=${encodeURIComponent(task.path)}`;
      link.append(element("bdi", task.path));
      title.append(link);
      section.append(title, element("ol"));
      sections.push({ path: task.path, section });
    }
    sections.at(-1).section.lastElementChild.append(taskRow(task));
  }
  const none = translatedElement("p", tasks.length ? "no_tasks_match" : "nothing_to_do");
  none.className = "notice";
  workList.replaceChildren(...(sections.length ? sections.map(({ section }) => section) : [none]));
  document.getElementById("tasks-found").replaceChildren(
    translatedElement("span", "tasks_found", { shown: shownTasks.length, total: tasks.length }));
  document.getElementById("tasks-page").replaceChildren(translatedElement("span", "page_of", { n: taskPage + 1, total: pages }));
  document.getElementById("tasks-previous").disabled = taskPage === 0;
  document.getElementById("tasks-next").disabled = taskPage === pages - 1;
  document.getElementById("tasks-pages").hidden = pages === 1;
}

function filterTasks({ keepsPage = false } = {}) {
  shownTasks = matchingTasks(Object.fromEntries(new FormData(workForm)));
  showTasks(keepsPage ? taskPage : 0);
}

function exportTasks() {
  const rows = shownTasks.map((task) => [
    task.path, task.line, task.column, task.lineAfter, task.columnAfter, t(labelKey(task.kind)), task.url, task.says,
    task.better || task.truth?.[language], task.isWritten, task.reason[language],
  ]);
  download("work.csv", csvOf([COLUMNS, ...rows]));
}

function labelKey(kind) {
  return kind.startsWith("finding.") ? kind : `problem.${kind}`;
}

function fillKinds() {
  const counts = new Map();
  for (const task of tasks) counts.set(task.kind, (counts.get(task.kind) ?? 0) + 1);
  const edits = tasks.filter((task) => task.isEdit).length;
  const kinds = [...counts].sort(([a], [b]) => gravityOf(a) - gravityOf(b) || (a < b ? -1 : 1));
  for (const [kind, count] of [...kinds, ...(edits ? [["edits", edits]] : [])]) {
    const option = translatedElement("option", "kind_count", { kind: { key: labelKey(kind) }, n: count });
    option.value = kind;
    workForm.elements.what.append(option);
  }
}

function gravityOf(kind) {
  return GRAVITY[kind] ?? (kind.startsWith("finding.") ? 4 : 7);
}

function changedFilter() {
  filterTasks();
  saveInAddress("work", workForm);
}

// Keys, as long as nobody is typing: the letters are those of the buttons' titles.
const SHORTCUTS = {
  j: () => moveTo(1),
  k: () => moveTo(-1),
  o: (row) => row?.querySelector(".do-editor, .do-source")?.click(),
  g: (row) => row?.querySelector(".do-source")?.click(),
  a: (row) => row?.querySelector(".do-archive, .do-captures")?.click(),
  c: (row) => row?.querySelector(".do-copy")?.click(),
  x: (row) => row?.querySelector(".do-seen, .do-unseen")?.click(),
  i: (row) => row?.querySelector(".do-ignore")?.click(),
  "/": () => workForm.elements.q.focus(),
};

function moveTo(step) {
  const rows = [...workList.querySelectorAll(".task")];
  const at = rows.indexOf(document.activeElement.closest(".task"));
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey;
  const act = Object.hasOwn(SHORTCUTS, event.key) ? SHORTCUTS[event.key] : null;
  if (isTyping || !act) return;
  event.preventDefault();
  act(document.activeElement.closest(".task"));
});

onFilter(workForm, changedFilter);
document.getElementById("tasks-clear").addEventListener("click", () => { workForm.reset(); changedFilter(); });
document.getElementById("tasks-export").addEventListener("click", exportTasks);
document.getElementById("tasks-previous").addEventListener("click", () => showTasks(taskPage - 1));
document.getElementById("tasks-next").addEventListener("click", () => showTasks(taskPage + 1));
addEventListener("beforeprint", () => showTasks(0, PRINTED));
addEventListener("afterprint", () => showTasks());
fillKinds();
filterTasks();
