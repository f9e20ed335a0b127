// Who else has the conversation open: avatars, with names in the tooltip.
import { Avatar } from '../design/avatar.tsx';
import { useConversationState } from './conversation.tsx';

const SHOWN = 4;

export function PeopleHere() {
  const people = useConversationState((state) => state.people);
  const me = useConversationState((state) => state.me);
  const others = people.filter(({ id }) => id !== me?.id);
  if (others.length === 0) return null;
  const names = others.map(({ name }) => name).join(', ');
  const more = others.length - SHOWN;
  return (
    <span
      role="img"
      aria-label={`Here now: ${names}`}
      title={`Here now: ${names}`}
      className="flex shrink-0 items-center gap-1"
    >
      {others.slice(0, SHOWN).map(({ id, name }) => (
        <Avatar key={id} name={name} />
      ))}
      {more > 0 && <span className="ps-1 text-meta text-muted tabular-nums">+{more}</span>}
    </span>
  );
}
