// Exports the filtered audit log, with progress, cancel and result.
import { Braces, Download, Table2, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import { Menu } from '../../design/overlays/menu.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { readProblem, unreachable } from '../../problem.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { request } from '../../request.ts';
import { fileNameOf, saveFile } from '../../save-file.ts';
import { type AuditFilter, auditExportAddress } from '../records-api.ts';
import { createRowCounter } from './count-rows.ts';

type Format = 'ndjson' | 'csv';
type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly rows: number }
  | { readonly kind: 'incomplete'; readonly rows: number }
  | { readonly kind: 'failed'; readonly error: Error };

export function useAuditExport(filter: AuditFilter) {
  const [state, setState] = useState<State>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function start(format: Format): Promise<void> {
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'running', rows: 0 });
    try {
      const { blob, name, rows, isIncomplete } = await download(auditExportAddress(filter, format), {
        format,
        signal: controller.signal,
        onRows: (count) => setState({ kind: 'running', rows: count }),
      });
      saveFile(blob, name);
      setState(isIncomplete ? { kind: 'incomplete', rows } : { kind: 'idle' });
      if (!isIncomplete) showToast({ words: `${rows.toLocaleString()} entries saved as ${name}.` });
    } catch (error) {
      if (controller.signal.aborted) setState({ kind: 'idle' });
      else setState({ kind: 'failed', error: error instanceof Error ? error : unreachable() });
    }
  }

  return { state, start: (format: Format) => void start(format), cancel: () => running.current?.abort() };
}

type AuditExport = ReturnType<typeof useAuditExport>;

export function ExportButton({ state, start, cancel }: AuditExport) {
  if (state.kind === 'running')
    return (
      <Button size="large" onClick={cancel}>
        Cancel export
      </Button>
    );
  return (
    <Menu
      trigger={
        <Button size="large">
          <Download size={16} aria-hidden />
          Export
        </Button>
      }
      entries={[
        {
          kind: 'item',
          label: 'NDJSON',
          icon: <Braces size={16} aria-hidden />,
          onSelect: () => start('ndjson'),
        },
        {
          kind: 'item',
          label: 'CSV',
          icon: <Table2 size={16} aria-hidden />,
          onSelect: () => start('csv'),
        },
      ]}
    />
  );
}

export function ExportState({ state }: Pick<AuditExport, 'state'>) {
  return (
    <>
      <p role="status" className="text-small text-muted tabular-nums empty:hidden">
        {state.kind === 'running' && `${state.rows.toLocaleString()} entries written…`}
      </p>
      {state.kind === 'incomplete' && (
        <Banner tone="danger" icon={TriangleAlert} alert title="The export is incomplete">
          It ended after {state.rows.toLocaleString()} entries. The last line says why. Export again to get all of them.
        </Banner>
      )}
      {state.kind === 'failed' && <ProblemBanner error={state.error} />}
    </>
  );
}

type DownloadOptions = { format: Format; signal: AbortSignal; onRows: (rows: number) => void };

/** Collects the export in a Blob, which the browser can keep on disk instead of in memory. */
async function download(address: string, { format, signal, onRows }: DownloadOptions) {
  const response = await request(address, { signal });
  if (!response.ok || response.body === null) throw await readProblem(response);
  const counter = createRowCounter(format);
  let rows = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        rows = counter.take(chunk);
        onRows(rows);
        controller.enqueue(chunk);
      },
    }),
  );
  const blob = await new Response(counted).blob();
  const isIncomplete = counter.isIncomplete();
  const name = fileNameOf(response, `audit.${format}`);
  return { blob, name, rows: isIncomplete ? rows - 1 : rows, isIncomplete };
}
