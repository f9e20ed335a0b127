// The style of what the host's script shows, inside its shadow root: nothing of the host's page reaches it, and nothing of it
// reaches the host's page. The values are those of web/design/tokens.css.
export const HOST_STYLE = `
:host { all: initial; position: fixed; width: 0; height: 0; }
.root { --surface: #fff; --raised: #fff; --text: #0f172a; --muted: #475569; --line: #cbd5e1; --accent: #0e7490;
  --on-accent: #fff; --soft: #ecfeff; --shadow: 0 12px 32px -8px rgb(15 23 42 / .2), 0 2px 6px rgb(15 23 42 / .08);
  --radius: 10px; color-scheme: light; color: var(--text);
  font: 14px/20px var(--font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif); }
.root[data-scheme=dark] { --surface: #0f172a; --raised: #1e293b; --text: #f1f5f9; --muted: #94a3b8; --line: #334155;
  --accent: #22d3ee; --on-accent: #083344; --soft: #083344;
  --shadow: 0 12px 32px -8px rgb(0 0 0 / .7), 0 2px 6px rgb(0 0 0 / .4); color-scheme: dark; }
button { font: inherit; cursor: pointer; }
button:focus-visible, .split:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.tab { position: fixed; right: 0; top: 50%; transform: translateY(-50%); z-index: var(--z); display: flex;
  align-items: center; justify-content: center; flex-direction: column; gap: 8px; box-sizing: border-box; width: 40px;
  height: 96px; padding: 0; border: 1px solid var(--line); border-right: 0; border-radius: var(--radius) 0 0 var(--radius);
  background: var(--raised); color: var(--accent); box-shadow: var(--shadow); transition: background-color .1s; }
.tab:hover { background: var(--soft); }
.left .tab { right: auto; left: 0; border: 1px solid var(--line); border-left: 0;
  border-radius: 0 var(--radius) var(--radius) 0; }
.tab svg { width: 20px; height: 20px; }
.tab img { width: 24px; height: 24px; object-fit: contain; }
.tab .live { width: 8px; height: 8px; border-radius: 50%; background: currentColor; animation: pulse 1.6s infinite; }
@keyframes pulse { 50% { opacity: .2; } }
dialog { position: fixed; inset: 0 0 0 auto; z-index: var(--z); box-sizing: border-box; width: min(100vw, var(--width));
  max-width: none; height: 100dvh; max-height: none; margin: 0; padding: 0; border: 0; overflow: visible;
  background: transparent; color: inherit; visibility: hidden; display: block; transform: translateX(100%);
  transition: transform .16s cubic-bezier(.2,.8,.2,1), visibility 0s .16s; }
.left dialog { inset: 0 auto 0 0; transform: translateX(-100%); }
dialog[open] { visibility: visible; transform: none; transition: transform .22s cubic-bezier(.2,.8,.2,1); }
dialog[data-mode=panel] { background: var(--surface); border-left: 1px solid var(--line); box-shadow: var(--shadow); }
.left dialog[data-mode=panel] { border-left: 0; border-right: 1px solid var(--line); }
dialog[data-mode=quick] { inset: 0; width: 100vw; transform: none; transition: none; }
dialog:not([open])[data-mode=quick] { visibility: hidden; }
dialog[data-mode=quick]::backdrop { background: transparent; }
dialog:focus { outline: none; }
iframe { display: block; width: 100%; height: 100%; border: 0; background: transparent; color-scheme: inherit; }
iframe[hidden] { display: block; visibility: hidden; }
.split { position: absolute; inset: 0 auto 0 -12px; z-index: 1; width: 24px; cursor: col-resize; touch-action: none; }
.left .split { inset: 0 -12px 0 auto; }
.split::after { content: ""; position: absolute; inset: 0 8px; border-radius: 4px; transition: background-color .1s; }
.split:is(:hover, :active, :focus-visible)::after { background: var(--accent); opacity: .6; }
dialog:not([data-mode=panel]) .split { display: none; }
.dragging iframe { pointer-events: none; }
.note { position: absolute; inset: 0; box-sizing: border-box; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 12px; padding: 24px; text-align: center; background: var(--surface); }
dialog[data-mode=quick] .note { inset: 18vh auto auto 50%; width: min(640px, 100vw - 32px); transform: translateX(-50%);
  border: 1px solid var(--line); border-radius: 16px; box-shadow: var(--shadow); }
.note[hidden] { display: none; }
.note h2 { margin: 0; font-size: 18px; line-height: 26px; font-weight: 600; }
.note p { margin: 0; color: var(--muted); }
.note div { display: flex; gap: 8px; }
.note button { min-height: 36px; padding: 0 16px; border: 1px solid var(--line); border-radius: 6px;
  background: var(--raised); color: var(--text); }
.note .main { border-color: transparent; background: var(--accent); color: var(--on-accent); font-weight: 500; }
.wait { width: 20px; height: 20px; border: 2px solid var(--line); border-top-color: var(--accent); border-radius: 50%;
  animation: turn .9s linear infinite; }
@keyframes turn { to { transform: rotate(360deg); } }
@media (max-width: 639.98px) { dialog { width: 100vw; } dialog[data-mode=panel] { border: 0; } .split { display: none; }
  .tab { top: auto; bottom: max(12px, env(safe-area-inset-bottom)); right: 12px; transform: none; flex-direction: row; gap: 4px;
    width: 52px; height: 52px; border: 1px solid var(--line); border-radius: 50%; }
  .left .tab { left: 12px; border: 1px solid var(--line); border-radius: 50%; } }
@media (pointer: coarse) { .note button { min-height: 44px; } }
@media (prefers-reduced-motion: reduce) { *, dialog, dialog[open] { transition: none !important; animation: none !important; } }
@media (forced-colors: active) { .tab, dialog[data-mode=panel] { border: 1px solid; } }
`;
