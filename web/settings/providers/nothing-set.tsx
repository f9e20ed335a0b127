// A scope without settings of its own, and the way to give it some.
import { Button } from '../../design/button.tsx';

export const NothingSet = ({ isProgram, onSetUp }: { isProgram: boolean; onSetUp: () => void }) => (
  <section className="flex flex-col items-start gap-3 rounded-card border border-dashed border-control p-4">
    <p className="text-muted">
      {isProgram
        ? 'This program has no settings of its own. What the organisation has holds for it too.'
        : 'Nothing is set for the organisation. What the environment of this installation says holds for everybody.'}
    </p>
    <Button tone="primary" onClick={onSetUp}>
      {isProgram ? 'Set up this program' : 'Set up a provider'}
    </Button>
  </section>
);
