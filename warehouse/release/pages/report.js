"use strict";
const rows = [...document.querySelectorAll("tr[data-name]")];
const others = [...document.querySelectorAll("tr[data-of]")]; // of the same institutions, in other tables
const groups = [...document.querySelectorAll("details.group")];
const query = document.getElementById("query");
const kind = document.getElementById("kind");
const found = document.getElementById("found");

function filter() {
  const wanted = query.value.trim().toLocaleLowerCase("ru");
  const asked = wanted !== "" || kind.value !== "";
  const left = new Set();
  for (const row of rows) {
    const fits = row.dataset.name.includes(wanted) && (!kind.value || row.dataset.kind === kind.value);
    row.hidden = !fits;
    if (fits) left.add(row.dataset.code);
  }
  for (const row of others) row.hidden = asked && !left.has(row.dataset.of);
  for (const group of groups) {
    const some = group.querySelector("tr[data-name]:not([hidden])") !== null;
    group.hidden = !some;
    group.open = some && asked;
  }
  found.textContent = `Показано: ${left.size} из ${rows.length}${asked ? ", и в других таблицах тоже" : ""}`;
}

function sort(button) {
  const head = button.closest("th");
  const body = head.closest("table").tBodies[0];
  const descending = head.getAttribute("aria-sort") === "ascending" ||
    (!head.hasAttribute("aria-sort") && head.dataset.first === "descending");
  for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const key = (row) => row.cells[head.cellIndex].dataset.sort;
  const compare = (one, two) => head.dataset.kind === "text" ? one.localeCompare(two, "ru", { numeric: true }) : one - two;
  body.append(...[...body.rows].sort((one, two) => {
    const [first, second] = [key(one), key(two)];
    if (first === "" || second === "") return (first === "") - (second === "");
    return descending ? compare(second, first) : compare(first, second);
  }));
}

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

document.getElementById("filter").hidden = rows.length === 0;
query.addEventListener("input", filter);
kind.addEventListener("change", filter);
for (const button of document.querySelectorAll("th button")) button.addEventListener("click", () => sort(button));
addEventListener("hashchange", reveal);
const folded = new Set();
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    folded.add(details);
  }
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
  folded.clear();
});
reveal();
