// Builds the page into dist/web: one HTML file and hashed assets, nothing inline, so that the page's CSP
// needs neither 'unsafe-inline' nor a hash per release.
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
  },
});
