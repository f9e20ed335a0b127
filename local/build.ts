// `npm run build`: builds the pages for deployment into dist/web.
import { measureFirstLoad } from './checks/script-size.ts';
import { buildWeb, DEPLOYED_WEB_DIR } from './stack/worker/web-build.ts';

await buildWeb(DEPLOYED_WEB_DIR);
const size = measureFirstLoad(DEPLOYED_WEB_DIR);
console.log(`dist/web built; first load ${((size?.gzipBytes ?? 0) / 1000).toFixed(1)} kB gzip of script`);
