// The assistant on the HTML pages, with what the server wrote into the page. All options are in docs/embed.md.
import { getToken } from './get-token.js';

const page = JSON.parse(document.getElementById('page').textContent);

// Without the assistant's script, which another server sends, the pages work as before.
const assistant = window.Groundwire?.createGroundwire({
  org: page.organization,
  getToken,
  context: page.inView,
  scheme: page.theme,
  locale: page.language,
  theme: page.look,
  brand: { name: page.name },
});

for (const button of document.querySelectorAll('button[data-ask]')) {
  button.hidden = assistant === undefined;
  button.addEventListener('click', () => assistant.ask(button.dataset.ask, { in: 'panel', send: true }));
}
