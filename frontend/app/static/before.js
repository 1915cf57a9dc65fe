// What must happen before the page itself has been loaded.
//
// Sets the chosen theme before the first paint, so that a reader of the dark theme sees no white flash. The page itself takes
// over afterwards (src/page/theme.rs).
try {
  const theme = localStorage.getItem("forkyard.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's theme it is.
}

// What the page itself could not say, because it would not start.
addEventListener("DOMContentLoaded", () => {
  if (typeof WebAssembly !== "object") document.getElementById("too-old").hidden = false;
  else document.getElementById("too-old")?.remove();
});
