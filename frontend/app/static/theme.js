// Sets the chosen theme before the first paint, so that a reader of the dark theme sees no white flash. The page itself takes
// over afterwards (src/page/theme.rs).
try {
  const theme = localStorage.getItem("forkyard.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's theme it is.
}
