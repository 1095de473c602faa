// Runs before the first paint, so that a chosen light or dark never flashes the other.
try {
  const theme = localStorage.getItem("theme")
  if (theme) document.documentElement.dataset.theme = theme
} catch {
  // Storage is closed to us; the device decides.
}
