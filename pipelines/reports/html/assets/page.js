"use strict";
// Applies the URL's fragment: `#links?verdict=dead&note=…`, `#notes?note=…&line=9`.
function follow() {
  const [section, query] = location.hash.slice(1).split("?");
  if (query === undefined) return;
  const wanted = new URLSearchParams(query);
  if (section === "links") {
    filters.reset();
    for (const [name, value] of wanted) {
      if (filters.elements[name]) filters.elements[name].value = value;
    }
    filter();
    document.getElementById("links").focus();
    document.getElementById("links").scrollIntoView();
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
