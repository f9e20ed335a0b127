// How an answer ended, in words, and what can be done next. Stopped, interrupted and failed differ in icon, words and
// weight, not only in colour.
import { CircleAlert, CircleStop, RotateCw, Unplug, WifiOff } from 'lucide-react';
import { Badge } from '../design/badge.tsx';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/button.tsx';
import { RequestId } from '../design/request-id.tsx';
import type { AnswerFacts } from './answer-facts.ts';

type StatusProps = {
  facts: AnswerFacts;
  /** The connection of the page, where this is the answer that streams over it. */
  link: 'steady' | 'reconnecting' | 'lost';
  /** Only the last answer can be taken up again. */
  actions: { readonly retry: () => void; readonly resume: () => void; readonly reconnect: () => void } | null;
};

export function AnswerStatus({ facts, link, actions }: StatusProps) {
  if (link === 'reconnecting') {
    return (
      <div className="mt-2 flex items-center gap-2 text-small text-muted">
        <WifiOff size={16} aria-hidden className="animate-pulse" />
        Connection lost. Reconnecting…
      </div>
    );
  }
  if (link === 'lost') {
    return (
      <Row
        badge={
          <Badge tone="notice" icon={Unplug}>
            Interrupted
          </Badge>
        }
        words="The connection is lost. The answer may go on without it."
      >
        {actions && (
          <Button size="small" onClick={actions.reconnect}>
            Reconnect
          </Button>
        )}
        {actions && <Retry onClick={actions.retry} />}
      </Row>
    );
  }
  switch (facts.status) {
    case 'interrupted':
      return (
        <Row
          badge={
            <Badge tone="notice" icon={Unplug}>
              Interrupted
            </Badge>
          }
          words="The answer was cut off. What came so far is kept."
        >
          {actions && <Retry onClick={actions.retry} />}
        </Row>
      );
    case 'stopped':
      return (
        <Row badge={<Badge icon={CircleStop}>Stopped</Badge>} words={null}>
          {actions && (
            <Button size="small" onClick={actions.resume}>
              Continue
            </Button>
          )}
          {actions && <Retry onClick={actions.retry} />}
        </Row>
      );
    case 'failed':
      if (actions === null) {
        return (
          <Row
            badge={
              <Badge tone="danger" icon={CircleAlert}>
                Failed
              </Badge>
            }
            words={facts.error?.detail ?? null}
          >
            {null}
          </Row>
        );
      }
      return (
        <div className="mt-2 w-full max-w-xl self-start">
          <Banner
            tone="danger"
            icon={CircleAlert}
            alert
            title="The answer failed"
            actions={<Retry onClick={actions.retry} />}
          >
            <p>{facts.error?.detail ?? 'The answer ended before it was complete.'}</p>
            {facts.requestId && <RequestId id={facts.requestId} />}
          </Banner>
        </div>
      );
    default:
      return null;
  }
}

function Row({ badge, words, children }: { badge: React.ReactNode; words: string | null; children: React.ReactNode }) {
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2 text-small text-muted">
      {badge}
      {words && <span>{words}</span>}
      {children}
    </div>
  );
}

function Retry({ onClick }: { onClick: () => void }) {
  return (
    <Button size="small" onClick={onClick}>
      <RotateCw size={14} aria-hidden />
      Retry
    </Button>
  );
}
