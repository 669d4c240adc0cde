// Tabs that are wider than the window begin where the present one is seen.
for (const current of document.querySelectorAll(".tabs [aria-current=page]")) {
  const row = current.parentElement;
  row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}
