// The assistant in a React app. It renders nothing itself: the tab, the panel and Quick Ask are beside the app.
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import {
  createGroundwire,
  type Groundwire,
  type GroundwireEvents,
  type GroundwireOptions,
} from './create-groundwire.ts';

type Listeners = {
  readonly onOpen?: (detail: GroundwireEvents['open']) => void;
  readonly onClose?: () => void;
  readonly onResize?: (detail: GroundwireEvents['resize']) => void;
  readonly onAnswering?: (detail: GroundwireEvents['answering']) => void;
  readonly onContextRemoved?: () => void;
  readonly onError?: (detail: GroundwireEvents['error']) => void;
};

export type GroundwirePanelProps = GroundwireOptions & Listeners & { readonly ref?: Ref<Groundwire | null> };

function createHandle(assistant: { readonly current: Groundwire | null }): Groundwire {
  return {
    open: () => assistant.current?.open(),
    close: () => assistant.current?.close(),
    toggle: () => assistant.current?.toggle(),
    ask: (...args) => assistant.current?.ask(...args),
    setContext: (context) => assistant.current?.setContext(context),
    setTheme: (...args) => assistant.current?.setTheme(...args),
    on: (event, listener) => assistant.current?.on(event, listener) ?? (() => undefined),
    destroy: () => assistant.current?.destroy(),
  };
}

/**
 * `theme`, `scheme`, `context` and the listeners can change at any time, and so can `getToken`. A change of any other option
 * removes the assistant and creates a new one.
 */
export function GroundwirePanel({ ref, ...props }: GroundwirePanelProps) {
  const latest = useRef(props);
  latest.current = props;
  const assistant = useRef<Groundwire | null>(null);
  const { org, origin, position, zIndex, width, locale, tab, theme, scheme, context = null } = props;
  const fixed = JSON.stringify([org, origin, position, zIndex, width, locale, tab, props.brand, props.shortcuts]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `fixed` has what needs a new assistant
  useEffect(() => {
    const {
      onOpen: _o,
      onClose: _c,
      onResize: _r,
      onAnswering: _a,
      onContextRemoved: _x,
      onError: _e,
      ...options
    } = latest.current;
    const created = createGroundwire({ ...options, getToken: () => latest.current.getToken() });
    assistant.current = created;
    created.on('open', (detail) => latest.current.onOpen?.(detail));
    created.on('close', () => latest.current.onClose?.());
    created.on('resize', (detail) => latest.current.onResize?.(detail));
    created.on('answering', (detail) => latest.current.onAnswering?.(detail));
    created.on('contextremoved', () => latest.current.onContextRemoved?.());
    created.on('error', (detail) => latest.current.onError?.(detail));
    return () => {
      assistant.current = null;
      created.destroy();
    };
  }, [fixed]);

  const shown = JSON.stringify(context);
  // biome-ignore lint/correctness/useExhaustiveDependencies: compared by value, because callers write object literals
  useEffect(() => assistant.current?.setContext(context), [shown, fixed]);
  const look = JSON.stringify([theme, scheme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: compared by value
  useEffect(() => assistant.current?.setTheme(theme ?? {}, scheme ?? 'auto'), [look, fixed]);
  // Works as soon as the component is mounted, and with whichever assistant is there.
  useImperativeHandle(ref, () => createHandle(assistant), []);
  return null;
}
