// Renaming and pinning: shown at once, then told to the server, whose list has the last word.
import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { patchSession } from '../api.ts';
import { showToast } from '../design/toasts.ts';
import { KEYS, showChange } from '../queries.ts';

type Changes = {
  readonly rename: (id: string, title: string) => void;
  readonly pin: (id: string, pinned: boolean) => void;
};

export function useSessionChanges(): Changes {
  const queries = useQueryClient();
  const change = (id: string, patch: { title: string } | { pinned: boolean }, failed: string) => {
    showChange(queries, id, patch);
    const settle = () => {
      void queries.invalidateQueries({ queryKey: KEYS.sessions });
      void queries.invalidateQueries({ queryKey: KEYS.session(id) });
    };
    patchSession(id, patch).then(settle, () => {
      showToast({ words: failed, icon: CircleAlert });
      settle();
    });
  };
  return {
    rename: (id, title) => change(id, { title }, 'The title was not saved. Try again.'),
    pin: (id, pinned) => change(id, { pinned }, 'The pin was not saved. Try again.'),
  };
}
