// Streams an answer of twenty thousand tokens into a page and prints the tasks over 50 ms on the page's main thread, as the
// browser reports them. Run it with `node local/bootstrap.mjs bench/page/long-answer.ts`.
import { launchBrowser } from '../../local/testing/browser.ts';
import { startStories } from '../../local/testing/stories.ts';

const [stories, browser] = await Promise.all([startStories(), launchBrowser()]);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(120_000);
  await page.goto(`${stories.url}/#stream`);
  const composer = page.getByRole('textbox', { name: 'Ask the assistant' });
  await composer.fill('Go');
  await page.evaluate(`
    window.tasks = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.tasks.push(Math.round(entry.duration));
    }).observe({ type: 'longtask' });
    window.frames = 0;
    const count = () => { window.frames++; requestAnimationFrame(count); };
    count();
  `);
  const startedAt = performance.now();
  await composer.press('Enter');
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await page.getByRole('button', { name: 'Send' }).waitFor();
  const seconds = (performance.now() - startedAt) / 1000;
  const { tasks, frames, characters } = (await page.evaluate(
    "({ tasks: window.tasks, frames: window.frames, characters: document.querySelector('article:last-of-type, [role=feed]').textContent.length })",
  )) as { tasks: number[]; frames: number; characters: number };
  console.log(
    `${characters.toLocaleString('en-US')} characters in ${seconds.toFixed(1)} s, ${Math.round(frames / seconds)} frames/s; ` +
      `${tasks.length} tasks over 50 ms${tasks.length > 0 ? `, the longest ${Math.max(...tasks)} ms` : ''}`,
  );
  if (tasks.length > 0) console.log(tasks.join(' '));
} finally {
  await browser.close();
  await stories.close();
}
