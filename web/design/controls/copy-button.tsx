// Copies a text to the clipboard and briefly confirms it.
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './icon-button.tsx';

const CONFIRMED_MS = 1500;

export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    // Without clipboard permission nothing is copied, and the unchanged label shows that.
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return <IconButton size="small" icon={copied ? Check : Copy} label={copied ? 'Copied' : label} onClick={copy} />;
}
