// How an answer ended and what to do next. The endings differ in icon, text and weight, not only in color.
import { Ban, CircleAlert, CircleStop, OctagonPause, RotateCw, Scissors, Unplug, WifiOff } from 'lucide-react';
import { Badge } from '../../design/badge.tsx';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import { RequestId } from '../../design/request-id.tsx';
import type { AnswerMetadata } from './answer-metadata.ts';

type StatusProps = {
  metadata: AnswerMetadata;
  /** The page's connection, if this answer is streaming; otherwise `steady`. */
  connection: 'steady' | 'reconnecting' | 'lost';
  /** Only the last answer has actions. */
  actions: { readonly retry: () => void; readonly resume: () => void; readonly reconnect: () => void } | null;
};

export function AnswerStatus({ metadata, connection, actions }: StatusProps) {
  if (connection === 'reconnecting') {
    return (
      <div className="mt-2 flex items-center gap-2 text-small text-muted">
        <WifiOff size={16} aria-hidden className="animate-pulse" />
        Connection lost. Reconnecting…
      </div>
    );
  }
  if (connection === 'lost') {
    return (
      <Row
        badge={
          <Badge tone="notice" icon={Unplug}>
            Interrupted
          </Badge>
        }
        text="Connection lost. The answer may still be running."
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
  const { status, cause, error } = metadata;
  switch (status) {
    case 'interrupted':
      return (
        <Row
          badge={
            <Badge tone="notice" icon={Unplug}>
              Interrupted
            </Badge>
          }
          text="The partial answer is saved."
        >
          {actions && <Retry onClick={actions.retry} />}
        </Row>
      );
    case 'cut':
      return (
        <Row
          badge={
            <Badge tone="notice" icon={Scissors}>
              Cut off
            </Badge>
          }
          text={cutText(cause)}
        >
          {actions && <Continue onClick={actions.resume} />}
          {actions && <Retry onClick={actions.retry} />}
        </Row>
      );
    case 'stopped':
      return (
        <Row badge={<Badge icon={CircleStop}>Stopped</Badge>} text={stopText(metadata)}>
          {actions && error === null && <Continue onClick={actions.resume} />}
          {actions && error === null && <Retry onClick={actions.retry} />}
        </Row>
      );
    case 'limited':
      return (
        <Row
          badge={
            <Badge tone="notice" icon={OctagonPause}>
              Limit reached
            </Badge>
          }
          text={error?.detail ?? null}
        >
          {actions && cause !== 'QUOTA_EXCEEDED' && <Continue onClick={actions.resume} />}
        </Row>
      );
    case 'refused':
      return (
        <Row
          badge={
            <Badge tone="notice" icon={Ban}>
              Declined
            </Badge>
          }
          text={error?.detail ?? null}
        >
          {actions && <Retry onClick={actions.retry} />}
        </Row>
      );
    case 'failed':
      return <Failed metadata={metadata} actions={actions} />;
    default:
      return null;
  }
}

function Failed({ metadata: { error, requestId }, actions }: Pick<StatusProps, 'metadata' | 'actions'>) {
  if (actions === null) {
    return (
      <Row
        badge={
          <Badge tone="danger" icon={CircleAlert}>
            Failed
          </Badge>
        }
        text={error?.detail ?? null}
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
        <p>{error?.detail ?? 'The answer ended early. Try again.'}</p>
        {requestId && <RequestId id={requestId} />}
      </Banner>
    </div>
  );
}

/** What cut an answer that the model had not finished. */
export function cutText(cause: string | null): string {
  switch (cause) {
    case 'context_limit':
      return 'The conversation reached the model’s limit.';
    case 'paused':
      return 'The provider paused the answer.';
    default:
      return 'The answer reached its maximum length.';
  }
}

/** Null for the user's own stop. */
const stopText = ({ cause, error }: AnswerMetadata): string | null =>
  cause === 'copied' ? 'It was still being written when this conversation was forked.' : (error?.detail ?? null);

function Row({ badge, text, children }: { badge: React.ReactNode; text: string | null; children: React.ReactNode }) {
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2 text-small text-muted">
      {badge}
      {text && <span>{text}</span>}
      {children}
    </div>
  );
}

function Continue({ onClick }: { onClick: () => void }) {
  return (
    <Button size="small" onClick={onClick}>
      Continue
    </Button>
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
