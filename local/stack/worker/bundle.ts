// Bundles a Worker entry into one module for Miniflare, with the settings that `wrangler deploy` bundles with.
import { type BuildContext, type BuildOptions, type BuildResult, context, formatMessages } from 'esbuild';
import { PROJECT_ROOT } from '../../project-root.ts';
import { StackError } from '../stack-error.ts';

export type WorkerBundle = {
  /** The code of the last build without errors. */
  getCode(): string;
  close(): Promise<void>;
};

export type BundleOptions = {
  readonly entry: string;
  /** If given, rebuilds whenever a source file changes, and is called after each rebuild. */
  readonly onRebuild?: (outcome: { errors?: string }) => void;
};

/** @throws StackError with esbuild's messages if the first build fails. */
export async function bundleWorker(options: BundleOptions): Promise<WorkerBundle> {
  let code: string | null = null;
  let build: BuildContext | null = null;
  const first = Promise.withResolvers<void>();
  const onEnd = async (result: BuildResult) => {
    const output = result.outputFiles?.[0];
    const errors = output === undefined ? await describeErrors(result) : undefined;
    const isFirst = code === null;
    if (output !== undefined) code = output.text;
    if (!isFirst) options.onRebuild?.(errors === undefined ? {} : { errors });
    else if (errors === undefined) first.resolve();
    else first.reject(new StackError(`the Worker does not build: ${errors}`));
  };
  build = await openContext(options.entry, onEnd);
  const close = () => build.dispose().catch(() => {}); // Ctrl-C may have ended esbuild already.
  try {
    if (options.onRebuild) await build.watch();
    else await build.rebuild().catch(() => {}); // `first` reports it.
    await first.promise;
  } catch (error) {
    await close();
    throw error;
  }
  return { getCode: () => code ?? '', close };
}

/** What `wrangler deploy` and the local stack have in common. */
export const COMMON_OPTIONS = {
  absWorkingDir: PROJECT_ROOT,
  outfile: 'worker.js',
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*', 'node:*'],
  loader: { '.sql': 'text', '.txt': 'text', '.html': 'text' },
  keepNames: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

async function openContext(entry: string, onEnd: (result: BuildResult) => Promise<void>): Promise<BuildContext> {
  return context({
    ...COMMON_OPTIONS,
    entryPoints: [entry],
    define: { 'process.env.NODE_ENV': '"development"' },
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: [{ name: 'report', setup: (build) => build.onEnd(onEnd) }],
  });
}

async function describeErrors(result: BuildResult): Promise<string> {
  return (await formatMessages(result.errors, { kind: 'error' })).join('').trim();
}
