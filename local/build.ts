// `npm run build`: builds the pages for deployment into dist/web, with the script for other sites. `npm run build -- packages`
// builds the package for other sites' bundlers into web/embed/package/dist.
import { measureEmbedScript, measureFirstLoad, type ScriptSize } from './checks/script-size.ts';
import { buildEmbedPackage, buildWeb, DEPLOYED_WEB_DIR } from './stack/worker/web-build.ts';

if (process.argv[2] === 'packages') {
  await buildEmbedPackage();
  console.log('web/embed/package/dist built');
} else {
  await buildWeb(DEPLOYED_WEB_DIR);
  const first = inKb(measureFirstLoad(DEPLOYED_WEB_DIR));
  const script = inKb(measureEmbedScript(DEPLOYED_WEB_DIR));
  console.log(`dist/web built; first load ${first}, embed.js ${script} kB gzip of script`);
}

function inKb(size: ScriptSize | null): string {
  return ((size?.gzipBytes ?? 0) / 1000).toFixed(1);
}
