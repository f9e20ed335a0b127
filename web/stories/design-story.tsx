// The design system's components.
import { Check, CircleAlert, Ellipsis, Info, PanelRight, Plus, RotateCw, SearchX, TriangleAlert } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Badge } from '../design/badge.tsx';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/controls/button.tsx';
import { CopyButton } from '../design/controls/copy-button.tsx';
import { IconButton } from '../design/controls/icon-button.tsx';
import { panelProps, Tabs } from '../design/controls/tabs.tsx';
import { Kbd } from '../design/kbd.tsx';
import { Dialog } from '../design/overlays/dialog.tsx';
import { Menu } from '../design/overlays/menu.tsx';
import { ToastRegion } from '../design/overlays/toast-region.tsx';
import { showToast } from '../design/overlays/toasts.ts';
import { PageState } from '../design/page-state.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { HeadCell, ROW, TableCell, TableFrame } from '../design/table.tsx';

export function DesignStory() {
  return (
    <main className="h-dvh overflow-y-auto bg-canvas">
      <div className="mx-auto flex max-w-4xl flex-col gap-8 px-6 py-10">
        <h1 className="text-display font-semibold tracking-tight">Design</h1>
        <Part title="Type">
          <div className="flex flex-col gap-1">
            <p className="text-display font-semibold">Display 24/32</p>
            <p className="text-title font-semibold">Title 18/26</p>
            <p className="text-answer">Answer 15/24: assistant answers.</p>
            <p className="text-ui">UI 14/20: labels, menus, tables.</p>
            <p className="text-small text-muted">Small 13/20: hints and notes.</p>
            <p className="text-meta text-muted">Meta 12/16: counts and times.</p>
            <p className="font-mono text-small">Mono 13/20: PN-000059 · get_bom</p>
          </div>
        </Part>
        <Part title="Buttons">
          {(['primary', 'plain', 'quiet', 'danger'] as const).map((tone) => (
            <Row key={tone}>
              <Button tone={tone} size="large">
                Large
              </Button>
              <Button tone={tone}>
                <Plus size={16} aria-hidden />
                Medium
              </Button>
              <Button tone={tone} size="small">
                Small
              </Button>
              <Button tone={tone} busy>
                Saving…
              </Button>
              <Button tone={tone} disabled>
                Disabled
              </Button>
            </Row>
          ))}
          <Row>
            <IconButton icon={PanelRight} label="Open the assistant" keys="Mod+L" />
            <IconButton icon={RotateCw} size="small" label="Retry" />
            <CopyButton text="copied" label="Copy" />
            <Menu
              trigger={<IconButton icon={Ellipsis} label="More" />}
              entries={[
                { kind: 'item', label: 'Rename', onSelect: () => undefined },
                { kind: 'separator' },
                { kind: 'item', label: 'Delete', danger: true, onSelect: () => undefined },
              ]}
            />
            <Kbd keys="Mod+ArrowUp" />
            <Kbd keys="?" />
            <Avatar name="Ada Okafor" />
            <Avatar name="Cascade Robotics" square />
          </Row>
        </Part>
        <Part title="Badges">
          <Row>
            <Badge>Draft</Badge>
            <Badge tone="accent">In review</Badge>
            <Badge tone="good" icon={Check}>
              Confirmed
            </Badge>
            <Badge tone="notice" icon={TriangleAlert}>
              Interrupted
            </Badge>
            <Badge tone="danger" icon={CircleAlert}>
              Failed
            </Badge>
          </Row>
        </Part>
        <Part title="Banners">
          <Banner tone="neutral" icon={Info} title="Information">
            Changes take effect within 30 seconds.
          </Banner>
          <Banner tone="notice" icon={TriangleAlert} title="Warning">
            Experimental features may change or be removed without notice.
          </Banner>
          <Banner tone="danger" icon={CircleAlert} title="Error" actions={<Button size="small">Retry</Button>}>
            The provider rejected the API key. Replace it, then try again.
          </Banner>
        </Part>
        <Part title="Tabs and table">
          <TabsAndTable />
        </Part>
        <Part title="Dialog and toasts">
          <Dialogs />
        </Part>
        <Part title="Loading and empty">
          <Skeleton lines={['w-2/3', 'w-full', 'w-1/2']} />
          <PageState icon={SearchX} title="Page not found" actions={<Button tone="primary">Open the workspace</Button>}>
            This page doesn’t exist or you don’t have access.
          </PageState>
        </Part>
      </div>
      <ToastRegion />
    </main>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-title font-semibold">{title}</h2>
      {children}
    </section>
  );
}

const Row = ({ children }: { children: ReactNode }) => (
  <div className="flex flex-wrap items-center gap-2">{children}</div>
);

const ROWS = [
  { number: 'PN-000059', name: 'Gearbox housing', state: 'Released', quantity: 1 },
  { number: 'PN-000060', name: 'Output shaft', state: 'In Review', quantity: 2 },
  { number: 'PN-000061', name: 'Bearing 6204-2RS', state: 'Draft', quantity: 4 },
] as const;

function TabsAndTable() {
  const panelId = useId();
  const [tab, setTab] = useState('bom');
  const tabs = [
    { id: 'details', label: 'Details' },
    { id: 'bom', label: 'BOM', count: ROWS.length },
    { id: 'history', label: 'History' },
  ];
  return (
    <>
      <Tabs label="Parts of this page" tabs={tabs} active={tab} panelId={panelId} onChoose={setTab} />
      <div {...panelProps(panelId, tab)}>
        <TableFrame label="Bill of materials">
          <table className="w-full border-collapse text-ui">
            <thead>
              <tr>
                <HeadCell kind="code">Number</HeadCell>
                <HeadCell>Name</HeadCell>
                <HeadCell kind="state">State</HeadCell>
                <HeadCell kind="number">Quantity</HeadCell>
              </tr>
            </thead>
            <tbody>
              {ROWS.map((row) => (
                <tr key={row.number} className={ROW}>
                  <TableCell kind="code">
                    <span className="font-mono text-small">{row.number}</span>
                  </TableCell>
                  <TableCell>{row.name}</TableCell>
                  <TableCell kind="state">
                    <Badge tone={row.state === 'Released' ? 'good' : 'neutral'}>{row.state}</Badge>
                  </TableCell>
                  <TableCell kind="number">{row.quantity}</TableCell>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      </div>
    </>
  );
}

function Dialogs() {
  const [open, setOpen] = useState(false);
  return (
    <Row>
      <Button onClick={() => setOpen(true)}>Leave without saving</Button>
      <Button onClick={() => showToast({ words: 'Settings saved', icon: Check })}>Save</Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="Leave without saving?"
        description="You have unsaved changes."
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Stay</Button>
            <Button tone="danger" onClick={() => setOpen(false)}>
              Discard changes
            </Button>
          </>
        }
      />
    </Row>
  );
}
