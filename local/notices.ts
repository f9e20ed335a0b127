// `npm run notices`: what a deployment has to come with. Writes dist/sbom.cdx.json, every package of the lockfile (CycloneDX),
// and dist/THIRD_PARTY_NOTICES.txt, the licenses of the packages that the Worker and the pages include.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readImportGraph } from './checks/read-imports.ts';
import { PROJECT_ROOT } from './project-root.ts';

const SHIPPED = /^(?:web|worker|durable|migrations\/schema)\/.*\.tsx?$/;
const NOT_SHIPPED = /\.(?:test|fixture)\.tsx?$|^web\/(?:stories\/|vite\.config)/;

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});

export type Notice = {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Null if the package comes without the text of its license. */
  readonly text: string | null;
};

/** The package of an import: `@scope/name/part` → `@scope/name`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** The named packages and all that they depend on, by name. */
export function collectNotices(root: string, names: Iterable<string>): Notice[] {
  const found = new Map<string, Notice>();
  const visit = (name: string, from: string): void => {
    const folder = findPackage(root, from, name);
    // Optional and peer dependencies need not be installed.
    if (folder === null || found.has(folder)) return;
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const { version, license = 'UNKNOWN', dependencies = {} } = manifest;
    found.set(folder, { name: manifest.name, version, license, text: licenseText(folder) });
    for (const dependency of Object.keys(dependencies)) visit(dependency, folder);
  };
  for (const name of names) visit(name, root);
  return [...found.values()].toSorted((one, other) => one.name.localeCompare(other.name));
}

/** As Node resolves it: next to the package that asks, then further up. */
function findPackage(root: string, from: string, name: string): string | null {
  for (let folder = from; folder.startsWith(root); folder = join(folder, '..')) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return null;
}

function licenseText(folder: string): string | null {
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying)(?:\.|-|$)/i.test(name));
  return file === undefined ? null : readFileSync(join(folder, file), 'utf8').trim();
}

export function formatNotices(notices: readonly Notice[]): string {
  const entries = notices.map(({ name, version, license, text }) =>
    [`${name} ${version}`, `License: ${license}`, ...(text === null ? [] : ['', text])].join('\n'),
  );
  return `This product includes the following software.\n\n${entries.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function shippedPackages(): Set<string> {
  const files = execFileSync('git', ['ls-files'], { cwd: PROJECT_ROOT, encoding: 'utf8' }).split('\n');
  const graph = readImportGraph(
    PROJECT_ROOT,
    files.filter((file) => SHIPPED.test(file) && !NOT_SHIPPED.test(file)),
  );
  const imports = [...graph.values()].flat().filter(({ isOurs, isTypeOnly }) => !isOurs && !isTypeOnly);
  return new Set(imports.map(({ target }) => packageOf(target)).filter((name) => !/^(?:node|cloudflare):/.test(name)));
}

function readSbom(): string {
  const npm = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const sbom = JSON.parse(
    execFileSync('npm', npm, { cwd: PROJECT_ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  );
  // npm names the product after its folder.
  sbom.metadata.component.name = 'groundwire';
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

if (import.meta.main) {
  const notices = collectNotices(PROJECT_ROOT, shippedPackages());
  const unknown = notices.filter(({ license }) => license === 'UNKNOWN');
  if (unknown.length > 0) throw new Error(`no license is given for ${unknown.map(({ name }) => name).join(', ')}`);
  mkdirSync(join(PROJECT_ROOT, 'dist'), { recursive: true });
  writeFileSync(join(PROJECT_ROOT, 'dist/THIRD_PARTY_NOTICES.txt'), formatNotices(notices));
  writeFileSync(join(PROJECT_ROOT, 'dist/sbom.cdx.json'), readSbom());
  console.log(`dist/THIRD_PARTY_NOTICES.txt names ${notices.length} packages; dist/sbom.cdx.json written`);
}
