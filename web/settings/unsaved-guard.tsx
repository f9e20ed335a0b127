// Asks before leaving a page with unsaved changes. Closing or reloading the tab shows the browser's prompt; navigation
// inside the app shows this dialog.
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/overlays/dialog.tsx';

type Destination =
  | { readonly kind: 'back-or-forth'; readonly key: string }
  | { readonly kind: 'link'; readonly path: string };

export function UnsavedGuard({ when }: { when: boolean }) {
  const [destination, setDestination] = useState<Destination | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  const [, navigate] = useLocation();

  useEffect(() => {
    if (!when || isLeaving) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onNavigate = (event: NavigateEvent) => {
      // Going back can't be canceled without user activation; leaving the document triggers `beforeunload` instead.
      if (!event.cancelable || !event.destination.sameDocument || event.navigationType === 'reload') return;
      const { url, key } = event.destination;
      const { pathname, search } = new URL(url);
      if (pathname + search === location.pathname + location.search) return;
      event.preventDefault();
      setDestination(
        event.navigationType === 'traverse'
          ? { kind: 'back-or-forth', key }
          : { kind: 'link', path: pathname + search },
      );
    };
    // Browsers without the Navigation API only get the `beforeunload` prompt.
    const { navigation } = window as Partial<Pick<Window, 'navigation'>>;
    window.addEventListener('beforeunload', onUnload);
    navigation?.addEventListener('navigate', onNavigate);
    return () => {
      window.removeEventListener('beforeunload', onUnload);
      navigation?.removeEventListener('navigate', onNavigate);
    };
  }, [when, isLeaving]);

  useEffect(() => {
    if (!isLeaving || destination === null) return;
    setLeaving(false);
    setDestination(null);
    if (destination.kind === 'link') navigate(destination.path);
    else window.navigation.traverseTo(destination.key);
  }, [isLeaving, destination, navigate]);

  return (
    <Dialog
      open={destination !== null}
      onClose={() => setDestination(null)}
      title="Leave without saving?"
      description="Your changes are not saved."
      actions={
        <>
          <Button onClick={() => setDestination(null)}>Stay here</Button>
          <Button tone="danger" onClick={() => setLeaving(true)}>
            Leave without saving
          </Button>
        </>
      }
    />
  );
}
