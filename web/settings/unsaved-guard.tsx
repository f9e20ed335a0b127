// Asks before the page is left with something on it that was not saved. A way out by the browser itself is asked about by
// the browser; all other ways by a question here.
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';

type Way = { readonly kind: 'back-or-forth'; readonly key: string } | { readonly kind: 'link'; readonly path: string };

export function UnsavedGuard({ when }: { when: boolean }) {
  const [way, setWay] = useState<Way | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  const [, navigate] = useLocation();

  useEffect(() => {
    if (!when || isLeaving) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onNavigate = (event: NavigateEvent) => {
      // Without a press of the reader's a way back cannot be held; another document is the browser's own affair.
      if (!event.cancelable || !event.destination.sameDocument || event.navigationType === 'reload') return;
      const { url, key } = event.destination;
      const { pathname, search } = new URL(url);
      if (pathname + search === location.pathname + location.search) return;
      event.preventDefault();
      setWay(
        event.navigationType === 'traverse'
          ? { kind: 'back-or-forth', key }
          : { kind: 'link', path: pathname + search },
      );
    };
    // Releases before this year's have no such event; theirs is the browser's own question alone.
    const { navigation } = window as Partial<Pick<Window, 'navigation'>>;
    window.addEventListener('beforeunload', onUnload);
    navigation?.addEventListener('navigate', onNavigate);
    return () => {
      window.removeEventListener('beforeunload', onUnload);
      navigation?.removeEventListener('navigate', onNavigate);
    };
  }, [when, isLeaving]);

  useEffect(() => {
    if (!isLeaving || way === null) return;
    setLeaving(false);
    setWay(null);
    if (way.kind === 'link') navigate(way.path);
    else window.navigation.traverseTo(way.key);
  }, [isLeaving, way, navigate]);

  return (
    <Dialog
      open={way !== null}
      onClose={() => setWay(null)}
      title="Leave without saving?"
      description="What you changed here is not saved yet."
      actions={
        <>
          <Button onClick={() => setWay(null)}>Stay here</Button>
          <Button tone="danger" onClick={() => setLeaving(true)}>
            Leave without saving
          </Button>
        </>
      }
    />
  );
}
