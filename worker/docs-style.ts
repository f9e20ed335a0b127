// The style sheet of the API pages; it goes out in the page, under its nonce.
import { raw } from 'hono/html';

export const DOCS_STYLE = raw(`
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 16%, Canvas); --soft: color-mix(in srgb, CanvasText 62%, Canvas);
  --well: color-mix(in srgb, CanvasText 5%, Canvas); font: 15px/1.55 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: 1.6rem; letter-spacing: -0.01em; } h2 { font-size: 1.15rem; margin: 2.5rem 0 0.75rem; text-transform: capitalize; }
h3 { font-size: 0.85rem; margin: 1.1rem 0 0.4rem; color: var(--soft); }
a { color: LinkText; } code, pre, .address { font-family: ui-monospace, monospace; font-size: 0.87em; }
details { border: 1px solid var(--line); border-radius: 8px; margin: 0.5rem 0; }
summary { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; padding: 0.6rem 0.85rem; cursor: pointer; }
summary:focus-visible { outline: 2px solid LinkText; outline-offset: 2px; border-radius: 8px; }
details > div { padding: 0 0.85rem 0.85rem; border-top: 1px solid var(--line); }
.method { font-weight: 650; min-width: 4rem; } .summary { color: var(--soft); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; } tr:target { background: var(--well); }
pre { background: var(--well); border-radius: 6px; padding: 0.75rem; overflow-x: auto; margin: 0.4rem 0; }
`);
