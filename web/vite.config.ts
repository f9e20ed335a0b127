// Builds the page into dist/web: one HTML file and hashed assets. Nothing is inline except the message of index.html for
// missing files, which gets the nonce of its response: the CSP needs neither 'unsafe-inline' nor a hash per release.
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // The first releases with light-dark(), @starting-style and transitions of discrete values: nothing is rewritten for older ones.
    cssTarget: ['chrome123', 'firefox129', 'safari17.5'],
    // Small files must stay files: a data: URL needs a wider CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // What the first page needs is one chunk: gzip works better on one file than on many small ones.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: groupOf }] } } },
  },
});

type ModuleInfo = { readonly isEntry: boolean; readonly importers: readonly string[] };

/** The group of a module that the entry loads at once, through static imports. */
function groupOf(id: string, context: { getModuleInfo(id: string): ModuleInfo | null }): string | null {
  const seen = new Set<string>();
  const waiting = [id];
  for (const one of waiting) {
    if (seen.has(one)) continue;
    seen.add(one);
    const info = context.getModuleInfo(one);
    if (info?.isEntry) return 'page';
    waiting.push(...(info?.importers ?? []));
  }
  return null;
}
