// Runs before the first paint so the page never flashes the wrong theme. design/theme.ts owns the storage key.
try {
  const theme = localStorage.getItem('groundwire:theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be blocked; the system theme then applies.
}
