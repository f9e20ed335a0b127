// A conversation's title being written anew. Enter or leaving the field keeps it, Esc the old one.
import { useEffect, useRef, useState } from 'react';
import { CONTROL } from '../design/field.tsx';

type RenameFieldProps = { title: string; onFinish: (next: string | null) => void };

export function RenameField({ title, onFinish }: RenameFieldProps) {
  const [text, setText] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The menu that opened this gives focus back to its button a moment later; the frame after that is ours.
    const frame = requestAnimationFrame(() => field.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <input
      ref={field}
      aria-label="Conversation title"
      value={text}
      maxLength={255}
      dir="auto"
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onFinish(text)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key !== 'Enter' && event.key !== 'Escape') return;
        // These keys mean the name: not what is around it, nor what has the focus next.
        event.preventDefault();
        onFinish(event.key === 'Enter' ? text : null);
      }}
      className={`${CONTROL} h-8 px-2 touch:h-11`}
    />
  );
}
