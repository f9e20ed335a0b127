// Runs before the first paint, so that a chosen theme never flashes the other one. The key is design/theme.ts's.
try {
  const theme = localStorage.getItem('groundwire:theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be blocked; the system's theme stands then.
}
