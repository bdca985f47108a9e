"use strict";
// Applies the URL's fragment: `#work?what=dead`, `#links?verdict=dead&note=…`, `#notes?note=…&line=9`.
function follow() {
  const [section, query] = location.hash.slice(1).split("?");
  if (query === undefined) return;
  const wanted = new URLSearchParams(query);
  const list = { work: [workForm, filterTasks], links: [filters, filter] }[section];
  if (list) {
    const [form, apply] = list;
    form.reset();
    for (const [name, value] of wanted) {
      if (form.elements[name]) form.elements[name].value = value;
    }
    apply();
    document.getElementById(section).focus();
    document.getElementById(section).scrollIntoView();
  } else if (section === "notes" && wanted.has("note")) {
    showNote(wanted.get("note"), Number(wanted.get("line")));
  }
}

addEventListener("hashchange", follow);
document.addEventListener("click", (event) => {  // a click on the current fragment fires no hashchange
  const link = event.target.closest?.("a");
  if (link && link.hash === location.hash && link.hash.includes("?")) follow();
});
follow();
