// Before the first paint, so that a dark page never flashes white.
try {
  const theme = localStorage.getItem('theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage refused: the system's theme it is.
}
