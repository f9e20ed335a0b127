// Takes a scope's own settings away, with their keys, once that was asked about.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { showToast } from '../../design/toasts.ts';
import { KEYS } from '../../queries.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { removeAiSettings } from '../settings-api.ts';
import { ALL_AI_SETTINGS } from './ai-settings-key.ts';

export function RemoveSettings({ program }: { program: string | null }) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => removeAiSettings(program),
    onSuccess: async () => {
      showToast({ words: 'Removed. Effective for everybody within 30 seconds.' });
      void queries.invalidateQueries({ queryKey: KEYS.models });
      await queries.invalidateQueries({ queryKey: ALL_AI_SETTINGS });
    },
  });
  const close = () => {
    setAsking(false);
    remove.reset();
  };
  return (
    <div className="border-t border-line-strong/60 pt-4">
      <Button tone="quiet" className="text-on-danger" onClick={() => setAsking(true)}>
        <Trash2 size={16} aria-hidden />
        Remove these settings
      </Button>
      <Dialog
        open={isAsking}
        onClose={close}
        title={program === null ? 'Remove the organisation’s settings?' : `Remove the settings of ${program}?`}
        description={`${
          program === null
            ? 'What the environment of this installation says holds again.'
            : 'What the organisation has holds again.'
        } Keys stored here are erased and cannot be brought back.`}
        actions={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button tone="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
              Remove
            </Button>
          </>
        }
      >
        {remove.error && <ProblemBanner error={remove.error} />}
      </Dialog>
    </div>
  );
}
