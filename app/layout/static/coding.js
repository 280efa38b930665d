// Coding by keys: a digit goes to that pillar, a letter to the next theme that begins with it, Enter sends. Without this it is a form like any other.
document.querySelector("[data-coding]")?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.key.length > 1) return;
  const groups = [...event.currentTarget.querySelectorAll("[role=group]")];
  const inside = groups.find((group) => group.contains(document.activeElement)) ?? groups.find((group) => group.querySelector(":checked"));
  const themes = [...(inside?.querySelectorAll("input") ?? [])];
  const from = themes.findIndex((theme) => theme.checked) + 1;
  const begins = [...themes.slice(from), ...themes.slice(0, from)].find((theme) => theme.parentElement.innerText.trim().toLowerCase().startsWith(event.key.toLowerCase()));
  const wanted = groups[event.key - 1]?.querySelector("input") ?? begins;
  if (!wanted) return;
  event.preventDefault();
  wanted.checked = true;
  wanted.focus();
});
