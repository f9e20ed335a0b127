// index.html shows a message instead of a blank page if the page's script or styles can't be loaded.

/** Called once the page renders. From now on, failures are shown by error boundaries. */
export function notePageStart(): void {
  const { dataset } = document.documentElement;
  dataset['started'] = '';
  // Another script failed, such as one of a browser extension. Without its styles, the page can't be used.
  if (dataset['failed'] === 'script') delete dataset['failed'];
}
