// `npm run requirements`: writes docs/tests-by-requirement.md from the titles of the tests.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { LIST_PATH, renderTestList } from './requirement-tests.ts';

const paths = globSync(['{web,worker,durable,migrations,local,bench}/**/*.test.{ts,tsx}', 'docs/*.md'], {
  exclude: ['**/node_modules/**'],
});
writeFileSync(
  LIST_PATH,
  renderTestList(paths.map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))),
);
console.log(`wrote ${LIST_PATH}`);
